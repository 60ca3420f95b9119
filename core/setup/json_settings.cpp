#include "core/setup/json_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/fault.hpp"
#include "core/setup/json_layout.hpp"
#include "core/setup/json_text.hpp"

namespace pindus {
namespace {

// What is remembered of one member.
struct Memo {
  std::string pointer = {};
  Json value = Json();                     // that we set
  std::optional<std::string> before = {};  // as it stood there; nothing: it didn't
  std::string made = {};                   // the outermost member that was made for it
  std::optional<std::string> inner = {};   // the blanks of the object in which that was made

  [[nodiscard]] Json json() const {
    Json::Object object = {{"pointer", Json(pointer)}, {"value", value}};
    if (before) object.emplace_back("before", Json(*before));
    if (!made.empty()) object.emplace_back("made", Json(made));
    if (inner) object.emplace_back("inner", Json(*inner));
    return Json(std::move(object));
  }
};

std::optional<std::string> text_of(const Json& object, std::string_view name) {
  const std::string* text = object.find_text(name);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::vector<Memo> read_memo(const Json& memo) {
  std::vector<Memo> memos;
  const Json* members = memo.find("members");
  if (members == nullptr || members->as_array() == nullptr) return memos;
  for (const Json& json : *members->as_array()) {
    const Json* value = json.find("value");
    memos.push_back({.pointer = text_of(json, "pointer").value_or(""),
                     .value = value == nullptr ? Json() : *value,
                     .before = text_of(json, "before"),
                     .made = text_of(json, "made").value_or(""),
                     .inner = text_of(json, "inner")});
  }
  return memos;
}

Json write_memo(const std::vector<Memo>& memos) {
  Json::Array members;
  for (const Memo& memo : memos) members.push_back(memo.json());
  return Json(Json::Object{{"members", Json(std::move(members))}});
}

std::string prefix_of(const std::vector<std::string>& tokens, std::size_t count) {
  std::string pointer;
  for (const std::string& token : tokens) {
    if (count-- == 0) break;
    pointer += '/';
    pointer += pointer_token(token);
  }
  return pointer;
}

// Takes one back; false where it isn't ours any more.
Edit<bool> take_one_back(JsonText& text, const Memo& memo) {
  const auto tokens = tokens_of(memo.pointer);
  const JsonWay way = text.follow(tokens);
  if (tokens.empty() || way.steps.size() != tokens.size()) return false;
  const auto now = text.value(way.steps.back().value());
  if (!now || !same_value(*now, memo.value)) return false;
  if (memo.before) {
    TRY(text.replace(way.steps.back().value(), *memo.before));
    return true;
  }
  // Up to the outermost object that holds nothing but ours.
  const std::size_t made = memo.made.empty() ? tokens.size() : tokens_of(memo.made).size();
  std::size_t level = tokens.size();
  while (level > made && way.steps[level - 1].is_alone) --level;
  const std::string inner = level == made ? memo.inner.value_or("") : std::string();
  TRY(text.remove(way.steps[level - 1], inner));
  return true;
}

// Whether something stands there that we didn't put there.
bool is_of_others(const JsonText& text, const std::string& pointer, const std::vector<Memo>& ours) {
  const auto tokens = tokens_of(pointer);
  const JsonWay way = text.follow(tokens);
  if (way.steps.size() != tokens.size()) return false;
  const auto memo = std::ranges::find(ours, pointer, &Memo::pointer);
  if (memo == ours.end()) return true;
  const auto now = text.value(way.steps.back().value());
  return !now || !same_value(*now, memo->value);
}

}  // namespace

Edit<EditedText> set_json(std::string_view text, const Settings& settings, const Json& memo,
                          const Settings& additions) {
  const bool is_nothing = std::ranges::all_of(text, is_json_blank);
  JsonText edited = TRY(JsonText::read(std::string(is_nothing ? "{}\n" : text)));
  const std::vector<Memo> before = read_memo(memo);
  std::vector<Memo> after;
  Settings wanted = settings;
  for (const auto& addition : additions) {
    if (!is_of_others(edited, addition.first, before)) wanted.push_back(addition);
  }
  const auto is_wanted = [&](const std::string& pointer) {
    return std::ranges::find(wanted, pointer, [](const auto& entry) { return entry.first; }) !=
           wanted.end();
  };
  for (auto old = before.rbegin(); old != before.rend(); ++old) {
    if (!is_wanted(old->pointer)) static_cast<void>(TRY(take_one_back(edited, *old)));
  }
  for (const auto& [pointer, value] : wanted) {
    const auto tokens = tokens_of(pointer);
    const JsonWay way = edited.follow(tokens);
    if (way.stuck) {
      return std::unexpected(fmt::format("has something else than an object at {}",
                                         printable(prefix_of(tokens, *way.stuck + 1))));
    }
    const auto old = std::ranges::find(before, pointer, &Memo::pointer);
    Memo made{.pointer = pointer, .value = value};
    if (way.steps.size() == tokens.size()) {
      const bare::Span span = way.steps.back().value();
      const auto now = edited.value(span);
      const bool is_ours = old != before.end() && now && same_value(*now, old->value);
      const bool is_right = now && same_value(*now, value);
      if (is_ours) {
        made = *old;
        made.value = value;
      } else if (is_right) {
        continue;
      } else {
        made.before = edited.as_written(span);
      }
      if (!is_right) TRY(edited.set_value(span, value));
    } else {
      const std::size_t depth = way.steps.size();
      Json added = value;
      for (std::size_t i = tokens.size(); i-- > depth + 1;) {
        added = Json(Json::Object{{tokens[i], std::move(added)}});
      }
      if (depth + 1 < tokens.size()) made.made = prefix_of(tokens, depth + 1);
      // Depth, most of all: what we can't read again we couldn't take back.
      made.inner = TRY(edited.insert(way.last_object, tokens[depth], added));
    }
    after.push_back(std::move(made));
  }
  EditedText made{edited.text(), write_memo(after)};
  // A comment can stand where no rule of ours puts it back: better not begun than not undone.
  if (before.empty() && !is_nothing) {
    const auto undone = take_back_json(made.text, made.memo);
    if (!undone || undone->text != text) return std::unexpected(cannot_be_undone);
  }
  return made;
}

Edit<TakenBack> take_back_json(std::string_view text, const Json& memo) {
  JsonText edited = TRY(JsonText::read(std::string(text)));
  TakenBack taken;
  const std::vector<Memo> memos = read_memo(memo);
  for (auto one = memos.rbegin(); one != memos.rend(); ++one) {
    if (!TRY(take_one_back(edited, *one))) taken.left.push_back(one->pointer);
  }
  taken.text = edited.text();
  return taken;
}

Edit<std::vector<std::string>> json_at(std::string_view text, const Settings& wanted) {
  std::vector<std::string> values;
  if (std::ranges::all_of(text, is_json_blank)) return values;
  const JsonText json = TRY(JsonText::read(std::string(text)));
  for (const auto& [pointer, value] : wanted) {
    const auto tokens = tokens_of(pointer);
    const JsonWay way = json.follow(tokens);
    if (way.steps.size() != tokens.size()) return std::vector<std::string>();
    values.push_back(json.as_written(way.steps.back().value()));
  }
  return values;
}

bool is_empty_json(std::string_view text) {
  const auto json = JsonText::read(std::string(text));
  return json && json->is_empty();
}

void hand_over_json(const Json& gone, Json& kept) {
  std::vector<Memo> heirs = read_memo(kept);
  for (const Memo& memo : read_memo(gone)) {
    const std::string outermost = memo.made.empty() ? memo.pointer : memo.made;
    const std::string around = outermost.substr(0, outermost.rfind('/') + 1);
    for (Memo& heir : heirs) {
      if (!memo.made.empty() && heir.pointer.starts_with(memo.made + "/")) {
        heir.made = memo.made;
        heir.inner = memo.inner;
      } else if (memo.inner && !heir.inner && heir.pointer.starts_with(around)) {
        heir.inner = memo.inner;
      }
    }
  }
  kept = write_memo(heirs);
}

}  // namespace pindus
