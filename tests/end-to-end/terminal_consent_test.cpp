#include <catch2/catch.hpp>

#include "tests/end-to-end/terminal_fixture.hpp"

// What is asked before another program's settings are changed, or its keys are taken.

using Catch::Contains;
using pindus::test::key;
using pindus::test::read_file;
using pindus::test::TerminalSession;
using pindus::test::write_file;

namespace {

namespace fs = std::filesystem;

// What a person types, and what becomes of it.
struct Answer {
  const char* typed;
  bool agrees;
  int exit_code;
  const char* first = nullptr;  // typed before, and no answer
};

void answer_question(TerminalSession& terminal, const std::string& question, const Answer& answer) {
  terminal.wait_for(question);
  if (answer.first != nullptr) {
    terminal.type(answer.first);
    terminal.wait_for("Please answer with y or n.");
    terminal.wait_for(question);
  }
  terminal.type(answer.typed);
}

struct ConsentFixture : pindus::test::TerminalFixture {
  [[nodiscard]] fs::path settings() const { return folder / ".claude/settings.json"; }
  [[nodiscard]] bool has_vault() const { return fs::exists(folder / "profile/auth.json"); }

  void have_key() {
    variables["SHELL"] = "/bin/bash";
    REQUIRE(run({"signin", "anthropic", "--api-key"}, "sk-ant-0123456789abcdefghij").exit_code ==
            0);
  }
};

const std::string before = "{\n  \"model\": \"opus\"\n}\n";

}  // namespace

TEST_CASE_METHOD(ConsentFixture,
                 "a setup is made if the person agrees, for which Enter is enough") {
  have_key();
  for (const Answer& answer :
       {Answer{"\r", true, 0}, Answer{"y\r", true, 0}, Answer{"YES\r", true, 0},
        Answer{"y\r", true, 0, "maybe\r"}, Answer{"n\r", false, 1}, Answer{"No\r", false, 1},
        Answer{"\x03", false, 130}, Answer{"\x04", false, 1}, Answer{"\x03", false, 130, "x\r"}}) {
    CAPTURE(answer.typed);
    fs::remove_all(folder / "profile/setup.json");
    write_file(settings(), before);
    TerminalSession terminal({PINDUS_HOST, "auth", "setup", "claude"}, variables);
    terminal.wait_for("+  \"apiKeyHelper\": ");
    CHECK(read_file(settings()) == before);
    answer_question(terminal, "Make this change? [Y/n]", answer);
    CHECK(terminal.wait() == answer.exit_code);
    CHECK(terminal.restored());
    CHECK((read_file(settings()) != before) == answer.agrees);
    CHECK(fs::exists(folder / "profile/setup.json") == answer.agrees);
  }
}

TEST_CASE_METHOD(ConsentFixture, "an undo asks too, and nothing to be changed isn't asked about") {
  have_key();
  write_file(settings(), before);
  REQUIRE(run({"auth", "setup", "claude", "--yes"}).exit_code == 0);
  const std::string made = read_file(settings());
  for (const auto& [typed, is_undone] : {std::pair("\x03", false), std::pair("\r", true)}) {
    TerminalSession terminal({PINDUS_HOST, "auth", "setup", "claude", "--undo"}, variables);
    terminal.wait_for("Make this change? ");
    terminal.type(typed);
    CHECK(terminal.wait() == (is_undone ? 0 : 130));
    CHECK(read_file(settings()) == (is_undone ? before : made));
  }
  for (const char* option : {"--undo", "--dry-run"}) {
    TerminalSession terminal({PINDUS_HOST, "auth", "setup", "claude", option}, variables);
    CHECK(terminal.wait() == 0);
    CHECK_THAT(terminal.said(), !Contains("Make this change"));
  }
  CHECK(read_file(settings()) == before);
}

TEST_CASE_METHOD(ConsentFixture,
                 "an import takes what is there only if the person says so in a word") {
  write_file(folder / ".codex/auth.json", R"({"OPENAI_API_KEY": "sk-codex-0123456789abcdefWXYZ"})");
  fs::permissions(folder / ".codex/auth.json", fs::perms(0600));
  for (const Answer& answer :
       {Answer{"\r", false, 1}, Answer{"n\r", false, 1}, Answer{"\x03", false, 130},
        Answer{"\x04", false, 1}, Answer{"\r", false, 1, "what\r"}, Answer{"y\r", true, 0}}) {
    CAPTURE(answer.typed);
    TerminalSession terminal({PINDUS_HOST, "auth", "import"}, variables);
    terminal.wait_for("api key (...WXYZ)");
    answer_question(terminal, "Store what is new? [y/N]", answer);
    CHECK(terminal.wait() == answer.exit_code);
    CHECK(terminal.restored());
    CHECK(has_vault() == answer.agrees);
    CHECK_THAT(terminal.said(), !Contains("sk-codex"));
  }
  CHECK(run({"auth", "key", "openai"}).out == "sk-codex-0123456789abcdefWXYZ\n");
  // Nothing is new any more.
  TerminalSession terminal({PINDUS_HOST, "auth", "import"}, variables);
  CHECK(terminal.wait() == 0);
  CHECK_THAT(terminal.said(), !Contains("Store"));
}
