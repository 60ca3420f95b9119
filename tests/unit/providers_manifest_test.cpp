#include <catch2/catch.hpp>

#include "core/providers/manifest.hpp"
#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::parse_manifest;

namespace {

std::string refusal(std::string_view text) {
  const auto manifest = parse_manifest(text);
  INFO(text.substr(0, 200));
  REQUIRE_FALSE(manifest.has_value());
  return manifest.error();
}

// The refusal of a manifest that has these members beside its head.
std::string refusal_with(std::string_view members) {
  return refusal(R"({"manifest":1,"id":"x",)" + std::string(members) + "}");
}

std::string refusal_of_method(std::string_view members) {
  return refusal_with(R"("methods":{"oauth":{)" + std::string(members) + "}}");
}

std::string nested(std::size_t depth) {
  return R"({"manifest":1,"id":"x","extra":)" + std::string(depth, '[') + std::string(depth, ']') +
         "}";
}

}  // namespace

TEST_CASE("a manifest says that it is one, of our format, with an id") {
  CHECK_THAT(refusal("[]"), Contains("must be a JSON object"));
  CHECK_THAT(refusal("{}"), Contains("isn't a provider manifest"));
  CHECK_THAT(refusal(R"({"manifest":2,"id":"x"})"), Contains("of format 2"));
  for (const char* format : {"\"1\"", "0", "1.5", "true", "null"}) {
    CHECK_THAT(refusal(R"({"id":"x","manifest":)" + std::string(format) + "}"),
               Contains("/manifest must be the number 1"));
  }
  CHECK_THAT(refusal(R"({"manifest":1})"), Contains("no \"id\""));
  for (const char* id : {"", ".x", "-x", "a b", "a/b", "\xc3\xbc", "a\\u0000"}) {
    CHECK_THAT(refusal(R"({"manifest":1,"id":")" + std::string(id) + "\"}"), Contains("/id must"));
  }
  CHECK_THAT(refusal(R"({"manifest":1,"id":")" + std::string(65, 'a') + "\"}"),
             Contains("/id must"));
  CHECK_THAT(refusal(R"({"manifest":1,"id":7})"), Contains("/id must"));
  CHECK(parse_manifest(R"({"manifest":1,"id":")" + std::string(64, 'a') + "\"}").has_value());
  CHECK(parse_manifest(R"({"manifest":1,"id":"My-Own_2.x"})")->id == "my-own_2.x");
}

TEST_CASE("a library is a bare file name") {
  for (const char* path : {"/usr/lib/x.so", "../x.so", "sub/x.so", "./x.so"}) {
    CHECK_THAT(
        refusal_of_method(R"("library":")" + std::string(path) + "\""),
        Contains("/methods/oauth/library must be a bare file name, not a path") && Contains(path));
  }
  for (const char* name : {"", "x", "x.so.1", ".so", ".x.so", "x.dll", "a\\n.so", "x\\u0000.so"}) {
    CHECK_THAT(refusal_of_method(R"("library":")" + std::string(name) + "\""),
               Contains("ending in .so"));
  }
  CHECK_THAT(refusal_of_method(R"("library":["x.so"])"), Contains("must be a string"));
}

TEST_CASE("each member has its type, and the sentence says which one hasn't") {
  CHECK_THAT(refusal_with(R"("label":5)"), Contains("/label must be one line"));
  CHECK_THAT(refusal_with(R"("label":"\u001b[2J")"), Contains("/label must be one line"));
  CHECK_THAT(refusal_with(R"("env":"KEY")"), Contains("/env must be a list"));
  CHECK_THAT(refusal_with(R"("env":["A=B"])"), Contains("/env must be a list"));
  CHECK_THAT(refusal_with(R"("env":["1A"])"), Contains("/env must be a list"));
  CHECK_THAT(refusal_with(R"("docs_url":"javascript:x")"), Contains("/docs_url must be an https"));
  CHECK_THAT(refusal_with(R"("enabled":"false")"), Contains("/enabled must be true or false"));
  CHECK_THAT(refusal_with(R"("methods":[])"), Contains("/methods must be an object"));
  CHECK_THAT(refusal_with(R"("methods":{"api-key":"x.so"})"), Contains("/methods/api-key must be"));
  CHECK_THAT(refusal_of_method(R"("abi":1.0)"), Contains("/methods/oauth/abi must be MAJOR"));
  for (const char* abi : {"1", "1.", ".1", "1.0.0", "1.x", "v1.0", "99999.0"}) {
    CHECK_THAT(refusal_of_method(R"("abi":")" + std::string(abi) + "\""),
               Contains("/methods/oauth/abi must be MAJOR"));
  }
  CHECK_THAT(refusal_of_method(R"("options":[])"), Contains("options must be an object"));
  CHECK_THAT(refusal_of_method(R"("options":{"refresh_margin_s":60})"),
             Contains("/methods/oauth/options/refresh_margin_s must be a string"));
}

