#include "core/broker/run_log.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "core/base/epoch_time.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"

namespace pindus::broker {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_runs = 200;
constexpr std::string_view suffix = ".jsonl";

Json number(std::uint64_t value) {
  return Json(static_cast<std::int64_t>(value));
}

std::string text_at(const Json& json, std::string_view name) {
  const Json* value = json.find(name);
  return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string();
}

std::int64_t number_at(const Json& json, std::string_view name) {
  const Json* value = json.find(name);
  return value == nullptr ? 0 : value->as_integer().value_or(0);
}

// The names begin with the time, so that their order is that of the runs.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == suffix) files.push_back(entry.path());
  }
  std::ranges::sort(files, std::greater());
  return files;
}

std::optional<RunHead> parse_head(const fs::path& file, std::string_view line) {
  const auto json = Json::parse(line);
  if (!json || json->find("command") == nullptr) return std::nullopt;
  RunHead head{.run = file.stem(),
               .command = text_at(*json, "command"),
               .process = number_at(*json, "process"),
               .time_ms = number_at(*json, "time")};
  const Json* providers = json->find("providers");
  if (providers != nullptr && providers->as_array() != nullptr) {
    for (const Json& provider : *providers->as_array()) {
      if (provider.as_string() != nullptr) head.providers.push_back(*provider.as_string());
    }
  }
  return head;
}

std::string new_name(const RunHead& head) {
  const std::time_t seconds = head.time_ms / 1000;
  return fmt::format("{:%Y%m%d-%H%M%S}-{}", fmt::gmtime(seconds), ::getpid());
}

}  // namespace

fs::path runs_folder(const fs::path& profile) {
  return profile / "runs";
}

Result<fs::path> begin_run(const fs::path& profile, RunHead head) {
  const fs::path folder = runs_folder(profile);
  TRY(make_private_directory(folder));
  const auto old = files_in(folder);
  for (std::size_t i = most_runs - 1; i < old.size(); ++i) {
    std::error_code error;
    fs::remove(old[i], error);  // one that can't be removed is tried again with the next run
  }
  if (head.time_ms == 0) head.time_ms = now_ms();
  const Json first(Json::Object{{"time", Json(head.time_ms)},
                                {"command", Json(printable(head.command))},
                                {"process", Json(head.process)},
                                {"providers", text_list(head.providers)}});
  fs::path file = folder / (new_name(head) + std::string(suffix));
  const auto made = make_private_file(AT_FDCWD, file.string());
  if (!made) return std::unexpected(file_fault(file, "made", made.error()));
  if (const auto written = write_whole(made->get(), first.dump() + "\n"); !written) {
    return std::unexpected(file_fault(file, "written", written.error()));
  }
  return file;
}

RunLog::RunLog(const fs::path& file)
    : file_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)) {}

void RunLog::add(const RequestLine& line) const {
  if (!file_.is_open()) return;
  Json::Object members{{"time", Json(line.time_ms)},
                       {"provider", Json(line.provider)},
                       {"method", Json(printable(line.method, 20))},
                       {"path", Json(printable(line.path))},
                       {"status", Json(std::int64_t{line.status})},
                       {"sent", number(line.sent)},
                       {"received", number(line.received)},
                       {"took", Json(line.took_ms)}};
  if (!line.rule.empty()) members.emplace_back("rule", Json(line.rule));
  if (!line.end.empty()) members.emplace_back("end", Json(printable(line.end)));
  const std::string written = Json(std::move(members)).dump() + "\n";
  // In one call, so that lines of several writers stay whole.
  static_cast<void>(!::write(file_.get(), written.data(), written.size()));
}

std::int64_t process_of_head(std::string_view line) {
  const auto json = Json::parse(line);
  return json ? number_at(*json, "process") : 0;
}

std::optional<RequestLine> parse_request_line(std::string_view line) {
  const auto json = Json::parse(line);
  if (!json || json->find("method") == nullptr) return std::nullopt;
  return RequestLine{.time_ms = number_at(*json, "time"),
                     .provider = text_at(*json, "provider"),
                     .method = text_at(*json, "method"),
                     .path = text_at(*json, "path"),
                     .status = static_cast<int>(number_at(*json, "status")),
                     .rule = text_at(*json, "rule"),
                     .sent = static_cast<std::uint64_t>(number_at(*json, "sent")),
                     .received = static_cast<std::uint64_t>(number_at(*json, "received")),
                     .took_ms = number_at(*json, "took"),
                     .end = text_at(*json, "end")};
}

Result<std::vector<RunTotals>> list_runs(const fs::path& profile) {
  std::vector<RunTotals> runs;
  for (const fs::path& file : files_in(runs_folder(profile))) {
    std::ifstream lines(file);
    std::string line;
    if (!lines || !std::getline(lines, line)) continue;  // went meanwhile, or was never begun
    auto head = parse_head(file, line);
    if (!head) continue;
    RunTotals totals{.head = *std::move(head)};
    while (std::getline(lines, line)) {
      const auto request = parse_request_line(line);
      if (!request) continue;
      ++totals.requests;
      if (!request->rule.empty()) ++totals.refused;
      totals.sent += request->sent;
      totals.received += request->received;
    }
    runs.push_back(std::move(totals));
  }
  return runs;
}

Result<fs::path> find_run(const fs::path& profile, std::string_view run) {
  for (fs::path& file : files_in(runs_folder(profile))) {
    if (file.stem() == run) return std::move(file);
  }
  return std::unexpected(CredentialFault{FaultKind::not_found, "No such run",
                                         fmt::format("there is no run named {}", printable(run)),
                                         "pindus auth runs"});
}

}  // namespace pindus::broker
