#include <catch2/catch.hpp>

#include "core/broker/gate.hpp"

using Catch::Matchers::Contains;
using pindus::Secret;
using pindus::broker::Admitted;
using pindus::broker::CallRules;
using pindus::broker::Fields;
using pindus::broker::Gate;
using pindus::broker::Refusal;
using pindus::broker::RequestHead;

namespace {

constexpr std::string_view token = "pnd_0123456789_pindus_broker_token";
constexpr std::string_view address = "127.0.0.1:8470";

Gate gate() {
  CallRules acme{.allow = {"POST /v1/messages", "GET /v1/models", "GET /v1/models/*"},
                 .anonymous = {"HEAD /", "HEAD /api/hello"},
                 .alias = {{"/messages", "/v1/messages"}}};
  CallRules sockets{.allow = {"GET /responses"}, .upgrade = true};
  return {Secret(token), std::string(address), {{"acme", acme}, {"sockets", sockets}}};
}

Fields with_token(Fields more = {}) {
  more.insert(more.begin(), {{"Host", address}, {"x-api-key", token}});
  return more;
}

// Why it is refused: "400 framing"; empty where it goes on.
std::string verdict(const RequestHead& head) {
  const auto judged = gate().judge(head);
  if (judged) return "";
  return std::to_string(judged.error().status) + " " + std::string(judged.error().rule);
}

std::string verdict_of(std::string_view target, Fields more = {}) {
  return verdict({"GET", target, with_token(std::move(more))});
}

Admitted admitted(const RequestHead& head) {
  auto judged = gate().judge(head);
  INFO((judged ? "" : judged.error().message));
  REQUIRE(judged);
  return *std::move(judged);
}

}  // namespace

