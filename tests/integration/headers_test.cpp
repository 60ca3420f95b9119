#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/integration/pindus_profile.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;

namespace {

constexpr const char* api_key = "sk-ant-0123456789abcdefghij";

Json json_of(const ProcessResult& result) {
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out).value();
}

std::string member_text(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member == nullptr || member->as_string() == nullptr ? "" : *member->as_string();
}

std::map<std::filesystem::path, Json> shipped_manifests() {
  std::map<std::filesystem::path, Json> manifests;
  const auto folder =
      PindusProfile::program().parent_path().parent_path() / "share/pindus/providers.d";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().string().ends_with(".script.json")) continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    manifests.emplace(entry.path(), Json::parse(text.str()).value());
  }
  return manifests;
}

}  // namespace

TEST_CASE("auth headers prints what a request with the stored key needs, alone") {
  const PindusProfile profile;
  REQUIRE(profile.run({"signin", "anthropic", "--api-key"}, api_key).exit_code == 0);
  const ProcessResult result = profile.run({"auth", "headers", "anthropic"});
  CHECK(member_text(json_of(result), "x-api-key") == api_key);
  CHECK(std::ranges::count(result.out, '\n') == 1);
  CHECK(result.err.empty());
}

TEST_CASE("auth headers of a token has the bearer and the account that it belongs to") {
  const PindusProfile profile;
  profile.write_vault(R"({"openai": {"default": {"kind": "oauth", "isDefault": true,
    "access": "token-with-quote-\"-0123", "accountId": "acc-1"},
    "work": {"kind": "oauth", "access": "work-token-0123456789", "isDefault": false}}})");
  const Json usual = json_of(profile.run({"auth", "headers", "openai"}));
  CHECK(member_text(usual, "Authorization") == "Bearer token-with-quote-\"-0123");
  CHECK(member_text(usual, "ChatGPT-Account-ID") == "acc-1");
  const Json work = json_of(profile.run({"auth", "headers", "openai", "--account", "work"}));
  CHECK(member_text(work, "Authorization") == "Bearer work-token-0123456789");
  CHECK(work.find("ChatGPT-Account-ID") == nullptr);
}

TEST_CASE("auth headers prints nothing where a record would bring a header of its own") {
  const PindusProfile profile;
  profile.write_vault(R"({"openai": {"default": {"kind": "oauth", "isDefault": true,
    "access": "token-0123456789012345", "accountId": "a\r\nx-evil: 1"}}})");
  const ProcessResult result = profile.run({"auth", "headers", "openai"});
  CHECK(result.exit_code == 1);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("ChatGPT-Account-ID") && Contains("control character") &&
                             Contains("pindus signin openai --replace"));
}

TEST_CASE("auth headers says where a manifest has to say what it doesn't") {
  PindusProfile profile;
  profile.install_manifest("acme", R"({"manifest":1,"id":"acme","env":["ACME_KEY"]})");
  profile.environment["ACME_KEY"] = "acme-key-0123456789";
  const ProcessResult result = profile.run({"auth", "headers", "acme"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("the manifests of acme don't say") &&
                             Contains("/api/methods/api-key/headers"));
}

TEST_CASE("the answers to an api key's questions are kept with the account, and fill in its api") {
  PindusProfile profile;
  profile.install_manifest("acme", R"({"manifest":1,"id":"acme","label":"Acme",
    "methods":{"api-key":{"library":"api-key.so","abi":"1.0","questions":[
      {"name":"host","ask":"Host","kind":"host"},
      {"name":"region","ask":"Region","kind":"text","default":"here"}]}},
    "api":{"methods":{"api-key":{"headers":{"X-To":"{host}/{region}","X-Key":"{key}"},
      "env":{"ACME_KEY":"{key}","ACME_ENDPOINT":"https://{host}"}}}}})");
  const auto sign_in = [&](const char* region) {
    return profile.run({"signin", "acme", "--replace", "--set", "host=https://Mine.acme.example/",
                        "--set", region},
                       "acme-key-0123456789012");
  };
  REQUIRE(sign_in("region=there").exit_code == 0);
  CHECK(profile.run({"auth", "headers", "acme"}).out ==
        "{\"X-To\":\"mine.acme.example/there\",\"X-Key\":\"acme-key-0123456789012\"}\n");
  CHECK_THAT(profile.run({"auth", "env", "acme", "--format", "dotenv"}).out,
             Contains("ACME_ENDPOINT=\"https://mine.acme.example\""));

  // The default is no answer that is kept.
  REQUIRE(sign_in("region=here").exit_code == 0);
  CHECK(!profile.vault_text().contains("region"));
  CHECK(profile.run({"auth", "headers", "acme"}).out ==
        "{\"X-To\":\"mine.acme.example/here\",\"X-Key\":\"acme-key-0123456789012\"}\n");
}

TEST_CASE("every shipped manifest says where requests go and how they carry a key") {
  const auto manifests = shipped_manifests();
  CHECK(manifests.size() > 50);
  for (const auto& [path, manifest] : manifests) {
    INFO(path);
    for (const auto& [method, unused] : *manifest.find("methods")->as_object()) {
      const auto of_method = manifest.at("/api/methods/" + method);
      REQUIRE((of_method && *of_method != nullptr));
      CHECK((*of_method)->find("headers") != nullptr);
      const bool has_address = (*of_method)->find("base_url") != nullptr ||
                               manifest.find("api")->find("base_url") != nullptr;
      CHECK(has_address);
    }
  }
}

TEST_CASE("no two shipped providers share a variable, but for GitHub's token, which is for both") {
  std::map<std::string, std::set<std::string>> takers;
  for (const auto& [path, manifest] : shipped_manifests()) {
    const Json* variables = manifest.find("env");
    if (variables == nullptr) continue;
    for (const Json& name : *variables->as_array()) {
      takers[*name.as_string()].insert(member_text(manifest, "id"));
    }
  }
  std::erase_if(takers, [](const auto& entry) { return entry.second.size() < 2; });
  CHECK(takers == std::map<std::string, std::set<std::string>>{
                      {"GITHUB_TOKEN", {"github", "github-models"}}});
}
