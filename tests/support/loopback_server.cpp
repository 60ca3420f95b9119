#include "tests/support/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace pindus::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool readable(int descriptor, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd one{descriptor, POLLIN, 0};
    if (::poll(&one, 1, 20) > 0) return true;
  }
  return false;
}

std::size_t content_length(std::string_view head) {
  const std::string_view name = "content-length:";
  const auto is_same = [](char a, char b) { return std::tolower(a) == b; };
  const auto found = std::ranges::search(head, name, is_same);
  if (found.empty()) return 0;
  return std::strtoul(std::string(found.end(), head.end()).c_str(), nullptr, 10);
}

}  // namespace

std::string Connection::receive() {
  if (tls_ && tls_->has_bytes()) return tls_->receive();
  if (!readable(descriptor_, stop_)) return {};
  if (tls_) return tls_->receive();
  std::array<char, 16 << 10> buffer{};
  const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::string Connection::read_request() {
  std::string text;
  for (;;) {
    const std::string bytes = receive();
    if (bytes.empty()) break;
    text += bytes;
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    if (text.size() >= end + 4 + content_length(std::string_view(text).substr(0, end))) break;
  }
  return text;
}

std::string Connection::read_some() {
  return receive();
}

void Connection::reset() {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  // On Linux this ends a connection by a reset.
  if (::connect(descriptor_, &nobody, sizeof nobody) != 0) {
    throw std::runtime_error("the connection can't be reset");
  }
}

bool Connection::write(std::string_view bytes) {
  if (tls_) return tls_->send(bytes);
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Connection::sleep(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < deadline) {
    if (stop_.stop_requested()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void Connection::tunnel_to(int port) {
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::array<char, 4096> buffer{};
    while (!stop_.stop_requested()) {
      std::array<pollfd, 2> both = {pollfd{descriptor_, POLLIN, 0}, pollfd{other, POLLIN, 0}};
      ::poll(both.data(), both.size(), 20);
      const int from = both[0].revents != 0 ? descriptor_ : other;
      if (both[0].revents == 0 && both[1].revents == 0) continue;
      const ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      ::send(from == other ? descriptor_ : other, buffer.data(), static_cast<std::size_t>(count),
             MSG_NOSIGNAL);
    }
  }
  ::close(other);
}

LoopbackServer::LoopbackServer(std::function<void(Connection&)> handle, const TlsIdentity* identity)
    : handle_(std::move(handle)), identity_(identity) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 1024) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no loopback server can be started");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

LoopbackServer::~LoopbackServer() {
  acceptor_.request_stop();
  acceptor_.join();
  handlers_.clear();
  ::close(listener_);
}

void LoopbackServer::accept_all(const std::stop_token& stop) {
  while (readable(listener_, stop)) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    ++connections_;
    handlers_.emplace_back([this, descriptor](std::stop_token ending) {
      Connection connection(descriptor, std::move(ending), identity_);
      handle_(connection);
      ::shutdown(descriptor, SHUT_RDWR);
      ::close(descriptor);
    });
  }
}

std::string http_answer(std::string_view status, std::string_view body,
                        std::string_view extra_headers) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(extra_headers) + "\r\n" + std::string(body);
}

}  // namespace pindus::test
