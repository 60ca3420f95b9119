// The published vectors, each with where it stands.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "core/bare/aead.hpp"
#include "tests/unit/hex.hpp"

using pindus::bare::AeadTag;
using pindus::bare::ChaCha20;
using pindus::bare::Poly1305;
using pindus::bare::Text;
using pindus::test::Bytes;
using pindus::test::from_hex;

namespace {

constexpr std::string_view sunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    "sunscreen would be it.";

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// The sealed text and its tag; and that it opens again.
template <std::size_t nonce_size>
std::string sealed(const Bytes<32>& key, const Bytes<nonce_size>& nonce, const std::string& bound,
                   std::string_view plain) {
  const ChaCha20 cipher(key.bytes, nonce.bytes);
  const Text part(bound.data(), bound.size());
  std::string text(plain);
  AeadTag tag;
  pindus::bare::seal(cipher, {&part, 1}, bytes_of(text), text.size(), tag);
  std::string opened = text;
  CHECK(pindus::bare::open(cipher, {&part, 1}, bytes_of(opened), opened.size(), tag));
  CHECK(opened == plain);
  return text + std::string(reinterpret_cast<const char*>(tag), sizeof tag);
}

std::string poly1305(std::string_view key, const std::string& text) {
  Poly1305 sum(Bytes<32>(key).bytes);
  sum.add(reinterpret_cast<const unsigned char*>(text.data()), text.size());
  Bytes<16> tag;
  sum.finish(tag.bytes);
  return tag.text();
}

}  // namespace

TEST_CASE("HChaCha20 gives the draft's subkey") {
  // draft-irtf-cfrg-xchacha-03, section 2.2.1
  Bytes<32> subkey;
  pindus::bare::hchacha20(
      Bytes<32>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").bytes,
      Bytes<16>("000000090000004a0000000031415927").bytes, subkey.bytes);
  CHECK(subkey.text() ==
        from_hex("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"));
}

TEST_CASE("ChaCha20-Poly1305 seals as in RFC 8439, section 2.8.2") {
  CHECK(sealed(Bytes<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
               Bytes<12>("070000004041424344454647"), from_hex("50515253c0c1c2c3c4c5c6c7"),
               sunscreen) ==
        from_hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                 "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                 "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                 "3ff4def08e4b7a9de576d26586cec64b6116"
                 "1ae10b594f09e26a7e902ecbd0600691"));
}

TEST_CASE("ChaCha20-Poly1305 opens what RFC 8439 has in A.5") {
  const ChaCha20 cipher(
      Bytes<32>("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0").bytes,
      Bytes<12>("000000000102030405060708").bytes);
  const std::string bound = from_hex("f33388860000000000004e91");
  const Text part(bound.data(), bound.size());
  std::string text = from_hex(
      "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
      "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
      "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
      "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
      "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
      "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
      "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
      "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
      "a6ad5cb4022b02709b");
  CHECK(pindus::bare::open(cipher, {&part, 1}, bytes_of(text), text.size(),
                           Bytes<16>("eead9d67890cbb22392336fea1851f38").bytes));
  CHECK(text ==
        "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, "
        "replaced, or obsoleted by other documents at any time. It is inappropriate to use "
        "Internet-Drafts as reference material or to cite them other than as /\xe2\x80\x9c"
        "work in progress./\xe2\x80\x9d");
}

TEST_CASE("XChaCha20-Poly1305 seals as in the draft's A.3.1") {
  CHECK(sealed(Bytes<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
               Bytes<24>("404142434445464748494a4b4c4d4e4f5051525354555657"),
               from_hex("50515253c0c1c2c3c4c5c6c7"), sunscreen) ==
        from_hex("bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                 "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                 "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                 "21f9664c97637da9768812f615c68b13b52e"
                 "c0875924c1c7987947deafd8780acf49"));
}

TEST_CASE("Poly1305 carries where RFC 8439, section 2.5.2 and A.3, say that it is hard") {
  struct Vector {
    std::string_view key;
    std::string_view text;
    std::string_view tag;
  };
  const Vector vectors[] = {
      // 2.5.2
      {"85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
       "43727970746f6772617068696320466f72756d2052657365617263682047726f7570",
       "a8061dc1305136c6c22b8baf0c0127a9"},
      // A.3, the last seven: sums around 2^128 and 2^130 - 5
      {"02", "ffffffffffffffffffffffffffffffff", "03"},
      {"02000000000000000000000000000000ffffffffffffffffffffffffffffffff",
       "02000000000000000000000000000000", "03"},
      {"01",
       "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff"
       "11000000000000000000000000000000",
       "05"},
      {"01",
       "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe"
       "01010101010101010101010101010101",
       "00"},
      {"02", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"},
      {"0100000000000000040000000000000000000000000000000000000000000000",
       "e33594d7505e43b900000000000000003394d7505e4379cd0100000000000000"
       "0000000000000000000000000000000001000000000000000000000000000000",
       "14000000000000005500000000000000"},
      {"0100000000000000040000000000000000000000000000000000000000000000",
       "e33594d7505e43b900000000000000003394d7505e4379cd0100000000000000"
       "00000000000000000000000000000000",
       "13"},
  };
  for (const Vector& vector : vectors) {
    CAPTURE(vector.text);
    CHECK(poly1305(vector.key, from_hex(vector.text)) == Bytes<16>(vector.tag).text());
  }
}

TEST_CASE("what is authenticated may come in pieces of any size") {
  const Bytes<32> key("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
  std::string text(100, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  Poly1305 whole(key.bytes);
  whole.add(bytes_of(text), text.size());
  Bytes<16> expected;
  whole.finish(expected.bytes);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    Poly1305 sum(key.bytes);
    for (std::size_t i = 0; i < text.size(); i += piece) {
      sum.add(bytes_of(text) + i, std::min(piece, text.size() - i));
    }
    Bytes<16> tag;
    sum.finish(tag.bytes);
    CHECK(tag.text() == expected.text());
  }
}
