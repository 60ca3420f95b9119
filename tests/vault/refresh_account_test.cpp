#include "core/keys/refresh_account.hpp"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::FaultKind;
using pindus::OAuthCredentials;
using pindus::Secret;
using pindus::test::DiskVault;
using pindus::test::key_of;
using pindus::test::MemoryVault;
using pindus::test::read_file;
using pindus::test::refused;
using pindus::test::rotating;
using pindus::test::ScriptedRefresher;
using pindus::test::start_child;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::unreachable;
using pindus::test::vault_text;
using pindus::test::wait_for_child;
using pindus::test::write_file;

namespace {}  // namespace

TEST_CASE("a token with more than the margin left is used as it is") {
  auto refresher = rotating();
  for (const int left : {331, 599, 601, 100'000}) {
    MemoryVault vault(vault_text("a", "r", left), &refresher);
    CHECK(key_of(vault) == "a");
  }
  MemoryVault endless(R"({"p":{"default":{"kind":"oauth","access":"a","refresh":"r"}}})",
                      &refresher);
  CHECK(key_of(endless) == "a");
  CHECK(refresher.requests() == 0);
}

TEST_CASE("a token within the margin is refreshed, and the rotated refresh token kept") {
  for (const int left : {329, 30, -1, -1'000'000}) {
    auto refresher = rotating();
    MemoryVault vault(vault_text("a", "r", left), &refresher);
    CHECK(key_of(vault) == "new-a");
    CHECK(key_of(vault) == "new-a");
    CHECK(refresher.requests() == 1);
    CHECK(vault.read_oauth({"p", "default"}).value()->refresh.view() == "new-r");
  }
}

TEST_CASE("a refresh touches only what changed") {
  const std::string before =
      R"({"p":{"default":{"x":[1 , 2],"access":"a","kind":"oauth","expires":5,"refresh":"\u0072",)"
      R"("accountId":"me","y":null}},"q":1})";
  ScriptedRefresher refresher([](const OAuthCredentials& sent, auto) {
    CHECK(sent.members.size() == 1);
    return OAuthCredentials{
        Secret(std::string_view("b")), {}, 4'102'444'800'000, {{"accountId", "me"}}};
  });
  MemoryVault vault(before, &refresher);
  CHECK(key_of(vault) == "b");
  CHECK(vault.text() ==
        R"({"p":{"default":{"x":[1 , 2],"access":"b","kind":"oauth","expires":4102444800000,)"
        R"("refresh":"\u0072","accountId":"me","y":null}},"q":1})"
        "\n");
}

TEST_CASE("an answer without a lifetime gives a token that is valid until sign-out") {
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) {
    return OAuthCredentials{Secret(std::string_view("b")), {}, std::nullopt, {}};
  });
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  CHECK(key_of(vault) == "b");
  CHECK(key_of(vault) == "b");
  CHECK(refresher.requests() == 1);
  CHECK_FALSE(vault.text().contains("expires"));
}

TEST_CASE("an older program's record keeps its form through a refresh") {
  auto refresher = rotating();
  MemoryVault vault(R"({"p": {"accessToken": "a", "refreshToken": "r", "expiresAt": 1}})",
                    &refresher);
  CHECK(key_of(vault) == "new-a");
  CHECK(vault.text().contains(R"({"p": {"accessToken": "new-a", "refreshToken": "new-r", )"
                              R"("expiresAt": )"));
}

TEST_CASE("a refusal for good says how to sign in again, and the record stays") {
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
  const std::string before = vault_text("a", "r", 30);
  MemoryVault vault(before, &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(key);
  CHECK(key.error().label == "Refresh failed");
  CHECK(key.error().message == "auth.example said invalid_grant");
  CHECK(key.error().hint == "pindus signin p --account default --replace");
  CHECK(vault.text() == before);
  CHECK(refresher.requests() == 1);
}

TEST_CASE("after a refusal a token that another program refreshed meanwhile is used") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    write_file(profile / "auth.json", vault_text("theirs", "r2", 3600));
    return refused();
  });
  DiskVault vault(profile.path(), &refresher);
  CHECK(key_of(vault) == "theirs");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("after a refusal another program's refresh token is tried where its token is old") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher(
      [&](const OAuthCredentials& sent, auto) -> pindus::test::RefreshAnswer {
        if (sent.refresh.view() == "r2") return tokens("b", "r3");
        write_file(profile / "auth.json", vault_text("theirs", "r2", -1));
        return refused();
      });
  DiskVault vault(profile.path(), &refresher);
  CHECK(key_of(vault) == "b");
  CHECK(vault.read_oauth({"p", "default"}).value()->refresh.view() == "r3");
}

