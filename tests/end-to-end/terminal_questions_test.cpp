#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/end-to-end/terminal_fixture.hpp"
#include "tests/unit/services_keys.hpp"

// How questions are put on a terminal, and what is taken for an answer.

using Catch::Contains;
using pindus::test::ChildProcess;
using pindus::test::key;
using pindus::test::TerminalSession;
using pindus::test::write_file;
using Fixture = pindus::test::TerminalFixture;
using namespace std::chrono_literals;

TEST_CASE_METHOD(Fixture, "what was typed before the question was put answers nothing") {
  TerminalSession terminal({PINDUS_HOST, "signin", "--api-key"}, variables);
  terminal.wait_for("give up: ");
  terminal.type("groq\rgsk_from_somebody_elses_clipboard\r\r");
  terminal.wait_for("Groq: ");
  std::this_thread::sleep_for(200ms);
  terminal.type(key + "\r");
  CHECK(terminal.wait() == 0);
  CHECK_THAT(terminal.said(), !Contains("That can't be it"));
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "a hidden answer is told by its length and its end") {
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  terminal.type("\x1b[200~" + key + "\x1b[201~");
  terminal.type("\x1b[200~" + key + "\x1b[201~\r");
  CHECK(terminal.wait() == 0);
  CHECK_THAT(terminal.said(), Contains("48 characters, ending in ghij\r\n"));
}

TEST_CASE_METHOD(Fixture, "a private key is pasted with its line breaks, and never shown") {
  write_file(folder / "profile/plugins/acme.json", R"({"manifest": 1, "id": "acme", "label": "Acme",
    "methods": {"oauth": {"library": "jwt-bearer.so", "options": {
      "assertion_issuer": "robot", "token_url": "http://127.0.0.1:9/token"}}}})");
  TerminalSession terminal({PINDUS_HOST, "signin", "acme"}, variables);
  terminal.wait_for("all that is in it): ");
  const std::string pem = pindus::test::rsa_key;
  SECTION("with marks") {
    terminal.type("\x1b[200~" + pem + "\x1b[201~\r");
  }
  SECTION("without marks, row upon row") {
    std::string rows = pem;
    std::ranges::replace(rows, '\n', '\r');
    terminal.type(rows);
  }
  CHECK(terminal.wait() == 1);
  // That the server isn't there is found only with an assertion in hand.
  CHECK_THAT(terminal.said(), Contains("127.0.0.1") && Contains("characters, ending in"));
  CHECK_THAT(terminal.said(), !Contains("PRIVATE KEY") && !Contains(pem.substr(40, 20)));
  CHECK(terminal.restored());
}

TEST_CASE_METHOD(Fixture,
                 "no sequence gets into a hidden answer, and no Escape key costs a character") {
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  SECTION("a paste after the Escape key") {
    terminal.type("\x1b\x1b[200~" + key + "\x1b[201~\r");
  }
  SECTION("the terminal's late answer to a question of somebody else's") {
    terminal.type("\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?62;22c" + key + "\r");
  }
  SECTION("the Escape key, and a little later a paste without marks") {
    terminal.type("\x1b");
    std::this_thread::sleep_for(800ms);
    terminal.type(key + "\r");
  }
  CHECK(terminal.wait() == 0);
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "a key that can be none is asked for again, three times in all") {
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  terminal.type("\r");
  terminal.wait_for("the key is empty");
  terminal.wait_for("Groq: ");
  terminal.type("your-api-key-goes-here\r");
  terminal.wait_for("placeholder");
  terminal.wait_for("Groq: ");
  SECTION("the third is good") {
    terminal.type(key + "\r");
    CHECK(terminal.wait() == 0);
  }
  SECTION("the third is none either") {
    terminal.type("short\r");
    CHECK(terminal.wait() == 1);
    CHECK_THAT(terminal.said(), Contains("5 characters\r\n") && Contains("Invalid api key: "));
    CHECK_FALSE(std::filesystem::exists(folder / "profile/auth.json"));
  }
}

TEST_CASE_METHOD(Fixture,
                 "backspace takes a wide character's two cells, and an accent with its letter") {
  TerminalSession terminal({PINDUS_HOST, "signin", "--api-key"}, variables);
  terminal.wait_for("give up: ");
  terminal.type(
      "groq\xe6\xbc\xa2\x7f"
      "e\xcc\x81\x7f\r");
  terminal.wait_for(
      "groq\xe6\xbc\xa2\b \b\b \b"
      "e\xcc\x81\b \b\r\n");
  terminal.wait_for("Groq: ");
  terminal.type("\x04");
  CHECK(terminal.wait() == 1);
}

TEST_CASE_METHOD(Fixture, "the menu has columns, and a part of a name picks") {
  TerminalSession terminal({PINDUS_HOST, "signin", "--api-key"}, variables);
  terminal.wait_for("give up: ");
  const std::string menu = terminal.said();
  std::vector<std::size_t> columns;
  for (std::size_t at = 0; (at = menu.find("api key\r\n", at)) != std::string::npos; ++at) {
    columns.push_back(at - menu.rfind('\n', at));
  }
  CHECK(columns.size() > 10);
  CHECK(std::ranges::count(columns, columns.at(0)) == std::ssize(columns));
  terminal.type("o\r");
  terminal.wait_for("That can be ");
  terminal.wait_for("give up: ");
  terminal.type("nobody\r");
  terminal.wait_for("Please answer with a number from 1 to ");
  terminal.wait_for("give up: ");
  terminal.type("SARV\r");
  terminal.wait_for("Sarvam: ");
  terminal.type("\x04");
  CHECK(terminal.wait() == 1);
}

TEST_CASE_METHOD(Fixture,
                 "questions and what belongs to them go to the terminal, wherever stderr goes") {
  const std::string log = folder / "log";
  variables["LOG"] = log;
  TerminalSession terminal({"/bin/sh", "-c", "exec " PINDUS_HOST " signin --api-key 2>\"$LOG\""},
                           variables);
  terminal.wait_for("Sign in at");
  terminal.wait_for("give up: ");
  terminal.type("groq\r");
  terminal.wait_for("https://");
  terminal.wait_for("Groq: ");
  terminal.type("\x04");
  CHECK(terminal.wait() == 1);
  const std::string logged = pindus::test::read_file(log);
  CHECK(logged.starts_with("Cancelled: "));
  CHECK(terminal.said().find("Cancelled") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a terminal that knows no sequences is sent none") {
  SECTION("it says so") {
    variables["TERM"] = "dumb";
  }
  SECTION("nobody says what it is") {
    variables.erase("TERM");
  }
  TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
  terminal.wait_for("Groq: ");
  terminal.signal(SIGCONT);
  terminal.wait_for("Groq: ");
  terminal.type(key + "\r");
  CHECK(terminal.wait() == 0);
  CHECK(terminal.said().find('\x1b') == std::string::npos);
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
}

TEST_CASE_METHOD(Fixture, "who waits for a pipe is told so after a second") {
  ChildProcess process({PINDUS_HOST, "signin", "groq"}, variables);
  const auto begun = std::chrono::steady_clock::now();
  process.wait_for("Waiting for standard input");
  CHECK(std::chrono::steady_clock::now() - begun >= 900ms);
  process.write_input(key + "\n");
  const auto result = process.wait();
  CHECK(result.exit_code == 0);
  CHECK(run({"auth", "key", "groq"}).out == key + "\n");
  CHECK(run({"signin", "mistral"}, key).err.find("Waiting") == std::string::npos);
}
