#include <catch2/catch.hpp>

#include "core/broker/provider_keys.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/vault/scripted_refresher.hpp"

using Catch::Matchers::Contains;
using pindus::FaultKind;
using pindus::broker::HeaderField;
using pindus::broker::KeyName;
using pindus::broker::Precedence;
using pindus::broker::ProviderKeys;
using pindus::broker::SharedKey;
using pindus::test::rotating;
using pindus::test::ScriptedRefresher;
using pindus::test::write_file;

namespace {

const KeyName p{"p", "default"};

constexpr std::string_view api_key_vault =
    R"({"p": {"default": {"kind": "apiKey", "isDefault": true, "key": "first-key-0123456789"}}})";

// A run over provider p, with a vault on the disk.
struct Run {
  explicit Run(std::string_view vault, ScriptedRefresher* refresher = nullptr,
               std::string base_url = "https://api.example/base")
      : context({.profile = directory.path(),
                 .discover = [this] { return pindus::ProviderDirectory({provider}); },
                 .refresher = refresher}) {
    provider.id = "p";
    provider.api.base_url = std::move(base_url);
    provider.api.list_headers = {"beta"};
    provider.api.methods["api-key"].headers = {
        {"x-api-key", "{key}"}, {"version", "1"}, {"Beta", "a"}};
    store(vault);
  }

  void store(std::string_view vault) const { write_file(directory / "auth.json", vault); }

  SharedKey key(std::string_view refused = {}) {
    auto got = keys.get(p, refused);
    INFO((got ? "" : got.error().message));
    REQUIRE(got);
    return *got;
  }

  pindus::test::TemporaryDirectory directory;
  pindus::Provider provider;
  pindus::Context context;
  ProviderKeys keys{context};
};

}  // namespace

TEST_CASE("a key is got once, and stands ready until the vault is another") {
  Run run(api_key_vault);
  CHECK(run.keys.ready(p) == nullptr);
  const SharedKey first = run.key();
  CHECK(first->key.view() == "first-key-0123456789");
  CHECK(run.keys.ready(p) == first);
  run.store(
      R"({"p": {"default": {"kind": "apiKey", "isDefault": true, "key": "other-key-0123456789"}}})");
  CHECK(run.keys.ready(p) == nullptr);
  CHECK(run.key()->key.view() == "other-key-0123456789");
}

TEST_CASE("who has signed out has no key from the next request on") {
  Run run(api_key_vault);
  static_cast<void>(run.key());
  run.store("{}");
  CHECK(run.keys.ready(p) == nullptr);
  const auto gone = run.keys.get(p, {});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == FaultKind::not_found);
  std::filesystem::remove(run.directory / "auth.json");
  CHECK_FALSE(run.keys.get(p, {}));
}

TEST_CASE("what a manifest says in words gives way, what holds the key doesn't") {
  Run run(api_key_vault);
  const SharedKey key = run.key();
  CHECK(key->base_url == "https://api.example/base");
  std::string fields;
  for (const HeaderField& field : key->fields) {
    fields += field.name + "=" + std::string(field.value.view()) + "/" +
              std::to_string(static_cast<int>(field.precedence)) + " ";
  }
  CHECK(fields == "x-api-key=first-key-0123456789/0 version=1/1 Beta=a/2 ");
  CHECK(static_cast<int>(Precedence::both) == 2);
}

TEST_CASE("a token that ends soon doesn't stand ready, and is refreshed by whoever asks") {
  auto refresher = rotating();
  Run run(pindus::test::vault_text("a", "r", 30), &refresher);
  const SharedKey key = run.key();
  CHECK(key->key.view() == "new-a");
  CHECK(run.keys.ready(p) == nullptr);  // the refresh has written the vault
  CHECK(run.key()->key.view() == "new-a");
  CHECK(run.keys.ready(p)->key.view() == "new-a");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("a token that the provider refused is refreshed once, whatever it has left") {
  auto refresher = rotating();
  Run run(pindus::test::vault_text("a", "r", 3600), &refresher);
  CHECK(run.key()->key.view() == "a");
  CHECK(run.key("a")->key.view() == "new-a");
  CHECK(run.key("a")->key.view() == "new-a");
  CHECK(refresher.requests() == 1);
  // No other can be had for a while.
  CHECK(run.key("new-a")->key.view() == "new-a");
  CHECK(refresher.requests() == 1);
}

TEST_CASE("an api key that the provider refused is what comes back") {
  Run run(api_key_vault);
  CHECK(run.key("first-key-0123456789")->key.view() == "first-key-0123456789");
}

TEST_CASE("no key goes to an address in the clear, but for this machine's own") {
  for (const char* safe : {"https://api.example", "http://127.0.0.1:8080/x", "http://localhost:1",
                           "http://[::1]:8080"}) {
    INFO(safe);
    CHECK(Run(api_key_vault, nullptr, safe).keys.get(p, {}));
  }
  for (const char* unsafe :
       {"http://api.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
        "http://127.0.0.1@evil.example", "ftp://127.0.0.1", ""}) {
    INFO(unsafe);
    const auto key = Run(api_key_vault, nullptr, unsafe).keys.get(p, {});
    REQUIRE_FALSE(key);
    CHECK_THAT(key.error().message, !Contains("first-key"));
  }
}