TEST_CASE("a sign-in by another program during a refresh is not written over") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    write_file(profile / "auth.json", vault_text("theirs", "other grant", 3600));
    return tokens("ours", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  CHECK(key_of(vault) == "theirs");
  CHECK(vault.read_oauth({"p", "default"}).value()->refresh.view() == "other grant");
}

TEST_CASE("an account that another program removes during a refresh stays removed") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    write_file(profile / "auth.json", "{}\n");
    return tokens("ours", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  CHECK(key_of(vault) == "nothing");
  CHECK(read_file(profile / "auth.json") == "{}\n");
}

TEST_CASE("a sign-out during a refresh waits for it and has the last word") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  std::promise<void> asked;
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    asked.set_value();
    std::this_thread::sleep_for(100ms);
    return tokens("b", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  auto key = std::async(std::launch::async, [&] { return key_of(vault); });
  asked.get_future().wait();
  DiskVault other(profile.path());
  CHECK(other.remove({"p", "default"}).value());
  CHECK(key.get() == "b");
  CHECK(other.list_providers().value().empty());
}

TEST_CASE("while the provider can't be reached the old token is used, with a warning") {
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return unreachable(90s); });
  MemoryVault valid(vault_text("a", "r", 30), &refresher);
  const auto key = valid.read_usable_key("p", std::nullopt).value();
  REQUIRE(key);
  CHECK(key->key.view() == "a");
  CHECK(key->warning.contains("auth.example said 503"));
  CHECK(key->warning.contains("try again in 90 s"));
  CHECK(refresher.requests() == 1);

  const std::string before = vault_text("a", "r", -1);
  MemoryVault expired(before, &refresher);
  const auto fault = expired.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(fault);
  CHECK(fault.error().hint == "try again in 90 s");
  CHECK(expired.text() == before);
}

TEST_CASE("a short Retry-After is waited once") {
  int asked = 0;
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) -> pindus::test::RefreshAnswer {
    if (++asked == 1) return unreachable(1s);
    return tokens("b", "r2");
  });
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  const auto start = std::chrono::steady_clock::now();
  CHECK(key_of(vault) == "b");
  CHECK(std::chrono::steady_clock::now() - start >= 1s);

  ScriptedRefresher busy([](const OAuthCredentials&, auto) { return unreachable(0s); });
  MemoryVault still(vault_text("a", "r", -1), &busy);
  CHECK(key_of(still) == "fault: auth.example said 503");
  CHECK(busy.requests() == 2);
}

TEST_CASE("a stop ends the wait for Retry-After and for another thread's refresh") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return unreachable(5s); });
  DiskVault vault(profile.path(), &refresher);
  std::stop_source stop;
  const auto read = [&] { return vault.read_usable_key("p", std::nullopt, stop.get_token()); };
  auto waits_for_provider = std::async(std::launch::async, read);
  auto waits_for_lock = std::async(std::launch::async, read);
  std::this_thread::sleep_for(50ms);
  const auto start = std::chrono::steady_clock::now();
  stop.request_stop();
  const auto first = waits_for_provider.get();
  const auto second = waits_for_lock.get();
  CHECK(std::chrono::steady_clock::now() - start < 1s);
  REQUIRE_FALSE(first);
  REQUIRE_FALSE(second);
  CHECK(first.error().kind == FaultKind::aborted);
  CHECK(second.error().kind == FaultKind::aborted);
  CHECK(refresher.requests() == 1);
}

TEST_CASE("what the provider answered is stored although the person has stopped") {
  std::stop_source stop;
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    stop.request_stop();
    return tokens("b", "r2");
  });
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  CHECK(vault.read_usable_key("p", std::nullopt, stop.get_token()).has_value());
  CHECK(vault.read_oauth({"p", "default"}).value()->refresh.view() == "r2");
}

