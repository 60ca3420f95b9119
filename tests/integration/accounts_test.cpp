// Which account is used, and how a person says so.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/token_endpoint.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;

namespace {

struct TwoAccounts : PindusProfile {
  TwoAccounts() {
    write_vault(R"({
  "openai": {
    "default": { "kind": "apiKey", "key": "key-of-the-default-account", "isDefault": true, "x": [1 ,2] },
    "work": { "kind": "apiKey", "key": "key-of-the-work-account-01", "isDefault": false }
  },
  "other": { "keeps": "this" }
}
)");
    fs::create_directories(path() / "project/below");
  }

  [[nodiscard]] ProcessResult in(const std::string& folder, const std::string& arguments) const {
    return run_process({"/bin/sh", "-c", "cd \"$1\" && exec \"$2\" " + arguments, "sh",
                        (path() / folder).string(), program().string()},
                       environment);
  }
};

}  // namespace

TEST_CASE("auth use gives a folder and those below it an account, and nothing is written there") {
  const TwoAccounts profile;
  const ProcessResult used = profile.in("project", "auth use openai work");
  CHECK(used.exit_code == 0);
  CHECK_THAT(used.out, Contains("and below, openai is used as work."));
  CHECK(profile.in("project/below", "auth key openai").out == "key-of-the-work-account-01\n");
  CHECK(profile.in(".", "auth key openai").out == "key-of-the-default-account\n");
  CHECK(profile.in("project/below", "auth key openai --account default").out ==
        "key-of-the-default-account\n");
  CHECK(profile.in("project", "auth exec openai -- sh -c 'echo $OPENAI_API_KEY'").out ==
        "key-of-the-work-account-01\n");
  CHECK(profile.in("project", "auth use").out.contains("project: openai as work, which counts"));
  CHECK(std::distance(fs::directory_iterator(profile.path() / "project"), {}) == 1);

  CHECK(profile.in(".", "auth use openai --remove --dir project").exit_code == 0);
  CHECK(profile.in("project", "auth key openai").out == "key-of-the-default-account\n");
  const ProcessResult none = profile.in("project", "auth use openai --remove");
  CHECK(none.exit_code == 1);
  CHECK_THAT(none.err, Contains("has no rule for openai"));
}

TEST_CASE("auth use takes a folder in any spelling, and refuses what isn't one or isn't stored") {
  const TwoAccounts profile;
  fs::create_directory_symlink(profile.path() / "project", profile.path() / "link");
  CHECK(profile.in(".", "auth use OpenAI work --dir ./link/../link").exit_code == 0);
  CHECK(profile.in("project", "auth key openai").out == "key-of-the-work-account-01\n");
  CHECK(profile.in(".", "auth use openai work --dir nowhere").exit_code == 1);
  CHECK_THAT(profile.in(".", "auth use openai gone").err,
             Contains("openai has no account named \"gone\""));
  CHECK(profile.in(".", "auth use openai").exit_code == 2);
  CHECK(profile.in(".", "auth use openai work --remove").exit_code == 2);
}

TEST_CASE("auth switch changes the default account and nothing else") {
  const TwoAccounts profile;
  const std::string before = profile.vault_text();
  CHECK(profile.in(".", "auth switch openai work").exit_code == 0);
  CHECK(profile.in(".", "auth key openai").out == "key-of-the-work-account-01\n");
  std::string expected = before;
  expected.replace(expected.find("\"isDefault\": true"), 17, "\"isDefault\": false");
  expected.replace(expected.rfind("\"isDefault\": false"), 18, "\"isDefault\": true");
  CHECK(profile.vault_text() == expected);
  CHECK(profile.in(".", "auth switch openai default").exit_code == 0);
  CHECK(profile.vault_text() == before);
  CHECK(profile.in(".", "auth switch openai gone").exit_code == 1);
  CHECK(profile.in("project", "auth use openai default").exit_code == 0);
  CHECK_THAT(profile.in("project", "auth switch openai work").err,
             Contains("the rule for") && Contains("says default"));
}

TEST_CASE("auth rename gives an account another name, in the rules too, and nothing else changes") {
  const TwoAccounts profile;
  const std::string before = profile.vault_text();
  CHECK(profile.in("project", "auth use openai work").exit_code == 0);
  const ProcessResult renamed = profile.in(".", "auth rename openai work corp");
  CHECK(renamed.exit_code == 0);
  CHECK_THAT(renamed.out, Contains("is called corp now, in 1 rule too"));
  std::string expected = before;
  expected.replace(expected.find("\"work\""), 6, "\"corp\"");
  CHECK(profile.vault_text() == expected);
  CHECK(profile.in("project", "auth key openai").out == "key-of-the-work-account-01\n");
  CHECK(profile.in(".", "auth key openai --account work").exit_code == 1);

  const ProcessResult taken = profile.in(".", "auth rename openai corp default");
  CHECK(taken.exit_code == 1);
  CHECK_THAT(taken.err, Contains("already has an account named default"));
  CHECK_THAT(profile.in(".", "auth rename openai corp 'a b'").err,
             Contains("Invalid account name"));
  CHECK(profile.in(".", "auth rename openai gone x").exit_code == 1);
}

TEST_CASE("a record of an older program can be renamed") {
  const PindusProfile profile;
  profile.write_vault(R"({"openai": {"accessToken": "token-0123456789012345"}})");
  CHECK(profile.run({"auth", "rename", "openai", "default", "old"}).exit_code == 0);
  CHECK(profile.run({"auth", "key", "openai", "--account", "old"}).out ==
        "token-0123456789012345\n");
}
