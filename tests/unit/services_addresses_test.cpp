// Which addresses a request connects to, asked of whoever sends it.
#include "tests/support/loopback_server.hpp"
#include "tests/unit/services_support.hpp"

using Catch::Contains;
using pindus::HttpFailure;
using pindus::HttpRequest;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::services;

namespace {

using Address = std::vector<std::uint8_t>;

struct Gated {
  LoopbackServer server{[](pindus::test::Connection& connection) {
    connection.read_request();
    connection.write(http_answer("200 OK", std::string(2000, 'x')));
  }};
  std::vector<Address> asked;
  bool lets = true;
  std::size_t limit = std::size_t{1} << 20;

  auto fetch(const std::string& host) {
    const std::string named = host + ":" + std::to_string(server.port());
    const std::vector<std::string> hosts = {named};
    HttpRequest request;
    request.url = "http://" + named + "/";
    request.allowed_hosts = hosts;
    request.answer_limit = limit;
    request.may_connect = [&](std::span<const std::uint8_t> address) {
      asked.emplace_back(address.begin(), address.end());
      return lets;
    };
    return services().send(request, {});
  }
};

}  // namespace

TEST_CASE("each address is asked about before it is connected to, and told afterwards") {
  Gated gated;
  const auto answer = gated.fetch(GENERATE("127.0.0.1", "localhost"));
  REQUIRE(answer);
  CHECK(answer->address == Address{127, 0, 0, 1});
  CHECK(std::ranges::find(gated.asked, Address{127, 0, 0, 1}) != gated.asked.end());
}

TEST_CASE("an address that may not be connected to isn't, and the failure names it") {
  Gated gated;
  gated.lets = false;
  const auto answer = gated.fetch("127.0.0.1");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::forbidden);
  CHECK_THAT(answer.error().why.message, Contains("is at 127.0.0.1, where"));
  CHECK(gated.server.connections() == 0);
  // Nothing is tried again after a no.
  CHECK(gated.asked.size() == 1);
}

TEST_CASE("an answer beyond the request's own limit is given up") {
  Gated gated;
  gated.limit = 1024;
  const auto answer = gated.fetch("127.0.0.1");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::too_large);
  CHECK_THAT(answer.error().why.message, Contains("is larger than 1 KiB"));
}
