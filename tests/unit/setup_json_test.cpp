#include <catch2/catch.hpp>

#include "core/setup/json_settings.hpp"
#include "tests/support/random_json.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::Settings;
using pindus::test::Dice;
using pindus::test::RandomJson;

namespace {

// The same with comments here and there, and commas behind last elements.
std::string with_comments(std::string_view json, Dice& dice) {
  std::string commented;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const bool closes = !in_string && (c == '}' || c == ']');
    const auto last = commented.find_last_not_of(" \t\r\n");
    const bool is_empty =
        last == commented.npos || std::string_view("{[/").contains(commented[last]);
    if (closes && !is_empty && dice.one_in(3)) commented += ',';
    commented += c;
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') commented += json[++i];
    if (in_string || !std::string_view("{[,:\"]}").contains(c)) continue;
    if (dice.one_in(6)) commented += dice.one_in(2) ? " // it's \"so\", {\n  " : "/* \" ,} */";
    if (dice.one_in(20)) commented += "// dos\r\n";
  }
  return commented;
}

Json text(std::string_view value) {
  return Json(std::string(value));
}

Settings helper(std::string_view value) {
  return {{"/helper", text(value)}};
}

Settings key_of(std::string_view provider, std::string_view value = "run") {
  return {{"/providers/" + std::string(provider) + "/key", text(value)}};
}

std::string set(std::string_view before, const Settings& wanted, const Json& memo = Json()) {
  const auto edited = pindus::set_json(before, wanted, memo);
  return edited ? edited->text : edited.error();
}

// Sets and takes back; what is left then.
std::string there_and_back(std::string_view before, const Settings& wanted) {
  const auto edited = pindus::set_json(before, wanted, Json());
  REQUIRE(edited);
  const auto taken = pindus::take_back_json(edited->text, edited->memo);
  REQUIRE(taken);
  CHECK(taken->left.empty());
  return taken->text;
}

}  // namespace

TEST_CASE("a setting that is added looks like those that are there") {
  CHECK(set("{\n  \"a\": 1\n}\n", helper("x")) == "{\n  \"a\": 1,\n  \"helper\": \"x\"\n}\n");
  CHECK(set("{\r\n\t\"a\" : 1\r\n}", helper("x")) ==
        "{\r\n\t\"a\" : 1,\r\n\t\"helper\" : \"x\"\r\n}");
  CHECK(set(R"({"a":1})", helper("x")) == R"({"a":1,"helper":"x"})");
  CHECK(set(R"({"a": 1})", helper("x")) == R"({"a": 1, "helper": "x"})");
  CHECK(set(R"({ "a": 1, "b": 2 })", helper("x")) == R"({ "a": 1, "b": 2, "helper": "x" })");
  CHECK(set("{\n    \"a\": {}\n}", {{"/a/b", text("x")}}) ==
        "{\n    \"a\": {\n        \"b\": \"x\"\n    }\n}");
  CHECK(set("{\n \"a\": 1\n}", key_of("p")) ==
        "{\n \"a\": 1,\n \"providers\": {\n  \"p\": {\n   \"key\": \"run\"\n  }\n }\n}");
}

TEST_CASE("a blank file becomes an object of its own") {
  const std::string made = "{\n  \"helper\": \"x\"\n}\n";
  CHECK(set("", helper("x")) == made);
  CHECK(set(" \n\n", helper("x")) == made);
  CHECK(pindus::is_empty_json("{ }\n"));
  CHECK_FALSE(pindus::is_empty_json(made));
}

TEST_CASE("a value that was there is replaced where it stands, and put back byte for byte") {
  const std::string before = "{ \"helper\":  \"o\\u006cd\" ,\n \"b\" : [1,2 ] }";
  CHECK(set(before, helper("x")) == "{ \"helper\":  \"x\" ,\n \"b\" : [1,2 ] }");
  CHECK(there_and_back(before, helper("x")) == before);
  CHECK(there_and_back(R"({"helper": {"deep": [1, {"x": null}]}})", helper("x")) ==
        R"({"helper": {"deep": [1, {"x": null}]}})");
}

TEST_CASE("what is set twice is the same, and another value keeps what was there at first") {
  const auto first = pindus::set_json(R"({"helper": "theirs"})", helper("one"), Json());
  REQUIRE(first);
  const auto again = pindus::set_json(first->text, helper("one"), first->memo);
  REQUIRE(again);
  CHECK(again->text == first->text);
  const auto other = pindus::set_json(first->text, helper("two"), again->memo);
  REQUIRE(other);
  CHECK(other->text == R"({"helper": "two"})");
  CHECK(pindus::take_back_json(other->text, other->memo)->text == R"({"helper": "theirs"})");
}

