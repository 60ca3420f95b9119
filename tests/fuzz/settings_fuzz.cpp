// Settings of other programs as anybody may have written them: the input's first line begins with
// what they are (j: JSON, t: TOML, else a text with a block), and the rest is the file. What was
// outside of the change stays byte for byte, a second setup changes nothing, and an undo gives the
// file back. A line "===" parts the file from what somebody made of it since: then what is left
// can still be read.

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/providers/manifest_checks.hpp"
#include "core/setup/json_comments.hpp"
#include "core/setup/json_settings.hpp"
#include "core/setup/marked_block.hpp"
#include "core/setup/toml_scanner.hpp"
#include "core/setup/toml_settings.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::Edit;
using pindus::EditedText;
using pindus::Json;
using pindus::Settings;
using pindus::test::hold;

Json text(std::string_view value) {
  return Json(std::string(value));
}

Json object(std::string name, Json value) {
  return Json(Json::Object{{std::move(name), std::move(value)}});
}

const Settings& json_settings() {
  static const Settings settings = {{"/helper", text("run \"it\"")},
                                    {"/providers/p/key", text("$(run)")}};
  return settings;
}

const Settings& toml_settings() {
  static const Settings settings = {
      {"/model_provider", text("ours")},
      {"/model_providers/ours", object("auth", object("command", text("run")))}};
  return settings;
}

// Whether all of `part` stands in `whole`, in its order, blanks aside.
bool is_within(std::string_view part, std::string_view whole) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  auto at = whole.begin();
  for (const char c : part) {
    if (is_blank(c)) continue;
    at = std::find(at, whole.end(), c);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

bool has_unique_names(const Json& json) {
  return !pindus::check_unique_names(json).has_value();
}

void check_json(std::string_view before, std::string_view since) {
  const auto edited = pindus::set_json(before, json_settings(), Json());
  if (!edited) return;
  const auto again = pindus::set_json(edited->text, json_settings(), edited->memo);
  hold(again && again->text == edited->text, "a second setup changes nothing");
  const auto taken = pindus::take_back_json(edited->text, edited->memo);
  const bool was_blank = std::ranges::all_of(
      before, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  hold(taken && taken->left.empty() && (was_blank || taken->text == before),
       "an undo gives the file back");
  if (!edited->memo.dump().contains("\"before\":")) {
    hold(is_within(before, edited->text), "no byte of the file goes");
  }
  // The value of the whole is that of a merge, where names stand once.
  auto meant = Json::parse(was_blank ? "{}" : pindus::plain_json(before));
  const auto made = Json::parse(pindus::plain_json(edited->text));
  if (meant && made && has_unique_names(*meant)) {
    const std::string helper = *json_settings()[0].second.as_string();
    meant->merge_patch(object("helper", text(helper)));
    meant->merge_patch(object("providers", object("p", object("key", text("$(run)")))));
    hold(pindus::same_value(*meant, *made), "nothing else says anything else");
  }
  const auto left = pindus::take_back_json(since, edited->memo);
  if (left) {
    hold(pindus::set_json(left->text, {}, Json()).has_value(), "what is left can be read again");
  }
}

void check_toml(std::string_view before, std::string_view since) {
  const auto edited = pindus::set_toml(before, toml_settings(), "tool", Json());
  if (!edited) return;
  const auto again = pindus::set_toml(edited->text, toml_settings(), "tool", edited->memo);
  hold(again && again->text == edited->text, "a second setup changes nothing");
  hold(pindus::scan_toml(edited->text).has_value(), "what is made can be read");
  if (!before.contains("pindus tool")) {  // a block that nobody remembers
    const auto taken = pindus::take_back_toml(edited->text, "tool", edited->memo);
    hold(taken && taken->text == before, "an undo gives the file back");
    if (!edited->memo.dump().contains("\"instead\":")) {
      hold(is_within(before, edited->text), "no byte of the file goes");
    }
  }
  const auto left = pindus::take_back_toml(since, "tool", edited->memo);
  hold(left || pindus::is_printable(left.error()), "why nothing is taken back is printable");
}

void check_block(std::string_view before, std::string_view since) {
  const pindus::BlockName name{.name = "tool p"};
  const auto edited =
      pindus::set_block(before, name, {"alias x='run'"}, pindus::BlockPlace::end, Json());
  if (!edited) return;
  const auto again = pindus::set_block(edited->text, name, {"alias x='run'"},
                                       pindus::BlockPlace::end, edited->memo);
  hold(again && again->text == edited->text, "a second setup changes nothing");
  if (!before.contains("pindus tool")) {
    hold(edited->text.starts_with(before), "the file is the beginning of what is made");
    const auto taken = pindus::take_block_back(edited->text, name, edited->memo);
    hold(taken && *taken == before, "an undo gives the file back");
  }
  const auto left = pindus::take_block_back(since, name, edited->memo);
  if (left) hold(is_within(*left, since), "an undo adds nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  const auto kind = pindus::test::take_line(input);
  const auto before = pindus::test::take_part(input, "===\n");
  if (kind.starts_with('j')) {
    check_json(before, input);
  } else if (kind.starts_with('t')) {
    check_toml(before, input);
  } else {
    check_block(before, input);
  }
  return 0;
}
