#include "core/keys/token_life.hpp"

#include <algorithm>

#include "core/keys/usable_key.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A clock is set right by a little now and then.
constexpr seconds clock_step{60};

}  // namespace

milliseconds time_left(std::string_view record) {
  const CredentialRecord credential(record);
  const auto expires = credential.expires_ms();
  if (!expires) return milliseconds::max();
  std::int64_t left_ms = 0;
  if (__builtin_sub_overflow(*expires, now_ms(), &left_ms)) return milliseconds::min();
  const milliseconds left(left_ms);
  const auto life = credential.lifetime_s();
  if (!life || left <= seconds(*life)) return left;
  return left <= seconds(*life) + clock_step ? seconds(*life) : milliseconds(0);
}

milliseconds margin_of(std::string_view record, seconds margin) {
  const auto life = CredentialRecord(record).lifetime_s();
  if (!life) return margin;
  return std::min<milliseconds>(margin, milliseconds(*life * 250));
}

}  // namespace pindus
