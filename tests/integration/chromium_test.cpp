// One sign-in of each kind by the browser that people use, headless.
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"

using pindus::test::find_program;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;
using pindus::test::sign_in_by_code;
using pindus::test::sign_in_by_device;

namespace {

std::vector<std::string> with_chromium() {
  const auto chromium = find_program("chromium");
  if (!chromium) pindus::test::skip("chromium is not installed");
  return {"--engine", "chromium", "--chromium", *chromium};
}

}  // namespace

TEST_CASE("Chromium's address bar signs in") {
  const auto options = with_chromium();
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme",
                           pindus::test::code_manifest("acme", peer.issuer(), peer.token_url()));
  const auto result = sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
    return peer.approve_code(url, options);
  });
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("the code#state of a page in Chromium signs in") {
  auto options = with_chromium();
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", R"({ "manifest": 1, "id": "acme", "label": "Acme",
    "methods": { "oauth": { "library": "pkce.so", "abi": "1.0", "options": {
      "client_id": "web-paste", "authorize_url": ")" +
                                       peer.issuer() + R"(/auth",
      "token_url": ")" + peer.token_url() +
                                       R"(", "scope": "openid",
      "redirect_uri": ")" + peer.issuer() +
                                       R"(/__test/paste" } } } })");
  options.insert(options.end(), {"--read-page", "#code"});
  const auto result = sign_in_by_code(profile, "acme", peer.issuer(), [&](const auto& url) {
    return peer.approve_code(url, options);
  });
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("a device is approved in Chromium") {
  const auto options = with_chromium();
  const OAuthPeer peer;
  const PindusProfile profile;
  profile.install_manifest("acme", pindus::test::device_manifest("acme", peer.issuer()));
  const auto result = sign_in_by_device(profile, "acme", [&](const std::string& code) {
    CHECK(peer.approve_device(peer.issuer() + "/device", code, options) == "approved");
  });
  INFO(result.err);
  CHECK(result.exit_code == 0);
}
