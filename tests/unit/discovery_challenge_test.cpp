#include <catch2/catch.hpp>

#include "core/discovery/challenge.hpp"

using pindus::discovery::find_bearer_challenge;
using pindus::discovery::parse_challenges;

TEST_CASE("D5: a challenge has its parameters, quoted or not") {
  const auto challenges =
      parse_challenges(R"(Bearer realm="a \"b\", c", scope=read , Error = "invalid_token")");
  REQUIRE(challenges.size() == 1);
  CHECK(challenges[0].scheme == "bearer");
  CHECK(challenges[0].find("realm") == R"(a "b", c)");
  CHECK(challenges[0].find("scope") == "read");
  CHECK(challenges[0].find("error") == "invalid_token");
  CHECK_FALSE(challenges[0].find("nothing"));
}

TEST_CASE("D5: several challenges stand in one field") {
  const auto challenges = parse_challenges(
      R"(Negotiate abc/def==, Basic realm="x, y", Bearer, DPoP algs="ES256", Bearer scope=a)");
  REQUIRE(challenges.size() == 5);
  CHECK(challenges[0].scheme == "negotiate");
  CHECK(challenges[0].parameters.empty());
  CHECK(challenges[1].find("realm") == "x, y");
  CHECK(challenges[2].scheme == "bearer");
  CHECK(challenges[2].parameters.empty());
  CHECK(challenges[3].scheme == "dpop");
  CHECK(challenges[4].find("scope") == "a");
}

TEST_CASE("an address without the quotes that it needs is read all the same") {
  const auto challenges =
      parse_challenges("Bearer resource_metadata=https://a.example/x?y=z,scope=a");
  REQUIRE(challenges.size() == 1);
  CHECK(challenges[0].find("resource_metadata") == "https://a.example/x?y=z");
  CHECK(challenges[0].find("scope") == "a");
}

TEST_CASE("of a parameter that is there twice the first counts") {
  const auto challenges = parse_challenges("Bearer scope=a, scope=b");
  REQUIRE(challenges.size() == 1);
  CHECK(challenges[0].find("scope") == "a");
}

TEST_CASE("what makes no sense ends a list of challenges") {
  CHECK(parse_challenges("").empty());
  CHECK(parse_challenges(", ,,").empty());
  CHECK(parse_challenges("\"").empty());
  CHECK(parse_challenges("= Bearer").empty());
  CHECK(parse_challenges("Bearer scope=\"a").size() == 1);
  CHECK_FALSE(parse_challenges("Bearer scope=\"a")[0].find("scope"));
  CHECK(parse_challenges(std::string(100'000, 'a')).size() == 1);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "Bearer a=b, ";
  CHECK(parse_challenges(many).size() <= 32);
}

TEST_CASE("the Bearer challenge that names metadata counts before others") {
  const auto found = find_bearer_challenge({{"www-authenticate", "Basic resource_metadata=x"},
                                            {"WWW-Authenticate", "Bearer scope=a"},
                                            {"WWW-Authenticate", "bearer resource_metadata=y"}});
  REQUIRE(found);
  CHECK(found->resource_metadata == "y");
  CHECK(found->scope.empty());
  CHECK_FALSE(find_bearer_challenge({{"www-authenticate", "Basic realm=x"}}));
  CHECK_FALSE(find_bearer_challenge({{"x", "Bearer scope=a"}}));
}
