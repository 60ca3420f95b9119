#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "core/command/credential_command.hpp"
#include "core/vault/memory_storage.hpp"

using pindus::AuthKind;
using pindus::FaultKind;
using pindus::Method;
using pindus::Provider;
using pindus::ProviderDirectory;
using pindus::QrCode;
using pindus::Result;
using pindus::Secret;

namespace {

// A person, or a pipe, whose lines were written beforehand; remembers all that it was told.
class ScriptedIo final : public pindus::CredentialIo {
 public:
  std::vector<std::string> printed;
  std::vector<std::string> noticed;
  std::vector<std::string> questions;
  std::deque<std::string> lines;
  bool person = true;

  void print(std::string_view line) override { printed.emplace_back(line); }
  void notice(std::string_view line) override { noticed.emplace_back(line); }
  bool interactive() const override { return person; }
  Result<Secret> ask(std::string_view question, std::stop_token) override {
    questions.emplace_back(question);
    if (lines.empty()) return pindus::fail(FaultKind::aborted, "the input ended");
    Secret answer(lines.front());
    lines.pop_front();
    return answer;
  }
  Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override {
    return ask(question, stop);
  }
  Result<Secret> read_input(std::stop_token stop) override { return ask("", stop); }
  bool open_url(std::string_view, std::stop_token) override { return false; }
  bool show_qr(const QrCode&) override { return false; }
  void countdown(std::optional<std::chrono::seconds>) override {}
};

Provider provider(std::string id, std::string label, std::string variable) {
  Provider made;
  made.id = std::move(id);
  made.label = std::move(label);
  made.env = {std::move(variable)};
  Method method;
  method.kind = AuthKind::api_key;
  method.library = "api-key.so";
  method.unavailable.message = "api-key.so is not installed";
  method.unavailable.hint = "install it";
  made.methods = {method};
  return made;
}

struct Fixture {
  ScriptedIo io;
  std::shared_ptr<pindus::MemoryStorage> storage = std::make_shared<pindus::MemoryStorage>();
  pindus::Vault vault{storage};
  std::map<std::string, std::string> variables;
  pindus::Environment environment{[this](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }};
  int directory_reads = 0;
  ProviderDirectory directory = make_directory();

  static ProviderDirectory make_directory() {
    auto disabled = provider("off", "Off", "OFF_KEY");
    disabled.enabled = false;
    return ProviderDirectory({provider("groq", "Groq", "GROQ_API_KEY"), disabled,
                              provider("openai", "OpenAI", "OPENAI_API_KEY")});
  }

  pindus::CredentialResult run(std::vector<std::string> args) {
    io.printed.clear();
    pindus::Context context(
        {.environment = environment, .io = &io, .storage = storage, .discover = [this] {
           ++directory_reads;
           return directory;
         }});
    return pindus::run_credential_command(args, context);
  }
  /// What `auth.json` shall hold.
  void keep(std::string_view text) { storage = std::make_shared<pindus::MemoryStorage>(text); }
  void store(const char* id, const char* account, std::string key) {
    const Secret secret(std::move(key));
    REQUIRE(vault.put_api_key({id, account}, secret, pindus::OnExisting::refuse));
  }
};

using Lines = std::vector<std::string>;

}  // namespace

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

TEST_CASE_METHOD(Fixture, "auth status tells states and variables, and no secret") {
  store("openai", "work", "sk-stored-0123456789");
  variables["GROQ_API_KEY"] = "gsk-environment-0123";
  variables["OPENAI_API_KEY"] = "sk-environment-01234";
  run({"auth", "status", "--json"});
  CHECK(io.printed ==
        Lines{R"({"accounts":[{"provider":"openai","account":"work","kind":"api-key",)"
              R"("default":true,"expires":null,"state":"valid"}],"environment":[)"
              R"({"provider":"openai","variable":"OPENAI_API_KEY","used":false,"state":"valid"},)"
              R"({"provider":"groq","variable":"GROQ_API_KEY","used":true,"state":"valid"}]})"});
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
      "  never: oauth, valid",
      "  ended: oauth, expired",
      "  renewed: oauth, expired",
      "  empty: oauth, expired",
      "  strange: oauth, nobody knows how long it is valid",
      "  both: oauth, expired",
      "  key: api-key, valid",
      "  passkey: unknown, a record of the kind passkey, which pindus doesn't know",
      "  broken: api-key, a key that holds a blank or a character that no key has"};
  CHECK(io.printed == lines);

  auto renewing = provider("openai", "OpenAI", "OPENAI_API_KEY");
  renewing.methods[0].kind = AuthKind::oauth;
  renewing.methods[0].library_path = "/nonexistent/pkce.so";
  directory = ProviderDirectory({renewing});
  run({"auth", "status"});
  REQUIRE(io.printed.size() == lines.size());
  CHECK(io.printed[2] == "  ended: oauth, expired");
  for (const std::size_t refreshed : {3U, 4U, 6U}) {
    CHECK(io.printed[refreshed] == lines[refreshed] + ", refreshed when it is next used");
  }

  run({"auth", "status", "--json"});
  const auto state = [&](const std::string& account) {
    const std::string& json = io.printed.at(0);
    const auto at = json.find("\"expires\":", json.find("\"account\":\"" + account + "\""));
    return json.substr(at, json.find('}', at) - at);
  };
  CHECK(state("never") == R"("expires":null,"state":"valid")");
  CHECK(state("ended") == R"("expires":1790000,"state":"expired")");
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
  CHECK(io.printed == Lines{"OpenAI (openai)", "  unknown, " + place,
                            "  OPENAI_API_KEY: environment variable, not used"});
  run({"auth", "status", "--json"});
  CHECK(io.printed.at(0).find(
            R"("kind":"unknown","default":false,"expires":null,"state":"unknown")") !=
        std::string::npos);
  CHECK(run({"auth", "status", "version"}).fault);
  CHECK_FALSE(run({"auth", "status", "groq"}).fault);
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
      {"your-api-key-here", "is an example's placeholder and no key"}};
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
    CHECK(io.printed.at(1) == "  OPENAI_API_KEY: environment variable, used, but it " + what);
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
