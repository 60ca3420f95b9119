// What libpindus gives out: keys, their source, and what is stored. Through pindus.hpp, with the
// library that is installed.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <thread>

#include "tests/embedding/embedding_support.hpp"

using pindus::test::folder_of;
using pindus::test::has;
using pindus::test::open_in_memory;
using pindus::test::open_profile;
using pindus::test::PindusProfile;
using pindus::test::some_key;
using pindus::test::value_of;
using pindus::test::Variable;

namespace {

// Whether the descriptor can be read within a second.
bool rings(int descriptor) {
  pollfd ready{descriptor, POLLIN, 0};
  return ::poll(&ready, 1, 1000) == 1;
}

// Takes all that is to come of the changes that were made.
bool is_told_of_change(const pindus::Context& context) {
  const int descriptor = value_of(context.change_descriptor());
  while (rings(descriptor)) {
    if (value_of(context.take_change())) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a stored key comes with its account, its end and what else is known") {
  const PindusProfile profile;
  const auto context = open_profile(profile);
  profile.write_vault(
      R"({"acme": {"work": {"kind": "apiKey", "key": "sk-work-0123456789abcdefgh"},
                   "home": {"kind": "oauth", "isDefault": true, "access": "token-0123456789abcdef",
                            "refresh": "r", "expires": 4102444800000, "accountId": "a1"}}})");
  const auto token = value_of(context.read_usable_key({.provider = "ACME"}));
  CHECK(token.key == "token-0123456789abcdef");
  CHECK(token.is_token);
  CHECK(token.account == "home");
  CHECK(token.variable.empty());
  CHECK(token.expires == std::chrono::system_clock::time_point(std::chrono::seconds(4102444800)));
  CHECK(has(token.json, R"("accountId":"a1")"));
  CHECK_FALSE(has(token.json, "\"refresh\""));

  const auto key = value_of(context.read_usable_key({.provider = "acme", .account = "work"}));
  CHECK(key.key == "sk-work-0123456789abcdefgh");
  CHECK_FALSE(key.is_token);
  CHECK(key.account == "work");
  CHECK_FALSE(key.expires);
}

TEST_CASE("what the library answers at once and what the core answers is the same") {
  const PindusProfile profile;
  const std::string vault =
      R"({"acme": {"home": {"kind": "oauth", "isDefault": true, "access": "token-0123456789abcdef",
                            "refresh": "r", "expires": 4102444800000, "accountId": "a1"}}})";
  profile.write_vault(vault);
  const auto at_once = value_of(open_profile(profile).read_usable_key({.provider = "acme"}));
  const auto by_core = value_of(open_in_memory(vault).read_usable_key({.provider = "acme"}));
  CHECK(at_once.key == by_core.key);
  CHECK(at_once.is_token == by_core.is_token);
  CHECK(at_once.account == by_core.account);
  CHECK(at_once.expires == by_core.expires);
  CHECK(at_once.json == by_core.json);
}

TEST_CASE("a key of the environment names its variable") {
  const PindusProfile profile;
  const Variable variable("OPENAI_API_KEY", "sk-environment-0123456789");
  const auto key = value_of(open_profile(profile).read_usable_key({.provider = "openai"}));
  CHECK(key.key == "sk-environment-0123456789");
  CHECK(key.variable == "OPENAI_API_KEY");
  CHECK(key.account.empty());
  CHECK(value_of(open_in_memory().read_usable_key({.provider = "openai"})).key == key.key);
}

TEST_CASE("a folder's rule and a variable choose the account, and the rule can be asked for") {
  const PindusProfile profile;
  profile.write_vault(R"({"acme": {"a": {"kind": "apiKey", "key": "key-of-a-0123456789abcd"},
                                   "b": {"kind": "apiKey", "key": "key-of-b-0123456789abcd"},
                                   "c": {"kind": "apiKey", "key": "key-of-c-0123456789abcd"}}})");
  const auto context = open_profile(profile);
  const auto used = [&] { return value_of(context.read_usable_key({.provider = "acme"})).account; };
  CHECK(used() == "a");
  const auto none = context.find_rule("acme");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == PINDUS_FAULT_NOT_FOUND);
  REQUIRE(context.set_rule("acme", folder_of(profile), "b"));
  CHECK(used() == "b");
  const std::string below = folder_of(profile) + "/plugins";
  CHECK(value_of(context.find_rule("acme", below)) ==
        R"({"account":"b","folder":")" + folder_of(profile) + R"("})");
  {
    const Variable variable("PINDUS_ACCOUNT_ACME", "c");
    CHECK(used() == "c");
  }
  REQUIRE(context.set_rule("acme", "", ""));
  CHECK(used() == "a");
  CHECK(context.set_rule("acme", "", "nobody").error().code == PINDUS_FAULT_NOT_FOUND);
}

