// Keys that aren't stored: files beside variables, and commands that print them.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/integration/pindus_profile.hpp"

using Catch::Matchers::Contains;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;

namespace {

constexpr const char* key = "sk-0123456789abcdefghijkl";

struct Sources : PindusProfile {
  [[nodiscard]] std::string file(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << text;
    return path() / name;
  }
  // A program, by its path.
  [[nodiscard]] std::string program(const std::string& name, const std::string& script) const {
    std::string made = file(name, "#!/bin/sh\n" + script + "\n");
    REQUIRE(chmod(made.c_str(), 0755) == 0);
    return made;
  }
  [[nodiscard]] ProcessResult sign_in(std::vector<std::string> command) const {
    command.insert(command.begin(), {"signin", "openai", "--command", "--"});
    return run(std::move(command));
  }
  [[nodiscard]] std::string openai() const { return run({"auth", "key", "openai"}).out; }
};

}  // namespace

TEST_CASE("a variable's file serves where the variable isn't set, and then systemd's folder") {
  Sources sources;
  sources.environment["CREDENTIALS_DIRECTORY"] = sources.path() / "credentials";
  static_cast<void>(sources.file("credentials/OPENAI_API_KEY", "key-of-the-credentials-folder\n"));
  CHECK(sources.openai() == "key-of-the-credentials-folder\n");
  sources.environment["OPENAI_API_KEY_FILE"] =
      sources.file("run/openai", "key-of-the-named-file\r\n");
  CHECK(sources.openai() == "key-of-the-named-file\n");
  sources.environment["OPENAI_API_KEY"] = "key-of-the-variable";
  CHECK(sources.openai() == "key-of-the-variable\n");
  sources.write_vault(R"({"openai": {"default": {"kind": "apiKey", "key": "key-of-the-vault"}}})");
  CHECK(sources.openai() == "key-of-the-vault\n");
}