TEST_CASE("many threads make one request") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) {
    std::this_thread::sleep_for(50ms);
    return tokens("b", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  std::vector<std::future<std::string>> readers;
  for (int i = 0; i < 16; ++i) {
    readers.push_back(std::async(std::launch::async, [&] { return key_of(vault); }));
  }
  for (auto& reader : readers) CHECK(reader.get() == "b");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("a plugin that forks during a refresh leaves the account to the next one") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  pid_t child = 0;
  ScriptedRefresher forking([&](const OAuthCredentials&, auto) {
    child = start_child([] {
      ::pause();
      return 0;
    });
    return tokens("b", "r2", -1);
  });
  DiskVault vault(profile.path(), &forking);
  CHECK(key_of(vault) == "b");
  REQUIRE(child > 0);
  auto refresher = rotating();
  DiskVault next(profile.path(), &refresher);
  const auto start = std::chrono::steady_clock::now();
  CHECK(key_of(next) == "new-b");
  CHECK(std::chrono::steady_clock::now() - start < 20s);
  ::kill(child, SIGKILL);
  CHECK(wait_for_child(child) == 128 + SIGKILL);
}

TEST_CASE("two accounts refresh side by side") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json",
             R"({"p":{"a":{"kind":"oauth","access":"a","refresh":"r","expires":1},)"
             R"("b":{"kind":"oauth","access":"b","refresh":"r","expires":1}}})");
  std::promise<void> a_may_end;
  ScriptedRefresher refresher([&](const OAuthCredentials& sent, auto) {
    if (sent.access.view() == "a") a_may_end.get_future().wait_for(10s);
    return tokens("new-" + std::string(sent.access.view()), "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  auto a = std::async(std::launch::async, [&] { return vault.read_usable_key("p", "a"); });
  const auto b = vault.read_usable_key("p", "b");
  REQUIRE(b);
  CHECK((*b)->key.view() == "new-b");
  CHECK(a.wait_for(0s) == std::future_status::timeout);
  a_may_end.set_value();
  CHECK(a.get().value()->key.view() == "new-a");
  CHECK(vault.read_usable_key("p", "b").value()->key.view() == "new-b");
}

TEST_CASE("without a refresher the token is used until it expires") {
  MemoryVault valid(vault_text("a", "r", 30));
  CHECK(key_of(valid) == "a");
  MemoryVault expired(vault_text("a", "r", -1));
  const auto key = expired.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(key);
  CHECK(key.error().hint == "pindus signin p --account default --replace");
}

TEST_CASE("whether a refresh needs a refresh token is the plugin's to judge") {
  const std::string until_soon = R"({"p":{"default":{"kind":"oauth","access":"a","expires":)" +
                                 std::to_string(pindus::now_ms() + 30'000) + "}}}";
  constexpr auto over = R"({"p":{"default":{"kind":"oauth","access":"a","expires":1}}})";
  SECTION("one that needs none gives another token") {
    ScriptedRefresher refresher([](const OAuthCredentials& sent, auto) {
      CHECK(sent.refresh.empty());
      return tokens("new-" + std::string(sent.access.view()), "");
    });
    MemoryVault vault(over, &refresher);
    CHECK(key_of(vault) == "new-a");
    CHECK(key_of(vault) == "new-a");
    CHECK(refresher.requests() == 1);
  }
  SECTION("where it can't go on, what is left of the token serves, and then only a sign-in") {
    ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
    MemoryVault valid(until_soon, &refresher);
    CHECK(key_of(valid) == "a");
    CHECK(refresher.requests() == 1);
    MemoryVault expired(over, &refresher);
    const auto key = expired.read_usable_key("p", std::nullopt);
    REQUIRE_FALSE(key);
    CHECK(key.error().message == "auth.example said invalid_grant");
    CHECK(key.error().hint == "pindus signin p --account default --replace");
  }
  SECTION("another program's newer token is not written over") {
    const TemporaryDirectory profile;
    write_file(profile / "auth.json", over);
    const std::string theirs = vault_text("theirs", "", 3600);
    ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
      write_file(profile / "auth.json", theirs);
      return tokens("ours", "");
    });
    DiskVault vault(profile.path(), &refresher);
    CHECK(key_of(vault) == "theirs");
    CHECK(read_file(profile / "auth.json") == theirs);
  }
}

TEST_CASE("a refresh changes the private drawer where it says so, and keeps the rest of it") {
  ScriptedRefresher refresher([](const OAuthCredentials& sent, auto) {
    REQUIRE(sent.private_texts.size() == 2);
    CHECK(sent.private_texts[0].second.view() == "a\nb");
    OAuthCredentials answer = tokens("new", "");
    answer.private_texts.emplace_back("pem", Secret(std::string_view("a\nb")));
    answer.private_texts.emplace_back("session", Secret());
    answer.private_texts.emplace_back("next", Secret(std::string_view("2")));
    return answer;
  });
  MemoryVault vault(R"({"p":{"default":{"kind":"oauth","access":"a","expires":1,)"
                    R"("private":{"pem":"a\nb","session":"1","theirs":7}}}})",
                    &refresher);
  CHECK(key_of(vault) == "new");
  CHECK(vault.text().contains(R"("pem":"a\nb")"));
  CHECK(vault.text().contains(R"("theirs":7)"));
  CHECK(vault.text().contains(R"("next": "2")"));
  CHECK_FALSE(vault.text().contains("session"));
}

TEST_CASE("the command in a hint is quoted for a shell where it must be") {
  CHECK(pindus::Account{"p", "a b'c"}.replace_command() ==
        R"(pindus signin p --account 'a b'\''c' --replace)");
}
