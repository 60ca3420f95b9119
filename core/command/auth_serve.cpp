#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <memory>

#include "core/broker/control.hpp"
#include "core/broker/handover.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

struct AuthServeOptions {
  std::optional<std::string> socket;
  bool list = false;
};

// A socket that a service manager has opened for us (sd_listen_fds(3)).
FileDescriptor inherited_listener(const Environment& environment) {
  constexpr int first = 3;
  if (environment.get("LISTEN_PID") != std::to_string(::getpid()) ||
      environment.get("LISTEN_FDS") != "1") {
    return FileDescriptor();
  }
  int listens = 0;
  socklen_t size = sizeof(listens);
  const bool is_one =
      ::getsockopt(first, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens == 1;
  return is_one ? FileDescriptor(first) : FileDescriptor();
}

Result<void> list(Context& context) {
  const fs::path profile = TRY(context.profile());
  const auto place = TRY(broker::served_at(profile));
  const auto runs = TRY(broker::granted_runs(profile));
  CredentialIo& io = context.io();
  io.print(place.socket.empty() ? fmt::format("A broker serves at http://{}.", place.host)
                                : fmt::format("A broker serves at {}.", place.socket.string()));
  if (runs.empty()) io.print("Nothing is granted.");
  for (const std::string& run : runs) {
    io.print(fmt::format("{}: see pindus auth runs {}", run, run));
  }
  return {};
}

Result<void> run_auth_serve(const AuthServeOptions& options, Context& context,
                            CredentialResult& result) {
  if (options.list) return list(context);
  broker::BrokerPlan plan;
  plan.profile = TRY(context.profile());
  plan.plugin_path = context.directory_options().command_line_path;
  const auto listener = std::make_shared<FileDescriptor>(inherited_listener(context.environment()));
  if (options.socket) {
    plan.socket = fs::absolute(*options.socket);
    plan.host = "localhost";
    if (!listener->is_open()) *listener = TRY(broker::listen_on_socket(plan.socket));
  } else {
    if (!listener->is_open()) *listener = TRY(broker::listen_on_loopback(0));
    plan.host = fmt::format("127.0.0.1:{}", broker::port_of(*listener));
  }
  const auto control =
      std::make_shared<FileDescriptor>(TRY(broker::listen_for_control(plan.profile)));
  context.io().notice(plan.socket.empty() ? fmt::format("Serving at http://{}.", plan.host)
                                          : fmt::format("Serving at {}.", plan.socket.string()));
  const fs::path program = context.installation().programs / "pindus-broker";
  const auto shared = std::make_shared<broker::BrokerPlan>(std::move(plan));
  result.next = NextProgram{
      .path = program,
      .args = {},
      .otherwise = credential_fault(FaultKind::not_executable, ""),
      .before = [program, shared, listener, control]() -> Result<void> {
        return std::unexpected(broker::become_server(program, *shared, *listener, *control));
      }};
  return {};
}

}  // namespace

CommandBody declare_auth_serve(CommandOptions& command) {
  const auto options = std::make_shared<AuthServeOptions>();
  command.value("--socket", "PATH", options->socket,
                "at this Unix socket, and not at a port of loopback");
  command.flag("--list", options->list, "show where one serves, and what it has granted");
  return [options](Context& context, CredentialResult& result) {
    return run_auth_serve(*options, context, result);
  };
}

}  // namespace pindus
