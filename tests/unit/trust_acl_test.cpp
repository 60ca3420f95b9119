#include <catch2/catch.hpp>

#include "acl_attribute.hpp"
#include "core/providers/posix_acl.hpp"

using pindus::AclWriters;
using pindus::parse_acl;

namespace {

using Users = std::vector<uid_t>;
using Groups = std::vector<gid_t>;

AclWriters writers(const std::vector<AclEntry>& entries) {
  const auto parsed = parse_acl(acl_attribute(entries));
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("an ACL's writers are those whom an entry and the mask let write") {
  const std::vector<AclEntry> all = {
      {AclEntry::owner, 7},       {AclEntry::user, 6, 1001},   {AclEntry::user, 5, 1002},
      {AclEntry::user, 2, 70000}, {AclEntry::owning_group, 6}, {AclEntry::group, 7, 50},
      {AclEntry::group, 1, 51},   {AclEntry::mask, 7},         {AclEntry::other, 7}};
  CHECK(writers(all).users == Users{1001, 70000});
  CHECK(writers(all).groups == Groups{50});
  CHECK(writers(all).owning_group);

  auto masked = all;
  masked[7].permissions = 5;
  CHECK(writers(masked).users.empty());
  CHECK(writers(masked).groups.empty());
  CHECK_FALSE(writers(masked).owning_group);
}

TEST_CASE("an ACL that only repeats the mode lets nobody else write") {
  const AclWriters plain =
      writers({{AclEntry::owner, 6}, {AclEntry::owning_group, 4}, {AclEntry::other, 2}});
  CHECK_FALSE(plain.owning_group);
  CHECK(plain.users.empty());
  CHECK(plain.groups.empty());
}

TEST_CASE("what is no ACL isn't read as one") {
  const std::string good = acl_attribute({{AclEntry::owner, 6}});
  CHECK(parse_acl(good).has_value());
  CHECK_FALSE(parse_acl("").has_value());
  CHECK_FALSE(parse_acl(good.substr(0, 3)).has_value());
  CHECK_FALSE(parse_acl(good.substr(0, good.size() - 1)).has_value());
  CHECK_FALSE(parse_acl(good + '\0').has_value());
  std::string of_version_3 = good;
  of_version_3[0] = 3;
  CHECK_FALSE(parse_acl(of_version_3).has_value());
}
