#include "core/vault/credential_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/base/epoch_time.hpp"
#include "core/base/text.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

// What a sign-in stores, in our form and in older ones; a record's other members are answers to a
// method's questions, or somebody else's.
constexpr std::array<std::string_view, 16> sign_in_members = {
    "key",         "apiKey",    "access",      "accessToken", "refresh",   "refreshToken",
    "expires",     "expiresAt", "lifetime",    "baseUrl",     "accountId", "clientId",
    issuer_member, "private",   method_member, "command"};
constexpr std::array<std::string_view, 10> named_members = {
    "kind",         "isDefault", "access",    "accessToken", "refresh",
    "refreshToken", "expires",   "expiresAt", "lifetime",    "private"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_kind_character(char c) {
  return is_ascii_alphanumeric(c) || c == '_' || c == '-';
}

// A clock is set right by a little now and then.
constexpr std::int64_t clock_step_s = 60;

// What stands for a moment in epoch milliseconds: a number, or a string of digits.
std::optional<std::int64_t> time_of(std::string_view value) {
  const auto text = string_of(value);
  if (!text) return integer_of(value);
  const std::string_view digits = text->view();
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ms);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  return is_whole && digits.front() != '-' ? std::optional(ms) : std::nullopt;
}

// The name that this record uses.
std::string_view used_name(std::string_view record, std::string_view name, std::string_view older) {
  const auto members = list_members(record);
  return find_member(members, name) == nullptr && find_member(members, older) != nullptr ? older
                                                                                         : name;
}

void set(SecretText& record, std::string_view name, std::string_view value, unsigned depth) {
  const auto members = list_members(record);
  const JsonMember* member = find_member(members, name);
  if (member != nullptr && member->value(record) == value) return;
  record = set_member(record, name, value, depth);
}

void set_text(SecretText& record, std::string_view name, std::string_view text, unsigned depth) {
  const auto members = list_members(record);
  const JsonMember* member = find_member(members, name);
  if (member != nullptr) {
    const auto old = string_of(member->value(record));
    if (old && old->view() == text) return;  // perhaps written with other escapes
  }
  record = set_member(record, name, quoted(text), depth);
}

// A new record says at once whether it is the default; here it is not.
SecretText begin_sign_in(std::string_view record, std::string_view kind, unsigned depth) {
  SecretText begun(record);
  for (const std::string_view name : sign_in_members) begun = remove_member(begun, name);
  set_text(begun, "kind", kind, depth);
  if (find_member(list_members(begun), "isDefault") == nullptr) {
    begun = set_member(begun, "isDefault", "false", depth);
  }
  return begun;
}

void set_expires(SecretText& record, std::optional<std::int64_t> expires_ms, unsigned depth) {
  const std::string_view name = used_name(record, "expires", "expiresAt");
  if (!expires_ms) {
    record = remove_member(record, name);
  } else if (CredentialRecord(record).expires_ms() != expires_ms) {
    set(record, name, std::to_string(*expires_ms), depth);
  }
}

void set_lifetime(SecretText& record, std::optional<std::int64_t> seconds, unsigned depth) {
  if (!seconds) {
    record = remove_member(record, "lifetime");
  } else {
    set(record, "lifetime", std::to_string(*seconds), depth);
  }
}

void set_further(SecretText& record, const RecordMembers& further, unsigned depth) {
  for (const auto& [name, value] : further) {
    if (contains(named_members, name)) continue;
    if (value.empty()) {
      record = remove_member(record, name);
    } else {
      set_text(record, name, value, depth);
    }
  }
}

void set_private(SecretText& record, const OAuthCredentials& credentials, unsigned depth) {
  const auto members = list_members(record);
  const JsonMember* member = find_member(members, "private");
  const bool is_there = member != nullptr && member->kind == bare::JsonKind::object;
  SecretText drawer(is_there ? member->value(record) : "{}");
  for (const auto& [name, text] : credentials.private_texts) {
    if (text.empty()) {
      drawer = remove_member(drawer, name);
    } else {
      set_text(drawer, name, text.view(), depth + 1);
    }
  }
  if (list_members(drawer).empty()) {
    if (is_there) record = remove_member(record, "private");
  } else {
    set(record, "private", drawer, depth);
  }
}

}  // namespace

CredentialRecord::CredentialRecord(std::string_view object)
    : text_(object), members_(list_members(object)) {}

