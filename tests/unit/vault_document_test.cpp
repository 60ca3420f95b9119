#include "core/vault/vault_document.hpp"

#include <catch2/catch.hpp>

#include "tests/support/vaults.hpp"

using pindus::AuthKind;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::SecretText;
using pindus::VaultDocument;
using pindus::test::MemoryVault;

namespace {

// What another program wrote: its own order, blanks, members and records.
const std::string foreign = R"({ "version":2,
	"OpenAI" : {"work":{"kind":"apiKey","key":"sk-\u0041","isDefault":false,"note":[1, 2.50,{}]},
    "home": {"isDefault":true ,"kind":"apiKey","key":"sk-home"}, "x-meta": 7},
  "anthropic": {"default": {"kind": "oauth", "isDefault": true, "access": "a0", "refresh": "r0",
    "expires": 1790000000000, "accountId": "me"}}, "exotic": {"a": {"kind": "passkey"}}
})";

Secret secret(std::string_view text) {
  return Secret(text);
}

std::string fault_of(std::string_view text) {
  const auto document = VaultDocument::parse(SecretText(text), "auth.json");
  return document ? "no fault" : document.error().message;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

OAuthCredentials credentials(std::string_view access, std::string_view refresh) {
  return {Secret(access), Secret(refresh), 1'800'000'000'000, {{"clientId", "c-1"}}};
}

}  // namespace

TEST_CASE("the first account is the default, and what is added is two-space JSON") {
  MemoryVault vault;
  REQUIRE(vault.put_api_key({"openai", "work"}, secret("sk-1\"\\"), OnExisting::refuse));
  REQUIRE(vault.put_oauth({"anthropic", "default"}, credentials("a", "r"), OnExisting::refuse));
  REQUIRE(vault.put_api_key({"OPENAI", "home"}, secret("sk-2"), OnExisting::refuse));
  CHECK(vault.text() == R"({
  "openai": {
    "work": {
      "kind": "apiKey",
      "isDefault": true,
      "key": "sk-1\"\\"
    },
    "home": {
      "kind": "apiKey",
      "isDefault": false,
      "key": "sk-2"
    }
  },
  "anthropic": {
    "default": {
      "kind": "oauth",
      "isDefault": true,
      "access": "a",
      "refresh": "r",
      "expires": 1800000000000,
      "clientId": "c-1"
    }
  }
}
)");
}

TEST_CASE("an account that is there is replaced only when asked") {
  MemoryVault vault(foreign);
  const auto refused = vault.put_api_key({"openai", "work"}, secret("sk-new"), OnExisting::refuse);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == pindus::FaultKind::name_collision);
  CHECK(vault.text() == foreign);

  REQUIRE(vault.put_api_key({"openai", "work"}, secret("sk-new"), OnExisting::replace));
  const auto key = vault.read_usable_key("openai", "work");
  REQUIRE(key);
  CHECK((*key)->key.view() == "sk-new");
  CHECK(vault.text().find(R"("isDefault":false,"note":[1, 2.50,{}])") != std::string::npos);
}

TEST_CASE("another sign-in leaves nothing of the earlier one but what the vault doesn't know") {
  MemoryVault vault(R"({"p":{"a":{"kind":"oauth","access":"x","refresh":"y","expires":1,)"
                    R"("accountId":"old","issuedBy":"https://old.example","host":"old.example",)"
                    R"("mine":{"k":1}}}})");
  OAuthCredentials fresh{secret("new"), Secret(), std::nullopt, {{"host", ""}}};
  REQUIRE(vault.put_oauth({"p", "a"}, fresh, OnExisting::replace));
  const auto stored = vault.read_oauth({"p", "a"});
  REQUIRE((stored && *stored));
  CHECK((*stored)->access.view() == "new");
  CHECK((*stored)->refresh.empty());
  CHECK_FALSE((*stored)->expires_ms);
  CHECK((*stored)->members.empty());
  CHECK(vault.text().find(R"("mine":{"k":1})") != std::string::npos);
}

TEST_CASE("who issued a sign-in is noted with every other byte as it was") {
  const std::string text = R"({"p":{"a":{"kind":"oauth", "access":"x","issuedBy":"old","n":1.50 },)"
                           R"("k":{"kind":"apiKey","key":"z"}}}
)";
  MemoryVault vault(text);
  const auto moved = [](const OAuthCredentials& stored) -> pindus::Result<std::string> {
    return "https://new.example/" + std::string(stored.access.view());
  };
  CHECK(vault.set_issuer({"p", "a"}, moved).value());
  const std::string noted = replaced(text, "old", "https://new.example/x");
  CHECK(vault.text() == noted);
  CHECK_FALSE(vault.set_issuer({"p", "k"}, moved).value());
  CHECK_FALSE(vault.set_issuer({"p", "nobody"}, moved).value());
  const auto unknown = vault.set_issuer({"p", "a"}, [](const OAuthCredentials&) {
    return pindus::Result<std::string>(pindus::fail(pindus::FaultKind::usage, "no idea"));
  });
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "no idea");
  CHECK(vault.text() == noted);
}

