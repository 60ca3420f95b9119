#include <memory>

#include "core/command/commands.hpp"
#include "core/command/plugin_report.hpp"

namespace pindus {
namespace {

ReportFormat report_format(bool json) {
  return json ? ReportFormat::json : ReportFormat::text;
}

}  // namespace

CommandBody declare_plugin_list(CommandOptions& command) {
  const auto json = std::make_shared<bool>(false);
  command.flag("--json", *json, "print it as JSON");
  return [json](Context& context, CredentialResult&) -> Result<void> {
    // The report tells what was refused; saying it as a warning too would say it twice.
    context.io().print(plugin_list(context.providers_without_warnings(), report_format(*json)));
    return {};
  };
}

CommandBody declare_plugin_show(CommandOptions& command) {
  struct Options {
    std::string provider;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  command.required("PROVIDER", options->provider, "the provider's id, such as openai");
  command.flag("--json", options->json, "print it as JSON");
  return [options](Context& context, CredentialResult& result) -> Result<void> {
    const Provider* provider = PINDUS_TRY(context.providers().require_provider(options->provider));
    result.provider = provider->id;
    context.io().print(plugin_show(*provider, report_format(options->json)));
    return {};
  };
}

}  // namespace pindus
