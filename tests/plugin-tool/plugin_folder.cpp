#include "tests/plugin-tool/plugin_folder.hpp"

namespace pindus::test {

PluginFolder::PluginFolder(std::string name) : name_(std::move(name)) {
  std::filesystem::copy_file(PINDUS_BAD_PLUGINS "/" + name_ + ".so", library());
  write_file(manifest(), R"({ "manifest": 1, "id": ")" + name_ + R"(", "label": "Acme",
    "methods": { "oauth": { "library": ")" +
                             name_ + R"(.so", "abi": "1.0" } } })");
  // Only one of them asks anything.
  const std::string prompts = name_ == "logs-secret" ? R"("prompts": ["correct horse"],)" : "";
  write_file(script(), R"({ "script": 1, "runs": [{ "operation": "sign-in", )" + prompts +
                           R"("record": { "access": "made-up-token" } }] })");
}

}  // namespace pindus::test
