#include <catch2/catch.hpp>
#include <cerrno>
#include <map>

#include "core/providers/trust.hpp"

using pindus::Distrust;
using pindus::FileFacts;
using pindus::Layer;
using pindus::PathTrust;
using pindus::TrustSource;

namespace {

constexpr uid_t me = 1000;
constexpr uid_t eve = 1001;
constexpr uid_t nobody = 65534;
constexpr gid_t staff = 50;
constexpr gid_t my_group = 1000;

// A system of which the tests say what it looks like. What isn't said is root's, and a directory
// unless it ends in .so or is the executable.
class FakeSystem {
 public:
  FakeSystem& owner(const std::string& path, uid_t user) {
    facts(path).owner = user;
    return *this;
  }
  FakeSystem& mode(const std::string& path, mode_t permissions, gid_t group = 0) {
    facts(path).permissions = permissions;
    facts(path).group = group;
    return *this;
  }

  FakeSystem& link(const std::string& path, const std::string& target) {
    facts(path).kind = FileFacts::Kind::link;
    facts(path).permissions = 0777;
    facts(path).target = target;
    return *this;
  }
  FakeSystem& acl(const std::string& path, std::vector<uid_t> users, std::vector<gid_t> groups) {
    facts(path).writing_users = std::move(users);
    facts(path).writing_groups = std::move(groups);
    return *this;
  }

  [[nodiscard]] TrustSource source() const {
    TrustSource source;
    source.facts = [copy = *this](const std::filesystem::path& path) mutable {
      return std::expected<FileFacts, int>(copy.facts(path));
    };
    source.is_private_group = [](uid_t user, gid_t group) {
      return user == me && group == my_group;
    };
    source.user_name = [](uid_t user) {
      return user == me ? "me" : user == eve ? "eve" : std::to_string(user);
    };
    source.group_name = [](gid_t group) {
      return group == staff ? "staff" : std::to_string(group);
    };
    source.user = me;
    source.stand_in_for_root = stand_in_for_root;
    return source;
  }

  // What is told about the file in one of the layers but the vendor's: "component reason; hint".
  [[nodiscard]] std::string strictly(const std::string& file) const {
    return told(PathTrust(source(), {}).check(Layer::user, file));
  }
  [[nodiscard]] std::string folder_strictly(const std::string& folder) const {
    return told(PathTrust(source(), {}).check_folder(Layer::user, folder));
  }
  [[nodiscard]] std::string as_vendor(const std::string& file,
                                      const std::string& executable) const {
    return told(PathTrust(source(), executable).check(Layer::vendor, file));
  }

  std::optional<uid_t> stand_in_for_root;

 private:
  FileFacts& facts(const std::filesystem::path& path) {
    const bool is_file = path.extension() == ".so" || path.filename() == "pindus-host";
    const auto kind = is_file ? FileFacts::Kind::regular : FileFacts::Kind::directory;
    return files_.try_emplace(path, FileFacts{kind, 0, 0, is_file ? 0644U : 0755U}).first->second;
  }
  static std::string told(const std::optional<Distrust>& distrust) {
    if (!distrust) return "";
    return distrust->component.native() + " " + distrust->reason + "; " + distrust->hint;
  }

  std::map<std::filesystem::path, FileFacts> files_;
};

constexpr const char* host = "/opt/p/libexec/pindus/pindus-host";
constexpr const char* plugin = "/opt/p/lib/pindus/x.so";

}  // namespace

TEST_CASE("outside the vendor's layer all of the path must be root's or the user's") {
  CHECK(FakeSystem().strictly("/srv/a/x.so").empty());
  CHECK(FakeSystem().owner("/srv/a", me).owner("/srv/a/x.so", me).strictly("/srv/a/x.so").empty());
  CHECK(FakeSystem().owner("/srv", eve).strictly("/srv/a/x.so") ==
        "/srv belongs to eve; sudo chown me /srv");
  CHECK(FakeSystem().owner("/srv/a/x.so", eve).strictly("/srv/a/x.so") ==
        "/srv/a/x.so belongs to eve; sudo chown me /srv/a/x.so");
}

