#include "core/vault/credential_rules.hpp"

#include <catch2/catch.hpp>

using pindus::AuthKind;
using pindus::FaultKind;
using pindus::validate_account_name;
using pindus::validate_api_key;

namespace {
const std::string good = "sk-0123456789abcdefghij";

std::string message_for(std::string_view key, std::size_t min_length = 20) {
  const auto result = validate_api_key(key, min_length);
  if (result) return "accepted";
  CHECK(result.error().kind == FaultKind::invalid_key);
  return result.error().message;
}
}  // namespace

TEST_CASE("a key of twenty printable characters passes") {
  CHECK(message_for("01234567890123456789") == "accepted");
  CHECK(message_for("0123456789012345678") ==
        "the key has 19 characters, and a key of this provider has at least 20");
  CHECK(message_for("0") == "the key has 1 character, and a key of this provider has at least 20");
  CHECK(message_for("") == "the key is empty");
}

TEST_CASE("a manifest can ask for a longer key, not for a shorter one") {
  CHECK(message_for(good, 40) ==
        "the key has 23 characters, and a key of this provider has at least 40");
  CHECK(message_for("0123456789", 5) ==
        "the key has 10 characters, and a key of this provider has at least 20");
}

TEST_CASE("what a manual writes in place of a key is refused") {
  for (const char* placeholder :
       {"sk-your-api-key-here-please", "YOUR_API_KEY_GOES_IN_HERE", "sk-xxxxxxxxxxxxxxxxxxxx",
        "sk-XXXX0123456789012345", "ThisIsAPlaceholderForIt", "changemechangemechangeme",
        "<paste-the-key-in-here>"}) {
    CAPTURE(placeholder);
    CHECK(message_for(placeholder) == "the key is a placeholder or a masked copy");
  }
  CHECK(message_for("sk-xXxX0123456789012345") == "accepted");
}

TEST_CASE("a manual's words, a masked key and a variable that no shell replaced are no key") {
  for (const char* placeholder :
       {"your_groq_api_key_goes_here", "sk-your-secret-key-123456789", "INSERT_YOUR_KEY_HERE_123",
        "gsk_****************************cdef", "sk-....................cdef",
        "change-me-change-me-123", "replace_me_with_the_real_one", "${OPENAI_API_KEY_OF_WORK}",
        "$(pass-show-openai/office/key)", "{{secrets.OPENAI_API_KEY}}",
        "$OPENAI_API_KEY_OF_WORK"}) {
    CAPTURE(placeholder);
    CHECK(message_for(placeholder) == "the key is a placeholder or a masked copy");
  }
  for (const char* real : {"sk-your0123456789abcdef-key", "gsk_0123*56.789...abcdefg*",
                           "sk-YOUR-0123456789abcdefghi", "sk-$abcdefghijklmnopqrs%"}) {
    CAPTURE(real);
    CHECK(message_for(real) == "accepted");
  }
}

TEST_CASE("a variable's assignment is no key, and a key may hold an equals sign") {
  for (const std::string& pasted :
       {"OPENAI_API_KEY=" + good, "export OPENAI_API_KEY=" + good, "APIKEY=" + good, "_K2=" + good,
        "export  lower_case=" + good, "export OPENAI_API_KEY=\"" + good + "\"",
        "OPENAI_API_KEY='" + good + "'", "set OPENAI_API_KEY=" + good}) {
    CAPTURE(pasted);
    CHECK(message_for(pasted) == "the key has a variable's name and \"=\" in front of it");
  }
  for (const std::string& real :
       {std::string("QUJDREVGR0hJSktMTU5PUA=="), std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZ="),
        good + "=", good + "=x", std::string("key_live_0123456789=abcdef"), "=" + good,
        std::string("2ABCDEFGHIJKLMNOPQRST=U")}) {
    CAPTURE(real);
    CHECK(message_for(real) == "accepted");
  }
}

TEST_CASE("a key that no HTTP header could carry is refused, and never quoted") {
  for (const std::string& key : {good + "\n\r\n" + good, "\n" + good, " " + good, good + "\t",
                                 good + "\x7f", good + "\xc3\xa9", good + std::string(1, '\0')}) {
    const auto result = validate_api_key(key);
    REQUIRE(!result);
    CHECK(result.error().message == "the key holds a blank or a character that no key has");
    CHECK(format_credential_fault(result.error()).find(good) == std::string::npos);
  }
}

TEST_CASE("line ends at the end of a key are no part of it") {
  CHECK(message_for(good + "\r\n") == "accepted");
  CHECK(message_for(good + "\n\n") == "accepted");
  CHECK(message_for("0123456789012345678\r\n") ==
        "the key has 19 characters, and a key of this provider has at least 20");
  CHECK(message_for("\r\n") == "the key is empty");
  CHECK(pindus::without_line_ends(good + "\r\n\n") == good);
  CHECK(pindus::without_line_ends("\n").empty());
}

TEST_CASE("a key in quotes is refused, one that only holds some is not") {
  for (const std::string quote : {"\"", "'", "`"}) {
    CHECK(message_for(quote + good + quote) == "the key stands in quotes");
    CHECK(message_for(quote + good) == "accepted");
  }
}

TEST_CASE("a sealed value of a vault is no key, whoever hands it out") {
  CHECK(message_for("enc:1:0123456789abcdef:nonce:ciphertext") ==
        "the key holds a sealed value, which is no key");
  CHECK(flaw_of(pindus::AuthKind::oauth, "enc:2:x") == pindus::bare::KeyFlaw::sealed);
  CHECK(flaw_of(pindus::AuthKind::oauth, "enc") == pindus::bare::KeyFlaw::none);
}

TEST_CASE("what is handed out may be short, and a token may hold a placeholder's letters") {
  const auto message = [](AuthKind kind, std::string_view key) {
    const auto result = pindus::validate_key(kind, key, "MY_KEY", "look at it");
    if (result) return std::string("accepted");
    CHECK(result.error().hint == "look at it");
    CHECK((result.error().kind == FaultKind::invalid_key) == (kind == AuthKind::api_key));
    return result.error().message;
  };
  CHECK(message(AuthKind::api_key, "test1") == "accepted");
  CHECK(message(AuthKind::api_key, "sk-xxxx") == "MY_KEY is a placeholder or a masked copy");
  CHECK(message(AuthKind::oauth, "eyJxxxxQ") == "accepted");
  CHECK(message(AuthKind::oauth, "a b") == "MY_KEY holds a blank or a character that no key has");
  CHECK(message(AuthKind::oauth, "\"t\"") == "MY_KEY stands in quotes");
  CHECK(message(AuthKind::oauth, "") == "MY_KEY is empty");
}

TEST_CASE("an account name is letters, digits, minus and underscore") {
  CHECK(validate_account_name("default"));
  CHECK(validate_account_name("Work_2-b"));
  CHECK(validate_account_name(std::string(50, 'a')));
  for (const std::string& name :
       {std::string(), std::string(51, 'a'), std::string("a b"), std::string("a/../b"),
        std::string("\xc3\xa9"), std::string("a\n"), std::string("a\0b", 3)}) {
    CAPTURE(name);
    const auto result = validate_account_name(name);
    REQUIRE(!result);
    CHECK(result.error().kind == FaultKind::invalid_account);
  }
}
