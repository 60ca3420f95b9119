// A provider that a file of the user's moves to another server: whose tokens go where, when that
// file is refused, gone or new. Two real servers.
#include <catch2/catch.hpp>
#include <filesystem>
#include <mutex>

#include "tests/integration/token_endpoint.hpp"

using Catch::Contains;
using pindus::test::code_manifest;
using pindus::test::Connection;
using pindus::test::LoopbackServer;
using pindus::test::PindusProfile;
using pindus::test::token_answer;
using pindus::test::write_file;

namespace {

namespace fs = std::filesystem;

// A token and revocation endpoint that grants whatever is asked, and keeps what it was sent.
class GrantingServer {
 public:
  [[nodiscard]] std::string origin() const { return "http://" + server_.host(); }
  [[nodiscard]] std::string requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::string requests_;
  LoopbackServer server_{[this](Connection& connection) {
    const std::string request = connection.read_request();
    {
      const std::lock_guard lock(mutex_);
      requests_ += request;
    }
    connection.write(token_answer("new-access", "new-refresh"));
  }};
};

std::string manifest_of(const GrantingServer& server) {
  return code_manifest("demo", server.origin(), server.origin() + "/token",
                       R"("revoke_url": ")" + server.origin() + R"(/revoke",)");
}

// Provider demo is at server A. A file in a folder of PINDUS_PLUGIN_PATH moves it to B, whose token
// is stored.
struct Moved {
  Moved() {
    profile.install_manifest("demo", manifest_of(a));
    fs::create_directory(folder);
    write_file(folder / "moved.json", manifest_of(b));
    profile.environment["PINDUS_PLUGIN_PATH"] = folder;
    store(-10);
  }

  void store(std::int64_t seconds_left) const {
    profile.store_token("demo", "b-access-4f1c", "b-refresh-9b2e", seconds_left);
  }

  void store_issued_by(const std::string& issuer) const {
    std::string text = profile.vault_text();
    text.insert(text.find(R"("access")"), R"("issuedBy": ")" + issuer + R"(", )");
    profile.write_vault(text);
  }

