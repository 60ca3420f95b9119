#pragma once

#include <catch2/catch.hpp>
#include <map>

#include "core/command/credential_command.hpp"
#include "core/vault/memory_storage.hpp"
#include "tests/unit/scripted_io.hpp"

namespace pindus::test {

/// A provider whose api-key method isn't installed.
inline Provider provider(std::string id, std::string label, std::string variable) {
  Provider made;
  made.id = std::move(id);
  made.label = std::move(label);
  made.env = {std::move(variable)};
  Method method;
  method.name = "api-key";
  method.kind = AuthKind::api_key;
  method.library = "api-key.so";
  method.unavailable.message = "api-key.so is not installed";
  method.unavailable.hint = "install it";
  made.methods = {method};
  return made;
}

/// Commands over a vault in memory, providers of the test's making and a person of few words.
struct CommandFixture {
  ScriptedIo io;
  std::shared_ptr<MemoryStorage> storage = std::make_shared<MemoryStorage>();
  Vault vault{storage};
  std::map<std::string, std::string> variables;
  Environment environment{[this](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }};
  int directory_reads = 0;
  ProviderDirectory directory = make_directory();

  static ProviderDirectory make_directory() {
    auto disabled = provider("off", "Off", "OFF_KEY");
    disabled.enabled = false;
    return ProviderDirectory({provider("groq", "Groq", "GROQ_API_KEY"), disabled,
                              provider("openai", "OpenAI", "OPENAI_API_KEY")});
  }

  CredentialResult run(std::vector<std::string> args) {
    io.printed.clear();
    Context context({.environment = environment, .io = &io, .storage = storage, .discover = [this] {
                       ++directory_reads;
                       return directory;
                     }});
    return run_credential_command(args, context);
  }
  /// What `auth.json` shall hold.
  void keep(std::string_view text) { storage = std::make_shared<MemoryStorage>(text); }
  void store(const char* id, const char* account, std::string key) {
    const Secret secret(std::move(key));
    REQUIRE(vault.put_api_key({id, account}, secret, OnExisting::refuse));
  }
};

using Lines = std::vector<std::string>;

}  // namespace pindus::test
