#include <signal.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/integration/token_endpoint.hpp"

using Catch::Matchers::Contains;
using pindus::test::Connection;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;

namespace {

constexpr const char* anthropic_key = "sk-ant-0123456789abcdefghij";
constexpr const char* openai_key = "sk-0123456789abcdefghijkl";

// A profile with two keys, and a folder of programs that print their arguments and environment.
struct Programs : PindusProfile {
  Programs() {
    std::filesystem::create_directories(bin());
    environment["PATH"] = bin().string() + ":" + environment.at("PATH");
    write_vault(std::string(R"({"anthropic": {"default": {"kind": "apiKey", "isDefault": true,
      "key": ")") +
                anthropic_key + R"("}, "work": {"kind": "apiKey", "isDefault": false,
      "key": "sk-ant-of-work-0123456789"}}, "openai": {"default": {"kind": "apiKey",
      "isDefault": true, "key": ")" +
                openai_key + "\"}}}");
  }

  [[nodiscard]] std::filesystem::path bin() const { return path() / "bin"; }

  void add(const std::string& name) const {
    const auto program = bin() / name;
    std::ofstream(program) << "#!/bin/sh\nprintf '<%s>' \"$@\"; echo; env\n";
    REQUIRE(chmod(program.c_str(), 0755) == 0);
  }

  [[nodiscard]] std::filesystem::path file(const std::string& name, std::string_view text) const {
    std::ofstream(path() / name) << text;
    return path() / name;
  }
};

}  // namespace

TEST_CASE("auth exec gives a client the variable that it reads, and takes away what would win") {
  Programs programs;
  programs.add("claude");
  programs.environment["ANTHROPIC_AUTH_TOKEN"] = "an-older-token";
  programs.environment["ANTHROPIC_API_KEY"] = "an-older-key";
  programs.environment["OPENAI_API_KEY"] = "not-its-business";
  const ProcessResult result =
      programs.run({"auth", "exec", "--", "claude", "-p", "two words", "--json"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("<-p><two words><--json>\n"));
  CHECK_THAT(result.out, Contains(std::string("ANTHROPIC_API_KEY=") + anthropic_key + "\n"));
  CHECK_THAT(result.out, Contains("OPENAI_API_KEY=not-its-business\n"));
  CHECK_THAT(result.out, !Contains("ANTHROPIC_AUTH_TOKEN"));
  CHECK_THAT(result.err, Contains("ANTHROPIC_AUTH_TOKEN of the environment is removed") &&
                             Contains("ANTHROPIC_API_KEY of the environment is replaced"));
}

TEST_CASE("auth exec becomes the command: its process, its streams and its end") {
  const Programs programs;
  auto process = programs.start({"auth", "exec", "openai", "--", "sh", "-c",
                                 "read line; echo $$ $line $OPENAI_API_KEY; kill -TERM $$"});
  const std::string pid = std::to_string(process.pid());
  process.write_input("typed\n");
  const ProcessResult result = process.wait();
  CHECK(result.out == pid + " typed " + openai_key + "\n");
  CHECK(result.exit_code == 128 + SIGTERM);
}

TEST_CASE("a named account is the one that the command gets") {
  const Programs programs;
  const auto key = [&](std::vector<std::string> names) {
    std::vector<std::string> arguments = {"auth", "exec"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    for (const char* word : {"--", "sh", "-c", "echo $ANTHROPIC_API_KEY,$OPENAI_API_KEY"}) {
      arguments.emplace_back(word);
    }
    return programs.run(arguments).out;
  };
  CHECK(key({"anthropic:work"}) == "sk-ant-of-work-0123456789,\n");
  CHECK(key({"ANTHROPIC:work", "openai"}) ==
        std::string("sk-ant-of-work-0123456789,") + openai_key + "\n");
  CHECK(key({}) == std::string(anthropic_key) + "," + openai_key + "\n");
  // Of what the command asks for itself, too.
  CHECK(programs
            .run({"auth", "exec", "anthropic:work", "openai", "--", "sh", "-c",
                  "echo $PINDUS_ACCOUNT_ANTHROPIC,$PINDUS_ACCOUNT_OPENAI"})
            .out == "work,\n");
}

TEST_CASE("a key that came without its host is never sent to the usual one") {
  Programs programs;
  programs.environment["GITLAB_TOKEN"] = "glpat-0123456789abcdefghij";
  programs.environment["GITLAB_HOST"] = "gitlab.mine.example";
  const std::vector<std::string> show = {
      "auth", "exec", "gitlab", "--", "sh", "-c", "echo $GITLAB_TOKEN,$GITLAB_HOST"};
  CHECK(programs.run(show).out == "glpat-0123456789abcdefghij,gitlab.mine.example\n");
  programs.environment.erase("GITLAB_HOST");
  CHECK(programs.run(show).out == "glpat-0123456789abcdefghij,\n");
  programs.write_vault(R"({"gitlab": {"default": {"kind": "apiKey", "isDefault": true,
      "key": "glpat-of-the-vault-0123456789", "host": "gitlab.ours.example"}}})");
  CHECK(programs.run(show).out == "glpat-of-the-vault-0123456789,gitlab.ours.example\n");
}

