#include "core/keys/usable_key.hpp"

#include "core/bare/ready_key.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

SecretText without_blanks(std::string_view value) {
  SecretText compact(value.size(), '\0');
  bare::TextBuffer buffer(compact.data(), compact.size());
  bare::JsonReader reader({value.data(), value.size()});
  reader.copy_value(buffer);
  compact.resize(buffer.size);
  return compact;
}

}  // namespace

UsableKey usable_key_of(std::string_view record) {
  return usable_key_of(record, CredentialRecord(record).key());
}

UsableKey usable_key_of(std::string_view record, Secret key) {
  const CredentialRecord credential(record);
  UsableKey usable;
  usable.key = std::move(key);
  if (!credential.end_is_unknown()) usable.expires_ms = credential.expires_ms();
  usable.kind = credential.kind().value_or(AuthKind::api_key);
  SecretText json = "{\"key\":" + quoted(usable.key.view());
  for (const JsonMember& member : list_members(record)) {
    if (bare::is_withheld(bare_text(member.name))) continue;
    const auto stored = record.substr(member.name_span.begin, member.name_span.size());
    const auto name = string_of(stored);
    json.append(",").append(name ? quoted(name->view()) : SecretText(stored));
    json.append(":").append(without_blanks(member.value(record)));
  }
  usable.json = Secret(std::string_view(json.append("}")));
  return usable;
}

}  // namespace pindus
