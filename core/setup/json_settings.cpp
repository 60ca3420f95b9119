#include "core/setup/json_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/bare/json_reader.hpp"
#include "core/base/fault.hpp"
#include "core/setup/json_layout.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {
namespace {

using Span = bare::Span;

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.size());
}

// The one value of the document.
Edit<Span> root_of(std::string_view text) {
  bare::JsonReader reader(bare_text(text));
  bare::JsonKind kind = bare::JsonKind::null;
  if (!reader.peek(kind) || !reader.skip_value() || !reader.finish()) {
    const auto before = text.substr(0, reader.error_offset());
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return std::unexpected(fmt::format("can't be understood as JSON: {} (line {}, column {})",
                                       describe(reader.error()), line, column));
  }
  if (kind != bare::JsonKind::object) return std::unexpected("holds no JSON object");
  return reader.value_span();
}

// A member where it stands in the whole text, and the object around it.
struct Found {
  Span object = {};
  std::vector<JsonMember> members = {};  // of the object; spans from its beginning
  std::size_t index = 0;

  [[nodiscard]] Span whole(Span inner) const {
    return {object.begin + inner.begin, object.begin + inner.end};
  }
  [[nodiscard]] Span value() const { return whole(members[index].value_span); }
  [[nodiscard]] bool is_alone() const { return members.size() == 1; }
};

// As far as the pointer leads: what was found for each of its tokens.
struct Way {
  std::vector<Found> steps = {};
  Span last_object = {};                  // in which the next token isn't
  std::optional<std::size_t> stuck = {};  // at the token whose value is no object
};

Way follow(std::string_view text, Span root, const std::vector<std::string>& tokens) {
  Way way{.last_object = root};
  for (const std::string& token : tokens) {
    Found found{.object = way.last_object, .members = list_members(part(text, way.last_object))};
    const JsonMember* member = find_member(found.members, token);
    if (member == nullptr) return way;
    found.index = static_cast<std::size_t>(member - found.members.data());
    const bool is_object = member->kind == bare::JsonKind::object;
    way.last_object = found.whole(member->value_span);
    way.steps.push_back(std::move(found));
    if (!is_object && way.steps.size() < tokens.size()) {
      way.stuck = way.steps.size() - 1;
      return way;
    }
  }
  return way;
}

std::optional<Json> value_in(std::string_view text, Span span) {
  auto value = Json::parse(part(text, span));
  if (!value) return std::nullopt;
  return *std::move(value);
}

// One level in, as the document's first member has it; nothing where that isn't on a line of its
// own.
std::optional<std::string> unit_of(std::string_view text, Span root) {
  const auto members = list_members(part(text, root));
  if (members.empty()) return "  ";
  const auto blanks = blanks_before(text, root.begin + members.front().name_span.begin);
  if (!blanks.contains('\n')) return std::nullopt;
  return after_last_line_end(blanks);
}

struct Inserted {
  std::string text;
  std::optional<std::string> inner;  // the blanks of an object that was empty
};

Inserted insert_member(std::string_view text, Span root, Span object, std::string_view name,
                       const Json& value) {
  const auto members = list_members(part(text, object));
  const auto unit = unit_of(text, root);
  JsonLayout layout{.unit = unit.value_or("")};
  std::string edited(text);
  if (members.empty()) {
    const Span inner{object.begin + 1, object.end - 1};
    if (unit) {
      layout.line_end = line_end_of(text);
      const std::string base = indent_of_line(text, object.begin);
      layout.indent = base + layout.unit;
      const std::string end(layout.line_end);
      edited.replace(inner.begin, inner.size(),
                     end + layout.indent + json_quote(name) + layout.colon +
                         rendered_json(value, layout, layout.indent) + end + base);
    } else {
      edited.replace(inner.begin, inner.size(),
                     json_quote(name) + layout.colon + rendered_json(value, layout, ""));
    }
    return {std::move(edited), std::string(part(text, inner))};
  }
  const JsonMember& last = members.back();
  const std::string_view separator = blanks_before(text, object.begin + last.name_span.begin);
  if (separator.contains('\n')) {
    layout.line_end = line_end_of(separator);
    layout.indent = after_last_line_end(separator);
  }
  layout.colon =
      part(text, {object.begin + last.name_span.end, object.begin + last.value_span.begin});
  const std::string blank = members.size() == 1 && separator.empty() && layout.colon != ":"
                                ? " "
                                : std::string(separator);
  edited.insert(
      object.begin + last.value_span.end,
      "," + blank + json_quote(name) + layout.colon + rendered_json(value, layout, layout.indent));
  return {std::move(edited), std::nullopt};
}

// With the comma before it, or, for the first one, with that behind it.
std::string without_member(std::string_view text, const Found& found, std::string_view inner) {
  std::string edited(text);
  const std::vector<JsonMember>& members = found.members;
  const std::size_t index = found.index;
  Span span{found.object.begin + 1, found.object.end - 1};
  if (found.is_alone()) {
    edited.replace(span.begin, span.size(), inner);
    return edited;
  }
  if (index > 0) {
    span = found.whole({members[index - 1].value_span.end, members[index].value_span.end});
  } else {
    span = found.whole({members[0].name_span.begin, members[1].name_span.begin});
  }
  edited.erase(span.begin, span.size());
  return edited;
}

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
  const Json* member = object.find(name);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
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
bool take_one_back(std::string& text, Span root, const Memo& memo) {
  const auto tokens = tokens_of(memo.pointer);
  const Way way = follow(text, root, tokens);
  if (tokens.empty() || way.steps.size() != tokens.size()) return false;
  const auto now = value_in(text, way.steps.back().value());
  if (!now || !same_value(*now, memo.value)) return false;
  if (memo.before) {
    const Span span = way.steps.back().value();
    text.replace(span.begin, span.size(), *memo.before);
    return true;
  }
  // Up to the outermost object that holds nothing but ours.
  const std::size_t made = memo.made.empty() ? tokens.size() : tokens_of(memo.made).size();
  std::size_t level = tokens.size();
  while (level > made && way.steps[level - 1].is_alone()) --level;
  text = without_member(text, way.steps[level - 1],
                        level == made ? memo.inner.value_or("") : std::string());
  return true;
}

