#include <catch2/catch.hpp>
#include <set>

#include "core/setup/marked_block.hpp"
#include "core/setup/toml_scanner.hpp"
#include "core/setup/toml_settings.hpp"
#include "tests/support/random_json.hpp"

using Catch::Matchers::Contains;
using pindus::BlockPlace;
using pindus::Json;
using pindus::Settings;
using pindus::test::Dice;

namespace {

const pindus::BlockName tool{.name = "tool"};

std::string with_block(std::string_view before, const std::vector<std::string>& lines) {
  const auto edited = pindus::set_block(before, tool, lines, BlockPlace::end, Json());
  return edited ? edited->text : edited.error();
}

Settings model_settings(std::string_view command = "run") {
  return {
      {"/model_provider", Json(std::string("ours"))},
      {"/model_providers/ours",
       Json(Json::Object{{"name", Json(std::string("N"))},
                         {"auth", Json(Json::Object{{"command", Json(std::string(command))},
                                                    {"args", Json(Json::Array{Json(std::int64_t{1}),
                                                                              Json(true)})}})}})}};
}

std::string set_toml(std::string_view before) {
  const auto edited = pindus::set_toml(before, model_settings(), "tool", Json());
  return edited ? edited->text : edited.error();
}

constexpr std::string_view root_block =
    "# >>> pindus tool model_provider >>>\nmodel_provider = \"ours\"\n"
    "# <<< pindus tool model_provider <<<\n";
constexpr std::string_view tables =
    "# >>> pindus tool >>>\n[model_providers.ours]\nname = \"N\"\n"
    "[model_providers.ours.auth]\ncommand = \"run\"\nargs = [1, true]\n# <<< pindus tool <<<\n";

}  // namespace

TEST_CASE("a block is put at the end, replaced where it stands, and taken out of what is around") {
  CHECK(with_block("a\n", {"one", "two"}) ==
        "a\n# >>> pindus tool >>>\none\ntwo\n# <<< pindus tool <<<\n");
  CHECK(with_block("", {"x"}) == "# >>> pindus tool >>>\nx\n# <<< pindus tool <<<\n");
  const std::string there = with_block("a\n", {"one"}) + "after\n";
  CHECK(with_block(there, {"two"}) ==
        "a\n# >>> pindus tool >>>\ntwo\n# <<< pindus tool <<<\nafter\n");
  CHECK(pindus::take_block_back(there, tool, Json()) == "a\nafter\n");
  CHECK(with_block("a\r\nb\r\n", {"x"}) ==
        "a\r\nb\r\n# >>> pindus tool >>>\r\nx\r\n# <<< pindus tool <<<\r\n");
}

TEST_CASE("a last line without its end is as before when the block is taken out") {
  for (const std::string before : {"a", "a\r\nb", "\n\na", " "}) {
    const auto edited = pindus::set_block(before, tool, {"x"}, BlockPlace::end, Json());
    REQUIRE(edited);
    CHECK(pindus::take_block_back(edited->text, tool, edited->memo) == before);
    // With something behind it, that line keeps its end.
    CHECK_THAT(*pindus::take_block_back(edited->text + "more\n", tool, edited->memo),
               Contains("\nmore\n"));
  }
}

TEST_CASE("a block whose marks aren't a pair is refused, with the line") {
  CHECK_THAT(with_block("a\n# >>> pindus tool >>>\nx\n", {"y"}),
             Contains("the beginning of a block of pindus in line 2, and not its end"));
  CHECK_THAT(with_block("# <<< pindus tool <<<\n", {"y"}), Contains("not its beginning"));
  const std::string one = with_block("", {"x"});
  CHECK_THAT(with_block(one + one, {"y"}), Contains("a second block of pindus in line 4"));
  CHECK_THAT(with_block(std::string("a\0b", 3), {"y"}), Contains("is no text"));
  // Marks of others are lines like any other.
  CHECK_THAT(with_block("# >>> pindus tool two >>>\n", {"y"}), Contains("# <<< pindus tool <<<"));
}

TEST_CASE("a TOML key goes before the first table, and tables go to the end") {
  CHECK(set_toml("") == std::string(root_block) + std::string(tables));
  CHECK(set_toml("# mine\nmodel = \"m\"\n\n[other]\nx = 1\n") ==
        std::string(root_block) + "# mine\nmodel = \"m\"\n\n[other]\nx = 1\n" +
            std::string(tables));
}

