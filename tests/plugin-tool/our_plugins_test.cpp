// `plugin check` on what is shipped, by the scripts that stand beside the manifests.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "core/base/json.hpp"
#include "tests/integration/pindus_profile.hpp"

using pindus::Json;
using pindus::test::PindusProfile;
using pindus::test::read_file;
using pindus::test::write_file;

namespace {

// The libraries whose script was played, of a report without a failure.
std::set<std::string> played(const PindusProfile& profile, const std::filesystem::path& manifest) {
  const auto result = profile.run({"plugin", "check", "--json", manifest});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  std::set<std::string> libraries;
  const auto lines = Json::parse(result.out);
  REQUIRE(lines);
  for (const Json& line : *lines->as_array()) {
    if (*line.find("test")->as_string() == "options it reads") {
      CHECK(*line.find("status")->as_string() != "warning");
    }
    if (*line.find("test")->as_string() == "script" &&
        *line.find("status")->as_string() == "success") {
      libraries.insert(*line.find("library")->as_string());
    }
  }
  return libraries;
}

}  // namespace

TEST_CASE("every shipped manifest passes plugin check, and every library its script") {
  const PindusProfile profile;
  std::set<std::string> libraries;
  int manifests = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PINDUS_TEST_MANIFESTS)) {
    if (entry.path().string().ends_with(".script.json")) continue;
    ++manifests;
    libraries.merge(played(profile, entry.path()));
  }
  CHECK(manifests >= 17);
  CHECK(libraries == std::set<std::string>{"api-key.so", "github-copilot.so", "pkce.so"});
}

TEST_CASE("the plugins without a shipped provider pass the scripts beside them") {
  const PindusProfile profile;
  for (const std::string name : {"client-credentials", "jwt-bearer"}) {
    const std::string manifest = PINDUS_TEST_SOURCE "/plugins/" + name + "/check/example.json";
    CHECK(played(profile, manifest) == std::set{name + ".so"});
  }
}

TEST_CASE("device.so, which no shipped provider uses, passes the script of the device template") {
  const PindusProfile profile;
  const std::filesystem::path folder = profile.path() / "acme";
  for (const std::string ending : {".json", ".script.json"}) {
    std::string text = read_file(PINDUS_TEST_TEMPLATES "/device/@NAME@" + ending);
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"@NAME@.so", "device.so"},
                                   {"@NAME@", "acme"},
                                   {"@LABEL@", "Acme"},
                                   {"@UPPER@", "ACME"}}) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
        text.replace(at, from.size(), to);
      }
    }
    write_file(folder / ("acme" + ending), text);
  }
  CHECK(played(profile, folder / "acme.json") == std::set<std::string>{"device.so"});
}
