#include "core/base/json.hpp"

#include <fmt/core.h>
#include <malloc.h>
#include <simdjson.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/bare/json_reader.hpp"
#include "core/base/utf8.hpp"

namespace pindus {
namespace {

constexpr std::size_t max_depth = 64;

// simdjson doesn't say where it stopped. The vault's reader does, and finds the same faults but for
// numbers out of range; what it takes from other programs it tells, too.
std::string explain(simdjson::error_code error, std::string_view text) {
  if (error == simdjson::EMPTY) return "it is empty";
  if (error == simdjson::CAPACITY) return "it is too large";
  if (error == simdjson::MEMALLOC) return "there is no memory for it";
  bare::JsonReader reader(bare::Text(text.data(), text.size()));
  reader.skip_value();
  reader.finish();
  const bool odd = reader.error() == bare::JsonError::none;
  const bare::JsonError reason = odd ? reader.odd_escape() : reader.error();
  if (reason == bare::JsonError::none) return "it has a number that is out of range";
  const std::string_view before =
      text.substr(0, odd ? reader.odd_escape_offset() : reader.error_offset());
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
  return fmt::format("{} (line {}, column {})", describe(reason), line, column);
}

// simdjson's own limit doesn't count an innermost container that is empty.
bool deeper_than(std::size_t levels, simdjson::dom::element element) {
  const auto deeper = [&](auto child) { return deeper_than(levels - 1, child); };
  if (simdjson::dom::array array; element.get(array) == simdjson::SUCCESS) {
    return levels == 0 || std::any_of(array.begin(), array.end(), deeper);
  }
  if (simdjson::dom::object object; element.get(object) == simdjson::SUCCESS) {
    return levels == 0 || std::any_of(object.begin(), object.end(),
                                      [&](auto member) { return deeper(member.value); });
  }
  return false;
}

// Containers are given their size first: one that grew would leave copies of short strings behind
// that wipe() doesn't know of.
Json convert(simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY: {
      const auto array = simdjson::dom::array(element.get_array().value_unsafe());
      Json::Array items;
      items.reserve(array.size());
      for (const auto item : array) items.push_back(convert(item));
      return Json(std::move(items));
    }
    case element_type::OBJECT: {
      const auto object = simdjson::dom::object(element.get_object().value_unsafe());
      Json::Object members;
      members.reserve(object.size());
      for (const auto member : object) members.emplace_back(member.key, convert(member.value));
      return Json(std::move(members));
    }
    case element_type::INT64: return Json(element.get_int64().value_unsafe());
    case element_type::UINT64:
      return Json(static_cast<double>(element.get_uint64().value_unsafe()));
    case element_type::DOUBLE: return Json(element.get_double().value_unsafe());
    case element_type::STRING: return Json(std::string(element.get_string().value_unsafe()));
    case element_type::BOOL: return Json(element.get_bool().value_unsafe());
    case element_type::NULL_VALUE: break;
  }
  return {};
}

// What simdjson unescapes goes into a buffer whose size it keeps to itself. It gets one of ours in
// its place, at least as large: of that we know how much there is to wipe.
class WipedStrings {
 public:
  explicit WipedStrings(simdjson::dom::document& document) : document_(document) {
    if (document.string_buf == nullptr) return;
    size_ = ::malloc_usable_size(document.string_buf.get());
    document.string_buf.reset(new std::uint8_t[size_]);
    buffer_ = document.string_buf.get();
  }
  WipedStrings(const WipedStrings&) = delete;
  WipedStrings& operator=(const WipedStrings&) = delete;
  ~WipedStrings() {
    if (buffer_ == document_.string_buf.get()) ::explicit_bzero(buffer_, size_);
  }

 private:
  simdjson::dom::document& document_;
  std::uint8_t* buffer_ = nullptr;
  std::size_t size_ = 0;
};

void wipe_string(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

void append_number(std::string& out, auto number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, end);
}

void append_escape(std::string& out, unsigned code) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[code >> 4];
  out += hex[code & 0xF];
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const auto lead = static_cast<std::uint8_t>(text[0]);
    if (length == 0) {
      out += "\\ufffd";
    } else if (lead == '"' || lead == '\\') {
      out += '\\';
      out += text[0];
    } else if (lead == '\n') {
      out += "\\n";
    } else if (lead == '\t') {
      out += "\\t";
    } else if (lead < 0x20 || lead == 0x7F) {
      append_escape(out, lead);
    } else if (lead == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0) {
      append_escape(out, static_cast<std::uint8_t>(text[1]));  // C1: a terminal obeys these too
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void append_value(std::string& out, const Json& json) {
  if (const auto* array = json.as_array()) {
    out += '[';
    for (const Json& item : *array) {
      if (&item != &array->front()) out += ',';
      append_value(out, item);
    }
    out += ']';
  } else if (const auto* object = json.as_object()) {
    out += '{';
    for (const auto& member : *object) {
      if (&member != &object->front()) out += ',';
      append_string(out, member.first);
      out += ':';
      append_value(out, member.second);
    }
    out += '}';
  } else if (const auto* text = json.as_string()) {
    append_string(out, *text);
  } else if (const auto* boolean = json.as_boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&json.value())) {
    append_number(out, *integer);
  } else if (const auto* number = std::get_if<double>(&json.value());
             number != nullptr && std::isfinite(*number)) {
    append_number(out, *number);
  } else {
    out += "null";
  }
}

// One reference token of an RFC 6901 pointer, unescaped; nothing where `~` isn't followed by 0
// or 1.
std::optional<std::string> unescape_token(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      name += token[i];
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    name += token[i] == '0' ? '~' : '/';
  }
  return name;
}

