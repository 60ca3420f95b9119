// What a second account of the same machine really can do, and what the first one's pindus makes of
// it: two users, in a mount namespace with accounts and a file system of its own.
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
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

// With the groups that the accounts say, as login(1) does.
void become(uid_t user) {
  const passwd* account = getpwuid(user);
  require(account != nullptr && initgroups(account->pw_name, account->pw_gid) == 0 &&
              setresgid(account->pw_gid, account->pw_gid, account->pw_gid) == 0 &&
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
  std::string group = "root:x:0:\nalice:x:2001:\nmallory:x:2002:\n";
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
              become(mallory);
              attack();
              return 0;
            }) == 0,
            "mallory couldn't do it");
    const int told = open((tree.root / "told").c_str(), O_WRONLY | O_CLOEXEC);
    return pindus::test::run_child([&] {
      become(alice);
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
  SECTION("by a second name of the group's number, with members of its own") {
    world.group = "root:x:0:\nalice:x:2001:alice\nmallory:x:2002:\ncrew:x:2001:mallory\n";
  }
  SECTION("by a second entry of the group's name") {
    world.group = "root:x:0:\nalice:x:2001:\nmallory:x:2002:\nalice:x:2001:alice,mallory\n";
  }
  world.prepare = [&] { fs::permissions(world.plugins, fs::perms(0775)); };
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
  world.attack = [&] {
    require(!std::ofstream(world.plugins / "y.json").is_open(), "mallory is in alice's group");
  };
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
  world.group += "team:x:2100:mallory\n";
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

TEST_CASE("a library that a neighbour may change is refused, by its mode, an ACL or its link") {
  Neighbours world;
  const fs::path library = world.plugins / "x.so";
  const fs::path open = world.home / "open";
  const auto provide = [&](const fs::path& real) {
    write_file(world.plugins / "x.json", R"({"manifest":1,"id":"x","label":"alice",)"
                                         R"("methods":{"oauth":{"library":"x.so","abi":"1.0"}}})");
    write_file(real, "alice's");
    require(chown(real.c_str(), alice, alice) == 0, "can't give a library to alice");
    fs::permissions(real, fs::perms(0644));
  };
  std::string blamed = library.native() + " is not used: it is writable by ";
  SECTION("by its mode") {
    world.prepare = [&] {
      provide(library);
      fs::permissions(library, fs::perms(0646));
    };
    world.attack = [&] { write_file(library, mallorys); };
    blamed += "everyone";
  }
  SECTION("by an ACL") {
    world.prepare = [&] {
      provide(library);
      set_acl(library, {{AclEntry::owner, 6},
                        {AclEntry::user, 6, mallory},
                        {AclEntry::owning_group, 4},
                        {AclEntry::mask, 6},
                        {AclEntry::other, 4}});
    };
    world.attack = [&] { write_file(library, mallorys); };
    blamed += "mallory (by an ACL)";
  }
  SECTION("by the place of its link") {
    world.prepare = [&] {
      provide(world.home / "mine.so");
      fs::create_directory(open);
      fs::permissions(open, fs::perms(0777));
      fs::create_symlink(world.home / "mine.so", open / "current.so");
      fs::create_symlink(open / "current.so", library);
    };
    world.attack = [&] {
      fs::remove(open / "current.so");
      fs::create_symlink("/bin/true", open / "current.so");
    };
    blamed = library.native() + " is not used: " + open.native() + " is writable by everyone";
  }
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK(told == blamed + "\nalice");
}

TEST_CASE("a neighbour's link in a sticky folder is refused, wherever it leads") {
  Neighbours world;
  const fs::path common = world.home / "tmp";
  world.prepare = [&] {
    fs::create_directory(common);
    fs::permissions(common, fs::perms(01777));
  };
  world.attack = [&] { fs::create_symlink(world.plugins, common / "plugins"); };
  world.tree.options.environment_path = {common / "plugins"};
  const std::string told = world.told_to_alice();
  if (skipped(told)) return;
  CHECK_THAT(told, Contains((common / "plugins").native() + " belongs to mallory"));
}
