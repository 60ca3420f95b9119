#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bare/sealed_value.hpp"
#include "tests/unit/hex.hpp"

using pindus::bare::SealedValue;
using pindus::bare::SecretPlace;
using pindus::bare::Text;
using pindus::bare::TextBuffer;
using pindus::test::Bytes;

namespace {

constexpr std::string_view key_id = "0123456789abcdef";
const Bytes<32> key("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
const Bytes<24> nonce("404142434445464748494a4b4c4d4e4f5051525354555657");
const SecretPlace place = {"openai", "work", "key"};

Text text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string sealed(std::string_view secret, const SecretPlace& where = place) {
  std::string memory(pindus::bare::sealed_size(secret.size()), '\0');
  TextBuffer out(memory.data(), memory.size());
  pindus::bare::append_sealed(text(secret), text(key_id), key.bytes, nonce.bytes, where, out);
  REQUIRE_FALSE(out.overflow);
  REQUIRE(out.size == memory.size());
  return memory;
}

std::optional<std::string> opened(std::string_view value, const SecretPlace& where = place,
                                  const Bytes<32>& with = key) {
  SealedValue parts;
  if (!pindus::bare::read_sealed(text(value), parts)) return std::nullopt;
  std::string memory(value.size(), '?');
  TextBuffer out(memory.data(), memory.size());
  if (!pindus::bare::open_sealed(parts, with.bytes, where, out)) {
    CHECK(out.size == 0);
    return std::nullopt;
  }
  return memory.substr(0, out.size);
}

bool is_readable(std::string_view value) {
  SealedValue parts;
  return pindus::bare::read_sealed(text(value), parts);
}

}  // namespace

TEST_CASE("a secret of any size opens where it was sealed") {
  const std::size_t sizes[] = {0, 1, 2, 3, 15, 16, 17, 47, 48, 63, 64, 65, 300, 8192, 100000};
  for (const std::size_t size : sizes) {
    std::string secret(size, '\0');
    for (std::size_t i = 0; i < size; ++i) secret[i] = static_cast<char>(i * 31 + size);
    const std::string value = sealed(secret);
    CAPTURE(size);
    CHECK(opened(value) == secret);
    CHECK(pindus::bare::is_sealed(text(value)));
  }
}

TEST_CASE("a sealed value stays readable by every later version") {
  // Made by other programs from the format's description, in sealed_value.hpp and here: bound to
  // "pindus", 1, and the sizes, of eight bytes, and bytes of key id, provider, account and member.
  CHECK(opened("enc:1:0123456789abcdef:QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZX:gmdehz6Thj-"
               "Pktk4Lze5igxU0isaRqDwQg") == "sk-secret");
}

TEST_CASE("a sealed value with any bit turned never opens") {
  const std::string value = sealed("sk-0123456789");
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string turned = value;
      turned[i] = static_cast<char>(turned[i] ^ (1 << bit));
      CAPTURE(i, bit);
      CHECK(opened(turned) == std::nullopt);
    }
  }
}

TEST_CASE("a sealed value with another character anywhere never opens") {
  const std::string value = sealed("sk-01");
  for (std::size_t i = 0; i < value.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      if (static_cast<char>(c) == value[i]) continue;
      std::string other = value;
      other[i] = static_cast<char>(c);
      CAPTURE(i, c);
      CHECK(opened(other) == std::nullopt);
    }
  }
}

TEST_CASE("a sealed value that was cut or grew never opens") {
  const std::string value = sealed("sk-0123456789");
  for (std::size_t size = 0; size < value.size(); ++size) {
    CAPTURE(size);
    CHECK(opened(value.substr(0, size)) == std::nullopt);
    CHECK(opened(value.substr(size + 1)) == std::nullopt);
    std::string longer = value;
    longer.insert(size, 1, 'A');
    CHECK(opened(longer) == std::nullopt);
  }
  for (const std::string_view tail : {"A", "AA", "AAA", "AAAA", "=", "==", ":", "\n", " "}) {
    CHECK(opened(value + std::string(tail)) == std::nullopt);
  }
}

