#include <algorithm>
#include <array>

#include "core/session/session.hpp"

// What of a plugin's words is a secret.

namespace pindus {
namespace {

constexpr std::size_t shortest_secret = 8;  // a shorter one would be found in ordinary words
constexpr std::size_t longest_line = 1000;
constexpr std::size_t longest_looked_at = std::size_t{64} << 10;

using Texts = std::vector<std::string_view>;

std::string masked(std::string_view text, const Texts& secrets) {
  std::vector<bool> hidden(text.size());
  for (const std::string_view secret : secrets) {
    if (secret.size() < shortest_secret) continue;
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 1)) {
      std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), true);
    }
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) {
      out += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      out += "***";
    }
  }
  return out;
}

// The manifest's own secrets and those of its environment variables, since a plugin reads them as
// options.
std::vector<std::string> secret_options(const Session& session) {
  std::vector<std::string> values;
  for (const auto& [key, unused] : session.request.method->options) {
    std::string_view name = key;
    if (name.ends_with("_env")) name.remove_suffix(4);
    if (!name.ends_with("secret")) continue;
    if (auto value = session.option(name)) values.push_back(*std::move(value));
  }
  return values;
}

// What is a secret whatever a plugin means to show.
Texts of_the_record(const Session& session) {
  Texts secrets;
  for (const std::string_view name : {"access", "refresh", "key"}) {
    if (const Secret* value = session.draft.find(name)) secrets.push_back(value->view());
  }
  if (const OAuthCredentials* stored = session.request.stored) {
    secrets.push_back(stored->access.view());
    secrets.push_back(stored->refresh.view());
    for (const auto& [name, text] : stored->private_texts) secrets.push_back(text.view());
  }
  for (const auto& [name, text] : session.draft.private_texts) secrets.push_back(text.view());
  for (const auto& [id, held] : session.secrets.living()) {
    if (held.visibility == Visibility::closed) secrets.push_back(held.bytes.view());
  }
  return secrets;
}

}  // namespace

bool is_for_people(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 7> names = {
      "error",     "error_description", "error_uri",
      "user_code", "verification_uri",  "verification_uri_complete",
      "message"};
  return std::ranges::find(names, name) != names.end();
}

std::string Session::said(std::string_view text) const {
  const auto options = secret_options(*this);
  Texts hidden = of_the_record(*this);
  hidden.insert(hidden.end(), options.begin(), options.end());
  for (const auto& [handle, held] : secrets.living()) {
    if (held.for_people) continue;
    const std::string_view secret = held.bytes.view();
    const bool was_shown = std::ranges::any_of(
        on_purpose_, [&](const std::string& shown) { return shown.contains(secret); });
    if (!was_shown) hidden.push_back(secret);
  }
  // Once more where control characters are gone, which may have stood in the midst of one.
  const std::string seen =
      printable(masked(text.substr(0, longest_looked_at), hidden), longest_looked_at);
  return printable(masked(seen, hidden), longest_line);
}

std::string Session::shown_on_purpose(std::string_view text) {
  const auto options = secret_options(*this);
  Texts hidden = of_the_record(*this);
  hidden.insert(hidden.end(), options.begin(), options.end());
  return on_purpose_.emplace_back(masked(text, hidden));
}

}  // namespace pindus
