// A refresh beside other processes, other programs, wrong clocks and full disks.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::ChildProcess;
using pindus::test::Connection;
using pindus::test::find_program;
using pindus::test::http_answer;
using pindus::test::PindusProfile;
using pindus::test::run_process;
using pindus::test::skip;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

// So many processes that want the key at once.
std::vector<std::unique_ptr<ChildProcess>> start_many(int count,
                                                      const pindus::test::Variables& environment) {
  std::vector<std::unique_ptr<ChildProcess>> processes;
  for (int i = 0; i < count; ++i) {
    processes.push_back(std::make_unique<ChildProcess>(
        std::vector<std::string>{PindusProfile::program(), "auth", "key", "acme"}, environment));
  }
  return processes;
}

}  // namespace

TEST_CASE("32 processes at once make one request and get one token") {
  // A token that lives for 30 s is within the margin from its first second.
  const int lifetime_s = GENERATE(3600, 30);
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(300ms);
    connection.write(token_answer("new-access", "new-refresh", lifetime_s));
  });
  auto processes = start_many(32, endpoint.profile.environment);
  for (const auto& process : processes) {
    const auto result = process->wait();
    CHECK(result.exit_code == 0);
    CHECK(result.out == "new-access\n");
    CHECK(result.err.empty());
  }
  CHECK(requests == 1);
  CHECK(endpoint.profile.stored_number("/acme/default/lifetime") == lifetime_s);
  CHECK(endpoint.profile.key("acme") == "new-access");
  CHECK(requests == 1);
}

TEST_CASE("32 processes that reach one vault by a link, a mount and its path make one request") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(300ms);
    connection.write(token_answer("new-access", "new-refresh", 30));
  });
  const auto result = endpoint.profile.run_with_mounts(R"(
    mkdir "$HOME.linked" "$HOME.mounted"
    ln -s "$PROFILE/auth.json" "$PROFILE/plugins" "$HOME.linked"
    mount --bind "$PROFILE" "$HOME.mounted"
    for i in $(seq 32); do
      case $((i % 3)) in
        0) way=$PROFILE ;;
        1) way=$HOME.linked ;;
        2) way=$HOME.mounted ;;
      esac
      { key=$(INDUSAGI_CODING_AGENT_DIR=$way "$PINDUS" auth key acme); echo "$key"; } &
    done
    wait)");
  CAPTURE(result.err);
  std::string expected;
  for (int i = 0; i < 32; ++i) expected += "new-access\n";
  CHECK(result.out == expected);
  CHECK(result.err.empty());
  CHECK(requests == 1);
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
}

TEST_CASE("ten processes make one request, also where it fails") {
  const auto [answer, told] = GENERATE(table<std::string, std::string>(
      {{http_answer("503 Service Unavailable", "{}"), "503"},
       {http_answer("503 Service Unavailable", "{}", "Retry-After: 60\r\n"), "try again in"},
       {http_answer("400 Bad Request", R"({"error":"invalid_grant"})"), "--replace"}}));
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&, text = answer](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(300ms);
    connection.write(text);
  });
  auto processes = start_many(10, endpoint.profile.environment);
  for (const auto& process : processes) {
    const auto result = process->wait();
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains(told));
  }
  CHECK(requests == 1);
}

TEST_CASE("a refresh whose process is killed leaves the account to the next one") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    if (++requests == 1) connection.sleep(20s);
    connection.write(token_answer("new-access"));
  });
  {
    auto first = endpoint.profile.start({"auth", "key", "acme"});
    while (requests == 0) std::this_thread::sleep_for(5ms);
    first.signal(SIGKILL);
  }
  CHECK(endpoint.profile.key("acme") == "new-access");
}

TEST_CASE("two accounts refresh side by side") {
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string& request) {
    most = std::max<int>(most, ++under_way);
    for (int i = 0; most < 2 && i < 100; ++i) connection.sleep(50ms);
    --under_way;
    const bool office = request.find("office-refresh") != std::string::npos;
    connection.write(token_answer(office ? "office-access" : "home-access"));
  });
  endpoint.profile.write_vault(R"({"acme": {
    "home": {"kind": "oauth", "isDefault": true, "access": "a", "refresh": "home-refresh", "expires": 1},
    "office": {"kind": "oauth", "access": "b", "refresh": "office-refresh", "expires": 1}}})");
  auto home = endpoint.profile.start({"auth", "key", "acme", "--account", "home"});
  auto office = endpoint.profile.start({"auth", "key", "acme", "--account", "office"});
  CHECK(home.wait().out == "home-access\n");
  CHECK(office.wait().out == "office-access\n");
  CHECK(most == 2);
  CHECK(endpoint.profile.stored("/acme/home/access") == "home-access");
  CHECK(endpoint.profile.stored("/acme/office/access") == "office-access");
}

TEST_CASE("a token that another program refreshed meanwhile is used") {
  const PindusProfile* profile = nullptr;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    profile->store_token("acme", "their-access", "their-refresh", 3600);
    connection.write(http_answer("400 Bad Request", R"({"error":"invalid_grant"})"));
  });
  profile = &endpoint.profile;
  CHECK(endpoint.profile.key("acme") == "their-access");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "their-refresh");
}

TEST_CASE("a refresh that is stopped (Ctrl-Z) keeps its account until it goes on") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(200ms);
    connection.write(token_answer("new-access", "new-refresh"));
  });
  auto first = endpoint.profile.start({"auth", "key", "acme"});
  while (requests == 0) std::this_thread::sleep_for(5ms);
  first.signal(SIGSTOP);
  auto second = endpoint.profile.start({"auth", "key", "acme"});
  std::this_thread::sleep_for(600ms);
  CHECK(requests == 1);
  CHECK(endpoint.profile.stored("/acme/default/access") == TokenEndpoint::old_access);
  first.signal(SIGCONT);
  CHECK(first.wait().out == "new-access\n");
  CHECK(second.wait().out == "new-access\n");
  CHECK(requests == 1);
}

