#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pindus {

/// The block of addresses that isn't the public network's and has this one in it (RFC 6890 and what
/// it refers to): "10.0.0.0/8", "loopback"; empty for a public address. 4 or 16 bytes. An IPv6
/// address that stands for one of IPv4 (RFC 6052, RFC 3056) is in that one's block.
[[nodiscard]] std::string_view private_block(std::span<const std::uint8_t> address);

/// Which addresses a stranger's words may lead to: the public network's, and the private block in
/// which the resource is that the person named; an address where clouds hand credentials out only
/// if it is the resource's own.
class Neighbourhood {
 public:
  /// Of a resource somewhere in the public network, or that nobody knows the address of.
  Neighbourhood() = default;
  /// Of one at that address.
  explicit Neighbourhood(std::span<const std::uint8_t> resource);
  /// Of one in that block.
  explicit Neighbourhood(std::string_view block) : block_(block) {}

  [[nodiscard]] bool has(std::span<const std::uint8_t> address) const;

  /// Whether a URL's host (of url_host) may be asked, as far as its spelling tells: an address, or
  /// a name for this computer.
  [[nodiscard]] bool may_have(std::string_view host_and_port) const;

  [[nodiscard]] bool is_loopback() const noexcept;
  [[nodiscard]] const std::string& block() const noexcept { return block_; }

 private:
  std::vector<std::uint8_t> resource_;
  std::string block_;
};

}  // namespace pindus
