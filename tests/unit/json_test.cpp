#include "core/base/json.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using pindus::Json;

namespace {

Json parsed(std::string_view text) {
  auto json = Json::parse(text);
  INFO(text);
  REQUIRE(json.has_value());
  return *std::move(json);
}

std::string refusal(std::string_view text) {
  const auto json = Json::parse(text);
  INFO(text);
  REQUIRE_FALSE(json.has_value());
  return json.error();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("every kind of value is read as what it is") {
  const Json json = parsed(R"( {"a":[1,-2.5,"x",true,false,null],"b":{}} )");
  CHECK(json.dump() == R"({"a":[1,-2.5,"x",true,false,null],"b":{}})");
  CHECK(json.find("a")->as_array()->size() == 6);
  CHECK(json.find("b")->as_object()->empty());
  CHECK(json.find("c") == nullptr);
  CHECK(json.find("a")->find("b") == nullptr);
  CHECK(json.find("a")->as_array()->back().is_null());
  CHECK(*parsed("\"alone\"").as_string() == "alone");
}

TEST_CASE("a number is an integer where it fits one") {
  CHECK(parsed("9223372036854775807").as_integer() == std::numeric_limits<std::int64_t>::max());
  CHECK(parsed("-9223372036854775808").as_integer() == std::numeric_limits<std::int64_t>::min());
  CHECK(parsed("9223372036854775808").as_integer() == std::nullopt);
  CHECK(parsed("3599.9").as_integer() == 3599);
  CHECK(parsed("-0.5").as_integer() == 0);
  CHECK(parsed("1e300").as_integer() == std::nullopt);
  CHECK(parsed("\"1\"").as_integer() == std::nullopt);
  CHECK(parsed("true").as_integer() == std::nullopt);
  CHECK(Json(std::nan("")).as_integer() == std::nullopt);
}

TEST_CASE("escapes of strings are undone") {
  CHECK(*parsed(R"("\u00fc\ud83d\udd11\n\/\\\"")").as_string() ==
        "\xc3\xbc\xf0\x9f\x94\x91\n/\\\"");
  CHECK(parsed(R"("a\u0000b")").as_string()->size() == 3);
}

TEST_CASE("what is not JSON is refused with what is wrong and where") {
  CHECK(refusal("") == "it is empty");
  CHECK(refusal(" \n") == "it is empty");
  CHECK(refusal("\xEF\xBB\xBF{}") == "it begins with a byte order mark");
  CHECK(refusal("[1e999]") == "it has a number that is out of range");
  CHECK(refusal("{\n  \"a\": 1,\n  \"b\": nul\n}") ==
        "there is something that can't stand here (line 3, column 8)");
  CHECK(refusal("{\"a\":\"\xff\"}") == "a string isn't UTF-8 (line 1, column 7)");
  CHECK(refusal("[1]\nx") == "something follows the document (line 2, column 1)");
  for (const char* text : {"{", "[1,]", "{\"a\":1,}", "[1 2]", "{} {}", "{a:1}", "'a'", "{\"a",
                           "[\"a\nb\"]", R"(["\x"])", "[01]", R"(["\ud800"])"}) {
    CHECK_THAT(refusal(text), Catch::Matchers::Contains(" (line "));
  }
}

TEST_CASE("sixty-four levels are read, one more is refused") {
  CHECK(parsed(nested(64)).as_array() != nullptr);
  CHECK(refusal(nested(65)) == "it is nested over 64 levels deep (line 1, column 65)");
  CHECK(refusal(nested(1'000'000)) == refusal(nested(65)));
}

TEST_CASE("of members with one name all are kept and the last is found") {
  const Json json = parsed(R"({"a":1,"b":2,"a":3})");
  CHECK(json.as_object()->size() == 3);
  CHECK(json.find("a")->as_integer() == 3);
}

TEST_CASE("a pointer finds what RFC 6901 section 5 says it finds") {
  const Json json = parsed(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,
                              "i\\j":5,"k\"l":6," ":7,"m~n":8})");
  const auto number = [&](std::string_view pointer) { return (*json.at(pointer))->as_integer(); };
  CHECK(*json.at("") == &json);
  CHECK((*json.at("/foo"))->as_array() != nullptr);
  CHECK(*(*json.at("/foo/0"))->as_string() == "bar");
  CHECK(number("/") == 0);
  CHECK(number("/a~1b") == 1);
  CHECK(number("/c%d") == 2);
  CHECK(number("/i\\j") == 5);
  CHECK(number("/k\"l") == 6);
  CHECK(number("/ ") == 7);
  CHECK(number("/m~0n") == 8);
}

TEST_CASE("a pointer to nothing is null, a malformed one an error") {
  const Json json = parsed(R"({"a":[10,11],"01":1})");
  for (const char* pointer :
       {"/b", "/a/2", "/a/-", "/a/01", "/a/+1", "/a/", "/a/0/x", "/a/99999999999999999999999"}) {
    INFO(pointer);
    CHECK(*json.at(pointer) == nullptr);
  }
  CHECK((*json.at("/01"))->as_integer() == 1);
  for (const char* pointer : {"a", "a/b", "/~", "/~2", "/a~", "/nothing/~x"}) {
    INFO(pointer);
    CHECK_FALSE(json.at(pointer).has_value());
  }
}

TEST_CASE("a merge patch does what the table of RFC 7396 appendix A says") {
  const char* table[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const auto& [original, patch, result] : table) {
    Json json = parsed(original);
    json.merge_patch(parsed(patch));
    CHECK(json.dump() == result);
  }
}

TEST_CASE("what is written out reads back the same and disturbs no terminal") {
  CHECK(pindus::json_quote("a\"\\\n\t\x1b\x7f\xc2\x9b\xc3\xbc\xff") ==
        "\"a\\\"\\\\\\n\\t\\u001b\\u007f\\u009b\xc3\xbc\\ufffd\"");
  CHECK(*parsed(pindus::json_quote("\x01\x7f\xc2\x85z")).as_string() == "\x01\x7f\xc2\x85z");
  CHECK(parsed("[0.1,1e25,1790000000000]").dump() == "[0.1,1e+25,1790000000000]");
  CHECK(Json(std::numeric_limits<double>::infinity()).dump() == "null");
}

TEST_CASE("a wiped document holds nothing") {
  Json json = parsed(R"({"access":"a secret that is longer than the small buffer"})");
  json.wipe();
  CHECK(json.is_null());
}
