// What auth status tells beyond what is stored.
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

#include "tests/integration/token_endpoint.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::test::code_manifest;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::TokenEndpoint;
using namespace std::chrono_literals;

namespace {

std::string text_at(const Json& json, std::string_view pointer) {
  const auto found = json.at(pointer);
  if (!found || *found == nullptr) return "nothing";
  const std::string* text = (*found)->as_string();
  return text != nullptr ? *text : (*found)->dump();
}

}  // namespace

TEST_CASE(
    "an account that the provider has refused for good is dead, with its words and the time") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(http_answer("400 Bad Request",
                                 R"({"error":"invalid_grant","error_description":"gone away"})",
                                 "Content-Type: application/json\r\n"));
  });
  const PindusProfile& profile = endpoint.profile;
  const auto state = [&] {
    return text_at(Json::parse(profile.run({"auth", "status", "--json"}).out).value(),
                   "/accounts/0/state");
  };
  CHECK(state() == "expired");
  CHECK(profile.run({"auth", "status", "acme"}).exit_code == 0);
  CHECK(profile.run({"auth", "key", "acme"}).exit_code == 1);
  CHECK(state() == "dead");
  const ProcessResult dead = profile.run({"auth", "status", "acme"});
  CHECK(dead.exit_code == 1);
  CHECK_THAT(dead.out, Contains("refused ") && Contains(" ago: ") && Contains("gone away"));
  CHECK_THAT(dead.err, Contains("No usable key: acme has no usable key"));
  const Json json = Json::parse(profile.run({"auth", "status", "--json"}).out).value();
  CHECK(text_at(json, "/version") == "1");
  CHECK_THAT(text_at(json, "/accounts/0/refused/message"), Contains("gone away"));
  // Another sign-in is another matter.
  profile.store_token("acme", "new-access-0123456789", "new-refresh", -5);
  CHECK(state() == "expired");
}

TEST_CASE("auth status --check asks all providers side by side whether they take the keys") {
  std::mutex mutex;
  std::condition_variable arrived;
  int waiting = 0;
  LoopbackServer server([&](Connection& connection) {
    const std::string request = connection.read_request();
    {
      std::unique_lock lock(mutex);
      ++waiting;
      arrived.notify_all();
      arrived.wait_for(lock, 20s, [&] { return waiting >= 3; });
    }
    const bool right =
        request.starts_with("GET /v1/models ") && request.contains("X-Key: right-key-");
    connection.write(http_answer(right                         ? "200 OK"
                                 : request.contains("odd-key") ? "500 Oops"
                                                               : "401 No",
                                 "{}"));
  });
  PindusProfile profile;
  for (const char* id : {"a", "b", "c"}) {
    profile.install_manifest(id, std::string(R"({"manifest":1,"id":")") + id +
                                     R"(","api":{"check":"GET /v1/models","base_url":"http://)" +
                                     server.host() +
                                     R"(","methods":{"api-key":{"headers":{"X-Key":"{key}"}}}}})");
  }
  profile.write_vault(R"({"a": {"x": {"kind": "apiKey", "key": "right-key-0123456789"}},
    "b": {"x": {"kind": "apiKey", "key": "wrong-key-0123456789"}},
    "c": {"x": {"kind": "apiKey", "key": "odd-key-01234567890"}}})");
  const ProcessResult all = profile.run({"auth", "status", "--check"});
  CHECK(waiting == 3);
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.out, Contains("the provider took it") &&
                          Contains("the provider refused it (401)") &&
                          Contains("not checked: the provider answered 500"));
  CHECK_THAT(all.err, Contains("3. "));
  CHECK_THAT(all.out + all.err, !Contains("right-key") && !Contains("wrong-key"));
  CHECK(profile.run({"auth", "status", "--check", "a"}).exit_code == 0);
  CHECK(profile.run({"auth", "status", "--check", "b"}).exit_code == 1);
  CHECK(profile.run({"auth", "status", "--check", "b:x"}).exit_code == 1);
}

TEST_CASE("auth status explains step by step which key is taken") {
  PindusProfile profile;
  profile.write_vault(R"({"openai": {"default": {"kind": "apiKey", "isDefault": true,
    "key": "key-of-the-default"}, "work": {"kind": "apiKey", "key": "key-of-the-work"}}})");
  profile.environment["OPENAI_API_KEY"] = "key-of-the-environment";
  CHECK_THAT(profile.run({"auth", "status", "openai", "--explain"}).out,
             Contains("  > 3. the default account ") && Contains("    5. OPENAI_API_KEY "));
  profile.environment["PINDUS_ACCOUNT_OPENAI"] = "work";
  CHECK_THAT(profile.run({"auth", "status", "openai", "--explain"}).out,
             Contains("  > 1. PINDUS_ACCOUNT_OPENAI ") && Contains("    3. the default account "));
  CHECK_THAT(profile.run({"auth", "status", "openai"}).out,
             Contains("valid; used here: PINDUS_ACCOUNT_OPENAI") && Contains("shadowed"));
  profile.environment["PINDUS_ACCOUNT_OPENAI"] = "gone";
  CHECK(profile.run({"auth", "status", "openai"}).exit_code == 1);
  CHECK(profile.run({"auth", "status", "openai:work"}).exit_code == 0);
}
