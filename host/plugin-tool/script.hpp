#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/providers/providers.hpp"
#include "core/session/run_method.hpp"

namespace pindus::plugin_tool {

/// One request that the script's server expects, and its answer.
struct Exchange {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  Json body;  ///< null: any; a string: these bytes; an object: these members
  int status = 200;
  std::vector<std::pair<std::string, std::string>> answer_headers;
  std::string answer_body;
};

/// What comes before the names of the private drawer's texts among a record's members.
inline constexpr std::string_view private_prefix = "private/";

/// One operation and what it must end with.
struct ScriptRun {
  std::string method;  ///< its name; empty: the only one
  Operation operation = Operation::sign_in;
  std::vector<std::pair<std::string, std::string>> stored;
  std::vector<std::string> prompts;
  std::vector<Exchange> exchanges;
  /// The committed members, `lifetime_s` among them; nothing: no commit.
  std::optional<std::map<std::string, std::string>> record;
  int32_t result = 0;
};

/// The author's file: see sdk/SCRIPT.md.
struct Script {
  std::map<std::string, std::string> options;
  Answers answers;
  std::optional<int64_t> clock_ms;   ///< what now_ms says when a run begins; else the real time
  std::vector<std::string> secrets;  ///< texts that nobody may see, whatever they are called
  std::vector<ScriptRun> runs;
};

/// What is shorter stands in other texts by chance.
inline constexpr std::size_t shortest_marked_secret = 6;

/// Reads it. Throws ReasonError, whose sentence names the file and the place.
[[nodiscard]] Script read_script(const std::filesystem::path& file);

/// The operation's name in a script, and a result code's: "sign-in", "rejected".
[[nodiscard]] std::string operation_name(Operation operation);
[[nodiscard]] std::string code_name(int32_t code);

}  // namespace pindus::plugin_tool
