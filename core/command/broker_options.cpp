#include "core/command/broker_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>

#include "core/base/text.hpp"
#include "core/broker/handover.hpp"
#include "core/broker/run_log.hpp"

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
std::optional<std::string> wrong_in(const BrokerOptions& options) {
  const bool is_used = !options.allow.empty() || options.requests || options.rate ||
                       options.streams || options.lives || options.hide_vault ||
                       options.no_hide_vault || options.only;
  if (!options.broker) {
    return is_used ? std::optional<std::string>("limits and walls need --broker") : std::nullopt;
  }
  for (const std::string& rule : options.allow) {
    if (broker::is_call_rule(rule)) continue;
    return fmt::format("--allow wants a method and a path, like 'GET /v1/models', and not {}",
                       shell_word(printable(rule, 80)));
  }
  if (options.requests && !positive_number(*options.requests)) {
    return "--requests wants a number from 1 on";
  }
  if (options.streams && !positive_number(*options.streams)) {
    return "--streams wants a number from 1 on";
  }
  if (options.rate && !per_minute(*options.rate)) return "--rate wants a number and /min: 60/min";
  if (options.lives && !duration(*options.lives)) {
    return "--for wants a number and s, m, h or d: 2h";
  }
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

void BrokerOptions::declare(CommandOptions& command) {
  command.flag("--broker", broker,
               "the command gets an address on loopback and a token in the place of keys");
  command.values("--allow", "'METHOD PATH'", allow,
                 "with --broker: this call, and no others than those named so");
  command.value("--requests", "N", requests, "with --broker: so many requests in all");
  command.value("--rate", "N/min", rate, "with --broker: so many requests a minute");
  command.value("--streams", "N", streams, "with --broker: so many at the same time");
  command.value("--for", "TIME", lives, "with --broker: so long, 90s, 30m, 2h or 1d");
  command.flag("--hide-vault", hide_vault,
               "with --broker: fail where the vault can't be hidden from the command");
  command.flag("--no-hide-vault", no_hide_vault, "with --broker: don't hide it");
  command.flag("--only", only, "with --broker: the command reaches nothing but the broker");
  command.check([this] { return wrong_in(*this); });
}

broker::RunLimits BrokerOptions::limits() const {
  return {.requests = requests ? positive_number(*requests) : std::nullopt,
          .per_minute = rate ? per_minute(*rate) : std::nullopt,
          .streams = streams ? positive_number(*streams) : std::nullopt,
          .lives = lives ? duration(*lives) : std::nullopt};
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
  broker::RunHead head{.command = fs::path(command).filename(), .process = ::getpid()};
  for (const auto& provider : providers) head.providers.push_back(provider.id);
  const fs::path profile = TRY(context.profile());
  const auto plan = std::make_shared<broker::BrokerPlan>();
  plan->log = TRY(broker::begin_run(profile, std::move(head)));
  plan->token = std::move(address.token);
  plan->host = std::move(address.host);
  plan->providers = std::move(providers);
  plan->limits = options.limits();
  plan->profile = profile;
  plan->plugin_path = context.directory_options().command_line_path;
  for (broker::BrokeredProvider& provider : plan->providers) {
    if (!options.allow.empty()) provider.rules.allow = options.allow;
  }
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
