#include "core/providers/posix_acl.hpp"

#include <cstdint>

namespace pindus {
namespace {

// The form of the attribute: a version of 4 bytes, then entries of 8: tag (2), permissions (2) and
// id (4), all of them little-endian (linux/posix_acl_xattr.h).
constexpr std::uint32_t version = 2;
constexpr std::size_t header_size = 4;
constexpr std::size_t entry_size = 8;

enum Tag : std::uint32_t { user = 0x02, owning_group = 0x04, group = 0x08, mask = 0x10 };
constexpr std::uint32_t write_permission = 2;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = size; i-- > 0;) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return number;
}

}  // namespace

std::optional<AclWriters> parse_acl(std::string_view attribute) {
  if (attribute.size() < header_size || (attribute.size() - header_size) % entry_size != 0 ||
      number_at(attribute, 0, header_size) != version) {
    return std::nullopt;
  }
  AclWriters writers;
  bool masked = false;
  for (std::size_t at = header_size; at < attribute.size(); at += entry_size) {
    const std::uint32_t tag = number_at(attribute, at, 2);
    const std::uint32_t id = number_at(attribute, at + 4, 4);
    const bool may_write = (number_at(attribute, at + 2, 2) & write_permission) != 0;
    if (tag == mask) masked = !may_write;
    if (!may_write) continue;
    if (tag == user) writers.users.push_back(id);
    if (tag == owning_group) writers.owning_group = true;
    if (tag == group) writers.groups.push_back(id);
  }
  // What the mask lacks, none of these has (acl(5), access check algorithm).
  if (masked) return AclWriters();
  return writers;
}

}  // namespace pindus
