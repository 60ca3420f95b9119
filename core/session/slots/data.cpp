#include <algorithm>
#include <span>

#include "core/bare/json_reader.hpp"
#include "core/base/json.hpp"
#include "core/base/json_mending.hpp"
#include "core/session/form_encoding.hpp"
#include "core/session/slots/slots.hpp"

// Host services about forms and JSON.

namespace pindus::service {
namespace {

constexpr uint64_t max_fields = 100;
constexpr std::size_t max_levels = 64;

// Enough at once, so that no half-grown copy of a secret is left behind on the heap.
std::string reserved(std::size_t size) {
  std::string text;
  text.reserve(size);
  return text;
}

struct Field {
  std::string_view name;
  HeldSecret value;
  uint32_t kind = PINDUS_FIELD_TEXT;
};

bare::JsonReader reader_of(std::string_view text) {
  return bare::JsonReader(bare::Text(text.data(), text.size()));
}

// Told apart from broken JSON before anything is parsed.
bool is_deeper_than(std::size_t levels, std::string_view text) noexcept {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (text[i] == '[' || text[i] == '{')) {
      if (++depth > levels) return true;
    } else if (!in_string && (text[i] == ']' || text[i] == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

// What may stand in an object as it is.
int32_t check_json(const HeldSecret& value) {
  if (value.visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  if (is_deeper_than(max_levels - 1, value.bytes.view())) return PINDUS_TOO_LARGE;
  return reader_of(value.bytes.view()).finish() ? PINDUS_OK : PINDUS_INVALID_ARGUMENT;
}

Coded<std::vector<Field>> fields_of(Session& session, const pindus_field* fields, uint64_t count) {
  if (count != 0 && fields == nullptr) return std::unexpected(PINDUS_INVALID_ARGUMENT);
  if (count > max_fields) return std::unexpected(PINDUS_TOO_LARGE);
  std::vector<Field> all;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view name = TRY(text_of(fields[i].name));
    all.push_back({name, TRY(session.joined(fields[i].value)), fields[i].kind});
    const auto refuse = [&](int32_t code, std::string_view what, std::string_view why) {
      return std::unexpected(session.refuse(code, what, why).value);
    };
    if (fields[i].kind > PINDUS_FIELD_JSON) {
      return refuse(PINDUS_UNSUPPORTED, "kind of a field", "is none that this pindus knows");
    }
    if (fields[i].reserved != 0) {
      return refuse(PINDUS_INVALID_ARGUMENT, "field", "has other than zero in what is reserved");
    }
    if (fields[i].kind == PINDUS_FIELD_TEXT) continue;
    if (const int32_t code = check_json(all.back().value)) return std::unexpected(code);
  }
  return all;
}

Secret urlencoded(std::span<const Field> fields) {
  std::size_t size = 0;
  for (const auto& field : fields)
    size += 3 * (field.name.size() + field.value.bytes.view().size()) + 2;
  std::string out = reserved(size);
  for (const auto& field : fields) {
    if (!out.empty()) out += '&';
    append_form_encoded(out, field.name);
    out += '=';
    append_form_encoded(out, field.value.bytes.view());
  }
  return Secret(std::move(out));
}

Secret json_object(std::span<const Field> fields) {
  std::size_t size = 2;
  for (const auto& field : fields)
    size += 6 * (field.name.size() + field.value.bytes.view().size()) + 6;
  std::string out = reserved(size);
  out += '{';
  for (const auto& field : fields) {
    const bool is_text = field.kind == PINDUS_FIELD_TEXT;
    const Secret quoted(is_text ? json_quote(field.value.bytes.view()) : std::string());
    if (out.size() > 1) out += ',';
    out.append(json_quote(field.name)).append(":");
    out.append(is_text ? quoted.view() : field.value.bytes.view());
  }
  out += '}';
  return Secret(std::move(out));
}

Coded<const Json*> place(Session& session, pindus_json json, pindus_str pointer) {
  const HeldJson* document = session.documents.find(json.id);
  if (document == nullptr) return std::unexpected(PINDUS_INVALID_HANDLE);
  const auto found = document->json.at(TRY(text_of(pointer)));
  if (!found) return std::unexpected(PINDUS_INVALID_ARGUMENT);
  if (*found == nullptr) return std::unexpected(PINDUS_NOT_FOUND);
  return *found;
}

// Where `wanted`, which stands in `here`, stands in the text that the reader is at.
bool find_span(bare::JsonReader& reader, const Json& here, const Json* wanted, bare::Span& span) {
  if (&here == wanted) {
    const bool passed = reader.skip_value();
    span = reader.value_span();
    return passed;
  }
  if (const auto* array = here.as_array()) {
    reader.enter_array();
    for (const Json& item : *array) {
      if (reader.next_element() && find_span(reader, item, wanted, span)) return true;
    }
    reader.next_element();  // out of it
  } else if (const auto* object = here.as_object()) {
    bare::TextBuffer no_name;
    reader.enter_object();
    for (const auto& member : *object) {
      if (reader.next_member(no_name) && find_span(reader, member.second, wanted, span)) {
        return true;
      }
    }
    reader.next_member(no_name);
  } else {
    reader.skip_value();
  }
  return false;
}

// As place, but null counts as nothing.
Coded<const Json*> value_at(Session& session, pindus_json json, pindus_str pointer) {
  const Json* found = TRY(place(session, json, pointer));
  if (found->is_null()) return std::unexpected(PINDUS_NOT_FOUND);
  return found;
}

uint32_t type_of(const Json& json) noexcept {
  if (json.is_null()) return PINDUS_JSON_NULL;
  if (json.as_boolean() != nullptr) return PINDUS_JSON_BOOLEAN;
  if (json.as_string() != nullptr) return PINDUS_JSON_STRING;
  if (json.as_array() != nullptr) return PINDUS_JSON_ARRAY;
  if (json.as_object() != nullptr) return PINDUS_JSON_OBJECT;
  return PINDUS_JSON_NUMBER;
}

}  // namespace

Code fields_encode(Session& session, const pindus_field* fields, uint64_t field_count,
                   uint32_t format, pindus_secret* out) {
  if (format > PINDUS_FORM_JSON) {
    return session.refuse(PINDUS_UNSUPPORTED, "format", "is none that this pindus knows");
  }
  const auto all = TRY(fields_of(session, fields, field_count));
  const bool has_json = std::ranges::any_of(all, [](const Field& f) { return f.kind != 0; });
  if (has_json && format != PINDUS_FORM_JSON) return PINDUS_INVALID_ARGUMENT;
  const bool closed = std::ranges::any_of(
      all, [](const Field& f) { return f.value.visibility == Visibility::closed; });
  return session.give({format == PINDUS_FORM_JSON ? json_object(all) : urlencoded(all),
                       closed ? Visibility::closed : Visibility::open},
                      out);
}

Code form_decode(Session& session, pindus_value form, pindus_str name, pindus_secret* out) {
  const std::string_view wanted = TRY(text_of(name));
  const auto joined = TRY(session.joined(form));
  // Whether a field is there, or an escape broken, tells of the bytes.
  if (joined.visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  auto decoded = form_field(joined.bytes.view(), wanted);
  if (!decoded) return PINDUS_PROTOCOL;
  auto value = *std::move(decoded);
  if (!value) return PINDUS_NOT_FOUND;
  return session.give({*std::move(value), Visibility::open, is_for_people(wanted)}, out);
}

Code json_parse(Session& session, pindus_value text, pindus_json* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto joined = TRY(session.joined(text));
  if (joined.visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  const std::string_view whole = joined.bytes.view();
  if (is_deeper_than(max_levels, whole)) return PINDUS_TOO_LARGE;
  const SecretText mended = mended_json(whole);
  auto parsed = Json::parse(whole);
  if (!parsed) parsed = Json::parse(mended);
  if (!parsed) return PINDUS_PROTOCOL;
  // Of a number that a double can't hold only the mending is needed, not its text.
  const bool is_strict = reader_of(whole).finish();
  out->id = session.documents.add(HeldJson(*std::move(parsed), Secret(is_strict ? whole : mended)));
  return PINDUS_OK;
}

Code json_type(Session& session, pindus_json json, pindus_str pointer, uint32_t* type,
               uint64_t* count) {
  const Json& found = *TRY(place(session, json, pointer));
  if (type != nullptr) *type = type_of(found);
  if (count != nullptr) {
    *count = found.as_array() != nullptr    ? found.as_array()->size()
             : found.as_object() != nullptr ? found.as_object()->size()
                                            : 0;
  }
  return PINDUS_OK;
}

Code json_key(Session& session, pindus_json json, pindus_str pointer, uint64_t index,
              pindus_read read, void* context) {
  const auto* members = TRY(value_at(session, json, pointer))->as_object();
  if (members == nullptr) return PINDUS_PROTOCOL;
  if (index >= members->size()) return PINDUS_NOT_FOUND;
  return session.show((*members)[index].first, read, context);
}

Code json_text(Session& session, pindus_json json, pindus_str pointer, pindus_secret* out) {
  const Json* found = TRY(place(session, json, pointer));
  const HeldJson& document = *session.documents.find(json.id);
  auto reader = reader_of(document.text.view());
  bare::Span span;
  if (!find_span(reader, document.json, found, span)) return PINDUS_INTERNAL;
  return session.give({Secret(document.text.view().substr(span.begin, span.size()))}, out);
}

Code json_string(Session& session, pindus_json json, pindus_str pointer, pindus_secret* out) {
  const std::string* text = TRY(value_at(session, json, pointer))->as_string();
  if (text == nullptr) return PINDUS_PROTOCOL;
  const std::string_view place(pointer.data, pointer.size);
  return session.give({.bytes = Secret(std::string_view(*text)),
                       .for_people = is_for_people(place.substr(place.rfind('/') + 1))},
                      out);
}

Code json_integer(Session& session, pindus_json json, pindus_str pointer, int64_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto number = TRY(value_at(session, json, pointer))->as_integer();
  if (!number) return PINDUS_PROTOCOL;
  *out = *number;
  return PINDUS_OK;
}

Code json_boolean(Session& session, pindus_json json, pindus_str pointer, int32_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const bool* boolean = TRY(value_at(session, json, pointer))->as_boolean();
  if (boolean == nullptr) return PINDUS_PROTOCOL;
  *out = *boolean ? 1 : 0;
  return PINDUS_OK;
}

Code json_free(Session& session, pindus_json json) {
  const bool freed = json.id == 0 || session.documents.erase(json.id);
  return freed ? PINDUS_OK : PINDUS_INVALID_HANDLE;
}

}  // namespace pindus::service
