#pragma once

#include <curl/curl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <vector>

#include "core/services/authorities.hpp"

namespace pindus::broker {

namespace asio = boost::asio;

/// What is told when one of libcurl's transfers has ended.
class Ending {
 public:
  virtual ~Ending() = default;
  virtual void finish(CURLcode code) = 0;
};

/// libcurl's transfers on asio's loop: it says which sockets it waits for, and gets told. One
/// thread, outside of curl's callbacks.
class Upstream {
 public:
  explicit Upstream(asio::io_context& loop);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  /// A handle with what every transfer has: certificates, limits, versions; throws std::bad_alloc.
  [[nodiscard]] CURL* take_handle();
  /// Begins a transfer. `ending` is borrowed until `remove`.
  void add(CURL* easy, Ending& ending);
  /// Ends a transfer, also one that has ended, and takes its handle back.
  void remove(CURL* easy);
  /// Lets a transfer go on that waited.
  void resume(CURL* easy);

 private:
  struct Socket;

  void act(curl_socket_t socket, int ready);
  void wait_for(Socket& socket);
  void forget(curl_socket_t number);
  void note_ended();
  void set_alarm(long ms);
  void await_alarm();
  void ring();

  static int on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept;
  static int on_timer(CURLM*, long ms, void* self) noexcept;
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept;
  static int on_close(void* self, curl_socket_t number) noexcept;

  asio::io_context& loop_;
  static constexpr auto never = asio::steady_timer::time_point::max();
  asio::steady_timer timer_;
  asio::steady_timer::time_point due_ = never;    // when curl wants to be told
  asio::steady_timer::time_point alarm_ = never;  // when the timer rings
  pindus::http::Authorities authorities_;
  CURLM* multi_;
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  std::vector<CURL*> idle_;
};

}  // namespace pindus::broker
