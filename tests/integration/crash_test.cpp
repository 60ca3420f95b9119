// kill -9 at every system call between the server's answer and the end of the write.
#include <catch2/catch.hpp>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::test::Connection;
using pindus::test::find_program;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;

namespace {

// What a vault's change is made of. None of these waits for the network, so that there are as many
// of them in every run.
constexpr const char* calls =
    "openat,write,pwrite64,fsync,fdatasync,fallocate,ftruncate,rename,renameat,renameat2,unlink,"
    "unlinkat,fchmod,fchown,fcntl,close,newfstatat,fstat,statx";

ProcessResult strace(const TokenEndpoint& endpoint, std::vector<std::string> options) {
  std::vector<std::string> argv = {"strace", "-qq"};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), {PindusProfile::host_program(), "auth", "key", "acme"});
  return run_process(std::move(argv), endpoint.profile.environment);
}

}  // namespace

TEST_CASE("a kill at any call leaves the old record or the new one, and a way on") {
  if (!find_program("strace")) pindus::test::skip("strace is not installed");
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access-77aa", "new-refresh-77aa"));
  });
  const std::string before = endpoint.profile.vault_text();

  // Every call after the answer came: its name, and which of that name in the whole run.
  const std::string log = (endpoint.profile.path() / "calls").string();
  const auto recorded = strace(endpoint, {"-o", log, "-e", std::string("trace=recvfrom,") + calls});
  if (recorded.exit_code != 0) pindus::test::skip("strace may not trace here");
  std::map<std::string, int> seen;
  std::vector<std::pair<std::string, int>> after_the_answer;
  bool answered = false;
  std::istringstream lines(pindus::test::read_file(log));
  for (std::string line; std::getline(lines, line);) {
    const std::string name = line.substr(0, line.find('('));
    if (name == "recvfrom") answered = answered || line.find("HTTP/1.1 200") != std::string::npos;
    if (name == "recvfrom" || line.starts_with("+++")) continue;
    const int occurrence = ++seen[name];
    if (answered) after_the_answer.emplace_back(name, occurrence);
  }
  REQUIRE(after_the_answer.size() > 5);

  int kept = 0;
  int replaced = 0;
  for (const auto& [call, occurrence] : after_the_answer) {
    endpoint.profile.write_vault(before);
    const auto killed =
        strace(endpoint, {"-o", "/dev/null", "-e", "trace=" + call, "-e",
                          "inject=" + call + ":signal=SIGKILL:when=" + std::to_string(occurrence)});
    CAPTURE(call, occurrence, killed.exit_code, killed.err);
    const std::string access = endpoint.profile.stored("/acme/default/access");
    const std::string refresh = endpoint.profile.stored("/acme/default/refresh");
    if (access == TokenEndpoint::old_access) {
      CHECK(refresh == TokenEndpoint::old_refresh);
      // A token that isn't safe is never handed out.
      CHECK(killed.out.empty());
      ++kept;
    } else {
      CHECK(access == "new-access-77aa");
      CHECK(refresh == "new-refresh-77aa");
      ++replaced;
    }
    CHECK(endpoint.profile.key("acme") == "new-access-77aa");
  }
  // The kills fell on both sides of the moment when the new file took the old one's place.
  CHECK(kept > 0);
  CHECK(replaced > 0);
}
