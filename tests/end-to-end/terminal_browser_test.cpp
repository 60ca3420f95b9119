#include <catch2/catch.hpp>
#include <thread>

#include "tests/end-to-end/terminal_fixture.hpp"

// What is started for a sign-in, and with what.

using Catch::Contains;
using pindus::test::read_file;
using pindus::test::run_process;
using pindus::test::TerminalSession;
using namespace std::chrono_literals;

namespace {

struct Fixture : pindus::test::TerminalFixture {
  const std::string seen = folder / "seen";

  Fixture() {
    pindus::test::write_file(folder / "profile/plugins/acme.json", R"({
      "manifest": 1, "id": "acme", "label": "Acme",
      "methods": {"oauth": {"library": "pkce.so", "abi": "1.0", "options": {
        "client_id": "c", "authorize_url": "https://login.example/authorize",
        "token_url": "http://127.0.0.1:9/token"}}}})");
    variables["SEEN"] = seen;
    variables["BROWSER"] = write_program("browser", R"sh(#!/bin/sh
{
  echo "arguments $# $1"
  echo "descriptors" $(cd /proc/$$/fd && for d in *; do readlink $d | grep -v "$0" && echo "at $d"; done)
  # By the shell itself: while it forks, it holds all signals.
  while read -r line; do case $line in SigBlk* | SigIgn*) echo "$line" ;; esac; done </proc/self/status
  echo "core $(ulimit -Hc) $(ulimit -c)"
  } >"$SEEN.new"
mv "$SEEN.new" "$SEEN"
)sh");
  }

  // What the browser saw.
  std::string wait_for_browser() const {
    for (int tries = 0; tries < 500 && !std::filesystem::exists(seen); ++tries) {
      std::this_thread::sleep_for(10ms);
    }
    return read_file(seen);
  }

  // Up to the question for the code, and away.
  std::string sign_in(const std::vector<std::string>& argv) const {
    TerminalSession terminal(argv, variables);
    terminal.wait_for("address: ");
    terminal.type("\x04");
    CHECK(terminal.wait() == 1);
    return terminal.said();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "BROWSER is opened without a display, and the line before the address says so") {
  const std::string said = sign_in({PINDUS_HOST, "signin", "acme"});
  CHECK_THAT(said, Contains("Your browser was opened at this address:\r\nhttps://login.example/"));
  CHECK_THAT(wait_for_browser(), Contains("arguments 1 https://login.example/authorize?"));
}

TEST_CASE_METHOD(Fixture, "no browser was opened where none is, none works, or none is wanted") {
  std::vector<std::string> argv = {PINDUS_HOST, "signin", "acme"};
  SECTION("there is none") {
    variables.erase("BROWSER");
  }
  SECTION("it fails") {
    variables["BROWSER"] = "false:/nonexistent/browser";
  }
  SECTION("it is not wanted") {
    argv.emplace_back("--no-browser");
  }
  const std::string said = sign_in(argv);
  CHECK_THAT(said, Contains("Open this address in a browser:\r\nhttps://login.example/"));
  CHECK_FALSE(std::filesystem::exists(seen));
}

TEST_CASE_METHOD(
    Fixture,
    "the next browser is tried when one fails, and one that stays is waited for a second") {
  SECTION("one that fails within a second") {
    variables["BROWSER"] = "sh -c 'sleep 0.3; exit 1':" + variables["BROWSER"];
    CHECK_THAT(sign_in({PINDUS_HOST, "signin", "acme"}), Contains("was opened"));
    CHECK_THAT(wait_for_browser(), Contains("https://login.example/"));
  }
  SECTION("one that runs") {
    variables["BROWSER"] = "sh -c 'sleep 5; exit 1':" + variables["BROWSER"];
    const auto begun = std::chrono::steady_clock::now();
    CHECK_THAT(sign_in({PINDUS_HOST, "signin", "acme"}), Contains("was opened"));
    CHECK(std::chrono::steady_clock::now() - begun < 4s);
    CHECK_FALSE(std::filesystem::exists(seen));
  }
}

TEST_CASE_METHOD(Fixture,
                 "a browser inherits no descriptor, no signal that is ignored or held, no limit") {
  sign_in({"/bin/sh", "-c",
           "exec 7</etc/passwd; trap '' USR1 QUIT; ulimit -c 1000; exec " PINDUS_HOST
           " signin acme 9</etc/group"});
  const std::string browser = wait_for_browser();
  CHECK_THAT(browser, !Contains("/etc/passwd") && !Contains("/etc/group"));
  CHECK_THAT(browser, !Contains("at 7") && !Contains("at 9"));
  CHECK_THAT(browser,
             Contains("SigBlk:\t0000000000000000\n") && Contains("SigIgn:\t0000000000000000\n"));
  CHECK_THAT(browser, Contains("core 1000 1000"));
}

TEST_CASE_METHOD(Fixture, "the agent inherits what our caller gave it, and nothing of ours") {
  variables["PINDUS_AGENT"] = "/bin/ls";
  const auto directly =
      run_process({"/bin/sh", "-c", "exec ls -l /proc/self/fd 7</etc/passwd"}, variables);
  // For the second one the manifests were read: is it a command of ours, with a provider?
  pindus::test::write_file(folder / "sigin", "");
  const std::string in_folder = "cd '" + (folder / ".").string() + "'; exec " PINDUS_HOST " ";
  for (const std::string words : {"", "sigin ", "-- "}) {
    const auto listed = run_process(
        {"/bin/sh", "-c", in_folder + words + "-l /proc/self/fd 7</etc/passwd"}, variables);
    INFO(words << listed.out << listed.err);
    CHECK(listed.exit_code == 0);
    CHECK_THAT(listed.out, Contains(" 7 -> /etc/passwd"));
    const auto descriptors = [](const std::string& text) { return std::ranges::count(text, '>'); };
    CHECK(descriptors(listed.out) == descriptors(directly.out));
  }
}

TEST_CASE_METHOD(Fixture, "the agent reads what a shell substitutes for a process") {
  variables["PINDUS_AGENT"] = "/bin/cat";
  const auto read =
      run_process({"/bin/bash", "-c", "exec " PINDUS_HOST " -- <(echo settings)"}, variables);
  CHECK(read.out == "settings\n");
  CHECK(read.err.empty());
}

TEST_CASE_METHOD(Fixture, "the agent has the signals and limits that our caller gave it") {
  const std::string look =
      R"(while read -r line; do case $line in SigBlk* | SigIgn*) echo "$line" ;; esac; done )"
      "</proc/self/status; ulimit -Hc; ulimit -c";
  variables["PINDUS_AGENT"] = write_program("agent", "#!/bin/sh\n" + look + "\n");
  const std::string caller = "trap '' USR1 PIPE; ulimit -c 1000; exec ";
  const auto agent = run_process({"/bin/sh", "-c", caller + PINDUS_HOST " fix"}, variables);
  const auto directly =
      run_process({"/bin/sh", "-c", caller + variables["PINDUS_AGENT"]}, variables);
  CHECK_THAT(agent.out, Contains("SigIgn:\t") && Contains("1000\n1000\n"));
  CHECK(agent.out == directly.out);
}
