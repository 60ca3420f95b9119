// What other programs keep, as they write it, taken over by the real program.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/pindus_profile.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::read_file;
using pindus::test::run_process;
using pindus::test::write_file;

namespace {

constexpr const char* codex_file = R"({"OPENAI_API_KEY": "sk-codex-0123456789abcdefWXYZ",
 "tokens": {"id_token": "a.b.c", "access_token": "access-of-codex", "refresh_token": "refresh-of-codex",
 "account_id": "account-1"}, "last_refresh": "2026-01-01T00:00:00Z"})";

struct Machine : PindusProfile {
  [[nodiscard]] fs::path home(const std::string& file) const { return path() / "home" / file; }

  void keep(const std::string& file, std::string_view text) const {
    write_file(home(file), text);
    fs::permissions(home(file), fs::perms::owner_read | fs::perms::owner_write);
  }

  [[nodiscard]] ProcessResult import(std::vector<std::string> arguments,
                                     std::string_view input = {}) const {
    arguments.insert(arguments.begin(), {"auth", "import"});
    return run(std::move(arguments), input);
  }
};

}  // namespace

TEST_CASE("auth import alone shows what every program keeps, and stores nothing") {
  Machine machine;
  machine.environment["GROQ_API_KEY"] = "gsk-of-the-environment-1234";
  machine.keep(".codex/auth.json", codex_file);
  machine.keep(
      ".claude/.credentials.json",
      R"({"claudeAiOauth": {"accessToken": "sk-ant-oat01-a", "refreshToken": "sk-ant-ort01-b",
                   "expiresAt": 1790000000000, "scopes": ["user:inference"]}})");
  machine.keep(".local/share/opencode/auth.json",
               R"({"anthropic": {"type": "api", "key": "sk-ant-api03-0123456789abcdef"},
                   "openai": {"type": "api", "key": "sk-codex-0123456789abcdefWXYZ"},
                   "github-copilot": {"type": "oauth", "refresh": "gho_1", "access": "tid=1",
                                      "expires": 0}})");
  machine.keep(".pi/agent/auth.json",
               R"({"mistral": {"type": "api_key", "key": "!pindus auth key mistral"},
                   "xai": {"type": "api_key", "key": "xai-0123456789abcdefghij"}})");
  machine.keep(".cline/data/settings/providers.json",
               R"({"version": 1, "providers": {"gemini": {"settings": {"provider": "gemini",
                   "apiKey": "AIza0123456789abcdefghij"}, "tokenSource": "manual"}}})");
  machine.keep(".config/io.datasette.llm/keys.json",
               R"({"// Note": "This file stores secret API credentials. Do not share!",
                   "cerebras": "csk-0123456789abcdefghij"})");
  const ProcessResult shown = machine.import({});
  CHECK(shown.exit_code == 0);
  for (const char* text :
       {"Codex, ", "Claude Code, ", "opencode, ", "pi, ", "Cline, ", "llm, ", "the environment",
        "api key (...WXYZ)  new, as default", "the same as Codex's", "a command, not a key",
        "pindus and Claude Code would sign each other out", "pindus and Codex would",
        "github-copilot  browser sign-in    new, as default"}) {
    CHECK_THAT(shown.out, Contains(text));
  }
  CHECK_THAT(shown.out, !Contains("// Note") && !Contains("0123456789"));
  CHECK_THAT(shown.err, Contains("Nothing was stored") && Contains("pindus auth import --all"));
  CHECK_FALSE(machine.has_vault());
  CHECK(machine.import({"--dry-run", "--all"}).exit_code == 0);
  CHECK_FALSE(machine.has_vault());

  CHECK(machine.import({"--all"}).exit_code == 0);
  CHECK(machine.key("openai") == "sk-codex-0123456789abcdefWXYZ");
  CHECK(machine.key("anthropic") == "sk-ant-api03-0123456789abcdef");
  CHECK(machine.key("google") == "AIza0123456789abcdefghij");
  CHECK(machine.key("cerebras") == "csk-0123456789abcdefghij");
  CHECK(machine.key("xai") == "xai-0123456789abcdefghij");
  CHECK(machine.stored("/groq/default/key") == "gsk-of-the-environment-1234");
  CHECK(machine.stored("/github-copilot/default/refresh") == "gho_1");
  CHECK(machine.stored("/github-copilot/default/issuedBy") == "https://api.github.com");
  CHECK_THAT(machine.vault_text(), !Contains("sk-ant-oat01") && !Contains("refresh-of-codex"));
  const std::string vault = machine.vault_text();
  CHECK_THAT(machine.import({"--all"}).out, Contains("is there already, as default"));
  CHECK(machine.vault_text() == vault);
  CHECK(read_file(machine.home(".codex/auth.json")) == codex_file);
}