TEST_CASE("a request whose end two servers could see at different places is refused") {
  const auto framed = [](Fields fields) {
    return verdict({"POST", "/acme/v1/messages", with_token(std::move(fields))});
  };
  CHECK(framed({}).empty());
  CHECK(framed({{"Content-Length", "5"}}).empty());
  CHECK(framed({{"Transfer-Encoding", "Chunked"}}).empty());
  const std::vector<Fields> unclear = {
      {{"Content-Length", "5"}, {"Content-Length", "5"}},
      {{"Content-Length", "5"}, {"content-length", "6"}},
      {{"Content-Length", "5, 5"}},
      {{"Content-Length", "+5"}},
      {{"Content-Length", "-5"}},
      {{"Content-Length", "0x5"}},
      {{"Content-Length", "5 "}},
      {{"Content-Length", ""}},
      {{"Content-Length", "18446744073709551616"}},
      {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
      {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
      {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}},
      {{"Transfer-Encoding", "gzip, chunked"}},
      {{"Transfer-Encoding", "chunked, gzip"}},
      {{"Transfer-Encoding", "xchunked"}},
      {{"Transfer-Encoding", "identity"}},
      {{"Transfer-Encoding", "\"chunked\""}},
      {{"Transfer-Encoding", ""}}};
  for (const Fields& fields : unclear) {
    INFO(fields[0].first << ": " << fields[0].second);
    CHECK(framed(fields) == "400 framing");
  }
  // RFC 9112, section 6.1: HTTP/1.0 knows no transfer codings.
  CHECK(verdict({"POST", "/acme/v1/messages", with_token({{"Transfer-Encoding", "chunked"}}),
                 10}) == "400 framing");
  CHECK(admitted({"POST", "/acme/v1/messages", with_token({{"Content-Length", "00012"}})})
            .body.length == 12U);
  CHECK(admitted({"POST", "/acme/v1/messages", with_token({{"Transfer-Encoding", "chunked"}})})
            .body.length == std::nullopt);
  CHECK(admitted({"POST", "/acme/v1/messages", with_token()}).body.length == 0U);
}

TEST_CASE("a request that meant another host is refused, so that no page rebinds a name to us") {
  const auto for_host = [](Fields fields) {
    fields.emplace_back("x-api-key", token);
    return verdict({"GET", "/acme/v1/models", std::move(fields)});
  };
  CHECK(for_host({{"Host", "127.0.0.1:8470"}}).empty());
  for (const char* host : {"127.0.0.1", "127.0.0.1:80", "localhost:8470", "evil.example:8470",
                           "127.0.0.1:8470, evil.example", ""}) {
    INFO(host);
    CHECK(for_host({{"Host", host}}) == "421 host");
  }
  CHECK(for_host({}) == "421 host");
  CHECK(for_host({{"Host", address}, {"Host", address}}) == "421 host");
}

TEST_CASE("a web page's request is refused, whatever it holds") {
  CHECK(verdict_of("/acme/v1/models", {{"Origin", "http://127.0.0.1:8470"}}) == "403 browser");
  CHECK(verdict_of("/acme/v1/models", {{"Origin", "null"}}) == "403 browser");
  CHECK(verdict_of("/acme/v1/models", {{"sec-fetch-site", "same-origin"}}) == "403 browser");
  CHECK(verdict_of("/acme/v1/models", {{"Sec-Fetch-Dest", "empty"}}) == "403 browser");
  // Node's own fetch says so.
  CHECK(verdict_of("/acme/v1/models", {{"Sec-Fetch-Mode", "cors"}}).empty());
  for (const char* method : {"OPTIONS", "CONNECT", "TRACE", "get", "PROPFIND", ""}) {
    INFO(method);
    CHECK(verdict({method, "/acme/v1/models", with_token()}) == "405 method");
  }
}

TEST_CASE("a target that a server could read as another than we do is refused") {
  CHECK(verdict_of("/acme/v1/models").empty());
  CHECK(verdict_of("/acme/v1/%6dodels").empty());
  CHECK(verdict_of("/acme/v1/models?limit=3&a=/../x%2f").empty());
  CHECK(verdict_of("/acme/v1/models/gpt.4").empty());
  CHECK(verdict_of("/acme/v1/models/...").empty());
  for (const char* target : {"http://127.0.0.1:8470/acme/v1/models",
                             "https://acme.example/v1/models",
                             "*",
                             "127.0.0.1:8470",
                             "",
                             "acme/v1/models",
                             "/",
                             "//acme/v1/models",
                             "/acme//v1/models",
                             "/acme/v1/models//x",
                             "/acme/v1/./models",
                             "/acme/v1/x/../models",
                             "/acme/../acme/v1/models",
                             "/acme/v1/models/..",
                             "/acme/v1/models/.",
                             "/acme/v1/models/%2e%2e/x",
                             "/acme/v1/models/.%2E/x",
                             "/acme/v1/models/..;/x",
                             "/acme/v1/models/..;a=b/x",
                             "/acme/v1/models/.;/x",
                             "/acme/v1/models/;a",
                             "/acme/v1%2fmodels",
                             "/acme/v1%2Fmodels",
                             "/acme/v1%5cmodels",
                             "/acme/v1\\models",
                             "/acme/v1/models%00",
                             "/acme/v1/models%0d%0aX:y",
                             "/acme/v1/models/%25%32%65",
                             "/acme/v1/models/%",
                             "/acme/v1/models/%2",
                             "/acme/v1/models/%zz",
                             "/acme/v1/models x",
                             "/acme/v1/models\t",
                             "/acme/v1/models#x",
                             "/acme/v1/models?a#b",
                             "/acme/v1/models?a b",
                             "/acme/v1/m\xc3\xb6"
                             "dels",
                             "/../acme/v1/models",
                             "/./acme/v1/models"}) {
    INFO(target);
    CHECK(verdict_of(target) == "400 target");
  }
}

TEST_CASE("rules are compared with a path in its only spelling, and a final star is any rest") {
  CHECK(admitted({"GET", "/acme/v1/%6D%6fdels/a%7Eb", with_token()}).path == "/v1/models/a~b");
  CHECK(admitted({"GET", "/ACME/v1/models/a%c3%b6", with_token()}).path == "/v1/models/a%C3%B6");
  CHECK(admitted({"GET", "/acme/v1/models/a/b", with_token()}).path == "/v1/models/a/b");
  CHECK(verdict_of("/acme/v1/models/") == "403 not-allowed");
  CHECK(verdict_of("/acme/v1/modelsx") == "403 not-allowed");
  CHECK(verdict_of("/acme/V1/models") == "403 not-allowed");
  CHECK(verdict_of("/acme/v1/messages") == "403 not-allowed");
  CHECK(verdict_of("/acme/v1/organizations/api_keys") == "403 not-allowed");
  CHECK(verdict_of("/acme") == "403 not-allowed");
  CHECK(verdict_of("/other/v1/models") == "404 provider");
  const auto refused = gate().judge({"DELETE", "/acme/v1/models", with_token()});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("DELETE /v1/models of acme"));
}

TEST_CASE("an alias is the path that it stands for, of that provider") {
  const Admitted through = admitted({"POST", "/acme/messages", with_token()});
  CHECK(through.path == "/v1/messages");
  CHECK(through.provider == "acme");
  CHECK(verdict({"POST", "/sockets/messages", with_token()}) == "403 not-allowed");
}

