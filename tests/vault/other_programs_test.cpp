// What other programs store in the vault, and what becomes of it.

#include <catch2/catch.hpp>

#include "tests/support/vaults.hpp"
#include "tests/vault/scripted_refresher.hpp"

using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::StoredAccount;
using pindus::test::MemoryVault;
using pindus::test::refresher_that_answers;
using pindus::test::ScriptedRefresher;
using pindus::test::tokens;

namespace {

Secret secret(std::string_view text) {
  return Secret(text);
}

std::string with_record(std::string_view record) {
  return R"({"p":{"a":)" + std::string(record) + "}}";
}

// A browser sign-in with these further members.
std::string with_token(std::string_view members) {
  return with_record(R"({"kind":"oauth","access":"old",)" + std::string(members) + "}");
}

struct Answer {
  std::string key;
  std::string json;
  std::string warning;
  std::string fault;
  std::string hint;
};

Answer ask(MemoryVault& vault, const std::optional<std::string>& account = {}) {
  const auto key = vault.read_usable_key("p", account);
  if (!key) return {{}, {}, {}, key.error().message, key.error().hint};
  if (!*key) return {"nothing stored", {}, {}, {}, {}};
  return {
      std::string((*key)->key.view()), std::string((*key)->json.view()), (*key)->warning, {}, {}};
}

Answer ask(std::string_view text) {
  MemoryVault vault(text);
  return ask(vault);
}

StoredAccount listed(std::string_view text) {
  MemoryVault vault(text);
  return vault.list_accounts("p").value().at(0);
}

}  // namespace

TEST_CASE("a token whose end is null or missing is valid until sign-out") {
  auto refresher = refresher_that_answers("new");
  for (const char* end : {R"("expires":null)", R"("expiresAt":null)", R"("x":1)",
                          R"("expires":null,"expiresAt":null)"}) {
    CAPTURE(end);
    MemoryVault vault(with_token(R"("refresh":"r",)" + std::string(end)), &refresher);
    const Answer answer = ask(vault);
    CHECK(answer.key == "old");
    CHECK(answer.warning.empty());
    CHECK_FALSE(listed(vault.text()).end_is_unknown);
  }
  CHECK(refresher.requests() == 0);
}

TEST_CASE("a Claude sign-in without an end is valid until sign-out") {
  const Answer answer =
      ask(R"({"p":{"accessToken":"old","refreshToken":"r","expiresAt":null,"scopes":["a"]}})");
  CHECK(answer.key == "old");
  CHECK(answer.json == R"({"key":"old","expiresAt":null,"scopes":["a"]})");
}

TEST_CASE("an end in a string of digits, or with an exponent, is a number") {
  for (const char* end : {R"("4102444800000")", "4.1024448e12", R"("04102444800000")"}) {
    CAPTURE(end);
    const std::string text = with_token(R"("expires":)" + std::string(end));
    CHECK(ask(text).key == "old");
    CHECK(ask(text).warning.empty());
    CHECK(listed(text).expires_ms == 4'102'444'800'000);
  }
  CHECK(ask(with_token(R"("expires":"1000")")).fault ==
        "the token of the account a of p has expired");
}

TEST_CASE("an end that is no time is expired where there is a refresh token") {
  for (const char* end :
       {R"("")", R"("soon")", R"("2099-01-01T00:00:00Z")", R"("-5")", R"(" 5")", "true", "[]", "{}",
        "1e999", R"("99999999999999999999")", "99999999999999999999", R"("\ud83d")"}) {
    CAPTURE(end);
    auto refresher = refresher_that_answers("new");
    MemoryVault vault(with_token(R"("refresh":"r","expires":)" + std::string(end)), &refresher);
    CHECK(listed(vault.text()).end_is_unknown);
    CHECK(ask(vault).key == "new");
    CHECK(refresher.requests() == 1);
    CHECK(ask(vault).key == "new");
    CHECK(refresher.requests() == 1);
  }
}

TEST_CASE("an end that is no time is handed out with a word where nothing can be refreshed") {
  for (const char* end : {R"("soon")", "true", "99999999999999999999"}) {
    CAPTURE(end);
    const Answer answer = ask(with_token(R"("expires":)" + std::string(end)));
    CHECK(answer.key == "old");
    CHECK(answer.warning ==
          "nobody knows how long the token of the account a of p is valid: what its record says "
          "about that can't be so");
  }
}

TEST_CASE("a key has no end, whatever its record says about one") {
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"k","expires":1})")).key == "k");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"k","expires":"soon"})")).warning.empty());
}