TEST_CASE("accounts, status, providers and headers come as JSON") {
  const PindusProfile profile;
  profile.write_vault(
      R"({"anthropic": {"work": {"kind": "apiKey", "key": "sk-ant-0123456789abcdefghijk"}}})");
  const auto context = open_profile(profile);
  CHECK(value_of(context.list_accounts()) ==
        R"({"version":1,"accounts":[{"provider":"anthropic","account":"work","kind":"api-key",)"
        R"("default":false,"expires":null}]})");
  CHECK(has(value_of(context.status()), R"("state":"valid")"));
  CHECK(context.status("openai").error().code == PINDUS_FAULT_NOT_FOUND);
  CHECK(has(value_of(context.list_providers()), R"("id":"anthropic")"));
  CHECK(value_of(context.headers({.provider = "anthropic"})) ==
        R"({"base_url":"https://api.anthropic.com",)"
        R"("headers":{"x-api-key":"sk-ant-0123456789abcdefghijk",)"
        R"("anthropic-version":"2023-06-01"}})");
}

TEST_CASE("faults have a code, words and what to do about it") {
  const PindusProfile profile;
  const auto context = open_profile(profile);
  const auto nothing = context.read_usable_key({.provider = "openai"});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == PINDUS_FAULT_NOT_FOUND);
  CHECK(nothing.error().label == "No such key");
  CHECK(nothing.error().hint == "pindus signin openai");
  CHECK(format_credential_fault(nothing.error()) ==
        "No such key: " + nothing.error().message + "\n  pindus signin openai");
  profile.write_vault("{");
  CHECK(context.list_accounts().error().code == PINDUS_FAULT_VAULT);
  CHECK(has(context.list_accounts().error().message, "auth.json"));
  CHECK(pindus::validate_api_key(some_key));
  CHECK(pindus::validate_api_key("short").error().code == PINDUS_FAULT_INVALID_KEY);
  CHECK(pindus::validate_account_name("work"));
  CHECK(pindus::validate_account_name("a b").error().code == PINDUS_FAULT_INVALID_ACCOUNT);
}

TEST_CASE("another process's change rings the descriptor, and counts at once") {
  const PindusProfile profile;
  const auto context = open_profile(profile);
  const int descriptor = value_of(context.change_descriptor());
  CHECK(value_of(context.change_descriptor()) == descriptor);
  CHECK((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK_FALSE(value_of(context.take_change()));
  REQUIRE(profile.run({"signin", "openai", "--api-key"}, some_key).exit_code == 0);
  CHECK(is_told_of_change(context));
  CHECK(value_of(context.read_usable_key({.provider = "openai"})).key == some_key);
  while (rings(descriptor)) static_cast<void>(value_of(context.take_change()));
  REQUIRE(profile.run({"signout", "openai"}).exit_code == 0);
  CHECK(is_told_of_change(context));
}

TEST_CASE("a vault that is a link to another folder rings as well") {
  const PindusProfile profile;
  const PindusProfile other;
  other.write_vault("{}");
  std::filesystem::create_directories(folder_of(profile));
  std::filesystem::create_symlink(folder_of(other) + "/auth.json",
                                  folder_of(profile) + "/auth.json");
  const auto context = open_profile(profile);
  static_cast<void>(value_of(context.change_descriptor()));
  REQUIRE(other.run({"signin", "openai", "--api-key"}, some_key).exit_code == 0);
  CHECK(is_told_of_change(context));
}

TEST_CASE("a vault in memory rings, and is nowhere on the disk") {
  const PindusProfile profile;
  const Variable home("INDUSAGI_HOME", folder_of(profile));
  const auto context = open_in_memory();
  static_cast<void>(value_of(context.change_descriptor()));
  REQUIRE(context.sign_in({.provider = "openai", .api_key = some_key}));
  CHECK(is_told_of_change(context));
  CHECK(value_of(context.read_usable_key({.provider = "openai"})).account == "default");
  const std::string kept = value_of(context.vault_text());
  CHECK(has(kept, some_key));
  CHECK_FALSE(profile.has_vault());
  CHECK(value_of(open_in_memory(kept).read_usable_key({.provider = "openai"})).key == some_key);
  CHECK(open_profile(profile).vault_text().error().code == PINDUS_FAULT_UNSUPPORTED);
  CHECK(context.find_rule("openai").error().code == PINDUS_FAULT_UNSUPPORTED);
}

TEST_CASE("a large vault that is written again is read again, however it was written") {
  const PindusProfile profile;
  const auto context = open_profile(profile);
  const auto write = [&](const std::string& key) {
    std::string vault = "{";
    for (int i = 0; i < 2000; ++i) {
      vault += R"("p)" + std::to_string(i) + R"(": {"a": {"kind": "apiKey", "key": ")" + key +
               std::to_string(100'000 + i) + "\"}},\n";
    }
    profile.write_vault(vault + R"("end": {}})");
    // As if it had been so for long.
    ::utimensat(AT_FDCWD, (folder_of(profile) + "/auth.json").c_str(),
                std::array{timespec{1'000'000'000, 0}, timespec{1'000'000'000, 0}}.data(), 0);
  };
  const auto key = [&](const char* provider) {
    return value_of(context.read_usable_key({.provider = provider})).key;
  };
  write("key-0123456789-");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // until it counts as settled
  for (int i = 0; i < 3; ++i) {
    CHECK(key("p1999") == "key-0123456789-101999");
    CHECK(key("P7") == "key-0123456789-100007");
  }
  write("KEY-0123456789-");  // the same size, and the same time of modification
  CHECK(key("p1999") == "KEY-0123456789-101999");
  CHECK(key("p7") == "KEY-0123456789-100007");
}
