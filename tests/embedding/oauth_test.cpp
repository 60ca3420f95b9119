// Sign-ins against a real OAuth server, with no terminal and nothing on the disk but a manifest.
#include <atomic>
#include <latch>
#include <thread>

#include "tests/embedding/embedding_support.hpp"
#include "tests/integration/oauth_peer.hpp"

using pindus::CredentialIo;
using pindus::test::code_manifest;
using pindus::test::device_manifest;
using pindus::test::find_user_code;
using pindus::test::folder_of;
using pindus::test::has;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::value_of;

namespace {

pindus::Context open_with(const PindusProfile& manifests, std::string_view vault = {}) {
  return value_of(pindus::Context::open(
      {.in_memory = true, .vault = vault, .plugin_path = {folder_of(manifests) + "/plugins"}}));
}

// The vault with its token's end in the past.
std::string expired(const std::string& vault) {
  const std::string member = "\"expires\": ";
  const auto at = vault.find(member);
  REQUIRE(at != vault.npos);
  const auto begin = at + member.size();
  const auto end = vault.find_first_not_of("0123456789", begin);
  return vault.substr(0, begin) + "1000000000000" + vault.substr(end);
}

}  // namespace

TEST_CASE("a sign-in by browser goes over callbacks, into memory, and is refreshed once by many") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto context = open_with(profile);
  std::string address;
  std::string opened;
  CredentialIo io;
  io.interactive = true;
  io.notice = [&](std::string_view line) {
    if (line.starts_with(peer.issuer())) address = line;
  };
  io.open_url = [&](std::string_view url) {
    opened = url;
    return true;
  };
  io.ask = [&](pindus::QuestionKind kind, std::string_view) -> std::optional<std::string> {
    CHECK(kind == PINDUS_QUESTION_PASTED);
    return peer.approve_code(address);
  };
  REQUIRE(context.sign_in({.provider = "acme", .method = "oauth"}, io));
  CHECK(opened == address);
  const auto first = value_of(context.read_usable_key({.provider = "acme"}));
  CHECK(first.is_token);
  CHECK(first.expires);
  CHECK_FALSE(profile.has_vault());

  const auto later = open_with(profile, expired(value_of(context.vault_text())));
  std::latch start(32);
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto key = later.read_usable_key({.provider = "acme"});
        if (key && key->key != first.key) ++right;
      });
    }
  }
  CHECK(right == 32);
  CHECK(peer.counter("/success/refresh_token") == 1);
}

TEST_CASE("a sign-in by device shows a code in a notice, and the countdown of its wait") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto context = open_with(profile);
  std::string said;
  std::atomic<int> ticks = 0;
  std::jthread person;
  CredentialIo io;
  io.interactive = true;
  io.notice = [&](std::string_view line) {
    said.append(line).append("\n");
    const auto code = find_user_code(said);
    if (!code || person.joinable()) return;
    person =
        std::jthread([&, code = *code] { peer.approve_device(peer.issuer() + "/device", code); });
  };
  io.countdown = [&](auto left) {
    if (left) ++ticks;
  };
  REQUIRE(context.sign_in({.provider = "acme", .account = "work"}, io));
  CHECK(ticks > 0);
  CHECK(value_of(context.read_usable_key({.provider = "acme"})).account == "work");
}

TEST_CASE("a device sign-in that nobody approves ends within moments of a stop") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", device_manifest("acme", peer.issuer()));
  const auto context = open_with(profile);
  std::stop_source stop;
  std::atomic<bool> is_shown = false;
  CredentialIo io;
  io.interactive = true;
  io.countdown = [&](auto) { is_shown = true; };
  auto future = context.async_sign_in({.provider = "acme", .stop = stop.get_token()}, io);
  while (!is_shown) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto begin = std::chrono::steady_clock::now();
  stop.request_stop();
  const auto done = future.get();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(200));
  REQUIRE_FALSE(done);
  CHECK(done.error().code == PINDUS_FAULT_ABORTED);
  CHECK(value_of(context.list_accounts()) == R"({"version":1,"accounts":[]})");
}
