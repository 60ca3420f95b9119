#include "core/services/neighbourhood.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "core/services/http_rules.hpp"

namespace pindus {
namespace {

using Bytes = std::span<const std::uint8_t>;

struct Block {
  std::string_view name;
  std::array<std::uint8_t, 16> address;
  unsigned bits;
};

constexpr std::string_view loopback = "loopback";

constexpr std::array<Block, 12> blocks_of_ipv4 = {{{"0.0.0.0/8", {0}, 8},
                                                   {"10.0.0.0/8", {10}, 8},
                                                   {"100.64.0.0/10", {100, 64}, 10},
                                                   {loopback, {127}, 8},
                                                   {"169.254.0.0/16", {169, 254}, 16},
                                                   {"172.16.0.0/12", {172, 16}, 12},
                                                   {"192.0.0.0/24", {192, 0, 0}, 24},
                                                   {"192.168.0.0/16", {192, 168}, 16},
                                                   {"198.18.0.0/15", {198, 18}, 15},
                                                   {"224.0.0.0/4", {224}, 4},
                                                   {"240.0.0.0/4", {240}, 4},
                                                   {"192.0.2.0/24", {192, 0, 2}, 24}}};
constexpr std::array<Block, 6> blocks_of_ipv6 = {
    {{loopback, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
     {"::/96", {0}, 96},
     {"fe80::/10", {0xfe, 0x80}, 10},
     {"fec0::/10", {0xfe, 0xc0}, 10},
     {"fc00::/7", {0xfc}, 7},
     {"ff00::/8", {0xff}, 8}}};

bool is_in(Bytes address, Bytes block, unsigned bits) {
  for (unsigned i = 0; i < bits; i += 8) {
    const unsigned left = std::min(bits - i, 8U);
    const auto mask = static_cast<std::uint8_t>(0xffU << (8 - left));
    if (((address[i / 8] ^ block[i / 8]) & mask) != 0) return false;
  }
  return true;
}

template <std::size_t count>
std::string_view block_among(const std::array<Block, count>& blocks, Bytes address) {
  for (const Block& block : blocks) {
    if (is_in(address, block.address, block.bits)) return block.name;
  }
  return {};
}

// Where an IPv4 address stands in one of IPv6; empty where none does.
Bytes ipv4_in(Bytes address) {
  constexpr std::array<std::uint8_t, 12> translated = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 2> six_to_four = {0x20, 0x02};
  if (is_in(address, translated, 96) || is_in(address, mapped, 96)) return address.subspan(12, 4);
  if (is_in(address, six_to_four, 16)) return address.subspan(2, 4);
  return {};
}

// Where clouds hand credentials out to whoever asks from within.
bool hands_out_credentials(Bytes address) {
  constexpr std::array<std::array<std::uint8_t, 4>, 4> of_ipv4 = {
      {{169, 254, 169, 254}, {169, 254, 170, 2}, {169, 254, 170, 23}, {100, 100, 100, 200}}};
  constexpr std::array<std::uint8_t, 16> of_ipv6 = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0,    0,
                                                    0,    0,    0,    0,    0, 0, 0x02, 0x54};
  if (address.size() == 16) return std::ranges::equal(address, of_ipv6);
  return std::ranges::any_of(of_ipv4,
                             [&](const auto& one) { return std::ranges::equal(address, one); });
}

Bytes plain(Bytes address) {
  if (address.size() != 16) return address;
  const Bytes inner = ipv4_in(address);
  return inner.empty() ? address : inner;
}

}  // namespace

std::string_view private_block(Bytes address) {
  address = plain(address);
  if (address.size() == 4) return block_among(blocks_of_ipv4, address);
  if (address.size() == 16) return block_among(blocks_of_ipv6, address);
  return "unknown";
}

Neighbourhood::Neighbourhood(Bytes resource)
    : resource_(resource.begin(), resource.end()), block_(private_block(resource)) {}

bool Neighbourhood::has(Bytes address) const {
  if (hands_out_credentials(plain(address))) return std::ranges::equal(address, resource_);
  const std::string_view block = private_block(address);
  return block.empty() || block == block_;
}

bool Neighbourhood::is_loopback() const noexcept {
  return block_ == loopback;
}

bool Neighbourhood::may_have(std::string_view host_and_port) const {
  if (http::is_loopback_name(host_and_port)) return is_loopback();
  std::string host(host_and_port.substr(0, host_and_port.rfind(']')));
  std::array<std::uint8_t, 16> bytes{};
  if (host.starts_with('[')) {
    host.erase(0, 1);
    return ::inet_pton(AF_INET6, host.c_str(), bytes.data()) != 1 || has(bytes);
  }
  host.resize(std::min(host.find(':'), host.size()));
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) != 1) return true;
  return has(Bytes(bytes).first(4));
}

}  // namespace pindus