TEST_CASE("auth exec runs nothing without the key that was named") {
  const Programs programs;
  const ProcessResult missing = programs.run({"auth", "exec", "groq", "--", "echo", "ran"});
  CHECK(missing.exit_code == 1);
  CHECK(missing.out.empty());
  CHECK_THAT(missing.err, Contains("pindus signin groq"));
  programs.add("gemini");
  CHECK_THAT(programs.run({"auth", "exec", "--", "gemini"}).err,
             Contains("nothing is stored for google"));
  // As env and shells end.
  const ProcessResult nothing = programs.run({"auth", "exec", "--", "no-such-program"});
  CHECK(nothing.exit_code == 127);
  CHECK_THAT(nothing.err, Contains("no program named no-such-program is on PATH"));
  const ProcessResult data = programs.run({"auth", "exec", "--", "/etc/passwd"});
  CHECK(data.exit_code == 126);
  CHECK_THAT(data.err, Contains("/etc/passwd is no program that can be executed"));
  CHECK(programs.run({"auth", "exec", "--", "/etc/no-such"}).exit_code == 127);
  CHECK(programs.run({"auth", "exec", "openai"}).exit_code == 2);
}

TEST_CASE("auth exec refreshes a token first, and sets what the method's key goes into") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("fresh-access-0123456789", "fresh-refresh"));
  });
  endpoint.profile.install_manifest("acme-api", R"({"manifest":1,"id":"acme","api":{
    "base_url":"https://api.acme.example","methods":{"oauth":{"env":{"ACME_TOKEN":"{key}"}},
    "api-key":{"env":{"ACME_KEY":"{key}"}}}}})");
  endpoint.profile.environment["ACME_KEY"] = "would-win";
  const ProcessResult result = endpoint.profile.run(
      {"auth", "exec", "acme", "--", "sh", "-c", "echo $ACME_TOKEN ${ACME_KEY-none}"});
  CHECK(result.out == "fresh-access-0123456789 none\n");
  CHECK_THAT(result.err, Contains("ACME_KEY of the environment is removed"));
}

TEST_CASE("a client of one's own is a file, with arguments and addresses but no key in them") {
  const Programs programs;
  programs.add("mytool");
  std::filesystem::create_directories(programs.environment.at("INDUSAGI_CODING_AGENT_DIR") +
                                      "/clients.d");
  std::ofstream(programs.environment.at("INDUSAGI_CODING_AGENT_DIR") + "/clients.d/mytool.json")
      << R"({"client": 1, "id": "mytool", "commands": ["mytool"], "providers": {"openai": {
         "env": {"MYTOOL_KEY": "{key}"}, "env_if_unset": {"MYTOOL_URL": "{base_url}/v1"},
         "args": ["--provider", "openai"], "remove": ["MYTOOL_OLD"]}}})";
  const ProcessResult result = programs.run({"auth", "exec", "--", "mytool", "go"});
  CHECK_THAT(result.out, Contains("<--provider><openai><go>\n"));
  CHECK_THAT(result.out, Contains(std::string("MYTOOL_KEY=") + openai_key + "\n") &&
                             Contains("MYTOOL_URL=https://api.openai.com/v1\n"));
  CHECK_THAT(result.out, !Contains("OPENAI_API_KEY"));
}

