#include "core/setup/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/bare/json_reader.hpp"
#include "core/base/fault.hpp"
#include "core/setup/json_comments.hpp"
#include "core/setup/json_layout.hpp"

namespace pindus {
namespace {

using Span = bare::Span;

std::string_view part(std::string_view text, Span span) {
  return text.substr(span.begin, span.size());
}

std::string without_blanks(std::string_view text) {
  std::string kept(text);
  std::erase_if(kept, is_json_blank);
  return kept;
}

// Whether a line ends there, but for blanks and a comment.
bool is_line_end(std::string_view text, std::size_t at) {
  const auto rest = text.substr(std::min(text.find_first_not_of(" \t", at), text.size()));
  return rest.starts_with('\n') || rest.starts_with("\r\n") || rest.starts_with("//");
}

}  // namespace

Edit<JsonText> JsonText::read(std::string text) {
  JsonText json;
  json.text_ = std::move(text);
  TRY(json.read_again());
  return json;
}

Edit<void> JsonText::read_again() {
  plain_ = plain_json(text_);
  bare::JsonReader reader(bare_text(plain_));
  bare::JsonKind kind = bare::JsonKind::null;
  if (!reader.peek(kind) || !reader.skip_value() || !reader.finish()) {
    const auto before = std::string_view(text_).substr(0, reader.error_offset());
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return std::unexpected(fmt::format("can't be understood as JSON: {} (line {}, column {})",
                                       describe(reader.error()), line, column));
  }
  if (kind != bare::JsonKind::object) return std::unexpected("holds no JSON object");
  root_ = reader.value_span();
  return {};
}

std::string JsonText::as_written(Span span) const {
  return std::string(part(text_, span));
}

std::optional<Json> JsonText::value(Span span) const {
  auto value = Json::parse(part(plain_, span));
  if (!value) return std::nullopt;
  return *std::move(value);
}

bool JsonText::is_empty() const {
  return list_members(part(plain_, root_)).empty() && !has_comment({0, text_.size()});
}

JsonWay JsonText::follow(const std::vector<std::string>& tokens) const {
  JsonWay way{.last_object = root_};
  for (const std::string& token : tokens) {
    FoundMember found{.object = way.last_object,
                      .members = list_members(part(plain_, way.last_object))};
    const JsonMember* member = find_member(found.members, token);
    if (member == nullptr) return way;
    found.index = static_cast<std::size_t>(member - found.members.data());
    found.is_alone = found.members.size() == 1 && is_all(found.object, *member);
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

Edit<void> JsonText::replace(Span span, std::string_view bytes) {
  text_.replace(span.begin, span.size(), bytes);
  return read_again();
}

Edit<void> JsonText::set_value(Span span, const Json& value) {
  const auto in = unit();
  const JsonLayout layout{.line_end = in ? line_end_of(text_) : std::string_view(),
                          .unit = in.value_or("")};
  return replace(span, rendered_json(value, layout, indent_of_line(text_, span.begin)));
}

// One level in, as the document's first member has it; nothing where that isn't on a line of its
// own.
std::optional<std::string> JsonText::unit() const {
  const auto members = list_members(part(plain_, root_));
  if (members.empty()) return "  ";
  const auto blanks = blanks_before(text_, root_.begin + members.front().name_span.begin);
  if (!blanks.contains('\n')) return std::nullopt;
  return after_last_line_end(blanks);
}

// npos: there is none.
std::size_t JsonText::comma_behind(std::size_t value_end) const {
  const std::size_t at = skip_comments(text_, value_end);
  return at < text_.size() && text_[at] == ',' ? at : std::string::npos;
}

// Asked where no string is.
bool JsonText::has_comment(Span span) const {
  return part(text_, span).contains('/');
}

// Whether an object has but this member, and at most a comma.
bool JsonText::is_all(Span object, const JsonMember& member) const {
  const std::size_t end = object.begin + member.value_span.end;
  const std::size_t comma = std::min(comma_behind(end), object.end - 1);
  return !has_comment({object.begin, object.begin + member.name_span.begin}) &&
         !has_comment({end, comma}) && !has_comment({comma, object.end});
}

Edit<std::optional<std::string>> JsonText::insert(Span object, std::string_view name,
                                                  const Json& value) {
  const auto members = list_members(part(plain_, object));
  const auto in = unit();
  JsonLayout layout{.unit = in.value_or("")};
  if (members.empty()) {
    const Span inside{object.begin + 1, object.end - 1};
    std::string inner = as_written(inside);
    std::string_view kept = inner;  // comments
    kept.remove_suffix(blanks_before(kept, kept.size()).size());
    const bool is_lines = in || kept.contains('\n') || kept.contains("//");
    const std::string base = indent_of_line(text_, object.begin);
    std::string added(kept);
    if (is_lines) {
      layout.line_end = line_end_of(text_);
      layout.indent = base + layout.unit;
      added.append(layout.line_end).append(layout.indent);
    } else if (!kept.empty()) {
      added += ' ';
    }
    added += json_quote(name) + layout.colon + rendered_json(value, layout, layout.indent);
    if (is_lines) added.append(layout.line_end).append(base);
    TRY(replace(inside, added));
    return inner;
  }
  const JsonMember& last = members.back();
  const std::size_t value_end = object.begin + last.value_span.end;
  const Span colon{object.begin + last.name_span.end, object.begin + last.value_span.begin};
  auto separator = blanks_before(text_, object.begin + last.name_span.begin);
  if (const auto line = separator.find('\n'); line != separator.npos) {
    // What stands at the end of the line before is no layout; behind a comment it would be that's.
    separator.remove_prefix(line > 0 && separator[line - 1] == '\r' ? line - 1 : line);
    layout.line_end = line_end_of(separator);
    layout.indent = after_last_line_end(separator);
  }
  if (!has_comment(colon)) layout.colon = as_written(colon);
  const std::string blank = members.size() == 1 && separator.empty() && layout.colon != ":"
                                ? " "
                                : std::string(separator);
  std::string added =
      blank + json_quote(name) + layout.colon + rendered_json(value, layout, layout.indent);
  const std::size_t comma = comma_behind(value_end);
  const bool has_comma = comma != std::string::npos;
  if (has_comma) added += ',';
  // A comment on the line of the last member is about that one.
  std::size_t at = has_comma ? comma + 1 : value_end;
  if (!layout.line_end.empty()) at = skip_line_comments(text_, at);
  std::string edited = text_;
  edited.insert(at, added);
  if (!has_comma) edited.insert(value_end, ",");
  TRY(replace({0, text_.size()}, edited));
  return std::nullopt;
}

Edit<void> JsonText::remove(const FoundMember& member, std::string_view inner) {
  const std::vector<JsonMember>& members = member.members;
  const std::size_t index = member.index;
  const Span all = member.whole({members[index].name_span.begin, members[index].value_span.end});
  const std::size_t comma = comma_behind(all.end);
  const bool has_comma = comma != std::string::npos;
  if (members.size() == 1) {
    const Span inside{member.object.begin + 1, member.object.end - 1};
    std::string others = text_.substr(inside.begin, all.begin - inside.begin) +
                         text_.substr(all.end, inside.end - all.end);
    if (has_comma) others.erase(comma - all.end + (all.begin - inside.begin), 1);
    if (without_blanks(others) == without_blanks(inner)) return replace(inside, inner);
  } else if (index > 0) {
    // With the comma before it ...
    const Span before = member.whole({members[index - 1].value_span.end, 0});
    const bool has_own_comma = has_comma && index + 1 == members.size();
    if (!has_own_comma && !has_comment({before.begin, all.begin})) {
      return replace({before.begin, all.end}, "");
    }
  } else {
    // ... or, of the first one, with that behind it.
    const Span next = member.whole({members[1].name_span.begin, 0});
    if (!has_comment({all.end, next.begin})) return replace({all.begin, next.begin}, "");
  }
  // From among comments: with the blanks before it, unless their line end is a comment's.
  const std::size_t before = index > 0
                                 ? comma_behind(member.whole(members[index - 1].value_span).end)
                                 : member.object.begin;
  const auto comment = last_comment(text_, before + 1, all.begin);
  const bool ends_comment =
      comment && comment->is_line && !is_line_end(text_, has_comma ? comma + 1 : all.end);
  // Blanks at the end of a comment are the comment's.
  const std::size_t begin =
      ends_comment
          ? all.begin
          : std::max(all.begin - blanks_before(text_, all.begin).size(), comment ? comment->at : 0);
  std::string edited = text_;
  if (has_comma) edited.erase(comma, 1);
  edited.erase(begin, all.end - begin);
  if (!has_comma && index > 0) edited.erase(before, 1);
  return replace({0, text_.size()}, edited);
}

}  // namespace pindus
