// pindus-plugin-tool: `pindus plugin new` and `pindus plugin check`, which the host hands over. A
// program of its own, because only who writes plugins needs it, and it runs code on trial.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>

#include "core/command/command_line.hpp"
#include "host/plugin-tool/check_command.hpp"
#include "host/plugin-tool/new_project.hpp"

namespace pindus::plugin_tool {
namespace {

constexpr std::array flows = {"api-key", "pkce", "device", "custom"};
constexpr std::array languages = {"c++", "c"};

// What is wrong with the value of an option that takes one of a few.
std::optional<std::string> not_one_of(std::span<const char* const> values, std::string_view option,
                                      std::string_view given) {
  if (std::ranges::find(values, given) != values.end()) return std::nullopt;
  return fmt::format("{} is one of {}, not \"{}\"", option, fmt::join(values, ", "),
                     printable(given, 40));
}

CommandBody declare_new(CommandOptions& options) {
  struct Asked {
    std::string name;
    std::optional<std::string> flow;
    std::optional<std::string> language;
  };
  const auto asked = std::make_shared<Asked>();
  options.required("NAME", asked->name, "the provider's id");
  options.value("--flow", "FLOW", asked->flow,
                fmt::format("how it signs in: {}", fmt::join(flows, ", ")));
  options.value("--lang", "LANGUAGE", asked->language,
                fmt::format("the language of its source: {}", fmt::join(languages, ", ")));
  options.check([asked]() -> std::optional<std::string> {
    if (!asked->flow) {
      return fmt::format("plugin new needs --flow, one of {}", fmt::join(flows, ", "));
    }
    if (auto wrong = not_one_of(flows, "--flow", *asked->flow)) return wrong;
    return not_one_of(languages, "--lang", asked->language.value_or(languages.front()));
  });
  return [asked](Context& context, CredentialResult&) -> Result<void> {
    const auto made = make_project({.name = asked->name,
                                    .flow = *asked->flow,
                                    .language = asked->language.value_or(languages.front()),
                                    .templates = context.installation().sdk / "templates",
                                    .directory = std::filesystem::current_path()});
    fmt::print("{} is ready; its README.md says how to build and check it.\n", made.string());
    return {};
  };
}

CommandBody declare_check(CommandOptions& options) {
  struct Asked {
    std::vector<std::string> files;
    bool json = false;
    bool static_only = false;
    bool list = false;
  };
  const auto asked = std::make_shared<Asked>();
  options.positionals("FILE", asked->files, "a manifest (.json) or a plugin (.so)");
  options.flag("--json", asked->json, "the report as JSON");
  options.flag("--static", asked->static_only, "only look at the files, run nothing");
  options.flag("--list", asked->list, "say which tests there are and what each tells");
  options.check([asked]() -> std::optional<std::string> {
    if (asked->list && !asked->files.empty()) return "plugin check --list takes no file";
    if (!asked->list && asked->files.empty()) return "plugin check needs a file";
    return std::nullopt;
  });
  return [asked](Context& context, CredentialResult&) -> Result<void> {
    const CheckFormat format = asked->json ? CheckFormat::json : CheckFormat::text;
    if (asked->list) {
      list_tests(format);
      return {};
    }
    const std::size_t bad = check_files(
        {.files = {asked->files.begin(), asked->files.end()},
         .installation = context.installation(),
         .format = format,
         .scope = asked->static_only ? CheckScope::static_only : CheckScope::everything});
    if (bad == 0) return {};
    return std::unexpected(CredentialFault{
        FaultKind::vault, "Check failed",
        fmt::format("{} test{} found what the contract forbids", bad, bad == 1 ? "" : "s"),
        "CONTRACT.md, beside the header, has the rules"});
  };
}

constexpr std::array table = {
    Command{"plugin new", "", "Write a small plugin project that builds at once", declare_new,
            CommandNeeds::nothing},
    Command{"plugin check", "", "Test manifests and plugins against the contract", declare_check,
            CommandNeeds::nothing},
};

int told(const CredentialFault& fault) {
  fmt::print(stderr, "{}\n", format_credential_fault(fault));
  return exit_code_of(fault);
}

int run(std::vector<std::string> args) {
  args.insert(args.begin(), "plugin");
  const ParsedLine parsed = parse_command_line(args, table);
  if (!parsed.handled) {
    return told(credential_fault(FaultKind::usage, "plugin has no such command here",
                                 "pindus plugin --help"));
  }
  if (!parsed.line) return told(parsed.line.error());
  if (!parsed.line->help.empty()) {
    fmt::print("{}\n", parsed.line->help);
    return 0;
  }
  Context context({.installation = Installation::of_this_program()});
  CredentialResult result;
  const auto done = parsed.line->body(context, result);
  return done ? 0 : told(done.error());
}

}  // namespace
}  // namespace pindus::plugin_tool

int main(int argc, char** argv) {
  try {
    return pindus::plugin_tool::run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const pindus::ReasonError& error) {
    return pindus::plugin_tool::told(
        {pindus::FaultKind::vault, "Plugin tool", error.why().message, error.why().hint});
  } catch (const std::exception& error) {
    return pindus::plugin_tool::told({pindus::FaultKind::vault, "Plugin tool", error.what(), {}});
  }
}
