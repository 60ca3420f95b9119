#include <catch2/catch.hpp>

#include "core/base/placeholders.hpp"
#include "core/command/plugin_report.hpp"
#include "core/keys/api_values.hpp"
#include "core/providers/manifest.hpp"
#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::ApiMethod;
using pindus::AuthKind;
using pindus::NamedTexts;
using pindus::SecretText;
using pindus::UsableKey;

namespace {

std::string refusal_of_api(std::string_view api) {
  const auto manifest =
      pindus::parse_manifest(R"({"manifest":1,"id":"x","api":)" + std::string(api) + "}");
  INFO(api);
  REQUIRE_FALSE(manifest.has_value());
  return manifest.error();
}

std::string refusal_of_api_method(std::string_view members) {
  return refusal_of_api(R"({"methods":{"api-key":{)" + std::string(members) + "}}}");
}

UsableKey stored(std::string_view json, AuthKind kind) {
  UsableKey key;
  key.key = pindus::Secret(std::string_view("secret-1"));
  key.json = pindus::Secret(json);
  key.kind = kind;
  return key;
}

// "name: value" a line.
std::string lines_of(const pindus::Result<pindus::ApiValues>& values) {
  if (!values) return values.error().message;
  std::string lines;
  for (const auto& [name, value] : values->headers) {
    lines += name + ": " + std::string(value.view()) + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("an api member holds only what a header, a variable and a path can be") {
  CHECK_THAT(refusal_of_api("[]"), Contains("/api must be an object"));
  for (const char* name : {"", "a b", "a:b", "a\\nb", "\xc3\xbc"}) {
    CHECK_THAT(refusal_of_api_method(R"("headers":{")" + std::string(name) + R"(":"x"})"),
               Contains("/api/methods/api-key/headers has the member") && Contains("header field"));
  }
  for (const char* name : {"", "A B", "1A", "A=B", "A-B"}) {
    CHECK_THAT(refusal_of_api_method(R"("env":{")" + std::string(name) + R"(":"x"})"),
               Contains("which is no name of an environment variable"));
  }
  for (const char* value : {"\"a\\nb\"", "\"a\\u0000\"", "\"\\u007f\"", "7", "[\"x\"]"}) {
    CHECK_THAT(refusal_of_api_method(R"("headers":{"x-y":)" + std::string(value) + "}"),
               Contains("/headers/x-y must be a string without control characters"));
    CHECK_THAT(refusal_of_api_method(R"("env":{"X_Y":)" + std::string(value) + "}"),
               Contains("/env/X_Y must be a string without control characters"));
  }
  for (const char* url : {"\"ftp://x\"", "\"x.example\"", "\"https://x example\"", "7"}) {
    CHECK_THAT(refusal_of_api(R"({"base_url":)" + std::string(url) + "}"),
               Contains("/api/base_url must be an https address"));
  }
  CHECK_THAT(refusal_of_api(R"({"base_url":"https://x.example/"})"), Contains("end in a slash"));
  for (const char* request : {"GET", "GET x", "FETCH /x", "GET /a /b", "CONNECT /"}) {
    CHECK_THAT(refusal_of_api(R"({"check":")" + std::string(request) + "\"}"),
               Contains("/api/check must be a method and a path"));
    CHECK_THAT(refusal_of_api(R"({"allow":["GET /", ")" + std::string(request) + "\"]}"),
               Contains("/api/allow/1 must be"));
  }
  CHECK_THAT(refusal_of_api(R"({"anonymous":"GET /"})"), Contains("/api/anonymous must be a list"));
  CHECK_THAT(refusal_of_api(R"({"alias":{"/a":"b"}})"), Contains("/api/alias must be"));
  CHECK_THAT(refusal_of_api(R"({"upgrade":1})"), Contains("/api/upgrade must be true or false"));
  CHECK_THAT(refusal_of_api(R"({"methods":{"API":{}}})"), Contains("which no method can be"));
}

TEST_CASE("a later file changes one header, and a null takes one away") {
  const DirectoryTree tree;
  tree.vendor("x.json", R"({"manifest":1,"id":"x","env":["X_KEY"],"api":{
    "base_url":"https://old.example","check":"GET /v1/models",
    "methods":{"api-key":{"headers":{"x-api-key":"{key}","x-old":"1"}}}}})");
  tree.user("x.json", R"({"manifest":1,"id":"x","api":{"base_url":"https://new.example",
    "methods":{"api-key":{"headers":{"x-old":null,"x-new":"2"}}}}})");
  const auto directory = tree.discover();
  const ApiMethod api = api_of(provider(directory, "x"), AuthKind::api_key, "api-key");
  CHECK(api.base_url == "https://new.example");
  CHECK(api.check == "GET /v1/models");
  CHECK(api.headers == NamedTexts{{"x-api-key", "{key}"}, {"x-new", "2"}});
}

