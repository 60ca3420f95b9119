// Calls to an address through the broker. A number before a name is that of a rule in
// authorization-musts.md.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/address.hpp"

using Catch::Contains;
using pindus::test::Address;
using pindus::test::read_file;

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
       // One connection for all of them.
       "curl -s -w '%{http_code} ' -X POST -H \"Authorization: Bearer $PINDUS_BROKER_TOKEN\" "
       "-o /dev/null \"$address\" -o /dev/null \"$address?a=1\" "
       "-o /dev/null \"$address?key=$PINDUS_BROKER_TOKEN\""});
  INFO(result.err);
  CHECK(result.out == "200 200 200 ");
  CHECK(at.peer.counter("/served:~1one") == 3);
  CHECK(at.peer.counter("/token in the address") == 0);
}

TEST_CASE("A17: the token goes to its own resource, and to no other path of the same server") {
  Address at;
  REQUIRE(at.sign_in(at.one()).exit_code == 0);
  // A person's own file says how that resource tells of errors.
  at.profile.install_manifest(
      "mine", R"({"manifest":1,"id":")" + at.one() + R"(","api":{"error":{"said":"{rule}"}}})");
  const auto result = at.profile.run(
      {"auth", "exec", "--broker", at.one(), "--", "sh", "-c",
       "address=$(env | sed -n 's/^PINDUS_ADDRESS_[A-Z0-9_]*=//p'); "
       "curl -s -X POST -H \"Authorization: Bearer $PINDUS_BROKER_TOKEN\" \"${address%one}two\""});
  INFO(result.err);
  CHECK(at.peer.counter("/rs:POST ~1two") == 0);
  // It is refused as that provider refuses, and logged under its id.
  CHECK(result.out == R"({"said":"not-allowed"})");
  std::string log;
  for (const auto& file : std::filesystem::recursive_directory_iterator(at.profile.path())) {
    if (file.path().extension() == ".jsonl") log += read_file(file.path());
  }
  CHECK_THAT(log, Contains("\"provider\":\"" + at.one() + "\",\"method\":\"POST\""));
}
