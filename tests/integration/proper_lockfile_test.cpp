// The package by which other programs lock the same file, as npm installs it.
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/pindus_profile.hpp"

using pindus::test::ChildProcess;
using pindus::test::PindusProfile;
using pindus::test::skip;
using pindus::test::TemporaryDirectory;
using pindus::test::Variables;
using pindus::test::write_file;
using namespace std::chrono_literals;

namespace {

// Changes the vault as a program does that knows nothing of us but this lock: in place, under it.
constexpr const char* other_program = R"(
const fs = require('fs');
const lockfile = require('proper-lockfile');
const file = process.argv[2];
(async () => {
  for (let i = 0; i < 60; ++i) {
    const release = await lockfile.lock(
        file, {retries: {retries: 200, minTimeout: 5, maxTimeout: 40}, stale: 30000});
    const vault = JSON.parse(fs.readFileSync(file, 'utf8'));
    await new Promise(done => setTimeout(done, 10));
    vault.theirs = vault.theirs || {};
    vault.theirs['n' + i] = {kind: 'apiKey', key: 'their-key-0123456789'};
    fs.writeFileSync(file, JSON.stringify(vault));
    await release();
  }
})().catch(error => { console.error(error); process.exit(1); });
)";

}  // namespace

TEST_CASE("sign-ins beside a program with proper-lockfile lose nothing, on either side") {
  const std::string peers = PINDUS_TEST_BUILD "/peers";
  if (!std::filesystem::exists(peers + "/installed")) {
    return skip("proper-lockfile is not installed (tests/peers/install.sh)");
  }
  const TemporaryDirectory folder;
  write_file(folder / "other.js", other_program);
  const PindusProfile profile;
  profile.write_vault("{}\n");
  Variables environment = profile.environment;
  environment["NODE_PATH"] = peers + "/node_modules";
  ChildProcess other(
      {peers + "/node-22", folder / "other.js", profile.path() / "profile/auth.json"}, environment);
  constexpr int accounts = 40;
  for (int i = 0; i < accounts; i += 4) {
    std::vector<std::unique_ptr<ChildProcess>> sign_ins;
    for (int k = i; k < i + 4; ++k) {
      sign_ins.push_back(std::make_unique<ChildProcess>(
          std::vector<std::string>{PindusProfile::program(), "signin", "groq", "--api-key",
                                   "--account", "a" + std::to_string(k)},
          profile.environment));
      sign_ins.back()->write_input("gsk_0123456789abcdefghijklmnopqrstuvwxyz");
    }
    for (const auto& sign_in : sign_ins) {
      const auto result = sign_in->wait();
      CAPTURE(result.err);
      CHECK(result.exit_code == 0);
    }
  }
  const auto theirs = other.wait(60s);
  CAPTURE(theirs.err);
  CHECK(theirs.exit_code == 0);
  for (int i = 0; i < accounts; ++i) {
    CHECK(!profile.stored("/groq/a" + std::to_string(i) + "/key").empty());
  }
  for (int i = 0; i < 60; ++i) {
    CHECK(!profile.stored("/theirs/n" + std::to_string(i) + "/key").empty());
  }
  CHECK_FALSE(std::filesystem::exists(profile.path() / "profile/auth.json.lock"));
}
