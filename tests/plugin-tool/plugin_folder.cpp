#include "tests/plugin-tool/plugin_folder.hpp"

#include <catch2/catch.hpp>

#include "core/base/json.hpp"

namespace pindus::test {
namespace {

// What the script of one of them has besides that of all.
struct Needs {
  std::string script = {}, run = {}, record = {}, runs = {};
};

Needs needs_of(const std::string& name) {
  if (name == "logs-secret") return {.run = R"("prompts": ["correct horse"],)"};
  if (name == "says-marked") {
    return {.script =
                R"("secrets": ["correct horse"], "options": { "pairing": "correct horse" },)"};
  }
  if (name == "publishes-secret") {
    return {.script = R"("secrets": ["correct horse"],)",
            .record = R"(, "roleName": "the key is correct horse")"};
  }
  if (name == "moment-as-lifetime") return {.record = R"(, "lifetime_s": 1790000000)"};
  if (name == "no-refresh") return {.record = R"(, "refresh": "a-refresh-token")"};
  if (name.ends_with("-without-token")) {
    return {.runs = R"(, { "operation": "refresh",
      "stored": { "access": "old-token", "refresh": "a-refresh-token" },
      "record": { "access": "made-up-token" } })"};
  }
  return {};
}

}  // namespace

PluginFolder::PluginFolder(std::string name) : name_(std::move(name)) {
  std::filesystem::copy_file(PINDUS_BAD_PLUGINS "/" + name_ + ".so", library());
  write_file(manifest(), R"({ "manifest": 1, "id": ")" + name_ + R"(", "label": "Acme",
    "methods": { "oauth": { "library": ")" +
                             name_ + R"(.so", "abi": "1.0" } } })");
  const Needs needs = needs_of(name_);
  write_file(script(), R"({ "script": 1, )" + needs.script +
                           R"("runs": [{ "operation": "sign-in", )" + needs.run +
                           R"("record": { "access": "made-up-token")" + needs.record + "} }" +
                           needs.runs + "] }");
}

Finding finding(const std::string& report, const std::string& test) {
  const auto lines = Json::parse(report);
  INFO(report);
  REQUIRE(lines);
  for (const Json& line : *lines->as_array()) {
    if (*line.find("test")->as_string() != test) continue;
    return {*line.find("status")->as_string(), *line.find("rule")->as_string(),
            *line.find("message")->as_string()};
  }
  return {};
}

}  // namespace pindus::test
