#include "core/command/command_run.hpp"
#include "core/command/plugin_report.hpp"

namespace pindus {
namespace {

ReportFormat report_format(bool json) {
  return json ? ReportFormat::json : ReportFormat::text;
}

}  // namespace

Result<void> run_plugin_list(const PluginListCommand& command, CommandRun& run) {
  // The report tells what was refused; saying it as a warning too would say it twice.
  const auto& directory = run.context.directory(run.plugin_path);
  run.context.io->print(plugin_list(directory, report_format(command.json)));
  return {};
}

Result<void> run_plugin_show(const PluginShowCommand& command, CommandRun& run) {
  const Provider* provider = PINDUS_TRY(run.find_provider(command.provider));
  run.provider = provider->id;
  run.context.io->print(plugin_show(*provider, report_format(command.json)));
  return {};
}

}  // namespace pindus
