// What is shown on a terminal, and what isn't.
#include <catch2/catch.hpp>

#include "tests/end-to-end/terminal_fixture.hpp"

using pindus::test::key;
using pindus::test::TerminalSession;
using Fixture = pindus::test::TerminalFixture;

TEST_CASE_METHOD(Fixture, "auth env shows keys on a terminal only to whom asks for it") {
  REQUIRE(run({"signin", "groq"}, key).exit_code == 0);
  TerminalSession refused({PINDUS_HOST, "auth", "env"}, variables);
  CHECK(refused.wait() == 2);
  CHECK(refused.said().find(key) == std::string::npos);
  CHECK(refused.said().find("--reveal") != std::string::npos);
  TerminalSession revealed({PINDUS_HOST, "auth", "env", "--reveal"}, variables);
  CHECK(revealed.wait() == 0);
  CHECK(revealed.said().find("export GROQ_API_KEY=" + key) != std::string::npos);
}

TEST_CASE_METHOD(Fixture,
                 "auth status is coloured on a terminal, unless NO_COLOR or a dumb one says no") {
  REQUIRE(run({"signin", "groq"}, key).exit_code == 0);
  const auto said = [&] {
    TerminalSession terminal({PINDUS_HOST, "auth", "status"}, variables);
    CHECK(terminal.wait() == 0);
    return terminal.said();
  };
  CHECK(said().find("\x1b[32mvalid\x1b[0m") != std::string::npos);
  CHECK(run({"auth", "status"}).out.find('\x1b') == std::string::npos);
  variables["NO_COLOR"] = "1";
  CHECK(said().find('\x1b') == std::string::npos);
  variables["NO_COLOR"] = "";
  CHECK(said().find("\x1b[32m") != std::string::npos);
  variables["TERM"] = "dumb";
  CHECK(said().find('\x1b') == std::string::npos);
}
