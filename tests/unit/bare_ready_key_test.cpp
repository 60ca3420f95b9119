#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "core/bare/ready_key.hpp"
#include "core/bare/sealed_value.hpp"

using pindus::bare::find_ready_key;
using pindus::bare::JsonReader;
using pindus::bare::KeyAnswer;
using pindus::bare::KeyForm;
using pindus::bare::KeyRequest;
using pindus::bare::Text;
using pindus::bare::TextBuffer;

namespace {

constexpr int64_t now_ms = 1'000'000'000'000;

Text text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string ask(std::string_view vault, std::string_view provider, KeyForm form = KeyForm::plain,
                std::string_view account = {},
                pindus::bare::FindsVaultKey find_vault_key = nullptr) {
  KeyRequest request;
  request.find_vault_key = find_vault_key;
  request.provider = text(provider);
  request.account = text(account);
  request.form = form;
  request.now_ms = now_ms;
  std::string memory(20'000, '\0');
  TextBuffer out(memory.data(), memory.size());
  JsonReader reader(text(vault));
  if (find_ready_key(reader, request, out) == KeyAnswer::not_sure) return "not sure";
  return memory.substr(0, out.size);
}

constexpr unsigned char vault_key[32] = {1, 2, 3};
int searches = 0;

bool find_that_key(Text key_id, unsigned char (&key)[32]) {
  ++searches;
  for (size_t i = 0; i < sizeof key; ++i) key[i] = vault_key[i];
  return key_id == "0123456789abcdef";
}

std::string sealed(std::string_view secret, std::string_view account = "a",
                   std::string_view member = "key", std::string_view provider = "P",
                   std::string_view key_id = "0123456789abcdef") {
  constexpr unsigned char nonce[24] = {4, 5, 6};
  std::string memory(pindus::bare::sealed_size(secret.size()), '\0');
  TextBuffer out(memory.data(), memory.size());
  append_sealed(text(secret), text(key_id), vault_key, nonce,
                {text(provider), text(account), text(member)}, out);
  return memory;
}

// Of an unlocked vault, with how often its key was looked for.
std::string ask_unlocked(std::string_view vault, KeyForm form = KeyForm::plain,
                         std::string_view account = {}) {
  searches = 0;
  const std::string answer = ask(vault, "p", form, account, &find_that_key);
  return answer + " " + std::to_string(searches);
}

std::string of_account(const std::string& account, const std::string& record) {
  return "{\"P\":{\"" + account + "\":" + record + "}}";
}

std::string api_key(const std::string& key) {
  return R"({"kind":"apiKey","key":")" + key + "\"}";
}

std::string with_record(const std::string& record) {
  return R"({"p":{"a":)" + record + "}}";
}

}  // namespace

TEST_CASE("the default account's key is ready, else the first one's") {
  CHECK(ask(R"({"p":{"a":{"kind":"apiKey","key":"one"},
                     "b":{"isDefault":true,"key":"two","kind":"apiKey"}}})",
            "p") == "two");
  CHECK(ask(R"({"o":{},"p":{"a":{"kind":"apiKey","key":"one","isDefault":false},
                     "b":{"kind":"apiKey","key":"two"}}})",
            "p") == "one");
  CHECK(ask(R"({"p":{}})", "p") == "not sure");
  CHECK(ask(R"({"q":{"a":{"kind":"apiKey","key":"one"}}})", "p") == "not sure");
}

TEST_CASE("a provider is found without case, an account with it") {
  constexpr std::string_view vault = R"({"OpenAI":{"Work":{"kind":"apiKey","key":"one"}}})";
  CHECK(ask(vault, "oPENai") == "one");
  CHECK(ask(vault, "openai", KeyForm::plain, "Work") == "one");
  CHECK(ask(vault, "openai", KeyForm::plain, "work") == "not sure");
  CHECK(ask(R"({"@":{"a":{"kind":"apiKey","key":"one"}}})", "`") == "not sure");
}

TEST_CASE("a token is ready with more than ten minutes left, or without an end") {
  const auto token = [](const std::string& expires) {
    return ask(with_record(R"({"kind":"oauth","access":"t","refresh":"r")" + expires + "}"), "p");
  };
  CHECK(token("") == "t");
  CHECK(token(R"(,"expires":1000000600001)") == "t");
  CHECK(token(R"(,"expires":1000000600001.25)") == "t");
  CHECK(token(R"(,"expires":1000000600000)") == "not sure");
  CHECK(token(R"(,"expires":-1)") == "not sure");
  CHECK(token(R"(,"expires":1e15)") == "not sure");
  CHECK(token(R"(,"expires":null)") == "t");
  CHECK(token(R"(,"expires":"1000000600001")") == "t");
  CHECK(token(R"(,"expires":"1000000600000")") == "not sure");
  CHECK(token(R"(,"expires":"")") == "not sure");
  CHECK(token(R"(,"expires":"-1")") == "not sure");
  CHECK(token(R"(,"expires":"1000000600001.5")") == "not sure");
  CHECK(token(R"(,"expires":"2099-01-01")") == "not sure");
  CHECK(token(R"(,"expires":"99999999999999999999")") == "not sure");
  CHECK(token(R"(,"expires":true)") == "not sure");
  CHECK(token(R"(,"expires":{})") == "not sure");
  CHECK(token(R"(,"expiresAt":4000000000000)") == "not sure");
  CHECK(token(R"(,"expires":1000003600000,"lifetime":3600)") == "t");
  CHECK(token(R"(,"lifetime":3600,"expires":1000099900000)") == "not sure");
  CHECK(token(R"(,"expires":1000003600000,"lifetime":"3600")") == "not sure");
  CHECK(token(R"(,"expires":99999999999999999999)") == "not sure");
}

