#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/services/neighbourhood.hpp"
#include "core/services/services.hpp"

namespace pindus::discovery {

/// Makes the requests of one discovery. But for the first, whose address a person named, they go
/// where strangers' documents say, so they are few (10), short (5 s) and small (64 KiB), follow no
/// redirect, carry no credential but one that their own server gave, are encrypted unless the
/// resource is on this computer, and reach no private network but the resource's: by the address
/// that is connected to. One thread.
class Explorer {
 public:
  /// What is borrowed must outlive it; `log` may be null.
  Explorer(Services& services, std::stop_token stop,
           std::function<void(std::string_view line)> log = {})
      : services_(services), stop_(std::move(stop)), log_(std::move(log)) {}

  /// The first request: asks the resource without a token, as a client of the Model Context
  /// Protocol would begin. What it answers is told by its head; one without an end is as good.
  /// Faults: those of a sign-in; aborted.
  [[nodiscard]] Result<HttpResponse> ask_resource(const std::string& address);

  /// Where the resource is, for requests that no first one came before.
  void set_neighbourhood(Neighbourhood neighbourhood) { near_ = std::move(neighbourhood); }
  [[nodiscard]] const Neighbourhood& neighbourhood() const noexcept { return near_; }

  /// Whether a stranger's address may be asked, as far as its spelling tells. `named_by` begins the
  /// sentence of a refusal: who gave it. Fault: a sign-in's.
  [[nodiscard]] Result<void> check_address(const std::string& address,
                                           std::string_view named_by) const;

  /// Any other request, whatever it is answered. `named_by` as for check_address. Faults: as
  /// above.
  [[nodiscard]] Result<HttpResponse> send(HttpRequest request, std::string_view named_by);

  /// A GET of a document.
  [[nodiscard]] Result<HttpResponse> get(const std::string& address, std::string_view named_by);

  /// How many were sent.
  [[nodiscard]] int requests() const noexcept { return requests_; }

 private:
  [[nodiscard]] std::expected<HttpResponse, HttpFailure> transfer(HttpRequest& request);
  [[nodiscard]] std::unexpected<CredentialFault> failed(const HttpFailure& failure) const;

  Services& services_;
  std::stop_token stop_;
  std::function<void(std::string_view line)> log_;
  Neighbourhood near_;
  int requests_ = 0;
};

}  // namespace pindus::discovery