TEST_CASE("what others changed meanwhile stays, and ours goes from among it") {
  const auto edited = pindus::set_json("{\n  \"a\": 1\n}\n", key_of("p"), Json());
  REQUIRE(edited);
  std::string with_more = edited->text;
  with_more.insert(with_more.rfind("\n}"), ",\n  \"b\": 2");
  with_more.replace(with_more.find('1'), 1, "[ 1 ]");
  CHECK(pindus::take_back_json(with_more, edited->memo)->text ==
        "{\n  \"a\": [ 1 ],\n  \"b\": 2\n}\n");
  std::string beside = edited->text;
  beside.insert(beside.find("\"key\""), "\"url\": \"u\", ");
  CHECK(pindus::take_back_json(beside, edited->memo)->text ==
        "{\n  \"a\": 1,\n  \"providers\": {\n    \"p\": {\n      \"url\": \"u\"\n    }\n  }\n}\n");
  // Another layout of the whole file, as a program writes it that has read and changed it.
  CHECK(pindus::take_back_json(R"({"providers":{"p":{"key":"run"}},"a":1})", edited->memo)->text ==
        R"({"a":1})");
}

TEST_CASE("a setting that somebody has changed since is theirs") {
  const auto edited = pindus::set_json("{}", helper("x"), Json());
  const auto taken = pindus::take_back_json(R"({"helper": "y"})", edited->memo);
  CHECK(taken->text == R"({"helper": "y"})");
  CHECK(taken->left == std::vector<std::string>{"/helper"});
}

TEST_CASE("a setting that somebody has made already is left to them") {
  const std::string theirs = R"({"helper" : "x"})";
  CHECK(set(theirs, helper("x")) == theirs);
  CHECK(there_and_back(theirs, helper("x")) == theirs);
}

TEST_CASE("an addition is made where nothing stands, and leaves alone what does") {
  const Settings additions = {{"/providers/p/headers", Json(Json::Object())}};
  const auto add = [&](std::string_view before) {
    const auto edited = pindus::set_json(before, key_of("p"), Json(), additions);
    REQUIRE(edited);
    CHECK(pindus::set_json(edited->text, key_of("p"), edited->memo, additions)->text ==
          edited->text);
    CHECK(pindus::take_back_json(edited->text, edited->memo)->text == before);
    return edited->text;
  };
  CHECK(add(R"({"a":1})") == R"({"a":1,"providers":{"p":{"key":"run","headers":{}}}})");
  CHECK(add(R"({"providers": {"p": {"headers": {"x": "y"}}}})") ==
        R"({"providers": {"p": {"headers": {"x": "y"}, "key": "run"}}})");
}

TEST_CASE("two changes of one file are taken back in any order") {
  for (const std::string before : {"{}", "{ }", "{\n}\n", "{\"providers\": {\n }}", "{\"a\":1}"}) {
    for (const bool first_goes_first : {true, false}) {
      auto one = pindus::set_json(before, key_of("p"), Json());
      auto two = pindus::set_json(one->text, key_of("q"), Json());
      Json& gone = first_goes_first ? one->memo : two->memo;
      Json& kept = first_goes_first ? two->memo : one->memo;
      const auto half = pindus::take_back_json(two->text, gone);
      pindus::hand_over_json(gone, kept);
      CHECK(pindus::take_back_json(half->text, kept)->text == before);
    }
  }
}

TEST_CASE("comments and commas behind last elements stay where they are") {
  CHECK(set("{\n  \"a\": 1 // one\n}\n", helper("x")) ==
        "{\n  \"a\": 1, // one\n  \"helper\": \"x\"\n}\n");
  CHECK(set("{\n  \"a\": 1, // one\n  // two\n}\n", helper("x")) ==
        "{\n  \"a\": 1, // one\n  \"helper\": \"x\",\n  // two\n}\n");
  CHECK(set("{\"a\": [1, 2,],}", helper("x")) == "{\"a\": [1, 2,], \"helper\": \"x\",}");
  CHECK(set("// mine\n{\n  /* none yet */\n}", helper("x")) ==
        "// mine\n{\n  /* none yet */\n  \"helper\": \"x\"\n}");
  CHECK(set("{ // none yet\n}", helper("x")) == "{ // none yet\n  \"helper\": \"x\"\n}");
  CHECK(set("{\"helper\": /* see https://x.example */ \"old\", /* b */}", helper("x")) ==
        "{\"helper\": /* see https://x.example */ \"x\", /* b */}");
  CHECK(set("{\"url\": \"https://x.example/*\"}", helper("x")) ==
        "{\"url\": \"https://x.example/*\", \"helper\": \"x\"}");
  CHECK(set("{\"helper\": /* it is */ \"x\"}", helper("x")) == "{\"helper\": /* it is */ \"x\"}");
  for (const std::string before :
       {"{\n  \"a\": 1 // one\n}\n", "{\n  \"a\": 1, // one\n  // two\n}\n", "{\"a\": 1,}",
        "// mine\n{\n  /* none yet */\n}", "{ // none yet\n}", "{/**/}",
        "{\"helper\": {/* deep */ \"a\": 1,}, // b\n}", "{\r\n  \"a\": 1 // one\r\n}\r\n",
        "{\n  \"providers\": {\n    // none\n  },\n}", "{\n  \"a\": 1 // one  \n}\n",
        "{ \n  \"a\": 1 // one\n}\n", "{\r\n  \"a\": 1, //\t\r\n  \"b\": 2 /* */ \r\n}\r\n"}) {
    CHECK(there_and_back(before, helper("x")) == before);
    CHECK(there_and_back(before, key_of("p")) == before);
  }
  CHECK_FALSE(pindus::is_empty_json("{ /* mine */ }"));
  CHECK_FALSE(pindus::is_empty_json("// mine\n{}"));
}