TEST_CASE("a TOML key that was there is replaced by ours, and put back") {
  const std::string before =
      "model = \"m\"\nmodel_provider = 'theirs' # why\n[model_providers.theirs]\nname = \"T\"\n";
  const auto edited = pindus::set_toml(before, model_settings(), "tool", Json());
  REQUIRE(edited);
  CHECK(edited->text == "model = \"m\"\n" + std::string(root_block) +
                            "[model_providers.theirs]\nname = \"T\"\n" + std::string(tables));
  const auto again = pindus::set_toml(edited->text, model_settings(), "tool", edited->memo);
  REQUIRE(again);
  CHECK(again->text == edited->text);
  const auto other = pindus::set_toml(edited->text, model_settings("go"), "tool", again->memo);
  REQUIRE(other);
  CHECK_THAT(other->text, Contains("command = \"go\"") && !Contains("\"run\""));
  CHECK(pindus::take_back_toml(other->text, "tool", other->memo)->text == before);
}

TEST_CASE("a TOML table of somebody else's is refused, however it is written") {
  for (const char* theirs :
       {"[model_providers.ours]\n", "[ model_providers . \"ours\" ]\n",
        "[model_providers.ours.x]\n", "[model_providers]\nours = { name = \"x\" }\n",
        "[model_providers]\nours.name = \"x\"\n", "model_providers.'ours'.name = 1\n",
        "model_providers = { }\n", "[[model_providers.ours]]\n"}) {
    CHECK_THAT(set_toml(theirs), Contains("already, which pindus didn't write"));
  }
  CHECK_THAT(set_toml("[model_provider]\nx = 1\n"), Contains("has model_provider already"));
  CHECK_THAT(set_toml("[a]\nmodel_provider = 1\n[model_providers]\n[model_providers.other]\n"),
             Contains(std::string(tables)));
}

TEST_CASE("what is no TOML is refused, and what is odd TOML is passed") {
  for (const char* wrong : {"{\n}", "a\n", "a = \"x\n", "a = [1\n", "[a\n", "a = 1 ]\n", "= 1\n",
                            "a = '''x\n", "a =\n", "\"\n"}) {
    CAPTURE(wrong);
    CHECK_THAT(set_toml(wrong), Contains("as TOML (line"));
  }
  CHECK_THAT(set_toml("a = 1\nb = 1\n\"a\" = 2\n"), Contains("second time (line 3)"));
  CHECK_THAT(set_toml("a = 1\r"), Contains("carriage return"));
  const std::string odd =
      "a = \"\"\"x\n[model_provider]\n\\\"\"\"\"\" # c\nb = [ # c ]\n  '[', \"]\",\n]\n"
      "c = '''\nmodel_provider = 1'''\n\"d e\".f = { g = \"}\" }\n[[h]]\n[h.'i.j']\nk = 1";
  const auto edited = pindus::set_toml(odd, model_settings(), "tool", Json());
  REQUIRE(edited);
  CHECK(pindus::take_back_toml(edited->text, "tool", edited->memo)->text == odd);
  CHECK(pindus::toml_value(Json(Json::Object{{"a b", Json(std::string("x\"\n"))}})) ==
        "{ \"a b\" = \"x\\\"\\n\" }");
}

TEST_CASE("TOML files of many shapes are the same after a setup and its undo") {
  Dice dice(7);
  const std::vector<std::string> lines = {"# comment",      "",
                                          "model = \"m\"",  "  model_provider = \"theirs\"",
                                          "x.y = [1,\n 2]", "z = '''\n[t]\n'''",
                                          "\tw = 1 # c"};
  const std::vector<std::string> headers = {"[t]", "[[u]]", "[model_providers.theirs]",
                                            "[ model_providers ]"};
  for (int i = 0; i < 2000; ++i) {
    const std::string end = dice.one_in(3) ? "\r\n" : "\n";
    std::string before = dice.one_in(10) ? "\xef\xbb\xbf" : "";
    std::set<std::string> keys;
    for (std::size_t line = dice.roll(5); line > 0; --line) {
      const std::string& text = dice.pick(lines);
      if (text.contains(" = ") && !keys.insert(text).second) continue;
      before += text + end;
    }
    if (dice.one_in(2)) before += dice.pick(headers) + end + "v = 1" + end;
    if (dice.one_in(3) && !before.empty()) {
      before.resize(before.size() - (before.ends_with(end) ? end.size() : 0));
    }
    const auto edited = pindus::set_toml(before, model_settings(), "tool", Json());
    INFO(before);
    REQUIRE(edited);
    REQUIRE(pindus::take_back_toml(edited->text, "tool", edited->memo)->text == before);
    REQUIRE(pindus::set_toml(edited->text, model_settings(), "tool", edited->memo)->text ==
            edited->text);
  }
}
