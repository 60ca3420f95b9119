#include <catch2/catch.hpp>

#include "command_fixture.hpp"
#include "core/import/import_plan.hpp"
#include "core/import/plain_yaml.hpp"
#include "core/import/token_end.hpp"

using Catch::Matchers::Contains;
using pindus::AuthKind;
using pindus::FoundEntry;
using pindus::FoundSource;
using pindus::ImportFate;
using pindus::ImportFormat;
using pindus::ImportStep;
using pindus::ImportWishes;
using pindus::parse_import_format;
using pindus::parse_plain_yaml;
using pindus::Provider;
using pindus::ProviderDirectory;
using pindus::RotatingTokens;
using pindus::SecretText;
using pindus::VaultDocument;

namespace {

std::string yaml(std::string_view text) {
  const auto json = parse_plain_yaml(text);
  return json ? json->dump() : json.error();
}

ImportFormat format_of(std::string_view text) {
  const auto file = parse_import_format(text);
  REQUIRE(file.has_value());
  return pindus::read_import_format(file->id, file->json);
}

std::string refusal(std::string_view text) {
  const auto file = parse_import_format(text);
  INFO(text);
  REQUIRE_FALSE(file.has_value());
  return file.error();
}

// A provider with both kinds of sign-in; the refresh token changes unless told otherwise.
Provider provider_of(const char* id, const char* variable, const char* rotates = "true") {
  Provider provider = pindus::test::provider(id, id, variable);
  pindus::Method oauth;
  oauth.name = "oauth";
  oauth.kind = AuthKind::oauth;
  oauth.options["rotates"] = rotates;
  provider.methods.insert(provider.methods.begin(), oauth);
  provider.api.methods["oauth"].env = {{std::string(id) + "_TOKEN", "{key}"}};
  return provider;
}

struct Trial {
  ProviderDirectory providers{
      {provider_of("acme", "ACME_API_KEY"), provider_of("keeps", "KEEPS_API_KEY", "false")}};
  ImportFormat format = format_of(R"({"import": 1, "id": "tool", "label": "Tool",
    "providers": {"acme-ai": "acme"},
    "rules": [{"at": "/*", "if": {"/type": "api"}, "key": "/key"},
              {"at": "/*", "if": {"/type": "oauth"}, "access": "/access", "refresh": "/refresh",
               "expires": "/expires", "members": {"accountId": "/accountId"}}]})");
  std::vector<FoundSource> sources = {};
  std::vector<ImportStep> steps = {};

  void find(std::string_view text) {
    auto entries = pindus::read_entries(format, text, providers);
    REQUIRE(entries.has_value());
    sources.push_back({.format = &format, .entries = *std::move(entries)});
  }

  // "acme/default new" of each, with what is noted.
  std::string plan(std::string_view vault, const ImportWishes& wishes = {}) {
    constexpr const char* fates[] = {"new", "there", "if-named", "if-taken-over", "no"};
    const auto document = VaultDocument::parse(SecretText(vault), "vault");
    steps = pindus::plan_import(sources, *document, providers, wishes);
    std::string all;
    for (const ImportStep& step : steps) {
      all += step.account.provider + "/" + step.account.name + " " +
             fates[static_cast<int>(step.fate)] + ": " + step.note + "\n";
    }
    return all;
  }

  std::string stored_in(std::string_view vault, const ImportWishes& wishes = {}) {
    plan(vault, wishes);
    const auto text =
        pindus::with_imported(*VaultDocument::parse(SecretText(vault), "vault"), steps);
    REQUIRE(text.has_value());
    return std::string(*text);
  }
};

}  // namespace

