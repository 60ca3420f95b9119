#include "core/keys/failure_memo.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/epoch_time.hpp"
#include "core/base/fingerprint.hpp"
#include "core/base/json.hpp"
#include "core/keys/usable_key.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds usual_outage = 5s;
// A server's slip of the pen shall not lock anybody out for days.
constexpr seconds longest_outage = 1h;

std::string text_at(const Json& memo, std::string_view name) {
  const Json* member = memo.find(name);
  const std::string* text = member != nullptr ? member->as_string() : nullptr;
  return text != nullptr ? *text : std::string();
}

std::int64_t number_at(const Json& memo, std::string_view name) {
  const Json* member = memo.find(name);
  return member != nullptr ? member->as_integer().value_or(0) : 0;
}

std::string hexadecimal(std::uint64_t grant) {
  return fmt::format("{:016x}", grant);
}

}  // namespace

seconds outage(const RefreshFailure& failure) {
  if (!failure.answered) return 0s;
  return std::clamp<seconds>(failure.retry_after.value_or(usual_outage), 0s, longest_outage);
}

std::uint64_t grant_fingerprint(const OAuthCredentials& sent, std::uint64_t server) {
  Fingerprint grant;
  grant.add(sent.refresh.view());
  if (sent.refresh.empty()) grant.add(sent.access.view());
  for (const auto& [name, text] : sent.private_texts) {
    grant.add(name);
    grant.add(text.view());
  }
  for (const auto& [name, value] : sent.members) {
    grant.add(name);
    grant.add(value);
  }
  grant.add(std::to_string(server));
  return grant.value();
}

std::string memo_of(const RefreshFailure& failure, std::uint64_t grant) {
  const bool refused = failure.kind == RefreshFailure::Kind::permanent;
  // A refusal that no server has spoken costs no request, and may be mended here.
  if (failure.kind == RefreshFailure::Kind::cancelled || (refused && !failure.answered)) return {};
  const std::int64_t now = now_ms();
  return fmt::format(R"({{"grant":"{}","refused":{},"at":{},"until":{},"message":{},"hint":{}}})"
                     "\n",
                     hexadecimal(grant), refused, now, now + milliseconds(outage(failure)).count(),
                     json_quote(failure.fault.message), json_quote(failure.fault.hint));
}

std::optional<std::int64_t> remembered_time(std::string_view text) {
  const auto memo = Json::parse(text);
  const std::int64_t at = memo ? number_at(*memo, "at") : 0;
  return at > 0 ? std::optional(at) : std::nullopt;
}

std::string memo_of_force(std::int64_t forced_ms) {
  return fmt::format("{{\"forced\":{}}}\n", forced_ms);
}

std::optional<std::int64_t> remembered_force(std::string_view text, seconds interval) {
  const auto memo = Json::parse(text);
  if (!memo) return std::nullopt;
  const std::int64_t forced_ms = number_at(*memo, "forced");
  const milliseconds since(now_ms() - forced_ms);
  // One from the future was written by another clock.
  return since >= 0ms && since < interval ? std::optional(forced_ms) : std::nullopt;
}

std::optional<RefreshFailure> remembered_failure(std::string_view text, std::uint64_t grant,
                                                 std::int64_t began_ms) {
  const auto memo = Json::parse(text);
  if (!memo || text_at(*memo, "grant") != hexadecimal(grant)) return std::nullopt;
  const Json* refused = memo->find("refused");
  const bool is_refused =
      refused != nullptr && refused->as_boolean() != nullptr && *refused->as_boolean();
  RefreshFailure failure{
      is_refused ? RefreshFailure::Kind::permanent : RefreshFailure::Kind::transient,
      refresh_fault(text_at(*memo, "message"), text_at(*memo, "hint")),
      {},
      true};
  if (is_refused) return failure;
  const std::int64_t now = now_ms();
  const std::int64_t at = number_at(*memo, "at");
  const milliseconds left(number_at(*memo, "until") - now);
  // A memo from the future was written by another clock.
  if (at > now || (left <= 0ms && at < began_ms)) return std::nullopt;
  if (left > 0ms) failure.retry_after = std::chrono::ceil<seconds>(left);
  return failure;
}

}  // namespace pindus
