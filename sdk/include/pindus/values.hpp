#pragma once

#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pindus/plugin.h>
#include <pindus/result.hpp>

namespace pindus::sdk {

namespace detail {

constexpr pindus_str str(std::string_view text) {
  return {text.data(), text.size()};
}

/// Runs `body` so that nothing is thrown across the ABI (P6). Works without exceptions too.
template <class Body>
int32_t guarded(Body&& body) noexcept {
#if defined(__cpp_exceptions)
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return PINDUS_NO_MEMORY;
  } catch (...) {
    return PINDUS_INTERNAL;
  }
#else
  return body();
#endif
}

/// Calls a host function that hands a text to a pindus_read, and gives that text to `reader`.
template <class Call, class Reader>
int32_t read_text(Call&& call, Reader& reader) {
  struct Context {
    Reader* reader;
    int32_t code;
  } context{&reader, PINDUS_OK};
  const pindus_read read = [](void* opaque, pindus_str text) noexcept {
    auto* c = static_cast<Context*>(opaque);
    c->code = guarded([&] {
      (*c->reader)(text.size == 0 ? std::string_view()
                                  : std::string_view(text.data, static_cast<size_t>(text.size)));
      return int32_t{PINDUS_OK};
    });
  };
  const int32_t code = call(read, static_cast<void*>(&context));
  return code == PINDUS_OK ? context.code : code;
}

}  // namespace detail

/// Text of the plugin's own that must not stay in memory: wiped when it goes.
class SensitiveText {
 public:
  SensitiveText() = default;
  explicit SensitiveText(std::string_view text) : text_(text) {}
  SensitiveText(SensitiveText&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  SensitiveText& operator=(SensitiveText&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::move(other.text_);
      other.wipe();
    }
    return *this;
  }
  ~SensitiveText() { wipe(); }

  /// Takes a text over, without a copy.
  static SensitiveText adopted(std::string&& text) {
    SensitiveText out;
    out.text_ = std::move(text);
    text.clear();
    return out;
  }

  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// Copies the characters of `text` that `keep(char)` is true for.
  template <class Keep>
  static SensitiveText filtered(std::string_view text, Keep keep) {
    SensitiveText out;
    out.text_.reserve(text.size());  // a string that grows leaves copies behind
    for (const char c : text) {
      if (keep(c)) out.text_.push_back(c);
    }
    return out;
  }

