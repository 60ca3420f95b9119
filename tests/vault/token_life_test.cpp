// Short and unknown lives, and clocks that were wrong.
#include "core/keys/token_life.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::OAuthCredentials;
using pindus::test::DiskVault;
using pindus::test::key_of;
using pindus::test::MemoryVault;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

std::string record(std::int64_t left_s, std::int64_t lifetime_s) {
  return R"({"kind":"oauth","access":"a","refresh":"r","expires":)" +
         std::to_string(pindus::now_ms() + left_s * 1000) + R"(,"lifetime":)" +
         std::to_string(lifetime_s) + "}";
}

// Tokens that live so long, each another.
ScriptedRefresher short_lived(std::int64_t lifetime_s) {
  return ScriptedRefresher([lifetime_s, count = 0](const OAuthCredentials&, auto) mutable {
    std::this_thread::sleep_for(50ms);
    const std::string number = std::to_string(++count);
    auto answer = tokens("a" + number, "r" + number, lifetime_s);
    answer.lifetime_s = lifetime_s;
    return answer;
  });
}

}  // namespace

TEST_CASE("the margin is at most a quarter of a token's own life") {
  struct Case {
    std::int64_t left_s, lifetime_s;
    bool refreshed;
  };
  const auto [left_s, lifetime_s, refreshed] =
      GENERATE(Case{29, 30, false}, Case{9, 30, false}, Case{6, 30, true}, Case{301, 1200, false},
               Case{299, 1200, true}, Case{340, 28'800, false}, Case{320, 28'800, true});
  CAPTURE(left_s, lifetime_s);
  auto refresher = short_lived(3600);
  MemoryVault vault(R"({"p":{"default":)" + record(left_s, lifetime_s) + "}}", &refresher);
  CHECK(key_of(vault) == (refreshed ? "a1" : "a"));
}

TEST_CASE("a token that lives for less than the margin is not refreshed at every call") {
  auto refresher = short_lived(60);
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  for (int i = 0; i < 12; ++i) CHECK(key_of(vault) == "a1");
  CHECK(refresher.requests() == 1);
  CHECK(vault.text().contains(R"("lifetime": 60)"));
}

TEST_CASE("who waited for a refresh takes its token however short its life is") {
  // Of unknown length too: then all of it is within the margin.
  const auto lifetime_s = GENERATE(std::optional<std::int64_t>(30), std::nullopt);
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    std::this_thread::sleep_for(100ms);
    auto answer = tokens("b", "r2", 30);
    answer.lifetime_s = lifetime_s;
    return answer;
  });
  DiskVault vault(profile.path(), &refresher);
  std::vector<std::future<std::string>> readers;
  for (int i = 0; i < 12; ++i) {
    readers.push_back(std::async(std::launch::async, [&] { return key_of(vault); }));
  }
  for (auto& reader : readers) CHECK(reader.get() == "b");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("an end later than the token's life allows is not believed") {
  CHECK(pindus::time_left(record(365 * 86'400, 3600)) <= 0ms);
  // But a clock that was set right by a little does no harm.
  CHECK(pindus::time_left(record(3610, 3600)) == 3600s);
  CHECK(pindus::time_left(record(3500, 3600)) > 3490s);
  CHECK(pindus::time_left(record(365 * 86'400, 0)) > 300 * 24h);
  CHECK(pindus::time_left(record(60, std::numeric_limits<std::int64_t>::max())) > 50s);

  auto refresher = short_lived(3600);
  MemoryVault vault(R"({"p":{"default":)" + record(365 * 86'400, 3600) + "}}", &refresher);
  CHECK(key_of(vault) == "a1");
}

TEST_CASE(
    "a token whose end can't be so is handed out with a word where nothing can be refreshed") {
  const std::string text = R"({"p":{"default":{"kind":"oauth","access":"a","expires":)" +
                           std::to_string(pindus::now_ms() + 365 * 86'400'000LL) +
                           R"(,"lifetime":3600}}})";
  auto refresher = short_lived(3600);
  MemoryVault vault(text, &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE((key && *key));
  CHECK((*key)->key.view() == "a");
  CHECK((*key)->warning.starts_with("nobody knows how long the token of"));
  CHECK(refresher.requests() == 0);
  const auto listed = vault.list_accounts("p").value();
  CHECK(listed.front().end_is_unknown);
  CHECK_FALSE(listed.front().expires_ms);
}

TEST_CASE("a new refresh token without an access token is stored, and what is missing is said") {
  ScriptedRefresher refresher([](const OAuthCredentials& sent, auto) {
    return OAuthCredentials{
        sent.access.copy(), pindus::Secret(std::string_view("r2")), pindus::now_ms(), {}};
  });
  MemoryVault vault(vault_text("a", "r", -1), &refresher);
  CHECK(key_of(vault) ==
        "fault: the account default of p got a new refresh token and no access token");
  CHECK(vault.read_oauth({"p", "default"}).value()->refresh.view() == "r2");
}
