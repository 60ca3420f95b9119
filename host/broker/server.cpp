#include "host/broker/server.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <tuple>

#include "core/context.hpp"
#include "host/broker/connection.hpp"
#include "host/broker/control.hpp"

namespace pindus::broker {
namespace {

using asio::redirect_error;
using asio::use_awaitable;
using Take = std::function<void(Socket)>;

// Whether it is of this user's: over TCP nobody knows, and the token has to do.
bool is_welcome(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  sockaddr_storage address{};
  socklen_t address_size = sizeof(address);
  ::getsockname(connection, reinterpret_cast<sockaddr*>(&address), &address_size);
  if (address.ss_family != AF_UNIX) return true;
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

// Of TCP and of Unix sockets, which asio has different acceptors for.
asio::awaitable<void> accept(asio::posix::stream_descriptor& listener, const Take& take) {
  asio::steady_timer pause(listener.get_executor());
  for (;;) {
    boost::system::error_code error;
    co_await listener.async_wait(asio::posix::stream_descriptor::wait_read,
                                 redirect_error(use_awaitable, error));
    if (error) co_return;
    const int connection =
        ::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)) continue;
    if (connection < 0) {
      // Without a descriptor left, the next one may be there in a moment.
      pause.expires_after(std::chrono::milliseconds(20));
      co_await pause.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    if (!is_welcome(connection)) {
      ::close(connection);
      continue;
    }
    const int at_once = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    Socket socket(listener.get_executor());
    socket.assign(asio::generic::stream_protocol(AF_UNSPEC, 0), connection);
    std::ignore = socket.non_blocking(true, error);  // for what is read without waiting
    take(std::move(socket));
  }
}

asio::awaitable<void> serve_connection(Serving& serving, Socket socket) {
  const auto connection = std::make_unique<Connection>(serving, std::move(socket));
  co_await connection->serve();
}

// Two descriptors a stream: the usual limit is for programs that use select(2).
void allow_many_streams() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(Handover handover) {
  ::signal(SIGPIPE, SIG_IGN);
  allow_many_streams();
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 1;
  Context context({.installation = Installation::of_this_program(),
                   .profile = handover.plan.profile,
                   .plugin_path = handover.plan.plugin_path});
  if (!handover.control.is_open()) {
    std::vector<std::string> ids;
    for (const auto& provider : handover.plan.providers) ids.push_back(provider.id);
    context.means_providers(std::move(ids));
  }
  ProviderKeys keys(context);
  const ServedAt place{handover.plan.host, handover.plan.socket};
  asio::io_context loop(1);
  Grants grants(loop.get_executor());
  if (!handover.plan.token.empty()) grants.add(std::move(handover.plan));
  Upstream upstream(loop);
  KeyDesk desk(loop, keys);
  Serving serving{grants, desk, upstream};
  asio::signal_set ends(loop, SIGTERM, SIGINT);
  ends.async_wait([&](const boost::system::error_code&, int) { loop.stop(); });
  const auto listen = [&](const FileDescriptor& socket, const Take& take) {
    const auto listener = std::make_shared<asio::posix::stream_descriptor>(
        loop, ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    // A connection may be gone before it is taken.
    listener->non_blocking(true);
    asio::co_spawn(
        loop, [listener, take]() -> asio::awaitable<void> { co_await accept(*listener, take); },
        asio::detached);
  };
  listen(handover.listener, [&](Socket socket) {
    asio::co_spawn(loop, serve_connection(serving, std::move(socket)), asio::detached);
  });
  if (handover.control.is_open()) {
    listen(handover.control, [&](Socket socket) {
      asio::co_spawn(loop, serve_control(grants, place, std::move(socket)), asio::detached);
    });
  }
  loop.run();
  // Connections hold on to what ends before they do: the process is what ends them.
  ::_exit(0);
}

}  // namespace pindus::broker
