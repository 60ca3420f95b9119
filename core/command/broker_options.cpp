#include "core/command/broker_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>

#include "core/base/text.hpp"
#include "core/broker/handover.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// Nothing else listens in a network of its own.
constexpr std::uint16_t port_behind_wall = 8470;

std::optional<std::uint64_t> positive_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_one = error == std::errc() && end == text.data() + text.size();
  return is_one && number > 0 && number <= 1'000'000'000 ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> per_minute(std::string_view text) {
  if (!text.ends_with("/min")) return std::nullopt;
  return positive_number(text.substr(0, text.size() - 4));
}

std::optional<std::chrono::seconds> duration(std::string_view text) {
  constexpr std::array<std::pair<char, int>, 4> units = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  for (const auto& [unit, seconds] : units) {
    if (!text.ends_with(unit)) continue;
    const auto number = positive_number(text.substr(0, text.size() - 1));
    if (number && *number <= 100'000) return std::chrono::seconds(*number * std::uint64_t(seconds));
  }
  return std::nullopt;
}

// An option that isn't as it should be; each says how.
std::optional<std::string> wrong_in(const PolicyOptions& policy) {
  for (const std::string& rule : policy.allow) {
    if (broker::is_call_rule(rule)) continue;
    return fmt::format("--allow wants a method and a path, like 'GET /v1/models', and not {}",
                       shell_word(printable(rule, 80)));
  }
  if (policy.requests && !positive_number(*policy.requests)) {
    return "--requests wants a number from 1 on";
  }
  if (policy.streams && !positive_number(*policy.streams)) {
    return "--streams wants a number from 1 on";
  }
  if (policy.rate && !per_minute(*policy.rate)) return "--rate wants a number and /min: 60/min";
  if (policy.lives && !duration(*policy.lives)) {
    return "--for wants a number and s, m, h or d: 2h";
  }
  return std::nullopt;
}

std::optional<std::string> wrong_in(const BrokerOptions& options) {
  const bool is_used =
      options.policy.any() || options.hide_vault || options.no_hide_vault || options.only;
  if (!options.broker && is_used) return "limits and walls need --broker";
  if (options.hide_vault && options.no_hide_vault) {
    return "--hide-vault and --no-hide-vault contradict each other";
  }
  return std::nullopt;
}

// Everything under which the vault is found: its profile, and where links from there lead.
std::vector<fs::path> places_of_vault(const fs::path& profile) {
  std::vector<fs::path> places{profile};
  std::error_code error;
  const fs::path target = fs::canonical(profile / "auth.json", error);
  if (!error && target.parent_path() != fs::canonical(profile, error)) places.push_back(target);
  return places;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, unused] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

Result<broker::Walls> choose_walls(Context& context, const BrokerOptions& options) {
  broker::Walls walls{.no_network = options.only};
  if (options.no_hide_vault) return walls;
  const fs::path profile = TRY(context.profile());
  std::error_code error;
  const fs::path real = fs::canonical(profile, error);
  broker::Walls hiding = walls;
  if (!error) hiding.hidden = places_of_vault(profile);
  const bool works_inside = !error && is_inside(context.working_directory(), real);
  if (works_inside && options.hide_vault) {
    return fail(FaultKind::usage,
                fmt::format("{} can't be hidden from a command that works in it", real.string()),
                "cd somewhere else");
  }
  if (!works_inside && (options.hide_vault || broker::can_raise_walls(hiding))) return hiding;
  context.io().notice(
      works_inside
          ? "The vault isn't hidden from the command, which works in its folder."
          : "The vault isn't hidden from the command: this system doesn't allow user namespaces.");
  return walls;
}

}  // namespace

bool PolicyOptions::any() const noexcept {
  return !allow.empty() || requests || rate || streams || lives;
}

void PolicyOptions::declare(CommandOptions& command) {
  command.values("--allow", "'METHOD PATH'", allow, "this call, and no others than those named so");
  command.value("--requests", "N", requests, "so many requests in all");
  command.value("--rate", "N/min", rate, "so many requests a minute");
  command.value("--streams", "N", streams, "so many at the same time");
  command.value("--for", "TIME", lives, "so long: 90s, 30m, 2h or 1d");
  command.check([this] { return wrong_in(*this); });
}

broker::RunLimits PolicyOptions::limits() const {
  return {.requests = requests ? positive_number(*requests) : std::nullopt,
          .per_minute = rate ? per_minute(*rate) : std::nullopt,
          .streams = streams ? positive_number(*streams) : std::nullopt,
          .lives = lives ? duration(*lives) : std::nullopt};
}

void BrokerOptions::declare(CommandOptions& command) {
  command.flag("--broker", broker,
               "the command gets an address on loopback and a token in the place of keys");
  policy.declare(command);
  command.flag("--hide-vault", hide_vault,
               "with --broker: fail where the vault can't be hidden from the command");
  command.flag("--no-hide-vault", no_hide_vault, "with --broker: don't hide it");
  command.flag("--only", only, "with --broker: the command reaches nothing but the broker");
  command.check([this] { return wrong_in(*this); });
}

Result<broker::BrokerPlan> make_plan(const Context& context, const PolicyOptions& policy,
                                     std::vector<broker::BrokeredProvider> providers,
                                     broker::RunHead head) {
  for (const auto& provider : providers) head.providers.push_back(provider.id);
  broker::BrokerPlan plan{.providers = std::move(providers), .limits = policy.limits()};
  plan.profile = TRY(context.profile());
  plan.log = TRY(broker::begin_run(plan.profile, std::move(head)));
  plan.plugin_path = context.directory_options().command_line_path;
  for (broker::BrokeredProvider& provider : plan.providers) {
    if (!policy.allow.empty()) provider.rules.allow = policy.allow;
  }
  return plan;
}

Result<BrokerAddress> make_broker_address(const BrokerOptions& options) {
  BrokerAddress address{.token = broker::make_token()};
  std::uint16_t port = port_behind_wall;
  if (!options.only) {
    address.listener = TRY(broker::listen_on_loopback(0));
    port = broker::port_of(address.listener);
  }
  address.host = fmt::format("127.0.0.1:{}", port);
  return address;
}

Result<std::function<Result<void>()>> prepare_broker(
    Context& context, const BrokerOptions& options, BrokerAddress address,
    std::vector<broker::BrokeredProvider> providers, const std::string& command) {
  const auto plan = std::make_shared<broker::BrokerPlan>(
      TRY(make_plan(context, options.policy, std::move(providers),
                    {.command = fs::path(command).filename(), .process = ::getpid()})));
  plan->token = std::move(address.token);
  plan->host = std::move(address.host);
  const auto listener = std::make_shared<FileDescriptor>(std::move(address.listener));
  const broker::Walls walls = TRY(choose_walls(context, options));
  const fs::path program = context.installation().programs / "pindus-broker";
  return [plan, listener, walls, program]() -> Result<void> {
    // The broker stays outside of the walls.
    const FileDescriptor socket = TRY(broker::start_broker(program));
    TRY(broker::raise_walls(walls));
    if (!listener->is_open()) *listener = TRY(broker::listen_on_loopback(port_behind_wall));
    return broker::hand_over(socket, *plan, *listener);
  };
}

}  // namespace pindus
