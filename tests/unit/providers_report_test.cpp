#include <catch2/catch.hpp>

#include "core/base/json.hpp"
#include "core/command/plugin_report.hpp"
#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::plugin_list;
using pindus::plugin_show;
using pindus::ReportFormat;

namespace {

// A provider of two files, of which the second moves an endpoint; and a file that is refused.
class MovedEndpoint : public DirectoryTree {
 public:
  MovedEndpoint() {
    base = vendor("x.json", R"({"manifest":1,"id":"x","label":"Ex","methods":{
        "oauth":{"library":"pkce.so","options":{"token_url":"https://old.example/t",
                 "client_secret":"hunter2"}},
        "api-key":{"library":"gone.so"}}})");
    patch = user("x.json", R"({"manifest":1,"id":"x","methods":{"oauth":{"options":
        {"token_url":"https://new.example/t"}}}})");
    broken = user("y.json", "{");
    library = vendor_library("pkce.so");
  }
  std::filesystem::path base, patch, broken, library;
};

std::string text_at(const Json& json, std::string_view pointer) {
  const auto found = json.at(pointer);
  INFO(pointer);
  REQUIRE((found && *found != nullptr));
  const std::string* text = (*found)->as_string();
  return text != nullptr ? *text : (*found)->dump();
}

}  // namespace

TEST_CASE("the list names every library, file, override and refusal") {
  const MovedEndpoint tree;
  const std::string text = plugin_list(tree.discover(), ReportFormat::text);
  CHECK_THAT(text, Contains("x (Ex)\n") && Contains(tree.library.native()) &&
                       Contains("gone.so, the library of the api-key method of x, is not"));
  CHECK_THAT(text, Contains("vendor        " + tree.base.native()) &&
                       Contains("hidden    /methods/oauth/options/token_url"));
  CHECK_THAT(text, Contains("user          " + tree.patch.native()) &&
                       Contains("overrides /methods/oauth/options/token_url"));
  CHECK_THAT(text, Contains(tree.broken.native() + " is not used: "));
  CHECK(text.back() != '\n');
}

TEST_CASE("the list as JSON says the same") {
  const MovedEndpoint tree;
  const auto json = Json::parse(plugin_list(tree.discover(), ReportFormat::json));
  REQUIRE(json.has_value());
  CHECK(text_at(*json, "/providers/0/id") == "x");
  CHECK(text_at(*json, "/providers/0/methods/0/path") == tree.library);
  CHECK(text_at(*json, "/providers/0/methods/0/layer") == "vendor");
  CHECK(text_at(*json, "/providers/0/methods/1/available") == "false");
  CHECK_THAT(text_at(*json, "/providers/0/methods/1/reason"), Contains("gone.so"));
  CHECK(text_at(*json, "/providers/0/files/1/path") == tree.patch);
  CHECK(text_at(*json, "/providers/0/files/1/overrides/0") == "/methods/oauth/options/token_url");
  CHECK(text_at(*json, "/refused/0/path") == tree.broken);
}

TEST_CASE("list and show say which provider is refused, and why") {
  const MovedEndpoint tree;
  const auto file = tree.user("x.moved.json", "{");
  const auto directory = tree.discover();
  const auto& x = *directory.find_provider("x");
  const std::string why = file.native() + " is not used: ";
  for (const std::string& text :
       {plugin_list(directory, ReportFormat::text), plugin_show(x, {}, ReportFormat::text)}) {
    CHECK_THAT(text, Contains("x (Ex), refused\n  no sign-in, refresh or revocation: " + why) &&
                         Contains("\n    correct the file, or remove it\n"));
  }
  const auto list = Json::parse(plugin_list(directory, ReportFormat::json));
  const auto show = Json::parse(plugin_show(x, {}, ReportFormat::json));
  REQUIRE((list && show));
  CHECK_THAT(text_at(*list, "/providers/0/refused/reason"), Contains(why));
  CHECK_THAT(text_at(*show, "/refused/reason"), Contains(why));
  CHECK(text_at(*show, "/refused/hint") == "correct the file, or remove it");
}

TEST_CASE("a provider that isn't refused has nothing said about it") {
  const MovedEndpoint tree;
  const auto directory = tree.discover();
  const auto list = Json::parse(plugin_list(directory, ReportFormat::json));
  REQUIRE(list.has_value());
  CHECK(text_at(*list, "/providers/0/refused") == "null");
  CHECK_THAT(plugin_show(*directory.find_provider("x"), {}, ReportFormat::text),
             !Contains("refused"));
}

TEST_CASE("each value is shown with the file that gave it, but for the client's secret") {
  const MovedEndpoint tree;
  const auto directory = tree.discover();
  const std::string text = plugin_show(*directory.find_provider("x"), {}, ReportFormat::text);
  CHECK_THAT(text, Contains("[2] /methods/oauth/options/token_url = \"https://new.example/t\", "
                            "instead of [1]'s") &&
                       Contains("[1] /label = \"Ex\"") && Contains("[2] user ") &&
                       !Contains("old.example") && !Contains("hunter2"));

  const std::string line = plugin_show(*directory.find_provider("x"), {}, ReportFormat::json);
  CHECK_THAT(line, !Contains("hunter2"));
  const auto json = Json::parse(line);
  REQUIRE(json.has_value());
  CHECK(text_at(*json, "/manifest/methods/oauth/options/token_url") == "https://new.example/t");
  CHECK(text_at(*json, "/values/0/pointer") == "/label");
  CHECK(text_at(*json, "/values/0/file") == tree.base);
}

TEST_CASE("a directory without providers is told in words and as an empty list") {
  const pindus::ProviderDirectory directory(std::vector<pindus::Provider>{});
  CHECK(plugin_list(directory, ReportFormat::text) == "No providers.");
  CHECK(plugin_list(directory, ReportFormat::json) ==
        R"({"providers":[],"refused":[],"warnings":[]})");
}

TEST_CASE("a method's options are told in the plugin's words, with what nobody knows") {
  const MovedEndpoint tree;
  const auto directory = tree.discover();
  const pindus::Method& oauth = directory.find_provider("x")->methods.front();
  pindus::OptionGuide guide;
  guide.described = true;
  guide.options = {{"token_url", "the token endpoint"}};
  guide.unknown = {{"token_ulr", "token_url"}, {"colour", ""}};
  const std::string text = pindus::options_as_text({oauth, guide});
  CHECK_THAT(text,
             Contains("Options of oauth, in the words of pkce.so:\n  token_url             the"));
  CHECK_THAT(text, Contains("Warning: pkce.so knows no option \"token_ulr\"\n    perhaps "
                            "\"token_url\" is meant"));
  CHECK_THAT(text, Contains("knows no option \"colour\"\n    remove it"));
  const std::string missing = pindus::options_as_text(
      {oauth, std::unexpected(pindus::Reason{"pkce.so is not installed", "install it"})});
  CHECK(missing == "Options of oauth: not known, since pkce.so is not installed\n  install it");
  CHECK_THAT(pindus::options_of_every_method_as_text(), Contains("refresh_margin_s"));
}