// Of the two names the newer counts, unless it says nothing.
const JsonMember* CredentialRecord::find(std::string_view name, std::string_view older_name) const {
  const JsonMember* member = find_member(members_, name);
  if (member != nullptr && member->kind != bare::JsonKind::null) return member;
  const JsonMember* older = find_member(members_, older_name);
  return older != nullptr ? older : member;
}

Secret CredentialRecord::text_of(const JsonMember* member) const {
  if (member == nullptr) return {};
  auto text = string_of(member->value(text_));
  return text ? std::move(*text) : Secret();
}

Secret CredentialRecord::token_of(std::string_view name, std::string_view older_name) const {
  const Secret text = text_of(find(name, older_name));
  return Secret(without_line_ends(text.view()));
}

std::optional<AuthKind> CredentialRecord::kind() const {
  const bool has_key = !text_of(find("key", "apiKey")).empty();
  const bool has_token = !text_of(find("access", "accessToken")).empty() ||
                         !text_of(find("refresh", "refreshToken")).empty();
  const JsonMember* kind = find_member(members_, "kind");
  if (kind != nullptr) {
    const Secret name = text_of(kind);
    if (name.view() == "apiKey" && has_key) return AuthKind::api_key;
    if (name.view() == "oauth" && has_token) return AuthKind::oauth;
    if (!command().empty()) return AuthKind::api_key;
    return std::nullopt;
  }
  if (find_member(members_, "apiKey") != nullptr && has_key) return AuthKind::api_key;
  if (find_member(members_, "accessToken") != nullptr && has_token) return AuthKind::oauth;
  if (find_member(members_, "refreshToken") != nullptr && has_token) return AuthKind::oauth;
  return std::nullopt;
}

std::vector<std::string> CredentialRecord::command() const {
  const JsonMember* kind = find_member(members_, "kind");
  const JsonMember* command = find_member(members_, "command");
  if (kind == nullptr || command == nullptr || text_of(kind).view() != "command") return {};
  return strings_of(command->value(text_)).value_or(std::vector<std::string>());
}

std::string CredentialRecord::method() const {
  return std::string(text_of(find_member(members_, method_member)).view());
}

bool CredentialRecord::is_default() const {
  const JsonMember* member = find_member(members_, "isDefault");
  return member != nullptr && member->value(text_) == "true";
}

Secret CredentialRecord::key() const {
  return kind() == AuthKind::oauth ? token_of("access", "accessToken") : token_of("key", "apiKey");
}

std::optional<std::int64_t> CredentialRecord::expires_ms() const {
  const bool can_refresh = !text_of(find("refresh", "refreshToken")).empty();
  if (can_refresh && (end_is_unknown() || token_of("access", "accessToken").empty())) return 0;
  const JsonMember* member = find("expires", "expiresAt");
  return member == nullptr || end_is_unknown() ? std::nullopt : time_of(member->value(text_));
}

bool CredentialRecord::end_is_unknown() const {
  const JsonMember* member = find("expires", "expiresAt");
  if (member == nullptr || member->kind == bare::JsonKind::null) return false;
  const auto end_ms = time_of(member->value(text_));
  const auto life = lifetime_s();
  if (!end_ms || !life) return !end_ms;
  return *end_ms > now_ms() + (*life + clock_step_s) * 1000;
}

StoredAccount CredentialRecord::account(std::string_view name) const {
  return {.name = std::string(name),
          .kind = kind(),
          .method = method(),
          .is_default = is_default(),
          .expires_ms = expires_ms(),
          .end_is_unknown = end_is_unknown(),
          .can_refresh = !text_of(find("refresh", "refreshToken")).empty(),
          .command = command(),
          .problem = problem()};
}

std::string CredentialRecord::problem() const {
  if (!command().empty()) return {};
  const auto known = kind();
  if (known) {
    const Secret secret = key();
    const bare::KeyFlaw flaw = flaw_of(*known, secret.view());
    const bool can_refresh =
        *known == AuthKind::oauth && !token_of("refresh", "refreshToken").empty();
    // A refresh token without another is a kind of its own.
    if (flaw == bare::KeyFlaw::none || (flaw == bare::KeyFlaw::empty && can_refresh)) return {};
    return fmt::format("a {} that {}", *known == AuthKind::oauth ? "token" : "key", describe(flaw));
  }
  const Secret name = text_of(find_member(members_, "kind"));
  if (name.view() == "apiKey") return "a record without a key";
  if (name.view() == "oauth") return "a record without a token";
  if (name.view() == "command") return "a record without a command";
  // A longer one, or one of other characters, may be anything, a secret too.
  const bool is_name = !name.empty() && name.view().size() < 20 &&
                       std::ranges::all_of(name.view(), is_kind_character);
  if (!is_name) return "a record of no kind that pindus knows";
  return fmt::format("a record of the kind {}, which pindus doesn't know", name.view());
}

