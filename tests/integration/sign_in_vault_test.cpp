// What keeps a sign-in out of the vault is said before anybody is asked: a code is good once.
#include <catch2/catch.hpp>
#include <string>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::code_manifest;
using pindus::test::device_manifest;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;

namespace {

// What stands in front of a sign-in, as a script that ends with "$@".
struct Obstacle {
  const char* script;
  const char* said;
};

constexpr const char* read_only = R"(
  mount --bind "$PROFILE" "$PROFILE"
  mount -o remount,bind,ro "$PROFILE"
  "$@")";
constexpr const char* mount_point = R"(
  cp "$PROFILE/auth.json" "$HOME.json"
  mount --bind "$HOME.json" "$PROFILE/auth.json"
  "$@")";
constexpr const char* immutable = R"(
  chattr +i "$PROFILE/auth.json" || exit 77
  trap 'chattr -i "$PROFILE/auth.json"' EXIT
  "$@")";
constexpr const char* full = R"(
  cp -a "$PROFILE" "$HOME.copy"
  mount -t tmpfs -o size=128k none "$PROFILE"
  cp -a "$HOME.copy/." "$PROFILE"
  dd if=/dev/zero of="$PROFILE/filler" 2>/dev/null || true
  "$@")";

// Nobody was asked for anything, not even a server.
void check_unasked(const ProcessResult& result, const OAuthPeer& peer) {
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Credential store error: "));
  CHECK(result.elapsed < std::chrono::seconds(10));
  CHECK_THAT(result.err, !Contains(peer.issuer()) && !Contains("Sign in at") &&
                             !Contains("Paste") && !Contains("?"));
  CHECK(peer.events().as_array()->empty());
}

}  // namespace

TEST_CASE("a vault that can't be replaced is said before a sign-in asks anybody") {
  const auto obstacle = GENERATE(values<Obstacle>({{read_only, "read-only"},
                                                   {mount_point, "mount point"},
                                                   {immutable, "immutable"},
                                                   {full, "space"}}));
  const std::string command =
      GENERATE(as<std::string>(), "signin acme", "signin gadget", "signin", "signin groq");
  CAPTURE(obstacle.said, command);
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  profile.install_manifest("gadget", device_manifest("gadget", peer.issuer()));
  profile.write_vault(R"({"other": {"default": {"apiKey": "0123456789abcdef01234"}}})");
  const auto result = profile.run_with_mounts("set -- \"$PINDUS\" " + command + obstacle.script);
  if (result.exit_code == 77) pindus::test::skip("this file system has no immutable files");
  check_unasked(result, peer);
  CHECK_THAT(result.err, Contains(obstacle.said));
}

TEST_CASE(
    "what another program keeps in an account's place is said before a sign-in asks anybody") {
  const std::string vault =
      GENERATE(as<std::string>(), R"({"acme": 5})", R"({"acme": []})", R"({"ACME": "a key"})",
               R"({"acme": {"default": []}})", R"({"acme": {"default": "a key", "work": {}}})");
  const bool replace = GENERATE(false, true);
  CAPTURE(vault, replace);
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.write_vault(vault);
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  std::vector<std::string> command = {"signin", "acme"};
  if (replace) command.emplace_back("--replace");
  check_unasked(profile.run(command), peer);
  CHECK(profile.vault_text() == vault);
}

TEST_CASE("an account that is there already is said before a sign-in asks anybody") {
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", code_manifest("acme", peer.issuer(), peer.token_url()));
  profile.store_token("acme", "an-access-token", "a-refresh-token", 3600);
  const auto result = profile.run({"signin", "acme"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Account already exists") && !Contains(peer.issuer()));
  CHECK(peer.events().as_array()->empty());
}
