#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"

namespace pindus {

/// A line of a `.env` file: a variable and its value.
using Assignments = std::vector<std::pair<std::string, Secret>>;

/// Reads a `.env` file: NAME=VALUE a line, an `export` before it, comments, blank lines. In single
/// quotes a value is as it is, in double quotes \n, \t, \r, \", \\ and \$ are escapes; without
/// quotes it ends before " #". Nothing is expanded. The error ends a sentence that begins with the
/// file's name ("line 3 is no NAME=VALUE"); it quotes no value.
[[nodiscard]] std::expected<Assignments, std::string> parse_env_file(std::string_view text);

/// `value` as such a file has it, in double quotes.
[[nodiscard]] SecretText env_file_value(std::string_view value);

}  // namespace pindus