std::optional<std::int64_t> CredentialRecord::lifetime_s() const {
  const JsonMember* member = find_member(members_, "lifetime");
  if (member == nullptr) return std::nullopt;
  const auto seconds = integer_of(member->value(text_));
  constexpr std::int64_t hundred_years = 100LL * 36525 * 24 * 36;
  return seconds && *seconds > 0 && *seconds <= hundred_years ? seconds : std::nullopt;
}

OAuthCredentials CredentialRecord::oauth() const {
  OAuthCredentials credentials{token_of("access", "accessToken"),
                               token_of("refresh", "refreshToken"),
                               expires_ms(),
                               {},
                               lifetime_s(),
                               {}};
  const JsonMember* drawer = find_member(members_, "private");
  if (drawer != nullptr && drawer->kind == bare::JsonKind::object) {
    const std::string_view object = drawer->value(text_);
    for (const JsonMember& member : list_members(object)) {
      auto text = string_of(member.value(object));
      if (text) credentials.private_texts.emplace_back(member.name, *std::move(text));
    }
  }
  for (const JsonMember& member : members_) {
    if (contains(named_members, member.name)) continue;
    if (const auto text = string_of(member.value(text_))) {
      credentials.members.emplace_back(member.name, text->view());
    }
  }
  return credentials;
}

bool is_record(const std::vector<JsonMember>& members) {
  return std::ranges::any_of(members, [](const JsonMember& member) {
    return member.kind == bare::JsonKind::string &&
           (member.name == "accessToken" || member.name == "refreshToken" ||
            member.name == "apiKey");
  });
}

SecretText signed_in(std::string_view record, const Secret& key, const RecordMembers& members,
                     unsigned depth) {
  SecretText edited = begin_sign_in(record, "apiKey", depth);
  set_further(edited, members, depth);
  set_text(edited, "key", without_line_ends(key.view()), depth);
  return edited;
}

SecretText signed_in(std::string_view record, const OAuthCredentials& credentials, unsigned depth) {
  SecretText edited = begin_sign_in(record, "oauth", depth);
  set_text(edited, "access", credentials.access.view(), depth);
  if (!credentials.refresh.empty()) {
    set_text(edited, "refresh", credentials.refresh.view(), depth);
  }
  set_expires(edited, credentials.expires_ms, depth);
  set_lifetime(edited, credentials.lifetime_s, depth);
  set_further(edited, credentials.members, depth);
  set_private(edited, credentials, depth);
  return edited;
}

SecretText signed_in(std::string_view record, std::span<const std::string> command,
                     unsigned depth) {
  SecretText edited = begin_sign_in(record, "command", depth);
  SecretText words = "[";
  for (const std::string& word : command) {
    if (words.size() > 1) words.append(", ");
    words.append(quoted(std::string_view(word)));
  }
  set(edited, "command", words.append("]"), depth);
  return edited;
}

SecretText refreshed(std::string_view record, const OAuthCredentials& credentials, unsigned depth) {
  SecretText edited(record);
  set_text(edited, used_name(edited, "access", "accessToken"), credentials.access.view(), depth);
  if (!credentials.refresh.empty()) {
    set_text(edited, used_name(edited, "refresh", "refreshToken"), credentials.refresh.view(),
             depth);
  }
  set_expires(edited, credentials.expires_ms, depth);
  set_lifetime(edited, credentials.lifetime_s, depth);
  set_further(edited, credentials.members, depth);
  set_private(edited, credentials, depth);
  return edited;
}

SecretText issued_by(std::string_view record, std::string_view origin, unsigned depth) {
  SecretText edited(record);
  set_text(edited, issuer_member, origin, depth);
  return edited;
}

SecretText as_default(std::string_view record, unsigned depth) {
  SecretText edited(record);
  set(edited, "isDefault", "true", depth);
  return edited;
}

}  // namespace pindus
