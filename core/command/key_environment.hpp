#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/broker/plan.hpp"
#include "core/clients/clients.hpp"
#include "core/command/command.hpp"
#include "core/keys/api_values.hpp"

namespace pindus {

/// Whose keys a program shall get, and where else its variables are from.
struct KeyEnvironmentRequest {
  std::vector<std::string> names = {};  ///< "openai", "anthropic:work"; empty: see key_environment
  std::string command = {};             ///< the program's name or path; empty: none is known
  std::optional<std::filesystem::path> env_file = {};
  /// Where a broker stands between the program and the providers: its address
  /// ("127.0.0.1:40123"), and what the program gets in the place of every key.
  std::string broker = {};
  std::string_view token = {};
  /// Whoever gets the variables has another environment than ours: what stands in this one counts
  /// for nothing.
  bool is_elsewhere = false;
};

/// What a program's environment and command line need.
struct KeyEnvironment {
  NamedSecrets set = {};
  std::vector<std::string> remove = {};  ///< those that are set and would win, or contradict
  std::vector<std::string> args = {};    ///< to stand before the program's own
  std::vector<Secret> secrets = {};      ///< what in the values is secret
  std::vector<broker::BrokeredProvider> brokered = {};  ///< whose requests a broker gets
};

/// Collects what a program needs to use keys, which are refreshed first, several at once: of the
/// providers that are named; where none is, of those that the client's file names, else of every
/// provider with an account, unless a `.env` file says what is wanted. What is removed or replaced
/// is told through the context's io, and so is a provider that nobody named and that has no usable
/// key. With a broker nothing of it is a key, and variables with keys of any provider are removed.
/// Faults: those of choose_key for a provider that was named; not-found, where there is no key at
/// all or nobody knows which variables a provider's key goes into; usage, for the file.
[[nodiscard]] Result<KeyEnvironment> key_environment(Context& context,
                                                     const KeyEnvironmentRequest& request);

}  // namespace pindus
