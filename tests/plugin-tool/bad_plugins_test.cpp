// Each plugin of tests/bad-plugins breaks one rule: check says which, and pindus survives it.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "core/base/json.hpp"
#include "tests/integration/pindus_profile.hpp"
#include "tests/plugin-tool/plugin_folder.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::finding;
using pindus::test::Finding;
using pindus::test::PindusProfile;
using pindus::test::PluginFolder;
using pindus::test::ProcessResult;

namespace {

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
  const auto wrong = GENERATE(
      Case{"no-entry", "exports", "P1", "doesn't export pindus_plugin_entry_1"},
      Case{"wrong-major", "load", "P1", "built for ABI 2"},
      Case{"declines", "load", "P2", "declines to work"},
      Case{"two-answers", "load", "P2", "another descriptor"},
      Case{"other-id", "load", "P3", "somebody-else"},
      Case{"short-descriptor", "load", "P4", "95 bytes"},
      Case{"minor-too-high", "load", "P4", "needs ABI 1.1"},
      Case{"null-slot", "load", "P4", "without a function"},
      Case{"reserved-set", "refused calls", "P4",
           "show_device_code(a structure of 64 bytes): code has other than zero in what is"},
      Case{"trailing-bytes", "refused calls", "P4",
           "request has other than zero where this pindus knows no member"},
      Case{"unknown-kind", "refused calls", "P4",
           "digest(77, 3 bytes, a pointer): the number is none"},
      Case{"keeps-pointer", "texts", "P5", "after the callback"},
      Case{"crashes", "script", "P6", "signal 11"},
      Case{"throws", "dead session", "P6", "sign_in let an exception out"},
      Case{"throws-creating", "dead session", "P6", "create let an exception out"},
      Case{"throws-noexcept", "script", "P6", "signal 6"},
      Case{"throws-reading", "script", "P6", "a callback let an exception out"},
      Case{"throws-refreshing", "dead session", "P6", "refresh let an exception out"},
      Case{"unknown-code", "script", "P6", "unknown code 4711"},
      Case{"unknown-code", "dead session", "P6", "4711"},
      Case{"wrong-thread", "threads", "P7", "another thread"},
      Case{"freed-handle", "handles", "P8", "freed"},
      Case{"zero-handle", "handles", "P8", "freed or never given"},
      Case{"uses-unfilled", "failing random", "P8", "that it hadn't got"},
      Case{"fills-on-failure", "dead session", "P8", "filled in an instance"},
      Case{"prints", "script", "P9", "a plugin was here"},
      Case{"exits", "script", "P9", "exit status"},
      Case{"exits-at-once", "script", "P9", "exit status 0"},
      Case{"exits-from-thread", "script", "P9", "exit status 0"},
      Case{"exits-quickly", "script", "P9", "exit status"},
      Case{"exits-loading", "load", "P9", "exit status"},
      Case{"prints-unflushed", "script", "P9", "a plugin was here"},
      Case{"leaks-first-thread", "process", "P9", "left a thread running"},
      Case{"leaks-thread", "process", "P9", "thread of its own"},
      Case{"logs-secret", "secrets", "P10", "a secret stands"},
      Case{"says-secret", "secrets", "P10", "a secret stands"},
      Case{"says-encoded", "secrets", "P10", "a secret stands"},
      Case{"says-marked", "secrets", "P10", "a secret stands"},
      Case{"publishes-secret", "record's secrets", "P10", "member \"roleName\""},
      Case{"ignores-cancel", "interrupt in a sleep", "P11", "PINDUS_CANCELLED"},
      Case{"commits-then-fails", "commit", "P12", "after its commit"},
      Case{"no-commit", "script", "P12", "gave no credential"},
      Case{"executable-stack", "stack", "P15", "asks for an executable stack"},
      Case{"misspells-option", "options it reads", "P16", "reads the option \"token_ulr\""},
      Case{"mute-option", "options", "P16", "says nothing of the option \"token_url\""},
      Case{"silent-without-token", "refresh without", "P17",
           "without \"refresh\" it says OK and commits nothing"},
      Case{"retries-without-token", "refresh without", "P17", "ends with not_found"},
      Case{"mute-without-token", "refresh without", "P17", "rejected and says nothing"},
      Case{"no-refresh", "refresh without", "P17", "has no refresh"},
      Case{"moment-as-lifetime", "times", "P18", "a moment for a lifetime: 1790000000 s"},
      Case{"milliseconds-as-lifetime", "times", "P18",
           "credential_lifetime was refused 1790000000000"},
      Case{"lifetime-as-moment", "times", "P18", "a lifetime for a moment: 3600000 ms"},
      Case{"seconds-as-moment", "times", "P18", "seconds: 1790000000"},
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
  std::ptrdiff_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PINDUS_BAD_PLUGINS)) {
    count += entry.path().extension() == ".so" ? 1 : 0;
  }
  CHECK(count == 56);
}

TEST_CASE("pindus survives a bad plugin, stores nothing, and says which one it was") {
  const auto name =
      GENERATE(as<std::string>(), "no-entry", "wrong-major", "declines", "two-answers", "other-id",
               "short-descriptor", "minor-too-high", "null-slot", "keeps-pointer", "throws",
               "throws-creating", "unknown-code", "wrong-thread", "freed-handle", "exits",
               "exits-quickly", "exits-loading", "exits-at-once", "commits-then-fails", "no-commit",
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
  const auto name = GENERATE(as<std::string>(), "leaks-first-thread", "leaks-thread", "prints",
                             "prints-unflushed");
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

TEST_CASE("what a plugin prints never stands in a key") {
  const auto name = GENERATE(as<std::string>(), "prints", "prints-unflushed");
  CAPTURE(name);
  const PindusProfile profile;
  const PluginFolder folder(name);
  profile.store_token(name, "an-old-token", "a-refresh-token", -10);
  const auto result = profile.run({"auth", "key", name, "--plugin-path", folder.path()});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out == "made-up-token\n");
  CHECK_THAT(result.err, Contains("a plugin was here"));
}

TEST_CASE("a plugin that ends pindus never leaves exit code 0 and an empty key") {
  const auto name = GENERATE(as<std::string>(), "exits", "exits-at-once", "exits-quickly",
                             "exits-from-thread", "exits-loading", "crashes", "throws-noexcept");
  CAPTURE(name);
  const PindusProfile profile;
  const PluginFolder folder(name);
  profile.store_token(name, "an-old-token", "a-refresh-token", -10);
  const auto result = profile.run({"auth", "key", name, "--plugin-path", folder.path()});
  INFO(result.err);
  CHECK(result.exit_code != 0);
  CHECK(result.out.empty());
  if (name.starts_with("exits")) CHECK_THAT(result.err, Contains("ended the program"));
}

TEST_CASE("a secret that a plugin says is masked on its way to the person") {
  PindusProfile profile;
  profile.environment["PINDUS_LOG"] = "1";
  const PluginFolder folder("says-secret");
  const auto result = sign_in(profile, folder, "says-secret");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("the token is ***"));
  CHECK_THAT(result.out + result.err, !Contains("made-up-token"));
  CHECK(profile.stored("/says-secret/default/access") == "made-up-token");
}