TEST_CASE("a named source is stored at once, but a rotating sign-in only with --take-over") {
  const Machine machine;
  machine.keep(".codex/auth.json", codex_file);
  const ProcessResult first = machine.import({"--from", "codex"});
  CHECK(first.exit_code == 1);  // not all of it
  CHECK_THAT(first.out,
             Contains("stored as default") && Contains("pindus signin openai, or --take-over"));
  CHECK_THAT(first.err, Contains("Not all was taken: 1 of 2 in Codex, "));
  const ProcessResult second = machine.import({"--from", "Codex", "--take-over"});
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.out, Contains("Codex is signed out when pindus first refreshes it") &&
                             Contains("codex login"));
  CHECK(machine.stored("/openai/codex/refresh") == "refresh-of-codex");
  CHECK(machine.stored("/openai/codex/accountId") == "account-1");
  CHECK(machine.stored("/openai/codex/issuedBy") == "https://auth.openai.com");
  CHECK(machine.import({"--from", "codex"}).exit_code == 0);
}

TEST_CASE("a file anywhere is known by its name or by what it holds") {
  const Machine machine;
  machine.keep("backup/saved.json", codex_file);
  machine.keep("project/.env.local",
               "# keys\nexport GROQ_API_KEY=\"gsk_0123456789abcdefghij\"\nPORT=80\n");
  CHECK_THAT(machine.import({machine.home("backup/saved.json")}).out,
             Contains("stored as default"));
  CHECK(machine.import({machine.home("project/.env.local")}).exit_code == 0);
  CHECK(machine.key("groq") == "gsk_0123456789abcdefghij");
  CHECK(machine.import({"--from", "dotenv", "-"}, "MISTRAL_API_KEY=mistral-0123456789abcdef")
            .exit_code == 0);
  CHECK(machine.key("mistral") == "mistral-0123456789abcdef");
  CHECK(machine.import({"-"}, "MISTRAL_API_KEY=x").exit_code == 2);
  CHECK(machine.import({"--from", "nobody"}).exit_code == 2);
  CHECK(machine.import({"--from", "codex", "--all"}).exit_code == 2);
  machine.keep("odd.json", R"({"a": 1})");
  CHECK_THAT(machine.import({machine.home("odd.json")}).err,
             Contains("--from takes one of: claude, "));
}

TEST_CASE("a folder's .env is stored only where somebody names it") {
  const Machine machine;
  machine.keep("clone/.env", "GROQ_API_KEY=gsk_of_somebody_else_01234\n");
  const auto in_clone = [&](const char* arguments) {
    return run_process(
        {"/bin/sh", "-c", std::string("cd \"$1\" && exec \"$2\" auth import ") + arguments, "sh",
         machine.home("clone"), PindusProfile::program()},
        machine.environment);
  };
  const ProcessResult all = in_clone("--all");
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.out, Contains("but only if it is named") && Contains("pindus auth import .env"));
  CHECK_FALSE(machine.has_vault());
  CHECK(in_clone(".env").exit_code == 0);
  CHECK(machine.key("groq") == "gsk_of_somebody_else_01234");
}

TEST_CASE("gh's tokens are read from its file, or said to be in the keyring") {
  const Machine machine;
  machine.install_manifest("github", R"({"manifest": 1, "id": "github", "label": "GitHub",
    "env": ["GH_TOKEN"], "methods": {"api-key": {"library": "api-key.so", "abi": "1.0"}}})");
  machine.keep(
      ".config/gh/hosts.yml",
      "github.com:\n    git_protocol: https\n    users:\n        monalisa:\n        octocat:\n"
      "            oauth_token: gho_0123456789abcdefghij\n    user: octocat\n"
      "    oauth_token: gho_0123456789abcdefghij\n");
  const ProcessResult result = machine.import({"--from", "gh"});
  CHECK_THAT(result.out,
             Contains("github.com (octocat)") && Contains("stored as octocat") &&
                 Contains("in the keyring") &&
                 Contains("--command -- gh auth token --hostname github.com --user monalisa"));
  CHECK(machine.stored("/github/octocat/key") == "gho_0123456789abcdefghij");
  // An older gh.
  machine.keep(".config/gh/hosts.yml",
               "github.com:\n    user: hubot\n    oauth_token: gho_hubot6789abcdefghij\n");
  CHECK(machine.import({"--from", "gh"}).exit_code == 0);
  CHECK(machine.stored("/github/hubot/key") == "gho_hubot6789abcdefghij");
  machine.keep(".config/gh/hosts.yml", "github.com: &anchor\n    user: hubot\n");
  CHECK_THAT(machine.import({"--from", "gh"}).err,
             Contains("line 1 has a value that is more than"));
}

