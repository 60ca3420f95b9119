// What a write of the vault can't keep, or finds odd: it is said, once.
#include "core/vault/vault_notes.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/odd_disk.hpp"
#include "tests/vault/scripted_refresher.hpp"

using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Result;
using pindus::Secret;
using pindus::VaultNote;
using pindus::test::DiskVault;
using pindus::test::exit_skipped;
using pindus::test::odd_disk;
using pindus::test::OddDisk;
using pindus::test::ordinary_user;
using pindus::test::read_file;
using pindus::test::require;
using pindus::test::run_child;
using pindus::test::ScriptedRefresher;
using pindus::test::skip;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

// The disk is as it is again behind it.
struct OddDiskFor {
  explicit OddDiskFor(OddDisk disk) { odd_disk = disk; }
  OddDiskFor(const OddDiskFor&) = delete;
  OddDiskFor& operator=(const OddDiskFor&) = delete;
  ~OddDiskFor() { odd_disk = {}; }
};

Result<void> store_key(DiskVault& vault, std::string name) {
  return vault.put_api_key({"p", std::move(name)}, Secret(std::string_view("k")),
                           OnExisting::refuse);
}

std::vector<std::string> said(DiskVault& vault) {
  std::vector<std::string> texts;
  for (const VaultNote& note : vault.storage().take_notes()) texts.push_back(note.text);
  return texts;
}

// Gives another user a say by a POSIX ACL, as setfacl(1) does.
bool let_user_read(const std::filesystem::path& path, std::uint32_t user) {
  struct Entry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
  };
  constexpr std::uint32_t nobody = 0xffffffff;
  const struct {
    std::uint32_t version;
    std::array<Entry, 5> entries;
  } acl = {2,
           {{{0x01, 6, nobody},
             {0x02, 4, user},
             {0x04, 0, nobody},
             {0x10, 4, nobody},
             {0x20, 0, nobody}}}};
  return ::setxattr(path.c_str(), "system.posix_acl_access", &acl, sizeof acl, 0) == 0;
}

}  // namespace

TEST_CASE("a file system that keeps no modes is said once, and keeps the vault all the same") {
  const auto modes = GENERATE(OddDisk::Modes::refused, OddDisk::Modes::ignored);
  const TemporaryDirectory profile;
  const OddDiskFor disk({.modes = modes});
  DiskVault vault(profile.path());
  REQUIRE(store_key(vault, "x"));
  const auto first = said(vault);
  REQUIRE(first.size() == 1);
  CHECK(first.front() == (profile / "auth.json").string() +
                             " is open to others (mode 777): its file system doesn't keep modes");
  REQUIRE(store_key(vault, "y"));
  CHECK(said(vault).empty());
  CHECK(vault.list_accounts("p").value().size() == 2);
}

TEST_CASE("a folder that can't be synced costs nothing that is stored, and is said") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  const OddDiskFor disk({.folder_sync_error = EIO});
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return tokens("b", "r2"); });
  DiskVault vault(profile.path(), &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE((key && *key));
  CHECK((*key)->key.view() == "b");
  CHECK(read_file(profile / "auth.json").contains("r2"));
  const auto texts = said(vault);
  REQUIRE(!texts.empty());
  CHECK(texts.back().starts_with(profile.path().string() + " can't be synced"));
  CHECK_FALSE(texts.back().contains("lost"));
}

TEST_CASE("what isn't supported for a folder is no failure to sync it") {
  const int error = GENERATE(EINVAL, EBADF, EOPNOTSUPP);
  const TemporaryDirectory profile;
  const OddDiskFor disk({.folder_sync_error = error});
  DiskVault vault(profile.path());
  REQUIRE(store_key(vault, "x"));
  CHECK(said(vault).empty());
}

TEST_CASE("a hard link that a write has parted is said") {
  const TemporaryDirectory profile;
  const std::string before = vault_text("a", "r", 3600);
  write_file(profile / "auth.json", before);
  std::filesystem::permissions(profile / "auth.json", std::filesystem::perms(0600));
  std::filesystem::create_hard_link(profile / "auth.json", profile / "other.json");
  DiskVault vault(profile.path());
  REQUIRE(store_key(vault, "x"));
  const auto texts = said(vault);
  REQUIRE(texts.size() == 1);
  CHECK(texts.front().contains("had another name (a hard link)"));
  CHECK(read_file(profile / "other.json") == before);
}

