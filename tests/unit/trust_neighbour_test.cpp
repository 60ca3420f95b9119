// What a second account of the same machine really can do, and what the first one's pindus makes of
// it: two users, in a mount namespace with accounts and a file system of its own.
#include <fcntl.h>
#include <grp.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include <catch2/catch.hpp>
#include <functional>

#include "acl_attribute.hpp"
#include "providers_tree.hpp"
#include "tests/vault/child.hpp"

using Catch::Matchers::Contains;
using pindus::test::require;

namespace {

namespace fs = std::filesystem;

constexpr uid_t alice = 2001;
constexpr uid_t mallory = 2002;
constexpr gid_t team = 2100;

constexpr const char* vendors = R"({"manifest":1,"id":"x","label":"vendor"})";
constexpr const char* alices = R"({"manifest":1,"id":"x","label":"alice"})";
constexpr const char* mallorys = R"({"manifest":1,"id":"x","label":"mallory"})";

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  require(file.flush().good(), "can't write " + path.native());
}

void become(uid_t user, const std::vector<gid_t>& groups) {
  require(setgroups(groups.size(), groups.data()) == 0 && setresgid(user, user, user) == 0 &&
              setresuid(user, user, user) == 0,
          "can't become an ordinary user");
}

// Two accounts, and a home of alice's with a folder of plugins that holds one manifest of hers.
class Neighbours {
 public:
  std::string passwd =
      "root:x:0:0::/:/bin/sh\n"
      "alice:x:2001:2001::/:/bin/sh\n"
      "mallory:x:2002:2002::/:/bin/sh\n";
  std::string group = "root:x:0:\nalice:x:2001:\nmallory:x:2002:\nteam:x:2100:\n";
  std::vector<gid_t> mallorys_groups;
  /// Root's part, before anybody looks.
  std::function<void()> prepare = [] {};
  /// Mallory's part; what she can't do ends the test.
  std::function<void()> attack = [] {};

  DirectoryTree tree;
  fs::path home = tree.root / "home";
  fs::path plugins = home / "plugins";

  /// What alice is told, her provider's label at the end; or that it can't be tried here.
  [[nodiscard]] std::string told_to_alice() {
    if (geteuid() != 0) return "SKIPPED: only root can become two users";
    const auto worked = [&] { return act(); };
    const int code = pindus::test::run_child(worked);
    if (code == pindus::test::exit_skipped) return "SKIPPED: no mount namespace with ACLs here";
    REQUIRE(code == 0);
    std::ifstream file(tree.root / "told");
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  int act() {
    if (!pindus::test::enter_mount_namespace()) return pindus::test::exit_skipped;
    tree.vendor("x.json", vendors);
    tree.write("told", "");
    fs::permissions(tree.root, fs::perms(0755));
    fs::create_directory(home);
    if (mount("none", home.c_str(), "tmpfs", 0, "mode=755") != 0) return pindus::test::exit_skipped;
    const std::string acl =
        acl_attribute({{AclEntry::owner, 7}, {AclEntry::owning_group, 5}, {AclEntry::other, 5}});
    if (setxattr(home.c_str(), "system.posix_acl_access", acl.data(), acl.size(), 0) != 0) {
      return pindus::test::exit_skipped;
    }
    for (const auto& [name, text] : {std::pair{"passwd", &passwd}, std::pair{"group", &group}}) {
      const fs::path copy = tree.write(name, *text);
      require(
          mount(copy.c_str(), (fs::path("/etc") / name).c_str(), nullptr, MS_BIND, nullptr) == 0,
          "can't put accounts in the place of the system's");
    }
    fs::create_directory(plugins);
    write_file(plugins / "x.json", alices);
    for (const fs::path& path : {home, plugins, plugins / "x.json"}) {
      require(chown(path.c_str(), alice, alice) == 0, "can't give files to alice");
    }
    fs::permissions(plugins, fs::perms(0755));
    fs::permissions(plugins / "x.json", fs::perms(0644));
    prepare();
    require(pindus::test::run_child([&] {
              become(mallory, mallorys_groups);
              attack();
              return 0;
            }) == 0,
            "mallory couldn't do it");
    const int told = open((tree.root / "told").c_str(), O_WRONLY | O_CLOEXEC);
    return pindus::test::run_child([&] {
      become(alice, {});
      tree.options.profile = home;
      const auto directory = tree.discover();
      const auto* x = directory.find_provider("x");
      const std::string text = told_by(directory) + (x->refused ? "refused, " : "") + x->label;
      return write(told, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
    });
  }
};

bool skipped(const std::string& told) {
  if (!told.starts_with("SKIPPED")) return false;
  std::cout << told << std::endl;
  return true;
}

void set_acl(const fs::path& path, const std::vector<AclEntry>& entries) {
  const std::string acl = acl_attribute(entries);
  require(setxattr(path.c_str(), "system.posix_acl_access", acl.data(), acl.size(), 0) == 0,
          "can't set an ACL");
}

}  // namespace

TEST_CASE("a neighbour who can do nothing changes nothing") {
  Neighbours world;
  world.attack = [&] {
    require(!std::ofstream(world.plugins / "y.json").is_open(), "the folder is open to mallory");
    require(!std::ofstream(world.plugins / "x.json").is_open(), "the file is open to mallory");
  };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "alice");
}

