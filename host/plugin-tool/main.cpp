// pindus-plugin-tool: `pindus plugin new` and `pindus plugin check`, which the host hands over. A
// program of its own, because only who writes plugins needs it, and it runs code on trial.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "core/base/installation.hpp"
#include "host/plugin-tool/check_command.hpp"
#include "host/plugin-tool/new_project.hpp"

namespace {

using pindus::plugin_tool::CheckFormat;
using pindus::plugin_tool::CheckScope;

int run(int argc, char** argv) {
  const auto installation = pindus::Installation::of_this_program();
  CLI::App app("Makes and checks provider plugins", "pindus plugin");
  app.require_subcommand(1);

  pindus::plugin_tool::NewProject project;
  auto* make = app.add_subcommand("new", "Write a small plugin project that builds at once");
  make->add_option("NAME", project.name, "the provider's id")->required();
  make->add_option("--flow", project.flow, "how it signs in")
      ->required()
      ->check(CLI::IsMember({"api-key", "pkce", "device", "custom"}));
  make->add_option("--lang", project.language, "the language of its source")
      ->check(CLI::IsMember({"c++", "c"}));

  std::vector<std::filesystem::path> files;
  bool json = false;
  bool static_only = false;
  auto* check = app.add_subcommand("check", "Test manifests and plugins against the contract");
  check->add_option("FILE", files, "a manifest (.json) or a plugin (.so)")->required();
  check->add_flag("--json", json, "the report as JSON");
  check->add_flag("--static", static_only, "only look at the files, run nothing");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int wrong_usage = 2;
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  if (check->parsed()) {
    return check_files(files, installation, json ? CheckFormat::json : CheckFormat::text,
                       static_only ? CheckScope::static_only : CheckScope::everything)
               ? 0
               : 1;
  }
  project.templates = installation.sdk / "templates";
  project.directory = std::filesystem::current_path();
  const auto made = make_project(project);
  fmt::print("{} is ready; its README.md says how to build and check it.\n", made.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "Plugin tool: {}\n", error.what());
    return 1;
  }
}
