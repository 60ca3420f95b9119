#include "host/plugin-tool/check_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/directory/manifest.hpp"
#include "core/installation.hpp"
#include "core/json.hpp"
#include "host/plugin-tool/child_process.hpp"
#include "host/plugin-tool/conformance.hpp"

namespace pindus::plugin_tool {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds longest_test{20};

// A test that ran, or the sentence that stands for those that could not.
struct Line {
  std::string file;
  std::string library;
  std::string test;
  CheckResult result;
};

bool is_bad(Status status) {
  return status == Status::failed || status == Status::crashed || status == Status::timeout;
}

Subject subject_of_library(const fs::path& library, const Installation& installation) {
  Subject subject;
  subject.executable = installation.executable;
  subject.method.layer = Layer::command_line;
  subject.provider.id = "example";
  subject.provider.label = "Example";
  subject.method.kind = AuthKind::oauth;
  subject.method.library = library.filename().string();
  subject.method.library_path = fs::canonical(library);
  subject.services_module = installation.services_module;
  return subject;
}

fs::path script_beside(const fs::path& manifest) {
  return manifest.parent_path() / (manifest.stem().string() + ".script.json");
}

std::string provider_id(const fs::path& manifest) {
  std::ifstream stream(manifest, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto parsed = parse_manifest(text);
  if (!parsed) throw std::runtime_error(fmt::format("{} {}", manifest.string(), parsed.error()));
  return parsed->id;
}

// The subjects of one manifest: one a method. What keeps it from having any is thrown.
std::vector<Subject> subjects_of_manifest(const fs::path& manifest,
                                          const Installation& installation) {
  auto options = DirectoryOptions::beside(
      installation.executable, {}, Environment([](std::string_view) { return std::nullopt; }));
  options.command_line_path = {manifest.parent_path()};
  const ProviderDirectory directory = ProviderDirectory::discover(options);
  for (const auto& warning : directory.warnings()) {
    if (warning.path == manifest) throw std::runtime_error(warning.message + "; " + warning.hint);
  }
  const Provider* provider = directory.find_provider(provider_id(manifest));
  if (provider == nullptr) {
    throw std::runtime_error(fmt::format("{} gives no provider", manifest.string()));
  }
  std::optional<Script> script;
  if (fs::exists(script_beside(manifest))) script = read_script(script_beside(manifest));

  std::vector<Subject> subjects;
  for (const Method& method : provider->methods) {
    if (!method.available()) {
      throw std::runtime_error(method.unavailable + "; " + method.unavailable_hint);
    }
    Subject subject{
        installation.executable, installation.services_module, manifest, *provider, method, script};
    if (script) {
      for (const auto& [name, value] : script->options) subject.method.options[name] = value;
      if (script->method && *script->method != method.kind) subject.script.reset();
      if (!script->method && provider->methods.size() > 1) {
        throw std::runtime_error(fmt::format("{} has to name its method, since {} has two",
                                             script_beside(manifest).string(), provider->id));
      }
    }
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

std::vector<ConformanceTest> tests_of(const Subject& subject, CheckScope scope) {
  auto tests = static_tests(subject);
  if (scope == CheckScope::static_only) return tests;
  std::ranges::move(descriptor_tests(subject), std::back_inserter(tests));
  std::ranges::move(behaviour_tests(subject), std::back_inserter(tests));
  return tests;
}

void check_one(const fs::path& file, const Installation& installation, CheckScope scope,
               std::vector<Line>& lines) {
  std::vector<Subject> subjects;
  try {
    const fs::path absolute = fs::absolute(file).lexically_normal();
    if (!fs::exists(absolute)) {
      throw std::runtime_error(fmt::format("{} isn't there", absolute.string()));
    }
    if (file.extension() == ".so") {
      subjects.push_back(subject_of_library(absolute, installation));
    } else {
      subjects = subjects_of_manifest(absolute, installation);
      lines.push_back({file.string(), {}, "manifest", success()});
    }
  } catch (const std::exception& error) {
    lines.push_back({file.string(), {}, "manifest", failed("H2", error.what())});
    return;
  }
  for (const Subject& subject : subjects) {
    for (const auto& test : tests_of(subject, scope)) {
      lines.push_back({file.string(), subject.method.library, test.name,
                       run_in_child([&] { return test.run(subject); }, longest_test)});
    }
  }
}

void print_text(const std::vector<Line>& lines) {
  std::string file;
  std::map<Status, int> counts;
  for (const auto& line : lines) {
    ++counts[line.result.status];
    if (line.file != file) fmt::print("{}\n", line.file);
    file = line.file;
    fmt::print("  {:<24} {:<8}", line.test, status_name(line.result.status));
    if (!line.result.message.empty()) {
      fmt::print(" {}{}{}", line.result.rule, line.result.rule.empty() ? "" : ": ",
                 printable(line.result.message, std::string::npos));
    }
    fmt::print("\n");
  }
  fmt::print("{} tests:", lines.size());
  for (const auto& [status, count] : counts) fmt::print(" {} {}", count, status_name(status));
  fmt::print("\n");
}

void print_json(const std::vector<Line>& lines) {
  fmt::print("[");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [file, library, test, result] = lines[i];
    fmt::print(
        "{}\n  {{\"file\":{},\"library\":{},\"test\":{},\"status\":{},\"rule\":{},"
        "\"message\":{}}}",
        i == 0 ? "" : ",", json_quote(file), json_quote(library), json_quote(test),
        json_quote(status_name(result.status)), json_quote(result.rule),
        json_quote(printable(result.message, std::string::npos)));
  }
  fmt::print("\n]\n");
}

}  // namespace

bool check_files(const std::vector<fs::path>& files, const Installation& installation,
                 CheckFormat format, CheckScope scope) {
  std::vector<Line> lines;
  for (const auto& file : files) check_one(file, installation, scope, lines);
  format == CheckFormat::json ? print_json(lines) : print_text(lines);
  std::fflush(stdout);
  return std::ranges::none_of(lines, [](const Line& line) { return is_bad(line.result.status); });
}

}  // namespace pindus::plugin_tool
