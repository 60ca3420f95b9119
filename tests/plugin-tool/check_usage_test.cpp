#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "core/base/json.hpp"
#include "tests/integration/pindus_profile.hpp"
#include "tests/plugin-tool/plugin_folder.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::PindusProfile;
using pindus::test::PluginFolder;
using pindus::test::write_file;

TEST_CASE("plugin check says in one sentence why a file can't be checked") {
  struct Case {
    std::string name, content, message;
  };
  const auto wrong =
      GENERATE(Case{"acme.json", std::string("\x7f\0\1", 3), "line 1"},
               Case{"acme.json", R"({ "id": "acme" })", "manifest"},
               Case{"acme.script.json", "{}", "name the manifest beside it"},
               Case{"acme.txt", "hello", "neither a manifest (.json) nor a library (.so)"},
               Case{"folder.json/x", "", "name the manifest or the library itself"},
               Case{"acme.so", "", "is no shared object"});
  const PindusProfile profile;
  write_file(profile.path() / wrong.name, wrong.content);
  std::filesystem::path file = profile.path() / wrong.name;
  if (wrong.name == "folder.json/x") file = file.parent_path();
  const auto result = profile.run({"plugin", "check", file});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains(wrong.message));
  CHECK_THAT(result.out, !Contains("crashed"));
}

TEST_CASE("plugin check reports each of several files, and fails where one does") {
  const PindusProfile profile;
  const PluginFolder right("right");
  const PluginFolder other("other-id");
  const auto both = profile.run({"plugin", "check", right.manifest(), other.library()});
  INFO(both.out);
  CHECK(both.exit_code == 1);
  CHECK_THAT(both.out, Contains(right.manifest().string()));
  CHECK_THAT(both.out, Contains(other.library().string()));
  const auto missing = profile.run({"plugin", "check", right.library(), "/nonexistent/acme.json"});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.out, Contains("/nonexistent/acme.json isn't there"));
  CHECK(profile.run({"plugin", "check", right.library()}).exit_code == 0);
}

TEST_CASE("plugin check says once, and not for each test, that there is no script") {
  const PindusProfile profile;
  const PluginFolder right("right");
  std::filesystem::remove(right.script());
  const auto result = profile.run({"plugin", "check", right.manifest()});
  CHECK(result.exit_code == 0);
  const auto at = result.out.find("no script");
  REQUIRE(at != std::string::npos);
  CHECK(result.out.find("no script", at + 1) == std::string::npos);
  CHECK(std::ranges::count(result.out, '\n') < 25);
}

TEST_CASE("plugin check --static runs nothing of the plugin") {
  const PindusProfile profile;
  const PluginFolder crashing("crashes");
  const auto result = profile.run({"plugin", "check", "--static", "--json", crashing.manifest()});
  INFO(result.out);
  CHECK(result.exit_code == 0);
  const auto lines = Json::parse(result.out);
  REQUIRE(lines);
  CHECK(lines->as_array()->size() == 9);
}

TEST_CASE("plugin check --list says of every test what it tells, and runs none") {
  const PindusProfile profile;
  const auto listed = profile.run({"plugin", "check", "--list", "--json"});
  CHECK(listed.exit_code == 0);
  const auto tests = Json::parse(listed.out);
  REQUIRE(tests);
  std::set<std::string> names;
  for (const Json& test : *tests->as_array()) {
    CAPTURE(*test.find("test")->as_string());
    CHECK(test.find("description")->as_string()->size() > 10);
    CHECK(names.insert(*test.find("test")->as_string()).second);
  }

  // What is run is what is listed.
  const PluginFolder right("right");
  const auto checked = profile.run({"plugin", "check", "--json", right.manifest()});
  const auto lines = Json::parse(checked.out);
  REQUIRE(lines);
  std::set<std::string> run;
  for (const Json& line : *lines->as_array()) run.insert(*line.find("test")->as_string());
  CHECK(run == names);

  const auto text = profile.run({"plugin", "check", "--list"});
  CHECK(static_cast<std::size_t>(std::ranges::count(text.out, '\n')) == names.size());
  CHECK(profile.run({"plugin", "check", "--list", right.manifest()}).exit_code == 2);
}

TEST_CASE("a wrong option of plugin check is told in pindus's own voice") {
  const PindusProfile profile;
  const auto result = profile.run({"plugin", "check", "--nope", "x.json"});
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(result.err == "Usage: plugin check has no option --nope\n  pindus plugin check --help\n");
}

TEST_CASE("plugin check that found something says so in a fault, after its report") {
  const PindusProfile profile;
  const PluginFolder other("other-id");
  const auto result = profile.run({"plugin", "check", other.library()});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("somebody-else"));
  CHECK_THAT(result.err, Contains("Check failed: 1 test found what the contract forbids"));
}

TEST_CASE("a wrong command line of plugin new and plugin check is wrong usage") {
  const PindusProfile profile;
  CHECK(profile.run({"plugin", "check"}).exit_code == 2);
  CHECK(profile.run({"plugin", "check", "--no-such-option", "x.json"}).exit_code == 2);
  CHECK(profile.run({"plugin", "new", "acme"}).exit_code == 2);
  const auto flow = profile.run({"plugin", "new", "acme", "--flow", "kerberos"});
  CHECK(flow.exit_code == 2);
  CHECK_THAT(flow.err, Contains("kerberos"));
  CHECK_THAT(profile.run({"plugin", "new", "--help"}).out, Contains("--flow"));
}