TEST_CASE("a file that a variable names and that gives no key is an error, never passed over") {
  Sources sources;
  sources.environment["CREDENTIALS_DIRECTORY"] = sources.path() / "credentials";
  static_cast<void>(sources.file("credentials/OPENAI_API_KEY", key));
  const auto refusal = [&](const std::string& file) {
    sources.environment["OPENAI_API_KEY_FILE"] = file;
    const ProcessResult result = sources.run({"auth", "key", "openai"});
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    return result.err;
  };
  CHECK_THAT(refusal("/no/such/file"), Contains("/no/such/file, which OPENAI_API_KEY_FILE names") &&
                                           Contains("No such file"));
  CHECK_THAT(refusal(sources.path()), Contains("can't be read"));
  CHECK_THAT(refusal(sources.file("empty", "\n")), Contains("(OPENAI_API_KEY_FILE) is empty"));
  CHECK_THAT(refusal(sources.file("two", "key-0123456789 and more")), Contains("holds a blank"));
  CHECK_THAT(refusal(sources.file("large", std::string(70'000, 'k'))), Contains("64 KiB"));
}

TEST_CASE("a key file may be what a shell puts in the place of a process") {
  Sources sources;
  if (!pindus::test::find_program("bash")) {
    WARN("SKIPPED: bash isn't installed");
    return;
  }
  const ProcessResult result =
      run_process({"bash", "-c",
                   "OPENAI_API_KEY_FILE=<(sleep 0.2; echo " + std::string(key) + ") " +
                       PindusProfile::program().string() + " auth key openai"},
                  sources.environment);
  // What is substituted in an assignment is open until the command has ended.
  CHECK(result.out + result.err == std::string(key) + "\n");
}

TEST_CASE("a command prints the key each time, and the vault never holds it") {
  const Sources sources;
  const std::string tool = sources.program("tool", "cat \"$1\"; echo said >&2");
  const std::string secret = sources.file("secret", std::string(key) + "\n");
  CHECK(sources.sign_in({tool, secret, "two words"}).exit_code == 0);
  CHECK_THAT(sources.vault_text(), !Contains(key));
  CHECK_THAT(sources.vault_text(), Contains(R"("kind": "command")") && Contains("\"two words\"]"));
  const ProcessResult printed = sources.run({"auth", "key", "openai"});
  CHECK(printed.out == std::string(key) + "\n");
  CHECK(printed.err == "said\n");
  static_cast<void>(sources.file("secret", "another-key-0123456789"));
  CHECK(sources.openai() == "another-key-0123456789\n");
  CHECK_THAT(sources.run({"auth", "headers", "openai"}).out,
             Contains("Bearer another-key-0123456789"));
  CHECK(sources.run({"auth", "exec", "--", "sh", "-c", "echo $OPENAI_API_KEY"}).out ==
        "another-key-0123456789\n");
  CHECK_THAT(sources.run({"signin", "--list"}).out, Contains("default (default) [command]"));
  CHECK(sources.run({"auth", "refresh", "openai"}).exit_code == 0);
  CHECK(sources.sign_in({tool, secret}).exit_code == 1);  // it is there already
  CHECK(sources.run({"signin", "openai", "--api-key", "--replace"}, key).exit_code == 0);
  CHECK_THAT(sources.vault_text(), !Contains("command"));
}

TEST_CASE("a command that gives no key stores nothing, and its arguments are not shown") {
  const Sources sources;
  const auto refusal = [&](const std::string& script) {
    const ProcessResult result = sources.sign_in({sources.program("tool", script), "secret-word"});
    CHECK(result.exit_code == 1);
    CHECK_FALSE(sources.has_vault());
    CHECK_THAT(result.err, !Contains("secret-word"));
    return result.err;
  };
  CHECK_THAT(refusal("exit 3"), Contains("ended with status 3"));
  CHECK_THAT(refusal("kill -KILL $$"), Contains("ended by signal 9"));
  CHECK_THAT(refusal("true"), Contains("tool of the account default of openai printed is empty"));
  CHECK_THAT(refusal("echo one; echo two"), Contains("a blank or a character that no key has"));
  CHECK_THAT(refusal("yes long-enough-to-be-a-key"), Contains("more than 64 KiB"));
  CHECK_THAT(sources.sign_in({"/no/such/program"}).err,
             Contains("is no program that can be executed"));
}

TEST_CASE(
    "a command that hangs is ended after ten seconds, and one that leaves something running "
    "is not waited for") {
  const Sources sources;
  const std::string tool = sources.program("tool", "echo " + std::string(key) + "; sleep 60 &");
  CHECK(sources.sign_in({tool}).exit_code == 0);
  const std::string hangs = sources.program("tool", "exec sleep 60");
  const ProcessResult result = sources.run({"auth", "key", "openai"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("took longer than 10 s"));
}

TEST_CASE("a command is not run where others could have written it") {
  const Sources sources;
  CHECK(sources.sign_in({sources.program("tool", "echo " + std::string(key))}).exit_code == 0);
  const std::filesystem::path vault =
      sources.environment.at("INDUSAGI_CODING_AGENT_DIR") + "/auth.json";
  REQUIRE(chmod(vault.c_str(), 0666) == 0);
  const ProcessResult refused = sources.run({"auth", "key", "openai"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.empty());
  CHECK_THAT(refused.err, Contains("is not run") && Contains("writable by everyone"));
  REQUIRE(chmod(vault.c_str(), 0600) == 0);
  CHECK(sources.openai() == std::string(key) + "\n");
}

TEST_CASE("a key command stands behind --, and needs a provider") {
  const Sources sources;
  CHECK(sources.run({"signin", "openai", "--command"}).exit_code == 2);
  CHECK(sources.run({"signin", "openai", "--", "echo", key}).exit_code == 2);
  CHECK(sources.run({"signin", "openai", "--", "--command", "echo", key}).exit_code == 2);
  CHECK(sources.run({"signin", "--command", "--", "echo", key}).exit_code == 2);
  CHECK(sources.run({"signin", "openai", "--oauth", "--command", "--", "echo", key}).exit_code ==
        2);
}
