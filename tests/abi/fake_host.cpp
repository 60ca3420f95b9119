#include "tests/abi/fake_host.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/json.hpp"
#include "core/base/json_mending.hpp"
#include "core/services/services.hpp"
#include "core/session/form_encoding.hpp"
#include "core/session/http_time.hpp"

namespace pindus::test {
namespace {

Services& services() {
  static Services* opened = [] {
    auto found = open_services(PINDUS_TEST_SERVICES);
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }();
  return *opened;
}

std::string text_of(pindus_str text) {
  return {text.data, static_cast<size_t>(text.size)};
}

// Throws for a broken escape.
std::optional<std::string> form_value(const std::string& form, const std::string& name) {
  const auto value = form_field(form, name).value();
  return value ? std::optional(std::string(value->view())) : std::nullopt;
}

}  // namespace

// The functions of the table; FakeHost's friend.
struct FakeServices {
  static FakeHost& of(pindus_session session) { return *reinterpret_cast<FakeHost*>(session.id); }

  static std::string text(FakeHost& host, pindus_value value) {
    std::string out = text_of(value.text);
    if (value.secret.id != 0) out += host.secrets_.at(value.secret.id);
    return out;
  }
  static int32_t give(FakeHost& host, std::string bytes, pindus_secret* out) {
    out->id = host.next_handle_++;
    host.secrets_[out->id] = std::move(bytes);
    return PINDUS_OK;
  }
  static int32_t find(FakeHost&, const std::map<std::string, std::string>& in, pindus_str name,
                      pindus_read read, void* context) {
    const auto found = in.find(text_of(name));
    if (found == in.end()) return PINDUS_NOT_FOUND;
    read(context, {found->second.data(), found->second.size()});
    return PINDUS_OK;
  }

