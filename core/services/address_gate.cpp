#include "core/services/address_gate.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <algorithm>
#include <array>

namespace pindus::http {
namespace {

std::vector<std::uint8_t> bytes_of(const sockaddr& place, std::size_t size) {
  if (place.sa_family == AF_INET) {
    sockaddr_in four{};
    ::memcpy(&four, &place, std::min(sizeof four, size));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&four.sin_addr);
    return {bytes, bytes + sizeof four.sin_addr};
  }
  if (place.sa_family != AF_INET6) return {};
  sockaddr_in6 six{};
  ::memcpy(&six, &place, std::min(sizeof six, size));
  const std::uint8_t* bytes = six.sin6_addr.s6_addr;
  constexpr std::size_t before_ipv4 = 12;
  return {bytes + (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) ? before_ipv4 : 0),
          bytes + sizeof six.sin6_addr};
}

std::string written(std::span<const std::uint8_t> address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

bool AddressGate::lets(const sockaddr& place, socklen_t length) {
  if (!proxy_.empty()) return true;
  const auto address = bytes_of(place, length);
  if (address.empty() || !may_connect_(address)) {
    refused_ = address.empty() ? "an address of an unknown kind" : written(address);
    return false;
  }
  return true;
}

std::vector<std::uint8_t> AddressGate::address(const char* connected_to) const {
  if (!proxy_.empty() || connected_to == nullptr) return {};
  sockaddr_in four{};
  four.sin_family = AF_INET;
  if (::inet_pton(AF_INET, connected_to, &four.sin_addr) == 1) {
    return bytes_of(reinterpret_cast<const sockaddr&>(four), sizeof four);
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, connected_to, &six.sin6_addr) != 1) return {};
  return bytes_of(reinterpret_cast<const sockaddr&>(six), sizeof six);
}

}  // namespace pindus::http
