#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <string_view>

#include <pindus/pindus.hpp>

#include "tests/integration/pindus_profile.hpp"

namespace pindus::test {

/// Variables of this process, which the library reads, as long as the object lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

/// The value of what must have one.
template <typename T>
T value_of(pindus::library_1::Result<T> result) {
  INFO((result ? std::string() : format_credential_fault(result.error())));
  REQUIRE(result);
  return *std::move(result);
}

/// The folder of the profile's auth.json.
inline std::string folder_of(const PindusProfile& profile) {
  return profile.environment.at("INDUSAGI_CODING_AGENT_DIR");
}

inline pindus::library_1::Context open_profile(const PindusProfile& profile) {
  const std::string path = folder_of(profile);
  return value_of(pindus::library_1::Context::open({.profile = path, .folder = path}));
}

inline pindus::library_1::Context open_in_memory(std::string_view vault = {}) {
  return value_of(pindus::library_1::Context::open({.in_memory = true, .vault = vault}));
}

inline constexpr const char* some_key = "sk-embedding-0123456789abcdef";

/// Whether `text` holds `part`; for messages that are long.
inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace pindus::test