TEST_CASE("plain YAML is read as texts in mappings, and nothing else is guessed at") {
  CHECK(yaml("") == "{}");
  CHECK(
      yaml("---\n# a comment\n\na:\n    b: c # more\n    \"d\": 'it''s'\ne: \"x: \\\"y\\\"\"\n") ==
      R"({"a":{"b":"c","d":"it's"},"e":"x: \"y\""})");
  CHECK(yaml("a:\n  b:\n    c: d\n  e: {}\nf: 1\r\n") == R"({"a":{"b":{"c":"d"},"e":""},"f":"1"})");
  CHECK(yaml("url: https://x.example:8080/\n") == R"({"url":"https://x.example:8080/"})");
  for (const auto& [text, reason] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a:\n  - b\n", "line 2 begins a list"},
           {"- b\n", "line 1 begins a list"},
           {"a: [b]\n", "more than a text on one line"},
           {"a: &x b\n", "more than a text on one line"},
           {"a: *x\n", "more than a text on one line"},
           {"a: !!str b\n", "more than a text on one line"},
           {"a: |\n  text\n", "more than a text on one line"},
           {"a: b\n  c\n", "line 2"},
           {"a: 'b\n", "quotes that aren't closed"},
           {"a: \"\\u0041\"\n", "quotes that aren't closed, or an escape"},
           {"a: 'b' c\n", "behind a text in quotes"},
           {"a: b: c\n", "a mapping on one line"},
           {"a\n", "no NAME: VALUE"},
           {"a:\n\tb: c\n", "indented by a tab"},
           {"a:\n    b: c\n  d: e\n", "line 3 is indented as no other"},
           {"a: b\n---\na: c\n", "another document"},
           {"a: b\na: c\n", "line 2 has a name that stands there twice"},
           {"? a\n: b\n", "no NAME: VALUE"},
           {"a: \xff\n", "no text"}}) {
    INFO(text);
    CHECK_THAT(yaml(text), Contains(reason));
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK_THAT(yaml(deep), Contains("nested too deep"));
}

TEST_CASE("a file that describes a format is checked") {
  CHECK_THAT(refusal("{}"), Contains("import"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","syntax":"toml"})"), Contains("/syntax must be json"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","rules":{}})"), Contains("/rules must be a list"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","rules":[{"key":"/k"}]})"), Contains("/rules/0/at"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","rules":[{"at":"/*"}]})"),
             Contains("\"key\" or \"access\""));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","rules":[{"at":"x","key":""}]})"),
             Contains("/rules/0/at must be a JSON pointer"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","rules":[{"at":"","key":"","if":{"/a":null}}]})"),
             Contains("/rules/0/if"));
  CHECK_THAT(refusal(R"({"import":1,"id":"x","files":"y"})"), Contains("/files"));
}

TEST_CASE("the first place whose variables are set is where a program's file is") {
  const ImportFormat format =
      format_of(R"({"import":1,"id":"x","files":["{X_HOME}/k.json","{HOME}/.x/k.json"]})");
  std::map<std::string, std::string> variables;
  const pindus::Environment environment([&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
  CHECK(format.file(environment) == std::nullopt);
  variables["HOME"] = "/h";
  CHECK(format.file(environment) == "/h/.x/k.json");
  variables["X_HOME"] = " ";
  CHECK(format.file(environment) == "/h/.x/k.json");
  variables["X_HOME"] = "/x";
  CHECK(format.file(environment) == "/x/k.json");
}

TEST_CASE("what is new gets the name default, and another name where that is taken") {
  Trial trial;
  trial.find(R"({"acme-ai": {"type": "api", "key": "key-of-the-tool-0123456789"}})");
  CHECK(trial.plan("") == "acme/default new: \n");
  CHECK(
      trial.plan(R"({"Acme": {"default": {"kind": "apiKey", "key": "another-key-0123456789"}}})") ==
      "acme/tool new: default has another key\n");
  CHECK(
      trial.plan(R"({"acme": {"default": {"kind": "apiKey", "key": "a"}, "tool": {"kind": "apiKey",
    "key": "b"}, "tool-2": {}}})") == "acme/tool-3 new: default has another key\n");
  CHECK(trial.plan(
            R"({"acme": {"work": {"kind": "apiKey", "key": "key-of-the-tool-0123456789"}}})") ==
        "acme/work there: \n");
  CHECK_THAT(trial.plan(R"({"acme": 7})"), Contains("acme/ no: "));
}

TEST_CASE("one key in two sources is stored once, two keys get two names") {
  Trial trial;
  trial.find(R"({"acme": {"type": "api", "key": "key-of-the-tool-0123456789"}})");
  trial.find(R"({"acme-ai": {"type": "api", "key": "key-of-the-tool-0123456789"},
                 "ACME": {"type": "api", "key": "another-key-0123456789"}})");
  CHECK(trial.plan("") ==
        "acme/default new: \nacme/default there: the same as Tool's\n"
        "acme/tool new: default has another key\n");
  const std::string stored = trial.stored_in(R"({"x": 1})");
  CHECK(stored.starts_with(R"({"x": 1)"));
  CHECK_THAT(stored, Contains("another-key-0123456789"));
}

TEST_CASE("a refresh token that works once is taken only over") {
  Trial trial;
  trial.find(R"({"acme": {"type": "oauth", "access": "access-0", "refresh": "refresh-0",
                          "expires": 1790000000000, "accountId": "id-0"}})");
  CHECK_THAT(trial.plan(""), Contains("acme/default if-taken-over: its refresh token works once"));
  CHECK(trial.stored_in("{}\n") == "{}\n");
  CHECK_THAT(trial.plan("", {.rotating = RotatingTokens::take_over}),
             Contains("acme/default new: Tool is signed out when"));
  const std::string stored = trial.stored_in("", {.rotating = RotatingTokens::take_over});
  CHECK_THAT(stored, Contains(R"("refresh": "refresh-0")") &&
                         Contains(R"("expires": 1790000000000)") &&
                         Contains(R"("accountId": "id-0")"));
  CHECK(trial.plan(stored) == "acme/default there: \n");
}

TEST_CASE("one that never changes is shared, and a token without one is taken while it lasts") {
  Trial trial;
  trial.find(R"({"keeps": {"type": "oauth", "access": "access-0", "refresh": "refresh-0"},
    "acme": {"type": "oauth", "access": "access-1"}})");
  CHECK(trial.plan("") == "keeps/default new: \nacme/default new: can't be refreshed\n");
  CHECK_THAT(trial.stored_in(""), Contains(R"("expires": 0)"));  // refreshed when it is first used
  Trial late;
  late.find(R"({"acme": {"type": "oauth", "access": "access-1", "expires": 1000}})");
  CHECK_THAT(late.plan(""), Contains("no: its token has ended"));
}

TEST_CASE("what is no key is not taken, and is never quoted") {
  Trial trial;
  trial.find(R"({"1": {"type": "api", "key": "sk-0123456789abcdefghij"},
    "acme": {"type": "api", "key": "your-api-key-goes-in-here"},
    "Acme": {"type": "api", "key": "short"},
    "ACME": {"type": "api", "key": "sk-with a blank-0123456789"},
    "acme-ai": {"type": "api", "key": "sk-with\na-line-0123456789"},
    "aCme": {"type": "api", "key": "!pass show acme"},
    "acMe": {"type": "api", "key": "op://vault/acme/key"},
    "acmE": {"type": "api", "key": "ACME_API_KEY_OF_MINE"},
    "ACMe": {"type": "oauth", "access": "with a blank"},
    "other": {"type": "wellknown", "key": "k", "token": "t"}, "text": "x"})");
  const std::string plan = trial.plan("");
  CHECK(trial.steps.size() == 9);
  for (const ImportStep& step : trial.steps) CHECK(step.fate == ImportFate::not_usable);
  CHECK_THAT(plan, Contains("no manifest has this provider") && Contains("placeholder") &&
                       Contains("has 5 characters") && Contains("a command, not a key") &&
                       Contains("a reference, not a key") && Contains("a variable's name"));
  CHECK_THAT(plan, !Contains("short") && !Contains("with a") && !Contains("pass show"));
}

TEST_CASE("variables are the manifests', for keys and for tokens") {
  Trial trial;
  trial.format = format_of(R"({"import":1,"id":"dotenv","syntax":"dotenv",
    "providers":{"ACME_KEY":"acme"}})");
  trial.find(
      "export ACME_API_KEY='key-0123456789-abcdefg'\nACME_API_KEY=key-0123456789-hijklmn\n"
      "PATH=/bin\nKEEPS_API_KEY=\nacme_TOKEN=token-of-acme\nNOBODY_API_KEY=x\n"
      "ACME_KEY=pindus://acme\n");
  REQUIRE(trial.sources[0].entries.size() == 3);
  CHECK(trial.sources[0].entries[0].key.view() == "key-0123456789-hijklmn");
  CHECK(trial.plan("") ==
        "acme/default new: \nacme/dotenv new: can't be refreshed; default has another key\n"
        "/ no: no manifest has this provider\n");
  const auto broken = pindus::read_entries(trial.format, "what is this", trial.providers);
  CHECK(broken.error() == "line 1 is no NAME=VALUE");
}

TEST_CASE("a token that is a JSON web token says its own end") {
  // {"exp":1790000000,"x":"??>"} and others, between a header and a signature.
  const auto end = [](const std::string& claims) {
    return pindus::end_in_token("eyJhbGciOiJub25lIn0." + claims + ".c2lnbmF0dXJl");
  };
  CHECK(end("eyJleHAiOjE3OTAwMDAwMDAsIngiOiI_Pz4ifQ") == 1'790'000'000'000);
  CHECK_FALSE(end("eyJleHAiOjE3OTAwMDAwMDAsIngiOiI/Pz4ifQ"));  // no base64url
  CHECK_FALSE(end("e30"));                                     // {}
  CHECK_FALSE(end("eyJleHAiOi0xfQ"));                          // {"exp":-1}
  CHECK_FALSE(end("eyJleHAiOiJub3cifQ"));                      // {"exp":"now"}
  CHECK_FALSE(end("eyJleHAiOjkyMjMzNzIwMzY4NTQ3NzU4MDd9"));    // {"exp":9223372036854775807}
  CHECK_FALSE(end(""));
  CHECK_FALSE(pindus::end_in_token("sk-0123456789"));
  CHECK_FALSE(pindus::end_in_token("a.b"));
}

TEST_CASE("an account gets the name that a person wishes, and never one that is taken") {
  Trial trial;
  trial.find(R"({"acme-ai": {"type": "api", "key": "key-of-acme-0123456789"}})");
  CHECK(trial.plan("", {.account = "work"}) == "acme/work new: \n");
  const std::string stored = trial.stored_in("", {.account = "work"});
  CHECK(trial.plan(stored, {.account = "home"}) == "acme/work there: \n");
  Trial other;
  other.find(R"({"acme-ai": {"type": "api", "key": "another-key-0123456789"}})");
  CHECK(other.plan(stored, {.account = "work"}) == "acme/ no: work has another key\n");
  CHECK(other.steps[0].hint == "name another account");
  CHECK(other.stored_in(stored, {.account = "work"}) == stored);
}
