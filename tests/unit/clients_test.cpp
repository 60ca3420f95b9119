#include "core/clients/clients.hpp"

#include <catch2/catch.hpp>

#include "core/base/env_file.hpp"
#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::ApiMethod;
using pindus::AuthKind;
using pindus::Client;
using pindus::ClientDirectory;
using pindus::NamedTexts;
using pindus::parse_client;

namespace {

std::string refusal(std::string_view text) {
  const auto client = parse_client(text);
  INFO(text);
  REQUIRE_FALSE(client.has_value());
  return client.error();
}

std::string refusal_of_provider(std::string_view members) {
  return refusal(R"({"client":1,"id":"x","providers":{"p":{)" + std::string(members) + "}}}");
}

// "NAME=value" of each, or the sentence that says what is wrong.
std::string read_env(std::string_view text) {
  const auto assignments = pindus::parse_env_file(text);
  if (!assignments) return assignments.error();
  std::string all;
  for (const auto& [name, value] : *assignments) {
    all += name + "=" + std::string(value.view()) + ";";
  }
  return all;
}

}  // namespace

TEST_CASE("a client's file holds only what variables and arguments can be, and no key in these") {
  CHECK_THAT(refusal("[]"), Contains("must be a JSON object"));
  CHECK_THAT(refusal(R"({"id":"x"})"), Contains("isn't a description of a client"));
  CHECK_THAT(refusal(R"({"client":2,"id":"x"})"), Contains("of format 2"));
  CHECK_THAT(refusal(R"({"client":1})"), Contains("no \"id\""));
  CHECK_THAT(refusal(R"({"client":1,"id":"x","commands":["/bin/x"]})"),
             Contains("without their folders"));
  CHECK_THAT(refusal(R"({"client":1,"id":"x","id":"y"})"), Contains("twice"));
  CHECK_THAT(refusal_of_provider(R"("env":{"A=B":"x"})"), Contains("environment variable"));
  CHECK_THAT(refusal_of_provider(R"("env":{"A":"x\ny"})"), Contains("without control"));
  CHECK_THAT(refusal_of_provider(R"("args":"x")"), Contains("/providers/p/args must be a list"));
  CHECK_THAT(refusal_of_provider(R"("args":["--key={key}"])"), Contains("must not hold {key}"));
  CHECK_THAT(refusal_of_provider(R"("methods":{"oauth":{"args":["{key}"]}})"),
             Contains("/providers/p/methods/oauth/args must not hold {key}"));
  CHECK_THAT(refusal_of_provider(R"("remove":["A B"])"), Contains("names of environment"));
  CHECK_THAT(refusal_of_provider(R"("only_if_named":1)"), Contains("true or false"));
}

TEST_CASE("a client is found by its command, wherever that is") {
  const ClientDirectory directory({Client{.id = "x", .label = "X", .commands = {"ex", "exx"}}});
  for (const char* command : {"ex", "exx", "/opt/x/bin/ex", "./ex"}) {
    const Client* found = directory.find_by_command(command);
    REQUIRE(found != nullptr);
    CHECK(found->id == "x");
  }
  for (const char* command : {"", "e", "ex/", "exe"}) {
    CHECK(directory.find_by_command(command) == nullptr);
  }
}

TEST_CASE("for a command's client its other files are read too, and no other client's") {
  DirectoryTree tree;
  tree.write("prefix/share/pindus/clients.d/tool.json",
             R"({"client":1,"id":"tool","label":"vendor's","commands":["tool-cli"]})");
  tree.write("prefix/share/pindus/clients.d/broken.json", "{");
  tree.write("profile/clients.d/mine.json", R"({"client":1,"id":"tool","label":"mine"})");
  const auto directory = ClientDirectory::discover_for("/usr/bin/tool-cli", tree.options);
  REQUIRE(directory.find_by_command("tool-cli") != nullptr);
  CHECK(directory.find_by_command("tool-cli")->label == "mine");
  CHECK(directory.warnings().empty());
  tree.write("profile/clients.d/mine.json", R"({"client":1,"id":"tool","commands":["other"]})");
  const auto moved = ClientDirectory::discover_for("tool-cli", tree.options);
  CHECK(moved.find_by_command("tool-cli") == nullptr);
}

TEST_CASE("the user's file of a client is a patch of the vendor's, and needs no other file") {
  const DirectoryTree tree;
  tree.write("prefix/share/pindus/clients.d/x.json", R"({"client":1,"id":"x","label":"Ex",
    "commands":["ex"],"providers":{"openai":{"env":{"A":"{key}"}},"groq":{}}})");
  tree.write("profile/clients.d/x.json", R"({"client":1,"id":"X","providers":{
    "openai":{"env":{"A":null,"B":"{key}"}},"groq":null}})");
  tree.write("profile/clients.d/y.json", R"({"client":1,"id":"y","commands":["why"]})");
  const auto directory = ClientDirectory::discover(tree.options);
  CHECK(directory.warnings().empty());
  const Client* x = directory.find_by_command("ex");
  REQUIRE(x != nullptr);
  CHECK(x->label == "Ex");
  REQUIRE(x->providers.size() == 1);
  CHECK(x->find_provider("OpenAI")->needs.env == NamedTexts{{"B", "{key}"}});
  CHECK(directory.find_by_command("why") != nullptr);
}