  static int32_t log(pindus_session session, uint32_t, pindus_str line) noexcept {
    of(session).log.emplace_back(line.data, line.size);
    return PINDUS_OK;
  }
  static int32_t cancelled(pindus_session id) noexcept {
    return of(id).monotonic_ms >= of(id).interrupt_at_ms ? 1 : 0;
  }
  static const void* get_extension(pindus_session, pindus_str) noexcept { return nullptr; }
  static int32_t progress(pindus_session id, pindus_str line) noexcept {
    of(id).progress.push_back(text_of(line));
    return PINDUS_OK;
  }
  static int32_t set_error(pindus_session id, int32_t code, pindus_str message,
                           pindus_str hint) noexcept {
    of(id).error_code = code;
    of(id).error = text_of(message);
    of(id).hint = text_of(hint);
    return PINDUS_OK;
  }
  static int32_t prompt(pindus_session id, const pindus_prompt*, pindus_secret* out) noexcept {
    FakeHost& host = of(id);
    if (host.prompts.empty()) return PINDUS_INTERACTION_FORBIDDEN;
    std::string answer = host.prompts.front();
    host.prompts.pop_front();
    constexpr std::string_view state = "{state}";
    if (const size_t at = answer.find(state); at != std::string::npos) {
      answer.replace(at, state.size(), host.opened_parameter("state"));
    }
    return give(host, answer, out);
  }
  static int32_t choose(pindus_session, const pindus_choice*, uint64_t*) noexcept {
    return PINDUS_INTERACTION_FORBIDDEN;
  }
  static int32_t confirm(pindus_session, pindus_str, int32_t, int32_t*) noexcept {
    return PINDUS_INTERACTION_FORBIDDEN;
  }
  static int32_t show_device_code(pindus_session id, const pindus_device_code* code) noexcept {
    const auto is_address = [](pindus_str text) { return url_host(text_of(text)).has_value(); };
    const bool bad_complete =
        code->verification_uri_complete.size != 0 && !is_address(code->verification_uri_complete);
    if (!is_address(code->verification_uri) || bad_complete) return PINDUS_INVALID_ARGUMENT;
    of(id).user_code = text_of(code->user_code);
    return PINDUS_OK;
  }
  static int32_t open_url(pindus_session id, pindus_str url) noexcept {
    of(id).opened.push_back(text_of(url));
    return PINDUS_OK;
  }
  static int32_t info(pindus_session id, uint32_t what, pindus_read read, void* context) noexcept {
    if (what != PINDUS_INFO_TRIES) return PINDUS_UNSUPPORTED;
    read(context, {of(id).tries.data(), of(id).tries.size()});
    return PINDUS_OK;
  }
  static int32_t option(pindus_session id, pindus_str name, pindus_read read,
                        void* context) noexcept {
    return find(of(id), of(id).options, name, read, context);
  }
  static int32_t answer(pindus_session id, pindus_str name, pindus_read read,
                        void* context) noexcept {
    return find(of(id), of(id).answers, name, read, context);
  }
  static int32_t secret_new(pindus_session id, pindus_value value, pindus_secret* out) noexcept {
    return give(of(id), text(of(id), value), out);
  }
  static int32_t secret_view(pindus_session id, pindus_secret secret, pindus_read read,
                             void* context) noexcept {
    const std::string& bytes = of(id).secrets_.at(secret.id);
    read(context, {bytes.data(), bytes.size()});
    return PINDUS_OK;
  }
  static int32_t api_key_check(pindus_session id, pindus_secret secret,
                               const pindus_key_rule* rule) noexcept {
    return of(id).secrets_.at(secret.id).size() < rule->min_length ? PINDUS_INVALID_KEY : PINDUS_OK;
  }
  static int32_t secret_free(pindus_session id, pindus_secret secret) noexcept {
    return of(id).secrets_.erase(secret.id) == 1 ? PINDUS_OK : PINDUS_INVALID_HANDLE;
  }
  static int32_t http_send(pindus_session id, const pindus_http_request* request,
                           pindus_http_response* response) noexcept {
    FakeHost& host = of(id);
    FakeRequest seen{
        text_of(request->method), text_of(request->url), {}, text(host, request->body)};
    for (uint64_t i = 0; i < request->header_count; ++i) {
      seen.headers[text_of(request->headers[i].name)] = text(host, request->headers[i].value);
    }
    host.requests.push_back(seen);
    if (host.server.empty()) return PINDUS_NETWORK;
    const FakeAnswer answer = host.server.front();
    host.server.pop_front();
    if (answer.failure != PINDUS_OK) return answer.failure;
    response->status = answer.status;
    host.last_headers_ = answer.headers;
    response->headers.id = 1;
    return give(host, answer.body, &response->body);
  }
  static int32_t http_header(pindus_session id, pindus_headers, pindus_str name, pindus_read read,
                             void* context) noexcept {
    return find(of(id), of(id).last_headers_, name, read, context);
  }
  static int32_t fields_encode(pindus_session id, const pindus_field* fields, uint64_t count,
                               uint32_t format, pindus_secret* out) noexcept {
    std::string form;
    Json::Object object;
    for (uint64_t i = 0; i < count; ++i) {
      const std::string name = text_of(fields[i].name);
      const std::string value = text(of(id), fields[i].value);
      if (!form.empty()) form += "&";
      append_form_encoded(form, name);
      append_form_encoded(form += "=", value);
      object.emplace_back(name,
                          fields[i].kind == PINDUS_FIELD_JSON ? *Json::parse(value) : Json(value));
    }
    return give(of(id), format == PINDUS_FORM_JSON ? Json(object).dump() : form, out);
  }
  static int32_t form_decode(pindus_session id, pindus_value form, pindus_str name,
                             pindus_secret* out) noexcept {
    try {
      const auto found = form_value(text(of(id), form), text_of(name));
      return found ? give(of(id), *found, out) : PINDUS_NOT_FOUND;
    } catch (const std::exception&) {
      return PINDUS_PROTOCOL;
    }
  }
  static int32_t json_parse(pindus_session id, pindus_value value, pindus_json* out) noexcept {
    std::string document = text(of(id), value);
    if (!Json::parse(document)) document = std::string_view(mended_json(document));
    if (!Json::parse(document)) return PINDUS_PROTOCOL;
    out->id = of(id).next_handle_++;
    of(id).documents_[out->id] = std::move(document);
    return PINDUS_OK;
  }
  // What stands at the place, or the code that says why nothing does.
  static int32_t at(pindus_session id, pindus_json json, pindus_str pointer, Json& out) {
    const auto document = Json::parse(of(id).documents_.at(json.id));
    const auto place = document->at(text_of(pointer));
    if (!place) return PINDUS_INVALID_ARGUMENT;
    if (*place == nullptr) return PINDUS_NOT_FOUND;
    out = **place;
    return PINDUS_OK;
  }
  static int32_t json_type(pindus_session id, pindus_json json, pindus_str pointer, uint32_t* type,
                           uint64_t* count) noexcept {
    Json place;
    if (const int32_t code = at(id, json, pointer, place); code != PINDUS_OK) return code;
    constexpr uint32_t types[] = {PINDUS_JSON_NULL,   PINDUS_JSON_BOOLEAN, PINDUS_JSON_NUMBER,
                                  PINDUS_JSON_NUMBER, PINDUS_JSON_STRING,  PINDUS_JSON_ARRAY,
                                  PINDUS_JSON_OBJECT};
    if (type != nullptr) *type = types[place.value().index()];
    if (count != nullptr) *count = 0;
    return PINDUS_OK;
  }
  static int32_t json_key(pindus_session id, pindus_json json, pindus_str pointer, uint64_t index,
                          pindus_read read, void* context) noexcept {
    Json place;
    if (const int32_t code = at(id, json, pointer, place); code != PINDUS_OK) return code;
    if (place.as_object() == nullptr) return PINDUS_PROTOCOL;
    if (index >= place.as_object()->size()) return PINDUS_NOT_FOUND;
    const std::string& name = (*place.as_object())[index].first;
    read(context, {name.data(), name.size()});
    return PINDUS_OK;
  }
  static int32_t json_text(pindus_session id, pindus_json json, pindus_str pointer,
                           pindus_secret* out) noexcept {
    Json place;
    if (const int32_t code = at(id, json, pointer, place); code != PINDUS_OK) return code;
    return give(of(id), place.dump(), out);
  }
  static int32_t json_string(pindus_session id, pindus_json json, pindus_str pointer,
                             pindus_secret* out) noexcept {
    Json place;
    if (const int32_t code = at(id, json, pointer, place); code != PINDUS_OK) return code;
    if (place.is_null()) return PINDUS_NOT_FOUND;
    return place.as_string() != nullptr ? give(of(id), *place.as_string(), out) : PINDUS_PROTOCOL;
  }
  static int32_t json_integer(pindus_session id, pindus_json json, pindus_str pointer,
                              int64_t* out) noexcept {
    Json place;
    if (const int32_t code = at(id, json, pointer, place); code != PINDUS_OK) return code;
    if (place.is_null()) return PINDUS_NOT_FOUND;
    if (!place.as_integer()) return PINDUS_PROTOCOL;
    *out = *place.as_integer();
    return PINDUS_OK;
  }
  static int32_t json_boolean(pindus_session, pindus_json, pindus_str, int32_t*) noexcept {
    return PINDUS_NOT_FOUND;
  }
  static int32_t json_free(pindus_session id, pindus_json json) noexcept {
    return of(id).documents_.erase(json.id) == 1 ? PINDUS_OK : PINDUS_INVALID_HANDLE;
  }
  static int32_t random(pindus_session id, uint64_t count, pindus_secret* out) noexcept {
    FakeHost& host = of(id);
    std::string bytes(static_cast<size_t>(count), static_cast<char>(host.next_handle_));
    if (!host.random_bytes.empty()) {
      bytes = host.random_bytes.front();
      host.random_bytes.pop_front();
    }
    return give(host, bytes, out);
  }
  static int32_t give(pindus_session id, const CryptoResult& result, pindus_secret* out) {
    using Kind = CryptoFailure::Kind;
    if (result) return give(of(id), std::string(result->view()), out);
    switch (result.error().kind) {
      case Kind::unsupported: return PINDUS_UNSUPPORTED;
      case Kind::malformed: return PINDUS_PROTOCOL;
      case Kind::no_key: return PINDUS_INVALID_KEY;
      case Kind::too_large: return PINDUS_TOO_LARGE;
    }
    return PINDUS_INTERNAL;
  }
  static int32_t digest(pindus_session id, uint32_t algorithm, pindus_value in,
                        pindus_secret* out) noexcept {
    return give(id, services().digest(algorithm, text(of(id), in)), out);
  }
  static int32_t mac(pindus_session id, uint32_t algorithm, pindus_value key, pindus_value in,
                     pindus_secret* out) noexcept {
    return give(id, services().mac(algorithm, text(of(id), key), text(of(id), in)), out);
  }
  static int32_t sign(pindus_session id, uint32_t algorithm, pindus_value pem, pindus_value in,
                      pindus_secret* out) noexcept {
    return give(id, services().sign(algorithm, text(of(id), pem), text(of(id), in)), out);
  }
  static int32_t encode(pindus_session id, uint32_t encoding, pindus_value in,
                        pindus_secret* out) noexcept {
    return give(id, services().encode(encoding, text(of(id), in)), out);
  }
  static int32_t decode(pindus_session id, uint32_t encoding, pindus_value in,
                        pindus_secret* out) noexcept {
    return give(id, services().decode(encoding, text(of(id), in)), out);
  }
  static int32_t equal(pindus_session id, pindus_value a, pindus_value b, int32_t* out) noexcept {
    *out = text(of(id), a) == text(of(id), b) ? 1 : 0;
    return PINDUS_OK;
  }
  static int32_t now_ms(pindus_session id, int64_t* out) noexcept {
    *out = of(id).now_ms;
    return PINDUS_OK;
  }
  static int32_t monotonic_ms(pindus_session id, int64_t* out) noexcept {
    *out = of(id).monotonic_ms;
    return PINDUS_OK;
  }
  static int32_t time_parse(pindus_session id, pindus_value value, int64_t* out) noexcept {
    const auto time = written_time(text(of(id), value), {});
    if (!time) return PINDUS_PROTOCOL;
    *out = time->time_since_epoch().count();
    return PINDUS_OK;
  }
  static int32_t sleep_ms(pindus_session id, int64_t milliseconds) noexcept {
    of(id).sleeps.push_back(milliseconds);
    of(id).monotonic_ms += std::max(milliseconds, int64_t{0});
    return cancelled(id) == 1 ? PINDUS_CANCELLED : PINDUS_OK;
  }
  static int32_t credential_get(pindus_session id, pindus_str name, pindus_secret* out) noexcept {
    const auto found = of(id).stored.find(text_of(name));
    return found == of(id).stored.end() ? PINDUS_NOT_FOUND : give(of(id), found->second, out);
  }
  static int32_t credential_set(pindus_session id, pindus_str name, pindus_value value) noexcept {
    of(id).record[text_of(name)] = text(of(id), value);
    return PINDUS_OK;
  }
  static int32_t private_get(pindus_session id, pindus_str name, pindus_secret* out) noexcept {
    const auto found = of(id).drawer.find(text_of(name));
    return found == of(id).drawer.end() ? PINDUS_NOT_FOUND : give(of(id), found->second, out);
  }
  static int32_t private_set(pindus_session id, pindus_str name, pindus_value value) noexcept {
    of(id).drawer[text_of(name)] = text(of(id), value);
    return PINDUS_OK;
  }
  static int32_t credential_lifetime(pindus_session id, int64_t seconds,
                                     pindus_headers /*since*/) noexcept {
    of(id).lifetime = seconds;
    return PINDUS_OK;
  }
  static int32_t credential_expires(pindus_session id, int64_t unix_ms) noexcept {
    of(id).lifetime = std::max<int64_t>((unix_ms - of(id).now_ms) / 1000, 0);
    return PINDUS_OK;
  }
  static int32_t credential_commit(pindus_session id) noexcept {
    ++of(id).commits;
    return PINDUS_OK;
  }

