#include <algorithm>
#include <set>

#include <pindus/plugin.h>

#include "tests/unit/services_support.hpp"

using pindus::CryptoFailure;
using pindus::test::services;

namespace {

// The bytes in hexadecimal, or "nothing".
std::string hex(const pindus::CryptoResult& bytes) {
  if (!bytes) return "nothing";
  return std::string(services().encode(PINDUS_ENCODING_HEX, bytes->view())->view());
}

std::string encoded(std::uint32_t encoding, std::string_view bytes) {
  return std::string(services().encode(encoding, bytes)->view());
}

std::string decoded(std::uint32_t encoding, std::string_view text) {
  const auto out = services().decode(encoding, text);
  if (!out) CHECK(out.error().kind == CryptoFailure::Kind::malformed);
  return out ? std::string(out->view()) : "nothing";
}

}  // namespace

TEST_CASE("digests are those of RFC 6234") {
  const std::string two_blocks =
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
      "lmnopqrsmnopqrstnopqrstu";
  const std::string million(1000000, 'a');
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA1, "abc")) ==
        "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA1, million)) ==
        "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA256, "abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA256, "")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA256, million)) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA384, "abc")) ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca1"
        "34c825a7");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA384, two_blocks)) ==
        "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa"
        "91746039");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA512, "abc")) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
        "a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(hex(services().digest(PINDUS_DIGEST_SHA512, two_blocks)) ==
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99de"
        "c4b5433ac7d329eeb6dd26545e96e55b874be909");
}

TEST_CASE("message authentication codes are those of RFC 4231") {
  const std::string counted =
      "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"
      "\x18"
      "\x19";
  const std::string long_key(131, '\xaa');
  struct Vector {
    std::string key, in;
    const char* sha256;
    const char* sha384;
    const char* sha512;
  };
  const std::vector<Vector> vectors = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
       "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8"
       "b2fa9cb6",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274e"
       "aea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
       "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ec"
       "fab21649",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65"
       "f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
       "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e1"
       "01a34f27",
       "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a4"
       "7e67c807b946a337bee8942674278859e13292fb"},
      {counted, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
       "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386"
       "c674cffb",
       "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275c"
       "c5788063a5f19741120c4f2de2adebeb10a298dd"},
      {long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df1"
       "63f44952",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd221"
       "5d6a1e5295e64f73f63f0aec8b915a985d786598"},
      {long_key,
       "This is a test using a larger than block-size key and a larger than block-size data. "
       "The key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
       "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e611"
       "0c46523e",
       "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55"
       "c3e4de15134676fb6de0446065c97440fa8c6a58"},
  };
  for (const Vector& vector : vectors) {
    CHECK(hex(services().mac(PINDUS_MAC_HMAC_SHA256, vector.key, vector.in)) == vector.sha256);
    CHECK(hex(services().mac(PINDUS_MAC_HMAC_SHA384, vector.key, vector.in)) == vector.sha384);
    CHECK(hex(services().mac(PINDUS_MAC_HMAC_SHA512, vector.key, vector.in)) == vector.sha512);
  }
}

TEST_CASE("a key of a message authentication code may have any length") {
  CHECK(hex(services().mac(PINDUS_MAC_HMAC_SHA256, std::string(5000, 'k'), "x")) ==
        "fcb3367a6640f14aa6136a37553fa43550d5cb20caba5876c346ed37f6cefbf0");
  CHECK(hex(services().mac(PINDUS_MAC_HMAC_SHA256, "", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("a number that nobody knows is unsupported, and nothing else is") {
  for (const std::uint32_t number : {0U, 5U, 77U, ~0U}) {
    CHECK(services().digest(number, "x").error().kind == CryptoFailure::Kind::unsupported);
    CHECK(services().mac(number, "k", "x").error().kind == CryptoFailure::Kind::unsupported);
    CHECK(services().encode(number, "x").error().kind == CryptoFailure::Kind::unsupported);
    CHECK(services().decode(number, "x").error().kind == CryptoFailure::Kind::unsupported);
  }
}

TEST_CASE("the S256 challenge of RFC 7636, appendix B, comes out") {
  const auto digest =
      services().digest(PINDUS_DIGEST_SHA256, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  CHECK(encoded(PINDUS_ENCODING_BASE64URL, digest->view()) ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("base64 in both alphabets has the vectors of RFC 4648") {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xfb\xff\xbf", "+/+/"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(encoded(PINDUS_ENCODING_BASE64, plain) == text);
    CHECK(decoded(PINDUS_ENCODING_BASE64, text) == plain);
    std::string url = text;
    std::ranges::replace(url, '+', '-');
    std::ranges::replace(url, '/', '_');
    CHECK(decoded(PINDUS_ENCODING_BASE64URL, url) == plain);
    url.resize(std::min(url.size(), url.find('=')));
    CHECK(encoded(PINDUS_ENCODING_BASE64URL, plain) == url);
    CHECK(decoded(PINDUS_ENCODING_BASE64URL, url) == plain);
  }
  CHECK(decoded(PINDUS_ENCODING_BASE64, "Zg") == "f");
}

TEST_CASE("base64 takes padding where it is right, and nothing foreign") {
  for (const std::uint32_t encoding : {PINDUS_ENCODING_BASE64URL, PINDUS_ENCODING_BASE64}) {
    for (const char* text : {"Zg=", "Zg===", "Zm9v=", "Zm9vY", "Zm 9v", "Zm9v\n", "Zm=v", "="}) {
      CHECK(decoded(encoding, text) == "nothing");
    }
  }
  CHECK(decoded(PINDUS_ENCODING_BASE64URL, "+/+/") == "nothing");
  CHECK(decoded(PINDUS_ENCODING_BASE64, "-_-_") == "nothing");
}

TEST_CASE("hexadecimal is written in lower case and read in either, whole bytes only") {
  CHECK(encoded(PINDUS_ENCODING_HEX, std::string_view("\0\x7f\xff", 3)) == "007fff");
  CHECK(decoded(PINDUS_ENCODING_HEX, "666F6f626172") == "foobar");
  CHECK(decoded(PINDUS_ENCODING_HEX, "").empty());
  for (const char* text : {"6", "666", "6g", "66 6f", "0x66", "66\n"}) {
    CHECK(decoded(PINDUS_ENCODING_HEX, text) == "nothing");
  }
}

TEST_CASE("percent escapes are those of RFC 3986, and a plus is a plus") {
  CHECK(encoded(PINDUS_ENCODING_PERCENT, "AZaz09-._~ /+%\xc3\xa9") ==
        "AZaz09-._~%20%2F%2B%25%C3%A9");
  CHECK(decoded(PINDUS_ENCODING_PERCENT, "a+b%20%2f%2F%C3%A9") == "a+b //\xc3\xa9");
  for (const char* text : {"%", "%4", "%4g", "a%zz", "%%20"}) {
    CHECK(decoded(PINDUS_ENCODING_PERCENT, text) == "nothing");
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
