// `auth exec --broker` as a process: what the command keeps, what it never sees, and the broker's
// own life.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/integration/broker_run.hpp"

using Catch::Matchers::Contains;
using pindus::test::BrokerRun;
using pindus::test::Connection;
using pindus::test::eventually;
using pindus::test::HttpMessage;
using pindus::test::ok;
using pindus::test::ProcessResult;
using pindus::test::say_fine;
using pindus::test::TestProvider;

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// All that a process can read of itself and of its memory.
std::string memory_of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::istringstream maps(content_of(folder + "/maps"));
  std::ifstream memory(folder + "/mem", std::ios::binary);
  std::string all;
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    std::istringstream(line) >> std::hex >> from >> dash >> to;
    if (!line.contains(" rw") || to - from > (64U << 20U)) continue;
    std::string part(to - from, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(from));
    memory.read(part.data(), static_cast<std::streamsize>(part.size()));
    all += part;
  }
  return all;
}

}  // namespace

TEST_CASE("the command is the process that pindus was, and ends as it ends") {
  TestProvider provider(say_fine);
  BrokerRun::Setting setting{.script = "echo pid=$$; read line; exit 7"};
  BrokerRun run(provider, setting);
  CHECK(run.command->wait_for("pid=") == std::to_string(run.command->pid()));
  run.command->write_input("x\n");
  CHECK(run.end().exit_code == 7);
  setting.script = "kill -KILL $$";
  CHECK(BrokerRun(provider, setting).end().exit_code == 137);
}

TEST_CASE("the command's streams and terminal are those that pindus had") {
  TestProvider provider(say_fine);
  BrokerRun run(provider, {.script = "read line; echo \"out $line\"; echo \"err $line\" >&2; "
                                     "ls -l /proc/self/fd | grep -c socket: >&2"});
  run.command->write_input("typed\n");
  const ProcessResult result = run.end();
  CHECK_THAT(result.out, Contains("out typed\n"));
  CHECK_THAT(result.err, Contains("err typed\n"));
  // No descriptor of the broker's came along.
  CHECK_THAT(result.err, Contains("\n0\n"));
}

TEST_CASE("on a terminal the command is in its foreground, and the broker isn't on it at all") {
  TestProvider provider(say_fine);
  if (!pindus::test::find_program("script")) {
    std::puts("\nSKIPPED: script(1) is not installed");
    return;
  }
  BrokerRun run(provider);
  const std::string line = pindus::test::PindusProfile::program().string() +
                           " auth exec --broker acme -- sh -c 'test -t 0 && ps -o tpgid= -o pgid= "
                           "-p $$; ps -eo tty=,args= | grep pindus-broker | grep -c pts'";
  const auto result =
      pindus::test::run_process({"script", "-qec", line, "/dev/null"}, run.profile.environment);
  INFO(result.out);
  std::istringstream words(result.out);
  int foreground = 0;
  int group = -1;
  words >> foreground >> group;
  CHECK(foreground == group);
}

TEST_CASE("with the command its broker ends, its processes and its address") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  CHECK(run.ask("GET /v1/models").status() == 200);
  CHECK(run.broker_processes().size() == 2);
  run.end();
  CHECK(eventually([&] { return run.broker_processes().empty(); }));
  CHECK_THROWS(run.client());
}

TEST_CASE("a command that is killed takes its broker along, and streams with it") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    while (!connection.read_some().empty()) {
    }
  });
  BrokerRun run(provider);
  auto client = run.client();
  client.send(run.request("GET /v1/stream"));
  CHECK(client.head().status() == 200);
  run.command->signal(SIGKILL);
  CHECK(run.end().exit_code == 137);
  CHECK(eventually([&] { return run.broker_processes().empty(); }));
  CHECK(eventually([&] { return provider.ended() == 1; }));
}

TEST_CASE("a broker that dies is started again, and the next request is answered") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  CHECK(run.ask("GET /v1/models").status() == 200);
  for (int i = 0; i < 2; ++i) {
    const pid_t before = run.broker_child();
    ::kill(before, SIGKILL);
    CHECK(run.ask("GET /v1/models").status() == 200);
    CHECK(run.broker_child() != before);
  }
}

TEST_CASE("the command never holds the key: not in its environment, its memory or the run's file") {
  TestProvider provider([](Connection& connection, const HttpMessage&) {
    connection.write(ok("fine", "Set-Cookie: a=1\r\n"));
  });
  BrokerRun::Setting setting;
  setting.variables["ACME_KEY"] = "sk-of-the-environment-0123456789";
  setting.variables["OPENAI_API_KEY"] = "sk-openai-0123456789abcdefghij";
  BrokerRun run(provider, setting);
  CHECK(run.ask("POST /v1/messages?secret=query", "body-text").status() == 200);
  const std::string folder = "/proc/" + std::to_string(run.command->pid());
  const std::string environment = content_of(folder + "/environ");
  CHECK_THAT(environment, Contains(run.token));
  // Also in full words: nothing else was searched.
  for (const char* secret : {BrokerRun::real_key, "sk-of-the-environment-0123456789",
                             "sk-openai-0123456789abcdefghij"}) {
    CHECK_THAT(environment, !Contains(secret));
    CHECK_FALSE(memory_of(run.command->pid()).contains(secret));
    CHECK_THAT(content_of(folder + "/cmdline"), !Contains(secret));
  }
  CHECK(memory_of(run.command->pid()).contains(run.token));
  REQUIRE(run.log_lines(1).size() == 1);
  const std::string log = run.log_text();
  CHECK_THAT(log, Contains("/v1/messages") && !Contains(BrokerRun::real_key) &&
                      !Contains(run.token) && !Contains("query") && !Contains("body-text"));
  // And the provider sees the key, and never the token.
  REQUIRE(provider.requests().size() == 1);
  CHECK(provider.fields("x-api-key") == std::vector<std::string>{BrokerRun::real_key});
  CHECK_THAT(provider.requests()[0].head,
             !Contains(run.token) && !Contains("127.0.0.1:" + std::to_string(run.port)));
  CHECK(provider.requests()[0].line() == "POST /base/v1/messages?secret=query HTTP/1.1");
}

TEST_CASE("nobody else reads the broker's memory: it isn't dumpable") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  CHECK(run.ask("GET /v1/models").status() == 200);
  for (const pid_t process : run.broker_processes()) {
    // The files of such a process belong to root (proc(5)), and those of others to their user.
    const std::string status = content_of("/proc/" + std::to_string(process) + "/status");
    CHECK_THAT(status, Contains("CoreDumping:\t0"));
    const std::string limits = content_of("/proc/" + std::to_string(process) + "/limits");
    CHECK_THAT(limits, Contains("Max core file size        0"));
  }
}

TEST_CASE("without a key there is no run") {
  TestProvider provider(say_fine);
  BrokerRun run(provider);
  run.store_key("");
  const auto result = run.profile.run({"auth", "exec", "--broker", "acme", "--", "echo", "ran"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK(run.profile.run({"auth", "exec", "--broker", "--rate", "5", "acme", "--", "true"})
            .exit_code == 2);
  CHECK(run.profile.run({"auth", "exec", "--requests", "5", "acme", "--", "true"}).exit_code == 2);
  CHECK(run.profile.run({"auth", "exec", "--broker", "--allow", "get /x", "acme", "--", "true"})
            .exit_code == 2);
}