TEST_CASE("a method's name and what it says of itself are checked") {
  const auto refused = [](std::string_view method) {
    return refusal_with(R"("methods":{)" + std::string(method) + "}");
  };
  for (const char* name : {"", "Browser", "1st", "-x", "a b", "a/b"}) {
    CHECK_THAT(refused("\"" + std::string(name) + "\":{}"),
               Contains("/methods has a method named"));
  }
  CHECK_THAT(refused("\"" + std::string(33, 'a') + "\":{}"), Contains("1 to 32"));
  CHECK_THAT(refused(R"("device":{"kind":1})"), Contains("/methods/device/kind must be a string"));
  CHECK_THAT(refused(R"("device":{"label":"a\nb"})"),
             Contains("/methods/device/label must be one"));
  CHECK_THAT(refused(R"("device":{"abi":1})"), Contains("/methods/device/abi must be MAJOR"));
}

TEST_CASE("questions are checked one by one") {
  const auto refused = [](std::string_view questions) {
    return refusal_of_method(R"("questions":)" + std::string(questions));
  };
  CHECK_THAT(refused("{}"), Contains("questions must be a list"));
  CHECK_THAT(refused("[1]"), Contains("questions/0 must be an object"));
  CHECK_THAT(refused("[{}]"), Contains("questions/0 has no name"));
  CHECK_THAT(refused(R"([{"name":"a b"}])"), Contains("questions/0/name must be letters"));
  CHECK_THAT(refused(R"([{"name":"refresh"}])"), Contains("can't be \"refresh\""));
  CHECK_THAT(refused(R"([{"name":"issuedBy"}])"), Contains("can't be \"issuedBy\""));
  CHECK_THAT(refused(R"([{"name":"a","kind":"port"}])"), Contains("questions/0/kind must be"));
  CHECK_THAT(refused(R"([{"name":"a","required":1}])"), Contains("required must be true or false"));
  CHECK_THAT(refused(R"([{"name":"a"},{"name":"a"}])"), Contains("asks for \"a\" a second time"));
}

TEST_CASE("a member that stands there twice is refused, however deep") {
  CHECK(refusal_with(R"("label":"a","label":"b")") == "it has the member \"label\" twice");
  CHECK(refusal_of_method(R"("options":{"a":"1","a":"2"})") == "it has the member \"a\" twice");
  CHECK(refusal_with(R"("unknown":[{"a":1,"a":2}])") == "it has the member \"a\" twice");
}

TEST_CASE("what is empty, huge, deep, binary or marked is refused with a sentence") {
  CHECK(refusal("") == "it is empty");
  CHECK_THAT(refusal("\xEF\xBB\xBF{\"manifest\":1,\"id\":\"x\"}"), Contains("byte order mark"));
  CHECK(refusal(std::string(pindus::manifest_size_limit + 1, ' ')) == "it is larger than 1 MiB");
  CHECK_FALSE(refusal(std::string("\x7f"
                                  "ELF\x02\x01\x01\0\0",
                                  9))
                  .empty());
  CHECK(parse_manifest(nested(63)).has_value());
  CHECK_THAT(refusal(nested(64)), Contains("64"));
}

