#include <catch2/catch.hpp>

#include "tests/clients/client_home.hpp"

using Catch::Matchers::Contains;
using pindus::test::ClientHome;
using pindus::test::ProcessResult;
using pindus::test::with_keys;

// Programs that read their key from the environment and nowhere else, and those that aren't agents.

namespace {

struct Gemini : ClientHome {
  Gemini() : ClientHome("gemini") {
    profile.environment["GOOGLE_GEMINI_BASE_URL"] = server.url();
    profile.environment["GEMINI_CLI_TRUST_WORKSPACE"] = "true";
    // Beside that variable it asks which sign-in is meant.
    write(".gemini/settings.json", R"({"security": {"auth": {"selectedType": "gemini-api-key"}}})");
  }
};

struct Qwen : ClientHome {
  Qwen() : ClientHome("qwen") { profile.environment["OPENAI_MODEL"] = "m"; }
};

void check_pong(const ProcessResult& result, const ClientHome& home, std::string_view path,
                const std::string& key) {
  INFO(result.err << result.out << home.server.protocol());
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("pong"));
  const auto keys = home.server.keys_at(path);
  REQUIRE_FALSE(keys.empty());
  CHECK(keys.back() == key);
}

}  // namespace

TEST_CASE("gemini sends the key that auth exec gives it") {
  Gemini home;
  home.profile.environment["GOOGLE_API_KEY"] = "would-win-0123456789";
  check_pong(home.run(with_keys({"gemini", "-p", "ping"})), home, "models/",
             ClientHome::google_key);
}

TEST_CASE("gemini gets its key by the alias that auth setup wrote, in each shell") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    if (!pindus::test::find_program(shell)) continue;
    Gemini home;
    home.profile.environment["SHELL"] = std::string("/bin/") + shell;
    home.setup({"gemini"});
    const auto result = home.run(
        {shell, "-ic", std::string_view(shell) == "fish" ? "functions gemini" : "alias gemini"});
    INFO(shell << result.err);
    CHECK_THAT(result.out, Contains("pindus auth exec google -- gemini"));
    if (std::string_view(shell) != "bash") continue;
    check_pong(home.run({shell, "-ic", "gemini -p ping"}), home, "models/", ClientHome::google_key);
  }
}

TEST_CASE("qwen gets key and address by auth exec, and by the alias that auth setup wrote") {
  const Qwen home;
  check_pong(home.run(with_keys({"qwen", "-p", "ping"}, {"openai:work"})), home,
             "/chat/completions", ClientHome::openai_work);
  home.setup({"qwen"});
  CHECK(home.run({"pindus", "auth", "use", "openai", "work"}, "office").exit_code == 0);
  check_pong(home.run({"bash", "-ic", "qwen -p ping"}, "home"), home, "/chat/completions",
             ClientHome::openai_key);
  check_pong(home.run({"bash", "-ic", "qwen -p ping"}, "office"), home, "/chat/completions",
             ClientHome::openai_work);
}

TEST_CASE("git gets user and key of its host, and asks no other helper for them") {
  const ClientHome home("git");
  home.write(".gitconfig",
             "[credential]\n\thelper = \"!echo username=x; echo password=wrong; :\"\n");
  home.setup({"git"});
  const std::string fill = "printf 'protocol=https\\nhost=%s\\n\\n' $1 | git credential fill";
  const auto github = home.run({"sh", "-c", fill, "-", "github.com"});
  CHECK_THAT(github.out, Contains("username=x-access-token\n") &&
                             Contains(std::string("password=") + ClientHome::github_key + "\n"));
  CHECK_THAT(home.run({"sh", "-c", fill, "-", "example.com"}).out, Contains("password=wrong"));
  const auto by_exec = home.run(with_keys({"sh", "-c", fill, "-", "github.com"}, {"github"}));
  CHECK_THAT(by_exec.out, Contains(ClientHome::github_key));
  home.setup({"git", "--undo"});
  CHECK_THAT(home.run({"sh", "-c", fill, "-", "github.com"}).out, Contains("password=wrong"));
}

TEST_CASE("git sends the key when the host asks for one") {
  ClientHome home("git");
  home.server.deny("");
  const std::string host = home.server.url();
  pindus::test::write_file(
      home.profile.path() / "profile/clients.d/git.json",
      R"({"client": 1, "id": "git", "providers": {"github": {"setup": {"changes": [
    {"file": "~/.gitconfig", "format": "block", "in_quotes": true, "lines": ["[credential \")" +
          host +
          R"(\"]", "helper = \"!f() { echo username=u; echo password=$({key_command}); }; f\""]}]}}}})");
  home.setup({"git"});
  const auto result = home.run({"git", "ls-remote", host + "/x.git"});
  INFO(result.err << home.server.protocol());
  // "u:" and the key, in base64.
  const auto keys = home.server.keys_at("/x.git");
  REQUIRE(keys.size() >= 2);
  CHECK(keys[0].empty());
  CHECK(keys[1] == "Basic dTpnaHBfMDEyMzQ1Njc4OWFiY2RlZmdoaWprbA==");
}

TEST_CASE("gh sends the key that auth exec gives it") {
  ClientHome home("gh");
  home.profile.environment["GH_HOST"] = "github.localhost";
  home.profile.environment["HTTP_PROXY"] = home.server.url();
  home.profile.environment["GITHUB_TOKEN"] = "another-0123456789";
  const auto result = home.run(with_keys({"gh", "api", "user"}));
  INFO(result.err << home.server.protocol());
  CHECK_THAT(result.out, Contains("somebody"));
  CHECK(home.server.keys_at("/user").back() == ClientHome::github_key);
}

TEST_CASE("direnv gives each folder the keys of its account, and takes them away behind it") {
  const ClientHome home("direnv");
  home.setup({"direnv", "anthropic:work"}, "office");
  home.setup({"direnv", "anthropic"}, "home");
  for (const char* folder : {"office", "home"}) {
    CHECK(home.run({"direnv", "allow"}, folder).exit_code == 0);
  }
  const std::vector<std::string> show = {"direnv", "exec", ".",
                                         "sh",     "-c",   "echo \"<$ANTHROPIC_API_KEY>\""};
  CHECK_THAT(home.run(show, "office").out,
             Contains("<" + std::string(ClientHome::anthropic_work) + ">"));
  CHECK_THAT(home.run(show, "home").out,
             Contains("<" + std::string(ClientHome::anthropic_key) + ">"));
  CHECK_THAT(home.run(show, "elsewhere").out, Contains("<>"));
}
