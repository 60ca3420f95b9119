#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/clients/provider_server.hpp"
#include "tests/integration/pindus_profile.hpp"

namespace pindus::test {

/// No network, a home, and two accounts of each provider, whose addresses are those of a server on
/// loopback.
class ClientHome {
  struct Isolation {
    Isolation();
  };
  Isolation isolation_;  // before the server has threads

 public:
  static constexpr const char* anthropic_key = "sk-ant-0123456789abcdefghij";
  static constexpr const char* anthropic_work = "sk-ant-of-work-0123456789";
  static constexpr const char* openai_key = "sk-0123456789abcdefghijkl";
  static constexpr const char* openai_work = "sk-of-work-0123456789abc";
  static constexpr const char* google_key = "gm-0123456789abcdefghijkl";
  static constexpr const char* groq_key = "gsk_0123456789abcdefghijk";
  static constexpr const char* mistral_key = "mi-0123456789abcdefghijkl";
  static constexpr const char* github_key = "ghp_0123456789abcdefghijkl";
  static constexpr const char* chatgpt_token = "access-token-0123456789";

  /// For a test of that program; where it isn't installed, the test is skipped.
  explicit ClientHome(const std::string& program);

  [[nodiscard]] std::filesystem::path home() const { return profile.environment.at("HOME"); }

  /// Runs a command to its end in a folder of the home, made where it is missing.
  ProcessResult run(std::vector<std::string> command, const std::string& folder = "work") const;

  /// `pindus auth setup ...`, which must succeed.
  void setup(std::vector<std::string> arguments, const std::string& folder = "work") const;

  /// Puts a ChatGPT sign-in with chatgpt_token, of the account acc-17, in the place of all others.
  void sign_in_to_chatgpt() const;

  /// Puts a file into the home.
  void write(const std::string& file, std::string_view text) const;

  ProviderServer server;
  PindusProfile profile;
};

/// The command with the keys of these providers.
[[nodiscard]] std::vector<std::string> with_keys(std::vector<std::string> command,
                                                 std::vector<std::string> providers = {});

}  // namespace pindus::test
