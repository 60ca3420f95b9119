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
    const Provider* provider = TRY(context.providers().require_provider(options->provider));
    result.provider = provider->id;
    if (options->json) {
      std::vector<MethodOptions> explained;
      for (const Method& method : provider->methods) {
        explained.push_back({method, explain_options(method)});
      }
      context.io().print(plugin_show(*provider, explained, ReportFormat::json));
      return {};
    }
    // First what needs no plugin: one that ends the process takes with it only its own words.
    context.io().print(plugin_show(*provider, {}, ReportFormat::text));
    for (const Method& method : provider->methods) {
      context.io().print(options_as_text({method, explain_options(method)}));
    }
    context.io().print(options_of_every_method_as_text());
    return {};
  };
}

}  // namespace pindus
