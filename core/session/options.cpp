#include <fmt/format.h>

#include <algorithm>

#include "core/base/percent.hpp"
#include "core/base/placeholders.hpp"
#include "core/session/option_guide.hpp"
#include "core/session/session.hpp"

// Options as a plugin sees them: plugin.h, `option`.

namespace pindus {
namespace {

enum class Filling { as_it_is, percent_encoded };

std::string with_answers(std::string_view text, const Method& method, const Answers& answers,
                         Filling filling) {
  return std::string(filled_in(text, [&](std::string_view name) -> std::optional<SecretText> {
    const auto question = std::ranges::find(
        method.questions, name, [](const Question& q) { return std::string_view(q.name); });
    const auto answer = answers.find(name);
    if (question == method.questions.end() || answer == answers.end()) return std::nullopt;
    const bool as_it_is = filling == Filling::as_it_is || question->kind == Question::Kind::host;
    return SecretText(as_it_is ? answer->second : percent_encoded(answer->second));
  }));
}

}  // namespace

std::optional<std::string> Session::option(std::string_view name) const {
  if (name == "client_id" && request.stored != nullptr) {
    // A refresh token works only with the client that it was given to (RFC 6749 section 6).
    const std::string_view stored = request.stored->member("clientId");
    if (!stored.empty()) return std::string(stored);
  }
  const auto& options = request.method->options;
  std::optional<std::string> value;
  if (const auto found = options.find(name); found != options.end()) value = found->second;
  if (auto override = option_variable(name)) value = std::move(override);
  if (!value) return value;
  // What becomes a part of an address: an answer is to stay within its place there.
  const bool is_of_address = name.ends_with("_url") || name.ends_with("_params");
  return with_answers(*value, *request.method, request.answers,
                      is_of_address ? Filling::percent_encoded : Filling::as_it_is);
}

std::optional<std::string> Session::option_variable(std::string_view name) const {
  return option_from_environment(*request.method, *request.environment, name);
}

std::vector<std::string> Session::addresses() const {
  std::vector<std::string> addresses;
  for (const auto& [key, unused] : request.method->options) {
    std::string_view name = key;
    if (name.ends_with("_env")) name.remove_suffix(4);
    if (!name.ends_with("_url")) continue;
    if (auto url = option(name)) addresses.push_back(*std::move(url));
  }
  return addresses;
}

std::vector<std::string> Session::allowed_hosts() const {
  std::vector<std::string> hosts;
  for (const std::string& url : addresses()) {
    auto host = url_host(url);
    if (host && std::ranges::find(hosts, *host) == hosts.end()) hosts.push_back(*std::move(host));
  }
  return hosts;
}

}  // namespace pindus