TEST_CASE("a sign-in begins with a private drawer of its own, which no line of JSON holds") {
  OAuthCredentials first = credentials("a1", "r1");
  first.private_texts.emplace_back("pem", secret("line\nline"));
  MemoryVault vault("");
  REQUIRE(vault.put_oauth({"p", "default"}, first, OnExisting::refuse, {}));
  CHECK(vault.text().contains(R"("private": {)"));
  CHECK(vault.text().contains(R"("pem": "line\nline")"));
  const auto line = vault.read_usable_key("p", std::nullopt);
  REQUIRE(line);
  CHECK_FALSE((*line)->json.view().contains("line"));
  REQUIRE(vault.put_oauth({"p", "default"}, credentials("a2", "r2"), OnExisting::replace, {}));
  CHECK_FALSE(vault.text().contains("private"));
}

TEST_CASE("a new account leaves every other byte as it was") {
  MemoryVault vault(foreign);
  REQUIRE(vault.put_api_key({"openai", "third"}, secret("sk-3"), OnExisting::refuse));
  CHECK(vault.text() == replaced(foreign, R"("x-meta": 7)",
                                 "\"x-meta\": 7,\n    \"third\": {\n      \"kind\": \"apiKey\",\n"
                                 "      \"isDefault\": false,\n      \"key\": \"sk-3\"\n    }") +
                            "\n");
}

TEST_CASE("removing the default promotes the first that is left") {
  MemoryVault vault(foreign);
  REQUIRE(vault.remove({"openai", "home"}).value());
  const auto removed = replaced(
      foreign, ",\n    \"home\": {\"isDefault\":true ,\"kind\":\"apiKey\",\"key\":\"sk-home\"}",
      "");
  CHECK(vault.text() == replaced(removed, R"("isDefault":false)", R"("isDefault":true)") + "\n");
  CHECK(vault.default_account("openai").value() == "work");
}

TEST_CASE("removing another than the default promotes nobody") {
  MemoryVault vault(foreign);
  REQUIRE(vault.remove({"openai", "work"}).value());
  CHECK(vault.default_account("openai").value() == "home");
  CHECK(vault.text().find("work") == std::string::npos);
}

TEST_CASE("with its last account a provider goes, and only that") {
  MemoryVault vault(foreign);
  REQUIRE(vault.remove({"Anthropic", "default"}).value());
  const auto begin = foreign.find(",\n  \"anthropic\"");
  const auto end = foreign.find(", \"exotic\"");
  CHECK(vault.text() == foreign.substr(0, begin) + foreign.substr(end) + "\n");

  MemoryVault one(R"( {"p":{"a":{"kind":"apiKey","key":"k"}}} )");
  REQUIRE(one.remove({"p", "a"}).value());
  CHECK(one.text() == " {} \n");
}

TEST_CASE("removing what isn't there changes nothing") {
  MemoryVault vault(foreign);
  CHECK_FALSE(vault.remove({"openai", "nobody"}).value());
  CHECK_FALSE(vault.remove({"nowhere", "default"}).value());
  CHECK_FALSE(vault.remove({"version", "default"}).value());
  CHECK_FALSE(vault.remove({"openai", "x-meta"}).value());
  CHECK(vault.text() == foreign);
}

TEST_CASE("accounts are listed in the file's order, unknown forms among them") {
  MemoryVault vault(foreign);
  const auto providers = vault.list_providers().value();
  REQUIRE(providers.size() == 3);
  CHECK(providers[0].id == "OpenAI");
  REQUIRE(providers[0].accounts.size() == 2);
  CHECK(providers[0].accounts[0].name == "work");
  CHECK(providers[0].accounts[1].is_default);
  CHECK(providers[1].accounts[0].kind == AuthKind::oauth);
  CHECK(providers[1].accounts[0].expires_ms == 1790000000000);
  CHECK_FALSE(providers[2].accounts[0].kind);
  CHECK_FALSE(vault.read_usable_key("exotic", std::nullopt).has_value());
}

TEST_CASE("an older program's api key is read") {
  MemoryVault vault(R"({"groq":{"default":{"apiKey":"gsk-old","isDefault":true}}})");
  CHECK(vault.auth_kind({"groq", "default"}).value() == AuthKind::api_key);
  const auto key = vault.read_usable_key("groq", std::nullopt).value();
  REQUIRE(key);
  CHECK(key->key.view() == "gsk-old");
  CHECK(key->json.view() == R"({"key":"gsk-old","isDefault":true})");
}