TEST_CASE("what everyone may write is trusted nowhere") {
  CHECK(FakeSystem().mode("/srv", 0777).strictly("/srv/a/x.so") ==
        "/srv is writable by everyone; sudo chmod o-w /srv");
  CHECK(FakeSystem().owner("/srv/a b", me).mode("/srv/a b", 0757).strictly("/srv/a b/x.so") ==
        "/srv/a b is writable by everyone; chmod o-w '/srv/a b'");
  CHECK(FakeSystem().mode("/srv/a/x.so", 0646).strictly("/srv/a/x.so") ==
        "/srv/a/x.so is writable by everyone; sudo chmod o-w /srv/a/x.so");
  CHECK(FakeSystem().mode(plugin, 0666).as_vendor(plugin, host) ==
        "/opt/p/lib/pindus/x.so is writable by everyone; sudo chmod o-w /opt/p/lib/pindus/x.so");
}

TEST_CASE("a group may write only where nobody but the owner is in it") {
  FakeSystem umask_002;
  umask_002.owner("/home/me", me).mode("/home/me", 0775, my_group);
  umask_002.owner("/home/me/x.so", me).mode("/home/me/x.so", 0664, my_group);
  CHECK(umask_002.strictly("/home/me/x.so").empty());
  CHECK(umask_002.mode("/home/me", 0775, staff).strictly("/home/me/x.so") ==
        "/home/me is writable by the group staff; chmod g-w /home/me");
  // The user's private group doesn't make what is root's private.
  CHECK(FakeSystem().mode("/srv", 0775, my_group).strictly("/srv/x.so") ==
        "/srv is writable by the group 1000; sudo chmod g-w /srv");
}

TEST_CASE("a sticky ancestor passes where what is below it is root's or the user's") {
  FakeSystem system;
  system.mode("/tmp", 01777).owner("/tmp/mine", me).owner("/tmp/mine/x.so", me);
  CHECK(system.strictly("/tmp/mine/x.so").empty());
  CHECK(system.owner("/tmp/x.so", me).strictly("/tmp/x.so").empty());
  CHECK(system.strictly("/tmp/roots/x.so").empty());
  system.owner("/tmp/theirs", eve);
  CHECK(system.strictly("/tmp/theirs/x.so") ==
        "/tmp/theirs belongs to eve; sudo chown me /tmp/theirs");
  CHECK(system.owner("/tmp", eve).strictly("/tmp/mine/x.so") ==
        "/tmp belongs to eve; sudo chown me /tmp");
}

TEST_CASE("where root isn't mapped its stand-in passes above the file's directory only") {
  FakeSystem system;
  for (const char* path : {"/", "/srv", "/srv/a"}) system.owner(path, nobody);
  system.owner("/srv/a/b", me).owner("/srv/a/b/x.so", me);
  CHECK(system.strictly("/srv/a/b/x.so") == "/ belongs to 65534; sudo chown me /");
  system.stand_in_for_root = nobody;
  CHECK(system.strictly("/srv/a/b/x.so").empty());
  CHECK(FakeSystem(system).owner("/srv/a/b", nobody).strictly("/srv/a/b/x.so") ==
        "/srv/a/b belongs to 65534; sudo chown me /srv/a/b");
  CHECK(FakeSystem(system).owner("/srv/a/b/x.so", nobody).strictly("/srv/a/b/x.so") ==
        "/srv/a/b/x.so belongs to 65534; sudo chown me /srv/a/b/x.so");
  // Below a sticky directory it may be anybody.
  CHECK_FALSE(system.mode("/srv", 01777).strictly("/srv/a/b/x.so").empty());
}

TEST_CASE("an ACL that lets another user or group write counts as the mode does") {
  FakeSystem system;
  system.owner("/srv", me).acl("/srv", {0, me}, {});
  CHECK(system.strictly("/srv/x.so").empty());
  CHECK(FakeSystem(system).acl("/srv", {me, eve}, {}).strictly("/srv/x.so") ==
        "/srv is writable by eve (by an ACL); setfacl -x u:eve /srv");
  CHECK(FakeSystem(system).acl("/srv", {}, {my_group, staff}).strictly("/srv/x.so") ==
        "/srv is writable by the group staff (by an ACL); setfacl -x g:staff /srv");
  CHECK(FakeSystem(system).acl("/srv", {}, {my_group}).strictly("/srv/x.so").empty());
  CHECK(FakeSystem().acl("/srv/x.so", {eve}, {}).strictly("/srv/x.so") ==
        "/srv/x.so is writable by eve (by an ACL); sudo setfacl -x u:eve /srv/x.so");
  // Of a sticky directory they can only add to what is there.
  CHECK(FakeSystem().mode("/srv", 01755).acl("/srv", {eve}, {}).strictly("/srv/x.so") == "");
}

