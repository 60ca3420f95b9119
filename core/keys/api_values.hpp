#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/placeholders.hpp"
#include "core/keys/choose_key.hpp"
#include "core/providers/provider.hpp"

namespace pindus {

/// Names of headers or variables and what they get, in the manifest's order.
using NamedSecrets = std::vector<std::pair<std::string, Secret>>;

/// What a request needs, for one key.
struct ApiValues {
  std::string base_url = {};  ///< empty where no manifest says
  NamedSecrets headers = {};
};

/// What a program gets in the place of a key and of the provider's address.
struct StandIn {
  std::string_view key;
  std::string_view base_url;
  std::string_view files;  ///< the folder of what comes with clients' descriptions: `{files}`
};

/// What stands for `{name}`: the key, the provider's base address, a member of what is stored with
/// the key, else the default answer to a question of its method. Nothing where nothing is known.
class KeyMembers {
 public:
  /// All of it is borrowed. With a stand-in nothing else of the account has a value: it may be a
  /// secret.
  KeyMembers(const Provider& provider, const UsableKey& key, const StandIn* instead = nullptr)
      : provider_(provider), key_(key), instead_(instead) {}

  [[nodiscard]] std::optional<SecretText> value_of(std::string_view name) const;

  /// The name of the method by which its account signed in.
  [[nodiscard]] std::string method() const;

  /// What the manifest says about keys of this method.
  [[nodiscard]] ApiMethod api() const { return api_of(provider_, key_.kind, method()); }

  /// `text` with its placeholders filled in; nothing where one has no value. Fault: vault, where
  /// what comes out holds a control character, which would begin something else in a request or a
  /// shell's file; `name` is what gets the value.
  [[nodiscard]] Result<std::optional<Secret>> filled(std::string_view name,
                                                     std::string_view text) const;
  /// The same of all of them; what has no value is left out.
  [[nodiscard]] Result<NamedSecrets> filled(const NamedTexts& named) const;

 private:
  [[nodiscard]] std::optional<SecretText> base_url() const;
  [[nodiscard]] std::string named_method() const;
  [[nodiscard]] const Method* signed_in_by() const;

  const Provider& provider_;
  const UsableKey& key_;
  const StandIn* instead_;
};

/// What a request with this key needs. Fault: not-found, where the manifests don't say how a
/// request carries it; vault, as above.
[[nodiscard]] Result<ApiValues> api_values(const Provider& provider, const UsableKey& key);

}  // namespace pindus
