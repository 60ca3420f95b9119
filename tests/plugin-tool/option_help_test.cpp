// `plugin show` and `plugin check` on what a manifest says to its plugin.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "core/base/json.hpp"
#include "tests/integration/pindus_profile.hpp"
#include "tests/plugin-tool/plugin_folder.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::PindusProfile;
using pindus::test::PluginFolder;
using pindus::test::ProcessResult;
using pindus::test::read_file;

namespace {

// A provider of pkce.so with these options besides those that it needs.
void install(const PindusProfile& profile, const std::string& options,
             const std::string& library = "pkce.so") {
  profile.install_manifest("acme", R"({ "manifest": 1, "id": "acme", "label": "Acme", "methods": {
    "oauth": { "library": ")" + library +
                                       R"(", "abi": "1.0", "options": { )" + options +
                                       R"( "client_id": "c",
      "token_url": "https://acme.example/token" } } } })");
}

// What pindus-manifest(5) says under a heading.
struct Section {
  std::set<std::string> options;  // set as such, without NAME_env
  std::string text;
};

std::map<std::string, Section> manual_sections() {
  std::map<std::string, Section> sections;
  std::istringstream page(read_file(PINDUS_TEST_MANUAL));
  std::string heading;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(".Ss ") || line.starts_with(".Sh ")) heading = line.substr(4);
    Section& section = sections[heading];
    section.text += line + " ";
    const auto mark = line.starts_with(".It Ic ") ? 7U : line.starts_with(".Ic ") ? 4U : 0U;
    if (mark == 0) continue;
    std::istringstream words(line.substr(mark));
    for (std::string word; words >> word;) {
      if (word.ends_with("_env")) word.resize(word.size() - 4);
      const bool is_name = word.size() > 1 && word.front() != '_';  // no punctuation, no ending
      if (is_name) section.options.insert(word);
    }
  }
  return sections;
}

std::set<std::string> names_of(const Json& options) {
  std::set<std::string> names;
  for (const Json& option : *options.as_array()) names.insert(*option.find("name")->as_string());
  return names;
}

ProcessResult check(const PindusProfile& profile) {
  return profile.run({"plugin", "check", profile.path() / "profile/plugins/acme.json"});
}

}  // namespace

TEST_CASE("plugin show explains each option of each method in its plugin's own words") {
  const PindusProfile profile;
  const auto shown = profile.run({"plugin", "show", "anthropic"});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK(shown.err.empty());
  CHECK_THAT(shown.out, Contains("Options of oauth, in the words of pkce.so:") &&
                            Contains("token_url             the token endpoint (RFC 6749"));
  CHECK_THAT(shown.out, Contains("Options of api-key, in the words of api-key.so:") &&
                            Contains("key_prefix            how keys begin"));
  CHECK_THAT(shown.out, Contains("Options of every method:") && Contains("refresh_margin_s"));
  CHECK_THAT(shown.out, !Contains("Warning"));
}

TEST_CASE("every option of every shipped manifest is one that its plugin explains") {
  const PindusProfile profile;
  const auto listed = Json::parse(profile.run({"plugin", "list", "--json"}).out);
  REQUIRE(listed);
  for (const Json& provider : *listed->find("providers")->as_array()) {
    const std::string id = *provider.find("id")->as_string();
    CAPTURE(id);
    const auto shown = Json::parse(profile.run({"plugin", "show", "--json", id}).out);
    REQUIRE(shown);
    for (const Json& method : *shown->find("options")->as_array()) {
      CHECK(method.find("described")->as_boolean() != nullptr);
      CHECK(*method.find("described")->as_boolean());
      CHECK(method.find("unknown")->as_array()->empty());
      CHECK_FALSE(method.find("options")->as_array()->empty());
    }
  }
}

TEST_CASE("a misspelt option is found by plugin show and by plugin check, with what was meant") {
  struct Case {
    std::string written, meant;
  };
  const auto wrong = GENERATE(
      Case{"token_ulr", "token_url"}, Case{"authorise_url", "authorize_url"},
      Case{"clientId", "client_id"}, Case{"client-secret", "client_secret"},
      Case{"client_idenv", "client_id_env"}, Case{"refresh_margin", "refresh_margin_s"},
      Case{"rotate", "rotates"}, Case{"notise", "notice"}, Case{"user-agent", "user_agent"},
      Case{"permanent_error", "permanent_errors"}, Case{"Scope", "scope"});
  CAPTURE(wrong.written);
  const PindusProfile profile;
  install(profile, "\"" + wrong.written + "\": \"x\",");
  const std::string what = "pkce.so knows no option \"" + wrong.written + "\"";
  const std::string meant = "perhaps \"" + wrong.meant + "\" is meant";
  const auto shown = profile.run({"plugin", "show", "acme"});
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, Contains("Warning: " + what + "\n    " + meant));
  const auto checked = check(profile);
  INFO(checked.out);
  CHECK(checked.exit_code == 1);
  CHECK_THAT(checked.out, Contains("P16: " + what + "\n    " + meant));
}