TEST_CASE("a source that can't be used is named, and the others go on") {
  Machine machine;
  machine.keep(".codex/auth.json", "{broken");
  machine.keep(".pi/agent/auth.json",
               R"({"xai": {"type": "api_key", "key": "xai-0123456789abcdefghij"}})");
  fs::create_directories(machine.home(".claude"));
  fs::create_symlink("/nowhere/at/all", machine.home(".claude/.credentials.json"));
  fs::create_directories(machine.home(".local/share/opencode/auth.json"));
  fs::create_directories(machine.home(".config/gh"));
  REQUIRE(::mkfifo(machine.home(".config/gh/hosts.yml").c_str(), 0600) == 0);
  machine.keep(".cline/data/settings/providers.json", std::string(2'000'000, ' '));
  machine.keep(".config/io.datasette.llm/keys.json", R"({"openai": "sk-0123456789abcdefghij"})");
  fs::permissions(machine.home(".config/io.datasette.llm/keys.json"), fs::perms::others_write,
                  fs::perm_options::add);
  const ProcessResult all = machine.import({"--all"});
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.out, Contains(".codex/auth.json can't be used: ") &&
                          Contains(".claude/.credentials.json can't be read: No such file") &&
                          Contains("opencode/auth.json can't be read: it is a folder") &&
                          Contains("hosts.yml can't be read: it is no regular file") &&
                          Contains("providers.json can't be read: it is larger than 1 MiB") &&
                          Contains("everybody may write it") && Contains("chmod o-w"));
  CHECK(machine.key("xai") == "xai-0123456789abcdefghij");
  CHECK(machine.import({"--from", "openai"}).exit_code == 2);
  for (const char* name : {"codex", "claude", "opencode", "gh", "cline", "llm"}) {
    const ProcessResult named = machine.import({"--from", name});
    CHECK(named.exit_code == 1);
    CHECK_THAT(named.err, Contains("Nothing was imported: "));
  }
  machine.environment.erase("HOME");
  CHECK_THAT(machine.import({"--from", "codex"}).err, Contains("HOME is not set"));
}

TEST_CASE("another user's file is not taken") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: only root can make one");
    return;
  }
  const Machine machine;
  machine.keep("other.env", "GROQ_API_KEY=gsk_0123456789abcdefghij\n");
  REQUIRE(::chown(machine.home("other.env").c_str(), 1234, 1234) == 0);
  const ProcessResult result = machine.import({machine.home("other.env")});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("belongs to another user (uid 1234)"));
}

TEST_CASE("a vault that can't be understood is not written over by an import") {
  const Machine machine;
  machine.keep("x.env", "GROQ_API_KEY=gsk_0123456789abcdefghij\n");
  machine.write_vault("{ not json");
  CHECK(machine.import({machine.home("x.env")}).exit_code == 1);
  CHECK(machine.vault_text() == "{ not json");
  machine.write_vault(R"({"groq": 7})");
  const ProcessResult result = machine.import({machine.home("x.env")});
  CHECK(result.exit_code == 1);
  CHECK(machine.vault_text() == R"({"groq": 7})");
}

TEST_CASE("an account is imported under the name that is asked for") {
  const Machine machine;
  machine.keep(".codex/auth.json", codex_file);
  CHECK_THAT(machine.import({"--account", "office"}).err, Contains("--account needs --from"));
  CHECK_THAT(machine.import({"--from", "codex", "--account", "a b"}).err, Contains("a b"));
  CHECK_FALSE(machine.has_vault());
  CHECK_THAT(machine.import({"--from", "codex", "--account", "office"}).out,
             Contains("stored as office"));
  CHECK(machine.stored("/openai/office/key") == "sk-codex-0123456789abcdefWXYZ");
}

TEST_CASE("what codex took is stored with the end that its token says") {
  const Machine machine;
  machine.keep(".codex/auth.json", R"({"tokens": {"access_token":
    "eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTAwMDAwMDAsIngiOiI_Pz4ifQ.c2lnbmF0dXJl",
    "refresh_token": "refresh-of-codex", "account_id": "account-1"}})");
  CHECK(machine.import({"--from", "codex", "--take-over"}).exit_code == 0);
  CHECK(machine.stored_number("/openai/default/expires") == 1'790'000'000'000);
}

TEST_CASE("the formats are listed with the files that are looked for, the user's own too") {
  const Machine machine;
  write_file(machine.path() / "profile/imports.d/mine.json",
             R"({"import": 1, "id": "mine", "label": "My tool", "files": ["{HOME}/mine.json"],
                 "rules": [{"at": "/*", "key": "/key"}]})");
  const ProcessResult listed = machine.import({"--list"});
  CHECK(listed.exit_code == 0);
  CHECK_THAT(listed.out,
             Contains("codex     Codex, " + machine.home(".codex/auth.json").native() + "\n") &&
                 Contains("mine      My tool, " + machine.home("mine.json").native() + "\n"));
  CHECK(machine.import({"--list", "--all"}).exit_code == 2);
}