TEST_CASE("members of the future and nulls of a patch pass") {
  const auto manifest = parse_manifest(R"({"manifest":1,"id":"x","label":null,"icon":[{}],
      "methods":{"saml":{"kind":"saml","library":7},"oauth":null,"api-key":{"library":null,"options":
      {"key_prefix":null},"questions":null,"weight":3}}})");
  REQUIRE(manifest.has_value());
  CHECK(manifest->unknown_methods == std::vector<std::string>{"saml"});
}

TEST_CASE("a member that nobody reads is noted where it is like one that somebody reads") {
  const auto strays = [](std::string_view members) {
    const auto manifest = parse_manifest(R"({"manifest":1,"id":"x",)" + std::string(members) + "}");
    REQUIRE(manifest.has_value());
    std::string told;
    for (const auto& stray : manifest->strays) told += stray.pointer + ": " + stray.near + "\n";
    return told;
  };
  CHECK(strays(R"("enviroment":["X"])") == "/enviroment: env\n");
  CHECK(strays(R"("Label":"X")") == "/Label: label\n");
  CHECK(strays(R"("doc_url":"https://x.example")") == "/doc_url: docs_url\n");
  CHECK(strays(R"("api":{"hedaers":{"a":"b"}})") == "/api/hedaers: methods/NAME/headers\n");
  CHECK(strays(R"("headers":{"a":"b"})") == "/headers: api/methods/NAME/headers\n");
  CHECK(strays(R"("api":{"methods":{"oauth":{"hedaers":{}}}})") ==
        "/api/methods/oauth/hedaers: headers\n");
  CHECK(strays(R"("methods":{"oauth":{"libary":"x.so","optoins":{"a_url":"b"}}})") ==
        "/methods/oauth/libary: library\n/methods/oauth/optoins: options\n");
  CHECK(strays(R"("methods":{"oauth":{"questions":[{"name":"a","requierd":true}]}})") ==
        "/methods/oauth/questions/0/requierd: required\n");
  // What a later version may have, a note to oneself, and what a kind of its own may hold.
  CHECK(strays(R"("$schema":"x","icon":"y","env_file":"z","comment":"note")").empty());
  CHECK(strays(R"("methods":{"saml":{"kind":"saml","libary":7}})").empty());
  CHECK(strays(R"("label":"X","env":[],"enabled":true,"api":{},"methods":{})").empty());
}

TEST_CASE("a misspelt member is a warning that says what was meant, and costs nothing") {
  const DirectoryTree tree;
  const auto file = tree.user("x.json", R"({"manifest":1,"id":"x","enviroment":["X_KEY"]})");
  const auto directory = tree.discover();
  REQUIRE(directory.warnings().size() == 1);
  const auto& warning = directory.warnings().front();
  CHECK(warning.why.message ==
        "the member /enviroment in " + file.native() + " is passed over: nobody reads it");
  CHECK(warning.why.hint == "did you mean \"env\"?");
  CHECK(warning.fate == pindus::FileFate::counts);
  CHECK_FALSE(provider(directory, "x").refused.has_value());
}

TEST_CASE("a broken file is told with its name and costs nothing but itself") {
  const DirectoryTree tree;
  tree.vendor("good.json", R"({"manifest":1,"id":"good"})");
  tree.vendor("broken.json", "{\"manifest\":1,");
  tree.vendor("saml.json", R"({"manifest":1,"id":"saml","methods":{"saml":{"kind":"saml"}}})");
  std::filesystem::create_symlink("nowhere.json", tree.options.manifests / "link.json");
  std::filesystem::create_directory(tree.options.manifests / "folder.json");
  const auto directory = tree.discover();
  CHECK(directory.find_provider("good") != nullptr);
  CHECK(directory.find_provider("saml")->methods.empty());
  CHECK(directory.providers().size() == 2);
  CHECK_THAT(told_by(directory),
             Contains("/broken.json is not used: ") && Contains("the method \"saml\" in ") &&
                 Contains("/link.json is not used: No such file") &&
                 Contains("/folder.json is not used: it is not a regular file"));
  for (const auto& warning : directory.warnings()) CHECK_FALSE(warning.why.hint.empty());
}
