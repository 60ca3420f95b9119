#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
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

/// One operation and what it must end with.
struct ScriptRun {
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
  std::optional<AuthKind> method;
  std::vector<ScriptRun> runs;
};

/// Reads it. Throws std::runtime_error with one sentence that names the file and the place.
[[nodiscard]] Script read_script(const std::filesystem::path& file);

/// The operation's name in a script, and a result code's: "sign-in", "rejected".
[[nodiscard]] std::string operation_name(Operation operation);
[[nodiscard]] std::string code_name(int32_t code);

}  // namespace pindus::plugin_tool
