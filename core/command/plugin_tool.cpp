#include <memory>

#include "core/command/commands.hpp"

// `plugin new` and `plugin check` are the SDK's own program, which has a grammar of its own.

namespace pindus {
namespace {

CommandBody become_plugin_tool(CommandOptions& command, const char* name) {
  const auto args = std::make_shared<std::vector<std::string>>();
  command.rest(*args);
  return [args, name](Context& context, CredentialResult& result) -> Result<void> {
    args->insert(args->begin(), name);
    result.next = NextProgram{
        context.installation().programs / "pindus-plugin-tool",
        std::move(*args),
        {FaultKind::usage, "No plugin tool", "", "install the package pindus-plugin-dev"}};
    return {};
  };
}

}  // namespace

CommandBody declare_plugin_new(CommandOptions& command) {
  return become_plugin_tool(command, "new");
}

CommandBody declare_plugin_check(CommandOptions& command) {
  return become_plugin_tool(command, "check");
}

}  // namespace pindus