TEST_CASE("the token counts in every field in which programs send keys") {
  const std::string bearer = "Bearer " + std::string(token);
  for (const Fields& slot : std::vector<Fields>{{{"Authorization", bearer}},
                                                {{"authorization", token}},
                                                {{"X-Api-Key", token}},
                                                {{"x-goog-api-key", token}},
                                                {{"api-key", token}},
                                                {{"x-api-key", "sk-other"}, {"api-key", token}}}) {
    INFO(slot[0].first);
    Fields fields = slot;
    fields.emplace_back("Host", address);
    CHECK(admitted({"GET", "/acme/v1/models", fields}).with_key);
  }
  const std::string in_query = "/acme/v1/models?a=1&k%65y=" + std::string(token) + "&b=2";
  const Admitted queried = admitted({"GET", in_query, {{"Host", address}}});
  CHECK(queried.with_key);
  CHECK(queried.query == "a=1&b=2");
}

TEST_CASE("the token counts nowhere else, nor another one, nor a part of it") {
  const std::string cookie = "key=" + std::string(token);
  const auto refused = [](Fields fields, std::string_view target = "/acme/v1/models") {
    fields.emplace_back("Host", address);
    return verdict({"GET", target, std::move(fields)}) == "403 token";
  };
  CHECK(refused({}));
  CHECK(refused({{"Cookie", cookie}}));
  CHECK(refused({{"Proxy-Authorization", token}}));
  CHECK(refused({{"X-Token", token}}));
  CHECK(refused({{"x-api-key", token.substr(0, token.size() - 1)}}));
  CHECK(refused({{"x-api-key", ""}}));
  CHECK(refused({{"Authorization", "Bearer"}}));
  const std::string doubled = std::string(token) + std::string(token);
  CHECK(refused({{"x-api-key", doubled}}));
  const std::string in_path = "/acme/v1/models/" + std::string(token);
  CHECK(refused({}, in_path));
  const std::string other_name = "/acme/v1/models?token=" + std::string(token);
  CHECK(refused({}, other_name));
  // Whether there is such a provider is nothing for strangers.
  CHECK(refused({}, "/no-such/v1/models"));
}

TEST_CASE("a call that needs no key goes without one, with the token or not") {
  CHECK_FALSE(admitted({"HEAD", "/acme", {{"Host", address}}}).with_key);
  CHECK_FALSE(admitted({"HEAD", "/acme/api/hello", {{"Host", address}}}).with_key);
  CHECK_FALSE(admitted({"HEAD", "/acme/api/hello", with_token()}).with_key);
  CHECK(verdict({"GET", "/acme/api/hello", {{"Host", address}}}) == "403 token");
  CHECK(verdict({"HEAD", "/acme/v1/models", {{"Host", address}}}) == "403 token");
}

TEST_CASE("a connection becomes a WebSocket where the provider has them, else 426 says no") {
  const auto upgrade = [](Fields fields) { return verdict_of("/acme/v1/models", fields); };
  CHECK(upgrade({{"Connection", "Upgrade"}, {"Upgrade", "websocket"}}) == "426 upgrade");
  CHECK(upgrade({{"Connection", "keep-alive, upgrade"}, {"Upgrade", "h2c"}}) == "426 upgrade");
  CHECK(upgrade({{"Upgrade", "websocket"}}).empty());  // RFC 9110, section 7.8: isn't asked for
  const auto socket = [](std::string_view protocol) {
    return gate().judge({"GET", "/sockets/responses",
                         with_token({{"Connection", "Upgrade"}, {"Upgrade", protocol}})});
  };
  REQUIRE(socket("WebSocket"));
  CHECK(socket("websocket")->is_upgrade);
  CHECK_FALSE(socket("h2c"));
  CHECK(verdict({"GET", "/sockets/other",
                 with_token({{"Connection", "Upgrade"}, {"Upgrade", "websocket"}})}) ==
        "403 not-allowed");
}

TEST_CASE("whoever waits for leave to send a body is one who speaks HTTP/1.1") {
  const Fields fields = with_token({{"Expect", "100-Continue"}, {"Content-Length", "3"}});
  CHECK(admitted({"POST", "/acme/v1/messages", fields}).expects_continue);
  CHECK_FALSE(admitted({"POST", "/acme/v1/messages", fields, 10}).expects_continue);
  CHECK_FALSE(admitted({"POST", "/acme/v1/messages", with_token()}).expects_continue);
}

TEST_CASE("a rule is a method and a path") {
  using pindus::broker::is_call_rule;
  CHECK(is_call_rule("GET /v1/models"));
  CHECK(is_call_rule("POST /*"));
  for (const char* none :
       {"GET", "/v1/models", "GET v1", "get /v1", "OPTIONS /v1", "GET /a b", ""}) {
    INFO(none);
    CHECK_FALSE(is_call_rule(none));
  }
}
