// Calls to an address through the broker. A number before a name is that of a rule in
// authorization-musts.md.
#include <catch2/catch.hpp>

#include "tests/integration/address.hpp"

using Catch::Contains;
using pindus::test::Address;

TEST_CASE("through the broker a call that needs more scope is answered with the command") {
  Address at("late-scope");
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const std::string script =
      "address=$(env | sed -n 's/^PINDUS_ADDRESS_[A-Z0-9_]*=//p'); "
      "curl -s -X POST -H \"Authorization: Bearer $PINDUS_BROKER_TOKEN\" \"$address\"";
  const auto call = [&] {
    return at.profile.run({"auth", "exec", "--broker", at.one(), "--", "sh", "-c", script});
  };
  const auto refused = call();
  INFO(refused.err);
  CHECK_THAT(refused.out,
             Contains("pindus signin " + at.one() + " --account default --scope mcp:write"));
  REQUIRE(at.sign_in(at.one(), {"--scope", "mcp:write"}).exit_code == 0);
  const auto passed = call();
  INFO(passed.err);
  CHECK_THAT(passed.out, Contains("\"aud\":\"" + at.one() + "\""));
}

TEST_CASE("A14, A15, A16: every call has the token in its header, and none in its address") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  const auto result = at.profile.run(
      {"auth", "exec", "--broker", at.one(), "--", "sh", "-c",
       "address=$(env | sed -n 's/^PINDUS_ADDRESS_[A-Z0-9_]*=//p'); "
       "for query in '' '?a=1' \"?key=$PINDUS_BROKER_TOKEN\"; do "
       "curl -s -o /dev/null -w '%{http_code} ' -X POST "
       "-H \"Authorization: Bearer $PINDUS_BROKER_TOKEN\" \"$address$query\"; done"});
  INFO(result.err);
  CHECK(result.out == "200 200 200 ");
  CHECK(at.peer.counter("/served:~1one") == 3);
  CHECK(at.peer.counter("/token in the address") == 0);
}
