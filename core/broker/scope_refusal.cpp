#include "core/broker/scope_refusal.hpp"

#include <fmt/format.h>

#include "core/base/fault.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/discovery/challenge.hpp"
#include "core/discovery/metadata.hpp"

namespace pindus::broker {

std::optional<Refusal> wants_more_scope(const Account& account, int status, const Fields& fields) {
  if (status != 403 || !begins_as_address(account.provider)) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& [name, value] : fields) headers.emplace_back(name, value);
  const auto challenge = discovery::find_bearer_challenge(headers);
  if (!challenge || challenge->error != "insufficient_scope") return std::nullopt;
  if (!discovery::is_scope(challenge->scope)) {
    return Refusal{403, "scope",
                   fmt::format("{} wants more scope than its token has, and doesn't say which",
                               account.described())};
  }
  return Refusal{403, "scope",
                 fmt::format("this call needs the scope {}: pindus signin {} --scope {}",
                             challenge->scope, account.arguments(), shell_word(challenge->scope))};
}

}  // namespace pindus::broker
