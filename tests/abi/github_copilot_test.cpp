#include <dlfcn.h>

#include <catch2/catch.hpp>

#include "tests/abi/fake_host.hpp"

namespace pindus::test {
namespace {

const pindus_plugin_1& plugin() {
  void* library = dlopen(PINDUS_TEST_PLUGINS "/github-copilot.so", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry =
      reinterpret_cast<pindus_plugin_entry_1_fn>(dlsym(library, PINDUS_PLUGIN_ENTRY_1));
  const pindus_plugin_1* table = nullptr;
  REQUIRE(entry(&table) == PINDUS_OK);
  return *table;
}

struct Copilot {
  FakeHost host;
  Copilot() {
    host.options = {{"client_id", "client"},
                    {"device_code_url", "https://github.com/login/device/code"},
                    {"access_token_url", "https://github.com/login/oauth/access_token"},
                    {"exchange_url", "https://api.github.com/copilot_internal/v2/token"},
                    {"exchange_headers", "Editor-Version: vscode/1.107.0\nX-Other: a: b"}};
    host.answers = {{"enterpriseUrl", "github.com"}};
    host.stored = {{"refresh", "gho_1"}};
  }
  int32_t run(int32_t (*operation)(void*) noexcept) {
    void* instance = nullptr;
    REQUIRE(plugin().create(host.table(), host.session(), &instance) == PINDUS_OK);
    const int32_t code = operation(instance);
    plugin().destroy(instance);
    CHECK(host.live_handles() == 0);
    return code;
  }
  int32_t refresh(FakeAnswer answer) {
    host.server = {std::move(answer)};
    return run(plugin().refresh);
  }
};

TEST_CASE("a copilot sign-in goes from GitHub's device code to the exchange") {
  Copilot copilot;
  copilot.host.server = {
      {200,
       R"({"device_code":"d","user_code":"U","verification_uri":"https://github.com/login/device",)"
       R"("expires_in":899})",
       {}},
      {200, R"({"error":"authorization_pending"})", {}},
      {200, R"({"access_token":"gho_1","token_type":"bearer"})", {}},
      {200,
       R"({"token":"tid=1;exp=2","refresh_in":1500,"expires_at":1,)"
       R"("endpoints":{"api":"https://api.business.githubcopilot.com"}})",
       {}}};
  REQUIRE(copilot.run(plugin().sign_in) == PINDUS_OK);
  const FakeRequest& exchange = copilot.host.requests.at(3);
  CHECK(exchange.method == "GET");
  CHECK(exchange.headers.at("Authorization") == "Bearer gho_1");
  CHECK(exchange.headers.at("Editor-Version") == "vscode/1.107.0");
  CHECK(exchange.headers.at("X-Other") == "a: b");
  CHECK(copilot.host.record ==
        std::map<std::string, std::string>{{"access", "tid=1;exp=2"},
                                           {"baseUrl", "https://api.business.githubcopilot.com"},
                                           {"refresh", "gho_1"}});
  CHECK(copilot.host.lifetime == 1560);
}

TEST_CASE("a copilot refresh is the exchange again, and the base address has four sources") {
  Copilot copilot;
  std::string token = "tid=1;exp=2";
  std::string expected = "https://api.individual.githubcopilot.com";
  SECTION("the token's proxy") {
    token = "tid=1;proxy-ep=proxy.business.githubcopilot.com;sku=x";
    expected = "https://api.business.githubcopilot.com";
  }
  SECTION("the enterprise host") {
    copilot.host.answers["enterpriseUrl"] = "acme.ghe.com";
    expected = "https://copilot-api.acme.ghe.com";
  }
  SECTION("github.com") {}
  REQUIRE(copilot.refresh({200, R"({"token":")" + token + R"(","expires_at":1790000600})", {}}) ==
          PINDUS_OK);
  CHECK(copilot.host.record.at("baseUrl") == expected);
  CHECK(copilot.host.record.count("refresh") == 0);
  CHECK(copilot.host.lifetime == 600);
}

TEST_CASE("an exchange that can't just now is tried once more after the consent") {
  const auto then = GENERATE(200, 503);
  Copilot copilot;
  copilot.host.server = {
      {200,
       R"({"device_code":"d","user_code":"U","verification_uri":"https://github.com/login/device"})",
       {}},
      {200, R"({"access_token":"gho_1","token_type":"bearer"})", {}},
      {503, "", {{"Retry-After", "2"}}},
      {then, R"({"token":"tid=1;exp=2","refresh_in":1500})", {{"Retry-After", "2"}}}};
  CHECK(copilot.run(plugin().sign_in) == (then == 200 ? PINDUS_OK : PINDUS_UNAVAILABLE));
  CHECK(copilot.host.sleeps == std::vector<int64_t>{5000, 2000});
  CHECK(copilot.host.requests.size() == 4);
}

TEST_CASE("each refusal of the copilot exchange has its own sentence") {
  Copilot copilot;
  CHECK(copilot.refresh({401, "", {}}) == PINDUS_REJECTED);
  CHECK_THAT(copilot.host.error, Catch::Contains("does not accept the GitHub token"));
  CHECK(copilot.refresh({403, "{}", {}}) == PINDUS_DENIED);
  CHECK_THAT(copilot.host.error, Catch::Contains("no Copilot for this GitHub account"));
  CHECK(copilot.refresh({404, "{}", {}}) == PINDUS_REJECTED);
  CHECK_THAT(copilot.host.error, Catch::Contains("kind of GitHub token"));
  CHECK(copilot.refresh({403, "{}", {{"Retry-After", "60"}}}) == PINDUS_UNAVAILABLE);
  for (const int status : {403, 404}) {
    CHECK(copilot.refresh({status, "<html>a proxy's page</html>", {}}) == PINDUS_PROTOCOL);
  }
  CHECK(copilot.refresh({200, "{}", {}}) == PINDUS_PROTOCOL);
  CHECK(copilot.host.commits == 0);
}

}  // namespace
}  // namespace pindus::test
