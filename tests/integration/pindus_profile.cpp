#include "tests/integration/pindus_profile.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "tests/integration/oauth_peer.hpp"

namespace pindus::test {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

PindusProfile::PindusProfile() : environment(plain_environment()) {
  environment["HOME"] = directory_ / "home";
  environment["INDUSAGI_CODING_AGENT_DIR"] = directory_ / "profile";
}

std::filesystem::path PindusProfile::program() {
  return PINDUS_TEST_BUILD "/bin/pindus";
}

std::filesystem::path PindusProfile::host_program() {
  return PINDUS_TEST_BUILD "/libexec/pindus/pindus-host";
}

ChildProcess PindusProfile::start(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program());
  return {std::move(arguments), environment};
}

ProcessResult PindusProfile::run(std::vector<std::string> arguments, std::string_view input) const {
  ChildProcess process = start(std::move(arguments));
  process.write_input(input);
  return process.wait();
}

ProcessResult PindusProfile::run_with_mounts(const std::string& script,
                                             std::string_view input) const {
  if (run_process({"unshare", "-m", "true"}, environment).exit_code != 0) {
    skip("no mount namespace may be made here");
  }
  Variables variables = environment;
  variables["PROFILE"] = environment.at("INDUSAGI_CODING_AGENT_DIR");
  variables["PINDUS"] = program();
  return run_process({"unshare", "-m", "sh", "-euc", script}, variables, input);
}

std::string PindusProfile::key(const std::string& provider) const {
  const ProcessResult result = run({"auth", "key", provider});
  if (result.exit_code != 0 || !result.out.ends_with('\n')) {
    throw std::runtime_error(provider + " has no key: " + result.err);
  }
  return result.out.substr(0, result.out.size() - 1);
}

void PindusProfile::install_manifest(std::string_view name, std::string_view json) const {
  write_file(directory_ / "profile/plugins" / (std::string(name) + ".json"), json);
}

void PindusProfile::store_token(std::string_view provider, std::string_view access,
                                std::string_view refresh, std::int64_t seconds_left) const {
  write_vault(fmt::format(R"({{
  "{}": {{
    "default": {{ "kind": "oauth", "isDefault": true, "access": "{}", "refresh": "{}", "expires": {} }}
  }}
}}
)",
                          provider, access, refresh, now_ms() + seconds_left * 1000));
}

void PindusProfile::expire_token() const {
  constexpr std::string_view member = R"("expires": )";
  std::string text = vault_text();
  const auto begin = text.find(member) + member.size();
  text.replace(begin, text.find_first_not_of("0123456789", begin) - begin, "1");
  write_vault(text);
}

void PindusProfile::write_vault(std::string_view json) const {
  write_file(directory_ / "profile/auth.json", json);
}

std::string PindusProfile::vault_text() const {
  return read_file(directory_ / "profile/auth.json");
}

bool PindusProfile::has_vault() const {
  return std::filesystem::exists(directory_ / "profile/auth.json");
}

Json PindusProfile::vault() const {
  auto parsed = Json::parse(vault_text());
  if (!parsed) throw std::runtime_error("auth.json is broken: " + parsed.error());
  return *std::move(parsed);
}

std::string PindusProfile::stored(std::string_view pointer) const {
  const Json document = vault();
  const auto found = document.at(pointer);
  const std::string* text = found && *found != nullptr ? (*found)->as_string() : nullptr;
  return text != nullptr ? *text : "";
}

std::int64_t PindusProfile::stored_number(std::string_view pointer) const {
  const Json document = vault();
  const auto found = document.at(pointer);
  return found && *found != nullptr ? (*found)->as_integer().value_or(0) : 0;
}

std::string code_manifest(std::string_view id, std::string_view issuer, std::string_view token_url,
                          std::string_view options) {
  return fmt::format(R"({{
  "manifest": 1, "id": "{0}", "label": "Acme",
  "methods": {{ "oauth": {{ "library": "pkce.so", "abi": "1.0", "options": {{ {3}
    "client_id": "pindus-test", "authorize_url": "{1}/auth", "token_url": "{2}",
    "redirect_uri": "http://127.0.0.1:1455/auth/callback", "scope": "openid api.read" }} }} }}
}}
)",
                     id, issuer, token_url, options);
}

std::string device_manifest(std::string_view id, std::string_view issuer,
                            std::string_view options) {
  return fmt::format(R"({{
  "manifest": 1, "id": "{0}", "label": "Acme",
  "methods": {{ "oauth": {{ "library": "device.so", "abi": "1.0", "options": {{ {2}
    "client_id": "pindus-test", "device_code_url": "{1}/device/auth", "token_url": "{1}/token",
    "scope": "openid api.read" }} }} }}
}}
)",
                     id, issuer, options);
}

}  // namespace pindus::test
