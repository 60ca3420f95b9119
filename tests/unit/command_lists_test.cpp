#include "tests/unit/command_fixture.hpp"

using pindus::AuthKind;
using pindus::FaultKind;
using pindus::ProviderDirectory;
using pindus::test::provider;
using Fixture = pindus::test::CommandFixture;
using pindus::test::Lines;

TEST_CASE_METHOD(Fixture, "methods have names and words of their own, on the line and in lists") {
  auto lab = provider("lab", "Lab", "LAB_KEY");
  lab.methods[0].library_path = "/nonexistent/api-key.so";
  lab.methods.push_back(lab.methods[0]);
  lab.methods[1].name = "service-account";
  lab.methods[1].label = "service account";
  directory = ProviderDirectory({lab});
  const auto wrong = run({"signin", "lab", "--method", "device"});
  REQUIRE(wrong.fault);
  CHECK(wrong.exit_code() == 2);
  CHECK(wrong.fault->message == "lab has no sign-in by device");
  CHECK(wrong.fault->hint == "pindus signin lab --method api-key, or service-account");

  io.lines = {"q"};
  CHECK(run({"signin", "--method", "service-account"}).fault->kind == FaultKind::aborted);
  REQUIRE(io.noticed.size() == 2);
  CHECK(io.noticed[1] == "   1  Lab  lab  service account");

  keep(R"({"lab":{"default":{"kind":"apiKey","key":"sk-stored-0123456789"},
    "robot":{"kind":"apiKey","key":"sk-stored-0123456780","isDefault":true,
      "method":"service-account"},
    "stray":{"kind":"apiKey","key":"sk-stored-0123456781","method":"gone"}}})");
  run({"signin", "--list"});
  CHECK(io.printed == Lines{"Saved accounts:", "  Lab (lab):", "    - default [api key]",
                            "    - robot (default) [service account]", "    - stray [gone]"});
  run({"auth", "status"});
  CHECK(io.printed == Lines{"Lab (lab)", "  default          api-key          valid",
                            "  robot (default)  service-account  valid; used here",
                            "  stray            gone             valid"});
}

TEST_CASE_METHOD(Fixture, "auth status tells states and variables, and no secret") {
  store("openai", "work", "sk-stored-0123456789");
  variables["GROQ_API_KEY"] = "gsk-environment-0123";
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  run({"auth", "status", "--json"});
  CHECK(io.printed ==
        Lines{R"({"version":1,"accounts":[{"provider":"openai","account":"work","kind":"api-key",)"
              R"("method":"api-key","default":true,"used":true,"expires":null,"state":"valid",)"
              R"("refused":null,"check":null}],"environment":[)"
              R"({"provider":"openai","variable":"OPENAI_API_KEY","file":null,"used":false,)"
              R"("state":"shadowed"},{"provider":"groq","variable":"GROQ_API_KEY","file":null,)"
              R"("used":true,"state":"valid"}]})"});
}

TEST_CASE_METHOD(Fixture, "auth status says nothing about a token's end that nobody knows") {
  keep(R"({"openai":{
    "never":{"kind":"oauth","access":"t","expires":null},
    "ended":{"kind":"oauth","access":"t","expires":1790000},
    "renewed":{"kind":"oauth","access":"t","refresh":"r","expires":1},
    "empty":{"kind":"oauth","access":"","refresh":"r"},
    "strange":{"kind":"oauth","access":"t","expires":"soon"},
    "both":{"kind":"oauth","access":"t","refresh":"r","expires":"soon"},
    "key":{"kind":"apiKey","key":"k","expires":1},
    "passkey":{"kind":"passkey","expires":1},
    "broken":{"kind":"apiKey","key":"a b"}}})");
  run({"auth", "status"});
  const Lines lines = {
      "OpenAI (openai)",
      "  never    oauth    valid; used here",
      "  ended    oauth    expired, and can't be refreshed",
      "  renewed  oauth    expired, and can't be refreshed",
      "  empty    oauth    expired, and can't be refreshed",
      "  strange  oauth    nobody knows how long it is valid",
      "  both     oauth    expired, and can't be refreshed",
      "  key      api-key  valid",
      "  passkey  unknown  a record of the kind passkey, which pindus doesn't know",
      "  broken   api-key  a key that holds a blank or a character that no key has"};
  CHECK(io.printed == lines);

  auto renewing = provider("openai", "OpenAI", "OPENAI_API_KEY");
  renewing.methods[0].kind = AuthKind::oauth;
  renewing.methods[0].library_path = "/nonexistent/pkce.so";
  directory = ProviderDirectory({renewing});
  run({"auth", "status"});
  REQUIRE(io.printed.size() == lines.size());
  CHECK(io.printed[2] == lines[2]);
  for (const std::size_t refreshed : {3U, 4U, 6U}) {
    CHECK(io.printed[refreshed].ends_with("oauth    expired, refreshed when it is next used"));
  }

  run({"auth", "status", "--json"});
  const auto state = [&](const std::string& account) {
    const std::string& json = io.printed.at(0);
    const auto at = json.find("\"expires\":", json.find("\"account\":\"" + account + "\""));
    return json.substr(at, json.find(",\"refused\"", at) - at);
  };
  CHECK(state("never") == R"("expires":null,"state":"valid")");
  CHECK(state("ended") == R"("expires":1790000,"state":"dead")");
  CHECK(state("strange") == R"("expires":null,"state":"unknown")");
  CHECK(state("both") == R"("expires":null,"state":"expired")");
  CHECK(state("broken") == R"("expires":null,"state":"invalid")");
}

TEST_CASE_METHOD(Fixture, "what stands in the place of accounts is never passed over") {
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  keep(R"({"version":2,"openai":{"type":"api_key","key":"sk-of-another-program"}})");
  const std::string place =
      "the credential store in memory can't be understood: line 1, column 23: "
      "this should be a provider's accounts";
  for (const Lines& command : {Lines{"auth", "key", "openai"}, Lines{"signout", "openai"}}) {
    const auto result = run(command);
    REQUIRE(result.fault);
    CHECK(result.fault->message == place);
    CHECK(io.printed.empty());
  }
  run({"auth", "status"});
  CHECK(io.printed ==
        Lines{"OpenAI (openai)", "  unknown, " + place, "  OPENAI_API_KEY  environment  shadowed"});
  run({"auth", "status", "--json"});
  CHECK(io.printed.at(0).find(
            R"("kind":"unknown","method":null,"default":false,"used":false,"expires":null,)"
            R"("state":"unknown")") != std::string::npos);
  CHECK(run({"auth", "status", "version"}).fault);
  CHECK(run({"auth", "status", "openai"}).exit_code() == 1);
  CHECK(run({"auth", "status", "groq"}).exit_code() == 1);
  CHECK(run({"auth", "status"}).exit_code() == 0);
}