// RFC 6901 section 4: digits without a leading zero.
const Json* item_at(const Json::Array& array, std::string_view token) {
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  const bool leading_zero = token.size() > 1 && token[0] == '0';
  if (error != std::errc{} || stop != end || leading_zero || index >= array.size()) return nullptr;
  return &array[index];
}

}  // namespace

std::expected<Json, std::string> Json::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return std::unexpected("it begins with a byte order mark");
  }
  simdjson::padded_string padded(text);
  simdjson::dom::parser parser;
  // simdjson counts the document itself as a level.
  auto error = parser.allocate(text.size(), max_depth + 1);
  simdjson::dom::document document;
  if (error == simdjson::SUCCESS) error = document.allocate(text.size());
  const WipedStrings strings(document);
  simdjson::dom::element root;
  if (error == simdjson::SUCCESS) error = parser.parse_into_document(document, padded).get(root);
  if (error == simdjson::SUCCESS && deeper_than(max_depth, root)) error = simdjson::DEPTH_ERROR;
  std::expected<Json, std::string> result;
  if (error == simdjson::SUCCESS) {
    result = convert(root);
  } else {
    result = std::unexpected(explain(error, text));
  }
  explicit_bzero(padded.data(), padded.size());
  return result;
}

bool Json::is_null() const noexcept {
  return std::holds_alternative<std::nullptr_t>(value_);
}

std::optional<std::int64_t> Json::as_integer() const noexcept {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return *integer;
  const auto* number = std::get_if<double>(&value_);
  constexpr double limit = 0x1p63;
  if (number == nullptr || !(*number >= -limit && *number < limit)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

const Json* Json::find(std::string_view name) const noexcept {
  const auto* object = as_object();
  if (object == nullptr) return nullptr;
  const auto member = std::find_if(object->rbegin(), object->rend(),
                                   [&](const auto& candidate) { return candidate.first == name; });
  return member == object->rend() ? nullptr : &member->second;
}

std::expected<const Json*, std::string> Json::at(std::string_view pointer) const {
  const auto tokens = pointer_tokens(pointer);
  if (!tokens) return std::unexpected(tokens.error());
  const Json* here = this;
  for (const std::string& token : *tokens) {
    if (here == nullptr) return here;
    const auto* array = here->as_array();
    here = array != nullptr ? item_at(*array, token) : here->find(token);
  }
  return here;
}

const std::string* Json::find_text(std::string_view name) const noexcept {
  const Json* member = find(name);
  return member == nullptr ? nullptr : member->as_string();
}

const std::string* Json::text_at(std::string_view pointer) const {
  const auto found = at(pointer);
  return found && *found != nullptr ? (*found)->as_string() : nullptr;
}

void Json::merge_patch(const Json& patch) {
  const auto* changes = patch.as_object();
  if (changes == nullptr) {
    value_ = patch.value_;
    return;
  }
  if (as_object() == nullptr) value_ = Object{};
  auto& members = std::get<Object>(value_);
  for (const auto& [name, change] : *changes) {
    const auto member = std::ranges::find_if(
        members, [&](const auto& candidate) { return candidate.first == name; });
    if (change.is_null()) {
      if (member != members.end()) members.erase(member);
    } else if (member != members.end()) {
      member->second.merge_patch(change);
    } else {
      members.emplace_back(name, Json{}).second.merge_patch(change);
    }
  }
}

std::string Json::dump() const {
  std::string out;
  append_value(out, *this);
  return out;
}

void Json::wipe() noexcept {
  if (auto* text = std::get_if<std::string>(&value_)) {
    wipe_string(*text);
  } else if (auto* array = std::get_if<Array>(&value_)) {
    for (Json& item : *array) item.wipe();
  } else if (auto* object = std::get_if<Object>(&value_)) {
    for (auto& [name, member] : *object) {
      wipe_string(name);
      member.wipe();
    }
  }
  value_ = nullptr;
}

std::string json_quote(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

Json text_list(const std::vector<std::string>& texts) {
  Json::Array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Json(std::move(list));
}

bool same_value(const Json& a, const Json& b) {
  return a.dump() == b.dump();
}

std::expected<std::vector<std::string>, std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (!pointer.empty() && pointer[0] != '/') {
    return std::unexpected("the JSON pointer \"" + std::string(pointer) +
                           "\" does not begin with a slash");
  }
  for (std::string_view rest = pointer; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view token = rest.substr(0, rest.find('/'));
    rest.remove_prefix(token.size());
    auto name = unescape_token(token);
    if (!name) {
      return std::unexpected("the JSON pointer \"" + std::string(pointer) +
                             "\" has a ~ that is not followed by 0 or 1");
    }
    tokens.push_back(*std::move(name));
  }
  return tokens;
}

std::string pointer_token(std::string_view name) {
  std::string token;
  for (const char c : name) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

}  // namespace pindus
