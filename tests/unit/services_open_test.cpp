#include <fcntl.h>
#include <sys/resource.h>

#include <array>
#include <cstdint>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_support.hpp"

using pindus::FaultKind;
using pindus::open_services;
using pindus::url_host;
using pindus::test::TemporaryDirectory;

TEST_CASE("a module that isn't there is a fault that names it") {
  const auto opened = open_services("/nowhere/pindus-services.so");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == FaultKind::vault);
  CHECK(opened.error().message.find("/nowhere/pindus-services.so") != std::string::npos);
  CHECK_FALSE(opened.error().hint.empty());
}

TEST_CASE("a module is never looked for by its bare name") {
  CHECK_FALSE(open_services("pindus-services.so"));
}

TEST_CASE("a module that an update left cut short is a fault that says so") {
  const TemporaryDirectory directory;
  const std::filesystem::path module = directory / "pindus-services.so";
  std::filesystem::copy_file(PINDUS_TEST_SERVICES, module);
  std::filesystem::resize_file(module, 8192);
  const auto opened = open_services(module);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message.find(module.string() + " is cut short: 8192 bytes") == 0);
  CHECK(opened.error().hint.find("install pindus again") == 0);
}

TEST_CASE("a library that isn't installed is named, with all packages that the module needs") {
  // A module of the same build that needs a libbotan-2 which this system hasn't.
  const TemporaryDirectory directory;
  const auto run = [&](std::vector<std::string> argv) {
    return pindus::test::run_process(std::move(argv), pindus::test::plain_environment());
  };
  pindus::test::write_file(directory / "empty.c", "");
  const std::string stand_in = directory / "libbotan-2.so.99";
  REQUIRE(
      run({"cc", "-shared", "-o", stand_in, "-Wl,-soname,libbotan-2.so.99", directory / "empty.c"})
          .exit_code == 0);
  REQUIRE(run({"cc", "-shared", "-Wl,--no-as-needed", "-o", directory / "module.so",
               directory / "empty.c", stand_in})
              .exit_code == 0);

  const auto opened = open_services(directory / "module.so");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message.find("libbotan-2.so.99") != std::string::npos);
  CHECK(opened.error().hint.find("libcurl4 libbotan-2-19 libqrencode4") != std::string::npos);
}

TEST_CASE("where the crypto module is missing, what needs none works and the rest names it") {
  const TemporaryDirectory directory;
  std::filesystem::copy_file(PINDUS_TEST_SERVICES, directory / "pindus-services.so");
  const auto opened = open_services(directory / "pindus-services.so");
  REQUIRE(opened);
  CHECK((*opened)->qr_code("https://example.com"));
  std::array<std::uint8_t, 1> byte{};
  try {
    (*opened)->random(byte);
    FAIL("random works without it");
  } catch (const pindus::ReasonError& error) {
    CHECK_THAT(error.why().message, Catch::StartsWith((directory / "pindus-crypto.so").string()));
    CHECK(error.why().hint == "install pindus again, which this file belongs to");
  }
}

TEST_CASE("the module is opened once and locks no memory") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_MEMLOCK, &before) == 0);
  pindus::Services& first = pindus::test::services();
  CHECK(&first == &pindus::test::services());
  std::array<std::uint8_t, 1> byte{};
  first.random(byte);  // opens the crypto module
  const std::string status = pindus::test::read_file("/proc/self/status");
  const std::size_t locked = status.find("VmLck:");
  REQUIRE(locked != std::string::npos);
  CHECK(std::stoi(status.substr(locked + 6)) == 0);
}

TEST_CASE("the host of a URL is lower case, with a port that isn't the scheme's") {
  CHECK(url_host("https://Auth.Example.com/token?x=1") == "auth.example.com");
  CHECK(url_host("HTTPS://example.com:443") == "example.com");
  CHECK(url_host("http://localhost:80/") == "localhost");
  CHECK(url_host("https://example.com:8443#x") == "example.com:8443");
  CHECK(url_host("https://example.com:080/") == "example.com:80");
  CHECK(url_host("http://[::1]:1455/cb") == "[::1]:1455");
  CHECK(url_host("https://example.com?a@b") == "example.com");
}

TEST_CASE("what two readers of URLs could take for different hosts has none") {
  for (const char* url : {"",
                          "example.com",
                          "ftp://example.com",
                          "javascript://example.com",
                          "https://",
                          "https:///path",
                          "https://me@example.com",
                          "https://me:pw@example.com",
                          "https://example.com\\@evil.com",
                          "https://exa mple.com",
                          "https://example.com:",
                          "https://example.com:0",
                          "https://example.com:65536",
                          "https://example.com:+1",
                          "https://example.com:1:2",
                          "https://ex%61mple.com",
                          "https://[::1",
                          "https://[]",
                          "https://::1/",
                          "https://b\xc3\xbc"
                          "cher.example",
                          "https://example.com\n.evil.com"}) {
    CAPTURE(url);
    CHECK_FALSE(url_host(url));
  }
}
