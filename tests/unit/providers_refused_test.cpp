// A manifest that is refused isn't one that is missing: it may have moved its provider.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::AuthKind;
using pindus::FaultKind;
using pindus::Provider;

namespace {

namespace fs = std::filesystem;

constexpr const char* demo = R"({"manifest":1,"id":"demo","label":"Demo","env":["DEMO_KEY"],
    "methods":{"oauth":{"library":"pkce.so","options":{"token_url":"https://a.example/t"}}}})";
constexpr const char* other = R"({"manifest":1,"id":"other","label":"Other"})";

// The vendor has two providers; the user is about to move one of them.
class Moved : public DirectoryTree {
 public:
  Moved() {
    vendor("demo.pkce.json", demo);
    vendor("other.json", other);
    vendor_library("pkce.so");
  }

  [[nodiscard]] std::string refusal_of(std::string_view id) const {
    const auto directory = discover();
    const Provider* provider = directory.find_provider(id);
    REQUIRE(provider != nullptr);
    return provider->refused ? provider->refused->message + "; " + provider->refused->hint : "";
  }
};

}  // namespace

TEST_CASE("a refused file refuses its provider, which keeps what the other files say") {
  const Moved tree;
  CHECK(tree.refusal_of("demo").empty());
  const auto file = tree.user("demo.json", R"({"manifest":1,"id":"demo","label":"Mine",})");
  const auto directory = tree.discover();
  const Provider& provider = *directory.find_provider("demo");
  REQUIRE(provider.refused.has_value());
  CHECK_THAT(provider.refused->message, Contains(file.native() + " is not used: "));
  CHECK(provider.refused->hint == "correct the file, or remove it");
  CHECK(provider.label == "Demo");
  CHECK(provider.env == std::vector<std::string>{"DEMO_KEY"});
  CHECK(provider.method(AuthKind::oauth)->option("token_url") == "https://a.example/t");
  CHECK(tree.refusal_of("other").empty());
  CHECK(list_login_providers(directory).empty());
}

TEST_CASE("a refused file names the provider of its id as far as it can be read") {
  const Moved tree;
  const auto refuses = [&](std::string_view name, std::string_view text) {
    const auto file = tree.user(name, text);
    const std::string told = (tree.refusal_of("demo").empty() ? "" : "demo ") +
                             std::string(tree.refusal_of("other").empty() ? "" : "other");
    fs::remove(file);
    return told;
  };
  CHECK(refuses("moved.json", R"({"manifest":1,"id":"DEMO",})") == "demo ");
  CHECK(refuses("moved.json", R"({"manifest":1,"id":"demo","label":7})") == "demo ");
  CHECK(refuses("moved.json", R"({"manifest":2,"id":"demo"})") == "demo ");
  CHECK(refuses("other.json", R"({"manifest":1,"id":"demo","label")") == "demo ");
  CHECK(refuses("moved.json", R"({"methods":{"oauth":{"id":"other"}},"id":"demo",})") == "demo ");
  CHECK(refuses("x.json", R"({"manifest":1,"id":"demo","id":"other"})") == "demo other");
  // Where it says no id, by what its name begins with.
  CHECK(refuses("demo.json", "{") == "demo ");
  CHECK(refuses("Demo.moved.json", "") == "demo ");
  CHECK(refuses("demo.json", R"({"manifest":1,"id":7})") == "demo ");
  CHECK(refuses("demo-moved.json", "{").empty());
  CHECK(refuses("nothing.json", R"({"manifest":1,,"id":"demo"})").empty());
}

TEST_CASE("an id with a dot is found at the beginning of a refused file's name") {
  const Moved tree;
  tree.vendor("z.ai.json", R"({"manifest":1,"id":"z.ai"})");
  tree.user("z.ai.pkce.json", "{");
  CHECK_FALSE(tree.refusal_of("z.ai").empty());
}

