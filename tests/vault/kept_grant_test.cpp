// Vaults that can't be replaced: found before a provider is asked, or the answer is kept beside
// them.
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/vaults.hpp"
#include "tests/vault/child.hpp"
#include "tests/vault/scripted_refresher.hpp"

using namespace std::chrono_literals;
using pindus::OAuthCredentials;
using pindus::OnExisting;
using pindus::Secret;
using pindus::test::become_user;
using pindus::test::DiskVault;
using pindus::test::enter_mount_namespace;
using pindus::test::exit_skipped;
using pindus::test::ordinary_user;
using pindus::test::read_file;
using pindus::test::refresher_that_answers;
using pindus::test::refused;
using pindus::test::require;
using pindus::test::run_child;
using pindus::test::ScriptedRefresher;
using pindus::test::skip;
using pindus::test::TemporaryDirectory;
using pindus::test::tokens;
using pindus::test::vault_text;
using pindus::test::write_file;

namespace {

// Sets an attribute as chattr(1) does, for as long as it lives.
class Attribute {
 public:
  Attribute(std::filesystem::path path, int flag) : path_(std::move(path)), flag_(flag) {
    is_set_ = change([&](int flags) { return flags | flag_; });
  }
  Attribute(const Attribute&) = delete;
  Attribute& operator=(const Attribute&) = delete;
  ~Attribute() { clear(); }

  [[nodiscard]] bool is_set() const { return is_set_; }
  void clear() {
    if (is_set_) is_set_ = !change([&](int flags) { return flags & ~flag_; });
  }

 private:
  bool change(const std::function<int(int)>& to) {
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int flags = 0;
    bool done = ::ioctl(file, FS_IOC_GETFLAGS, &flags) == 0;
    flags = to(flags);
    done = done && ::ioctl(file, FS_IOC_SETFLAGS, &flags) == 0;
    ::close(file);
    return done;
  }

  std::filesystem::path path_;
  int flag_;
  bool is_set_ = false;
};

constexpr std::string_view no_attributes = "this file system or user can't make files immutable";
constexpr std::string_view no_mounts = "mount namespaces aren't permitted here";

std::vector<std::filesystem::path> left_overs(const std::filesystem::path& profile) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(profile)) {
    if (entry.path().extension() == ".new") found.push_back(entry.path());
  }
  return found;
}

// A refresh whose answer comes when the vault can't be replaced any more; the file it is kept in.
std::filesystem::path refresh_in_vain(const std::filesystem::path& profile,
                                      const std::function<void()>& spoil) {
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    spoil();
    return tokens("b", "r2");
  });
  DiskVault vault(profile, &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  require(!key && refresher.requests() == 1, "the refresh ends in a fault");
  const auto kept = left_overs(profile);
  require(kept.size() == 1, "one file is kept");
  require(key.error().message.contains("the new token is kept in " + kept.front().string()),
          "the fault names it");
  require(key.error().hint.ends_with("then the next command takes the new token up"), "the hint");
  struct stat status = {};
  require(::stat(kept.front().c_str(), &status) == 0 && (status.st_mode & 0777) == 0600, "0600");
  return kept.front();
}

// The provider would refuse the used refresh token: the key has to be the one that was kept.
void require_taken_up(const std::filesystem::path& profile) {
  ScriptedRefresher refresher([](const OAuthCredentials&, auto) { return refused(); });
  DiskVault vault(profile, &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  require(key && *key && (*key)->key.view() == "b", "the kept token");
  require(refresher.requests() == 0, "no request");
  require(read_file(profile / "auth.json").contains("r2"), "the kept refresh token");
  require(left_overs(profile).empty(), "nothing is left over");
}

void check(int exit_code, std::string_view needs) {
  if (exit_code == exit_skipped) return skip(needs);
  CHECK(exit_code == 0);
}

}  // namespace

