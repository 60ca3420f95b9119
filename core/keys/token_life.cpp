#include "core/keys/token_life.hpp"

#include <algorithm>

#include "core/base/epoch_time.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

milliseconds time_left(std::string_view record) {
  const CredentialRecord credential(record);
  const auto expires = credential.expires_ms();
  if (!expires) return milliseconds::max();
  std::int64_t left_ms = 0;
  if (__builtin_sub_overflow(*expires, now_ms(), &left_ms)) return milliseconds::min();
  const milliseconds left(left_ms);
  const auto life = credential.lifetime_s();
  return life ? std::min<milliseconds>(left, seconds(*life)) : left;
}

milliseconds margin_of(std::string_view record, seconds margin) {
  const auto life = CredentialRecord(record).lifetime_s();
  if (!life) return margin;
  return std::min<milliseconds>(margin, milliseconds(*life * 250));
}

milliseconds margin_of(std::string_view record, const TokenDemand& demand, seconds margin) {
  if (!demand.valid_for) return margin_of(record, margin);
  const auto life = CredentialRecord(record).lifetime_s();
  if (!life || demand.valid_for->count() < *life) return *demand.valid_for;
  return milliseconds(*life * 750);
}

}  // namespace pindus
