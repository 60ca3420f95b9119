#include "core/discovery/challenge.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pindus::discovery {
namespace {

constexpr std::size_t longest_field = std::size_t{16} << 10;
constexpr std::size_t most_challenges = 32;
constexpr std::size_t most_parameters = 64;

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

// RFC 9110, section 11.2, but for the "=" at its end.
bool is_token68_character(char c) noexcept {
  return is_ascii_alphanumeric(c) || std::string_view("-._~+/").contains(c);
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view field) : left_(field.substr(0, longest_field)) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> challenges;
    for (;;) {
      skip([](char c) { return is_blank(c) || c == ','; });
      const std::string name = ascii_lower(take(is_token_character));
      if (name.empty()) return challenges;
      const std::string_view behind_name = left_;
      skip(is_blank);
      if (!challenges.empty() && left_.starts_with('=')) {
        left_.remove_prefix(1);
        skip(is_blank);
        if (!read_value(name, challenges.back())) return challenges;
        continue;
      }
      if (challenges.size() == most_challenges) return challenges;
      challenges.push_back({.scheme = name});
      if (behind_name.size() > left_.size()) skip_token68();
    }
  }

 private:
  template <typename Set>
  std::string_view take(const Set& set) {
    const auto* const end = std::ranges::find_if_not(left_, set);
    const std::string_view taken = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
    left_.remove_prefix(taken.size());
    return taken;
  }

  template <typename Set>
  void skip(const Set& set) {
    static_cast<void>(take(set));
  }

  // What stands in the place of parameters, of which a name with "=" would look the same.
  void skip_token68() {
    std::string_view ahead = left_;
    while (!ahead.empty() && is_token68_character(ahead.front())) ahead.remove_prefix(1);
    if (ahead.size() == left_.size()) return;
    while (ahead.starts_with('=')) ahead.remove_prefix(1);
    while (!ahead.empty() && is_blank(ahead.front())) ahead.remove_prefix(1);
    if (ahead.empty() || ahead.starts_with(',')) left_ = ahead;
  }

  bool read_value(const std::string& name, Challenge& challenge) {
    std::string value;
    if (left_.starts_with('"')) {
      left_.remove_prefix(1);
      if (!read_quoted(value)) return false;
    } else {
      value = take([](char c) { return !is_blank(c) && c != ',' && c != '"'; });
    }
    if (challenge.parameters.size() < most_parameters && !challenge.find(name)) {
      challenge.parameters.emplace_back(name, std::move(value));
    }
    return true;
  }

  // RFC 9110, section 5.6.4; false where it has no end.
  bool read_quoted(std::string& value) {
    while (!left_.empty()) {
      char c = left_.front();
      left_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\') {
        if (left_.empty()) return false;
        c = left_.front();
        left_.remove_prefix(1);
      }
      value += c;
    }
    return false;
  }

  std::string_view left_;
};

std::string text_of(const Challenge& challenge, std::string_view name) {
  return std::string(challenge.find(name).value_or(""));
}

}  // namespace

std::optional<std::string_view> Challenge::find(std::string_view name) const noexcept {
  for (const auto& [known, value] : parameters) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::vector<Challenge> parse_challenges(std::string_view field) {
  return FieldReader(field).read();
}

std::optional<BearerChallenge> find_bearer_challenge(
    const std::vector<std::pair<std::string, std::string>>& headers) {
  std::optional<BearerChallenge> first;
  for (const auto& [name, value] : headers) {
    if (!equal_ignoring_case(name, "www-authenticate")) continue;
    for (const Challenge& challenge : parse_challenges(value)) {
      if (challenge.scheme != "bearer") continue;
      BearerChallenge bearer{.resource_metadata = text_of(challenge, "resource_metadata"),
                             .scope = text_of(challenge, "scope"),
                             .error = text_of(challenge, "error")};
      if (!bearer.resource_metadata.empty()) return bearer;
      if (!first) first = std::move(bearer);
    }
  }
  return first;
}

}  // namespace pindus::discovery
