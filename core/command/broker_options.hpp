#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/broker/plan.hpp"
#include "core/broker/run_log.hpp"
#include "core/broker/walls.hpp"
#include "core/command/command.hpp"
#include "core/command/key_environment.hpp"

namespace pindus {

/// How much whoever has a token may ask for, as `auth exec --broker` and `auth grant` say it.
struct PolicyOptions {
  std::vector<std::string> allow = {};
  std::optional<std::string> requests = {};
  std::optional<std::string> rate = {};
  std::optional<std::string> streams = {};
  std::optional<std::string> lives = {};

  [[nodiscard]] bool any() const noexcept;

  /// Declares them, with what is wrong in them.
  void declare(CommandOptions& command);

  /// The limits; they have been checked.
  [[nodiscard]] broker::RunLimits limits() const;
};

/// What `auth exec` says about the broker between its command and the providers.
struct BrokerOptions {
  bool broker = false;
  PolicyOptions policy = {};
  bool hide_vault = false;
  bool no_hide_vault = false;
  bool only = false;

  /// Declares them, with what is wrong among them.
  void declare(CommandOptions& command);
};

/// What a broker is to be told of a run, whose file is begun; its providers are those of the
/// environment that was made for it. Faults: those of begin_run.
[[nodiscard]] Result<broker::BrokerPlan> make_plan(const Context& context,
                                                   const PolicyOptions& policy,
                                                   std::vector<broker::BrokeredProvider> providers,
                                                   broker::RunHead head);

/// Where the program's requests go in the place of the providers.
struct BrokerAddress {
  Secret token;
  std::string host = {};         ///< "127.0.0.1:40123"
  FileDescriptor listener = {};  ///< closed where the network is walled off: it isn't there yet
};
[[nodiscard]] Result<BrokerAddress> make_broker_address(const BrokerOptions& options);

/// What this process does before it becomes the command: starts the broker, raises the walls, and
/// hands the run over. Says through the context's io where the vault can't be hidden although
/// nobody asked for it. Faults: those of RunLog, raise_walls.
[[nodiscard]] Result<std::function<Result<void>()>> prepare_broker(
    Context& context, const BrokerOptions& options, BrokerAddress address,
    std::vector<broker::BrokeredProvider> providers, const std::string& command);

}  // namespace pindus