TEST_CASE("as JSON the key comes first and the rest as it is stored, without secrets") {
  CHECK(ask(with_record(R"({ "kind" : "oauth", "access": "a\"\\\u007e/", "refresh":"r",
                             "x": [ 1, {"y" : "\u0041 b"} ],
                             "expires": 4000000000000, "key": "not this" })"),
            "p", KeyForm::json) ==
        "{\"key\":\"a\\\"\\\\~/\",\"kind\":\"oauth\","
        "\"x\":[1,{\"y\":\"\\u0041 b\"}],\"expires\":4000000000000}");
}

TEST_CASE("no form of JSON shows what would get further keys") {
  CHECK(ask(with_record(R"({"kind":"oauth","access":"a","refresh":"s1","refresh_token":"s2",
                            "id_token":"s3","clientSecret":"s4","private":{"pem":"s5"},
                            "access_token":"s6","api_key":"s7","priv\u0061te":"s8","x":"shown"})"),
            "p", KeyForm::json) == R"({"key":"a","kind":"oauth","x":"shown"})");
}

TEST_CASE("a record of mixed form is left to the host, which knows what counts") {
  const std::string member =
      GENERATE(as<std::string>(), R"("refreshToken":"r")", R"("apiKey":"k")",
               R"("accessToken":"t")", R"("expiresAt":1)", R"("expires\u0041t":1)");
  CAPTURE(member);
  CHECK(ask(with_record(R"({"kind":"oauth","access":"a",)" + member + "}"), "p") == "not sure");
  CHECK(ask(with_record("{" + member + R"(,"kind":"apiKey","key":"k"})"), "p") == "not sure");
}

TEST_CASE("a key that breaks the rule for keys is left to the host") {
  const std::string key = GENERATE(
      as<std::string>(), R"(a b)", R"(a\r\nX-Header: 1)", R"(key\n)", R"(\u00e9)", "\xc3\xa9",
      R"(\"quoted\")", "'quoted'", "`quoted`", "your-api-key-here", "MY_YOUR_API_KEY",
      "a-PlaceHolder", "ChangeMe", "sk-xxxx", "XXXX", "<key>", "MY_KEY=abc", "export x=abc");
  CAPTURE(key);
  CHECK(ask(with_record(R"({"kind":"apiKey","key":")" + key + "\"}"), "p") == "not sure");
}

TEST_CASE("a token may hold a placeholder's letters by chance") {
  CHECK(ask(with_record(R"({"kind":"oauth","access":"eyJxxxxQ"})"), "p") == "eyJxxxxQ");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"sk-xxX-your-api-ke"})"), "p") ==
        "sk-xxX-your-api-ke");
}

TEST_CASE("an escape that stands for nothing is passed on, and a name with one left to the host") {
  CHECK(ask(R"({"\ud83d":{"\x":1},"p":{"\ud83d":{"a":1},"a":{"kind":"apiKey","key":"k",
                "note":"\ud83d \x"}}})",
            "p", KeyForm::json, "a") == R"({"key":"k","kind":"apiKey","note":"\ud83d \x"})");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"k","\ud83d":1})"), "p") == "not sure");
  CHECK(ask(with_record(R"({"kind":"apiKey","key":"\ud83d"})"), "p") == "not sure");
  CHECK(ask("\xef\xbb\xbf" + with_record(R"({"kind":"apiKey","key":"k"})"), "p") == "k");
}

TEST_CASE("what is odd about a record is left to the host") {
  const std::string record = GENERATE(
      as<std::string>(), R"({"kind":"apiKey"})", R"({"kind":"apiKey","key":""})",
      R"({"kind":"apiKey","key":"a\nb"})", R"({"kind":"apiKey","key":"a\u0000"})",
      R"({"kind":"apiKey","key":"a\u007f"})", R"({"kind":"apiKey","key":5})",
      R"({"kind":"apiKey","key":"a","key":"b"})", R"({"kind":"apiKey","kind":"oauth","key":"a"})",
      R"({"kind":"password","key":"a"})", R"({"kind":null,"key":"a"})", R"({"key":"a"})",
      R"({"kind":"apiKey","key":"a","isDefault":1})", R"({"apiKey":"a","isDefault":true})",
      R"({"kind":"oauth","access":{}})", R"({"kind":"apiKey","key":"a",})",
      R"({"kind":"apiKey","key":"a","b\"c":1})", R"("a")", "[]", "null");
  CAPTURE(record);
  CHECK(ask(with_record(record), "p") == "not sure");
  CHECK(ask(with_record(record), "p", KeyForm::json) == "not sure");
}

