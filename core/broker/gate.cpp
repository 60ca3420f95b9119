#include "core/broker/gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/broker/forwarding.hpp"
#include "core/providers/manifest_api.hpp"

namespace pindus::broker {
namespace {

// In a time that says nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return difference == 0;
}

// Sec-Fetch-Mode alone is no sign of one: Node's fetch sends it, too.
bool is_sent_by_browser(const Fields& fields) {
  return has_field(fields, "Origin") || has_field(fields, "Sec-Fetch-Site") ||
         has_field(fields, "Sec-Fetch-Dest");
}

bool asks_for_upgrade(const Fields& fields) {
  return names_token(fields, "Connection", "upgrade") && has_field(fields, "Upgrade");
}

std::unexpected<Refusal> refused(int status, std::string_view rule, std::string message) {
  return std::unexpected(Refusal{status, rule, std::move(message)});
}

}  // namespace

bool covers(const std::vector<std::string>& rules, std::string_view method, std::string_view path) {
  return std::ranges::any_of(rules, [&](std::string_view rule) {
    const std::size_t blank = rule.find(' ');
    if (blank == rule.npos || rule.substr(0, blank) != method) return false;
    std::string_view pattern = rule.substr(blank + 1);
    if (!pattern.ends_with('*')) return pattern == path;
    pattern.remove_suffix(1);
    return path.starts_with(pattern) && path.size() > pattern.size();
  });
}

bool is_call_rule(std::string_view rule) {
  const std::size_t blank = rule.find(' ');
  return blank != rule.npos && is_call_method(rule.substr(0, blank)) &&
         rule.substr(blank + 1).starts_with('/') && !rule.substr(blank + 1).contains(' ');
}

Gate::Gate(Secret token, std::string host, std::map<std::string, CallRules, std::less<>> rules)
    : token_(std::move(token)), host_(std::move(host)), rules_(std::move(rules)) {}

std::optional<Refusal> Gate::refuse_form(const RequestHead& head) const {
  if (!is_call_method(head.method)) {
    return Refusal{405, "method",
                   fmt::format("requests with {} are not passed on", head.method.substr(0, 20))};
  }
  const auto host = only_value(head.fields, "Host");
  if (!host || !equal_ignoring_case(*host, host_)) {
    return Refusal{421, "host", "the request's Host isn't this broker's address"};
  }
  if (is_sent_by_browser(head.fields)) {
    return Refusal{403, "browser", "a web page's requests are not passed on"};
  }
  return std::nullopt;
}

bool Gate::holds_token(const Fields& fields, std::string_view in_query) const {
  if (same_secret(in_query, token_.view())) return true;
  return std::ranges::any_of(fields, [&](const auto& field) {
    return is_credential_slot(field.first) &&
           same_secret(credential_in(field.second), token_.view());
  });
}

bool Gate::is_token(std::string_view text) const {
  return same_secret(text, token_.view());
}

bool Gate::recognises(const RequestHead& head) const {
  std::string in_query;
  const std::size_t question = head.target.find('?');
  if (question != head.target.npos) {
    static_cast<void>(without_parameter(head.target.substr(question + 1), "key", in_query));
  }
  const Secret wiped(std::move(in_query));
  return holds_token(head.fields, wiped.view());
}

std::expected<Admitted, Refusal> Gate::judge(const RequestHead& head) const {
  Admitted admitted;
  if (auto unclear = check_framing(head, admitted.body)) {
    return std::unexpected(*std::move(unclear));
  }
  if (auto refusal = refuse_form(head)) return std::unexpected(*std::move(refusal));
  auto target = parse_target(head.target);
  if (!target) return std::unexpected(std::move(target).error());
  std::string in_query;
  admitted.query = without_parameter(target->query, "key", in_query);
  const bool is_known = holds_token(head.fields, in_query);
  const Secret wiped(std::move(in_query));

  const auto rules = rules_.find(target->provider);
  if (rules == rules_.end()) {
    // Who doesn't have the token learns nothing of what there is.
    if (!is_known) return refused(403, "token", "the request doesn't hold this run's token");
    return refused(404, "provider",
                   fmt::format("this run has no key of {}", target->provider.substr(0, 80)));
  }
  const std::string& id = rules->second.provider;
  admitted.provider = id.empty() ? rules->first : id;
  const auto alias = rules->second.alias.find(target->path);
  admitted.path = alias == rules->second.alias.end() ? target->path : alias->second;
  if (is_known && asks_for_upgrade(head.fields)) {
    // Before the rules: programs that hear so go on with HTTP at once.
    if (!rules->second.upgrade || !names_token(head.fields, "Upgrade", "websocket")) {
      return refused(426, "upgrade", "connections of this provider stay HTTP here");
    }
    admitted.is_upgrade = true;
  }
  if (!is_known) {
    if (!covers(rules->second.anonymous, head.method, admitted.path)) {
      return refused(403, "token", "the request doesn't hold this run's token");
    }
    admitted.with_key = false;
  } else if (!covers(rules->second.allow, head.method, admitted.path)) {
    if (!covers(rules->second.anonymous, head.method, admitted.path)) {
      return refused(403, "not-allowed",
                     fmt::format("{} {} of {} isn't among the calls that this run may make",
                                 head.method, admitted.path.substr(0, 200), admitted.provider));
    }
    admitted.with_key = false;
  }
  admitted.expects_continue =
      head.version >= 11 && names_token(head.fields, "Expect", "100-continue");
  return admitted;
}

}  // namespace pindus::broker
