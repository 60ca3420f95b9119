#include <catch2/catch.hpp>

#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::AuthKind;
using pindus::Method;

TEST_CASE("a provider has methods by any name, those of a kind in the manifest's order") {
  const DirectoryTree tree;
  tree.vendor("lab.json", R"({"manifest":1,"id":"lab","methods":{
      "personal-token":{"kind":"api-key","label":"personal token","library":"api-key.so"},
      "device":{"kind":"oauth","label":"device code","library":"device.so"},
      "browser":{"kind":"oauth","label":"in the browser","library":"pkce.so"},
      "oddity":{"library":"pkce.so"},
      "later":{"kind":"passkey","library":7}}})");
  for (const char* library : {"api-key.so", "device.so", "pkce.so"}) tree.vendor_library(library);
  const auto directory = tree.discover();
  const auto& lab = provider(directory, "lab");
  std::string names;
  for (const Method& method : lab.methods) names += method.name + " ";
  CHECK(names == "device browser oddity personal-token ");
  CHECK(lab.methods[0].label == "device code");
  CHECK(lab.methods[2].unavailable.message == "the oddity method of lab is of no kind");
  CHECK_THAT(lab.methods[2].unavailable.hint, Contains("\"kind\"") && Contains("/lab.json"));
  CHECK_THAT(told_by(directory), Contains("\"later\"") && Contains("doesn't know its kind"));

  CHECK(lab.noted_name(lab.methods[0]).empty());
  CHECK(lab.noted_name(lab.methods[1]) == "browser");
  CHECK(lab.noted_method(AuthKind::oauth, "") == &lab.methods[0]);
  CHECK(lab.noted_method(AuthKind::oauth, "browser") == &lab.methods[1]);
  CHECK(lab.noted_method(AuthKind::api_key, "browser") == nullptr);
  CHECK(lab.asked_method("browser") == &lab.methods[1]);
  CHECK(lab.asked_method("oauth") == &lab.methods[0]);
  CHECK(lab.asked_method("api-key") == &lab.methods[3]);
  CHECK(lab.asked_method("passkey") == nullptr);
  CHECK(list_login_providers(directory).size() == 3);

  std::filesystem::remove(tree.options.libraries / "device.so");
  const auto without = tree.discover();
  CHECK(provider(without, "lab").asked_method("oauth")->name == "browser");
}

TEST_CASE("questions are read, and a name in braces that nothing asks for is told") {
  const DirectoryTree tree;
  tree.vendor_library("device.so");
  const auto with = [&](std::string_view questions) {
    tree.vendor("x.json", R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"device.so",
        "options":{"token_url":"https://{host}/{tenant}/token","notice":"{braces}"},"questions":)" +
                              std::string(questions) + "}}}");
    return method(tree.discover(), "x", AuthKind::oauth);
  };
  const Method whole = with(R"([{"name":"host","ask":"Host?","default":"a.example","kind":"host"},
                                {"name":"tenant"},
                                {"name":"note","required":false}])");
  CHECK(whole.available());
  REQUIRE(whole.questions.size() == 3);
  CHECK(whole.questions[0].ask == "Host?");
  CHECK(whole.questions[0].default_answer == "a.example");
  CHECK(whole.questions[0].kind == pindus::Question::Kind::host);
  CHECK(whole.questions[1].ask == "tenant");
  CHECK(whole.questions[1].kind == pindus::Question::Kind::text);
  CHECK(whole.questions[1].required);
  CHECK_FALSE(whole.questions[2].required);
  CHECK_THAT(with(R"([{"name":"host"}])").unavailable.message, Contains("token_url"));
}
