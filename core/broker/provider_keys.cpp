#include "core/broker/provider_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/epoch_time.hpp"
#include "core/base/placeholders.hpp"
#include "core/base/text.hpp"
#include "core/keys/api_values.hpp"
#include "core/services/services.hpp"

namespace pindus::broker {
namespace {

// A key that a command prints may change without the vault.
constexpr std::int64_t longest_known_ms = 60'000;

Precedence precedence_of(const Provider& provider, std::string_view name, std::string_view value) {
  if (!placeholders_in(value).empty()) return Precedence::ours;
  const bool is_list = std::ranges::any_of(provider.api.list_headers, [&](const std::string& list) {
    return equal_ignoring_case(list, name);
  });
  return is_list ? Precedence::both : Precedence::theirs;
}

// A key goes over TLS, or stays on this machine.
bool is_safe(std::string_view url) {
  const auto host = url_host(url);
  if (!host) return false;
  if (ascii_lower(url).starts_with("https:")) return true;
  const std::string_view name =
      std::string_view(*host).substr(0, host->find(':', host->find(']') + 1));
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

Result<SharedKey> prepared(const Provider& provider, const UsableKey& key) {
  auto values = TRY(api_values(provider, key));
  if (!is_safe(values.base_url)) {
    return std::unexpected(CredentialFault{
        FaultKind::not_found, "No address known",
        values.base_url.empty()
            ? fmt::format("nobody says at which address {} takes requests", provider.id)
            : fmt::format("{} would get its key in the clear", printable(values.base_url)),
        "add /api/base_url in a manifest of your own, see pindus-manifest(5)"});
  }
  auto made = std::make_shared<ProviderKey>();
  made->base_url = std::move(values.base_url);
  made->key = key.key.copy();
  const ApiMethod api = KeyMembers(provider, key).api();
  for (auto& [name, value] : values.headers) {
    const auto text = std::ranges::find(api.headers, name, [](const auto& h) { return h.first; });
    made->fields.push_back({name, std::move(value), precedence_of(provider, name, text->second)});
  }
  return made;
}

}  // namespace

FileState ProviderKeys::vault_state() const {
  return state_of_file(context_.profile().value_or("") / "auth.json");
}

SharedKey ProviderKeys::ready(const KeyName& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = known_.find(name);
  if (found == known_.end() || found->second.serves_until_ms <= now_ms()) return nullptr;
  return found->second.vault == vault_state() ? found->second.key : nullptr;
}

Result<SharedKey> ProviderKeys::get(const KeyName& name, std::string_view refused) {
  const auto& [id, account] = name;
  const FileState vault = vault_state();  // before it is read
  const Provider* provider = TRY(context_.find_provider(id));
  const KeyRequest request{
      .provider = id, .account = account, .stop = context_.stop(), .demand = {.refused = refused}};
  const ChosenKey chosen = TRY(choose_key(context_.key_parts(), request));
  SharedKey key = TRY(prepared(*provider, chosen.key));
  std::int64_t until = now_ms() + longest_known_ms;
  if (chosen.key.expires_ms) {
    until = std::min(until, *chosen.key.expires_ms - std::int64_t{surely_valid.count()});
  }
  const std::scoped_lock lock(mutex_);
  known_.insert_or_assign(name, Known{key, vault, until});
  return key;
}

}  // namespace pindus::broker
