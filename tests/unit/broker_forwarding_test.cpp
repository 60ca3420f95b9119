#include <catch2/catch.hpp>

#include "core/base/json.hpp"
#include "core/broker/error_answer.hpp"
#include "core/broker/forwarding.hpp"

using pindus::Secret;
using pindus::broker::error_answer;
using pindus::broker::Fields;
using pindus::broker::fields_for_program;
using pindus::broker::fields_for_provider;
using pindus::broker::HeaderField;
using pindus::broker::Precedence;
using pindus::broker::Refusal;

namespace {

std::vector<HeaderField> one(std::string name, std::string_view value, Precedence precedence) {
  std::vector<HeaderField> all;
  all.push_back({std::move(name), Secret(value), precedence});
  return all;
}

// "name: value|name: value", as the provider would get it.
std::string sent(const Fields& fields, const std::vector<HeaderField>& ours = {}) {
  std::string text;
  for (const HeaderField& field : fields_for_provider(fields, ours)) {
    text += (text.empty() ? "" : "|") + field.name + ": " + std::string(field.value.view());
  }
  return text;
}

std::string passed_back(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields_for_program(fields)) {
    text += (text.empty() ? "" : "|") + std::string(name) + ": " + std::string(value);
  }
  return text;
}

}  // namespace

TEST_CASE("what is for one hop alone ends there, and so does what Connection names") {
  const Fields fields = {{"Accept", "*/*"},
                         {"Connection", "close, X-Mine"},
                         {"connection", "x-other"},
                         {"Keep-Alive", "timeout=5"},
                         {"X-Mine", "1"},
                         {"X-OTHER", "2"},
                         {"TE", "trailers"},
                         {"Trailer", "x"},
                         {"Transfer-Encoding", "chunked"},
                         {"Upgrade", "h2c"},
                         {"Proxy-Authorization", "Basic eA=="},
                         {"Proxy-Connection", "keep-alive"},
                         {"X-Stays", "3"}};
  CHECK(sent(fields) == "Accept: */*|X-Stays: 3");
  CHECK(passed_back(fields) == "Accept: */*|X-Stays: 3");
}

TEST_CASE("no credential of the program's reaches the provider, in whichever field it stands") {
  CHECK(sent({{"Authorization", "Bearer stored-login"},
              {"X-API-KEY", "phantom"},
              {"x-goog-api-key", "phantom"},
              {"Api-Key", "phantom"},
              {"Cookie", "session=1"},
              {"Cookie2", "session=1"},
              {"x-app", "cli"}},
             one("x-api-key", "real", Precedence::ours)) == "x-app: cli|x-api-key: real");
}

TEST_CASE(
    "nobody learns who forwarded a request, and only we say where it goes and how long it is") {
  CHECK(sent({{"Host", "127.0.0.1:1"},
              {"Content-Length", "3"},
              {"Expect", "100-continue"},
              {"Forwarded", "for=1"},
              {"Via", "1.1 x"},
              {"X-Forwarded-For", "1"},
              {"x-forwarded-host", "h"},
              {"X-Real-IP", "1"},
              {"User-Agent", "claude-cli"},
              {"Accept-Encoding", "zstd"},
              {"Content-Encoding", "gzip"}}) ==
        "User-Agent: claude-cli|Accept-Encoding: zstd|Content-Encoding: gzip");
}

TEST_CASE("a usual value gives way to the program's, a list gets ours added, a key is ours") {
  const auto version = one("anthropic-version", "2023-06-01", Precedence::theirs);
  CHECK(sent({}, version) == "anthropic-version: 2023-06-01");
  CHECK(sent({{"Anthropic-Version", "2024-01-01"}}, version) == "Anthropic-Version: 2024-01-01");
  const auto beta = one("anthropic-beta", "oauth", Precedence::both);
  CHECK(sent({}, beta) == "anthropic-beta: oauth");
  CHECK(sent({{"Anthropic-Beta", "tools, files"}}, beta) ==
        "Anthropic-Beta: tools, files|anthropic-beta: oauth");
  CHECK(sent({{"anthropic-beta", "tools,oauth"}}, beta) == "anthropic-beta: tools,oauth");
  const auto account = one("x-account", "acc-1", Precedence::ours);
  CHECK(sent({{"X-Account", "someone-else"}}, account) == "x-account: acc-1");
}

TEST_CASE("a field that the program takes away by Connection is one that it didn't send") {
  CHECK(sent({{"Connection", "anthropic-version"}, {"anthropic-version", "2024-01-01"}},
             one("anthropic-version", "2023-06-01", Precedence::theirs)) ==
        "anthropic-version: 2023-06-01");
  CHECK(sent({{"Connection", "anthropic-beta"}, {"anthropic-beta", "oauth"}},
             one("anthropic-beta", "oauth", Precedence::both)) == "anthropic-beta: oauth");
}

TEST_CASE(
    "an answer comes without cookies, leave for web pages and its provider's other addresses") {
  CHECK(passed_back({{"Content-Type", "text/event-stream"},
                     {"Content-Encoding", "br"},
                     {"Content-Length", "3"},
                     {"Set-Cookie", "a=1"},
                     {"set-cookie", "b=2"},
                     {"Access-Control-Allow-Origin", "*"},
                     {"Alt-Svc", "h3"},
                     {"Location", "https://elsewhere.example/"},
                     {"request-id", "1"}}) ==
        "Content-Type: text/event-stream|Content-Encoding: br|"
        "Location: https://elsewhere.example/|request-id: 1");
}

TEST_CASE("a refusal has the provider's own form, with our sentence in it") {
  const Refusal refusal{403, "not-allowed", "a \"quoted\" sentence"};
  const std::string anthropic =
      error_answer(R"({"type":"error","error":{"type":"{rule}","message":"{message}"}})", refusal);
  CHECK(
      anthropic ==
      R"({"type":"error","error":{"type":"not-allowed","message":"pindus: a \"quoted\" sentence"}})");
  CHECK(error_answer(R"({"error":{"code":"{status}","list":["{rule}",1,null]}})", refusal) ==
        R"({"error":{"code":403,"list":["not-allowed",1,null]}})");
  for (const char* none : {"", "no json", "{"}) {
    const auto usual = pindus::Json::parse(error_answer(none, refusal));
    REQUIRE(usual);
    const auto message = usual->at("/error/message");
    REQUIRE(message);
    CHECK(*(*message)->as_string() == "pindus: a \"quoted\" sentence");
  }
}
