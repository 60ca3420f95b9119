#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/broker/forwarding.hpp"
#include "host/broker/event.hpp"
#include "host/broker/request_body.hpp"
#include "host/broker/upstream.hpp"

namespace pindus::broker {

/// A request to a provider.
struct UpstreamRequest {
  std::string method;
  std::string url;
  std::vector<HeaderField> fields;
};

/// An exchange with a provider, as it happens. Ended with this object. One thread.
class Transfer final : public Ending {
 public:
  /// Everything is borrowed. `news` is told of the answer, `sent` where some of the body was.
  Transfer(Upstream& upstream, const UpstreamRequest& request, RequestBody& body, Event& news,
           Event& sent);
  ~Transfer() override;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// There is more of the body, or its end.
  void body_grew();

  [[nodiscard]] bool has_head() const noexcept { return has_head_; }
  [[nodiscard]] bool has_ended() const noexcept { return outcome_.has_value(); }
  /// Nothing while it hasn't ended, or where it ended well; else what went wrong, with the host.
  [[nodiscard]] std::optional<std::string> failure() const;

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// The fields of the answer's head; borrowed.
  [[nodiscard]] Fields fields() const;

  /// Puts what came of the answer's body since the last call in the place of what `into` holds; the
  /// provider has to wait while too much lies here.
  void take_body(std::string& into);
  [[nodiscard]] bool has_body() const noexcept { return !received_.empty(); }

 private:
  void set_up(const UpstreamRequest& request);
  void set_body(const std::string& method);
  void take_header(std::string_view line);
  std::size_t take_bytes(std::string_view bytes);
  std::size_t give_bytes(char* out, std::size_t size);
  void finish(CURLcode code) override;

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) noexcept;
  static std::size_t on_send(char* out, std::size_t, std::size_t size, void* self) noexcept;
  static int on_rewind(void* self, curl_off_t offset, int origin) noexcept;

  Upstream& upstream_;
  RequestBody& body_;
  Event& news_;
  Event& sent_;
  std::string host_;
  CURL* easy_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> lines_;
  std::array<char, CURL_ERROR_SIZE> error_{};

  bool has_head_ = false;
  int status_ = 0;
  std::string reason_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string received_;
  bool waits_for_body_ = false;
  bool waits_for_program_ = false;
  std::optional<CURLcode> outcome_;
};

}  // namespace pindus::broker