  // In the order of the header.
  // clang-format off: a list
  static constexpr pindus_host_1 table = {
      sizeof(pindus_host_1), PINDUS_ABI_MINOR, log, cancelled, get_extension, progress, set_error,
      prompt, choose, confirm, show_device_code, open_url, info, option, answer, secret_new,
      secret_view, api_key_check, secret_free, http_send, http_header, fields_encode, form_decode,
      json_parse, json_type, json_key, json_text, json_string, json_integer, json_boolean,
      json_free, random, digest, mac, sign, encode, decode, equal, now_ms, monotonic_ms,
      time_parse, sleep_ms, credential_get, credential_set, private_get, private_set,
      credential_lifetime, credential_expires, credential_commit};
  // clang-format on
};

FakeHost::FakeHost() : table_(FakeServices::table) {}

pindus_session FakeHost::session() const {
  return {reinterpret_cast<uint64_t>(this)};
}

std::string FakeHost::opened_parameter(const std::string& name) const {
  const std::string& url = opened.at(opened.size() - 1);
  return form_value(url.substr(url.find('?') + 1), name).value_or("(none)");
}

std::string FakeRequest::field(const std::string& name) const {
  const auto type = headers.find("Content-Type");
  if (type != headers.end() && type->second == "application/json") {
    const auto json = Json::parse(body);
    const Json* member = json ? json->find(name) : nullptr;
    return member != nullptr && member->as_string() != nullptr ? *member->as_string() : "(none)";
  }
  return form_value(body, name).value_or("(none)");
}

std::string base64url(const std::string& bytes) {
  return std::string(services().encode(PINDUS_ENCODING_BASE64URL, bytes)->view());
}

std::string jwt(const std::string& claims) {
  return base64url(R"({"alg":"RS256"})") + "." + base64url(claims) + ".c2lnbmF0dXJl";
}

}  // namespace pindus::test