 private:
  void wipe() noexcept {
    text_.resize(text_.capacity());
    volatile char* bytes = text_.data();
    for (size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
    text_.clear();
  }
  std::string text_;
};

/// Bytes that the host keeps; freed (and wiped there) with this object. Lives no longer than the
/// Session that made it.
class Secret {
 public:
  Secret(const pindus_host_1* host, pindus_session session, pindus_secret handle)
      : host_(host), session_(session), handle_(handle) {}
  Secret(Secret&& other) noexcept
      : host_(other.host_), session_(other.session_), handle_(std::exchange(other.handle_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(session_, other.session_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Secret() {
    if (handle_.id != 0) host_->secret_free(session_, handle_);
  }

  /// For calls of plugin.h; still owned by this object.
  [[nodiscard]] pindus_secret handle() const { return handle_; }

  /// Shows the bytes to `reader(std::string_view)`, which may call no other host service but log
  /// and cancelled. PINDUS_FORBIDDEN for an api key.
  template <class Reader>
  Status view(Reader&& reader) const {
    return Status::of(detail::read_text(
        [&](pindus_read read, void* context) {
          return host_->secret_view(session_, handle_, read, context);
        },
        reader));
  }

  /// Whether there are no bytes in it. PINDUS_FORBIDDEN for an api key.
  Result<bool> is_empty() const {
    bool empty = true;
    const auto reader = [&](std::string_view bytes) { empty = bytes.empty(); };
    PINDUS_CHECK(view(reader));
    return empty;
  }

  /// A copy that is not wiped: for what turned out not to be secret, such as an error's name.
  Result<std::string> text() const {
    std::string copy;
    auto reader = [&](std::string_view bytes) { copy = bytes; };
    PINDUS_CHECK(view(reader));
    return copy;
  }

  /// A copy that is wiped when it goes.
  Result<SensitiveText> sensitive_text() const {
    SensitiveText copy;
    PINDUS_CHECK(view([&](std::string_view bytes) { copy = SensitiveText(bytes); }));
    return copy;
  }

 private:
  const pindus_host_1* host_;
  pindus_session session_;
  pindus_secret handle_;
};

/// Text, then a secret's bytes; either may be absent. Borrows both.
struct Value {
  Value(std::string_view text) : raw{detail::str(text), {0}} {}        // NOLINT
  Value(const std::string& text) : Value(std::string_view(text)) {}    // NOLINT
  Value(const char* text) : Value(std::string_view(text)) {}           // NOLINT
  Value(const Secret& secret) : raw{{nullptr, 0}, secret.handle()} {}  // NOLINT
  Value(const SensitiveText& text) : Value(text.view()) {}             // NOLINT
  Value(std::string_view text, const Secret& s) : raw{detail::str(text), s.handle()} {}
  pindus_value raw;
};

/// A form field, a JSON member or a header field. Borrows its parts.
struct Field {
  Field(std::string_view name, const Value& value, uint32_t kind = PINDUS_FIELD_TEXT)
      : raw{detail::str(name), value.raw, kind, 0} {}
  /// A JSON member whose value is JSON as it is: an object, an array, a number, `true`.
  static Field json(std::string_view name, const Value& value) {
    return {name, value, PINDUS_FIELD_JSON};
  }
  pindus_field raw;
};
using Fields = std::vector<Field>;

enum class FormFormat : uint32_t { urlencoded = PINDUS_FORM_URLENCODED, json = PINDUS_FORM_JSON };

/// A member's name as a part of a pointer (RFC 6901 section 3): "a/b" is "a~1b".
inline std::string pointer_token(std::string_view name) {
  std::string token;
  for (const char c : name) {
    if (c == '~' || c == '/') {
      token += c == '~' ? "~0" : "~1";
    } else {
      token += c;
    }
  }
  return token;
}

/// A parsed JSON document, freed with this object. Every place is an RFC 6901 pointer. Each reader
/// answers PINDUS_NOT_FOUND where nothing (or null) stands, PINDUS_PROTOCOL for another type.
class Json {
 public:
  Json(const pindus_host_1* host, pindus_session session, pindus_json handle)
      : host_(host), session_(session), handle_(handle) {}
  Json(Json&& other) noexcept
      : host_(other.host_), session_(other.session_), handle_(std::exchange(other.handle_, {})) {}
  Json& operator=(Json&&) = delete;
  ~Json() {
    if (handle_.id != 0) host_->json_free(session_, handle_);
  }

  /// PINDUS_JSON_*.
  Result<uint32_t> type(std::string_view pointer) const {
    uint32_t out = 0;
    PINDUS_CHECK(
        Status::of(host_->json_type(session_, handle_, detail::str(pointer), &out, nullptr)));
    return out;
  }
  /// The number of elements or members; 0 for what has none.
  Result<uint64_t> count(std::string_view pointer) const {
    uint64_t out = 0;
    PINDUS_CHECK(
        Status::of(host_->json_type(session_, handle_, detail::str(pointer), nullptr, &out)));
    return out;
  }
  /// The name of the object's member number `index`, from 0; see pointer_token.
  Result<std::string> key(std::string_view pointer, uint64_t index) const {
    std::string name;
    auto copy = [&](std::string_view found) { name = found; };
    PINDUS_CHECK(Status::of(detail::read_text(
        [&](pindus_read read, void* context) {
          return host_->json_key(session_, handle_, detail::str(pointer), index, read, context);
        },
        copy)));
    return name;
  }
  /// Whatever stands there, as it is written: a number with all its digits, an object to pass on.
  Result<Secret> source(std::string_view pointer) const {
    pindus_secret out{};
    PINDUS_CHECK(Status::of(host_->json_text(session_, handle_, detail::str(pointer), &out)));
    return Secret(host_, session_, out);
  }
  /// The string there, never seen.
  Result<Secret> secret(std::string_view pointer) const {
    pindus_secret out{};
    PINDUS_CHECK(Status::of(host_->json_string(session_, handle_, detail::str(pointer), &out)));
    return Secret(host_, session_, out);
  }
  /// For strings that aren't secret.
  Result<std::string> text(std::string_view pointer) const {
    PINDUS_TRY(const Secret found, secret(pointer));
    return found.text();
  }
  /// The number there, its fraction cut off; PINDUS_PROTOCOL out of the range too.
  Result<int64_t> integer(std::string_view pointer) const {
    int64_t out = 0;
    PINDUS_CHECK(Status::of(host_->json_integer(session_, handle_, detail::str(pointer), &out)));
    return out;
  }
  /// The boolean there.
  Result<bool> boolean(std::string_view pointer) const {
    int32_t out = 0;
    PINDUS_CHECK(Status::of(host_->json_boolean(session_, handle_, detail::str(pointer), &out)));
    return out != 0;
  }

 private:
  const pindus_host_1* host_;
  pindus_session session_;
  pindus_json handle_;
};

}  // namespace pindus::sdk
