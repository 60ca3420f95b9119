// What sdk/TUTORIAL.md promises: its plugins, built as they stand there, do what it says of them.
#include <dlfcn.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <vector>

#include "tests/abi/fake_host.hpp"
#include "tests/integration/sign_in.hpp"

namespace pindus::test {
namespace {

using Catch::Contains;
using Catch::Matches;

// The parts whose plugins are in C++.
constexpr const char* own_step = "\n## 2.";
constexpr const char* roles = "\n## 3.";

// The text of a part's n-th block of a language.
std::string block(const std::string& language, int number, const char* part = own_step) {
  const std::string text = read_file(PINDUS_TUTORIAL);
  auto at = text.find(part);
  const std::string fence = "```" + language + "\n";
  for (int i = 0; i < number; ++i) {
    at = text.find(fence, at);
    REQUIRE(at != std::string::npos);
    at += fence.size();
  }
  return text.substr(at, text.find("```", at) - at);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The reader's folder: the plugin beside a manifest for a server.
void write_project(const std::filesystem::path& folder, const std::string& server,
                   const std::string& client) {
  const std::string manifest = replaced(block("json", 1), "https://login.acme.example", server);
  write_file(folder / "acme.json", replaced(manifest, "your-client-id", client));
  std::filesystem::copy_file(PINDUS_TUTORIAL_PLUGINS "/acme.so", folder / "acme.so");
}

}  // namespace

TEST_CASE("the tutorial's plugin is one file of at most 30 lines") {
  CHECK(std::ranges::count(block("cpp", 1), '\n') <= 30);
}

TEST_CASE("the tutorial's plugin passes plugin check with the tutorial's script in under 10 s") {
  const PindusProfile profile;
  const auto folder = profile.path() / "acme";
  write_project(folder, "https://login.acme.example", "your-client-id");
  write_file(folder / "acme.script.json", block("json", 2));
  const auto result = profile.run({"plugin", "check", folder / "acme.json"});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, !Contains("warning"));
  CHECK_THAT(result.out, Contains("script                   success"));
  CHECK(result.elapsed < std::chrono::seconds(10));
}

TEST_CASE("the tutorial's plugin for roles passes plugin check, which looks at both its secrets") {
  const PindusProfile profile;
  const auto folder = profile.path() / "acme-roles";
  write_file(folder / "acme-roles.json", block("json", 1, roles));
  write_file(folder / "acme-roles.script.json", block("json", 2, roles));
  std::filesystem::copy_file(PINDUS_TUTORIAL_PLUGINS "/acme-roles.so", folder / "acme-roles.so");
  const auto result = profile.run({"plugin", "check", folder / "acme-roles.json"});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, !Contains("warning"));
  for (const char* test : {"script         ", "times          ", "refresh without",
                           "secrets        ", "record's secrets", "options it reads"}) {
    CHECK_THAT(result.out, Matches(std::string("[^]*\n  ") + test + " *success[^]*"));
  }
}

TEST_CASE(
    "what the tutorial's plugin for roles keeps in the drawer, auth key --json doesn't print") {
  const PindusProfile profile;
  const auto plugins = profile.path() / "profile/plugins";
  write_file(plugins / "acme-roles.json", block("json", 1, roles));
  std::filesystem::copy_file(PINDUS_TUTORIAL_PLUGINS "/acme-roles.so", plugins / "acme-roles.so");
  profile.write_vault(R"({ "acme-roles": { "default": { "kind": "oauth", "isDefault": true,
    "access": "role-key-1", "role": "writer",
    "private": { "token": "sign-in-1", "signingKey": "signing-key-1" } } } })");
  const auto printed = profile.run({"auth", "key", "acme-roles", "--json"});
  CHECK_THAT(printed.out, Contains("\"key\":\"role-key-1\"") && Contains("\"role\":\"writer\""));
  CHECK_THAT(printed.out, !Contains("sign-in-1") && !Contains("signing-key-1"));

  // Without the drawer there is no next key, and the person learns why.
  profile.store_token("acme-roles", "role-key-1", "", -10);
  const auto over = profile.run({"auth", "key", "acme-roles"});
  CHECK(over.exit_code == 1);
  CHECK(over.out.empty());
  CHECK_THAT(over.err, Contains("nothing is stored to get the role's next key with") &&
                           Contains("--replace"));
}

TEST_CASE("the tutorial's plugin signs in, refreshes and signs out at an OAuth server") {
  const OAuthPeer peer;
  const PindusProfile profile;
  write_project(profile.path() / "profile/plugins", peer.issuer(), "pindus-test");
  const auto signed_in = sign_in_by_device(profile, "acme", [&](const std::string& code) {
    peer.approve_device(peer.issuer() + "/device", code);
  });
  INFO(signed_in.err);
  REQUIRE(signed_in.exit_code == 0);
  const std::string first = profile.stored("/acme/default/access");
  const std::string account = profile.stored("/acme/default/accountId");
  CHECK_FALSE(first.empty());
  CHECK_FALSE(account.empty());

  const auto refreshed = profile.run({"auth", "refresh", "acme", "--force"});
  INFO(refreshed.err);
  CHECK(refreshed.exit_code == 0);
  CHECK(peer.counter("/success/refresh_token") == 1);
  const std::string key = profile.key("acme");
  CHECK(key != first);
  CHECK(key == profile.stored("/acme/default/access"));
  CHECK(account == profile.stored("/acme/default/accountId"));
  CHECK(peer.counter("/success/refresh_token") == 1);

  const auto signed_out = profile.run({"signout", "acme"});
  INFO(signed_out.err);
  CHECK(signed_out.exit_code == 0);
  CHECK(peer.counter("/requests/route:revocation") == 1);
  CHECK(profile.run({"auth", "key", "acme"}).exit_code == 1);
}

TEST_CASE("the tutorial's plugin signs in with a host whose tables have grown") {
  void* library = dlopen(PINDUS_TUTORIAL_PLUGINS "/acme.so", RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  const auto entry =
      reinterpret_cast<pindus_plugin_entry_1_fn>(dlsym(library, PINDUS_PLUGIN_ENTRY_1));
  REQUIRE(entry != nullptr);
  const pindus_plugin_1* plugin = nullptr;
  REQUIRE(entry(&plugin) == PINDUS_OK);

  FakeHost host;
  host.options = {{"client_id", "client"},
                  {"device_code_url", "https://login.example/code"},
                  {"token_url", "https://login.example/token"},
                  {"account_url", "https://login.example/me"}};
  host.server = {{200,
                  R"({"device_code":"d","user_code":"U","expires_in":900,)"
                  R"("verification_uri":"https://login.example/d"})",
                  {}},
                 {200, R"({"access_token":"a-1","refresh_token":"r-1","expires_in":60})", {}},
                 {200, R"({"sub":"ann"})", {}}};
  constexpr uint32_t grown_size = sizeof(pindus_host_1) + 80;
  std::vector<std::max_align_t> memory(grown_size / sizeof(std::max_align_t) + 1);
  std::memcpy(memory.data(), host.table(), sizeof(pindus_host_1));
  auto* grown = reinterpret_cast<pindus_host_1*>(memory.data());
  grown->size = grown_size;
  grown->abi_minor = 5;

  void* instance = nullptr;
  REQUIRE(plugin->create(grown, host.session(), &instance) == PINDUS_OK);
  CHECK(plugin->sign_in(instance) == PINDUS_OK);
  plugin->destroy(instance);
  CHECK(host.record.at("accountId") == "ann");
  CHECK(host.record.at("access") == "a-1");
  CHECK(host.commits == 1);
}

}  // namespace pindus::test
