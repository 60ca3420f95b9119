#include <catch2/catch.hpp>

#include "core/base/text.hpp"
#include "tests/clients/client_home.hpp"
#include "tests/integration/oauth_peer.hpp"

using Catch::Matchers::Contains;
using pindus::test::ClientHome;
using pindus::test::OAuthPeer;
using pindus::test::ProcessResult;
using pindus::test::with_keys;

// Programs that run a command for their key.

namespace {

using Keys = std::vector<std::string>;

struct Claude : ClientHome {
  Claude() : ClientHome("claude") {
    profile.environment["ANTHROPIC_BASE_URL"] = server.url();
    profile.environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1";
  }
  const std::vector<std::string> ask = {"claude", "-p", "ping", "--model", "claude-sonnet-4-5"};
};

struct Codex : ClientHome {
  Codex() : ClientHome("codex") {}
  const std::vector<std::string> ask = {"codex", "exec", "--skip-git-repo-check", "ping"};
};

void check_answered(const ProcessResult& result, const ClientHome& home) {
  INFO(result.err << result.out << home.server.protocol());
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("pong"));
}

void check_key(const ClientHome& home, std::string_view path, const std::string& key) {
  INFO(home.server.protocol());
  const Keys keys = home.server.keys_at(path);
  REQUIRE_FALSE(keys.empty());
  for (const std::string& seen : keys) CHECK(seen == key);
}

}  // namespace

TEST_CASE("claude sends the key that auth exec gives it") {
  Claude home;
  home.profile.environment["ANTHROPIC_AUTH_TOKEN"] = "would-win-0123456789";
  check_answered(home.run(with_keys(home.ask)), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("claude asks for the key by what auth setup wrote") {
  const Claude home;
  home.setup({"claude"});
  check_answered(home.run(home.ask), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("claude asks again after a 401, and the person sees nothing of it") {
  Claude home;
  home.setup({"claude"});
  home.server.deny(ClientHome::anthropic_key, "/messages", 1);
  check_answered(home.run(home.ask), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_key);
  CHECK(home.server.keys_at("/v1/messages").size() >= 2);
}

TEST_CASE("claude uses the account of the folder that it works in") {
  const Claude home;
  home.setup({"claude"});
  CHECK(home.run({"pindus", "auth", "use", "anthropic", "work"}, "office").exit_code == 0);
  check_answered(home.run(home.ask, "office"), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_work);
  check_answered(home.run(home.ask, "home"), home);
  CHECK(home.server.keys_at("/v1/messages").back() == ClientHome::anthropic_key);
}

TEST_CASE("claude works as before after an undo") {
  Claude home;
  home.setup({"claude"});
  check_answered(home.run(home.ask), home);
  home.setup({"claude", "--undo"});
  home.profile.environment["ANTHROPIC_API_KEY"] = "sk-ant-of-the-person-0123456789";
  check_answered(home.run(home.ask), home);
  CHECK(home.server.keys_at("/v1/messages").back() == "sk-ant-of-the-person-0123456789");
}

TEST_CASE("claude sends a browser sign-in's token as what it is") {
  Claude home;
  home.profile.write_vault(R"({"anthropic": {"default": {"kind": "oauth",
    "access": "sk-ant-oat01-0123456789abcdef"}}})");
  home.setup({"claude"});
  check_answered(home.run({"bash", "-ic", "claude -p ping --model claude-sonnet-4-5"}), home);
  check_key(home, "/v1/messages", "sk-ant-oat01-0123456789abcdef");
  CHECK(home.server.requests().back().header == "authorization");
}

TEST_CASE("codex sends the key that auth exec gives it") {
  Codex home;
  home.profile.environment["OPENAI_BASE_URL"] = home.server.url() + "/v1";
  home.write(".codex/config.toml", "openai_base_url = \"" + home.server.url() + "/v1\"\n");
  check_answered(home.run(with_keys(home.ask)), home);
  check_key(home, "/v1/responses", ClientHome::openai_key);
  check_answered(home.run(with_keys(home.ask, {"openai:work"})), home);
  CHECK(home.server.keys_at("/v1/responses").back() == ClientHome::openai_work);
}

TEST_CASE("codex asks for the key by what auth setup wrote") {
  const Codex home;
  home.write(".codex/config.toml",
             "model = \"gpt-5.4\"\nmodel_provider = \"theirs\"\n[model_providers.theirs]\n"
             "name = \"T\"\nbase_url = \"http://127.0.0.1:9/v1\"\n");
  home.setup({"codex"});
  check_answered(home.run(home.ask), home);
  check_key(home, "/v1/responses", ClientHome::openai_key);
}

TEST_CASE("codex asks again after a 401") {
  Codex home;
  home.setup({"codex"});
  home.server.deny(ClientHome::openai_key, "/responses", 1);
  check_answered(home.run(home.ask), home);
  check_key(home, "/v1/responses", ClientHome::openai_key);
  CHECK(home.server.keys_at("/v1/responses").size() >= 2);
}

TEST_CASE("codex uses the account of the folder that it works in, or the one of its setup") {
  const Codex home;
  home.setup({"codex"});
  CHECK(home.run({"pindus", "auth", "use", "openai", "work"}, "office").exit_code == 0);
  check_answered(home.run(home.ask, "office"), home);
  check_key(home, "/v1/responses", ClientHome::openai_work);
  check_answered(home.run(home.ask, "home"), home);
  CHECK(home.server.keys_at("/v1/responses").back() == ClientHome::openai_key);
  home.setup({"codex", "--account", "work"});
  check_answered(home.run(home.ask, "home"), home);
  CHECK(home.server.keys_at("/v1/responses").back() == ClientHome::openai_work);
}

TEST_CASE("claude calls a tool of a server at which pindus signed in, by its headersHelper") {
  Claude home;
  const OAuthPeer peer("mcp-example-server.mjs", {"--strict", "1"});
  const std::string address = peer.said("one");
  auto sign_in = home.profile.start({"signin", address, "--oauth"});
  const std::string begin = peer.issuer() + "/authorize?";
  const std::string url = begin + sign_in.wait_for(begin);
  const auto consent = home.run({"curl", "-s", "-o", "/dev/null", "-w", "%{redirect_url}", url});
  sign_in.write_input(consent.out + "\n");
  REQUIRE(sign_in.wait().exit_code == 0);
  home.write("work/mcp.json", R"({"mcpServers": {"here": {"type": "http", "url": ")" + address +
                                  R"(", "headersHelper": "pindus auth headers )" + address +
                                  R"("}}})");
  const auto result = home.run(with_keys(
      {"claude", "-p", "greet", "--model", "claude-sonnet-4-5", "--mcp-config", "mcp.json",
       "--strict-mcp-config", "--allowedTools", std::string(pindus::test::greet_tool)}));
  INFO(result.out << result.err << home.server.protocol());
  CHECK(result.exit_code == 0);
  CHECK_THAT(home.server.requests().back().text, Contains("Hello, pindus!"));
}

