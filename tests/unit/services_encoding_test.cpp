// Answers that are encoded although nobody asked for it.
#include "tests/support/child_process.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_support.hpp"

using pindus::HttpFailure;
using pindus::test::Connection;
using pindus::test::fetch;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;

namespace {

std::string gzipped(const std::string& text) {
  const pindus::test::TemporaryDirectory directory;
  pindus::test::write_file(directory / "text", text);
  const auto result = pindus::test::run_process({"gzip", "-c", directory / "text"},
                                                pindus::test::plain_environment());
  REQUIRE(result.exit_code == 0);
  return result.out;
}

struct Encoded {
  std::string seen;
  std::string body;
  std::string encoding = "gzip";
  LoopbackServer server{[this](Connection& connection) {
    seen = connection.read_request();
    connection.write(http_answer("200 OK", body, "Content-Encoding: " + encoding + "\r\n"));
  }};
};

}  // namespace

TEST_CASE("an answer that is compressed though nobody asked for it is read") {
  Encoded encoded;
  encoded.body = gzipped(R"({"access_token":"a"})");
  encoded.encoding = GENERATE(as<std::string>(), "gzip", "x-gzip", "GZIP", "identity, gzip");
  const auto answer = fetch(encoded.server.url());
  REQUIRE(answer);
  CHECK(answer->body.view() == R"({"access_token":"a"})");
  CHECK(encoded.seen.find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("an answer that isn't encoded and says so is read") {
  Encoded encoded;
  encoded.body = "{}";
  encoded.encoding = "identity";
  CHECK(fetch(encoded.server.url())->body.view() == "{}");
}

TEST_CASE("the mebibyte that an answer may have is counted when it is decoded") {
  Encoded encoded;
  encoded.body = gzipped(std::string((1 << 20) - 1000, 'x'));
  REQUIRE(encoded.body.size() < 10'000);
  CHECK(fetch(encoded.server.url())->body.view().size() == (1 << 20) - 1000);
  encoded.body = gzipped(std::string(std::size_t{16} << 20, 'x'));
  REQUIRE(encoded.body.size() < 100'000);
  const auto answer = fetch(encoded.server.url());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::too_large);
  CHECK(answer.error().status == 200);
}

TEST_CASE("an encoding that can't be undone is a failure that names the host") {
  Encoded encoded;
  encoded.body = "{}";
  encoded.encoding = GENERATE(as<std::string>(), "gzip", "rot13");
  const auto answer = fetch(encoded.server.url());
  REQUIRE_FALSE(answer);
  CHECK(answer.error().status == 200);
  CHECK(answer.error().why.message ==
        encoded.server.host() + " sent an answer whose encoding can't be undone");
}
