#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pindus/plugin.h>
#include <pindus/result.hpp>
#include <pindus/values.hpp>

namespace pindus::sdk {

/// What a server answered. The headers last until the session's next request.
struct Response {
  int32_t status;
  Secret body;
  pindus_headers headers;
};

/// What a person needs to approve a device (RFC 8628 section 3.3).
struct DeviceCode {
  std::string_view user_code;
  std::string_view verification_uri;
  std::string_view verification_uri_complete;
  int64_t expires_in_s = 0;
};

/// The host, for one operation. A reference to it is what a plugin's class is made with. All
/// functions but log and cancelled: on the session's thread only.
class Session {
 public:
  Session(const pindus_host_1* host, pindus_session session) : host_(host), session_(session) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A line for whoever runs with PINDUS_LOG set; `level` is PINDUS_LOG_*. Any thread.
  void log(uint32_t level, std::string_view line) const {
    host_->log(session_, level, detail::str(line));
  }
  /// Whether the session was interrupted. Any thread.
  [[nodiscard]] bool cancelled() const { return host_->cancelled(session_) == 1; }

  /// A host extension's table, or null.
  [[nodiscard]] const void* extension(std::string_view id) const {
    return host_->get_extension(session_, detail::str(id));
  }

  /// A line for the person: what goes on.
  void progress(std::string_view line) const { host_->progress(session_, detail::str(line)); }

  /// Tells the host why the operation fails, and returns that as an error: `return
  /// session.fail(...)`. One sentence, and what to do about it; never a secret.
  Error fail(int32_t code, std::string_view message, std::string_view hint = {}) const {
    host_->set_error(session_, code, detail::str(message), detail::str(hint));
    return Error{code};
  }

  /// Asks the person; waits. `kind` is PINDUS_PROMPT_*. An empty line answers `usual`, which is
  /// shown; only for a text.
  Result<Secret> ask(uint32_t kind, std::string_view message, std::string_view usual = {}) const {
    const pindus_prompt prompt{sizeof(pindus_prompt), kind, detail::str(message),
                               detail::str(usual)};
    return make_secret([&](pindus_secret* out) { return host_->prompt(session_, &prompt, out); });
  }
  /// Asks for one of several: its index, from 0. An empty line answers `usual`; -1: none.
  Result<uint64_t> choose(std::string_view message, std::span<const std::string_view> choices,
                          int64_t usual = -1) const {
    std::vector<pindus_str> raw;
    for (const std::string_view choice : choices) raw.push_back(detail::str(choice));
    const pindus_choice choice{
        sizeof(pindus_choice), 0, detail::str(message), raw.data(), raw.size(), usual};
    uint64_t index = 0;
    PINDUS_CHECK(Status::of(host_->choose(session_, &choice, &index)));
    return index;
  }
  /// Asks a question that yes or no answers; an empty line means `usual`, which is shown.
  Result<bool> confirm(std::string_view question, bool usual) const {
    int32_t yes = 0;
    PINDUS_CHECK(Status::of(host_->confirm(session_, detail::str(question), usual ? 1 : 0, &yes)));
    return yes == 1;
  }

  /// Shows a device code and its address, and while sleep_ms waits the time left.
  Status show_device_code(const DeviceCode& code) const {
    const pindus_device_code raw{sizeof(pindus_device_code),
                                 0,
                                 detail::str(code.user_code),
                                 detail::str(code.verification_uri),
                                 detail::str(code.verification_uri_complete),
                                 code.expires_in_s};
    return Status::of(host_->show_device_code(session_, &raw));
  }
  /// Prints the address and opens it where that is possible.
  Status open_url(std::string_view url) const {
    return Status::of(host_->open_url(session_, detail::str(url)));
  }

  /// What the session is about: PINDUS_INFO_*.
  Result<std::string> info(uint32_t what) const {
    return read([&](pindus_read reader, void* context) {
      return host_->info(session_, what, reader, context);
    });
  }
  /// An option of the method; its absence fails the operation with a sentence that names it.
  Result<std::string> option(std::string_view name) const {
    PINDUS_TRY(auto found, option_if_set(name));
    if (found) return std::move(*found);
    return fail(PINDUS_NOT_FOUND,
                "the provider's manifest lacks the option \"" + std::string(name) + "\"",
                "add it to the method's options; what each means: pindus plugin show PROVIDER");
  }
  /// An option of the method, or `fallback`.
  Result<std::string> option(std::string_view name, std::string_view fallback) const {
    PINDUS_TRY(auto found, option_if_set(name));
    return found ? std::move(*found) : std::string(fallback);
  }
  /// An option of the method where it is set and not empty.
  Result<std::optional<std::string>> option_if_set(std::string_view name) const {
    PINDUS_TRY(auto found, read([&](pindus_read reader, void* context) {
                             return host_->option(session_, detail::str(name), reader, context);
                           }).if_found());
    if (found && found->empty()) found.reset();
    return found;
  }
  /// The answer to one of the manifest's questions.
  Result<std::string> answer(std::string_view name) const {
    return read([&](pindus_read reader, void* context) {
      return host_->answer(session_, detail::str(name), reader, context);
    });
  }

