#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/end-to-end/terminal_fixture.hpp"

// However a program ends that asked something, the terminal is as it was.

using pindus::test::TerminalSession;
using Fixture = pindus::test::TerminalFixture;

TEST_CASE_METHOD(Fixture, "whatever ends a question leaves the terminal as it was") {
  struct End {
    const char* typed;
    int signal;
    int exit_code;
  };
  for (const End& end :
       {End{"\x03", 0, 130}, End{"\x04", 0, 1}, End{"", SIGTERM, 143}, End{"", SIGHUP, 129},
        End{"\x1c", 0, 131}, End{"", SIGUSR1, 128 + SIGUSR1}}) {
    CAPTURE(end.typed, end.signal);
    TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
    terminal.wait_for("Groq: ");
    REQUIRE(!terminal.restored());
    if (end.signal != 0) {
      terminal.signal(end.signal);
    } else {
      terminal.type(end.typed);
    }
    CHECK(terminal.wait() == end.exit_code);
    CHECK(terminal.restored());
    // That the person gave up is nobody's failure, least of all the plugin's.
    CHECK(terminal.said().find("api-key.so") == std::string::npos);
    if (end.exit_code == 1 || end.exit_code == 130) {
      CHECK(terminal.said().find("Cancelled: the ") != std::string::npos);
    }
  }
  CHECK(!std::filesystem::exists(folder / "profile/auth.json"));
}

TEST_CASE_METHOD(Fixture, "a signal of any number that ends a question leaves no raw terminal") {
  for (int number = 1; number <= SIGRTMAX; ++number) {
    const bool ends = number != SIGKILL && number != SIGSTOP && number != SIGTSTP &&
                      number != SIGTTIN && number != SIGTTOU && number != SIGCHLD &&
                      number != SIGCONT && number != SIGURG && number != SIGWINCH &&
                      number != SIGPIPE && number != SIGXFSZ;  // these fail the write instead
    const bool of_libc = number > SIGSYS && number < SIGRTMIN;
    if (!ends || of_libc) continue;
    CAPTURE(number);
    TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
    terminal.wait_for("Groq: ");
    REQUIRE(!terminal.restored());
    terminal.signal(number);
    CHECK(terminal.wait() == 128 + number);
    CHECK(terminal.restored());
  }
}

TEST_CASE_METHOD(Fixture, "two Ctrl-C within a moment of each other leave no raw terminal") {
  using std::chrono::microseconds;
  for (microseconds between{0}; between < microseconds(3000); between += microseconds(50)) {
    CAPTURE(between.count());
    TerminalSession terminal({PINDUS_HOST, "signin", "groq"}, variables);
    terminal.wait_for("Groq: ");
    REQUIRE(!terminal.restored());
    terminal.signal(SIGINT);
    const auto end = std::chrono::steady_clock::now() + between;
    while (std::chrono::steady_clock::now() < end) continue;
    terminal.signal(SIGINT);
    CHECK(terminal.wait() == 130);
    REQUIRE(terminal.restored());
  }
}

TEST_CASE_METHOD(Fixture,
                 "a plugin that ends the process after a question leaves no raw terminal") {
  install_plugin(PINDUS_DIES_AS_TOLD);
  struct End {
    std::string how;
    int exit_code;
  };
  for (const End& end :
       {End{"exit", 1}, End{"overflow", 128 + SIGSEGV}, End{std::to_string(SIGABRT), 128 + SIGABRT},
        End{std::to_string(SIGRTMIN + 1), 128 + SIGRTMIN + 1}}) {
    CAPTURE(end.how);
    TerminalSession terminal({PINDUS_HOST, "signin", "acme"}, variables);
    terminal.wait_for("How: ");
    REQUIRE(!terminal.restored());
    terminal.type(end.how + "\r");
    CHECK(terminal.wait() == end.exit_code);
    CHECK(terminal.restored());
    if (end.how == "exit") {
      CHECK(terminal.said().find("dies-as-told.so ended the program") != std::string::npos);
    }
  }
}

TEST_CASE_METHOD(Fixture,
                 "the first interrupt asks a plugin to stop, and the second ends at once") {
  install_plugin(PINDUS_DIES_AS_TOLD);
  TerminalSession terminal({PINDUS_HOST, "signin", "acme"}, variables);
  terminal.wait_for("How: ");
  terminal.type("sleep\r");
  terminal.wait_for("\n");
  terminal.signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  REQUIRE(!terminal.restored());  // it still runs
  terminal.signal(SIGINT);
  const auto second = std::chrono::steady_clock::now();
  CHECK(terminal.wait() == 130);
  CHECK(std::chrono::steady_clock::now() - second < std::chrono::seconds(5));
  CHECK(terminal.restored());
}

TEST_CASE_METHOD(Fixture, "while a secret may be in memory no crash writes it to a file") {
  std::vector<std::string> argv = {PINDUS_HOST, "signin", "groq"};
  const uid_t nobody = 65534;
  if (::geteuid() == 0) {
    // Who owns a process's files in /proc tells whether it may be dumped; root's don't tell.
    if (::access("/usr/bin/setpriv", X_OK) != 0) {
      WARN("SKIPPED: there is no setpriv");
      return;
    }
    const std::string id = std::to_string(nobody);
    argv.insert(argv.begin(), {"/usr/bin/setpriv", "--reuid", id, "--regid", id, "--clear-groups"});
    REQUIRE(::chown(folder.path().c_str(), nobody, nobody) == 0);
  }
  TerminalSession terminal(argv, variables);
  terminal.wait_for("Groq: ");
  const std::string process = "/proc/" + std::to_string(terminal.pid());
  struct stat memory{};
  REQUIRE(::stat((process + "/mem").c_str(), &memory) == 0);
  CHECK(memory.st_uid == 0);
  std::ifstream limits(process + "/limits");
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max core")) continue;
  std::istringstream words(line.substr(std::string_view("Max core file size").size()));
  std::string soft;
  words >> soft;
  CHECK(soft == "0");
  terminal.type("\x03");
  CHECK(terminal.wait() == 130);
}