TEST_CASE("a file to which an undo wouldn't give every byte back is left as it is") {
  // A carriage return alone ends no line: at a comment's end it is the comment's until ours comes.
  const std::string odd = "{\n  \r \"a\": 1 \r// \r\r\n  }";
  CHECK(set(odd, helper("x")) == std::string(pindus::cannot_be_undone));
}

TEST_CASE("a comment that somebody writes beside ours stays when ours goes") {
  const auto edited = pindus::set_json("{\n  \"a\": 1\n}\n", key_of("p"), Json());
  REQUIRE(edited);
  const auto left = [&](std::string_view part, std::string_view with_comment) {
    std::string text = edited->text;
    text.replace(text.find(part), part.size(), with_comment);
    const auto taken = pindus::take_back_json(text, edited->memo);
    REQUIRE(taken);
    CHECK(set(taken->text, helper("x")).contains("helper"));  // it is JSON with comments
    return taken->text;
  };
  CHECK(left("\"a\": 1,", "\"a\": 1, // one") == "{\n  \"a\": 1 // one\n}\n");
  CHECK(left("  \"providers\"", "  // ours\n  \"providers\"") == "{\n  \"a\": 1\n  // ours\n}\n");
  CHECK_THAT(left("\"key\"", "/* asks */ \"key\""), Contains("\"p\": {") && Contains("/* asks */"));
}

TEST_CASE("what can't be understood is refused, with the place") {
  CHECK_THAT(set("{\n  # a comment\n}", helper("x")), Contains("as JSON") && Contains("line 2"));
  CHECK_THAT(set("{\n  /* no end\n}", helper("x")), Contains("as JSON") && Contains("line 2"));
  CHECK_THAT(set("{\"a\": 1 / 2}", helper("x")), Contains("as JSON"));
  CHECK_THAT(set("{,}", helper("x")), Contains("as JSON"));
  CHECK_THAT(set("{\"a\": 1,,}", helper("x")), Contains("as JSON"));
  CHECK_THAT(set("{\"a\": 1} // the end\n{}", helper("x")), Contains("as JSON"));
  CHECK_THAT(set("{} {}", helper("x")), Contains("as JSON"));
  CHECK_THAT(set("[1]", helper("x")), Contains("holds no JSON object"));
  CHECK_THAT(set(std::string("{\"a\": \"\0\"}", 10), helper("x")), Contains("as JSON"));
  CHECK_THAT(set(R"({"providers": {"p": "text"}})", key_of("p")),
             Contains("something else than an object at /providers/p"));
  const std::string deep = std::string(63, '[') + std::string(63, ']');
  CHECK_THAT(set("{\"a\": " + deep + "}", key_of("p")), !Contains("as JSON"));
  std::string nested = "{}";
  std::string pointer;
  for (int i = 0; i < 62; ++i) {
    nested = "{\"a\":" + nested + "}";
    pointer += "/a";
  }
  CHECK_THAT(set(nested, {{pointer + "/b/c/d", text("x")}}), Contains("as JSON"));
}

TEST_CASE("setting and taking back gives every byte again, whatever the file looks like") {
  Dice dice(20261127);
  RandomJson json(dice);
  int changed = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string before = json.value();
    if (before.front() != '{') continue;
    before = json.blanks() + before + json.blanks();
    if (dice.one_in(2)) before = with_comments(before, dice);
    if (dice.one_in(20)) before.insert(0, "\xef\xbb\xbf");
    Settings wanted = helper("x");
    if (dice.one_in(2)) wanted = key_of("p");
    if (dice.one_in(3)) wanted.emplace_back("/providers/q/key", text("y"));
    if (dice.one_in(3)) {
      wanted.emplace_back("/a", Json(Json::Object{{"b", Json(Json::Array{text("c")})}}));
    }
    const auto edited = pindus::set_json(before, wanted, Json());
    if (!edited) {  // no JSON, or something else than an object on the way
      REQUIRE(edited.error() != pindus::cannot_be_undone);
      continue;
    }
    ++changed;
    INFO(before);
    REQUIRE(pindus::take_back_json(edited->text, edited->memo)->text == before);
    REQUIRE(set(edited->text, wanted, edited->memo) == edited->text);
  }
  CHECK(changed > 500);
}