// Whether something stands there that we didn't put there.
bool is_of_others(std::string_view text, const std::string& pointer,
                  const std::vector<Memo>& ours) {
  const auto tokens = tokens_of(pointer);
  const Way way = follow(text, *root_of(text), tokens);
  if (way.steps.size() != tokens.size()) return false;
  const auto memo = std::ranges::find(ours, pointer, &Memo::pointer);
  if (memo == ours.end()) return true;
  const auto now = value_in(text, way.steps.back().value());
  return !now || !same_value(*now, memo->value);
}

}  // namespace

Edit<EditedText> set_json(std::string_view text, const Settings& settings, const Json& memo,
                          const Settings& additions) {
  const bool is_nothing = std::ranges::all_of(text, is_json_blank);
  std::string edited(is_nothing ? "{}\n" : text);
  const std::vector<Memo> before = read_memo(memo);
  std::vector<Memo> after;
  if (auto root = root_of(edited); !root) return std::unexpected(std::move(root).error());
  Settings wanted = settings;
  for (const auto& addition : additions) {
    if (!is_of_others(edited, addition.first, before)) wanted.push_back(addition);
  }
  const auto is_wanted = [&](const std::string& pointer) {
    return std::ranges::find(wanted, pointer, [](const auto& entry) { return entry.first; }) !=
           wanted.end();
  };
  for (auto old = before.rbegin(); old != before.rend(); ++old) {
    if (!is_wanted(old->pointer)) take_one_back(edited, *root_of(edited), *old);
  }
  for (const auto& [pointer, value] : wanted) {
    const Span root = *root_of(edited);
    const auto tokens = tokens_of(pointer);
    const Way way = follow(edited, root, tokens);
    if (way.stuck) {
      return std::unexpected(fmt::format("has something else than an object at {}",
                                         printable(prefix_of(tokens, *way.stuck + 1))));
    }
    const auto old = std::ranges::find(before, pointer, &Memo::pointer);
    Memo made{.pointer = pointer, .value = value};
    if (way.steps.size() == tokens.size()) {
      const Span span = way.steps.back().value();
      const auto now = value_in(edited, span);
      const bool is_ours = old != before.end() && now && same_value(*now, old->value);
      const bool is_right = now && same_value(*now, value);
      if (is_ours) {
        made = *old;
        made.value = value;
      } else if (is_right) {
        continue;
      } else {
        made.before = std::string(part(edited, span));
      }
      if (!is_right) {
        const std::string indent = indent_of_line(edited, span.begin);
        const auto unit = unit_of(edited, root);
        const JsonLayout layout{.line_end = unit ? line_end_of(edited) : std::string_view(),
                                .unit = unit.value_or("")};
        edited.replace(span.begin, span.size(), rendered_json(value, layout, indent));
      }
    } else {
      const std::size_t depth = way.steps.size();
      Json added = value;
      for (std::size_t i = tokens.size(); i-- > depth + 1;) {
        added = Json(Json::Object{{tokens[i], std::move(added)}});
      }
      if (depth + 1 < tokens.size()) made.made = prefix_of(tokens, depth + 1);
      Inserted inserted = insert_member(edited, root, way.last_object, tokens[depth], added);
      edited = std::move(inserted.text);
      made.inner = std::move(inserted.inner);
    }
    after.push_back(std::move(made));
  }
  // Depth, most of all: what we can't read again we couldn't take back.
  if (auto root = root_of(edited); !root) return std::unexpected(std::move(root).error());
  return EditedText{std::move(edited), write_memo(after)};
}

Edit<TakenBack> take_back_json(std::string_view text, const Json& memo) {
  TakenBack taken{.text = std::string(text)};
  const std::vector<Memo> memos = read_memo(memo);
  for (auto one = memos.rbegin(); one != memos.rend(); ++one) {
    auto root = root_of(taken.text);
    if (!root) return std::unexpected(std::move(root).error());
    if (!take_one_back(taken.text, *root, *one)) taken.left.push_back(one->pointer);
  }
  return taken;
}

Edit<std::vector<std::string>> json_at(std::string_view text, const Settings& wanted) {
  std::vector<std::string> values;
  if (std::ranges::all_of(text, is_json_blank)) return values;
  auto root = root_of(text);
  if (!root) return std::unexpected(std::move(root).error());
  for (const auto& [pointer, value] : wanted) {
    const auto tokens = tokens_of(pointer);
    const Way way = follow(text, *root, tokens);
    if (way.steps.size() != tokens.size()) return std::vector<std::string>();
    values.emplace_back(part(text, way.steps.back().value()));
  }
  return values;
}

bool is_empty_json(std::string_view text) {
  const auto root = root_of(text);
  return root && list_members(part(text, *root)).empty();
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