TEST_CASE("an immutable or append-only vault or folder is found before the provider is asked") {
  const std::string on = GENERATE("auth.json", ".");
  const int flag = GENERATE(FS_IMMUTABLE_FL, FS_APPEND_FL);
  const TemporaryDirectory profile;
  const std::string before = vault_text("a", "r", -1);
  write_file(profile / "auth.json", before);
  write_file(profile / "auth.json.pindus-lock", "");
  Attribute attribute(profile / on, flag);
  if (!attribute.is_set()) return skip(no_attributes);
  auto refresher = refresher_that_answers();
  DiskVault vault(profile.path(), &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(key);
  CHECK(refresher.requests() == 0);
  // Of an immutable folder the system says so before anything is tried.
  const bool is_told_by_folder = on == "." && flag == FS_IMMUTABLE_FL;
  const std::string named = (is_told_by_folder ? profile.path() : profile / "auth.json").string();
  CHECK(key.error().message ==
        named + (is_told_by_folder ? " can't be written" : " can't be replaced") +
            ": Operation not permitted");
  CHECK(key.error().hint.contains("lsattr -d " + named + " "));
  CHECK(read_file(profile / "auth.json") == before);

  // What never rotates needs no store.
  auto keeping = refresher_that_answers();
  keeping.never_rotates();
  DiskVault other(profile.path(), &keeping);
  const auto unstored = other.read_usable_key("p", std::nullopt);
  REQUIRE((unstored && *unstored));
  CHECK((*unstored)->key.view() == "b");
  CHECK((*unstored)->warning.contains("is not stored"));

  attribute.clear();
  CHECK(vault.read_usable_key("p", std::nullopt).value()->key.view() == "b");
  CHECK(left_overs(profile.path()).empty());
}

TEST_CASE("a grant whose vault became immutable meanwhile is kept, and taken up when it isn't") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", -1));
  std::optional<Attribute> attribute;
  // Whether it can be tried at all.
  if (!Attribute(profile / "auth.json", FS_IMMUTABLE_FL).is_set()) return skip(no_attributes);
  const auto kept = refresh_in_vain(
      profile.path(), [&] { attribute.emplace(profile / "auth.json", FS_IMMUTABLE_FL); });

  // As long as it can't be stored nobody asks with the token that is used up, and it stays.
  auto refresher = refresher_that_answers();
  DiskVault vault(profile.path(), &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE_FALSE(key);
  CHECK(refresher.requests() == 0);
  CHECK(key.error().message.contains(kept.string()));
  CHECK(std::filesystem::exists(kept));

  attribute->clear();
  // Another account's write leaves it to its owner.
  REQUIRE(vault.put_api_key({"q", "x"}, Secret(std::string_view("k")), OnExisting::refuse));
  CHECK(std::filesystem::exists(kept));
  require_taken_up(profile.path());
}

TEST_CASE("a grant whose vault became a mount point meanwhile is kept, and taken up afterwards") {
  const TemporaryDirectory home;
  check(run_child([&] {
          if (!enter_mount_namespace()) return exit_skipped;
          const auto file = home / "profile" / "auth.json";
          write_file(file, vault_text("a", "r", -1));
          refresh_in_vain(home / "profile", [&] {
            require(::mount(file.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0, "mount");
          });
          require(::umount(file.c_str()) == 0, "umount");
          require_taken_up(home / "profile");
          return 0;
        }),
        no_mounts);
}

TEST_CASE("what was kept is for the account only, and for the refresh token it succeeds") {
  const TemporaryDirectory home;
  check(run_child([&] {
          if (!enter_mount_namespace()) return exit_skipped;
          const auto profile = home / "profile";
          const auto file = profile / "auth.json";
          for (const std::string_view now :
               {R"({"p": {"default": {"kind": "oauth", "access": "t", "refresh": "theirs"}}})",
                R"({"p": {"default": {"kind": "apiKey", "key": "theirs"}}})", R"({"q": {}})"}) {
            write_file(file, vault_text("a", "r", -1));
            refresh_in_vain(profile, [&] {
              require(::mount(file.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0, "mount");
            });
            require(::umount(file.c_str()) == 0, "umount");
            // Somebody signed in again, or out, with another program.
            write_file(file, now);
            DiskVault vault(profile);
            require(
                vault.put_api_key({"q", "x"}, Secret(std::string_view("k")), OnExisting::replace)
                    .has_value(),
                "put");
            require(left_overs(profile).empty(), "it goes with the next write");
            require(!read_file(file).contains("r2"), "an old grant isn't put back");
          }
          return 0;
        }),
        no_mounts);
}

TEST_CASE("what a take-up stores leaves alone what others changed in the record meanwhile") {
  const TemporaryDirectory home;
  check(run_child([&] {
          if (!enter_mount_namespace()) return exit_skipped;
          const auto file = home / "profile" / "auth.json";
          write_file(file, vault_text("a", "r", -1));
          refresh_in_vain(home / "profile", [&] {
            require(::mount(file.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0, "mount");
          });
          require(::umount(file.c_str()) == 0, "umount");
          std::string text = read_file(file);
          text.replace(text.find(R"("isDefault": true)"), 17, R"("isDefault": false, "note": [1])");
          write_file(file, text);
          require_taken_up(home / "profile");
          require(read_file(file).contains(R"("isDefault": false, "note": [1])"), "their members");
          return 0;
        }),
        no_mounts);
}

TEST_CASE("left-over replacements that nobody holds go with the next write, others stay") {
  const TemporaryDirectory profile;
  write_file(profile / "auth.json", vault_text("a", "r", 3600));
  const std::vector<std::string> dead = {
      ".auth.json.4711.00000000deadbeef.new",          // between fsync and rename
      ".auth.json.4711.7-0-00000000deadbeef.new",      // of an account that isn't there
      ".auth.json.1.3fffffffffffffff-1-0000beef.new",  // another one
  };
  const std::vector<std::string> others = {
      ".auth.json.new",       ".auth.json.1.new",    "auth.json.new",
      ".auth.json.1.2.3.new", ".auth.json.x.zz.new", ".other.json.1.00000000deadbeef.new"};
  for (const auto& name : dead) write_file(profile / name, "{\"secret\": 1}");
  for (const auto& name : others) write_file(profile / name, "theirs");
  DiskVault vault(profile.path());
  {
    const auto held = vault.storage().hold_account({"p", "default"}, {}).value();
    REQUIRE(held->reserve({}));
    REQUIRE(left_overs(profile.path()).size() == dead.size() + others.size() + 1);
    DiskVault second(profile.path());
    REQUIRE(second.put_api_key({"q", "x"}, Secret(std::string_view("k")), OnExisting::refuse));
    CHECK(left_overs(profile.path()).size() == others.size() + 1);  // one is somebody's at work
  }
  for (const auto& name : dead) CHECK_FALSE(std::filesystem::exists(profile / name));
  for (const auto& name : others) CHECK(read_file(profile / name) == "theirs");
}

TEST_CASE("a disk that fills up while the provider is asked costs no grant") {
  const TemporaryDirectory home;
  check(run_child([&] {
          if (!enter_mount_namespace()) return exit_skipped;
          const auto profile = home / "small";
          std::filesystem::create_directory(profile);
          if (::mount("none", profile.c_str(), "tmpfs", 0, "size=256k") != 0) return exit_skipped;
          write_file(profile / "auth.json", vault_text("a", "r", -1));
          const std::string long_token(20'000, 'b');
          ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
            std::ofstream filler(profile / "filler", std::ios::binary);
            const std::string block(4096, 'x');
            while (filler.write(block.data(), 4096).flush()) {
            }
            return tokens(long_token, "r2");
          });
          DiskVault vault(profile, &refresher);
          const auto key = vault.read_usable_key("p", std::nullopt);
          require(key && *key && (*key)->key.view() == long_token, "the new token");
          require(read_file(profile / "auth.json").contains("r2"), "it is stored");
          return 0;
        }),
        no_mounts);
}

TEST_CASE("space is reserved without the vault's name where the file system has no fallocate") {
  const TemporaryDirectory home;
  check(run_child([&] {
          if (!enter_mount_namespace()) return exit_skipped;
          const auto profile = home / "plain";
          std::filesystem::create_directory(profile);
          if (::mount("none", profile.c_str(), "ramfs", 0, nullptr) != 0) return exit_skipped;
          const std::string before = vault_text("a", "r", -1);
          write_file(profile / "auth.json", before);
          ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
            const auto reserved = left_overs(profile);
            require(reserved.size() == 1 && std::filesystem::file_size(reserved.front()) == 0,
                    "the replacement is empty");
            require(read_file(profile / "auth.json") == before, "the vault is as it was");
            return tokens("b", "r2");
          });
          DiskVault vault(profile, &refresher);
          const auto key = vault.read_usable_key("p", std::nullopt);
          require(key && *key && (*key)->key.view() == "b", "the new token");
          require(!read_file(profile / "auth.json").contains('\0'), "no zeros");
          return 0;
        }),
        no_mounts);
}

TEST_CASE("a limit on file sizes is found before the provider is asked") {
  const TemporaryDirectory profile;
  const std::string before = vault_text("a", "r", -1);
  write_file(profile / "auth.json", before);
  const int exit_code = run_child([&] {
    const rlimit limit{16 * 1024, 16 * 1024};  // the vault fits, what a refresh may need doesn't
    require(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    auto refresher = refresher_that_answers();
    DiskVault vault(profile.path(), &refresher);
    const auto key = vault.read_usable_key("p", std::nullopt);
    require(!key && key.error().hint.contains("ulimit"), "the fault");
    require(refresher.requests() == 0, "no request");
    return 0;
  });
  CHECK(exit_code == 0);
  CHECK(read_file(profile / "auth.json") == before);
}

TEST_CASE("another user's vault in a sticky folder is found before the provider is asked") {
  if (::geteuid() != 0) return skip("only root can give files away");
  const TemporaryDirectory profile;
  const std::string before = vault_text("a", "r", -1);
  write_file(profile / "auth.json", before);
  ::chmod((profile / "auth.json").c_str(), 0666);
  ::chmod(profile.path().c_str(), 01777);
  const int exit_code = run_child([&] {
    become_user(ordinary_user);
    auto refresher = refresher_that_answers();
    DiskVault vault(profile.path(), &refresher);
    const auto key = vault.read_usable_key("p", std::nullopt);
    require(!key && key.error().message.contains("belongs to another user"), "the fault");
    require(refresher.requests() == 0, "no request");
    return 0;
  });
  CHECK(exit_code == 0);
  CHECK(read_file(profile / "auth.json") == before);
}

TEST_CASE("a vault that another program has half written when the answer comes is waited for") {
  const TemporaryDirectory profile;
  const auto file = profile / "auth.json";
  write_file(file, vault_text("a", "r", -1));
  std::jthread other;
  ScriptedRefresher refresher([&](const OAuthCredentials&, auto) {
    const std::string text = read_file(file);
    write_file(file, std::string_view(text).substr(0, text.size() / 2));
    other = std::jthread([&file, text] {
      std::this_thread::sleep_for(600ms);
      write_file(file, text);
    });
    return tokens("b", "r2");
  });
  DiskVault vault(profile.path(), &refresher);
  const auto key = vault.read_usable_key("p", std::nullopt);
  REQUIRE((key && *key));
  CHECK((*key)->key.view() == "b");
  CHECK(read_file(file).contains("r2"));
}