TEST_CASE("a sealed value never opens in another place") {
  const std::string value = sealed("sk-0123456789");
  CHECK(opened(value, {"openai", "work", "access"}) == std::nullopt);
  CHECK(opened(value, {"openai", "home", "key"}) == std::nullopt);
  CHECK(opened(value, {"OpenAI", "work", "key"}) == std::nullopt);
  CHECK(opened(value, {"openai", "", "key"}) == std::nullopt);
  // Nor where the names are the same when they stand in a row.
  CHECK(opened(value, {"openaiw", "ork", "key"}) == std::nullopt);
  CHECK(opened(value, {"openai", "workk", "ey"}) == std::nullopt);
  CHECK(opened(value, {"openaiworkkey", "", ""}) == std::nullopt);
  // Nor where a name looks like the size of the next one.
  const std::string size_of_b("b\1\0\0\0\0\0\0\0c", 10);
  const SecretPlace tricky = {"a", text(size_of_b), "d"};
  CHECK(opened(sealed("x", tricky), {"a", "b", "c"}) == std::nullopt);
  CHECK(opened(sealed("x", tricky), tricky) == "x");
}

TEST_CASE("a sealed value never opens with another key") {
  const std::string value = sealed("sk-0123456789");
  for (std::size_t i = 0; i < 32; ++i) {
    Bytes<32> other = key;
    other.bytes[i] ^= 1;
    CHECK(opened(value, place, other) == std::nullopt);
  }
}

TEST_CASE("one text stands for one sealed value") {
  const std::string nonce_text(32, 'A');
  const auto value = [&](const std::string& ciphertext) {
    return "enc:1:0123456789abcdef:" + nonce_text + ":" + ciphertext;
  };
  CHECK(is_readable(value(std::string(22, 'A'))));
  CHECK(is_readable(value(std::string(23, 'A'))));
  CHECK(is_readable(value(std::string(24, 'A'))));
  CHECK_FALSE(is_readable(value(std::string(25, 'A'))));        // a size that no bytes have
  CHECK_FALSE(is_readable(value(std::string(20, 'A'))));        // no room for the tag
  CHECK_FALSE(is_readable(value(std::string(21, 'A') + "B")));  // bits that stand for nothing
  CHECK_FALSE(is_readable(value(std::string(22, 'A') + "C")));
  CHECK(is_readable(value(std::string(21, 'A') + "Q")));
  CHECK(is_readable(value(std::string(22, 'A') + "E")));
  CHECK_FALSE(is_readable(value(std::string(22, 'A') + "==")));  // padding
  CHECK_FALSE(is_readable(value(std::string(23, 'A') + "+")));   // the other alphabet
  CHECK_FALSE(is_readable(value(std::string(23, 'A') + "/")));
  CHECK(is_readable(value(std::string(22, 'A') + "-_")));
  CHECK_FALSE(is_readable(value("")));
  CHECK_FALSE(is_readable("enc:2:0123456789abcdef:" + nonce_text + ":" + std::string(22, 'A')));
  CHECK_FALSE(is_readable("enc:1:0123456789ABCDEF:" + nonce_text + ":" + std::string(22, 'A')));
  CHECK_FALSE(is_readable("enc:1:0123456789abcde:" + nonce_text + ":" + std::string(22, 'A')));
  CHECK_FALSE(is_readable("enc:1:"));
  CHECK_FALSE(is_readable("enc:"));
  CHECK_FALSE(is_readable(""));
}

TEST_CASE("a later version's value is known for what it is, and a key isn't") {
  CHECK(pindus::bare::is_sealed("enc:2:x"));
  CHECK(pindus::bare::is_sealed("enc:"));
  CHECK_FALSE(pindus::bare::is_sealed("enc"));
  CHECK_FALSE(pindus::bare::is_sealed("sk-enc:1:"));
  CHECK_FALSE(pindus::bare::is_sealed(""));
}

TEST_CASE("what doesn't fit is neither opened nor sealed") {
  const std::string value = sealed("0123456789");
  SealedValue parts;
  REQUIRE(pindus::bare::read_sealed(text(value), parts));
  char memory[12] = {'a', 'b'};
  TextBuffer small(memory, 11);
  small.size = 2;
  CHECK_FALSE(pindus::bare::open_sealed(parts, key.bytes, place, small));
  CHECK(small.size == 2);
  TextBuffer enough(memory);
  enough.size = 2;
  CHECK(pindus::bare::open_sealed(parts, key.bytes, place, enough));
  CHECK(std::string(memory, 12) == "ab0123456789");
  TextBuffer none;
  CHECK_FALSE(pindus::bare::open_sealed(parts, key.bytes, place, none));

  std::string room(pindus::bare::sealed_size(10) - 1, '?');
  TextBuffer out(room.data(), room.size());
  pindus::bare::append_sealed("0123456789", text(key_id), key.bytes, nonce.bytes, place, out);
  CHECK(out.overflow);
  CHECK(out.size == 0);
  CHECK(room == std::string(room.size(), '?'));
}
