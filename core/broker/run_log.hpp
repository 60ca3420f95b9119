#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/base/json.hpp"

namespace pindus::broker {

/// What became of one request. Never a body, a header or a query.
struct RequestLine {
  std::int64_t time_ms = 0;  ///< when it came, epoch milliseconds
  std::string provider = {};
  std::string method = {};
  std::string path = {};
  int status = 0;              ///< what the program got; 0: nothing
  std::string rule = {};       ///< why we answered ourselves; empty: the provider did
  std::uint64_t sent = 0;      ///< bytes of body to the provider
  std::uint64_t received = 0;  ///< bytes of body to the program
  std::int64_t took_ms = 0;
  std::string end = {};  ///< what broke it off; empty: nothing
};

/// What began a run.
struct RunHead {
  std::string run = {};      ///< its name: "20261127-181500-4711"
  std::string command = {};  ///< the program's name
  std::int64_t process = 0;  ///< its number; 0: a grant's, which no process ends
  std::int64_t time_ms = 0;
  std::vector<std::string> providers = {};
};

/// The folder of the runs of a profile.
[[nodiscard]] std::filesystem::path runs_folder(const std::filesystem::path& profile);

/// Begins the file of a run, JSON lines of which the first is the head; mode 0600. The oldest go
/// where there are more than 200. Faults: vault, with the file's name.
[[nodiscard]] Result<std::filesystem::path> begin_run(const std::filesystem::path& profile,
                                                      RunHead head);

/// Adds to such a file; several processes may.
class RunLog {
 public:
  /// A file that can't be opened is one to which nothing is written; a run isn't worth less for it.
  explicit RunLog(const std::filesystem::path& file);
  void add(const RequestLine& line) const;

 private:
  FileDescriptor file_;
};

/// A run and what came of it so far.
struct RunTotals {
  RunHead head = {};
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// The runs that are kept, the newest first. Fault: vault.
[[nodiscard]] Result<std::vector<RunTotals>> list_runs(const std::filesystem::path& profile);

/// A run's file. Fault: not-found.
[[nodiscard]] Result<std::filesystem::path> find_run(const std::filesystem::path& profile,
                                                     std::string_view run);

/// The number of the process that a head's line names; 0 where it is no head.
[[nodiscard]] std::int64_t process_of_head(std::string_view line);

/// A line of such a file; nothing where it is none, or the head.
[[nodiscard]] std::optional<RequestLine> parse_request_line(std::string_view line);

}  // namespace pindus::broker
