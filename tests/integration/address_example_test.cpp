// Signing in at the example server of the Model Context Protocol's SDK, as it is published.
#include <catch2/catch.hpp>

#include "tests/integration/sign_in.hpp"

using Catch::Contains;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;

TEST_CASE(
    "A13: the example server of the protocol's SDK lets its own client call a tool with our "
    "token") {
  const std::string heeds_resource = GENERATE("1", "0");
  const OAuthPeer peer("mcp-example-server.mjs", {"--strict", heeds_resource});
  const PindusProfile profile;
  const std::string address = peer.said("one");
  auto process = profile.start({"signin", address, "--oauth"});
  const std::string begin = peer.issuer() + "/authorize?";
  const std::string url = begin + process.wait_for(begin);
  CHECK_THAT(url, Contains("&resource=http%3A%2F%2Flocalhost"));
  // Nobody is asked for consent there.
  const auto consent =
      pindus::test::run_process({"curl", "-s", "-o", "/dev/null", "-w", "%{redirect_url}", url},
                                pindus::test::plain_environment());
  process.write_input(consent.out + "\n");
  const auto result = process.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const std::string peers = PINDUS_TEST_BUILD "/peers/";
  const auto called = pindus::test::run_process(
      {peers + "node-22", peers + "mcp-example-server.mjs", "call", address, profile.key(address)},
      pindus::test::plain_environment());
  INFO(called.err);
  CHECK(called.out == "Hello, pindus!\n");
  // Its tokens can't be refreshed, and it revokes nothing.
  CHECK_THAT(profile.run({"signout", address}).out, Contains("ends by itself"));
}
