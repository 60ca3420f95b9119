// What a person hears about where the vault is, from the real program.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/pindus_profile.hpp"

using Catch::Contains;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::read_file;

namespace {

constexpr const char* key = "gsk_0123456789abcdefghijklmnopqrstuvwxyz";

// Signs in with a variable that says where the vault is, in the profile's folder.
ProcessResult sign_in_at(const PindusProfile& profile, const std::string& home) {
  pindus::test::Variables environment = profile.environment;
  environment.erase("INDUSAGI_CODING_AGENT_DIR");
  environment["INDUSAGI_HOME"] = home;
  environment["PINDUS"] = PindusProfile::program();
  environment["FOLDER"] = profile.path();
  return pindus::test::run_process(
      {"sh", "-euc", R"(cd "$FOLDER"; exec "$PINDUS" signin groq --api-key)"}, environment, key);
}

void make_open(const PindusProfile& profile) {
  REQUIRE(profile.run({"signin", "groq", "--api-key"}, key).exit_code == 0);
  REQUIRE(::chmod((profile.path() / "profile/auth.json").c_str(), 0644) == 0);
}

}  // namespace

TEST_CASE("a sign-in says where the vault is where the variable may mean another place") {
  const PindusProfile profile;
  const auto [home, place] = GENERATE(table<std::string, std::string>(
      {{"$HOME/x", "$HOME/x/auth.json"}, {"x", "x/auth.json"}, {"x/y", "x/y/auth.json"}}));
  CAPTURE(home);
  const auto result = sign_in_at(profile, home);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains(", in " + (profile.path() / place).string()));
  CHECK_THAT(read_file(profile.path() / place), Contains(key));
}

TEST_CASE("a sign-in doesn't name a place that was said plainly") {
  const PindusProfile profile;
  for (const std::string& home : {(profile.path() / "x").string(), std::string("~/x")}) {
    const auto result = sign_in_at(profile, home);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.out, !Contains("auth.json"));
  }
}

TEST_CASE("a vault that others may read is mentioned by status and list, and not by auth key") {
  const PindusProfile profile;
  make_open(profile);
  const std::string hint = "chmod 600 " + (profile.path() / "profile/auth.json").string();
  CHECK_THAT(profile.run({"auth", "status"}).err, Contains("mode 644") && Contains(hint));
  CHECK_THAT(profile.run({"signin", "--list"}).err, Contains(hint));
  const auto asked = profile.run({"auth", "key", "groq"});
  CHECK(asked.out == std::string(key) + "\n");
  CHECK(asked.err.empty());
}

TEST_CASE("a sign-in makes a vault private that others could read, and says so once") {
  const PindusProfile profile;
  make_open(profile);
  const auto result =
      profile.run({"signin", "groq", "--api-key", "--account", "work"}, std::string(key) + "2");
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("was open to others (mode 644") && Contains("is private now"));
  CHECK_THAT(result.err, !Contains("chmod"));
  CHECK(profile.run({"auth", "status"}).err.empty());
}
