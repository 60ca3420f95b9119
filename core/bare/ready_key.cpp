#include "core/bare/ready_key.hpp"

#include "core/bare/json_bytes.hpp"
#include "core/bare/key_rule.hpp"
#include "core/bare/provider_id.hpp"
#include "core/bare/sealed_value.hpp"

namespace pindus::bare {

namespace {

constexpr size_t max_part = 8192;
constexpr size_t max_sealed = max_part / 3 * 4 + 128;  // a part, when it is sealed
constexpr size_t max_name = 256;

// The names of an older form, which in one of ours leave it open what counts.
constexpr Text older_names[] = {
    {"apiKey", 6}, {"accessToken", 11}, {"refreshToken", 12}, {"expiresAt", 9}};

constexpr Text withheld_names[] = {{"key", 3},
                                   {"apiKey", 6},
                                   {"api_key", 7},
                                   {"access", 6},
                                   {"accessToken", 11},
                                   {"access_token", 12},
                                   {"refresh", 7},
                                   {"refreshToken", 12},
                                   {"refresh_token", 13},
                                   {"idToken", 7},
                                   {"id_token", 8},
                                   {"clientSecret", 12},
                                   {"client_secret", 13},
                                   {"private", 7}};

template <size_t count>
bool contains(const Text (&names)[count], Text name) {
  for (const Text candidate : names) {
    if (candidate == name) return true;
  }
  return false;
}

// Whether a name stands in JSON as it is.
bool is_plain(Text name) {
  for (size_t i = 0; i < name.size; ++i) {
    const char c = name.data[i];
    if (c < ' ' || c > '~' || c == '"' || c == '\\') return false;
  }
  return true;
}

bool is_number(Text value) {
  return value.size != 0 && (value.data[0] == '-' || is_digit(value.data[0]));
}

// What `expires` says, where that is a number, a string of digits, or nothing.
bool parse_expires(Text value, int64_t& expires_ms) {
  if (value == "null") return true;
  if (value.size != 0 && value.data[0] == '"') {
    value = Text(value.data + 1, value.size - 2);
    for (size_t i = 0; i < value.size; ++i) {
      if (!is_digit(value.data[i])) return false;
    }
  }
  return is_number(value) && parse_integer(value, expires_ms);
}

// Opens a secret with the key that is at hand.
bool open_here(Text value, FindsVaultKey find_vault_key, const SecretPlace& place,
               TextBuffer& secret) {
  SealedValue parts;
  if (find_vault_key == nullptr || !read_sealed(value, parts)) return false;
  unsigned char key[vault_key_size];
  const bool is_open = find_vault_key(parts.key_id, key) && open_sealed(parts, key, place, secret);
  explicit_bzero(key, sizeof key);
  return is_open;
}

// An account's record, as far as a ready key is concerned.
class Record {
 public:
  Record() = default;
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  ~Record() { wipe(); }

  // Reads the object that comes next; false where the document can't be read or where another type
  // than an object, or than a string for a secret, stands here.
  bool read(JsonReader& vault);

  // A known member stands here twice or is of no known form.
  [[nodiscard]] bool is_odd() const { return odd_; }
  [[nodiscard]] bool is_default() const { return is_default_; }

  // `account` is the record's name.
  [[nodiscard]] KeyAnswer answer(const KeyRequest& request, Text provider,
                                 const TextBuffer& account, TextBuffer& out) const;

 private:
  enum Known : unsigned {
    kind = 1,
    default_mark = 2,
    key = 4,
    access = 8,
    expires = 16,
    lifetime = 32
  };

  void read_member(JsonReader& vault, Text name);
  void note_secret(JsonReader& vault, Known which, TextBuffer& secret);
  void note(Known which, Text value);
  void wipe();
  [[nodiscard]] KeyAnswer answer_with(Text usable, KeyForm form, TextBuffer& out) const;

