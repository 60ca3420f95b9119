#include <catch2/catch.hpp>

#include "tests/end-to-end/terminal_fixture.hpp"

using pindus::test::key;
using pindus::test::run_process;
using pindus::test::TerminalSession;
using Fixture = pindus::test::TerminalFixture;

TEST_CASE_METHOD(Fixture, "a key that is typed is stored and never shown") {
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  terminal.type(key + "\r");
  CHECK(terminal.wait() == 0);
  CHECK(terminal.said().find(key) == std::string::npos);
  CHECK(terminal.said().find("Signed in at Groq (groq) as default") != std::string::npos);
  CHECK(terminal.restored());
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "64 KiB are pasted whole, and what follows them reaches no shell") {
  const std::string big = "gsk_" + std::string(64 * 1024 - 4, 'k');
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  terminal.type("\x1b[200~" + big + "\x1b[201~\rrm -rf everything\r");
  CHECK(terminal.wait() == 0);
  CHECK(run({"auth", "key", "groq"}).out == big + "\n");
  CHECK(terminal.left_over().empty());
}

TEST_CASE_METHOD(Fixture, "the menu takes a number, and Ctrl-D or q gives up") {
  for (const char* answer : {"\x04", "q\r", "Q\r", "\r"}) {
    TerminalSession terminal({PINDUS_HOST, "signin"}, variables);
    terminal.wait_for("give up: ");
    terminal.type(answer);
    CHECK(terminal.wait() == 1);
    CHECK(terminal.said().find("Cancelled") != std::string::npos);
  }
  TerminalSession terminal({PINDUS_HOST, "signin", "--api-key"}, variables);
  terminal.wait_for("give up: ");
  terminal.type("1\r");
  terminal.wait_for("Api key for");
  terminal.type("\x04");
  CHECK(terminal.wait() == 1);
}

TEST_CASE_METHOD(Fixture, "a pipe is the key, and beats the environment variable") {
  variables["GROQ_API_KEY"] = "gsk_from_the_environment";
  CHECK(run({"signin", "groq", "--api-key"}, key + "\n").exit_code == 0);
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
  CHECK(run({"signin", "groq", "--account", "second"}).exit_code == 0);
  CHECK(run({"auth", "key", "groq", "--account", "second"}).out == "gsk_from_the_environment\n");
  const auto short_key = run({"signin", "groq", "--account", "third"}, "secret-7");
  CHECK(short_key.exit_code == 1);
  CHECK(short_key.err.find("secret-7") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a result that can't be delivered is an error") {
  REQUIRE(run({"signin", "groq"}, key).exit_code == 0);
  const auto full = shell("auth key groq >/dev/full");
  CHECK(full.exit_code == 1);
  CHECK(full.err.find("No space left on device") != std::string::npos);
  const auto closed = shell("auth key groq >&-");
  CHECK(closed.exit_code == 1);
  CHECK(closed.err.find("standard output") != std::string::npos);
  CHECK(shell("auth key groq <&- 2>&-").out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "a file over the size limit is a fault, not the process's death") {
  REQUIRE(run({"signin", "groq"}, key).exit_code == 0);
  const auto limited = run_process(
      {"/bin/sh", "-c", "ulimit -f 0; exec " PINDUS_HOST " signin mistral"}, variables, key);
  CHECK(limited.exit_code == 1);
  CHECK(limited.err.find("Credential store error: ") != std::string::npos);
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "what is none of ours goes to the agent as it is") {
  variables["PINDUS_AGENT"] = write_program("agent", "#!/bin/sh\nprintf '[%s]' \"$@\"\nexit 42\n");
  const auto passed = run({"fix", "the bug", "--now"});
  CHECK(passed.exit_code == 42);
  CHECK(passed.out == "[fix][the bug][--now]");
  CHECK(run({"auth", "my", "users"}).out == "[auth][my][users]");
  CHECK(run({"--", "sigin"}).out == "[sigin]");

  const auto misspelled = run({"sigin"});
  CHECK(misspelled.exit_code == 2);
  CHECK(misspelled.err.find("did you mean signin") != std::string::npos);
  CHECK(run({"singin", "groq"}).exit_code == 2);
  CHECK(run({"sigin", "something"}).exit_code == 42);

  variables["PINDUS_AGENT"] = PINDUS_HOST;
  CHECK(run({"fix"}).exit_code == 2);
  CHECK(run({"fix"}).err.find("pindus itself") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "with no agent the help is printed, and that is an error") {
  const auto alone = run({});
  CHECK(alone.exit_code == 2);
  CHECK(alone.out.find("Usage: pindus") != std::string::npos);
  CHECK(run({"fix"}).exit_code == 2);
  CHECK(run({"signin", "--frob"}).exit_code == 2);
}
