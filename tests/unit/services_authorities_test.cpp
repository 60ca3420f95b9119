#include <fmt/format.h>
#include <sys/stat.h>

#include <iostream>

#include "tests/unit/services_tls_support.hpp"

using pindus::test::at;
using pindus::test::Authority;
using pindus::test::check_refused;
using pindus::test::far_ahead;
using pindus::test::fetch;
using pindus::test::long_ago;
using pindus::test::SetVariables;

namespace {

struct Authorities {
  Authority right;
  Authority other{"another test authority"};
  int port = 0;
  Authorities() {
    pindus::test::services();
    right.sign("here", long_ago, far_ahead);
    port = right.serve();
  }
};

using Variables = std::vector<std::pair<std::string, std::string>>;

// Others combine the variables in other ways.
bool has_curl_7_88() {
  if (!pindus::test::find_program("curl")) return false;
  const auto version =
      pindus::test::run_process({"curl", "-q", "--version"}, pindus::test::plain_environment());
  return version.out.starts_with("curl 7.88.");
}

// Whether curl(1), with these variables, trusts the server.
bool curl_trusts(int port, const Variables& variables) {
  pindus::test::Variables environment = pindus::test::plain_environment();
  for (const auto& [name, value] : variables) environment[name] = value;
  const auto result = pindus::test::run_process(
      {"curl", "-q", "-s", "-o", "/dev/null", "--noproxy", "*", at(port)}, environment);
  return result.exit_code == 0;
}

}  // namespace

TEST_CASE(
    "a server is trusted by the variables that lead curl(1) to trust it, in every combination") {
  if (!has_curl_7_88()) {
    std::cout << "\nSKIPPED: curl 7.88 is not installed" << std::endl;
    return;
  }
  Authorities authorities;
  const auto files = {std::string(), authorities.right.path("ca.pem"),
                      authorities.other.path("ca.pem"), std::string("/nowhere/ca.pem")};
  const auto directories = {std::string(), authorities.right.hashed_directory(),
                            authorities.other.hashed_directory(), std::string("/nowhere")};
  int trusted = 0;
  for (const auto& bundle : files) {
    for (const auto& file : files) {
      for (const auto& directory : directories) {
        Variables variables;
        if (!bundle.empty()) variables.emplace_back("CURL_CA_BUNDLE", bundle);
        if (!file.empty()) variables.emplace_back("SSL_CERT_FILE", file);
        if (!directory.empty()) variables.emplace_back("SSL_CERT_DIR", directory);
        CAPTURE(bundle, file, directory);
        const bool by_curl = curl_trusts(authorities.port, variables);
        const SetVariables set(variables);
        CHECK(fetch(at(authorities.port)).has_value() == by_curl);
        trusted += by_curl ? 1 : 0;
      }
    }
  }
  CHECK(trusted > 16);
  CHECK(trusted < 48);
}

TEST_CASE("NODE_EXTRA_CA_CERTS adds to whatever else is trusted") {
  Authorities authorities;
  const std::string right = authorities.right.path("ca.pem");
  const std::string other = authorities.other.path("ca.pem");
  const std::string right_directory = authorities.right.hashed_directory();
  const std::string other_directory = authorities.other.hashed_directory();
  const Variables combinations[] = {
      {{"NODE_EXTRA_CA_CERTS", right}},
      {{"NODE_EXTRA_CA_CERTS", right}, {"SSL_CERT_FILE", other}},
      {{"NODE_EXTRA_CA_CERTS", right}, {"CURL_CA_BUNDLE", other}},
      {{"NODE_EXTRA_CA_CERTS", right}, {"SSL_CERT_DIR", other_directory}},
      {{"NODE_EXTRA_CA_CERTS", other}, {"SSL_CERT_FILE", right}},
      {{"NODE_EXTRA_CA_CERTS", other}, {"SSL_CERT_DIR", right_directory}},
      {{"NODE_EXTRA_CA_CERTS", "/nowhere/ca.pem"}, {"SSL_CERT_FILE", right}}};
  for (const Variables& variables : combinations) {
    CAPTURE(variables);
    const SetVariables set(variables);
    CHECK(fetch(at(authorities.port)));
    CHECK(fetch(at(authorities.port, "localhost")));
  }
}

TEST_CASE("an extra file that can't be used takes nothing from the other authorities") {
  Authorities authorities;
  const std::string right = authorities.right.path("ca.pem");
  const std::string damaged = authorities.other.path("damaged.pem");
  const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  SECTION("a damaged certificate") {
    pindus::test::write_file(damaged, broken);
  }
  SECTION("a damaged one behind a good one") {
    pindus::test::write_file(damaged, pindus::test::read_file(right) + broken);
  }
  SECTION("a directory") {
    std::filesystem::create_directory(damaged);
  }
  SECTION("a pipe that nobody writes") {
    REQUIRE(::mkfifo(damaged.c_str(), 0600) == 0);
  }
  {
    const SetVariables set{{"NODE_EXTRA_CA_CERTS", damaged}, {"SSL_CERT_FILE", right}};
    CHECK(fetch(at(authorities.port)));
  }
  const SetVariables set{{"NODE_EXTRA_CA_CERTS", damaged}};
  check_refused(at(authorities.port), "is not signed by an authority known here",
                "NODE_EXTRA_CA_CERTS names " + damaged);
}

TEST_CASE("the hint names the variable that is to blame for the authorities") {
  Authorities authorities;
  const std::string url = at(authorities.port);
  const std::string right = authorities.right.path("ca.pem");
  const std::string other = authorities.other.path("ca.pem");
  const std::string unknown = "is not signed by an authority known here";
  SECTION("none is set") {
    check_refused(url, unknown, "let SSL_CERT_FILE or NODE_EXTRA_CA_CERTS name its certificate");
  }
  SECTION("a file without the right one") {
    const std::string name = GENERATE("SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS");
    const SetVariables set{{name, other}};
    check_refused(url, unknown, fmt::format("{}={}", name, other));
  }
  SECTION("a directory without the right one") {
    const SetVariables set{{"SSL_CERT_DIR", "/nowhere"}};
    check_refused(url, unknown, "SSL_CERT_DIR=/nowhere");
  }
  SECTION("a file that isn't there") {
    const SetVariables set{{"SSL_CERT_FILE", "/nowhere/ca.pem"}};
    check_refused(url, "can't be read", "SSL_CERT_FILE names /nowhere/ca.pem");
  }
  SECTION("a file that isn't there goes before one that is") {
    const SetVariables set{{"CURL_CA_BUNDLE", "/nowhere/ca.pem"},
                           {"SSL_CERT_FILE", right},
                           {"NODE_EXTRA_CA_CERTS", right}};
    check_refused(url, "can't be read", "CURL_CA_BUNDLE names /nowhere/ca.pem");
  }
  SECTION("an extra file without certificates") {
    const SetVariables set{{"NODE_EXTRA_CA_CERTS", authorities.right.path("serial")}};
    check_refused(url, unknown, "NODE_EXTRA_CA_CERTS names " + authorities.right.path("serial"));
  }
}