  char key_memory_[max_sealed];
  char access_memory_[max_sealed];
  char members_memory_[max_part];
  TextBuffer key_{key_memory_};
  TextBuffer access_{access_memory_};
  TextBuffer members_{members_memory_};  // `,"name":value` and so on, as stored
  unsigned seen_ = 0;
  bool odd_ = false;
  bool is_default_ = false;
  bool is_oauth_ = false;
  bool is_api_key_ = false;
  int64_t expires_ms_ = INT64_MAX;
  int64_t lifetime_s_ = INT64_MAX;
};

void Record::wipe() {
  explicit_bzero(key_.data, key_.size);
  explicit_bzero(access_.data, access_.size);
}

bool Record::read(JsonReader& vault) {
  if (!vault.enter_object()) return false;
  char memory[max_name];
  TextBuffer name(memory);
  while (vault.next_member(name)) {
    if (name.overflow) {
      odd_ = true;
    } else {
      read_member(vault, name.text());
    }
  }
  return vault.error() == JsonError::none;
}

void Record::read_member(JsonReader& vault, Text name) {
  if (name == "key") return note_secret(vault, key, key_);
  if (name == "access") return note_secret(vault, access, access_);
  if (contains(older_names, name) || !is_plain(name)) odd_ = true;
  if (is_withheld(name)) return;
  const unsigned known = name == "kind"        ? kind
                         : name == "isDefault" ? default_mark
                         : name == "expires"   ? expires
                         : name == "lifetime"  ? lifetime
                                               : 0U;
  members_.append(",\"");
  members_.append(name);
  members_.append("\":");
  const size_t begin = members_.size;
  vault.copy_value(members_);
  if (known != 0) {
    note(static_cast<Known>(known), Text(members_.data + begin, members_.size - begin));
  }
}

void Record::note_secret(JsonReader& vault, Known which, TextBuffer& secret) {
  if ((seen_ & which) != 0) odd_ = true;
  seen_ |= which;
  vault.read_string(secret);
}

void Record::note(Known which, Text value) {
  if ((seen_ & which) != 0 || members_.overflow) odd_ = true;
  seen_ |= which;
  if (which == kind) {
    is_oauth_ = value == "\"oauth\"";
    is_api_key_ = value == "\"apiKey\"";
  } else if (which == default_mark) {
    is_default_ = value == "true";
    if (!is_default_ && !(value == "false")) odd_ = true;
  } else if (which == expires) {
    if (!parse_expires(value, expires_ms_)) odd_ = true;
  } else if (!is_number(value) || !parse_integer(value, lifetime_s_)) {
    odd_ = true;
  }
}

KeyAnswer Record::answer(const KeyRequest& request, Text provider, const TextBuffer& account,
                         TextBuffer& out) const {
  if (odd_ || !(is_oauth_ || is_api_key_)) return KeyAnswer::not_sure;
  if (is_oauth_ && expires_ms_ <= request.now_ms + request.min_left_ms) return KeyAnswer::not_sure;
  // Written by a clock that was wrong, or read by one.
  if (is_oauth_ && (expires_ms_ - request.now_ms) / 1000 > lifetime_s_) return KeyAnswer::not_sure;
  const TextBuffer& stored = is_oauth_ ? access_ : key_;
  if (stored.overflow || members_.overflow) return KeyAnswer::not_sure;
  if (!is_sealed(stored.text())) return answer_with(stored.text(), request.form, out);
  // A name that doesn't fit is another one.
  if (account.overflow) return KeyAnswer::not_sure;
  const SecretPlace place = {provider, account.text(), is_oauth_ ? "access" : "key"};
  char memory[max_part];
  TextBuffer opened(memory);
  const bool is_open = open_here(stored.text(), request.find_vault_key, place, opened);
  const KeyAnswer answer =
      is_open ? answer_with(opened.text(), request.form, out) : KeyAnswer::not_sure;
  explicit_bzero(opened.data, opened.size);
  return answer;
}

KeyAnswer Record::answer_with(Text usable, KeyForm form, TextBuffer& out) const {
  if (usable.size > max_part) return KeyAnswer::not_sure;
  const KeyFlaw flaw = is_oauth_ ? flaw_of_token(usable) : flaw_of_api_key(usable);
  if (flaw != KeyFlaw::none) return KeyAnswer::not_sure;
  if (form == KeyForm::plain) {
    out.append(usable);
  } else {
    out.append("{\"key\":\"");
    for (size_t i = 0; i < usable.size; ++i) {
      const char c = usable.data[i];
      if (c == '"' || c == '\\') out.append('\\');
      out.append(c);
    }
    out.append('"');
    out.append(members_.text());
    out.append('}');
  }
  return out.overflow ? KeyAnswer::not_sure : KeyAnswer::ready;
}

void note_name(const KeyRequest& request, Text name) {
  if (request.name == nullptr) return;
  request.name->clear();
  request.name->append(name);
}

// The account that was asked for, among those of the object that comes next.
KeyAnswer find_named(JsonReader& vault, const KeyRequest& request, Text provider, TextBuffer& out) {
  if (!vault.enter_object()) return KeyAnswer::not_sure;
  char memory[max_name];
  TextBuffer name(memory);
  while (vault.next_member(name)) {
    if (name.overflow || !(name.text() == request.account)) continue;
    note_name(request, name.text());
    Record record;
    return record.read(vault) ? record.answer(request, provider, name, out) : KeyAnswer::not_sure;
  }
  return KeyAnswer::not_sure;
}

// The default account, else the first, of the object that comes next.
KeyAnswer find_default(JsonReader& vault, const KeyRequest& request, Text provider,
                       TextBuffer& out) {
  if (!vault.enter_object()) return KeyAnswer::not_sure;
  char first_memory[max_name];
  TextBuffer first_name(first_memory);
  if (!vault.next_member(first_name)) return KeyAnswer::not_sure;
  note_name(request, first_name.text());
  Record first;
  if (!first.read(vault) || first.is_odd()) return KeyAnswer::not_sure;
  if (first.is_default()) return first.answer(request, provider, first_name, out);
  char memory[max_name];
  TextBuffer name(memory);
  while (vault.next_member(name)) {
    Record record;
    if (!record.read(vault) || record.is_odd()) return KeyAnswer::not_sure;
    if (record.is_default()) {
      note_name(request, name.text());
      return record.answer(request, provider, name, out);
    }
  }
  return vault.error() == JsonError::none ? first.answer(request, provider, first_name, out)
                                          : KeyAnswer::not_sure;
}

}  // namespace

bool is_withheld(Text name) {
  return contains(withheld_names, name);
}

KeyAnswer find_ready_key(JsonReader& vault, const KeyRequest& request, TextBuffer& out) {
  if (!vault.enter_object()) return KeyAnswer::not_sure;
  char memory[longest_provider_id];
  TextBuffer name(memory);
  while (vault.next_member(name)) {
    if (name.overflow || !same_provider(name.text(), request.provider)) continue;
    if (request.place != nullptr) *request.place = vault.name_span().begin;
    return request.account.data == nullptr ? find_default(vault, request, name.text(), out)
                                           : find_named(vault, request, name.text(), out);
  }
  return KeyAnswer::not_sure;
}

}  // namespace pindus::bare