TEST_CASE("whatever keeps a file from being used refuses its provider") {
  const Moved tree;
  const fs::path file = tree.options.profile / "plugins/moved.json";
  SECTION("its mode") {
    fs::permissions(tree.user("moved.json", demo), fs::perms(0666));
    CHECK_THAT(tree.refusal_of("demo"),
               Contains("/moved.json is not used: it is writable by everyone; chmod o-w "));
  }
  SECTION("where its link leads") {
    tree.write("open/demo.json", demo);
    fs::permissions(tree.root / "open", fs::perms(0777));
    tree.user("note", "");
    fs::create_symlink(tree.root / "open/demo.json", file);
    CHECK_THAT(tree.refusal_of("demo"), Contains("/open is writable by everyone"));
  }
  SECTION("that its link leads nowhere") {
    tree.user("note", "");
    fs::create_symlink("nowhere", tree.options.profile / "plugins/demo.json");
    CHECK_THAT(tree.refusal_of("demo"), Contains("No such file or directory; mend the link"));
  }
  SECTION("that it is no file") {
    tree.user("note", "");
    REQUIRE(mkfifo((tree.options.profile / "plugins/demo.json").c_str(), 0600) == 0);
    CHECK_THAT(tree.refusal_of("demo"), Contains("/demo.json is not used: it is not a regular"));
  }
  CHECK(tree.refusal_of("other").empty());
}

TEST_CASE("a folder that isn't read refuses every provider, since nobody knows what is in it") {
  Moved tree;
  SECTION("a folder of PINDUS_PLUGIN_PATH that is gone") {
    tree.options.environment_path = {tree.root / "gone"};
    CHECK(tree.refusal_of("demo") == "the folder " + (tree.root / "gone").native() +
                                         " of PINDUS_PLUGIN_PATH is not there; bring it back, or "
                                         "take it out of the variable");
  }
  SECTION("an entry that isn't absolute") {
    tree.options.environment_path = {"plugins"};
  }
  SECTION("a link that leads nowhere") {
    fs::create_symlink("nowhere", tree.root / "link");
    tree.options.environment_path = {tree.root / "link"};
  }
  SECTION("a folder of --plugin-path that is gone") {
    tree.options.command_line_path = {tree.root / "gone"};
  }
  SECTION("the user's folder, where everyone may write it") {
    tree.user("note", "");
    fs::permissions(tree.options.profile / "plugins", fs::perms(0777));
  }
  SECTION("the user's folder, where it is a file") {
    tree.write("profile/plugins", "");
  }
  CHECK_FALSE(tree.refusal_of("demo").empty());
  CHECK_FALSE(tree.refusal_of("other").empty());
  CHECK(tree.discover().warnings().size() == 1);
}

TEST_CASE("folders that need not be there refuse nothing") {
  const Moved tree;
  CHECK(tree.refusal_of("demo").empty());
  CHECK(tree.discover().warnings().empty());
}

TEST_CASE("a provider that only a refused file names is told as refused, not as unknown") {
  const Moved tree;
  const auto file = tree.user("mine.json", "{");
  const auto directory = tree.discover();
  CHECK(directory.find_provider("mine") == nullptr);
  const auto required = directory.require_provider("Mine");
  REQUIRE_FALSE(required.has_value());
  CHECK(required.error().kind == FaultKind::unknown_provider);
  CHECK(required.error().label == "Provider is refused");
  CHECK_THAT(required.error().message, Contains(file.native() + " is not used: "));
  CHECK_THAT(directory.require_provider("mien").error().message, Contains("no manifest describes"));
}

TEST_CASE(
    "where one provider is asked for, each file that may concern it is examined, and no other") {
  DirectoryTree tree;
  tree.vendor("first.json", R"({"manifest":1,"id":"asked","label":"first"})");
  tree.vendor("other.json", R"({"manifest":1,"id":"other"})");
  tree.vendor("broken.json", "{");
  tree.options.about = {"Asked"};
  const auto label = [&] { return provider(tree.discover(), "asked").label; };
  CHECK(label() == "first");
  CHECK(tree.discover().find_provider("other") == nullptr);
  CHECK(told_by(tree.discover()).empty());
  tree.user("patch.json", R"({"manifest":1,"id":"ASKED","label":"patched"})");
  CHECK(label() == "patched");
  tree.user("patch.json", R"({"manifest":1,"id":"\u0061sked","label":"hidden"})");
  CHECK(label() == "hidden");
  // What can't be understood may have moved its servers.
  tree.user("patch.json", R"({"manifest":1,"id":"asked",)");
  CHECK(provider(tree.discover(), "asked").refused);
  tree.user("patch.json", "");
  CHECK_FALSE(provider(tree.discover(), "asked").refused);
  tree.user("asked.mine.json", "{");
  CHECK(provider(tree.discover(), "asked").refused);
}