TEST_CASE("a sign-out during a refresh has the last word, and revokes what the refresh brought") {
  std::atomic<int> requests = 0;
  std::string revoked;
  TokenEndpoint endpoint([&](Connection& connection, const std::string& request) {
    if (request.starts_with("POST /revoke")) {
      revoked = request;
      connection.write(http_answer("200 OK", "{}"));
      return;
    }
    ++requests;
    connection.sleep(700ms);
    connection.write(token_answer("new-access", "new-refresh"));
  });
  const std::string origin = "http://" + endpoint.server.host();
  endpoint.profile.install_manifest(
      "acme", pindus::test::code_manifest("acme", origin, origin + "/token",
                                          R"("revoke_url": ")" + origin + R"(/revoke",)"));
  auto refresh = endpoint.profile.start({"auth", "key", "acme"});
  while (requests == 0) std::this_thread::sleep_for(5ms);
  const auto sign_out = endpoint.profile.run({"signout", "acme"});
  CAPTURE(sign_out.err);
  CHECK(sign_out.exit_code == 0);
  refresh.wait();
  CHECK(endpoint.profile.vault_text().find("access") == std::string::npos);
  CHECK_THAT(sign_out.out, Contains("has revoked"));
  CHECK_THAT(revoked, Contains("token=new-refresh") && !Contains(TokenEndpoint::old_refresh));
}

TEST_CASE("no secret stands in a process's arguments or environment") {
  std::string arguments;
  std::string variables;
  std::atomic<pid_t> pid = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    while (pid == 0) connection.sleep(5ms);
    const std::string process = "/proc/" + std::to_string(pid);
    arguments = pindus::test::read_file(process + "/cmdline");
    variables = pindus::test::read_file(process + "/environ");
    connection.write(token_answer("new-access"));
  });
  auto process = endpoint.profile.start({"auth", "key", "acme"});
  pid = process.pid();
  CHECK(process.wait().out == "new-access\n");
  CHECK_THAT(arguments, Contains("acme"));
  for (const char* secret : {TokenEndpoint::old_access, TokenEndpoint::old_refresh, "new-access"}) {
    CHECK(arguments.find(secret) == std::string::npos);
    CHECK(variables.find(secret) == std::string::npos);
  }
}

TEST_CASE("a clock that is an hour off neither refreshes always nor never") {
  if (!find_program("faketime")) skip("faketime is not installed");
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access"));
  });
  const std::string off = GENERATE("+1h", "-1h");
  // faketime's library comes first, where a sanitizer's wants to be.
  auto environment = endpoint.profile.environment;
  environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
  // The front is static, and doesn't see a false clock.
  const auto key = [&] {
    return run_process(
               {"faketime", "-f", off, PindusProfile::host_program(), "auth", "key", "acme"},
               environment)
        .out;
  };
  endpoint.profile.write_vault(R"({"acme": {"default": {"kind": "oauth", "isDefault": true,
    "access": "a", "refresh": "r", "expires": 1}}})");
  CHECK(key() == "new-access\n");
  CHECK(key() == "new-access\n");
  CHECK(endpoint.server.connections() == 1);
  // What was stored is by the same clock that will read it.
  const auto shift = std::chrono::milliseconds(off == "+1h" ? 1h : -1h).count();
  const auto lifetime =
      endpoint.profile.stored_number("/acme/default/expires") - pindus::test::now_ms() - shift;
  CHECK(lifetime > 3'500'000);
  CHECK(lifetime <= 3'600'000);
}

TEST_CASE("a full disk is found before the server is asked") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access", "new-refresh"));
  });
  const auto result = endpoint.profile.run_with_mounts(R"(
    cp -a "$PROFILE" "$HOME.copy"
    mount -t tmpfs -o size=128k none "$PROFILE"
    cp -a "$HOME.copy/." "$PROFILE"
    dd if=/dev/zero of="$PROFILE/filler" 2>/dev/null || true
    exec "$PINDUS" auth key acme)");
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(endpoint.server.connections() == 0);
  CHECK_THAT(result.err, Contains("auth.json") || Contains("space"));
}

TEST_CASE("a vault that is a mount of its own is found before the server is asked") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access", "new-refresh"));
  });
  const auto result = endpoint.profile.run_with_mounts(R"(
    cp "$PROFILE/auth.json" "$HOME.json"
    mount --bind "$HOME.json" "$PROFILE/auth.json"
    exec "$PINDUS" auth key acme)");
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(endpoint.server.connections() == 0);
  CHECK_THAT(result.err, Contains("mount"));
}

TEST_CASE("a profile that can't be written is a fault before a rotating token is sent") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access"));
  });
  const std::string read_only = R"(
    mount --bind "$PROFILE" "$PROFILE"
    mount -o remount,bind,ro "$PROFILE"
    exec "$PINDUS" auth key acme)";
  SECTION("rotating") {
    const auto result = endpoint.profile.run_with_mounts(read_only);
    CHECK(result.exit_code == 1);
    CHECK(endpoint.server.connections() == 0);
  }
  SECTION("never rotating: it is refreshed and not stored") {
    const std::string origin = "http://" + endpoint.server.host();
    endpoint.profile.install_manifest(
        "acme",
        pindus::test::code_manifest("acme", origin, origin + "/token", R"("rotates": "false",)"));
    const auto result = endpoint.profile.run_with_mounts(read_only);
    CAPTURE(result.err);
    CHECK(result.out == "new-access\n");
    CHECK(endpoint.profile.stored("/acme/default/access") == TokenEndpoint::old_access);
  }
}