TEST_CASE("codex sends a browser sign-in's token with the account's id") {
  Codex home;
  home.sign_in_to_chatgpt();
  home.setup({"codex"});
  check_answered(home.run(home.ask), home);
  check_key(home, "/backend-api/codex/responses", ClientHome::chatgpt_token);
  CHECK_THAT(pindus::ascii_lower(home.server.requests().back().text),
             Contains("chatgpt-account-id: acc-17"));
  check_answered(home.run(with_keys(home.ask)), home);
  CHECK(home.server.keys_at("/backend-api").size() >= 2);
}

namespace {

struct Copilot : ClientHome {
  Copilot() : ClientHome("copilot") {
    profile.environment["COPILOT_MODEL"] = "gpt-5.4";
    profile.environment["COPILOT_PROVIDER_TYPE"] = "openai";
  }
};

// pi asks for the address in the same file in which it asks for the key.
struct Pi : ClientHome {
  Pi() : ClientHome("pi") {
    write(".pi/agent/models.json", "{\n  \"providers\": {\n    \"anthropic\": { \"baseUrl\": \"" +
                                       server.url() + "\" }\n  }\n}\n");
  }
  const std::vector<std::string> ask = {
      "pi", "-p", "ping", "--provider", "anthropic", "--model", "claude-sonnet-4-5"};
};

struct Opencode : ClientHome {
  Opencode() : ClientHome("opencode") {
    write(".config/opencode/opencode.json", R"({"provider": {"openai": {"options": {"baseURL": ")" +
                                                server.url() +
                                                R"(/v1"}, "models": {"m": {"name": "m"}}}}})");
    profile.environment["OPENCODE_DISABLE_AUTOUPDATE"] = "1";
    profile.environment["npm_config_fetch_retries"] = "0";
  }
  const std::vector<std::string> ask = {"opencode", "run", "-m", "openai/m", "ping"};
};

}  // namespace

TEST_CASE("copilot asks for the key by what auth setup wrote, and again after a 401") {
  Copilot home;
  home.setup({"copilot", "openai"});
  home.server.deny(ClientHome::openai_key, "/v1/", 1);
  check_answered(home.run({"bash", "-ic", "copilot -p ping"}), home);
  check_key(home, "/v1/", ClientHome::openai_key);
  CHECK(home.server.requests().size() >= 2);
}

TEST_CASE("copilot sends the key that auth exec gives it, of the account that was named") {
  const Copilot home;
  check_answered(home.run(with_keys({"copilot", "-p", "ping"}, {"openai:work"})), home);
  check_key(home, "/v1/", ClientHome::openai_work);
}

TEST_CASE("pi asks for the key by what auth setup wrote, in the folder's account") {
  const Pi home;
  home.setup({"pi"});
  CHECK(home.run({"pindus", "auth", "use", "anthropic", "work"}, "office").exit_code == 0);
  check_answered(home.run(home.ask, "office"), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_work);
  check_answered(home.run(home.ask, "home"), home);
  CHECK(home.server.keys_at("/v1/messages").back() == ClientHome::anthropic_key);
}

TEST_CASE("pi sends the key that auth exec gives it") {
  const Pi home;
  check_answered(home.run(with_keys(home.ask)), home);
  check_key(home, "/v1/messages", ClientHome::anthropic_key);
}

TEST_CASE("opencode sends the key that auth exec gives it") {
  const Opencode home;
  check_answered(home.run(with_keys(home.ask)), home);
  check_key(home, "/v1/", ClientHome::openai_key);
}

TEST_CASE("opencode asks for the key of each request, and again after a 401") {
  Opencode home;
  home.setup({"opencode", "openai"});
  home.server.deny(ClientHome::openai_key, "/responses", 1);
  check_answered(home.run(home.ask), home);
  check_key(home, "/v1/responses", ClientHome::openai_key);
  CHECK(home.server.keys_at("/v1/responses").size() >= 2);
  CHECK(home.run({"pindus", "auth", "use", "openai", "work"}, "office").exit_code == 0);
  check_answered(home.run(home.ask, "office"), home);
  CHECK(home.server.keys_at("/v1/responses").back() == ClientHome::openai_work);
}
