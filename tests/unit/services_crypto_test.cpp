#include <set>

#include "tests/unit/services_support.hpp"

using pindus::test::services;

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string decoded(std::string_view text) {
  const auto out = services().base64url_decode(text);
  return out ? std::string(out->view()) : "nothing";
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of RFC 6234") {
  CHECK(hex(services().sha256("abc").view()) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(services().sha256("").view()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(services().sha256(std::string(1000000, 'a')).view()) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("the S256 challenge of RFC 7636, appendix B, comes out") {
  const auto digest = services().sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(services().base64url_encode(digest.view()).view() ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("base64url has the vectors of RFC 4648 and no padding") {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(services().base64url_encode(plain).view() == text);
    CHECK(decoded(text) == plain);
  }
}

TEST_CASE("base64url takes padding where it is right, and nothing foreign") {
  CHECK(decoded("Zg==") == "f");
  CHECK(decoded("Zm8=") == "fo");
  for (const char* text : {"Zg=", "Zg===", "Zm9v=", "Zm9vY", "Zm 9v", "Zm9v\n", "+/+/", "Zm=v"}) {
    CHECK(decoded(text) == "nothing");
  }
}

TEST_CASE("equal compares every byte and the length") {
  CHECK(services().equal("", ""));
  CHECK(services().equal("secret", "secret"));
  CHECK_FALSE(services().equal("secret", "secreT"));
  CHECK_FALSE(services().equal("Secret", "secret"));
  CHECK_FALSE(services().equal("secret", "secret "));
  CHECK_FALSE(services().equal("secret", ""));
  CHECK_FALSE(services().equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST_CASE("random bytes are never the same twice and fill what they are given") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::vector<std::uint8_t> bytes(32);
    services().random(bytes);
    seen.emplace(bytes.begin(), bytes.end());
  }
  CHECK(seen.size() == 100);
}
