// The heavy libraries are loaded where a flow starts, and nowhere else.
#include <catch2/catch.hpp>

#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::Connection;
using pindus::test::PindusProfile;
using pindus::test::run_process;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;

namespace {

// What the dynamic linker of glibc tells of the libraries that the host loads.
std::string libraries_loaded_by(const TokenEndpoint& endpoint, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PindusProfile::host_program());
  pindus::test::Variables environment = endpoint.profile.environment;
  environment["LD_DEBUG"] = "files";
  const auto result = run_process(std::move(arguments), environment);
  CHECK(result.exit_code == 0);
  REQUIRE_THAT(result.err, Contains("libc.so"));
  return result.err;
}

}  // namespace

TEST_CASE(
    "only a token that must be refreshed opens the services module, and that one without crypto") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access"));
  });
  CHECK_THAT(libraries_loaded_by(endpoint, {"auth", "key", "acme"}),
             Contains("pindus-services.so") && Contains("libcurl") && !Contains("libbotan"));
  // Fresh by now.
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"auth", "key", "acme"}, {"auth", "status"}, {"signin", "--list"}, {"plugin", "list"}}) {
    CAPTURE(arguments);
    CHECK_THAT(libraries_loaded_by(endpoint, arguments),
               !Contains("pindus-services.so") && !Contains("libcurl") && !Contains("libbotan"));
  }
}
