#include "core/command/plugin_report.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/base/fault.hpp"
#include "core/base/json.hpp"

namespace pindus {
namespace {

std::string shown(std::string_view text) {
  return printable(text, std::string_view::npos);
}

// "client_secret" and others of a plugin's own, in any method.
bool is_secret(std::string_view pointer) {
  return pointer.contains("/options/") && pointer.ends_with("secret");
}

Json text_json(std::string_view text) {
  return Json(std::string(text));
}

Json method_json(const Method& method) {
  return Json(Json::Object{
      {"method", text_json(method.name)},
      {"kind", text_json(kind_name(method.kind))},
      {"label", text_json(method.label)},
      {"library", text_json(method.library)},
      {"abi", text_json(method.abi)},
      {"layer", text_json(layer_name(method.layer))},
      {"manifest", text_json(method.manifest.native())},
      {"available", Json(method.available())},
      {"path", text_json(method.library_path.native())},
      {"reason", text_json(method.unavailable.message)},
      {"hint", text_json(method.unavailable.hint)},
  });
}

Json methods_json(const Provider& provider) {
  Json::Array methods;
  for (const Method& method : provider.methods) methods.push_back(method_json(method));
  return Json(std::move(methods));
}

Json files_json(const Provider& provider) {
  Json::Array files;
  for (const ManifestFile& file : provider.files) {
    files.push_back(Json(Json::Object{
        {"path", text_json(file.path.native())},
        {"layer", text_json(layer_name(file.layer))},
        {"gave", text_list(file.gave)},
        {"overrides", text_list(file.overrides)},
        {"hidden", text_list(file.hidden)},
    }));
  }
  return Json(std::move(files));
}

Json refusal_json(const Provider& provider) {
  if (!provider.refused) return Json();
  return Json(Json::Object{{"reason", text_json(provider.refused->message)},
                           {"hint", text_json(provider.refused->hint)}});
}

Json::Object provider_json(const Provider& provider) {
  return {
      {"id", text_json(provider.id)},      {"label", text_json(provider.label)},
      {"enabled", Json(provider.enabled)}, {"refused", refusal_json(provider)},
      {"methods", methods_json(provider)}, {"files", files_json(provider)},
  };
}

std::string list_as_json(const ProviderDirectory& directory) {
  Json::Array providers;
  for (const Provider& provider : directory.providers()) {
    providers.push_back(Json(provider_json(provider)));
  }
  Json::Array refused;
  Json::Array warnings;
  for (const DirectoryWarning& warning : directory.warnings()) {
    Json::Array& list = warning.fate == FileFate::passed_over ? refused : warnings;
    list.push_back(Json(Json::Object{
        {"path", text_json(warning.path.native())},
        {"layer", text_json(layer_name(warning.layer))},
        {"message", text_json(warning.why.message)},
        {"hint", text_json(warning.why.hint)},
    }));
  }
  return Json(Json::Object{{"providers", Json(std::move(providers))},
                           {"refused", Json(std::move(refused))},
                           {"warnings", Json(std::move(warnings))}})
      .dump();
}

// The title, and what there is to say of the provider as a whole.
void append_title(std::string& out, const Provider& provider) {
  out += fmt::format("{} ({}){}{}\n", provider.id, shown(provider.label),
                     provider.enabled ? "" : ", switched off", provider.refused ? ", refused" : "");
  if (!provider.refused) return;
  out += fmt::format("  no sign-in, refresh or revocation: {}\n    {}\n",
                     shown(provider.refused->message), shown(provider.refused->hint));
}

void append_methods(std::string& out, const Provider& provider) {
  std::size_t width = 8;
  for (const Method& method : provider.methods) width = std::max(width, method.name.size());
  for (const Method& method : provider.methods) {
    out += fmt::format("  {:<{}} {:<18} ", method.name, width,
                       method.library.empty() ? "no library" : method.library);
    if (method.available()) {
      out += shown(method.library_path.native()) + "\n";
    } else {
      out += fmt::format("not offered: {}\n{:{}}{}\n", shown(method.unavailable.message), "",
                         width + 22, shown(method.unavailable.hint));
    }
  }
  if (provider.methods.empty()) out += "  no way to sign in\n";
}

void append_warnings(std::string& out, const ProviderDirectory& directory, FileFate fate,
                     std::string_view title) {
  for (const DirectoryWarning& warning : directory.warnings()) {
    if (warning.fate != fate) continue;
    out += std::exchange(title, "");
    out += fmt::format("  {} ({})\n    {}\n", shown(warning.why.message), layer_name(warning.layer),
                       shown(warning.why.hint));
  }
}

std::string list_as_text(const ProviderDirectory& directory) {
  std::string out;
  for (const Provider& provider : directory.providers()) {
    append_title(out, provider);
    append_methods(out, provider);
    for (const ManifestFile& file : provider.files) {
      out += fmt::format("    {:<13} {}\n", layer_name(file.layer), shown(file.path.native()));
      if (!file.overrides.empty()) {
        out += fmt::format("{:18}overrides {}\n", "",
                           shown(fmt::to_string(fmt::join(file.overrides, " "))));
      }
      if (!file.hidden.empty()) {
        out += fmt::format("{:18}hidden    {}\n", "",
                           shown(fmt::to_string(fmt::join(file.hidden, " "))));
      }
    }
  }
  if (directory.providers().empty()) out += "No providers.\n";
  append_warnings(out, directory, FileFate::passed_over, "Passed over:\n");
  append_warnings(out, directory, FileFate::counts, "Warnings:\n");
  out.pop_back();
  return out;
}

// The values of the merge that files gave, by their pointers.
struct GivenValue {
  std::string pointer;
  std::string value;  // as JSON
  std::size_t file = 0;
};

std::vector<GivenValue> given_values(const Provider& provider) {
  std::vector<GivenValue> values;
  for (std::size_t file = 0; file < provider.files.size(); ++file) {
    for (const std::string& pointer : provider.files[file].gave) {
      const auto value = provider.merged.at(pointer);
      if (!value || *value == nullptr) continue;
      values.push_back({pointer, is_secret(pointer) ? "\"(not shown)\"" : (*value)->dump(), file});
    }
  }
  std::ranges::sort(values, {}, &GivenValue::pointer);
  return values;
}

Json help_json(std::span<const OptionHelp> options) {
  Json::Array array;
  for (const auto& [name, help] : options) {
    array.push_back(Json(Json::Object{{"name", text_json(name)}, {"help", text_json(help)}}));
  }
  return Json(std::move(array));
}

Json options_json(const MethodOptions& of) {
  Json known{Json::Array()};
  Json::Array unknown;
  if (of.guide) {
    known = help_json(of.guide->options);
    for (const auto& [name, near] : of.guide->unknown) {
      unknown.push_back(Json(Json::Object{{"name", text_json(name)}, {"near", text_json(near)}}));
    }
  }
  return Json(Json::Object{
      {"method", text_json(of.method.name)},
      {"described", Json(of.guide && of.guide->described)},
      {"reason", text_json(of.guide ? "" : of.guide.error().message)},
      {"hint", text_json(of.guide ? "" : of.guide.error().hint)},
      {"options", std::move(known)},
      {"unknown", Json(std::move(unknown))},
  });
}

std::string show_as_json(const Provider& provider, std::span<const MethodOptions> options) {
  Json merged = provider.merged;
  Json::Array values;
  for (const GivenValue& value : given_values(provider)) {
    const ManifestFile& file = provider.files[value.file];
    values.push_back(Json(Json::Object{
        {"pointer", text_json(value.pointer)},
        {"value", Json::parse(value.value).value_or(Json())},
        {"file", text_json(file.path.native())},
        {"layer", text_json(layer_name(file.layer))},
    }));
  }
  for (const Method& method : provider.methods) {
    Json::Object hide;
    for (const auto& [name, value] : method.options) {
      if (is_secret("/options/" + name)) hide.emplace_back(name, text_json("(not shown)"));
    }
    if (hide.empty()) continue;
    const auto within = [](std::string name, Json value) {
      return Json(Json::Object{{std::move(name), std::move(value)}});
    };
    merged.merge_patch(within("methods", within(method.name, within("options", Json(hide)))));
  }
  Json::Object report = provider_json(provider);
  Json::Array explained;
  for (const MethodOptions& of : options) explained.push_back(options_json(of));
  report.emplace_back("options", Json(std::move(explained)));
  report.emplace_back("options_of_every_method", help_json(options_of_every_method()));
  report.emplace_back("manifest", std::move(merged));
  report.emplace_back("values", Json(std::move(values)));
  Json::Array warnings;
  for (const Reason& warning : api_warnings(provider)) {
    warnings.push_back(Json(
        Json::Object{{"message", text_json(warning.message)}, {"hint", text_json(warning.hint)}}));
  }
  report.emplace_back("warnings", Json(std::move(warnings)));
  return Json(std::move(report)).dump();
}

// The files whose value is not the one that counts: ", instead of [1]'s".
std::string instead_of(const Provider& provider, const std::string& pointer) {
  std::string out;
  for (std::size_t i = 0; i < provider.files.size(); ++i) {
    const auto& hidden = provider.files[i].hidden;
    if (std::ranges::find(hidden, pointer) == hidden.end()) continue;
    out += fmt::format("{} [{}]'s", out.empty() ? ", instead of" : " and", i + 1);
  }
  return out;
}

std::string show_as_text(const Provider& provider) {
  std::string out;
  append_title(out, provider);
  append_methods(out, provider);
  for (const Reason& warning : api_warnings(provider)) {
    out += fmt::format("  warning: {}\n    {}\n", shown(warning.message), shown(warning.hint));
  }
  out += "Files, each over those before it:\n";
  for (std::size_t i = 0; i < provider.files.size(); ++i) {
    out += fmt::format("  [{}] {:<13} {}\n", i + 1, layer_name(provider.files[i].layer),
                       shown(provider.files[i].path.native()));
  }
  out += "Values, and the file that each is from:\n";
  for (const GivenValue& given : given_values(provider)) {
    out += fmt::format("  [{}] {} = {}{}\n", given.file + 1, shown(given.pointer), given.value,
                       instead_of(provider, given.pointer));
  }
  out.pop_back();
  return out;
}

std::string listed(std::span<const OptionHelp> options) {
  std::size_t width = 20;
  for (const auto& [name, help] : options) width = std::max(width, name.size());
  std::string lines;
  for (const auto& [name, help] : options) {
    lines += fmt::format("\n  {:<{}}  {}", name, width, help);
  }
  return lines;
}

}  // namespace

std::string plugin_list(const ProviderDirectory& directory, ReportFormat format) {
  return format == ReportFormat::json ? list_as_json(directory) : list_as_text(directory);
}

std::string plugin_show(const Provider& provider, std::span<const MethodOptions> options,
                        ReportFormat format) {
  return format == ReportFormat::json ? show_as_json(provider, options) : show_as_text(provider);
}

std::string options_as_text(const MethodOptions& of) {
  const std::string title = fmt::format("Options of {}", of.method.name);
  if (!of.guide) {
    const auto& [message, hint] = of.guide.error();
    return fmt::format("{}: not known, since {}{}{}", title, shown(message),
                       hint.empty() ? "" : "\n  ", shown(hint));
  }
  std::string out =
      of.guide->described
          ? fmt::format("{}, in the words of {}:{}", title, of.method.library,
                        of.guide->options.empty() ? " none" : listed(of.guide->options))
          : fmt::format("{}: {} doesn't say which it has", title, of.method.library);
  for (const UnknownOption& option : of.guide->unknown) {
    const auto [message, hint] = told(option, of.method);
    out += fmt::format("\n  Warning: {}\n    {}", message, hint);
  }
  return out;
}

std::string options_of_every_method_as_text() {
  return "Options of every method:" + listed(options_of_every_method());
}

}  // namespace pindus
