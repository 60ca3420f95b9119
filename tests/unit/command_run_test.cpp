#include "tests/unit/command_fixture.hpp"

using pindus::FaultKind;
using pindus::ProviderDirectory;
using pindus::test::provider;
using Fixture = pindus::test::CommandFixture;
using pindus::test::Lines;

TEST_CASE_METHOD(Fixture, "a fresh stored key is printed alone, and no manifest is read") {
  store("openai", "default", "sk-stored-0123456789");
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  CHECK(!run({"auth", "key", "OpenAI"}).fault);
  CHECK(io.printed == Lines{"sk-stored-0123456789"});
  CHECK(io.noticed.empty());
  CHECK(directory_reads == 0);
}

TEST_CASE_METHOD(Fixture,
                 "the environment serves only where nothing is stored and nobody is named") {
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  CHECK(!run({"auth", "key", "openai"}).fault);
  CHECK(io.printed == Lines{"sk-environment-01234"});
  CHECK(!run({"auth", "key", "openai", "--json"}).fault);
  CHECK(io.printed == Lines{R"({"key":"sk-environment-01234"})"});

  const auto named = run({"auth", "key", "openai", "--account", "work"});
  REQUIRE(named.fault);
  CHECK(named.fault->kind == FaultKind::not_found);
  CHECK(named.fault->label == "No such key");
  CHECK(io.printed.empty());
}

TEST_CASE_METHOD(Fixture,
                 "auth key tells of a broken manifest where it had to read the manifests") {
  directory = ProviderDirectory({provider("openai", "OpenAI", "OPENAI_API_KEY")},
                                {{.path = "/etc/pindus/providers.d/acme.json",
                                  .layer = pindus::Layer::administrator,
                                  .why = {"acme.json is not used", "mend it"}}});
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  CHECK(!run({"auth", "key", "openai"}).fault);
  CHECK(io.noticed == Lines{"Warning: acme.json is not used\n  mend it"});

  io.noticed.clear();
  store("openai", "default", "sk-stored-0123456789");
  CHECK(!run({"auth", "key", "openai"}).fault);
  CHECK(io.noticed.empty());
}

