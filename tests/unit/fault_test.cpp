#include "core/base/fault.hpp"

#include <catch2/catch.hpp>

#include "core/library/fault_code.hpp"

using pindus::credential_fault;
using pindus::FaultKind;
using pindus::format_credential_fault;
using pindus::printable;

TEST_CASE("a fault is one line, its hint an indented second one") {
  CHECK(format_credential_fault(credential_fault(FaultKind::not_found, "nothing is stored")) ==
        "Nothing to remove: nothing is stored");
  CHECK(format_credential_fault(credential_fault(FaultKind::aborted, "no key", "try again")) ==
        "Cancelled: no key\n  try again");
}

TEST_CASE("a fault shows no password of an address that somebody pasted") {
  const auto shown = [](std::string address) {
    return format_credential_fault(credential_fault(
        FaultKind::not_found, "\"" + address + "\" is stored nowhere", "pindus signin " + address));
  };
  CHECK(shown("https://me:secret@a.example/x?y=b@c") ==
        "Nothing to remove: \"https://...@a.example/x?y=b@c\" is stored nowhere\n"
        "  pindus signin https://...@a.example/x?y=b@c");
  for (const char* address :
       {"https://a.example/@scope", "a@b.example", "://", "https://a.example"}) {
    CHECK_THAT(shown(address), Catch::Matchers::Contains("\"" + std::string(address) + "\""));
  }
}

TEST_CASE("what a server says can neither move the cursor nor break the line") {
  const auto fault = pindus::sign_in_fault(
      "host said \x1b[2Jred\r\n\x9b"
      "31m\xc2\x9b"
      "done\x7f");
  CHECK(format_credential_fault(fault) == "Sign-in failed: host said [2Jred 31mdone");
}

TEST_CASE("what a server says can't turn the direction of a line") {
  for (const char* turn : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
                           "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u2028", "\u2029"}) {
    CAPTURE(turn);
    CHECK(printable(std::string("a") + turn + "b") == "ab");
    CHECK_FALSE(pindus::is_printable(turn));
  }
  const std::string neighbours = "\u061b\u061d\u2010\u2027\u202f\u2064\u2070";
  CHECK(printable(neighbours) == neighbours);
}

TEST_CASE("text that is not UTF-8 loses only what is not") {
  CHECK(printable("gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x91") == "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x91");
  CHECK(printable("a\xc3") == "a");
  CHECK(printable("a\xc0\xaf"
                  "b\xed\xa0\x80"
                  "c\xf5") == "abc");
}

TEST_CASE("a long text is cut at a character") {
  CHECK(printable("\xc3\xbc\xc3\xbc", 3) == "\xc3\xbc");
}
