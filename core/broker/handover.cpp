#include "core/broker/handover.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/platform.hpp"
#include "core/base/process_variables.hpp"

namespace pindus::broker {
namespace {

std::unexpected<CredentialFault> broker_fault(std::string message) {
  return std::unexpected(CredentialFault{FaultKind::vault, "Broker error", std::move(message), ""});
}

// In the grandchild: async-signal-safe throughout. Returns only where the program can't be run.
void become_broker(const char* program, int socket, int* error) noexcept {
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream < 3; ++stream) ::dup2(nothing, stream);
  // The socket isn't to be closed with the rest, nor on exec.
  const int kept = ::fcntl(socket, F_DUPFD, handover_descriptor + 1);
  ::dup2(kept, handover_descriptor);
  ::close_range(handover_descriptor + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  std::array<char*, 2> arguments{const_cast<char*>(program), nullptr};
  ::execve(program, arguments.data(), process_variables());
  *error = errno;
}

CredentialFault not_executed(const std::string& path, int error) {
  return credential_fault(
      error == ENOENT ? FaultKind::no_program : FaultKind::not_executable,
      fmt::format("the broker, {}, can't be executed: {}", path, ::strerror(error)),
      "install pindus again");
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// One byte, and descriptors beside it (unix(7), SCM_RIGHTS).
bool send_descriptors(int socket, std::array<int, 2> descriptors) {
  char byte = '\n';
  iovec data{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(descriptors))> room{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(descriptors));
  ::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(descriptors));
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

// Whatever there is; nothing at the end.
std::string_view receive(int socket, std::span<char> into, std::vector<FileDescriptor>& got) {
  iovec data{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> room{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return {};
  for (cmsghdr* rights = CMSG_FIRSTHDR(&message); rights != nullptr;
       rights = CMSG_NXTHDR(&message, rights)) {
    if (rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      ::memcpy(&number, CMSG_DATA(rights) + i * sizeof(int), sizeof(int));
      got.emplace_back(number);
    }
  }
  return {into.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Result<FileDescriptor> start_broker(const std::filesystem::path& program) {
  std::array<int, 2> pair{};
  // What can't be executed says so through a pipe that closes with the execution.
  std::array<int, 2> told{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0 ||
      ::pipe2(told.data(), O_CLOEXEC) != 0) {
    return broker_fault(fmt::format("no broker can be started: {}", ::strerror(errno)));
  }
  FileDescriptor ours(pair[0]);
  FileDescriptor theirs(pair[1]);
  const FileDescriptor told_by(told[0]);
  FileDescriptor teller(told[1]);
  const std::string path = program.string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const int teller_kept = ::fcntl(teller.get(), F_DUPFD_CLOEXEC, 100);
    int error = 0;
    become_broker(path.c_str(), theirs.get(), &error);
    static_cast<void>(!::write(teller_kept, &error, sizeof(error)));
    ::_exit(127);
  }
  theirs = FileDescriptor();
  teller = FileDescriptor();
  if (child < 0) {
    return broker_fault(fmt::format("no broker can be started: {}", ::strerror(errno)));
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  int error = 0;
  if (::read(told_by.get(), &error, sizeof(error)) == sizeof(error)) {
    return std::unexpected(not_executed(path, error));
  }
  return ours;
}

CredentialFault become_server(const std::filesystem::path& program, const BrokerPlan& plan,
                              const FileDescriptor& listener, const FileDescriptor& control) {
  std::array<int, 2> pair{};
  const Secret text = plan.dump();
  // It fits into the socket, since there is no provider in it.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0 ||
      !send_all(pair[0], text.view()) ||
      !send_descriptors(pair[0], {listener.get(), control.get()})) {
    return broker_fault(fmt::format("no broker can be started: {}", ::strerror(errno))).error();
  }
  ::close(pair[0]);
  const int kept = ::fcntl(pair[1], F_DUPFD, handover_descriptor + 1);
  ::dup2(kept, handover_descriptor);
  ::close(kept);
  const std::string path = program.string();
  std::array<char*, 2> arguments{const_cast<char*>(path.c_str()), nullptr};
  ::execve(path.c_str(), arguments.data(), process_variables());
  return not_executed(path, errno);
}

Result<void> hand_over(const FileDescriptor& socket, const BrokerPlan& plan,
                       const FileDescriptor& listener) {
  const FileDescriptor self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  const Secret text = plan.dump();
  if (!self.is_open() || !send_all(socket.get(), text.view()) ||
      !send_descriptors(socket.get(), {listener.get(), self.get()})) {
    return broker_fault("the broker ended before it had begun");
  }
  return {};
}

std::expected<Handover, std::string> receive_handover() {
  const FileDescriptor socket(handover_descriptor);
  std::vector<FileDescriptor> got;
  SecretText text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const std::string_view bytes = receive(socket.get(), buffer, got);
    if (bytes.empty()) break;
    text += bytes;
  }
  ::explicit_bzero(buffer.data(), buffer.size());
  auto plan = BrokerPlan::parse(text);
  if (!plan) return std::unexpected(std::move(plan).error());
  if (got.size() != 2) return std::unexpected("there is no listener");
  // A run has a process, and a server a socket.
  struct stat status{};
  const bool serves = ::fstat(got[1].get(), &status) == 0 && S_ISSOCK(status.st_mode);
  Handover handover{.plan = *std::move(plan), .listener = std::move(got[0]), .watched = {}};
  (serves ? handover.control : handover.watched) = std::move(got[1]);
  return handover;
}

Result<FileDescriptor> listen_on_loopback(std::uint16_t port) {
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  if (!listener.is_open() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0) {
    return broker_fault(fmt::format("no broker can listen on 127.0.0.1: {}", ::strerror(errno)));
  }
  return listener;
}

std::uint16_t port_of(const FileDescriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace pindus::broker