TEST_CASE("an ACL in the vendor's layer is measured by the executable") {
  CHECK(FakeSystem().acl("/opt/p/lib", {eve}, {}).as_vendor(plugin, host) ==
        "/opt/p/lib is writable by eve (by an ACL); sudo setfacl -x u:eve /opt/p/lib");
  CHECK(FakeSystem().owner(host, eve).acl("/opt/p/lib", {eve}, {}).as_vendor(plugin, host).empty());
  FakeSystem group;
  group.acl("/opt/p/lib", {}, {staff});
  CHECK_FALSE(group.as_vendor(plugin, host).empty());
  CHECK(group.acl("/opt/p/libexec", {}, {staff}).as_vendor(plugin, host).empty());
}

TEST_CASE("the place of each link is looked at, and then what it leads to") {
  FakeSystem system;
  system.link("/etc/p", "/srv/open/p").link("/srv/open/p", "../good/./p");
  CHECK(system.strictly("/etc/p/x.so").empty());
  CHECK(FakeSystem(system).mode("/srv/open", 0777).strictly("/etc/p/x.so") ==
        "/srv/open is writable by everyone; sudo chmod o-w /srv/open");
  CHECK(FakeSystem(system).owner("/srv/open/p", eve).strictly("/etc/p/x.so") ==
        "/srv/open/p belongs to eve; sudo chown me -h /srv/open/p");
  CHECK(FakeSystem(system).owner("/srv/good/p/x.so", eve).strictly("/etc/p/x.so") ==
        "/srv/good/p/x.so belongs to eve; sudo chown me /srv/good/p/x.so");
  CHECK(FakeSystem(system).mode("/etc", 0777).strictly("/etc/p/x.so") ==
        "/etc is writable by everyone; sudo chmod o-w /etc");
  CHECK(system.folder_strictly("/etc/p").empty());
  // Of a link in a sticky directory whoever owns it decides where it leads.
  system.mode("/srv/open", 01777);
  CHECK(system.strictly("/etc/p/x.so").empty());
  CHECK_FALSE(system.owner("/srv/open/p", eve).strictly("/etc/p/x.so").empty());
}

TEST_CASE("a path is walked through the folders that it leaves again") {
  FakeSystem system;
  system.mode("/srv/open", 0777);
  CHECK_FALSE(system.strictly("/srv/open/../a/x.so").empty());
  CHECK(system.strictly("/srv/a/../b/x.so").empty());
  // The folder that a name with dots ends in is the one that counts.
  system.link("/srv/link", "a/..").owner("/srv/x.so", eve);
  CHECK_FALSE(system.strictly("/srv/a/../x.so").empty());
  CHECK_FALSE(system.strictly("/srv/link/x.so").empty());
  CHECK(system.strictly("/srv/a/x.so").empty());
}

TEST_CASE("links that lead round in a circle end in a refusal") {
  FakeSystem system;
  system.link("/srv/a", "b").link("/srv/b", "a");
  CHECK_THAT(system.strictly("/srv/a/x.so"), Catch::Contains("Too many levels of symbolic links"));
}

TEST_CASE("where root isn't mapped its links pass above the file's directory only") {
  FakeSystem system;
  system.stand_in_for_root = nobody;
  system.link("/home", "var/home").owner("/home", nobody).owner("/", nobody);
  for (const char* path : {"/var", "/var/home"}) system.owner(path, nobody);
  system.owner("/var/home/me", me).owner("/var/home/me/x.so", me);
  CHECK(system.strictly("/home/me/x.so").empty());
  system.link("/home/me/l.so", "x.so");
  FakeSystem theirs = system;
  theirs.link("/var/home/me/l.so", "x.so").owner("/var/home/me/l.so", nobody);
  CHECK(theirs.strictly("/home/me/l.so") ==
        "/var/home/me/l.so belongs to 65534; sudo chown me -h /var/home/me/l.so");
  // What stands at the end of a link is no ancestor either.
  system.link("/var/home/me/l.so", "/var/r/x.so").owner("/var/home/me/l.so", me);
  system.owner("/var/r", nobody).owner("/var/r/x.so", me);
  CHECK(system.strictly("/home/me/l.so") == "/var/r belongs to 65534; sudo chown me /var/r");
}

