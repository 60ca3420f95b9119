#include "core/command/command_line.hpp"

#include <catch2/catch.hpp>

#include "core/command/signin.hpp"

using pindus::FaultKind;
using pindus::OnExisting;
using pindus::parse_command_line;
using pindus::SigninOptions;

namespace {

using Words = std::vector<std::string>;

bool handled(const Words& words) {
  return parse_command_line(words).handled;
}

// What signin reads from its line.
SigninOptions signin_options(const Words& words) {
  static SigninOptions options;
  options = {};
  const pindus::Command row{"signin", "login", "", [](pindus::CommandOptions& command) {
                              declare(command, options);
                              return pindus::CommandBody();
                            }};
  const auto result = parse_command_line(words, {&row, 1});
  REQUIRE(result.handled);
  if (!result.line) FAIL(format_credential_fault(result.line.error()));
  return options;
}

std::string refusal(const Words& words) {
  const auto result = parse_command_line(words);
  REQUIRE(result.handled);
  REQUIRE(!result.line);
  CHECK(result.line.error().kind == FaultKind::usage);
  CHECK(result.line.error().hint == "pindus " + result.verb + " --help");
  return result.line.error().message;
}

std::string help(const Words& words) {
  const auto result = parse_command_line(words);
  REQUIRE(result.line);
  return result.line->help;
}

}  // namespace

TEST_CASE("signin and signout own the first word, auth and plugin only with a part of their own") {
  for (const Words& words : {Words{"signin"},
                             {"login", "whatever"},
                             {"signout", "openai"},
                             {"logout"},
                             {"auth"},
                             {"auth", "--nonsense"},
                             {"auth", "-h"},
                             {"auth", "key"},
                             {"auth", "status", "x"},
                             {"--help"},
                             {"-h"},
                             {"--version", "rest"}}) {
    CAPTURE(words);
    CHECK(handled(words));
  }
  for (const Words& words : {Words{},
                             {""},
                             {"auth", "my", "users"},
                             {"auth", ""},
                             {"Signin"},
                             {"sign"},
                             {"--list"},
                             {"--", "signin"},
                             {"-p", "fix it"},
                             {"help"},
                             {"openai", "signin"}}) {
    CAPTURE(words);
    CHECK(!handled(words));
  }
}

TEST_CASE("options stand in any order and with or without an equals sign") {
  for (const Words& words :
       {Words{"signin", "openai", "--account", "work", "--api-key"},
        {"login", "--apikey", "--account=work", "openai"},
        {"signin", "--method=api-key", "--provider", "openai", "--account=work"},
        {"signin", "--account", "work", "--method", "api-key", "--", "openai"},
        {"signin", "openai", "--provider=OpenAI", "--account", "work", "--method", "apikey",
         "--api-key"}}) {
    CAPTURE(words);
    const auto signin = signin_options(words);
    CHECK(signin.provider == "openai");
    CHECK(signin.account == "work");
    CHECK(signin.method == "api-key");
  }
}

TEST_CASE("every switch of signin says what it says") {
  const auto plain = signin_options({"signin"});
  CHECK(!plain.provider);
  CHECK(!plain.account);
  CHECK(!plain.method);
  CHECK(plain.open_browser);
  CHECK(plain.show_qr);
  CHECK(!plain.list);
  CHECK(plain.on_existing == OnExisting::refuse);

  const auto full = signin_options({"signin", "--oauth", "--no-browser", "--no-qr", "--ls",
                                    "--replace", "--set", "a=b=c", "--set=host=", "x"});
  CHECK(full.provider == "x");
  CHECK(full.method == "oauth");
  CHECK(!full.open_browser);
  CHECK(!full.show_qr);
  CHECK(full.list);
  CHECK(full.on_existing == OnExisting::replace);
  CHECK(full.answers == decltype(full.answers){{"a", "b=c"}, {"host", ""}});
}

TEST_CASE("every command takes --plugin-path, again and again") {
  for (const Words& command :
       {Words{"signin"}, {"signout"}, {"auth", "key", "x"}, {"auth", "status"}}) {
    CAPTURE(command);
    Words words = command;
    words.insert(words.end(), {"--plugin-path", "/a", "--plugin-path=/b"});
    const auto result = parse_command_line(words);
    REQUIRE(result.line);
    CHECK(result.line->plugin_path == std::vector<std::filesystem::path>{"/a", "/b"});
  }
}

TEST_CASE("a wrong line is refused in a sentence") {
  CHECK(refusal({"signin", "openai", "--provider", "groq"}) == "two providers are named");
  CHECK(refusal({"signin", "--oauth", "--api-key"}) == "two methods are asked for");
  CHECK(refusal({"signin", "--oauth", "--method", "api-key"}) == "two methods are asked for");
  CHECK(refusal({"signin", "--method", "Magic!"}) == "--method takes the name of a method");
  CHECK(refusal({"signin", "--set", "name"}) == "--set takes NAME=VALUE");
  CHECK(refusal({"signin", "--set", "=value"}) == "--set takes NAME=VALUE");
  CHECK(refusal({"signin", "--set=a=1", "--set=a=2"}) == "--set answers a question twice");
  CHECK(refusal({"signin", "--account"}) == "--account needs a value");
  CHECK(refusal({"signin", "--account=", "openai"}) == "--account needs a value");
  CHECK(refusal({"signin", "--account", "a", "--account", "b"}) ==
        "--account is given more than once");
  CHECK(refusal({"signin", "--replace=no"}) == "--replace takes no value");
  CHECK(refusal({"auth", "key"}) == "PROVIDER is required");
  CHECK(refusal({"auth"}) ==
        "auth needs a command: key, exec, env, headers, serve, grant, revoke, runs, refresh, use, "
        "switch, rename, setup, import, "
        "status, doctor");
}

TEST_CASE("a key in the wrong place is not repeated") {
  CHECK(refusal({"signin", "openai", "sk-0123456789"}) == "signin takes no further argument");
  CHECK(refusal({"signin", "openai", "--key=sk-0123456789"}) == "signin has no option --key");
  CHECK(refusal({"auth", "key", "openai", "sk-0123456789"}) ==
        "auth key takes no further argument");
}

TEST_CASE("help comes from the grammar that reads, and names all that it takes") {
  const std::string whole = help({"--help"});
  CHECK(whole == help({"-h"}));
  for (const char* words : {"signin, login", "signout, logout", "auth key", "auth status"}) {
    CAPTURE(words);
    CHECK(whole.find(words) != std::string::npos);
  }
  const std::string signin = help({"signin", "openai", "--help"});
  for (const char* option : {"--provider ID", "--account NAME", "--method METHOD", "--oauth",
                             "--api-key,--apikey", "--list,--ls", "--no-browser", "--no-qr",
                             "--replace", "--set NAME=VALUE", "--plugin-path DIR"}) {
    CAPTURE(option);
    CHECK(signin.find(option) != std::string::npos);
  }
  CHECK(help({"auth", "key", "--help"}).find("Usage: pindus auth key [options] PROVIDER") !=
        std::string::npos);
  CHECK(help({"--version"}) == "pindus " PINDUS_VERSION);
}