TEST_CASE("what a manifest says of a method counts before what it says of the kind") {
  const DirectoryTree tree;
  tree.vendor("x.json", R"({"manifest":1,"id":"x","env":["X_KEY","Y_KEY"],"methods":{
    "browser":{"kind":"oauth","library":"a.so"},"device":{"kind":"oauth","library":"a.so"}},
    "api":{"methods":{"oauth":{"headers":{"x":"of the kind"}},
                      "device":{"headers":{"x":"of the method"}}}}})");
  tree.vendor("plain.json", R"({"manifest":1,"id":"plain","env":["X_KEY","Y_KEY"]})");
  const auto directory = tree.discover();
  const pindus::Provider& x = provider(directory, "x");
  CHECK(api_of(x, AuthKind::oauth, "browser").headers == NamedTexts{{"x", "of the kind"}});
  CHECK(api_of(x, AuthKind::oauth, "device").headers == NamedTexts{{"x", "of the method"}});
  const pindus::Provider& plain = provider(directory, "plain");
  CHECK(api_of(plain, AuthKind::oauth, "oauth").headers ==
        NamedTexts{{"Authorization", "Bearer {key}"}});
  CHECK(api_of(plain, AuthKind::api_key, "api-key").env == NamedTexts{{"X_KEY", "{key}"}});
  CHECK(api_of(plain, AuthKind::api_key, "api-key").headers.empty());
}

TEST_CASE("headers are filled from the record, and what has no value is left out") {
  const DirectoryTree tree;
  tree.vendor("x.json", R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"a.so",
    "questions":[{"name":"tenant","default":"common","kind":"text"}]}},
    "api":{"base_url":"https://{tenant}.example","methods":{"oauth":{"headers":{
      "authorization":"Bearer {key}","x-account":"{accountId}","x-tenant":"{tenant}"}}}}})");
  const auto directory = tree.discover();
  const pindus::Provider& x = provider(directory, "x");
  const auto whole = api_values(
      x, stored(R"({"key":"secret-1","accountId":"{key}","tenant":"acme"})", AuthKind::oauth));
  CHECK(lines_of(whole) == "authorization: Bearer secret-1\nx-account: {key}\nx-tenant: acme\n");
  CHECK(whole->base_url == "https://acme.example");
  CHECK(lines_of(api_values(x, stored(R"({"key":"secret-1"})", AuthKind::oauth))) ==
        "authorization: Bearer secret-1\nx-tenant: common\n");
  CHECK_THAT(lines_of(api_values(
                 x, stored(R"({"key":"secret-1","accountId":"a\r\nx: y"})", AuthKind::oauth))),
             Contains("what x-account would get for x holds a control character"));
  CHECK_THAT(lines_of(api_values(x, stored(R"({"key":"k"})", AuthKind::api_key))),
             Contains("don't say in which headers"));
}

TEST_CASE("a placeholder that nothing gives a value to is told by plugin show") {
  const DirectoryTree tree;
  tree.vendor("x.json", R"({"manifest":1,"id":"x","label":"X","methods":{"oauth":{
    "library":"a.so","questions":[{"name":"host"}]}},"api":{"base_url":"https://{host}",
    "methods":{"oauth":{"headers":{"a":"{key} {accountId} {acountId}"},"env":{"B":"{ x}{}"}}}}})");
  const auto directory = tree.discover();
  const auto warnings = api_warnings(provider(directory, "x"));
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0].message, Contains("of x holds {acountId}"));
  CHECK_THAT(plugin_show(provider(directory, "x"), {}, pindus::ReportFormat::text),
             Contains("warning: the api member of x holds {acountId}"));
}

TEST_CASE("a value brings no placeholder of its own, and other braces stand for themselves") {
  const auto filled = [](std::string_view text) {
    return pindus::filled_in(text, [](std::string_view name) -> std::optional<SecretText> {
      if (name == "a") return SecretText("{b}");
      if (name == "b") return SecretText("{a}");
      return std::nullopt;
    });
  };
  CHECK(filled("{a}{b}{c}") == "{b}{a}{c}");
  CHECK(filled(R"({"x": {a}})") == R"({"x": {b}})");
  CHECK(filled("{{a}}") == "{{b}}");
  CHECK(filled("{a") == "{a");
  CHECK(filled("}{a}{") == "}{b}{");
  CHECK(filled("{}") == "{}");
}
