#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// An entry of an access ACL as the kernel keeps it (linux/posix_acl_xattr.h).
struct AclEntry {
  enum Tag : std::uint16_t {
    owner = 1,
    user = 2,
    owning_group = 4,
    group = 8,
    mask = 16,
    other = 32
  };
  Tag tag = owner;
  std::uint16_t permissions = 0;
  std::uint32_t id = UINT32_MAX;
};

/// The attribute of these entries.
inline std::string acl_attribute(const std::vector<AclEntry>& entries) {
  std::string bytes;
  const auto append = [&](std::uint32_t number, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  };
  append(2, 4);
  for (const AclEntry& entry : entries) {
    append(entry.tag, 2);
    append(entry.permissions, 2);
    append(entry.id, 4);
  }
  return bytes;
}