TEST_CASE("a refresh token without an access token is refreshed") {
  for (const char* record :
       {R"({"kind":"oauth","access":"","refresh":"r","expires":4102444800000})",
        R"({"kind":"oauth","access":null,"refresh":"r"})", R"({"kind":"oauth","refresh":"r"})",
        R"({"accessToken":"","refreshToken":"r"})",
        R"({"kind":"oauth","access":"\n","refresh":"r"})"}) {
    CAPTURE(record);
    auto refresher = refresher_that_answers("new");
    MemoryVault vault(with_record(record), &refresher);
    CHECK(ask(vault).key == "new");
    CHECK(refresher.requests() == 1);
    CHECK(ask(vault).key == "new");
    CHECK(refresher.requests() == 1);
  }
  auto refresher = refresher_that_answers("new");
  MemoryVault single(R"({"p":{"accessToken":null,"refreshToken":"r"}})", &refresher);
  CHECK(ask(single).key == "new");
}

TEST_CASE("no JSON shows what would get further keys, whatever the form of the record") {
  const std::string secrets =
      R"("refresh":"s","refreshToken":"s","refresh_token":"s","id_token":"s","clientSecret":"s",)"
      R"("private":{"pem":"s"},"x":1)";
  for (const char* key : {R"("kind":"oauth","access":"k","expires":4102444800000,"key":"s",)",
                          R"("kind":"oauth","accessToken":"k","apiKey":"s",)",
                          R"("kind":"apiKey","key":"k","access":"s","accessToken":"s",)",
                          R"("apiKey":"k","key":null,"accessToken":"s",)"}) {
    CAPTURE(key);
    const Answer answer = ask(with_record("{" + std::string(key) + secrets + "}"));
    CHECK(answer.key == "k");
    CHECK(answer.json.find("\"s\"") == std::string::npos);
    CHECK(answer.json.find("\"x\":1") != std::string::npos);
  }
}

TEST_CASE("of a mixed record the newer name counts, unless it says nothing") {
  CHECK(ask(with_record(R"({"kind":"oauth","access":"new","accessToken":"old"})")).key == "new");
  CHECK(ask(with_record(R"({"kind":"oauth","access":null,"accessToken":"old"})")).key == "old");
  const std::string ended = with_token(R"("expiresAt":1)");
  CHECK(ask(ended).fault == "the token of the account a of p has expired");
  CHECK(ask(with_token(R"("expires":null,"expiresAt":1)")).fault == ask(ended).fault);
}

TEST_CASE("a record that is no object is a fault with its place, and nothing is taken instead") {
  struct Case {
    const char* text;
    const char* place;
  };
  const auto c = GENERATE(values<Case>({
      {R"({"p":"sk-1"})", "line 1, column 6: this should be a provider's accounts"},
      {R"({"p":["sk-1"]})", "line 1, column 6: this should be a provider's accounts"},
      {R"({"p":null})", "line 1, column 6: this should be a provider's accounts"},
      {R"({"p":{"type":"api_key","key":"sk-1"}})",
       "column 6: this should be a provider's accounts"},
      {R"({"p":{"a":"sk-1"}})", "column 6: this should be a provider's accounts"},
  }));
  CAPTURE(c.text);
  const Answer answer = ask(c.text);
  CHECK(answer.fault.find(c.place) != std::string::npos);
  CHECK(answer.fault.find("sk-1") == std::string::npos);
  MemoryVault named(R"({"p":{"a":"sk-1","b":{"kind":"apiKey","key":"k"}}})");
  CHECK(ask(named).key == "k");
  CHECK(ask(named, "a").fault.find("column 11: this should be an account's record") !=
        std::string::npos);
  CHECK(ask(named, "c").key == "nothing stored");
  CHECK(ask(R"({"p":{}})").key == "nothing stored");
}

TEST_CASE("a record of an unknown kind is a fault that says which") {
  struct Case {
    const char* record;
    const char* what;
  };
  const auto c = GENERATE(values<Case>({
      {R"({"kind":"passkey","id":"x"})", "a record of the kind passkey, which pindus doesn't know"},
      {R"({"kind":"sk-ant-0123456789-0123","key":"k"})", "a record of no kind that pindus knows"},
      {R"({"kind":"","key":"k"})", "a record of no kind that pindus knows"},
      {R"({"kind":7,"key":"k"})", "a record of no kind that pindus knows"},
      {R"({"type":"api_key","key":"k"})", "a record of no kind that pindus knows"},
      {R"({})", "a record of no kind that pindus knows"},
      {R"({"kind":"apiKey"})", "a record without a key"},
      {R"({"kind":"apiKey","key":""})", "a record without a key"},
      {R"({"kind":"apiKey","key":["k"]})", "a record without a key"},
      {R"({"kind":"apiKey","key":"\ud83d"})", "a record without a key"},
      {R"({"kind":"oauth","access":"","refresh":""})", "a record without a token"},
  }));
  CAPTURE(c.record);
  const Answer answer = ask(with_record(c.record));
  CHECK(answer.fault == std::string("the account a of p has ") + c.what);
  CHECK(answer.hint == "pindus signin p --account a --replace");
  CHECK(listed(with_record(c.record)).problem == c.what);
}

