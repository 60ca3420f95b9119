#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <memory>

#include "core/base/json.hpp"
#include "core/base/platform.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/broker/run_log.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;
using broker::RequestLine;
using broker::RunTotals;

constexpr std::chrono::milliseconds between_looks{200};

struct AuthRunsOptions {
  std::optional<std::string> run;
  bool follow = false;
  bool json = false;
};

std::string bytes(std::uint64_t count) {
  if (count < 1000) return fmt::format("{} B", count);
  if (count < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(count) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(count) / 1e6);
}

std::string clock_time(std::int64_t time_ms) {
  return fmt::format("{:%H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time_ms / 1000)));
}

std::string in_words(const RequestLine& line) {
  std::string text = fmt::format("{} {} {} {}: {}, {} sent, {} received, {} ms",
                                 clock_time(line.time_ms), line.provider, line.method, line.path,
                                 line.status == 0 ? "no answer" : fmt::to_string(line.status),
                                 bytes(line.sent), bytes(line.received), line.took_ms);
  if (!line.rule.empty()) text += fmt::format(", refused ({})", line.rule);
  if (!line.end.empty()) text += fmt::format(", {}", line.end);
  return text;
}

Json number(std::uint64_t value) {
  return Json(static_cast<std::int64_t>(value));
}

Json as_json(const RunTotals& run) {
  return Json(Json::Object{{"run", Json(run.head.run)},
                           {"command", Json(run.head.command)},
                           {"process", Json(run.head.process)},
                           {"time", Json(run.head.time_ms)},
                           {"providers", text_list(run.head.providers)},
                           {"requests", number(run.requests)},
                           {"refused", number(run.refused)},
                           {"sent", number(run.sent)},
                           {"received", number(run.received)}});
}

Result<void> list(const AuthRunsOptions& options, Context& context) {
  const fs::path profile = TRY(context.profile());
  const auto runs = TRY(broker::list_runs(profile));
  CredentialIo& io = context.io();
  if (options.json) {
    Json::Array all;
    for (const RunTotals& run : runs) all.push_back(as_json(run));
    io.print(Json(std::move(all)).dump());
    return {};
  }
  if (runs.empty()) io.print("No command has run with a broker.");
  for (const RunTotals& run : runs) {
    io.print(fmt::format("{}: {}, {} ago, {}: {} {}, {} refused, {} sent, {} received",
                         run.head.run, printable(run.head.command), time_since(run.head.time_ms),
                         fmt::join(run.head.providers, ", "), run.requests,
                         run.requests == 1 ? "request" : "requests", run.refused, bytes(run.sent),
                         bytes(run.received)));
  }
  return {};
}

// As they come, until the run is over or somebody asks to stop.
Result<void> show(const AuthRunsOptions& options, Context& context) {
  const fs::path profile = TRY(context.profile());
  const fs::path file = TRY(broker::find_run(profile, options.run.value_or("")));
  std::ifstream lines(file);
  std::string begun;  // a line whose end isn't there yet
  std::int64_t process = 0;
  for (bool goes_on = true; goes_on;) {
    const bool is_over = !options.follow || !platform::find_process(static_cast<pid_t>(process));
    std::string part;
    while (std::getline(lines, part)) {
      begun += part;
      if (lines.eof()) break;
      if (process == 0) process = broker::process_of_head(begun);
      const auto line = broker::parse_request_line(begun);
      if (line) context.io().print(options.json ? begun : in_words(*line));
      begun.clear();
    }
    lines.clear();
    goes_on = (!is_over || process == 0) && options.follow &&
              wait_unless_stopped(between_looks, context.stop());
  }
  return {};
}

Result<void> run_auth_runs(const AuthRunsOptions& options, Context& context, CredentialResult&) {
  return options.run ? show(options, context) : list(options, context);
}

}  // namespace

CommandBody declare_auth_runs(CommandOptions& command) {
  const auto options = std::make_shared<AuthRunsOptions>();
  command.positional("RUN", options->run, "the requests of that run; without one, list the runs");
  command.flag("--follow", options->follow, "with RUN: requests as they come, until it is over");
  command.flag("--json", options->json, "print JSON");
  command.check([options]() -> std::optional<std::string> {
    if (!options->follow || options->run) return std::nullopt;
    return "--follow needs a run";
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_runs(*options, context, result);
  };
}

}  // namespace pindus