TEST_CASE("references in a .env file become what they stand for, and nothing else is set") {
  Programs programs;
  programs.write_vault(R"({"openai": {"default": {"kind": "oauth", "isDefault": true,
    "access": "token-0123456789abcdef", "accountId": "acc-1"}},
    "anthropic": {"work": {"kind": "apiKey", "key": "sk-ant-of-work-0123456789"}}})");
  const auto file = programs.file("x.env",
                                  "A=pindus://anthropic/work\nexport B=plain\n"
                                  "C='pindus://openai/default/accountId'\n");
  const ProcessResult result = programs.run({"auth", "exec", "--env-file", file, "--", "sh", "-c",
                                             "echo $A $B $C ${ANTHROPIC_API_KEY-none}"});
  CHECK(result.out == "sk-ant-of-work-0123456789 plain acc-1 none\n");
  for (const char* reference : {"pindus://", "pindus:///x", "pindus://a/b/c/d", "pindus://%zz"}) {
    const auto broken = programs.file("broken.env", std::string("A=") + reference + "\n");
    const ProcessResult refused =
        programs.run({"auth", "exec", "--env-file", broken, "--", "echo", "ran"});
    CHECK(refused.exit_code == 2);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, Contains("the value of A is no pindus://PROVIDER"));
  }
  const auto missing = programs.file("missing.env", "A=pindus://openai/default/refresh\n");
  CHECK_THAT(programs.run({"auth", "exec", "--env-file", missing, "--", "true"}).err,
             Contains("has no \"refresh\" that could be handed out"));
}

TEST_CASE("auth env prints what a shell takes up") {
  Programs programs;
  programs.write_vault(R"({"openai": {"default": {"kind": "apiKey", "isDefault": true,
    "key": "sk-with'quote-$HOME-0123456789"}}})");
  const ProcessResult printed = programs.run({"auth", "env", "openai"});
  const auto script = programs.file("x.sh", printed.out + "printf %s \"$OPENAI_API_KEY\"\n");
  CHECK(pindus::test::run_process({"sh", script}, programs.environment).out ==
        "sk-with'quote-$HOME-0123456789");
  CHECK(programs.run({"auth", "env", "openai", "--format", "fish"}).out ==
        "set -gx OPENAI_API_KEY 'sk-with\\'quote-$HOME-0123456789'\n");
  CHECK(programs.run({"auth", "env", "--format", "json"}).out ==
        "{\"OPENAI_API_KEY\":\"sk-with'quote-$HOME-0123456789\"}\n");
  CHECK(programs.run({"auth", "env", "--format", "dotenv"}).out ==
        "OPENAI_API_KEY=\"sk-with'quote-\\$HOME-0123456789\"\n");
  CHECK(programs.run({"auth", "env", "--format", "cmd"}).exit_code == 2);
}

TEST_CASE("in a workflow the keys are masked before they are in the file of its variables") {
  Programs programs;
  CHECK_THAT(programs.run({"auth", "env", "openai", "--format", "github"}).err,
             Contains("GITHUB_ENV is not set"));
  const auto file = programs.file("github_env", "EARLIER=1\n");
  programs.environment["GITHUB_ENV"] = file;
  CHECK(programs.run({"auth", "env", "openai", "--format", "github"}).out ==
        std::string("::add-mask::") + openai_key + "\n");
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  CHECK(text.str() == std::string("EARLIER=1\nOPENAI_API_KEY=") + openai_key + "\n");
}
