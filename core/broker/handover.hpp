#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/broker/plan.hpp"

namespace pindus::broker {

/// How a broker begins: its program is started by the process that becomes the command, in a
/// session of its own, and gets over a socket what it has to do.

/// The number under which the program finds the socket.
inline constexpr int handover_descriptor = 3;

/// What it gets.
struct Handover {
  BrokerPlan plan;
  FileDescriptor listener;
  FileDescriptor watched;       ///< a pidfd: with that process the run ends
  FileDescriptor control = {};  ///< or, of one that serves, the socket of core/broker/control
};

/// Starts the program, a child of nobody's; what it is to do comes later over the socket that is
/// returned. Its environment is ours, its standard streams are /dev/null. The calling process must
/// have one thread. Faults: no-program, not-executable, with its path.
[[nodiscard]] Result<FileDescriptor> start_broker(const std::filesystem::path& program);

/// Hands a run over: that of the calling process. Fault: vault, where the broker has gone.
[[nodiscard]] Result<void> hand_over(const FileDescriptor& socket, const BrokerPlan& plan,
                                     const FileDescriptor& listener);

/// Becomes the program, in this process, as one that serves: until a signal ends it, with a control
/// socket in the place of a run. Returns only where it can't be executed: no-program,
/// not-executable.
[[nodiscard]] CredentialFault become_server(const std::filesystem::path& program,
                                            const BrokerPlan& plan, const FileDescriptor& listener,
                                            const FileDescriptor& control);

/// In the program: waits for it. The error is one sentence.
[[nodiscard]] std::expected<Handover, std::string> receive_handover();

/// A socket on 127.0.0.1 that listens; port 0: one that is free. So that the first connection waits
/// in its backlog and not for a start-up. Fault: vault.
[[nodiscard]] Result<FileDescriptor> listen_on_loopback(std::uint16_t port);

/// The port of such a socket.
[[nodiscard]] std::uint16_t port_of(const FileDescriptor& listener);

}  // namespace pindus::broker
