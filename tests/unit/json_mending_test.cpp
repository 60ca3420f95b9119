#include "core/base/json_mending.hpp"

#include <catch2/catch.hpp>

#include "core/base/json.hpp"

using pindus::Json;

namespace {

std::string mended_json(std::string_view text) {
  return std::string(std::string_view(pindus::mended_json(text)));
}

// As a server's answer is read: strictly, else mended.
std::string read(std::string_view text) {
  CHECK_FALSE(Json::parse(text));
  const auto json = Json::parse(mended_json(text));
  return json ? json->dump() : "refused: " + json.error();
}

}  // namespace

TEST_CASE("a fault in a member that nobody reads doesn't cost the others") {
  CHECK(read("\xEF\xBB\xBF{\"a\":\"t\"}") == R"({"a":"t"})");
  CHECK(read("{\"a\":\"t\",\"name\":\"Ren\xE9\"}") == "{\"a\":\"t\",\"name\":\"Ren\xEF\xBF\xBD\"}");
  CHECK(read("{\"\xFF\":1,\"a\":\"t\"}") == "{\"\xEF\xBF\xBD\":1,\"a\":\"t\"}");
  for (const char* half : {R"(\ud800)", R"(\udc00)", R"(\udc00\ud800)", R"(\ud83d\u0041)"}) {
    CAPTURE(half);
    CHECK_THAT(read(R"({"a":"t","b":")" + std::string(half) + R"("})"),
               Catch::StartsWith(R"({"a":"t","b":")"
                                 "\xEF\xBF\xBD"));
  }
  CHECK(read(R"({"a":"t","b":"\x \u12 \'"})") ==
        "{\"a\":\"t\",\"b\":\"\xEF\xBF\xBDx \xEF\xBF\xBD"
        "12 \xEF\xBF\xBD'\"}");
  CHECK(read("{\"a\":\"t\",\"b\":\"two\nlines\"}") == R"({"a":"t","b":"two\nlines"})");
  CHECK(read(R"({"a":"t","n":123456789012345678901234567890})") ==
        R"({"a":"t","n":1.2345678901234568e+29})");
  CHECK(read(R"({"a":"t","n":[-1e999,1e999]})") ==
        R"({"a":"t","n":[-1.7976931348623157e+308,1.7976931348623157e+308]})");
  CHECK(read(R"({"n":)" + std::string(400, '9') + R"(,"a":"t"})") ==
        R"({"n":1.7976931348623157e+308,"a":"t"})");
}

TEST_CASE("what was sound stays as it is beside what is mended") {
  const std::string sound =
      R"({"s":"\ud83d\udd11\u00fc\"\\\/ü","n":[0,-0.5,1e-400,9223372036854775807,18446744073709551615],)"
      R"("w":[true,false,null]})";
  CHECK(mended_json(sound) == sound);
  CHECK(mended_json("{\"a\":\"\xFF\"," + sound.substr(1)) == R"({"a":"\ufffd",)" + sound.substr(1));
}

TEST_CASE("what isn't JSON for another reason still isn't") {
  for (const char* text : {"", "\xEF\xBB\xBF", "<html>", "access_token=1", R"({"a":"t)",
                           R"({"a":"t\)", R"({"a":"t\u12)", "{\"a\":t}", "[1,]", "[01]", "[1-2]",
                           "[-]", "[1.e5]", "[+1]", "{\"a\":1}{", "\xFF{\"a\":1}", "[\xC3\xBC]"}) {
    CAPTURE(text);
    CHECK_THAT(read(text), Catch::StartsWith("refused: "));
  }
}