TEST_CASE("a stored key is handed out without line ends, and not at all with one inside") {
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"k\r\n"})")).key == "k");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"k\r\n"})")).json ==
        R"({"key":"k","kind":"apiKey"})");
  CHECK(listed(with_record(R"({"kind":"apiKey","key":"k\r\n"})")).problem.empty());
  CHECK(ask(with_record(R"({"kind":"oauth","access":"t\n"})")).key == "t");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"\n"})")).fault ==
        "the key of the account a of p is empty");
  CHECK(listed(with_record(R"({"kind":"apiKey","key":"\n"})")).problem == "a key that is empty");

  const Answer answer = ask(with_record(R"({"kind":"apiKey","key":"k\r\nX-Other: 1"})"));
  CHECK(answer.fault ==
        "the key of the account a of p holds a blank or a character that no key has");
  CHECK(answer.hint == "pindus signin p --account a --replace");
  CHECK(listed(with_record(R"({"kind":"apiKey","key":"k\r\nX"})")).problem ==
        "a key that holds a blank or a character that no key has");
  CHECK(ask(with_record(R"({"kind":"oauth","access":"a b"})")).fault ==
        "the token of the account a of p holds a blank or a character that no key has");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"your-api-key-here"})")).fault ==
        "the key of the account a of p is a placeholder or a masked copy");
  CHECK(ask(with_record(R"({"apiKey":"\"k\""})")).fault ==
        "the key of the account a of p stands in quotes");
}

TEST_CASE("a token that a refresh brought passes the rule before it is handed out, and is stored") {
  ScriptedRefresher refresher(
      [](const OAuthCredentials&, auto) { return tokens("new\r\nX-Other: 1", "r2"); });
  MemoryVault vault(with_token(R"("refresh":"r","expires":1)"), &refresher);
  CHECK(ask(vault).fault.find("holds a blank") != std::string::npos);
  CHECK(vault.text().find("\"r2\"") != std::string::npos);
}

TEST_CASE("a key that is stored has no line ends at its end") {
  MemoryVault vault;
  REQUIRE(vault.put_api_key({"p", "a"}, secret("sk-1\r\n"), OnExisting::refuse));
  CHECK(vault.text().find("\"sk-1\"") != std::string::npos);
}

TEST_CASE("a byte order mark before the vault is skipped, and kept by every change") {
  const std::string mark = "\xef\xbb\xbf";
  MemoryVault vault(mark + with_record(R"({"kind":"apiKey","key":"k"})"));
  CHECK(ask(vault).key == "k");
  REQUIRE(vault.put_api_key({"p", "b"}, secret("k2"), OnExisting::refuse));
  REQUIRE(vault.remove({"p", "a"}).value());
  CHECK(vault.text().starts_with(mark + "{"));
  CHECK(ask(vault).key == "k2");
  for (const std::string& empty : {mark, mark + "\r\n"}) {
    MemoryVault fresh(empty);
    CHECK(fresh.list_providers().value().empty());
    REQUIRE(fresh.put_api_key({"p", "a"}, secret("k"), OnExisting::refuse));
    CHECK(fresh.text().starts_with(mark + "{\n  \"p\""));
  }
}

TEST_CASE("strings that nobody reads survive every change, be they no strings for JSON") {
  const std::string odd = R"("\ud83d":{"\x":"\u12 \ud83d\n"},"\ud83e":7,)";
  MemoryVault vault("{" + odd + R"("p":{)" + odd + R"("a":{)" + odd +
                    R"("kind":"apiKey","key":"k","note":"\udc00\'"}}})");
  CHECK(ask(vault, "a").key == "k");
  CHECK(ask(vault, "a").json == "{\"key\":\"k\"," + odd + R"("kind":"apiKey","note":"\udc00\'"})");
  REQUIRE(vault.put_api_key({"p", "a"}, secret("k2"), OnExisting::replace));
  REQUIRE(vault.put_api_key({"p", "b"}, secret("k3"), OnExisting::refuse));
  std::size_t kept = 0;
  for (auto at = vault.text().find(odd); at != std::string::npos;
       at = vault.text().find(odd, at + 1)) {
    ++kept;
  }
  CHECK(kept == 3);
  CHECK(vault.text().find(R"("note":"\udc00\'")") != std::string::npos);
}

TEST_CASE("accounts whose names nobody can type are told apart") {
  MemoryVault vault(R"({"p":{"\ud83d":{"kind":"apiKey","key":"1"},"\ud83e":{"kind":"apiKey",)"
                    R"("key":"2"}},"\ud83d":{"x":{"kind":"apiKey","key":"3"}}})");
  const auto accounts = vault.list_accounts("p").value();
  REQUIRE(accounts.size() == 2);
  REQUIRE(vault.remove({"p", accounts[0].name}).value());
  CHECK(vault.text() == R"({"p":{"\ud83e":{"kind":"apiKey","key":"2"}},)"
                        R"("\ud83d":{"x":{"kind":"apiKey","key":"3"}}})"
                        "\n");
}