  GrantingServer a;
  GrantingServer b;
  PindusProfile profile;
  fs::path folder = profile.path() / "moved";
};

// Each keeps the file that moves the provider from being used; what is said of it is returned.
struct Refusal {
  const char* name;
  void (*apply)(Moved&);
  const char* said;
};

const std::vector<Refusal> refusals = {
    {"a trailing comma",
     [](Moved& moved) {
       std::string text = manifest_of(moved.b);
       text.insert(text.rfind('}'), ",");
       write_file(moved.folder / "moved.json", text);
     },
     "/moved.json is not used: "},
    {"a mode", [](Moved& moved) { fs::permissions(moved.folder / "moved.json", fs::perms(0666)); },
     "/moved.json is not used: it is writable by everyone"},
    {"a link that leads nowhere",
     [](Moved& moved) {
       fs::remove(moved.folder / "moved.json");
       fs::create_symlink("gone", moved.folder / "demo.json");
     },
     "/demo.json is not used: No such file or directory"},
    {"a folder's mode", [](Moved& moved) { fs::permissions(moved.folder, fs::perms(0777)); },
     "/moved is writable by everyone"},
    {"a folder that is gone", [](Moved& moved) { fs::remove_all(moved.folder); },
     "/moved of PINDUS_PLUGIN_PATH is not there"},
};

int count_of(std::string_view what, std::string_view text) {
  int count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a refused file's provider sends nobody anything, and says why") {
  for (const Refusal& refusal : refusals) {
    INFO(refusal.name);
    Moved moved;
    refusal.apply(moved);

    const auto refreshed = moved.profile.run({"auth", "key", "demo"});
    CHECK(refreshed.exit_code == 1);
    CHECK(refreshed.out.empty());
    CHECK_THAT(refreshed.err, Contains("Refresh failed: "));
    CHECK(count_of(refusal.said, refreshed.err) == 1);

    const auto signed_in = moved.profile.run({"signin", "demo", "--replace", "--no-browser"});
    CHECK(signed_in.exit_code == 1);
    CHECK_THAT(signed_in.err, Contains("Provider is refused: ") && !Contains(moved.a.origin()));
    CHECK(count_of(refusal.said, signed_in.err) == 1);

    const auto signed_out = moved.profile.run({"signout", "demo"});
    CHECK(signed_out.exit_code == 0);
    CHECK_THAT(signed_out.out,
               Contains("The sign-in was not revoked at Acme (demo): ") && Contains(refusal.said));
    CHECK(moved.a.requests().empty());
    CHECK(moved.b.requests().empty());
  }
}

TEST_CASE("a refused file's provider is still read and listed") {
  for (const Refusal& refusal : refusals) {
    INFO(refusal.name);
    Moved moved;
    moved.store(1000);
    refusal.apply(moved);
    CHECK(moved.profile.key("demo") == "b-access-4f1c");
    CHECK_THAT(moved.profile.run({"signin", "--list"}).out, Contains("  Acme (demo):\n"));
    CHECK_THAT(moved.profile.run({"auth", "status", "demo"}).out, Contains("default"));
    CHECK_THAT(moved.profile.run({"plugin", "show", "demo"}).out, Contains(refusal.said));
    // A token that ends soon serves as long as it is valid.
    moved.store(20);
    const auto soon = moved.profile.run({"auth", "key", "demo"});
    CHECK(soon.out == "b-access-4f1c\n");
    CHECK_THAT(soon.err, Contains(refusal.said) && Contains("token is valid for another"));
    CHECK(moved.a.requests().empty());
  }
}

TEST_CASE("a provider whose file is mended goes on") {
  Moved moved;
  fs::permissions(moved.folder / "moved.json", fs::perms(0666));
  CHECK(moved.profile.run({"auth", "key", "demo"}).exit_code == 1);
  fs::permissions(moved.folder / "moved.json", fs::perms(0644));
  CHECK(moved.profile.key("demo") == "new-access");
  CHECK_THAT(moved.b.requests(), Contains("refresh_token=b-refresh-9b2e"));
  CHECK(moved.a.requests().empty());
}

TEST_CASE("a token isn't sent to another server than the one that issued it") {
  Moved moved;
  CHECK(moved.profile.key("demo") == "new-access");
  CHECK(moved.profile.stored("/demo/default/issuedBy") == moved.b.origin());
  const std::string of_b = moved.b.requests();
  // The layer below serves from here on, and nothing of it is refused.
  moved.profile.environment.erase("PINDUS_PLUGIN_PATH");
  moved.profile.expire_token();

  const std::string before = moved.profile.vault_text();
  const auto refreshed = moved.profile.run({"auth", "key", "demo"});
  CHECK(refreshed.exit_code == 1);
  CHECK_THAT(
      refreshed.err,
      Contains("Refresh failed: the account default of demo signed in at " + moved.b.origin()) &&
          Contains(moved.a.origin()) &&
          Contains("  pindus signin demo --account default --replace") && !Contains("new-refresh"));
  CHECK(moved.profile.vault_text() == before);

  const auto signed_out = moved.profile.run({"signout", "demo"});
  CHECK(signed_out.exit_code == 0);
  CHECK_THAT(signed_out.out, Contains("The sign-in was not revoked at Acme (demo): ") &&
                                 Contains(moved.b.origin()));
  CHECK(moved.a.requests().empty());
  CHECK(moved.b.requests() == of_b);
}

TEST_CASE("a provider that moves under a sign-in gets nothing of it until the person says so") {
  Moved moved;
  moved.profile.environment.erase("PINDUS_PLUGIN_PATH");
  CHECK(moved.profile.key("demo") == "new-access");
  CHECK(moved.profile.stored("/demo/default/issuedBy") == moved.a.origin());
  moved.profile.environment["PINDUS_PLUGIN_PATH"] = moved.folder;
  moved.profile.expire_token();
  const auto refused = moved.profile.run({"auth", "key", "demo"});
  CHECK_THAT(refused.err, Contains("pindus signin demo --account default --accept-move"));
  CHECK(moved.b.requests().empty());

  const auto accepted = moved.profile.run({"signin", "demo", "--accept-move"});
  CAPTURE(accepted.err);
  CHECK(accepted.exit_code == 0);
  CHECK(accepted.out ==
        "The account default of Acme (demo) goes on at " + moved.b.origin() + ".\n");
  CHECK(moved.b.requests().empty());
  CHECK(moved.profile.stored("/demo/default/refresh") == "new-refresh");
  CHECK(moved.profile.key("demo") == "new-access");
  CHECK_THAT(moved.b.requests(), Contains("refresh_token=new-refresh"));
  CHECK(moved.profile.run({"signout", "demo"}).exit_code == 0);
  CHECK_THAT(moved.b.requests(), Contains("POST /revoke"));
}

TEST_CASE("a revocation endpoint that a move left behind isn't given the new server's token") {
  Moved moved;
  write_file(moved.folder / "moved.json",
             R"({"manifest":1,"id":"demo","methods":{"oauth":{"options":{"token_url":")" +
                 moved.b.origin() + R"(/token"}}}})");
  CHECK(moved.profile.key("demo") == "new-access");
  CHECK(moved.profile.stored("/demo/default/issuedBy") == moved.b.origin());
  const auto signed_out = moved.profile.run({"signout", "demo"});
  CHECK_THAT(signed_out.out, Contains("not revoked") &&
                                 Contains("revocation endpoint is still at " + moved.a.origin()));
  CHECK(moved.a.requests().empty());
}

