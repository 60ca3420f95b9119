#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "core/command/credential_command.hpp"
#include "core/vault/memory_storage.hpp"

namespace pindus::test {

/// A person, or a pipe, whose lines were written beforehand; remembers all that it was told.
class ScriptedIo final : public CredentialIo {
 public:
  std::vector<std::string> printed;
  std::vector<std::string> noticed;
  std::vector<std::string> questions;
  std::deque<std::string> lines;
  bool person = true;

  void print(std::string_view line) override { printed.emplace_back(line); }
  void notice(std::string_view line) override { noticed.emplace_back(line); }
  bool interactive() const override { return person; }
  Result<Secret> ask(std::string_view question, std::stop_token) override {
    questions.emplace_back(question);
    if (lines.empty()) return fail(FaultKind::aborted, "the input ended");
    Secret answer(lines.front());
    lines.pop_front();
    return answer;
  }
  Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override {
    return ask(question, stop);
  }
  Result<Secret> read_input(std::stop_token stop) override { return ask("", stop); }
  bool open_url(std::string_view, std::stop_token) override { return false; }
  bool show_qr(const QrCode&) override { return false; }
  void countdown(std::optional<std::chrono::seconds>) override {}
};

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
