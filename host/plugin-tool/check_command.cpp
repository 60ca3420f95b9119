#include "host/plugin-tool/check_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "core/base/installation.hpp"
#include "core/base/json.hpp"
#include "core/providers/manifest.hpp"
#include "core/services/services.hpp"
#include "host/plugin-tool/child_process.hpp"
#include "host/plugin-tool/conformance.hpp"

namespace pindus::plugin_tool {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds longest_test{20};

constexpr std::string_view manifest_test = "manifest";

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

Subject subject_of_library(const fs::path& library, const CheckRequest& request) {
  Subject subject;
  subject.scope = request.scope;
  subject.executable = request.installation.executable;
  subject.method.layer = Layer::command_line;
  subject.provider.id = "example";
  subject.provider.label = "Example";
  subject.method.name = "oauth";
  subject.method.kind = AuthKind::oauth;
  subject.method.library = library.filename().string();
  subject.method.library_path = fs::canonical(library);
  subject.services_module = request.installation.services_module;
  return subject;
}

fs::path script_beside(const fs::path& manifest) {
  return manifest.parent_path() / (manifest.stem().string() + ".script.json");
}

Manifest manifest_in(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  auto parsed = parse_manifest(text);
  if (!parsed) throw ReasonError(fmt::format("{}: {}", file.string(), parsed.error()));
  return *std::move(parsed);
}

// What can be read may still have something that nobody reads.
std::vector<CheckResult> results_of_manifest(const fs::path& file) {
  std::vector<CheckResult> results;
  for (Reason& why : passed_over_in(manifest_in(file), file)) {
    results.push_back({Status::warning, {}, std::move(why)});
  }
  if (results.empty()) results.push_back(success());
  return results;
}

void check_methods_of_runs(const Script& script, const std::vector<Method>& methods,
                           const fs::path& file) {
  for (const ScriptRun& run : script.runs) {
    if (run.method.empty() && methods.size() > 1) {
      throw ReasonError(fmt::format("{} names no method, and there are several", file.string()),
                        "add \"method\" to each run");
    }
    if (!run.method.empty() &&
        std::ranges::find(methods, run.method, &Method::name) == methods.end()) {
      throw ReasonError(fmt::format("{} names the method \"{}\", and there is none", file.string(),
                                    printable(run.method, 40)));
    }
  }
}

// The subjects of one manifest: one a method. What keeps it from having any is thrown.
std::vector<Subject> subjects_of_manifest(const fs::path& manifest, const CheckRequest& request) {
  const Installation& installation = request.installation;
  auto options = DirectoryOptions::beside(
      installation.executable, {}, Environment([](std::string_view) { return std::nullopt; }));
  options.command_line_path = {manifest.parent_path()};
  const ProviderDirectory directory = ProviderDirectory::discover(options);
  for (const auto& warning : directory.warnings()) {
    const bool is_refused = warning.fate == FileFate::passed_over;
    if (warning.path == manifest && is_refused) throw ReasonError(warning.why);
  }
  const std::string id = manifest_in(manifest).id;
  if (const Reason* refused = directory.refusals().find(id)) {
    throw ReasonError(*refused);
  }
  const Provider* provider = directory.find_provider(id);
  if (provider == nullptr) {
    throw ReasonError(fmt::format("{} gives no provider", manifest.string()));
  }
  std::optional<Script> script;
  if (fs::exists(script_beside(manifest))) script = read_script(script_beside(manifest));

  // Those that this file gives; of a file that only changes others', all of them.
  std::vector<Method> methods = provider->methods;
  const fs::path canonical = fs::canonical(manifest);
  const auto is_of_another_file = [&](const Method& method) {
    return method.manifest != canonical;
  };
  if (!std::ranges::all_of(methods, is_of_another_file)) {
    std::erase_if(methods, is_of_another_file);
  }

  if (script) check_methods_of_runs(*script, methods, script_beside(manifest));

  std::vector<Subject> subjects;
  for (const Method& method : methods) {
    if (!method.available()) {
      throw ReasonError(method.unavailable);
    }
    Subject subject{installation.executable,
                    installation.services_module,
                    manifest,
                    *provider,
                    method,
                    script,
                    request.scope};
    if (script) {
      for (const auto& [name, value] : script->options) subject.method.options[name] = value;
      std::erase_if(subject.script->runs, [&](const ScriptRun& run) {
        return !run.method.empty() && run.method != method.name;
      });
      if (subject.script->runs.empty()) subject.script.reset();
    }
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

// Once, and not in each child: it is most of the time that a test takes.
void open_services_for(const std::vector<Subject>& subjects) {
  if (std::ranges::none_of(subjects, [](const Subject& s) { return s.script.has_value(); })) return;
  const auto services = open_services(subjects.front().services_module);
  if (!services) throw ReasonError(services.error().message, services.error().hint);
}

void require_checkable(const fs::path& file) {
  const auto refuse = [&](std::string_view why, std::string hint = {}) {
    throw ReasonError(fmt::format("{} {}", file.string(), why), std::move(hint));
  };
  if (!fs::exists(file)) refuse("isn't there");
  if (!fs::is_regular_file(file)) refuse("is no file", "name the manifest or the library itself");
  if (file.string().ends_with(".script.json")) {
    refuse("is a script", "name the manifest beside it, and the script is played");
  }
  if (file.extension() != ".so" && file.extension() != ".json") {
    refuse("is neither a manifest (.json) nor a library (.so)");
  }
}

// Whether those that follow make sense.
bool run_tests(const std::vector<ConformanceTest>& tests, const std::string& file,
               const Subject& subject, std::vector<Line>& lines) {
  for (const auto& test : tests) {
    lines.push_back({file, subject.method.library, test.name,
                     run_in_child([&] { return test.run(subject); }, longest_test)});
    const bool bad = is_bad(lines.back().result.status);
    if (bad && test.weight == ConformanceTest::Weight::ends_all) return false;
  }
  return true;
}

void check_one(const fs::path& file, const CheckRequest& request, std::vector<Line>& lines) {
  std::vector<Subject> subjects;
  try {
    const fs::path absolute = fs::absolute(file).lexically_normal();
    require_checkable(absolute);
    if (file.extension() == ".so") {
      subjects.push_back(subject_of_library(absolute, request));
    } else {
      subjects = subjects_of_manifest(absolute, request);
      for (CheckResult& result : results_of_manifest(absolute)) {
        lines.push_back({file.string(), {}, std::string(manifest_test), std::move(result)});
      }
      if (request.scope == CheckScope::everything) open_services_for(subjects);
    }
  } catch (const ReasonError& error) {
    lines.push_back({file.string(), {}, "file", failed({}, error.why())});
    return;
  } catch (const std::exception& error) {
    lines.push_back({file.string(), {}, "file", failed({}, error.what())});
    return;
  }
  for (const Subject& subject : subjects) {
    if (!run_tests(static_tests(), file, subject, lines)) continue;
    if (request.scope == CheckScope::static_only) continue;
    if (!run_tests(descriptor_tests(), file, subject, lines)) continue;
    if (subject.script) {
      run_tests(behaviour_tests(), file, subject, lines);
    } else {
      lines.push_back(
          {file.string(), subject.method.library, "script",
           subject.manifest.empty()
               ? skipped("a library alone has no script", "check its manifest")
               : skipped("there is no script for it beside the manifest",
                         fmt::format("write {}", script_beside(subject.manifest).string()))});
    }
  }
}

std::string counted(const std::map<Status, int>& counts) {
  std::string text;
  for (const auto& [status, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, status_name(status));
  }
  return text;
}

void print_line(const Line& line) {
  const auto& [status, rule, why] = line.result;
  const std::string title =
      fmt::format("{:<24} {:<{}}{}", line.test, status_name(status), rule.empty() ? 0 : 9, rule);
  if (why.message.empty()) {
    fmt::print("  {}\n", title);
    return;
  }
  std::string told = format_credential_fault({FaultKind::vault, title, why.message, why.hint});
  if (const auto hint = told.find('\n'); hint != std::string::npos) told.insert(hint + 1, "  ");
  fmt::print("  {}\n", told);
}

// One test a host service, most of which say nothing: counted, but for those that do.
bool is_counted(const Line& line) {
  return line.test.starts_with(failing_service) &&
         (line.result.status == Status::success || line.result.status == Status::skipped);
}

void print_text(const std::vector<Line>& lines) {
  std::map<Status, int> all;
  for (auto line = lines.begin(); line != lines.end();) {
    const bool is_first = line == lines.begin();
    const bool is_new_file = is_first || line->file != std::prev(line)->file;
    if (is_new_file) fmt::print("{}\n", line->file);
    const bool is_new_library = is_new_file || line->library != std::prev(line)->library;
    if (is_new_library && !line->library.empty() && line->library != line->file) {
      fmt::print(" {}\n", line->library);
    }
    std::map<Status, int> quiet;
    for (; line != lines.end() && is_counted(*line); ++line) ++quiet[line->result.status];
    for (const auto& [status, count] : quiet) all[status] += count;
    if (!quiet.empty()) {
      fmt::print("  {:<24} {}\n", "each service failing", counted(quiet));
      continue;
    }
    print_line(*line);
    ++all[line->result.status];
    ++line;
  }
  fmt::print("{} test{}: {}\n", lines.size(), lines.size() == 1 ? "" : "s", counted(all));
}

void print_json(const std::vector<Line>& lines) {
  fmt::print("[");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [file, library, test, result] = lines[i];
    fmt::print(
        "{}\n  {{\"file\":{},\"library\":{},\"test\":{},\"status\":{},\"rule\":{},"
        "\"message\":{},\"hint\":{}}}",
        i == 0 ? "" : ",", json_quote(file), json_quote(library), json_quote(test),
        json_quote(status_name(result.status)), json_quote(result.rule),
        json_quote(printable(result.why.message, std::string::npos)),
        json_quote(printable(result.why.hint, std::string::npos)));
  }
  fmt::print("\n]\n");
}

}  // namespace

std::size_t check_files(const CheckRequest& request) {
  std::vector<Line> lines;
  for (const auto& file : request.files) check_one(file, request, lines);
  request.format == CheckFormat::json ? print_json(lines) : print_text(lines);
  std::fflush(stdout);
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [](const Line& line) { return is_bad(line.result.status); }));
}

void list_tests(CheckFormat format) {
  std::vector<ConformanceTest> all = {
      {std::string(manifest_test), "it can be read, and its libraries are installed", {}}};
  std::ranges::move(static_tests(), std::back_inserter(all));
  std::ranges::move(descriptor_tests(), std::back_inserter(all));
  std::ranges::move(behaviour_tests(), std::back_inserter(all));
  if (format == CheckFormat::text) {
    for (const auto& test : all) fmt::print("{:<24} {}\n", test.name, test.description);
    return;
  }
  fmt::print("[");
  for (const auto& test : all) {
    fmt::print("{}\n  {{\"test\":{},\"description\":{}}}", &test == &all.front() ? "" : ",",
               json_quote(test.name), json_quote(test.description));
  }
  fmt::print("\n]\n");
}

}  // namespace pindus::plugin_tool