TEST_CASE(
    "a misspelt member of a manifest is told by list, check and every command that reads it") {
  const PindusProfile profile;
  const auto manifest = [](const std::string& members) {
    return R"({ "manifest": 1, "id": "acme", )" + members + R"(, "methods": { "api-key": {
      "library": "api-key.so", "abi": "1.0" } } })";
  };
  profile.install_manifest("acme", manifest(R"("enviroment": ["ACME_KEY"])"));
  const std::string told = "the member /enviroment in " +
                           (profile.path() / "profile/plugins/acme.json").native() +
                           " is passed over: nobody reads it";
  const std::string meant = "did you mean \"env\"?";
  const auto listed = profile.run({"plugin", "list"});
  CHECK_THAT(listed.out, Contains("Warnings:\n  " + told + " (user)\n    " + meant));
  CHECK_THAT(listed.out, !Contains("Passed over:"));
  const auto json = Json::parse(profile.run({"plugin", "list", "--json"}).out);
  REQUIRE(json);
  CHECK(*(*json->at("/warnings/0/hint"))->as_string() == meant);
  const auto key = profile.run({"auth", "key", "acme"});
  CHECK_THAT(key.err, Contains("Warning: " + told + "\n  " + meant));
  const auto checked = check(profile);
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  CHECK_THAT(checked.out, Contains("warning") && Contains(told) && Contains(meant));

  profile.install_manifest("acme", manifest(R"("later_member": ["ACME_KEY"])"));
  CHECK_THAT(profile.run({"plugin", "list"}).out, !Contains("later_member"));
  CHECK_THAT(check(profile).out, !Contains("later_member"));
}

TEST_CASE("an option like no other is a warning, and what every method knows is none") {
  const PindusProfile profile;
  install(profile, R"("favourite_colour": "red",)");
  CHECK_THAT(profile.run({"plugin", "show", "acme"}).out,
             Contains("knows no option \"favourite_colour\"\n    remove it, since"));
  const auto checked = check(profile);
  CHECK(checked.exit_code == 0);
  CHECK_THAT(checked.out, Contains("warning") && Contains("favourite_colour"));

  install(profile, R"("refresh_margin_s": "60", "rotates": "false", "notice": "n",
    "user_agent": "u", "permanent_errors": "invalid_grant", "client_secret_env": "ACME_SECRET",
    "token_url_env": "ACME_TOKEN_URL",)");
  CHECK_THAT(profile.run({"plugin", "show", "acme"}).out, !Contains("Warning"));
  CHECK_THAT(check(profile).out, !Contains("knows no option"));
}

TEST_CASE("plugin show of a library that isn't installed says so, and explains the others") {
  const PindusProfile profile;
  profile.install_manifest("acme", R"({ "manifest": 1, "id": "acme", "label": "Acme", "methods": {
    "api-key": { "library": "api-key.so", "abi": "1.0" },
    "oauth": { "library": "gone.so", "abi": "1.0", "options": { "x": "y" } } } })");
  const auto shown = profile.run({"plugin", "show", "acme"});
  INFO(shown.out);
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, Contains("Options of oauth: not known, since gone.so, the library of the "
                                 "oauth method of acme, is not installed\n  install the package"));
  CHECK_THAT(shown.out, Contains("Options of api-key, in the words of api-key.so:"));
  const auto json = Json::parse(profile.run({"plugin", "show", "--json", "acme"}).out);
  REQUIRE(json);
  CHECK_THAT(*(*json->at("/options/0/reason"))->as_string(), Contains("is not installed"));
}

TEST_CASE("plugin show loads no library that others could have changed") {
  const PindusProfile profile;
  const PluginFolder folder("exits-loading");
  namespace fs = std::filesystem;
  fs::permissions(folder.library(), fs::perms::others_write, fs::perm_options::add);
  const auto shown =
      profile.run({"plugin", "show", "exits-loading", "--plugin-path", folder.path()});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, Contains("Options of oauth: not known, since ") &&
                            Contains("is not used: it is writable by everyone"));
}

TEST_CASE("a plugin that ends the process takes from plugin show only its own words") {
  const PindusProfile profile;
  const PluginFolder folder("exits-loading");
  const auto shown =
      profile.run({"plugin", "show", "exits-loading", "--plugin-path", folder.path()});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code != 0);
  CHECK_THAT(shown.out, Contains("Values, and the file that each is from:"));
  CHECK_THAT(shown.err, Contains("exits-loading.so") && Contains("ended the program"));
}

TEST_CASE("pindus-manifest(5) describes each option that a shipped plugin lists, and no other") {
  const PindusProfile profile;
  auto manual = manual_sections();
  const Section& of_clients = manual["Options of every OAuth client"];
  std::set<std::string> known;
  int libraries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PINDUS_TEST_PLUGINS)) {
    const std::string library = entry.path().filename();
    CAPTURE(library);
    ++libraries;
    install(profile, "", library);
    const auto shown = Json::parse(profile.run({"plugin", "show", "--json", "acme"}).out);
    REQUIRE(shown);
    const auto listed = names_of(**shown->at("/options/0/options"));
    const auto of_all = names_of(*shown->find("options_of_every_method"));
    CHECK(of_all == manual["Options of every method"].options);

    const Section& own = manual["Options of " + library];
    CHECK_FALSE(own.text.empty());
    std::set<std::string> described = own.options;
    if (own.text.contains("every OAuth client")) described.merge(std::set(of_clients.options));
    for (const std::string& name : listed) {
      INFO(name << " of " << library << " is not in the manual");
      CHECK((described.contains(name) || of_all.contains(name)));
    }
    for (const std::string& name : own.options) {
      INFO("the manual has " << name << ", which " << library << " doesn't list");
      CHECK(listed.contains(name));
    }
    known.insert(listed.begin(), listed.end());
  }
  CHECK(libraries >= 4);
  CHECK(std::ranges::includes(known, of_clients.options));
}

TEST_CASE("a plugin that lists no options is shown as one that doesn't say") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  const auto shown = profile.run({"plugin", "show", "right", "--plugin-path", folder.path()});
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, Contains("Options of oauth: right.so doesn't say which it has"));
}
