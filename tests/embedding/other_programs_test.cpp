// libpindus in programs that aren't C++ of ours.
#include <catch2/catch.hpp>

#include "tests/integration/token_endpoint.hpp"

using pindus::test::Connection;
using pindus::test::run_process;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;

TEST_CASE("a program with other versions of libcurl, OpenSSL, simdjson and fmt gets its key") {
  TokenEndpoint endpoint([](Connection& connection, const std::string&) {
    connection.write(token_answer("new-access-0123456789", "new-refresh"));
  });
  auto variables = endpoint.profile.environment;
  variables["LD_LIBRARY_PATH"] = PINDUS_LIBRARY_FOLDER;
  const auto result = run_process({PINDUS_BUILT_EXAMPLES "/beside-others", "acme"}, variables);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.out == "new-access-0123456789\n");
}