TEST_CASE("a misspelt member of a client's file is told, and the file is used") {
  const DirectoryTree tree;
  tree.write("profile/clients.d/x.json", R"({"client":1,"id":"x","commands":["ex"],
    "providers":{"openai":{"evn":{"A":"{key}"},"only_if_named":true}}})");
  const auto directory = ClientDirectory::discover(tree.options);
  CHECK(directory.find_by_command("ex") != nullptr);
  REQUIRE(directory.warnings().size() == 1);
  CHECK_THAT(directory.warnings()[0].why.message, Contains("the member /providers/openai/evn in "));
  CHECK(directory.warnings()[0].why.hint == "did you mean \"env\"?");
}

TEST_CASE(
    "a client's file that others could have changed, or that is broken, is told and not used") {
  const DirectoryTree tree;
  const auto open =
      tree.write("profile/clients.d/open.json", R"({"client":1,"id":"open","commands":["open"]})");
  REQUIRE(chmod(open.c_str(), 0666) == 0);
  tree.write("profile/clients.d/broken.json", "{");
  tree.write("profile/clients.d/right.json", R"({"client":1,"id":"right","commands":["right"]})");
  const auto directory = ClientDirectory::discover(tree.options);
  CHECK(directory.find_by_command("open") == nullptr);
  CHECK(directory.find_by_command("right") != nullptr);
  REQUIRE(directory.warnings().size() == 2);
  CHECK_THAT(directory.warnings()[0].why.message, Contains("broken.json is not used"));
  CHECK_THAT(directory.warnings()[1].why.message,
             Contains("open.json is not used: it is writable"));
}

TEST_CASE("a client gets what its file says of the method, and else what the manifest says") {
  const ApiMethod api{.env = {{"API", "{key}"}}};
  const auto read = [](std::string_view provider) {
    const auto file =
        parse_client(R"({"client":1,"id":"x","providers":{"p":)" + std::string(provider) + "}}");
    REQUIRE(file.has_value());
    return read_client("x", file->json).providers.at(0);
  };
  const auto env = [&](std::string_view provider, AuthKind kind, std::string_view method) {
    return read(provider).needs_of(kind, method, api).env;
  };
  CHECK(env("{}", AuthKind::oauth, "oauth") == NamedTexts{{"API", "{key}"}});
  CHECK(env(R"({"env":{"A":"1"}})", AuthKind::oauth, "oauth") == NamedTexts{{"A", "1"}});
  constexpr std::string_view by_method =
      R"({"env":{"A":"1"},"methods":{"oauth":{"env":{"B":"2"}},"device":{"args":["-d"]}}})";
  CHECK(env(by_method, AuthKind::oauth, "browser") == NamedTexts{{"B", "2"}});
  CHECK(env(by_method, AuthKind::oauth, "device") == NamedTexts{{"A", "1"}});
  CHECK(env(by_method, AuthKind::api_key, "api-key").empty());
}

TEST_CASE("a .env file is read as its writers mean it") {
  CHECK(read_env("A=1\nexport B=two words # comment\n\n# C=3\nD=") == "A=1;B=two words;D=;");
  CHECK(read_env("A='$x \\n'\nB=\"a\\nb\\\"\\\\ \\q\" # c\n  C = 'd'") ==
        "A=$x \\n;B=a\nb\"\\ \\q;C=d;");
  CHECK(read_env("A=a#b\r\nB=#c\r\n") == "A=a#b;B=;");
  CHECK(read_env("A=1\nsecret") == "line 2 is no NAME=VALUE");
  CHECK(read_env("1A=secret") == "line 1 is no NAME=VALUE");
  CHECK_THAT(read_env("A=\"secret"),
             Contains("the value of A are not closed") && !Contains("secret"));
  CHECK_THAT(read_env("A='x' secret"), !Contains("secret"));
  const std::string odd = "a\"b\\c\nd$e'f";
  CHECK(read_env("A=" + std::string(pindus::env_file_value(odd))) == "A=" + odd + ";");
}
