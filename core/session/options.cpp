#include <fmt/format.h>

#include <algorithm>

#include "core/session/session.hpp"

// Options as a plugin sees them: plugin.h, `option`.

namespace pindus {
namespace {

// RFC 3986 section 2.1: all but the unreserved characters.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// One pass, so that an answer can't bring a placeholder of its own.
std::string filled_in(std::string_view text, const Method& method, const Answers& answers) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = text.find('}', open);
    if (close == text.npos) break;
    const auto name = text.substr(open + 1, close - open - 1);
    const auto question = std::ranges::find(
        method.questions, name, [](const Question& q) { return std::string_view(q.name); });
    out += text.substr(0, open);
    const auto answer = answers.find(name);
    if (question == method.questions.end() || answer == answers.end()) {
      out += text.substr(open, close - open + 1);
    } else {
      out +=
          question->kind == Question::Kind::host ? answer->second : percent_encoded(answer->second);
    }
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

}  // namespace

std::optional<std::string> Session::option(std::string_view name) const {
  if (name == "client_id" && request.stored != nullptr) {
    // A refresh token works only with the client that it was given to (RFC 6749 section 6).
    const auto& members = request.stored->members;
    const auto stored = std::ranges::find(members, "clientId",
                                          [](const auto& m) { return std::string_view(m.first); });
    if (stored != members.end()) return stored->second;
  }
  const auto& options = request.method->options;
  std::optional<std::string> value;
  if (const auto found = options.find(name); found != options.end()) value = found->second;
  if (const auto variable = options.find(fmt::format("{}_env", name)); variable != options.end()) {
    if (auto override = request.environment->get_nonblank(variable->second)) {
      value = std::move(override);
    }
  }
  if (value && name.ends_with("_url")) return filled_in(*value, *request.method, request.answers);
  return value;
}

std::vector<std::string> Session::allowed_hosts() const {
  std::vector<std::string> hosts;
  for (const auto& [key, unused] : request.method->options) {
    std::string_view name = key;
    if (name.ends_with("_env")) name.remove_suffix(4);
    if (!name.ends_with("_url")) continue;
    const auto url = option(name);
    if (!url) continue;
    auto host = url_host(*url);
    if (host && std::ranges::find(hosts, *host) == hosts.end()) hosts.push_back(*std::move(host));
  }
  return hosts;
}

}  // namespace pindus
