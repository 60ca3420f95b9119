#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/discovery/registration.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/discovery_world.hpp"
#include "tests/unit/scripted_io.hpp"

namespace pindus::test {

inline const std::string register_line = on("POST", std::string(auth) + "/register");

/// A profile of a person's, and a server that announces itself and registers everybody.
struct DiscoveryFixture {
  TemporaryDirectory profile;
  DiscoveryWorld world = announcing_world();
  ScriptedIo person;
  discovery::AddressRequest request{.address = mcp};

  Result<discovery::PreparedSignIn> prepare() {
    discovery::Explorer explorer(world, {});
    return discovery::prepare_sign_in(
        explorer, {.profile = profile.path(), .services = world, .io = person}, request);
  }
  [[nodiscard]] discovery::ClientStore clients() const {
    return discovery::ClientStore(profile.path());
  }
  [[nodiscard]] std::string manifest() const {
    const std::filesystem::path file =
        discovery::manifest_file(profile.path(), mcp, world_()).value();
    return read_file(file);
  }
  [[nodiscard]] ProviderDirectory providers() const {
    DirectoryOptions options;
    options.administrator = profile / "nowhere";
    options.profile = profile.path();
    return ProviderDirectory::discover(options);
  }
  void say(std::string_view more) {
    world.answers[on("GET", auth_metadata)] = {200, server_json(auth, more)};
  }

 private:
  [[nodiscard]] Services& world_() const { return const_cast<DiscoveryWorld&>(world); }
};

}  // namespace pindus::test