TEST_CASE("an ACL that let somebody else read the vault goes with a write, and that is said") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", 3600));
  std::filesystem::permissions(profile / "auth.json", std::filesystem::perms(0600));
  if (!let_user_read(profile / "auth.json", 4711)) return skip("this file system has no ACLs");
  DiskVault vault(profile.path());
  REQUIRE(store_key(vault, "x"));
  const auto texts = said(vault);
  REQUIRE(texts.size() == 1);
  CHECK(texts.front().contains("was open to others (mode 640, perhaps by an ACL)"));
  CHECK(::getxattr((profile / "auth.json").c_str(), "system.posix_acl_access", nullptr, 0) == -1);
}

TEST_CASE("the vault keeps its group") {
  if (::geteuid() != 0) return skip("only root can give files away");
  constexpr gid_t group = 4711;
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", 3600));
  REQUIRE(::chown((profile / "auth.json").c_str(), 0, group) == 0);
  DiskVault vault(profile.path());
  REQUIRE(store_key(vault, "x"));
  struct stat status = {};
  REQUIRE(::stat((profile / "auth.json").c_str(), &status) == 0);
  CHECK(status.st_gid == group);
}

TEST_CASE("uid 0 of a user namespace stores its first sign-in in a folder of nobody there") {
  const TemporaryDirectory home;
  REQUIRE(::chmod(home.path().c_str(), 0777) == 0);
  const uid_t user = ::geteuid() == 0 ? ordinary_user : ::geteuid();
  if (::geteuid() == 0) REQUIRE(::chown(home.path().c_str(), 4711, 4711) == 0);
  const int exit_code = run_child([&] {
    if (::geteuid() == 0) pindus::test::become_user(user);
    // Its maps in /proc are root's otherwise, since it was.
    require(::prctl(PR_SET_DUMPABLE, 1) == 0, "prctl");
    if (::unshare(CLONE_NEWUSER) != 0) return exit_skipped;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    if (::geteuid() != 0) return exit_skipped;
    DiskVault vault(home / "made" / "profile");
    const auto stored = store_key(vault, "x");
    require(stored.has_value(), stored ? "" : stored.error().message);
    require(store_key(vault, "y").has_value(), "the second one");
    return 0;
  });
  if (exit_code == exit_skipped) return skip("user namespaces aren't permitted here");
  CHECK(exit_code == 0);
  CHECK(read_file(home / "made" / "profile" / "auth.json").contains("\"y\""));
}

TEST_CASE("a write that would make a vault of more than 64 MiB is refused, and changes nothing") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const std::string frame = R"({"theirs": ""})";
  std::string text = frame;
  text.insert(text.size() - 2, std::string(pindus::vault_size_limit - frame.size(), 'x'));
  write_file(file, text);
  DiskVault vault(profile.path());
  const auto stored = store_key(vault, "x");
  REQUIRE_FALSE(stored);
  CHECK(stored.error().message == file.string() + " would become larger than 64 MiB");
  CHECK(stored.error().hint.starts_with("nothing was changed"));
  CHECK(std::filesystem::file_size(file) == pindus::vault_size_limit);
  CHECK(vault.list_providers().has_value());
}

TEST_CASE("a sign-out of 800 accounts is one change of the vault") {
  constexpr int count = 800;
  const TemporaryDirectory profile;
  std::string text = R"({"p": {)";
  std::vector<pindus::Account> accounts;
  for (int i = 0; i < count; ++i) {
    accounts.push_back({"p", "a" + std::to_string(i)});
    text += (i == 0 ? "\"" : ",\"") + accounts.back().name + R"(": {"kind": "apiKey", "key": "k"})";
  }
  write_file(profile / "auth.json", text + R"(}, "q": {"x": {"kind": "apiKey", "key": "k"}}})");
  DiskVault vault(profile.path());
  int edits = 0;
  {
    // Whoever watches the file sees one new inode.
    struct stat before = {};
    REQUIRE(::stat((profile / "auth.json").c_str(), &before) == 0);
    std::filesystem::create_hard_link(profile / "auth.json", profile / "kept");
    const auto removed = vault.remove(accounts).value();
    CHECK(removed.size() == count);
    for (const VaultNote& note : vault.storage().take_notes()) {
      edits += note.topic == VaultNote::Topic::other_names ? 1 : 0;
    }
  }
  CHECK(edits == 1);
  CHECK(vault.list_accounts("p").value().empty());
  CHECK(vault.list_accounts("q").value().size() == 1);
}