TEST_CASE("an older program's single record is the account default until somebody signs in") {
  const std::string old =
      R"({"anthropic": {"accessToken": "a", "refreshToken": "r", "expiresAt": 4102444800000}})";
  MemoryVault vault(old);
  CHECK(vault.default_account("anthropic").value() == "default");
  CHECK(vault.read_usable_key("anthropic", std::nullopt).value()->key.view() == "a");
  CHECK(vault.read_oauth({"anthropic", "default"}).value()->refresh.view() == "r");

  REQUIRE(vault.put_api_key({"anthropic", "work"}, secret("sk-w"), OnExisting::refuse));
  CHECK(vault.list_accounts("anthropic").value().size() == 2);
  CHECK(vault.default_account("anthropic").value() == "default");
  CHECK(vault.text().find(old.substr(14, old.size() - 15)) != std::string::npos);

  MemoryVault replaced_one(old);
  REQUIRE(replaced_one.put_api_key({"anthropic", "default"}, secret("sk-d"), OnExisting::replace));
  CHECK(replaced_one.list_accounts("anthropic").value().front().is_default);
  CHECK(replaced_one.text().find("accessToken") == std::string::npos);
  CHECK(replaced_one.read_usable_key("anthropic", "default").value()->key.view() == "sk-d");
}

TEST_CASE("the line of JSON holds every member but the refresh token") {
  MemoryVault vault(foreign);
  const auto key = vault.read_usable_key("openai", "work").value();
  REQUIRE(key);
  CHECK(key->key.view() == "sk-A");
  CHECK(key->json.view() ==
        R"({"key":"sk-A","kind":"apiKey","isDefault":false,"note":[1,2.50,{}]})");
}

TEST_CASE("an empty file is an empty vault") {
  for (const std::string_view text : {"", " \n\t\r\n", "{}", " { } \n"}) {
    MemoryVault vault(text);
    CHECK(vault.list_providers().value().empty());
    REQUIRE(vault.put_api_key({"p", "a"}, secret("k"), OnExisting::refuse));
    CHECK(vault.read_usable_key("p", std::nullopt).value()->key.view() == "k");
  }
}

TEST_CASE("what isn't a vault is refused with its place") {
  CHECK(fault_of("{\n  \"\xc3\xbc\": tru\n}") ==
        "auth.json can't be understood: line 2, column 8: "
        "there is something that can't stand here");
  CHECK(fault_of("{\"p\": {") ==
        "auth.json can't be understood: line 1, column 8: the text ends inside a value");
  CHECK(fault_of("[]").find("line 1, column 1: it is not an object") != std::string::npos);
  CHECK(fault_of("{} {}").find("line 1, column 4") != std::string::npos);
  CHECK(fault_of("\xff\xfe{").find("line 1, column 1") != std::string::npos);
  CHECK(fault_of(std::string(40, '\0')).find("line 1, column 1") != std::string::npos);
}

TEST_CASE("a name that is there twice is refused with its place") {
  CHECK(fault_of("{\"a\": {},\n \"b\": {}, \"A\": {}}")
            .find("line 2, column 11: the provider \"a\" is there twice") != std::string::npos);
  CHECK(fault_of("{\"p\": {\"x\": {}, \"\\u0078\": {}}}")
            .find("line 1, column 17: the account \"x\" is there twice") != std::string::npos);
  CHECK(fault_of("{\"p\": {\"x\": {}, \"X\": {}}}") == "no fault");
}

TEST_CASE("a vault nested 100,000 deep or too large is refused") {
  const std::string deep = "{\"p\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(fault_of(deep).find("over 64 levels") != std::string::npos);
  CHECK(fault_of(std::string(pindus::vault_size_limit + 1, ' ')).find("64 MiB") !=
        std::string::npos);
}

TEST_CASE("what stands in an account's place is never written over") {
  MemoryVault vault(foreign);
  const auto provider = vault.put_api_key({"version", "a"}, secret("k"), OnExisting::replace);
  REQUIRE_FALSE(provider);
  CHECK(provider.error().message.find("line 1, column 13") != std::string::npos);
  CHECK_FALSE(vault.put_api_key({"openai", "x-meta"}, secret("k"), OnExisting::replace));
  CHECK(vault.text() == foreign);
}

TEST_CASE("hostile names are only names") {
  MemoryVault vault;
  const std::string name = "../../etc/\"\\\n\x01}{$(id)`\xf0\x9f\x94\x91";
  REQUIRE(vault.put_api_key({name, name}, secret("k"), OnExisting::refuse));
  const auto providers = vault.list_providers().value();
  REQUIRE(providers.size() == 1);
  CHECK(providers[0].id == name);
  CHECK(providers[0].accounts[0].name == name);
  CHECK(vault.remove({name, name}).value());
  CHECK(vault.list_providers().value().empty());
}
