#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/pindus_profile.hpp"

namespace pindus::test {

/// A home with two accounts of anthropic, and one of openai and google each.
struct SetupHome : PindusProfile {
  SetupHome() {
    std::filesystem::create_directories(home());
    environment["SHELL"] = "/bin/bash";
    write_vault(R"({"anthropic": {"default": {"kind": "apiKey", "isDefault": true,
      "key": "sk-ant-0123456789abcdefghij"}, "work": {"kind": "apiKey", "isDefault": false,
      "key": "sk-ant-of-work-0123456789"}, "browser": {"kind": "oauth",
      "access": "token-0123456789abcdef"}}, "openai": {"default": {"kind": "apiKey",
      "isDefault": true, "key": "sk-0123456789abcdefghijkl"}, "browser": {"kind": "oauth",
      "access": "token-0123456789abcdef", "accountId": "acc-1"}},
      "google": {"default": {"kind": "apiKey", "key": "gm-0123456789abcdefghijkl"}}})");
    std::filesystem::permissions(
        path() / "profile/auth.json",
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  [[nodiscard]] std::filesystem::path home() const { return environment.at("HOME"); }
  [[nodiscard]] std::string text(const char* file) const { return read_file(home() / file); }

  ProcessResult setup(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"auth", "setup"});
    return run(std::move(arguments));
  }
  [[nodiscard]] std::string command(const std::string& rest) const {
    return program().string() + " auth " + rest;
  }

  /// Everything in the home: names, modes and contents.
  [[nodiscard]] std::string everything() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(home())) {
      all += entry.path().string() + (entry.is_regular_file() ? read_file(entry.path()) : "") +
             std::to_string(static_cast<unsigned>(entry.status().permissions())) + "\n";
    }
    return all;
  }
};

}  // namespace pindus::test
