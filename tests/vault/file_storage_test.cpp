#include "core/vault/file_storage.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Result;
using pindus::Secret;
using pindus::test::become_user;
using pindus::test::DiskVault;
using pindus::test::enter_mount_namespace;
using pindus::test::exit_skipped;
using pindus::test::ordinary_user;
using pindus::test::read_file;
using pindus::test::refresher_that_answers;
using pindus::test::require;
using pindus::test::run_child;
using pindus::test::ScriptedRefresher;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

constexpr std::string_view small_vault = R"({"p": {"default": {"kind": "apiKey", "key": "k0"}}})";

Result<void> put(DiskVault& vault, const std::string& account) {
  return vault.put_api_key({"p", std::string(account)}, Secret(std::string_view("k1")),
                           OnExisting::refuse);
}

struct stat status_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path.string());
  return status;
}

mode_t mode_of(const std::filesystem::path& path) {
  return status_of(path).st_mode & 07777;
}

// Says why a child could not do its test, or fails the test.
void check_child(int exit_code, std::string_view needs) {
  if (exit_code == exit_skipped) return pindus::test::skip(needs);
  CHECK(exit_code == 0);
}

}  // namespace

TEST_CASE("reading makes nothing") {
  const TemporaryDirectory home;
  DiskVault vault(home / "profile");
  CHECK(vault.list_providers().value().empty());
  CHECK_FALSE(vault.read_usable_key("p", std::nullopt).value());
  CHECK_FALSE(vault.remove({"p", "default"}).value());
  CHECK(std::filesystem::is_empty(home.path()));
}

TEST_CASE("file and directory are private whatever the umask") {
  for (const mode_t mask : {0000U, 0077U, 0777U}) {
    const TemporaryDirectory home;
    const int exit_code = run_child([&] {
      ::umask(mask);
      DiskVault vault(home / "a" / "profile");
      require(put(vault, "x").has_value() && put(vault, "y").has_value(), "put");
      return 0;
    });
    CHECK(exit_code == 0);
    CHECK(mode_of(home / "a") == 0700);
    CHECK(mode_of(home / "a" / "profile") == 0700);
    CHECK(mode_of(home / "a" / "profile" / "auth.json") == 0600);
    CHECK(mode_of(home / "a" / "profile" / "auth.json.pindus-lock") == 0600);
  }
}

TEST_CASE("a vault that others could read is private after a write") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", small_vault);
  ::chmod((profile / "auth.json").c_str(), 0644);
  DiskVault vault(profile.path());
  REQUIRE(put(vault, "x"));
  CHECK(mode_of(profile / "auth.json") == 0600);
  CHECK(read_file(profile / "auth.json").ends_with("}\n"));
}

TEST_CASE("a symbolic link stays one, also one that leads to a file yet to be made") {
  const TemporaryDirectory home;
  write_file(home / "dotfiles" / "keys.json", small_vault);
  std::filesystem::create_directory(home / "profile");
  std::filesystem::create_symlink("../dotfiles/keys.json", home / "profile" / "auth.json");
  DiskVault vault(home / "profile");
  REQUIRE(put(vault, "x"));
  CHECK(std::filesystem::is_symlink(home / "profile" / "auth.json"));
  CHECK(read_file(home / "dotfiles" / "keys.json").contains("k1"));

  std::filesystem::remove(home / "dotfiles" / "keys.json");
  REQUIRE(put(vault, "x"));
  CHECK(std::filesystem::is_symlink(home / "profile" / "auth.json"));
  CHECK(read_file(home / "dotfiles" / "keys.json").contains("k1"));

  std::filesystem::remove(home / "profile" / "auth.json");
  std::filesystem::create_symlink("auth.json", home / "profile" / "auth.json");
  const auto loop = put(vault, "y");
  REQUIRE_FALSE(loop);
  CHECK(loop.error().message.contains("auth.json"));
}