TEST_CASE("a group of the owner's name with a second member isn't private") {
  Neighbours world;
  SECTION("by the group's list of members") {
    world.group = "root:x:0:\nalice:x:2001:mallory\nmallory:x:2002:\n";
  }
  SECTION("by a primary group") {
    world.passwd =
        "root:x:0:0::/:/bin/sh\nalice:x:2001:2001::/:/bin/sh\nmallory:x:2002:2001::/:/bin/sh\n";
  }
  world.prepare = [&] { fs::permissions(world.plugins, fs::perms(0775)); };
  world.mallorys_groups = {alice};
  world.attack = [&] {
    fs::remove(world.plugins / "x.json");
    write_file(world.plugins / "x.json", mallorys);
  };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "nothing in " + world.plugins.native() + " is used: " + world.plugins.native() +
                    " is writable by the group alice\nrefused, vendor");
}

TEST_CASE("a group that nobody but its owner is in is private") {
  Neighbours world;
  SECTION("without a list of members") {}
  SECTION("the owner is in the list too") {
    world.group = "root:x:0:\nalice:x:2001:alice\nmallory:x:2002:\n";
  }
  world.prepare = [&] { fs::permissions(world.plugins, fs::perms(0775)); };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "alice");
}

TEST_CASE("an ACL on the folder lets a neighbour put a file there, and nothing of it is used") {
  Neighbours world;
  world.prepare = [&] {
    set_acl(world.plugins, {{AclEntry::owner, 7},
                            {AclEntry::user, 7, mallory},
                            {AclEntry::owning_group, 5},
                            {AclEntry::mask, 7},
                            {AclEntry::other, 5}});
  };
  world.attack = [&] { write_file(world.plugins / "y.json", mallorys); };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "nothing in " + world.plugins.native() + " is used: " + world.plugins.native() +
                    " is writable by mallory (by an ACL)\nrefused, vendor");
}

TEST_CASE("an ACL on a manifest lets a neighbour change it, and it is refused") {
  Neighbours world;
  world.prepare = [&] {
    set_acl(world.plugins / "x.json", {{AclEntry::owner, 6},
                                       {AclEntry::owning_group, 4},
                                       {AclEntry::group, 6, team},
                                       {AclEntry::mask, 6},
                                       {AclEntry::other, 4}});
  };
  world.mallorys_groups = {team};
  world.attack = [&] { write_file(world.plugins / "x.json", mallorys); };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == (world.plugins / "x.json").native() +
                    " is not used: it is writable by the group team (by an ACL)\nrefused, vendor");
}

TEST_CASE("an ACL's entries that the mask takes back let nobody write") {
  Neighbours world;
  world.prepare = [&] {
    set_acl(world.plugins, {{AclEntry::owner, 7},
                            {AclEntry::user, 7, mallory},
                            {AclEntry::owning_group, 7},
                            {AclEntry::mask, 5},
                            {AclEntry::other, 5}});
  };
  world.attack = [&] {
    require(!std::ofstream(world.plugins / "y.json").is_open(), "the mask holds nobody back");
  };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "alice");
}

TEST_CASE("a link in a folder that a neighbour may write is refused, wherever it leads") {
  Neighbours world;
  const fs::path open = world.home / "open";
  world.prepare = [&] {
    fs::create_directory(open);
    fs::permissions(open, fs::perms(0777));
    // Alice's own folder, by a way that isn't hers alone.
    fs::rename(world.plugins, world.home / "mine");
    fs::create_symlink(world.home / "mine", open / "current");
    fs::create_symlink(open / "current", world.plugins);
    for (const fs::path& link : {open / "current", world.plugins}) {
      require(lchown(link.c_str(), alice, alice) == 0, "can't give a link to alice");
    }
  };
  world.attack = [&] {
    // She has no file of alice's or root's to offer, and takes one that nobody watches.
    fs::remove(open / "current");
    fs::create_symlink(world.tree.options.manifests, open / "current");
  };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == "nothing in " + world.plugins.native() + " is used: " + open.native() +
                    " is writable by everyone\nrefused, vendor");
}

TEST_CASE("an empty folder that a neighbour may write is refused before anything is in it") {
  Neighbours world;
  world.prepare = [&] {
    fs::remove(world.plugins / "x.json");
    fs::permissions(world.plugins, fs::perms(0777));
  };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK_THAT(told, Contains("is writable by everyone\nrefused, vendor"));
}

TEST_CASE("a neighbour who takes a file out of an open folder doesn't get the layer below in use") {
  Neighbours world;
  world.prepare = [&] { fs::permissions(world.plugins, fs::perms(0777)); };
  world.attack = [&] { fs::remove(world.plugins / "x.json"); };
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK_THAT(told, Contains("refused, vendor"));
}
