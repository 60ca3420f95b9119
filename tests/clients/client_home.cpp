#include "tests/clients/client_home.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "tests/clients/isolation.hpp"
#include "tests/integration/oauth_peer.hpp"

namespace pindus::test {
namespace {

namespace fs = std::filesystem;

// A slow machine runs several of them at once.
constexpr ChildProcess::Milliseconds limit{100'000};

std::string account(std::string_view key, bool is_default) {
  return fmt::format(R"({{"kind": "apiKey", "isDefault": {}, "key": "{}"}})", is_default, key);
}

}  // namespace

ClientHome::Isolation::Isolation() {
  cut_off_network();
}

ClientHome::ClientHome(const std::string& program) {
  const fs::path clients = PINDUS_TEST_BUILD "/clients/bin";
  std::error_code error;
  if (!fs::exists(clients / program, error) && !find_program(program)) {
    skip(program + " isn't installed");
  }
  fs::create_directories(home());
  auto& environment = profile.environment;
  environment["PATH"] = clients.string() + ":" + PindusProfile::program().parent_path().string() +
                        ":" + environment.at("PATH");
  environment["SHELL"] = "/bin/bash";
  profile.write_vault(fmt::format(
      R"({{"anthropic": {{"default": {}, "work": {}}}, "openai": {{"default": {}, "work": {}}},
          "google": {{"default": {}}}, "groq": {{"default": {}}}, "mistral": {{"default": {}}},
          "github": {{"default": {}}}}})",
      account(anthropic_key, true), account(anthropic_work, false), account(openai_key, true),
      account(openai_work, false), account(google_key, true), account(groq_key, true),
      account(mistral_key, true), account(github_key, true)));
  fs::permissions(profile.path() / "profile/auth.json",
                  fs::perms::owner_read | fs::perms::owner_write);
  for (const char* provider : {"anthropic", "openai", "google", "groq", "mistral"}) {
    profile.install_manifest(
        std::string(provider) + "-here",
        fmt::format(R"({{"manifest": 1, "id": "{}", "api": {{"base_url": "{}"}}}})", provider,
                    server.url()));
  }
  profile.install_manifest(
      "github-here",
      R"({"manifest": 1, "id": "github", "label": "GitHub", "env": ["GH_TOKEN"], "methods":
          {"api-key": {"library": "api-key.so", "abi": "1.0"}}})");
}

ProcessResult ClientHome::run(std::vector<std::string> command, const std::string& folder) const {
  fs::create_directories(home() / folder);
  std::vector<std::string> argv = {"sh", "-c", "cd \"$0\" && exec \"$@\"", home() / folder};
  argv.insert(argv.end(), command.begin(), command.end());
  return run_process(argv, profile.environment, {}, limit);
}

void ClientHome::setup(std::vector<std::string> arguments, const std::string& folder) const {
  arguments.insert(arguments.begin(), {"pindus", "auth", "setup"});
  const ProcessResult result = run(arguments, folder);
  if (result.exit_code != 0) throw std::runtime_error("auth setup failed: " + result.err);
}

void ClientHome::sign_in_to_chatgpt() const {
  profile.install_manifest("openai-here", fmt::format(
                                              R"({{"manifest": 1, "id": "openai",
               "api": {{"methods": {{"oauth": {{"base_url": "{}/backend-api/codex"}}}}}}}})",
                                              server.url()));
  profile.write_vault(fmt::format(
      R"({{"openai": {{"default": {{"kind": "oauth", "access": "{}", "accountId": "acc-17"}}}}}})",
      chatgpt_token));
}

void ClientHome::write(const std::string& file, std::string_view text) const {
  write_file(home() / file, text);
}

std::vector<std::string> with_keys(std::vector<std::string> command,
                                   std::vector<std::string> providers) {
  std::vector<std::string> line = {"pindus", "auth", "exec"};
  line.insert(line.end(), providers.begin(), providers.end());
  line.emplace_back("--");
  line.insert(line.end(), command.begin(), command.end());
  return line;
}

}  // namespace pindus::test
