// The functions that a program which embeds pindus calls, against a real server.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/installation.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/library/oauth.hpp"
#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::Context;
using pindus::FaultKind;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::RefreshFailure;
using pindus::Result;
using pindus::Secret;
using pindus::test::code_manifest;
using pindus::test::Connection;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

/// A person who pastes what `paste` makes of the address shown; without it: who never answers.
class Person final : public pindus::CredentialIo {
 public:
  explicit Person(std::function<std::string(const std::string& address)> paste = {})
      : paste_(std::move(paste)) {}

  void print(std::string_view /*line*/) override {}
  void notice(std::string_view line) override {
    if (line.starts_with("http")) address_ = line;
  }
  [[nodiscard]] bool interactive() const override { return true; }
  Result<Secret> ask(std::string_view /*question*/, std::stop_token stop) override {
    if (paste_) return Secret(paste_(address_));
    while (pindus::wait_unless_stopped(1s, stop)) continue;
    return pindus::fail(FaultKind::aborted, "stopped");
  }
  Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override {
    return ask(question, std::move(stop));
  }
  Result<Secret> read_input(std::stop_token /*stop*/) override { return Secret(); }
  bool open_url(std::string_view url, std::stop_token /*stop*/) override {
    opened.emplace_back(url);
    return true;
  }
  bool show_qr(const pindus::QrCode& /*code*/) override { return false; }
  void countdown(std::optional<std::chrono::seconds> /*left*/) override {}

  std::vector<std::string> opened;

 private:
  std::function<std::string(const std::string& address)> paste_;
  std::string address_;
};

/// What an embedding program makes once, of a profile and the tree that was built.
pindus::ContextParts parts_of(const PindusProfile& profile, pindus::CredentialIo* io = nullptr) {
  return {.environment = pindus::Environment([](std::string_view) { return std::nullopt; }),
          .installation = pindus::Installation::beside(PindusProfile::host_program()),
          .profile = profile.environment.at("INDUSAGI_CODING_AGENT_DIR"),
          .io = io};
}

/// Whether the future is there within a second of the stop.
template <typename T>
bool ends_in_time(std::stop_source& stop, std::future<T>& future) {
  stop.request_stop();
  return future.wait_for(1s) == std::future_status::ready;
}

}  // namespace

TEST_CASE("a program signs in, refreshes and reads the key through the functions alone") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  Person person([&](const auto& address) { return peer.approve_code(address); });
  Context context(parts_of(profile, &person));

  const auto login = start_oauth_login(context, {.provider = "acme"});
  REQUIRE(login);
  CHECK_FALSE(login->access.empty());
  CHECK(person.opened.size() == 1);

  auto refreshed = refresh_oauth_credentials(context, {"acme", "default"}, *login);
  REQUIRE(refreshed);
  CHECK(refreshed->access.view() != login->access.view());
  CHECK(refreshed->refresh.view() != login->refresh.view());
  CHECK_FALSE(profile.has_vault());  // neither of them stores anything

  refreshed->expires_ms = pindus::test::now_ms() - 10'000;
  REQUIRE(context.vault().put_oauth({"acme", "default"}, *refreshed, OnExisting::refuse));
  const auto key = read_usable_key(context, "acme", std::nullopt);
  REQUIRE(key);
  REQUIRE(*key);
  CHECK((*key)->key.view() != refreshed->access.view());
  CHECK((*key)->key.view() == profile.stored("/acme/default/access"));
  CHECK(profile.stored("/acme/default/refresh") != refreshed->refresh.view());
  CHECK(peer.counter("/success/refresh_token") == 2);

  const auto used_up = refresh_oauth_credentials(context, {"acme", "default"}, *login);
  REQUIRE_FALSE(used_up);
  CHECK(used_up.error().kind == RefreshFailure::Kind::permanent);
}

TEST_CASE("the async forms do what the others do, on threads of their own") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  std::thread::id asked_on;
  Person person([&](const auto& address) {
    asked_on = std::this_thread::get_id();
    return peer.approve_code(address);
  });
  Context context(parts_of(profile, &person));

  auto login = async_start_oauth_login(context, {.provider = "acme"}).get();
  REQUIRE(login);
  CHECK(asked_on != std::this_thread::get_id());
  auto refreshed =
      async_refresh_oauth_credentials(context, {"acme", "default"}, *std::move(login)).get();
  REQUIRE(refreshed);
  REQUIRE(context.vault().put_oauth({"acme", "default"}, *refreshed, OnExisting::refuse));
  const auto key = async_read_usable_key(context, "acme", "default").get();
  REQUIRE(key);
  REQUIRE(*key);
  CHECK((*key)->key.view() == refreshed->access.view());
  CHECK(peer.counter("/success/refresh_token") == 1);

  person.opened.clear();
  CHECK(async_open_login_url(person, peer.issuer() + "/auth?x=1").get().value_or(false));
  const auto refused = async_open_login_url(person, "file:///etc/passwd").get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == FaultKind::usage);
  CHECK(person.opened == std::vector<std::string>{peer.issuer() + "/auth?x=1"});
}