TEST_CASE("a sign-in notes who issued it, for programs to see") {
  const PindusProfile profile;
  GrantingServer server;
  profile.install_manifest("demo", manifest_of(server));
  auto process = profile.start({"signin", "demo", "--oauth"});
  process.wait_for(server.origin() + "/auth?");
  process.write_input("a-code\n");
  const auto signed_in = process.wait();
  CAPTURE(signed_in.err);
  CHECK(signed_in.exit_code == 0);
  CHECK(profile.stored("/demo/default/issuedBy") == server.origin());
  CHECK_THAT(profile.run({"auth", "key", "demo", "--json"}).out,
             Contains(R"("issuedBy":")" + server.origin() + '"'));
}

TEST_CASE("what another program wrote of the issuer is compared as an address") {
  Moved moved;
  SECTION("in capitals and with the path") {
    std::string address = "HTTP" + moved.b.origin().substr(4) + "/token";
    moved.store_issued_by(address);
    CHECK(moved.profile.key("demo") == "new-access");
    CHECK(moved.profile.stored("/demo/default/issuedBy") == moved.b.origin());
  }
  SECTION("what is no address is nobody's") {
    moved.store_issued_by("b");
    CHECK(moved.profile.run({"auth", "key", "demo"}).exit_code == 1);
    CHECK(moved.b.requests().empty());
  }
}

TEST_CASE("a move is accepted of an account that is there, and alone") {
  Moved moved;
  const auto refused = [&](std::vector<std::string> arguments, int code) {
    const std::string before = moved.profile.vault_text();
    arguments.insert(arguments.begin(), "signin");
    const auto result = moved.profile.run(std::move(arguments));
    CHECK(result.exit_code == code);
    CHECK(moved.profile.vault_text() == before);
    return result.err;
  };
  CHECK_THAT(refused({"--accept-move"}, 2), Contains("needs a provider"));
  CHECK_THAT(refused({"demo", "--accept-move", "--replace"}, 2), Contains("--replace signs in"));
  CHECK_THAT(refused({"demo", "--accept-move", "--account", "work"}, 1),
             Contains("No such account: demo has no browser sign-in named \"work\""));
  CHECK_THAT(refused({"nothing", "--accept-move"}, 1), Contains("Unknown provider"));
  fs::permissions(moved.folder / "moved.json", fs::perms(0666));
  CHECK_THAT(refused({"demo", "--accept-move"}, 1), Contains("Provider is refused"));
}