TEST_CASE("what root stores in somebody's profile is theirs") {
  if (::geteuid() != 0) return pindus::test::skip("only root can give files away");
  const TemporaryDirectory home;
  REQUIRE(::chown(home.path().c_str(), ordinary_user, ordinary_user) == 0);
  DiskVault vault(home / "profile");
  REQUIRE(put(vault, "x"));
  REQUIRE(put(vault, "y"));
  CHECK(status_of(home / "profile").st_uid == ordinary_user);
  CHECK(status_of(home / "profile" / "auth.json").st_uid == ordinary_user);
  CHECK(status_of(home / "profile" / "auth.json.pindus-lock").st_uid == ordinary_user);
}

TEST_CASE("a vault that belongs to somebody else isn't taken from them") {
  if (::geteuid() != 0) return pindus::test::skip("only root can give files away");
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", small_vault);
  REQUIRE(::chown(profile.path().c_str(), ordinary_user, ordinary_user) == 0);
  ::chmod((profile / "auth.json").c_str(), 0644);
  const int exit_code = run_child([&] {
    become_user(ordinary_user);
    DiskVault vault(profile.path());
    require(vault.list_providers().value().size() == 1, "it can be read");
    const auto stored = put(vault, "x");
    require(!stored && stored.error().message.contains("belongs to another user"), "the fault");
    return 0;
  });
  CHECK(exit_code == 0);
  CHECK(read_file(profile / "auth.json") == small_vault);
  CHECK(status_of(profile / "auth.json").st_uid == 0);
}

TEST_CASE("a profile that can't be written is read, and refreshed only where nothing rotates") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  const std::string before = read_file(profile / "auth.json");
  const uid_t user = ::geteuid() == 0 ? ordinary_user : ::geteuid();
  for (const auto& path : {profile.path(), profile / "auth.json"}) {
    REQUIRE(::chown(path.c_str(), user, static_cast<gid_t>(-1)) == 0);
  }
  ::chmod(profile.path().c_str(), 0500);
  const int exit_code = run_child([&] {
    if (::geteuid() == 0) become_user(user);
    auto rotating = refresher_that_answers();
    DiskVault vault(profile.path(), &rotating);
    require(vault.list_providers().value().size() == 1, "it can be listed");
    const auto stored = put(vault, "x");
    require(!stored && stored.error().message.contains("Permission denied"), "the put's fault");
    const auto key = vault.read_usable_key("p", std::nullopt);
    require(!key && key.error().message.contains(profile.path().string()), "the refresh's fault");
    require(rotating.requests() == 0, "no request that would use up the refresh token");

    auto keeping = refresher_that_answers();
    keeping.never_rotates();
    DiskVault other(profile.path(), &keeping);
    const auto unstored = other.read_usable_key("p", std::nullopt);
    require(unstored && *unstored && (*unstored)->key.view() == "b", "a refresh without storing");
    require((*unstored)->warning.contains("not stored"), "its warning");
    return 0;
  });
  ::chmod(profile.path().c_str(), 0700);
  CHECK(exit_code == 0);
  CHECK(read_file(profile / "auth.json") == before);
  CHECK_FALSE(std::filesystem::exists(profile / "auth.json.pindus-lock"));
}

TEST_CASE("a full disk is found before the provider is asked") {
  const TemporaryDirectory home;
  const int exit_code = run_child([&] {
    if (!enter_mount_namespace()) return exit_skipped;
    const auto profile = home / "small";
    std::filesystem::create_directory(profile);
    if (::mount("none", profile.c_str(), "tmpfs", 0, "size=64k") != 0) return exit_skipped;
    const std::string before = vault_text("a", "r", -1);
    write_file(profile / "auth.json", before);
    write_file(profile / "auth.json.pindus-lock", "");
    auto refresher = refresher_that_answers();
    DiskVault vault(profile, &refresher);
    const auto key = vault.read_usable_key("p", std::nullopt);
    require(!key && key.error().message.contains("No space left"), "the refresh's fault");
    require(refresher.requests() == 0, "no request");
    require(key.error().hint.contains("free some space"), "the hint");
    const std::string long_key(100'000, 'k');
    require(!vault.put_api_key({"q", "x"}, Secret(std::string_view(long_key)), OnExisting::refuse),
            "the put's fault");
    require(read_file(profile / "auth.json") == before, "the vault as it was");
    require(put(vault, "y").has_value(), "a small write still works");
    return 0;
  });
  check_child(exit_code, "mount namespaces aren't permitted here");
}

TEST_CASE("a limit on file sizes leaves the vault as it was") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", small_vault);
  const int exit_code = run_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    require(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    DiskVault vault(profile.path());
    const std::string long_key(10'000, 'k');
    const auto stored =
        vault.put_api_key({"p", "x"}, Secret(std::string_view(long_key)), OnExisting::refuse);
    require(!stored && stored.error().hint.contains("ulimit"), "the fault");
    return 0;
  });
  CHECK(exit_code == 0);
  CHECK(read_file(profile / "auth.json") == small_vault);
}