TEST_CASE("a stop ends each of them within a second, whatever it waits for") {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(30s);
  });
  const auto wait_for_request = [&](int count) {
    while (requests < count) std::this_thread::sleep_for(5ms);
  };
  const std::string before = endpoint.profile.vault_text();
  Context context(parts_of(endpoint.profile));
  std::stop_source stop;

  SECTION("a sign-in that waits for the person") {
    Person person;
    Context asking(parts_of(endpoint.profile, &person));
    auto login = async_start_oauth_login(asking, {.provider = "acme"}, stop.get_token());
    CHECK(login.wait_for(300ms) == std::future_status::timeout);
    REQUIRE(ends_in_time(stop, login));
    CHECK(login.get().error().kind == FaultKind::aborted);
  }
  SECTION("a sign-in that waits for the server") {
    Person person([](const auto&) { return "a-code"; });
    Context asking(parts_of(endpoint.profile, &person));
    auto login = async_start_oauth_login(asking, {.provider = "acme"}, stop.get_token());
    wait_for_request(1);
    REQUIRE(ends_in_time(stop, login));
    CHECK(login.get().error().kind == FaultKind::aborted);
  }
  SECTION("a refresh that has sent nothing yet: its server is silent in the handshake") {
    const std::string origin = "https://" + endpoint.server.host();
    endpoint.profile.install_manifest("acme", code_manifest("acme", origin, origin + "/token"));
    OAuthCredentials current;
    current.refresh = Secret(std::string_view(TokenEndpoint::old_refresh));
    auto refresh = async_refresh_oauth_credentials(context, {"acme", "default"}, std::move(current),
                                                   stop.get_token());
    while (endpoint.server.connections() == 0) std::this_thread::sleep_for(5ms);
    CHECK(refresh.wait_for(100ms) == std::future_status::timeout);
    REQUIRE(ends_in_time(stop, refresh));
    CHECK(refresh.get().error().kind == RefreshFailure::Kind::cancelled);
  }
  CHECK(endpoint.profile.vault_text() == before);
}

TEST_CASE("a stop ends the wait for another's refresh, and that one goes on to its end") {
  std::atomic<int> requests = 0;
  std::atomic<bool> may_answer = false;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    ++requests;
    while (!may_answer) connection.sleep(20ms);
    connection.write(token_answer("new-access", "new-refresh"));
  });
  Context context(parts_of(endpoint.profile));
  std::stop_source stop;
  auto first = async_read_usable_key(context, "acme", std::nullopt, stop.get_token());
  while (requests == 0) std::this_thread::sleep_for(5ms);
  std::stop_source stop_second;
  auto second = async_read_usable_key(context, "acme", std::nullopt, stop_second.get_token());
  CHECK(second.wait_for(200ms) == std::future_status::timeout);
  REQUIRE(ends_in_time(stop_second, second));
  CHECK(second.get().error().kind == FaultKind::aborted);
  // The server has seen the old token, and may have ended it.
  stop.request_stop();
  CHECK(first.wait_for(300ms) == std::future_status::timeout);
  may_answer = true;
  CHECK(first.get().has_value());
  CHECK(requests == 1);
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
}

TEST_CASE("two accounts of one program refresh without waiting for each other") {
  std::atomic<int> under_way = 0;
  // Neither is answered before both are there.
  TokenEndpoint endpoint([&](Connection& connection, const std::string& request) {
    ++under_way;
    for (int i = 0; under_way < 2 && i < 200; ++i) connection.sleep(50ms);
    if (under_way < 2) return;
    const bool office = request.find("office-refresh") != std::string::npos;
    connection.write(token_answer(office ? "office-access" : "home-access"));
  });
  endpoint.profile.write_vault(R"({"acme": {
    "home": {"kind": "oauth", "isDefault": true, "access": "a", "refresh": "home-refresh", "expires": 1},
    "office": {"kind": "oauth", "access": "b", "refresh": "office-refresh", "expires": 1}}})");
  Context context(parts_of(endpoint.profile));
  auto home = async_read_usable_key(context, "acme", "home");
  auto office = async_read_usable_key(context, "acme", "office");
  const auto home_key = home.get();
  const auto office_key = office.get();
  REQUIRE((home_key && *home_key));
  REQUIRE((office_key && *office_key));
  CHECK((*home_key)->key.view() == "home-access");
  CHECK((*office_key)->key.view() == "office-access");
  CHECK(endpoint.profile.stored("/acme/home/access") == "home-access");
  CHECK(endpoint.profile.stored("/acme/office/access") == "office-access");
}
