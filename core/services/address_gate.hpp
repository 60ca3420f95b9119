#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pindus::http {

/// Lets a transfer connect to some addresses only: asked after the name was looked up, so that no
/// name server can say one thing to a check and another to the request. One thread.
class AddressGate {
 public:
  using MayConnect = std::function<bool(std::span<const std::uint8_t> address)>;

  /// Both are borrowed. `proxy` is what curl tells of a proxy before it connects: where it isn't
  /// empty, that is connected to, and nobody is asked.
  AddressGate(const MayConnect& may_connect, const std::string& proxy)
      : may_connect_(may_connect), proxy_(proxy) {}
  AddressGate(const AddressGate&) = delete;
  AddressGate& operator=(const AddressGate&) = delete;

  /// Whether that may be connected to.
  [[nodiscard]] bool lets(const sockaddr& place, socklen_t size);

  /// The last address that wasn't connected to, as it is written; empty: none was refused.
  [[nodiscard]] const std::string& refused() const noexcept { return refused_; }
  /// The bytes of the address to which the transfer's connection goes, as curl writes it; empty
  /// where that is a proxy's. Of several that were begun only this one is the server's: what else a
  /// name leads to says nothing of where it is.
  [[nodiscard]] std::vector<std::uint8_t> address(const char* connected_to) const;

 private:
  const MayConnect& may_connect_;
  const std::string& proxy_;
  std::string refused_;
};

}  // namespace pindus::http
