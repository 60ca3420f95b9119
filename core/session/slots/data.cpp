#include <algorithm>
#include <span>

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
};

Coded<std::vector<Field>> fields_of(Session& session, const pindus_field* fields, uint64_t count) {
  if (count != 0 && fields == nullptr) return std::unexpected(PINDUS_INVALID_ARGUMENT);
  if (count > max_fields) return std::unexpected(PINDUS_TOO_LARGE);
  std::vector<Field> all;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view name = PINDUS_TRY(text_of(fields[i].name));
    all.push_back({name, PINDUS_TRY(session.joined(fields[i].value))});
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
    const Secret value(json_quote(field.value.bytes.view()));
    if (out.size() > 1) out += ',';
    out.append(json_quote(field.name)).append(":").append(value.view());
  }
  out += '}';
  return Secret(std::move(out));
}

// Told apart from broken JSON before anything is parsed.
bool is_too_deep(std::string_view text) noexcept {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (text[i] == '[' || text[i] == '{')) {
      if (++depth > max_levels) return true;
    } else if (!in_string && (text[i] == ']' || text[i] == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

Coded<const Json*> place(Session& session, pindus_json json, pindus_str pointer) {
  const HeldJson* document = session.documents.find(json.id);
  if (document == nullptr) return std::unexpected(PINDUS_INVALID_HANDLE);
  const auto found = document->json.at(PINDUS_TRY(text_of(pointer)));
  if (!found) return std::unexpected(PINDUS_INVALID_ARGUMENT);
  if (*found == nullptr) return std::unexpected(PINDUS_NOT_FOUND);
  return *found;
}

// The same, where null counts as nothing.
Coded<const Json*> value_at(Session& session, pindus_json json, pindus_str pointer) {
  const Json* found = PINDUS_TRY(place(session, json, pointer));
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

Code form_encode(Session& session, const pindus_field* fields, uint64_t field_count,
                 uint32_t format, pindus_secret* out) {
  if (format > PINDUS_FORM_JSON) return PINDUS_INVALID_ARGUMENT;
  const auto all = PINDUS_TRY(fields_of(session, fields, field_count));
  const bool closed = std::ranges::any_of(
      all, [](const Field& f) { return f.value.visibility == Visibility::closed; });
  return session.give({format == PINDUS_FORM_JSON ? json_object(all) : urlencoded(all),
                       closed ? Visibility::closed : Visibility::open},
                      out);
}

Code form_decode(Session& session, pindus_value form, pindus_str name, pindus_secret* out) {
  const std::string_view wanted = PINDUS_TRY(text_of(name));
  const auto joined = PINDUS_TRY(session.joined(form));
  auto decoded = form_field(joined.bytes.view(), wanted);
  if (!decoded) return PINDUS_PROTOCOL;
  auto value = *std::move(decoded);
  if (!value) return PINDUS_NOT_FOUND;
  return session.give({*std::move(value), joined.visibility}, out);
}

Code json_parse(Session& session, pindus_value text, pindus_json* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto joined = PINDUS_TRY(session.joined(text));
  if (joined.visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  if (is_too_deep(joined.bytes.view())) return PINDUS_TOO_LARGE;
  auto parsed = Json::parse(joined.bytes.view());
  if (!parsed) parsed = Json::parse(mended_json(joined.bytes.view()));
  if (!parsed) return PINDUS_PROTOCOL;
  out->id = session.documents.add(HeldJson(*std::move(parsed)));
  return PINDUS_OK;
}

Code json_type(Session& session, pindus_json json, pindus_str pointer, uint32_t* type,
               uint64_t* count) {
  const Json& found = *PINDUS_TRY(place(session, json, pointer));
  if (type != nullptr) *type = type_of(found);
  if (count != nullptr) {
    *count = found.as_array() != nullptr    ? found.as_array()->size()
             : found.as_object() != nullptr ? found.as_object()->size()
                                            : 0;
  }
  return PINDUS_OK;
}

Code json_string(Session& session, pindus_json json, pindus_str pointer, pindus_secret* out) {
  const std::string* text = PINDUS_TRY(value_at(session, json, pointer))->as_string();
  if (text == nullptr) return PINDUS_PROTOCOL;
  return session.give({Secret(std::string_view(*text))}, out);
}

Code json_integer(Session& session, pindus_json json, pindus_str pointer, int64_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto number = PINDUS_TRY(value_at(session, json, pointer))->as_integer();
  if (!number) return PINDUS_PROTOCOL;
  *out = *number;
  return PINDUS_OK;
}

Code json_boolean(Session& session, pindus_json json, pindus_str pointer, int32_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const bool* boolean = PINDUS_TRY(value_at(session, json, pointer))->as_boolean();
  if (boolean == nullptr) return PINDUS_PROTOCOL;
  *out = *boolean ? 1 : 0;
  return PINDUS_OK;
}

Code json_free(Session& session, pindus_json json) {
  return session.documents.erase(json.id) ? PINDUS_OK : PINDUS_INVALID_HANDLE;
}

}  // namespace pindus::service
