#include "host/broker/upstream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <new>

#include "core/services/curl_settings.hpp"

namespace pindus::broker {
namespace {

constexpr std::size_t most_idle = 32;
constexpr long connect_limit_ms = 10'000;
constexpr long buffer_size = 16 << 10;

}  // namespace

// A socket of curl's. It is in the loop from its first use to its close, whether curl waits for it
// or not, so that a connection that is used again costs no system call.
struct Upstream::Socket {
  Socket(asio::io_context& loop, curl_socket_t its_number)
      : number(its_number), descriptor(loop, its_number) {}
  ~Socket() { leave(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Before curl closes it: the next one may have its number at once, while whoever was told of this
  // one still holds it.
  void leave() {
    if (descriptor.is_open()) descriptor.release();
  }

  curl_socket_t number;
  asio::posix::stream_descriptor descriptor;
  bool is_connection = false;  // opened by on_open, and so not gone before on_close
  int wanted = CURL_POLL_NONE;
  bool waits_to_read = false;
  bool waits_to_write = false;
};

Upstream::Upstream(asio::io_context& loop)
    : loop_(loop),
      timer_(loop),
      authorities_(pindus::http::built_in_authorities()),
      multi_(curl_multi_init()) {
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 64L);
}

Upstream::~Upstream() {
  for (CURL* easy : idle_) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
}

CURL* Upstream::take_handle() {
  CURL* easy = nullptr;
  if (idle_.empty()) {
    easy = curl_easy_init();
    if (easy == nullptr) throw std::bad_alloc();
  } else {
    easy = idle_.back();
    idle_.pop_back();
  }
  pindus::http::set_protocols(easy);
  pindus::http::set_authorities(easy, authorities_);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_size);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  return easy;
}

void Upstream::add(CURL* easy, Ending& ending) {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &ending);
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) ending.finish(CURLE_FAILED_INIT);
}

void Upstream::remove(CURL* easy) {
  curl_multi_remove_handle(multi_, easy);
  if (idle_.size() < most_idle) {
    curl_easy_reset(easy);
    idle_.push_back(easy);
  } else {
    curl_easy_cleanup(easy);
  }
}

void Upstream::resume(CURL* easy) {
  curl_easy_pause(easy, CURLPAUSE_CONT);
  note_ended();
}

void Upstream::act(curl_socket_t socket, int ready) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, ready, &running);
  note_ended();
}

void Upstream::note_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* ending = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ending);
    static_cast<Ending*>(ending)->finish(message->data.result);
  }
}

void Upstream::forget(curl_socket_t number) {
  const auto found = sockets_.find(number);
  if (found == sockets_.end()) return;
  found->second->leave();
  sockets_.erase(found);
}

void Upstream::wait_for(Socket& socket) {
  // curl may close the socket, and so forget it here, before the wait is over.
  const std::weak_ptr<Socket> known = sockets_[socket.number];
  const auto wait = [this, known](Socket& s, bool Socket::* waits, int poll, int ready,
                                  asio::posix::stream_descriptor::wait_type type) {
    if ((s.wanted & poll) == 0 || s.*waits) return;
    s.*waits = true;
    s.descriptor.async_wait(
        type, [this, known, waits, poll, ready](const boost::system::error_code& error) {
          const auto still = known.lock();
          if (!still) return;
          (*still).*waits = false;
          if (error || (still->wanted & poll) == 0) return;
          act(still->number, ready);
          if (const auto there = known.lock()) wait_for(*there);
        });
  };
  wait(socket, &Socket::waits_to_read, CURL_POLL_IN, CURL_CSELECT_IN,
       asio::posix::stream_descriptor::wait_read);
  wait(socket, &Socket::waits_to_write, CURL_POLL_OUT, CURL_CSELECT_OUT,
       asio::posix::stream_descriptor::wait_write);
}

int Upstream::on_socket(CURL*, curl_socket_t number, int what, void* self, void*) noexcept {
  try {
    auto& upstream = *static_cast<Upstream*>(self);
    auto& socket = upstream.sockets_[number];
    if (!socket) socket = std::make_shared<Socket>(upstream.loop_, number);
    socket->wanted = what == CURL_POLL_REMOVE ? CURL_POLL_NONE : what;
    if (what == CURL_POLL_REMOVE && !socket->is_connection) {
      upstream.forget(number);  // of a look-up, which curl closes without a word
    } else {
      upstream.wait_for(*socket);
    }
    return 0;
  } catch (...) {
    return -1;
  }
}

int Upstream::on_timer(CURLM*, long ms, void* self) noexcept {
  try {
    static_cast<Upstream*>(self)->set_alarm(ms);
    return 0;
  } catch (...) {
    return -1;
  }
}

// curl moves its next deadline with every request, mostly away: an alarm that comes too early finds
// nothing due, and is set anew then.
void Upstream::set_alarm(long ms) {
  const auto now = asio::steady_timer::clock_type::now();
  due_ = ms < 0 ? never : now + std::chrono::milliseconds(ms);
  if (ms == 0) {
    asio::post(loop_, [this] { ring(); });
  } else if (due_ < alarm_) {
    await_alarm();
  }
}

void Upstream::await_alarm() {
  alarm_ = due_;
  timer_.expires_at(alarm_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    alarm_ = never;
    ring();
    if (due_ < alarm_) await_alarm();
  });
}

void Upstream::ring() {
  if (asio::steady_timer::clock_type::now() < due_) return;
  due_ = never;
  act(CURL_SOCKET_TIMEOUT, 0);
}

curl_socket_t Upstream::on_open(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  const int number = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (number < 0) return CURL_SOCKET_BAD;
  try {
    auto& upstream = *static_cast<Upstream*>(self);
    auto socket = std::make_shared<Socket>(upstream.loop_, number);
    socket->is_connection = true;
    upstream.sockets_[number] = std::move(socket);
    return number;
  } catch (...) {
    ::close(number);
    return CURL_SOCKET_BAD;
  }
}

int Upstream::on_close(void* self, curl_socket_t number) noexcept {
  static_cast<Upstream*>(self)->forget(number);
  return ::close(number);
}

}  // namespace pindus::broker
