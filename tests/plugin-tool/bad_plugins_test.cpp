// Each plugin of tests/bad-plugins breaks one rule: check says which, and pindus survives it.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "core/base/json.hpp"
#include "tests/integration/pindus_profile.hpp"
#include "tests/plugin-tool/plugin_folder.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::PindusProfile;
using pindus::test::PluginFolder;
using pindus::test::ProcessResult;

namespace {

struct Finding {
  std::string status, rule, message;
};

// What `plugin check --json` says of one test of a plugin.
Finding finding(const std::string& report, const std::string& test) {
  const auto lines = Json::parse(report);
  REQUIRE(lines);
  for (const Json& line : *lines->as_array()) {
    if (*line.find("test")->as_string() != test) continue;
    return {*line.find("status")->as_string(), *line.find("rule")->as_string(),
            *line.find("message")->as_string()};
  }
  FAIL("no test " << test << " in " << report);
  return {};
}

ProcessResult sign_in(const PindusProfile& profile, const PluginFolder& folder,
                      const std::string& name) {
  return profile.run({"signin", name, "--oauth", "--plugin-path", folder.path()});
}

constexpr int killed_by = 128;

}  // namespace

TEST_CASE("plugin check names the rule that a plugin breaks") {
  struct Case {
    std::string plugin, test, rule, message;
  };
  const auto wrong =
      GENERATE(Case{"no-entry", "exports", "P1", "doesn't export pindus_plugin_entry_1"},
               Case{"wrong-major", "load", "P1", "built for ABI 2"},
               Case{"declines", "load", "P2", "declines to work"},
               Case{"two-answers", "load", "P2", "another descriptor"},
               Case{"other-id", "load", "P3", "somebody-else"},
               Case{"short-descriptor", "load", "P4", "79 bytes"},
               Case{"minor-too-high", "load", "P4", "needs ABI 1.1"},
               Case{"null-slot", "load", "P4", "without a function"},
               Case{"keeps-pointer", "texts", "P5", "after the callback"},
               Case{"crashes", "script", "P6", "signal 11"},
               Case{"throws", "dead session", "P6", "sign_in let an exception out"},
               Case{"throws-noexcept", "script", "P6", "signal 6"},
               Case{"unknown-code", "dead session", "P6", "4711"},
               Case{"wrong-thread", "threads", "P7", "another thread"},
               Case{"freed-handle", "handles", "P8", "freed"},
               Case{"prints", "script", "P9", "a plugin was here"},
               Case{"exits", "script", "P9", "exit status"},
               Case{"leaks-thread", "process", "P9", "thread of its own"},
               Case{"logs-secret", "secrets", "P10", "a secret stands"},
               Case{"ignores-cancel", "interrupt in a sleep", "P11", "PINDUS_CANCELLED"},
               Case{"commits-then-fails", "commit", "P12", "after its commit"},
               Case{"no-commit", "script", "P12", "gave no credential"},
               Case{"executable-stack", "stack", "P15", "asks for an executable stack"},
               Case{"missing-library", "versions", "",
                    "needs libpindus-not-installed.so.1, which isn't installed"},
               Case{"missing-version", "versions", "",
                    "needs GLIBC_9.99, which this system's libm.so.6 hasn't"},
               Case{"missing-symbol", "load", "", "needs the symbol pindus_test_no_such_function"});
  CAPTURE(wrong.plugin);
  const PindusProfile profile;
  const PluginFolder folder(wrong.plugin);
  const auto result = profile.run({"plugin", "check", "--json", folder.manifest()});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 1);
  const Finding found = finding(result.out, wrong.test);
  CHECK(found.status != "success");
  CHECK(found.rule == wrong.rule);
  CHECK_THAT(found.message, Contains(wrong.message));
  CHECK_THAT(found.message, !Contains("correct horse"));
}

TEST_CASE("plugin check passes the plugin that the others are measured by") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  const auto result = profile.run({"plugin", "check", folder.manifest()});
  INFO(result.out);
  CHECK(result.exit_code == 0);
  CHECK(sign_in(profile, folder, "right").exit_code == 0);
  CHECK(profile.stored("/right/default/access") == "made-up-token");
}

TEST_CASE("every bad plugin stands in the tests") {
  // 26 break a rule, and one keeps them all.
  std::ptrdiff_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PINDUS_BAD_PLUGINS)) {
    count += entry.path().extension() == ".so" ? 1 : 0;
  }
  CHECK(count == 27);
}

TEST_CASE("pindus survives a bad plugin, stores nothing, and says which one it was") {
  const auto name = GENERATE(
      as<std::string>(), "no-entry", "wrong-major", "declines", "two-answers", "other-id",
      "short-descriptor", "minor-too-high", "null-slot", "keeps-pointer", "throws", "unknown-code",
      "wrong-thread", "freed-handle", "exits", "commits-then-fails", "no-commit",
      "executable-stack", "missing-library", "missing-version", "missing-symbol");
  CAPTURE(name);
  const PindusProfile profile;
  const PluginFolder folder(name);
  const auto result = sign_in(profile, folder, name);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(name + ".so"));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("a plugin that ends its process leaves the vault as it was") {
  const auto name = GENERATE(as<std::string>(), "crashes", "throws-noexcept");
  CAPTURE(name);
  const PindusProfile profile;
  const std::string before = R"({ "groq": { "default": { "kind": "apiKey", "key": "k" } } })";
  profile.write_vault(before);
  const PluginFolder folder(name);
  const auto result = sign_in(profile, folder, name);
  INFO(result.err);
  CHECK(result.exit_code != 0);
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(result.exit_code == killed_by + (name == "crashes" ? SIGSEGV : SIGABRT));
#endif
  CHECK(profile.vault_text() == before);
}

TEST_CASE("what a plugin does beside its work doesn't keep pindus from storing the credential") {
  const auto name = GENERATE(as<std::string>(), "leaks-thread", "prints");
  CAPTURE(name);
  const PindusProfile profile;
  const PluginFolder folder(name);
  const auto result = sign_in(profile, folder, name);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(profile.stored("/" + name + "/default/access") == "made-up-token");
}

TEST_CASE("a plugin that works on after an interrupt stores nothing") {
  const PindusProfile profile;
  const PluginFolder folder("ignores-cancel");
  auto process = profile.start({"signin", "ignores-cancel", "--plugin-path", folder.path()});
  process.wait_for("Working");  // it goes on for 300 ms, and commits
  process.signal(SIGINT);
  const auto result = process.wait();
  INFO(result.err);
  CHECK(result.exit_code == killed_by + SIGINT);
  CHECK_FALSE(profile.has_vault());
}