TEST_CASE("a key that is larger than its room is left to the host") {
  const auto with_key = [](size_t size) {
    return with_record(R"({"kind":"apiKey","key":")" + std::string(size, 'k') + "\"}");
  };
  CHECK(ask(with_key(8192), "p") == std::string(8192, 'k'));
  CHECK(ask(with_key(8193), "p") == "not sure");
  const std::string crowded =
      with_record(R"({"kind":"apiKey","key":"a","x":")" + std::string(9000, 'x') + "\"}");
  CHECK(ask(crowded, "p") == "not sure");
  CHECK(ask(crowded, "p", KeyForm::json) == "not sure");
}

TEST_CASE("nothing behind a settled answer is read, and everything before it is checked") {
  constexpr std::string_view settled =
      R"({"o":{"a":1},"p":{"a":{"kind":"apiKey","key":"one","isDefault":true} )";
  CHECK(ask(settled, "p") == "one");
  CHECK(ask(std::string(settled) + "garbage", "p") == "one");
  CHECK(ask(R"({"o":{"a":01},"p":{"a":{"kind":"apiKey","key":"one","isDefault":true}}})", "p") ==
        "not sure");
  CHECK(ask(R"({"p":{"a":{"kind":"apiKey","key":"one"},)", "p") == "not sure");
}

TEST_CASE("a sealed key is opened where the vault's key is at hand") {
  const std::string vault = of_account("a", api_key(sealed("one")));
  CHECK(ask_unlocked(vault) == "one 1");
  CHECK(ask_unlocked(vault, KeyForm::json) == "{\"key\":\"one\",\"kind\":\"apiKey\"} 1");
  CHECK(ask(vault, "p") == "not sure");
  const std::string foreign = sealed("one", "a", "key", "P", "fedcba9876543210");
  CHECK(ask_unlocked(of_account("a", api_key(foreign))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key("enc:2:new"))) == "not sure 0");
  CHECK(ask_unlocked(of_account("a", R"({"kind":"oauth","refresh":"r","access":")" +
                                         sealed("t", "a", "access") + "\"}"),
                     KeyForm::json) == "{\"key\":\"t\",\"kind\":\"oauth\"} 1");
}

TEST_CASE("a sealed key that stands in another place is left to the host") {
  CHECK(ask_unlocked(of_account("b", api_key(sealed("one")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed("one", "a", "access")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed("one", "a", "key", "p")))) == "not sure 1");
  // The same name in JSON's other forms.
  CHECK(ask_unlocked(of_account("\\u0061", api_key(sealed("one")))) == "one 1");
}

TEST_CASE("a sealed key whose account's name is too long to be compared is left to the host") {
  const std::string longest(256, 'n');
  CHECK(ask_unlocked(of_account(longest, api_key(sealed("one", longest)))) == "one 1");
  CHECK(ask_unlocked(of_account(longest + "n", api_key(sealed("one", longest)))) == "not sure 0");
  CHECK(ask_unlocked(of_account(longest + "n", api_key(sealed("one", longest + "n")))) ==
        "not sure 0");
}

TEST_CASE("what was sealed has to be a key like any other") {
  CHECK(ask_unlocked(of_account("a", api_key(sealed("")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed("a b")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed("your-api-key-here")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed(sealed("one"))))) == "not sure 1");
}

TEST_CASE("the largest key works sealed, too, and a larger one is left to the host") {
  const std::string largest(8192, 'k');
  CHECK(ask_unlocked(of_account("a", api_key(sealed(largest)))) == largest + " 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed(largest + "k")))) == "not sure 1");
  CHECK(ask_unlocked(of_account("a", api_key(sealed(std::string(9000, 'k'))))) == "not sure 0");
}

TEST_CASE("nothing is opened but the key that is answered") {
  std::string vault = R"({"o":{"a":)" + api_key(sealed("other", "a", "key", "o")) + R"(},"P":{)";
  for (int i = 0; i < 100; ++i) {
    const std::string name = "a" + std::to_string(i);
    vault += "\"" + name + "\":" + api_key(sealed("key-of-" + name, name)) + ",";
  }
  vault +=
      R"("last":{"isDefault":true,"kind":"apiKey","key":")" + sealed("wanted", "last") + "\"}}}";
  CHECK(ask_unlocked(vault) == "wanted 1");
  CHECK(ask_unlocked(vault, KeyForm::plain, "a42") == "key-of-a42 1");
  CHECK(ask_unlocked(vault, KeyForm::plain, "none") == "not sure 0");
}