TEST_CASE("a vault that is a mount point is found before the provider is asked") {
  const TemporaryDirectory home;
  const int exit_code = run_child([&] {
    if (!enter_mount_namespace()) return exit_skipped;
    const std::string before = vault_text("a", "r", -1);
    write_file(home / "outside.json", before);
    write_file(home / "profile" / "auth.json", "{}");
    const auto file = home / "profile" / "auth.json";
    if (::mount((home / "outside.json").c_str(), file.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      return exit_skipped;
    }
    auto refresher = refresher_that_answers();
    DiskVault vault(home / "profile", &refresher);
    const auto key = vault.read_usable_key("p", std::nullopt);
    require(!key && key.error().message.contains("mount point"), "the refresh's fault");
    require(refresher.requests() == 0, "no request");
    const auto stored = put(vault, "x");
    require(!stored && stored.error().hint.contains((home / "profile").string()),
            "the put's fault");
    require(read_file(home / "outside.json") == before, "the vault as it was");
    return 0;
  });
  check_child(exit_code, "mount namespaces aren't permitted here");
}

TEST_CASE("a file that isn't a vault is a fault and stays as it is") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  const std::string deep = "{\"p\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  for (const std::string& text :
       {std::string("not json"), std::string("{\"p\": {}, \"P\": {}}"), std::string("{\"p\": {"),
        std::string("[]"), std::string(100, '\0'), deep}) {
    write_file(file, text);
    DiskVault vault(profile.path());
    const auto listed = vault.list_providers();
    REQUIRE_FALSE(listed);
    CHECK(listed.error().message.contains(file.string() + " can't be understood: line 1, column "));
    CHECK_FALSE(put(vault, "x"));
    CHECK_FALSE(vault.remove({"p", "x"}));
    CHECK(read_file(file) == text);
  }
}

TEST_CASE("a vault of 100 MB is refused without being read") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  write_file(file, small_vault);
  std::filesystem::resize_file(file, 100'000'000);
  DiskVault vault(profile.path());
  const auto listed = vault.list_providers();
  REQUIRE_FALSE(listed);
  CHECK(listed.error().message.contains("64 MiB"));
  CHECK_FALSE(put(vault, "x"));
  CHECK(std::filesystem::file_size(file) == 100'000'000);
}

TEST_CASE("what isn't a regular file is neither waited for nor replaced") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  DiskVault vault(profile.path());
  const auto listed = vault.list_providers();
  REQUIRE_FALSE(listed);
  CHECK(listed.error().message.contains("is not a regular file"));
  CHECK_FALSE(put(vault, "x"));
  CHECK(S_ISFIFO(status_of(file).st_mode));
}

TEST_CASE("an empty file is an empty vault, after a look whether it stays so") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", "");
  DiskVault vault(profile.path());
  CHECK(vault.list_providers().value().empty());
  REQUIRE(put(vault, "x"));
  CHECK(vault.read_usable_key("p", std::nullopt).value()->key.view() == "k1");
}

TEST_CASE("an account's name never becomes a path") {
  const TemporaryDirectory home;
  DiskVault vault(home / "profile");
  for (const std::string name : {"../../evil", "/etc/passwd", "a/b", "..", "x\n\x1b[2J"}) {
    REQUIRE(vault.put_api_key({name, name}, Secret(std::string_view("k")), OnExisting::replace));
    CHECK(vault.read_usable_key(name, name).value()->key.view() == "k");
  }
  CHECK(std::distance(std::filesystem::directory_iterator(home.path()), {}) == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(home / "profile"), {}) == 2);
}
