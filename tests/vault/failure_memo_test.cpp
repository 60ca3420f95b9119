// What one process learned from a failed refresh, others needn't ask.
#include "core/keys/failure_memo.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using Catch::Contains;
using pindus::memo_of;
using pindus::now_ms;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::RefreshFailure;
using pindus::remembered_failure;
using pindus::test::DiskVault;
using pindus::test::read_file;
using pindus::test::refused;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::unreachable;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

struct Profile {
  explicit Profile(ScriptedRefresher::Script script, std::int64_t seconds_left = -1)
      : refresher(std::move(script)), vault(directory.path(), &refresher) {
    write_file(directory / "auth.json", vault_text("a", "r", seconds_left));
  }

  std::string key() {
    const auto key = vault.read_usable_key("p", std::nullopt);
    if (!key) return "fault: " + key.error().message;
    return *key ? std::string((*key)->key.view()) : "nothing";
  }

  [[nodiscard]] std::vector<std::filesystem::path> memos() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      if (entry.path().string().contains("-memo-")) found.push_back(entry.path());
    }
    return found;
  }

  TemporaryDirectory directory;
  ScriptedRefresher refresher;
  DiskVault vault;
};

}  // namespace

TEST_CASE("a refusal is asked for once, and told to everybody") {
  Profile profile([](const OAuthCredentials&, auto) { return refused(); });
  for (int i = 0; i < 10; ++i) CHECK(profile.key() == "fault: auth.example said invalid_grant");
  CHECK(profile.refresher.requests() == 1);
  const auto fault = profile.vault.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(fault);
  CHECK(fault.error().label == "Refresh failed");
  CHECK(fault.error().hint == "pindus signin p --account default --replace");
}

TEST_CASE("a refusal is forgotten with the grant that it was about") {
  Profile profile([](const OAuthCredentials& sent, auto) -> pindus::test::RefreshAnswer {
    if (sent.refresh.view() == "r") return refused();
    return tokens("b", "r3");
  });
  CHECK(profile.key() == "fault: auth.example said invalid_grant");
  SECTION("another sign-in") {
    const auto expired = tokens("new", "r2", -1);
    REQUIRE(profile.vault.put_oauth({"p", "default"}, expired, OnExisting::replace));
    CHECK(profile.key() == "b");
    CHECK(profile.memos().empty());
  }
  SECTION("another program's refresh token") {
    write_file(profile.directory / "auth.json", vault_text("theirs", "r2", -1));
    CHECK(profile.key() == "b");
  }
  SECTION("another server or client in the manifest") {
    profile.refresher.moves_to(7);
    CHECK(profile.key() == "fault: auth.example said invalid_grant");
    CHECK(profile.refresher.requests() == 2);
  }
  SECTION("another issuer of the same token") {
    const auto moved = [](const OAuthCredentials&) -> pindus::Result<std::string> {
      return "https://new.example";
    };
    REQUIRE(profile.vault.set_issuer({"p", "default"}, moved).value());
    CHECK(profile.key() == "fault: auth.example said invalid_grant");
    CHECK(profile.key() == "fault: auth.example said invalid_grant");
    CHECK(profile.refresher.requests() == 2);
  }
}

TEST_CASE("while a server is unavailable it is not asked again") {
  Profile profile([](const OAuthCredentials&, auto) { return unreachable(120s); });
  CHECK(profile.key() == "fault: auth.example said 503");
  const auto fault = profile.vault.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(fault);
  CHECK_THAT(fault.error().hint, Contains("try again in 1"));
  CHECK(profile.refresher.requests() == 1);
}

TEST_CASE("a token that is still valid is handed out without a request in an outage") {
  Profile profile([](const OAuthCredentials&, auto) { return unreachable(120s); }, 100);
  for (int i = 0; i < 3; ++i) {
    const auto key = profile.vault.read_usable_key("p", std::nullopt);
    REQUIRE((key && *key));
    CHECK((*key)->key.view() == "a");
    CHECK_THAT((*key)->warning, Contains("said 503"));
  }
  CHECK(profile.refresher.requests() == 1);
}

