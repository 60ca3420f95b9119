#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/json.hpp"
#include "core/clients/client_setup.hpp"
#include "core/providers/api.hpp"
#include "core/providers/layered_documents.hpp"

namespace pindus {

/// What a program needs to use a key. Texts may hold the placeholders of a manifest's `api`, and
/// `{base_url}`.
struct ClientNeeds {
  NamedTexts env = {};           ///< variables to set
  NamedTexts env_if_unset = {};  ///< variables to set where the environment has none of the name
  std::vector<std::string> args = {};  ///< to stand before the program's own
  /// Where the broker stands between the program and the provider: what it needs besides.
  NamedTexts broker_env = {};
  std::vector<std::string> broker_args = {};
  std::optional<ClientSetup> setup = {};  ///< of its settings; nothing: see Client::setup_for
};

/// How a program uses one provider.
struct ClientProvider {
  std::string id;
  bool only_if_named = false;  ///< not where nobody names a provider
  ClientNeeds needs = {};      ///< whatever the method
  /// By a method's name or kind; where there are any, keys of others are of no use to the program.
  std::map<std::string, ClientNeeds, std::less<>> methods = {};
  std::vector<std::string> remove = {};  ///< variables that would win over the key, or contradict

  /// Every variable of these by which the program could get the provider's key from elsewhere.
  [[nodiscard]] std::set<std::string> rivals() const;

  /// What counts for accounts that signed in by that method: what the file has under the method's
  /// name, else under the kind, else for all; variables that it doesn't give are those of `api`.
  /// Empty where the program has no use for them.
  [[nodiscard]] ClientNeeds needs_of(AuthKind kind, std::string_view method,
                                     const ApiMethod& api) const;

  /// What the file has for that method, as it stands there; null where it has no use for it.
  [[nodiscard]] const ClientNeeds* needs_by(AuthKind kind, std::string_view method) const;
};

/// A program that takes keys.
struct Client {
  std::string id;
  std::string label;
  std::vector<std::string> commands = {};      ///< base names of its executable
  std::vector<ClientProvider> providers = {};  ///< none: it takes keys of any
  ClientSetup setup = {};                      ///< for providers that have none of their own
  /// Files whose existence shows that it has signed in by itself; see SetupChange::file.
  std::vector<std::string> own_sign_in = {};

  /// What it is called by: its first command, else its id.
  [[nodiscard]] const std::string& command() const noexcept;

  /// Where its executable is, under any of its names; nothing where it isn't installed.
  [[nodiscard]] std::optional<std::filesystem::path> installed(
      const Environment& environment) const;

  /// The provider of that id, without case; null where the file doesn't name it.
  [[nodiscard]] const ClientProvider* find_provider(std::string_view provider) const noexcept;

  /// How it is set up for keys of a provider that an account has by that method; null where it has
  /// no use for them, or nothing can be set up.
  [[nodiscard]] const ClientSetup* setup_for(std::string_view provider, AuthKind kind,
                                             std::string_view method) const;
};

/// A client's file as JSON, checked. The error ends a sentence that begins with the file's name.
using ClientFile = DescribingFile;
[[nodiscard]] std::expected<ClientFile, std::string> parse_client(std::string_view text);

/// What a merged file says; it has been checked.
[[nodiscard]] Client read_client(const std::string& id, const Json& json);

}  // namespace pindus