  /// A new secret, a copy of the value; PINDUS_TOO_LARGE beyond 1 MiB.
  Result<Secret> secret(const Value& value) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->secret_new(session_, value.raw, out); });
  }
  /// Whether a secret can be an api key (see api_key_check in plugin.h).
  Status check_api_key(const Secret& key, std::string_view prefix, uint64_t min_length) const {
    const pindus_key_rule rule{sizeof(pindus_key_rule), 0, detail::str(prefix), min_length};
    return Status::of(host_->api_key_check(session_, key.handle(), &rule));
  }

  /// One exchange of at most 30 s, by any method but CONNECT and TRACE; a value whenever an answer
  /// came, whatever its status. A body's Content-Type is for the caller to set. PINDUS_FORBIDDEN
  /// for a host that no option ending in "_url" names; PINDUS_NETWORK, PINDUS_TIMEOUT,
  /// PINDUS_TOO_LARGE (1 MiB), PINDUS_CANCELLED: the host has said why already.
  Result<Response> send(std::string_view method, std::string_view url, const Fields& headers,
                        const Value& body = std::string_view()) const {
    std::vector<pindus_field> raw;
    for (const Field& header : headers) raw.push_back(header.raw);
    const pindus_http_request request{sizeof(pindus_http_request),
                                      0,
                                      detail::str(method),
                                      detail::str(url),
                                      raw.data(),
                                      raw.size(),
                                      body.raw};
    pindus_http_response response{sizeof(pindus_http_response), 0, {}, {}};
    PINDUS_CHECK(Status::of(host_->http_send(session_, &request, &response)));
    return Response{response.status, Secret(host_, session_, response.body), response.headers};
  }
  Result<Response> get(std::string_view url, const Fields& headers) const {
    return send("GET", url, headers);
  }
  Result<Response> post(std::string_view url, const Fields& headers, const Value& body) const {
    return send("POST", url, headers, body);
  }
  /// A header field of the session's last answer; PINDUS_NOT_FOUND.
  Result<std::string> header(pindus_headers headers, std::string_view name) const {
    return read([&](pindus_read reader, void* context) {
      return host_->http_header(session_, headers, detail::str(name), reader, context);
    });
  }
  Result<std::string> header(const Response& response, std::string_view name) const {
    return header(response.headers, name);
  }

  /// The fields in their order as a form (RFC 6749 appendix B) or a JSON object.
  Result<Secret> encode_form(const Fields& fields, FormFormat format) const {
    std::vector<pindus_field> raw;
    for (const Field& field : fields) raw.push_back(field.raw);
    return make_secret([&](pindus_secret* out) {
      return host_->fields_encode(session_, raw.data(), raw.size(), static_cast<uint32_t>(format),
                                  out);
    });
  }
  /// The first field of that name in a query string or form, decoded. PINDUS_NOT_FOUND;
  /// PINDUS_PROTOCOL for a broken escape.
  Result<Secret> form_field(const Value& form, std::string_view name) const {
    return make_secret([&](pindus_secret* out) {
      return host_->form_decode(session_, form.raw, detail::str(name), out);
    });
  }
  /// Parses a document (RFC 8259). PINDUS_PROTOCOL where it isn't JSON, PINDUS_TOO_LARGE beyond 1
  /// MiB or 64 levels.
  Result<Json> parse_json(const Value& text) const {
    pindus_json out{};
    PINDUS_CHECK(Status::of(host_->json_parse(session_, text.raw, &out)));
    return Json(host_, session_, out);
  }

  /// 1 to 1024 bytes of the system's randomness.
  Result<Secret> random(uint64_t byte_count) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->random(session_, byte_count, out); });
  }
  /// PINDUS_DIGEST_* of `in`, as its bytes. PINDUS_UNSUPPORTED for a number that the host doesn't
  /// know, here and in the four that follow.
  Result<Secret> digest(uint32_t algorithm, const Value& in) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->digest(session_, algorithm, in.raw, out); });
  }
  /// PINDUS_MAC_* of `in` under a key of any length, as its bytes.
  Result<Secret> mac(uint32_t algorithm, const Value& key, const Value& in) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->mac(session_, algorithm, key.raw, in.raw, out); });
  }
  /// PINDUS_SIGN_* of `in` by a private key in PEM, as its bytes. PINDUS_INVALID_KEY for what is no
  /// such key: the host has said why already.
  Result<Secret> sign(uint32_t algorithm, const Value& pem, const Value& in) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->sign(session_, algorithm, pem.raw, in.raw, out); });
  }
  /// `in` as PINDUS_ENCODING_* writes it.
  Result<Secret> encode(uint32_t encoding, const Value& in) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->encode(session_, encoding, in.raw, out); });
  }
  /// The reverse. PINDUS_PROTOCOL for what the encoding can't have written.
  Result<Secret> decode(uint32_t encoding, const Value& in) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->decode(session_, encoding, in.raw, out); });
  }
  /// Compares in constant time.
  Result<bool> equal(const Value& a, const Value& b) const {
    int32_t out = 0;
    PINDUS_CHECK(Status::of(host_->equal(session_, a.raw, b.raw, &out)));
    return out == 1;
  }

  /// Milliseconds since 1970-01-01 UTC.
  Result<int64_t> now_ms() const {
    int64_t out = 0;
    PINDUS_CHECK(Status::of(host_->now_ms(session_, &out)));
    return out;
  }
  /// Milliseconds of a clock that only goes forward.
  Result<int64_t> monotonic_ms() const {
    int64_t out = 0;
    PINDUS_CHECK(Status::of(host_->monotonic_ms(session_, &out)));
    return out;
  }
  /// A time that a server wrote, as now_ms counts: RFC 3339, or a date of HTTP. PINDUS_PROTOCOL.
  Result<int64_t> parse_time(const Value& text) const {
    int64_t out = 0;
    PINDUS_CHECK(Status::of(host_->time_parse(session_, text.raw, &out)));
    return out;
  }
  /// Waits; PINDUS_CANCELLED where the session was interrupted meanwhile.
  Status sleep_ms(int64_t milliseconds) const {
    return Status::of(host_->sleep_ms(session_, milliseconds));
  }

  /// A member of the stored record, on a refresh or a revocation: "access", "refresh", ...
  /// PINDUS_NOT_FOUND.
  Result<Secret> stored(std::string_view name) const {
    return make_secret([&](pindus_secret* out) {
      return host_->credential_get(session_, detail::str(name), out);
    });
  }
  /// Sets a member of the record to be: "key", or "access", "refresh", "baseUrl", "accountId" or a
  /// name of the plugin's own. PINDUS_INVALID_ARGUMENT for the host's own names.
  Status set(std::string_view name, const Value& value) const {
    return Status::of(host_->credential_set(session_, detail::str(name), value.raw));
  }
  /// A text of the record's private drawer. PINDUS_NOT_FOUND.
  Result<Secret> private_text(std::string_view name) const {
    return make_secret(
        [&](pindus_secret* out) { return host_->private_get(session_, detail::str(name), out); });
  }
  /// Keeps a text of up to 64 KiB, line breaks and all, for this plugin's refreshes; it is never
  /// printed. An empty one removes.
  Status keep_private(std::string_view name, const Value& value) const {
    return Status::of(host_->private_set(session_, detail::str(name), value.raw));
  }
  /// How long the access token lives, in seconds from the answer with those headers, which says so;
  /// from now where there is none.
  Status set_lifetime(int64_t seconds, pindus_headers since = {}) const {
    return Status::of(host_->credential_lifetime(session_, seconds, since));
  }
  /// When the access token ends, as now_ms counts.
  Status set_end(int64_t unix_ms) const {
    return Status::of(host_->credential_expires(session_, unix_ms));
  }
  /// What was set is the credential. Once, last.
  Status commit() const { return Status::of(host_->credential_commit(session_)); }

 private:
  template <class Call>
  Result<Secret> make_secret(Call&& call) const {
    pindus_secret out{};
    PINDUS_CHECK(Status::of(call(&out)));
    return Secret(host_, session_, out);
  }
  template <class Call>
  Result<std::string> read(Call&& call) const {
    std::string text;
    auto copy = [&](std::string_view found) { text = found; };
    PINDUS_CHECK(Status::of(detail::read_text(call, copy)));
    return text;
  }

  const pindus_host_1* host_;
  pindus_session session_;
};

}  // namespace pindus::sdk
