#include <catch2/catch.hpp>

#include "core/base/text.hpp"
#include "tests/clients/client_home.hpp"

using Catch::Matchers::Contains;
using pindus::test::ClientHome;
using pindus::test::ProcessResult;

// Programs whose requests go through the broker: they have its token, and the provider sees the
// key.

namespace {

using Command = std::vector<std::string>;

Command brokered(Command command, const Command& providers) {
  Command line = {"pindus", "auth", "exec", "--broker"};
  line.insert(line.end(), providers.begin(), providers.end());
  line.emplace_back("--");
  line.insert(line.end(), command.begin(), command.end());
  return line;
}

// At least one question was answered, each with the key in place of the token.
void check_brokered(const ProcessResult& result, const ClientHome& home, std::string_view path,
                    const std::string& key) {
  INFO(result.err << result.out << home.server.protocol());
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("pong"));
  const auto keys = home.server.keys_at(path);
  REQUIRE_FALSE(keys.empty());
  for (const std::string& seen : keys) CHECK(seen == key);
  for (const auto& request : home.server.requests()) CHECK_THAT(request.text, !Contains("pnd_"));
}

}  // namespace

TEST_CASE("claude works through the broker and never has the key") {
  ClientHome home("claude");
  // What would win over it, all of it.
  home.profile.environment["ANTHROPIC_AUTH_TOKEN"] = "would-win-0123456789";
  home.profile.environment["HTTP_PROXY"] = "http://127.0.0.1:9";
  home.write(".claude/settings.json",
             R"({"env": {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}, "apiKeyHelper": "false"})");
  check_brokered(home.run(brokered({"claude", "-p", "ping", "--model", "claude-sonnet-4-5"}, {})),
                 home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("claude ends at once where the provider refuses the key of the broker") {
  ClientHome home("claude");
  home.server.deny(ClientHome::anthropic_key);
  const auto result =
      home.run(brokered({"claude", "-p", "ping", "--model", "claude-sonnet-4-5"}, {}));
  INFO(result.out << result.err << home.server.protocol());
  // A key that isn't taken ends it at once, and not after ten tries.
  CHECK(result.exit_code != 0);
  CHECK(home.server.keys_at("/v1/messages").size() <= 4);
}

TEST_CASE("codex works through the broker and never has the key") {
  const ClientHome home("codex");
  check_brokered(
      home.run(brokered({"codex", "exec", "--skip-git-repo-check", "ping"}, {"openai:work"})), home,
      "/responses", ClientHome::openai_work);
}

TEST_CASE("codex works through the broker, too, where it was set up to ask for its key") {
  const ClientHome home("codex");
  home.setup({"codex"});
  check_brokered(home.run(brokered({"codex", "exec", "--skip-git-repo-check", "ping"}, {})), home,
                 "/responses", ClientHome::openai_key);
}

TEST_CASE("codex works through the broker with a ChatGPT sign-in, whose token it never has") {
  ClientHome home("codex");
  home.sign_in_to_chatgpt();
  check_brokered(home.run(brokered({"codex", "exec", "--skip-git-repo-check", "ping"}, {})), home,
                 "/backend-api/codex/responses", ClientHome::chatgpt_token);
  CHECK_THAT(pindus::ascii_lower(home.server.requests().back().text),
             Contains("chatgpt-account-id: acc-17"));
}

TEST_CASE("gemini works through the broker and never has the key") {
  ClientHome home("gemini");
  home.profile.environment["GEMINI_CLI_TRUST_WORKSPACE"] = "true";
  home.write(".gemini/settings.json",
             R"({"security": {"auth": {"selectedType": "gemini-api-key"}}})");
  check_brokered(home.run(brokered({"gemini", "-m", "gemini-2.5-flash", "-p", "ping"}, {})), home,
                 "models/", ClientHome::google_key);
}

TEST_CASE("opencode works through the broker with several providers and never has a key") {
  const ClientHome home("opencode");
  check_brokered(home.run(brokered({"opencode", "run", "-m", "anthropic/claude-sonnet-4-5", "ping"},
                                   {"anthropic", "openai"})),
                 home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("pi works through the broker and never has the key") {
  const ClientHome home("pi");
  check_brokered(home.run(brokered({"pi", "-p", "ping", "--provider", "anthropic", "--model",
                                    "claude-sonnet-4-5"},
                                   {"anthropic"})),
                 home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("pi works through the broker, too, where it was set up to ask for its key") {
  const ClientHome home("pi");
  home.setup({"pi", "anthropic"});
  check_brokered(home.run(brokered({"pi", "-p", "ping", "--provider", "anthropic", "--model",
                                    "claude-sonnet-4-5"},
                                   {"anthropic"})),
                 home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("qwen works through the broker and never has the key") {
  ClientHome home("qwen");
  home.profile.environment["OPENAI_MODEL"] = "m";
  check_brokered(home.run(brokered({"qwen", "-p", "ping"}, {})), home, "/chat/completions",
                 ClientHome::openai_key);
}

TEST_CASE("copilot works through the broker and never has the key") {
  ClientHome home("copilot");
  home.profile.environment["COPILOT_MODEL"] = "m";
  check_brokered(home.run(brokered({"copilot", "-p", "ping", "--allow-all-tools"}, {"openai"})),
                 home, "/", ClientHome::openai_key);
}

TEST_CASE("the vendors' SDKs work through the broker and never have a key") {
  struct Sdk {
    const char* name;
    const char* path;
    const char* key;
  };
  for (const Sdk& sdk : {Sdk{"anthropic", "/v1/messages", ClientHome::anthropic_key},
                         Sdk{"openai", "/v1/chat/completions", ClientHome::openai_key},
                         Sdk{"google", ":generateContent", ClientHome::google_key},
                         Sdk{"groq", "/v1/chat/completions", ClientHome::groq_key},
                         Sdk{"mistral", "/v1/chat/completions", ClientHome::mistral_key}}) {
    INFO(sdk.name);
    const ClientHome home("../ask-sdk.mjs");
    check_brokered(home.run(brokered({PINDUS_TEST_BUILD "/peers/node-22",
                                      PINDUS_TEST_BUILD "/clients/ask-sdk.mjs", sdk.name},
                                     {sdk.name})),
                   home, sdk.path, sdk.key);
  }
}
