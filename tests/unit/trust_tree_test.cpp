#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <functional>
#include <iostream>

#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::AuthKind;

namespace {

namespace fs = std::filesystem;

// Accounts that Debian always has; daemon's group is its own, nogroup is several accounts'.
constexpr uid_t daemon_user = 1;
constexpr gid_t daemon_group = 1;
constexpr uid_t bin_user = 2;
constexpr gid_t bin_group = 2;
constexpr gid_t nogroup = 65534;

constexpr const char* manifest =
    R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"x.so"}}})";

bool is_root() {
  if (geteuid() == 0) return true;
  std::cout << "SKIPPED: only root can give files to other accounts" << std::endl;
  return false;
}

// Runs `act` in a child that is an ordinary account, and returns what it returned.
std::string as_account(uid_t user, gid_t group, const std::function<std::string()>& act) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string told = "could not become another account";
    if (setgroups(0, nullptr) == 0 && setresgid(group, group, group) == 0 &&
        setresuid(user, user, user) == 0) {
      told = act();
    }
    [[maybe_unused]] const auto written = write(ends[1], told.data(), told.size());
    _exit(0);
  }
  close(ends[1]);
  std::string told;
  char chunk[4096];
  for (ssize_t count; (count = read(ends[0], chunk, sizeof chunk)) > 0;) {
    told.append(chunk, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return told;
}

// A tree in which the vendor has provider x and its library, open to every account.
class Tree : public DirectoryTree {
 public:
  Tree() {
    vendor("x.json", manifest);
    vendor_library("x.so");
    user("note", "");
    fs::permissions(root, fs::perms(0755));
  }

  void give(const fs::path& relative, uid_t owner, gid_t group) const {
    change(relative,
           [&](const fs::path& path) { REQUIRE(chown(path.c_str(), owner, group) == 0); });
  }
  // As a umask of 002 would have left it.
  void open_to_group(const fs::path& relative) const {
    change(relative, [&](const fs::path& path) {
      fs::permissions(path, fs::perms::group_write, fs::perm_options::add);
    });
  }

  // What daemon is told, or "x is usable".
  [[nodiscard]] std::string seen_by_daemon() const {
    return as_account(daemon_user, daemon_group, [&] { return seen(); });
  }

  [[nodiscard]] std::string seen() const {
    const auto directory = discover();
    std::string text;
    for (const auto& warning : directory.warnings()) {
      text += warning.why.message + "; " + warning.why.hint + "\n";
    }
    const auto* x = directory.find_provider("x");
    const auto* method = x == nullptr ? nullptr : x->method(AuthKind::oauth);
    if (method != nullptr && method->available()) text += "x is usable";
    return text;
  }

 private:
  void change(const fs::path& relative, const std::function<void(const fs::path&)>& act) const {
    act(root / relative);
    for (const auto& entry : fs::recursive_directory_iterator(root / relative)) act(entry.path());
  }
};

}  // namespace

TEST_CASE("a clone under umask 002 is usable by its owner") {
  if (!is_root()) return;
  const Tree tree;
  tree.give(".", daemon_user, daemon_group);
  tree.user("x.json", manifest);
  tree.give("profile", daemon_user, daemon_group);
  tree.open_to_group(".");
  CHECK(tree.seen_by_daemon() == "x is usable");
  // With a group of several accounts the vendor's layer is still what its executable is.
  tree.give("prefix", daemon_user, nogroup);
  CHECK(tree.seen_by_daemon() == "x is usable");
  tree.give("profile", daemon_user, nogroup);
  CHECK_THAT(tree.seen_by_daemon(),
             Contains("/profile is writable by the group nogroup; chmod g-w " +
                      (tree.root / "profile").native()));
}

TEST_CASE("another account's prefix is trusted as far as its executable is") {
  if (!is_root()) return;
  const Tree tree;
  tree.give("prefix", bin_user, bin_group);
  CHECK(tree.seen_by_daemon() == "x is usable");
  tree.give("prefix/libexec", 0, 0);
  CHECK_THAT(tree.seen_by_daemon(), Contains("/prefix/share belongs to bin; sudo chown daemon "));
}

TEST_CASE("a foreign owner in the user's layer is named with the command that mends it") {
  if (!is_root()) return;
  const Tree tree;
  const auto file = tree.user("x.json", R"({"manifest":1,"id":"x","label":"changed"})");
  tree.give("profile", daemon_user, daemon_group);
  REQUIRE(chown(file.c_str(), bin_user, bin_group) == 0);
  CHECK(tree.seen_by_daemon() == file.native() +
                                     " is not used: it belongs to bin; sudo chown daemon " +
                                     file.native() + "\nx is usable");
}

