#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/setup/settings.hpp"

namespace pindus {

/// A table's header, or a key with its value, in a TOML document (v1.0.0).
struct TomlStatement {
  bool is_header = false;
  std::vector<std::string> path = {};  ///< from the root
  std::size_t begin = 0;               ///< of its first line
  std::size_t end = 0;                 ///< behind the line end of its last one
  std::size_t line = 1;                ///< counted from one
};

/// The statements of a document. Values are passed, not checked. The error: where it is no TOML.
[[nodiscard]] Edit<std::vector<TomlStatement>> scan_toml(std::string_view text);

/// A value as TOML on one line, objects as inline tables.
[[nodiscard]] std::string toml_value(const Json& value);

/// A key as TOML: bare where it can be.
[[nodiscard]] std::string toml_key(std::string_view key);

}  // namespace pindus