TEST_CASE("a folder is judged as what is in it would be") {
  CHECK(FakeSystem().owner("/srv/a", me).folder_strictly("/srv/a").empty());
  CHECK(FakeSystem().mode("/srv/a", 0777).folder_strictly("/srv/a") ==
        "/srv/a is writable by everyone; sudo chmod o-w /srv/a");
  // Which of the files in it are the user's, each of them shows.
  CHECK(FakeSystem().mode("/tmp", 01777).folder_strictly("/tmp").empty());
  CHECK(FakeSystem().folder_strictly("/srv/x.so") ==
        "/srv/x.so is not a folder; put a folder in the place of /srv/x.so");
}

TEST_CASE("only a regular file is trusted") {
  CHECK(FakeSystem().strictly("/srv/folder") ==
        "/srv/folder is not a regular file; put a file in the place of /srv/folder");
}

TEST_CASE("a component that can't be examined is not trusted") {
  TrustSource source = FakeSystem().source();
  source.facts = [](const std::filesystem::path&) -> std::expected<FileFacts, int> {
    return std::unexpected(EACCES);
  };
  const auto distrust = PathTrust(source, host).check(Layer::vendor, plugin);
  REQUIRE(distrust.has_value());
  CHECK(distrust->component == "/");
  CHECK(distrust->reason == "can't be examined (Permission denied)");
}

TEST_CASE("a vendor's file may belong to the executable's owner, root or the user") {
  FakeSystem homebrew;
  homebrew.owner(host, eve).owner("/opt/p/lib/pindus", eve).owner(plugin, eve);
  CHECK(homebrew.as_vendor(plugin, host).empty());
  CHECK(FakeSystem(homebrew).owner(plugin, me).as_vendor(plugin, host).empty());
  CHECK(FakeSystem(homebrew).owner("/opt/p/lib", 7).as_vendor(plugin, host) ==
        "/opt/p/lib belongs to 7; sudo chown me /opt/p/lib");
  CHECK(FakeSystem().owner(plugin, eve).as_vendor(plugin, host) ==
        "/opt/p/lib/pindus/x.so belongs to eve; sudo chown me /opt/p/lib/pindus/x.so");
}

TEST_CASE("what a vendor's file shares with the executable is not looked at") {
  FakeSystem system;
  system.owner("/opt", eve).mode("/opt/p", 0777);
  CHECK(system.as_vendor(plugin, host).empty());
  // An executable that isn't there lends no trust.
  CHECK_FALSE(system.as_vendor(plugin, "").empty());
}

TEST_CASE("a vendor's file may be written by a group that could replace the executable") {
  FakeSystem clone;
  for (const char* path : {"/opt/p/lib", "/opt/p/lib/pindus", plugin}) {
    clone.mode(path, 0775, my_group);
  }
  CHECK(clone.as_vendor(plugin, host) ==
        "/opt/p/lib is writable by the group 1000; sudo chmod g-w /opt/p/lib");
  CHECK(FakeSystem(clone).mode("/opt/p/libexec/pindus", 0775, my_group).as_vendor(plugin, host) ==
        "");
  CHECK(FakeSystem(clone).mode("/opt/p/libexec/pindus", 0775, staff).as_vendor(plugin, host) != "");
  CHECK(FakeSystem(clone).mode("/opt/p/libexec/pindus", 0755, my_group).as_vendor(plugin, host) !=
        "");
}

TEST_CASE("/usr/local at 2775 root:staff is trusted, a sticky store lends its group nothing") {
  constexpr const char* local_host = "/usr/local/libexec/pindus/pindus-host";
  constexpr const char* local_plugin = "/usr/local/lib/pindus/plugins-1/x.so";
  FakeSystem local;
  for (const char* path : {"/usr/local", "/usr/local/lib", "/usr/local/libexec"}) {
    local.mode(path, 02775, staff);
  }
  CHECK(local.as_vendor(local_plugin, local_host).empty());

  FakeSystem store;
  store.mode("/nix/store", 01775, staff);
  CHECK(store.as_vendor("/nix/store/b/x.so", "/nix/store/a/libexec/pindus/pindus-host").empty());
  store.mode("/nix/store/b", 0775, staff);
  CHECK_FALSE(
      store.as_vendor("/nix/store/b/x.so", "/nix/store/a/libexec/pindus/pindus-host").empty());
}