TEST_CASE("a library that everyone may write is refused, and its provider not offered") {
  const Tree tree;
  const auto library = tree.vendor_library("x.so");
  fs::permissions(library, fs::perms(0666));
  CHECK(tree.seen() == library.native() + " is not used: it is writable by everyone; chmod o-w " +
                           library.native() + "\n");
  const auto directory = tree.discover();
  CHECK(list_login_providers(directory).empty());
  CHECK_THAT(directory.find_provider("x")->method(AuthKind::oauth)->unavailable.message,
             Contains("writable by everyone"));
}

TEST_CASE("a folder that everyone may write is told of once, not for each file in it") {
  const Tree tree;
  tree.user("a.json", manifest);
  tree.user("b.json", manifest);
  const fs::path folder = tree.root / "profile/plugins";
  fs::permissions(folder, fs::perms(0777));
  CHECK(tree.seen() == "nothing in " + folder.native() + " is used: " + folder.native() +
                           " is writable by everyone; chmod o-w " + folder.native() +
                           "\nx is usable");
}

TEST_CASE("under a sticky directory one's own folder is trusted and another's is not") {
  if (!is_root()) return;
  Tree tree;
  tree.write("sticky/path/x.json", R"({"manifest":1,"id":"x","label":"changed"})");
  fs::permissions(tree.root / "sticky", fs::perms(01777));
  tree.options.environment_path = {tree.root / "sticky/path"};
  tree.give("sticky/path", daemon_user, daemon_group);
  CHECK(tree.seen_by_daemon() == "x is usable");
  tree.give("sticky/path", bin_user, bin_group);
  CHECK_THAT(tree.seen_by_daemon(), Contains("/sticky/path belongs to bin"));
}

TEST_CASE("a link is trusted as what it leads to") {
  const Tree tree;
  const auto good = tree.write("elsewhere/good.json", manifest);
  const auto bad = tree.write("open/bad.json", manifest);
  fs::permissions(tree.root / "open", fs::perms(0777));
  fs::create_symlink(good, tree.root / "profile/plugins/good.json");
  CHECK(tree.seen() == "x is usable");
  CHECK(tree.discover().find_provider("x")->files.back().path == good);
  fs::create_symlink(bad, tree.root / "profile/plugins/bad.json");
  CHECK_THAT(tree.seen(), Contains("/open is writable by everyone"));
}

TEST_CASE("an ordinary account can't read a manifest and is told so") {
  if (!is_root()) return;
  const Tree tree;
  fs::permissions(tree.vendor("y.json", manifest), fs::perms(0600));
  CHECK_THAT(tree.seen_by_daemon(), Contains("/y.json is not used: Permission denied"));
}

TEST_CASE("where uid 0 isn't mapped the user's layer still works, but not a folder of root's") {
  if (!is_root()) return;
  const Tree tree;
  const auto mine = tree.user("mine.json", R"({"manifest":1,"id":"mine"})");
  // Of what is below /tmp the rule wants to know whose it is; the test's own folder is no matter.
  REQUIRE(chown(tree.root.c_str(), daemon_user, daemon_group) == 0);
  tree.give("profile", daemon_user, daemon_group);
  const auto look_without_root = [&] {
    // After the change of account /proc/self still belongs to root without this.
    prctl(PR_SET_DUMPABLE, 1);
    if (unshare(CLONE_NEWUSER) != 0) return std::string("SKIPPED: no user namespaces here");
    std::ofstream("/proc/self/uid_map") << daemon_user << ' ' << daemon_user << " 1";
    if (geteuid() != daemon_user) return std::string("SKIPPED: no uid can be mapped here");
    const auto directory = tree.discover();
    return told_by(directory) + (directory.find_provider("mine") != nullptr ? "mine" : "");
  };
  const auto look = [&] { return as_account(daemon_user, daemon_group, look_without_root); };
  const std::string told = look();
  if (told.starts_with("SKIPPED")) {
    std::cout << told << std::endl;
    return;
  }
  CHECK(told == "mine");
  CHECK(chown((tree.root / "profile/plugins").c_str(), 0, 0) == 0);
  CHECK_THAT(look(), Contains("/profile/plugins belongs to nobody"));
}