TEST_CASE("threads that wait for one refresh share its failure, and a later one asks again") {
  Profile profile([](const OAuthCredentials&, auto) -> pindus::test::RefreshAnswer {
    std::this_thread::sleep_for(300ms);
    return std::unexpected(RefreshFailure{RefreshFailure::Kind::transient,
                                          pindus::refresh_fault("auth.example can't be reached")});
  });
  std::vector<std::future<std::string>> readers;
  for (int i = 0; i < 10; ++i) {
    readers.push_back(std::async(std::launch::async, [&] { return profile.key(); }));
  }
  for (auto& reader : readers) CHECK(reader.get() == "fault: auth.example can't be reached");
  CHECK(profile.refresher.requests() == 1);
  std::this_thread::sleep_for(5ms);
  CHECK(profile.key() == "fault: auth.example can't be reached");
  CHECK(profile.refresher.requests() == 2);
}

TEST_CASE("a memo is private and holds no token") {
  Profile profile([](const OAuthCredentials&, auto) { return refused(); });
  write_file(profile.directory / "auth.json", vault_text("the-access", "the-refresh", -1));
  CHECK_FALSE(profile.key().empty());
  const auto memos = profile.memos();
  REQUIRE(memos.size() == 1);
  struct stat status = {};
  REQUIRE(::stat(memos[0].c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string text = read_file(memos[0]);
  CHECK_THAT(text,
             Contains("invalid_grant") && !Contains("the-access") && !Contains("the-refresh"));
}

TEST_CASE("what was remembered of an account goes with the account") {
  Profile profile([](const OAuthCredentials&, auto) { return refused(); });
  CHECK_FALSE(profile.key().empty());
  REQUIRE(profile.memos().size() == 1);
  DiskVault vault(profile.directory.path());
  REQUIRE(vault.remove({"p", "default"}).value());
  CHECK(profile.memos().empty());
}

TEST_CASE("a memo that can't be understood or was written by another clock is none") {
  const RefreshFailure outage{RefreshFailure::Kind::transient, pindus::refresh_fault("not now"),
                              60s, true};
  const std::string memo = memo_of(outage, 42);
  const auto now = now_ms();
  REQUIRE(remembered_failure(memo, 42, now));
  CHECK(remembered_failure(memo, 42, now)->retry_after <= 60s);
  CHECK_FALSE(remembered_failure(memo, 43, now));
  for (const std::string& odd : {std::string(), std::string("{"), std::string("[]"),
                                 std::string(R"({"grant":42})"), memo.substr(0, memo.size() / 2)}) {
    CHECK_FALSE(remembered_failure(odd, 42, now));
  }
  const std::string later = R"({"grant":"000000000000002a","refused":false,"at":)" +
                            std::to_string(now + 3'600'000) + R"(,"until":)" +
                            std::to_string(now + 3'660'000) + R"(,"message":"m","hint":"h"})";
  CHECK_FALSE(remembered_failure(later, 42, now));
}

TEST_CASE("an outage is remembered for as long as the server said, but not for days") {
  const auto outage = [](std::optional<std::chrono::seconds> retry_after, bool answered = true) {
    return memo_of(
        {RefreshFailure::Kind::transient, pindus::refresh_fault("not now"), retry_after, answered},
        1);
  };
  const auto left = [](const std::string& memo) {
    const auto failure = remembered_failure(memo, 1, now_ms() + 1000);
    return failure ? failure->retry_after : std::nullopt;
  };
  CHECK(left(outage(30s)) == 30s);
  CHECK(left(outage(std::nullopt)) == 5s);
  CHECK(left(outage(72h)) == 1h);
  CHECK_FALSE(left(outage(std::nullopt, false)));
  CHECK(memo_of({RefreshFailure::Kind::cancelled, pindus::refresh_fault("stopped")}, 1).empty());
}