TEST_CASE_METHOD(Fixture, "no key anywhere is not-found, with the name that was meant") {
  const auto result = run({"auth", "key", "opnai"});
  REQUIRE(result.fault);
  CHECK(result.exit_code() == 1);
  CHECK(result.fault->kind == FaultKind::not_found);
  CHECK(result.fault->hint.find("openai") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a sign-in is refused before anything is asked") {
  store("openai", "default", "sk-stored-0123456789");
  const auto kind = [&](Lines args) {
    const auto result = run(std::move(args));
    REQUIRE(result.fault);
    return result.fault->kind;
  };
  CHECK(kind({"signin", "openai", "--account", "a/b"}) == FaultKind::invalid_account);
  CHECK(kind({"signin", "nobody"}) == FaultKind::unknown_provider);
  CHECK(kind({"signin", "off"}) == FaultKind::unknown_provider);
  CHECK(kind({"signin", "openai", "--oauth"}) == FaultKind::usage);
  CHECK(io.questions.empty());

  const auto missing = run({"signin", "groq"});
  REQUIRE(missing.fault);
  CHECK(missing.fault->label == "Sign-in failed");
  CHECK(missing.fault->message == "api-key.so is not installed");
  CHECK(io.questions.empty());
}

TEST_CASE_METHOD(Fixture, "an account that exists is found before any question") {
  for (auto* id : {"openai"}) store(id, "work", "sk-stored-0123456789");
  auto usable = provider("openai", "OpenAI", "OPENAI_API_KEY");
  usable.methods[0].library_path = "/nonexistent/api-key.so";
  usable.methods[0].questions = {{.name = "tenant", .ask = "Tenant", .default_answer = ""}};
  directory = ProviderDirectory({usable});
  const auto result = run({"signin", "OPENAI", "--account", "work"});
  REQUIRE(result.fault);
  CHECK(result.fault->kind == FaultKind::name_collision);
  CHECK(result.fault->hint.find("--replace") != std::string::npos);
  CHECK(result.fault->hint.find("signout openai --account work") != std::string::npos);
  CHECK(result.provider == "openai");
  CHECK(io.questions.empty());

  const auto unknown_answer = run({"signin", "openai", "--set", "color=blue"});
  REQUIRE(unknown_answer.fault);
  CHECK(unknown_answer.fault->kind == FaultKind::usage);
}

TEST_CASE_METHOD(Fixture, "the menu ends with q, an empty line and the end of the input") {
  auto usable = provider("openai", "OpenAI", "OPENAI_API_KEY");
  usable.methods[0].library_path = "/nonexistent/api-key.so";
  directory = ProviderDirectory({usable});
  for (const Lines& lines : {Lines{"q"}, Lines{""}, Lines{}, Lines{"0", "2", "x", "q"}}) {
    CAPTURE(lines);
    io.lines.assign(lines.begin(), lines.end());
    const auto result = run({"signin"});
    REQUIRE(result.fault);
    CHECK(result.fault->kind == FaultKind::aborted);
    CHECK(io.lines.empty());
  }
  CHECK(io.printed.empty());
}

TEST_CASE_METHOD(Fixture, "signout removes one account, or all of the provider's") {
  store("openai", "default", "sk-stored-0123456789");
  store("openai", "work", "sk-stored-0123456780");
  store("openai", "home", "sk-stored-0123456781");
  CHECK(run({"signout", "openai", "--account", "nobody"}).fault->kind == FaultKind::not_found);
  CHECK(!run({"signout", "OpenAI", "--account", "work"}).fault);
  CHECK(io.printed == Lines{"Signed out of OpenAI (openai): account work is removed."});
  CHECK(!run({"signout", "openai"}).fault);
  CHECK(io.printed.size() == 2);
  CHECK(run({"signout", "openai"}).fault->kind == FaultKind::not_found);
  CHECK(run({"signout"}).exit_code() == 2);
}

TEST_CASE_METHOD(Fixture, "the provider stands in its place or behind --provider") {
  store("openai", "a", "sk-stored-0123456789");
  store("openai", "b", "sk-stored-0123456780");
  CHECK(!run({"auth", "key", "--json", "--account", "b", "openai"}).fault);
  CHECK(io.printed == Lines{R"({"key":"sk-stored-0123456780","kind":"apiKey","isDefault":false})"});
  CHECK(run({"auth", "status", "--json", "openai"}).provider == "openai");
  CHECK(!run({"logout", "--account", "a", "openai"}).fault);
  CHECK(run({"signout", "--provider", "openai"}).provider == "openai");
}

TEST_CASE_METHOD(Fixture, "signin --list reads only and marks the default") {
  run({"signin", "--list"});
  CHECK(io.printed == Lines{"Saved accounts:", "  (none)"});
  store("openai", "work", "sk-stored-0123456789");
  store("openai", "home", "sk-stored-0123456780");
  run({"signin", "--ls"});
  CHECK(io.printed == Lines{"Saved accounts:", "  OpenAI (openai):",
                            "    - work (default) [api key]", "    - home [api key]"});
}

TEST_CASE_METHOD(Fixture, "a variable passes the same rule as a stored key, and is named") {
  const std::string key = "sk-environment-01234";
  variables["OPENAI_API_KEY"] = key + "\r\n";
  CHECK_FALSE(run({"auth", "key", "openai"}).fault);
  CHECK(io.printed == Lines{key});
  run({"auth", "key", "openai", "--json"});
  CHECK(io.printed == Lines{"{\"key\":\"" + key + "\"}"});
  variables["OPENAI_API_KEY"] = "short";
  CHECK_FALSE(run({"auth", "key", "openai"}).fault);

  struct Case {
    std::string value;
    std::string what;
  };
  const std::vector<Case> cases = {
      {key + "\r\nX-Other: 1", "holds a blank or a character that no key has"},
      {key + " ", "holds a blank or a character that no key has"},
      {key + "\xc2\xa0", "holds a blank or a character that no key has"},
      {"\"" + key + "\"", "stands in quotes"},
      {"your-api-key-here", "is a placeholder or a masked copy"}};
  for (const auto& [value, what] : cases) {
    CAPTURE(value);
    variables["OPENAI_API_KEY"] = value;
    const auto result = run({"auth", "key", "openai"});
    REQUIRE(result.fault);
    CHECK(result.fault->kind == FaultKind::invalid_key);
    CHECK(result.fault->message == "OPENAI_API_KEY " + what);
    CHECK(result.fault->hint == "set OPENAI_API_KEY to the key alone");
    CHECK(io.printed.empty());
    run({"auth", "status"});
    CHECK(io.printed.at(1) == "  OPENAI_API_KEY  environment  " + what);
    run({"auth", "status", "--json"});
    CHECK(io.printed.at(0).find(R"("used":true,"state":"invalid")") != std::string::npos);
  }
}

TEST_CASE_METHOD(Fixture, "an account that another program has named can be named here") {
  auto usable = provider("openai", "OpenAI", "OPENAI_API_KEY");
  usable.methods[0].library_path = "/nonexistent/api-key.so";
  directory = ProviderDirectory({usable});
  for (const std::string name :
       {"me@example.com", "me & you", "it's", "$(id)", "-x y", "\xc3\xbc"}) {
    CAPTURE(name);
    keep(R"({"openai":{"other":{"kind":"apiKey","key":"k1"},")" + name +
         R"(":{"kind":"apiKey","key":"k2"}}})");
    CHECK_FALSE(run({"auth", "key", "openai", "--account=" + name}).fault);
    CHECK(io.printed == Lines{"k2"});
    const auto there = run({"signin", "openai", "--account=" + name});
    REQUIRE(there.fault);
    CHECK(there.fault->kind == FaultKind::name_collision);
    // The library is what fails then, and not the name.
    const auto replaced = run({"signin", "openai", "--replace", "--account=" + name});
    REQUIRE(replaced.fault);
    CHECK(replaced.fault->kind == FaultKind::vault);
    CHECK_FALSE(run({"signout", "openai", "--account=" + name}).fault);
    const auto gone = run({"signin", "openai", "--account=" + name});
    REQUIRE(gone.fault);
    CHECK(gone.fault->kind == FaultKind::invalid_account);
  }
}
