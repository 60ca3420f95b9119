#include <fmt/format.h>

#include <algorithm>

#include "core/command/account_status.hpp"

namespace pindus {
namespace {

// One step of the way to a key.
struct Step {
  std::string source;
  std::string has;  // empty: nothing
};

std::vector<Step> steps_of(const Context& context, const ProviderStatus& status) {
  std::vector<Step> steps;
  const std::string variable = account_variable(status.id);
  steps.push_back({variable, context.environment().get_nonblank(variable).value_or("")});
  const auto rule = context.project_rules().find(status.id, context.working_directory());
  if (!rule) {
    steps.push_back({"the rule for this folder", rule.error().message});
  } else if (const auto& found = *rule) {
    steps.push_back({fmt::format("the rule for {}", found->folder), found->account});
  } else {
    steps.push_back({"a rule for this folder (auth use)", ""});
  }
  const auto marked = std::ranges::find_if(
      status.accounts, [](const AccountStatus& one) { return one.account.is_default; });
  const bool has_default = marked != status.accounts.end();
  steps.push_back({"the default account", has_default ? marked->account.name : ""});
  steps.push_back({"the first account that is stored",
                   status.accounts.empty() ? "" : status.accounts.front().account.name});
  if (status.provider == nullptr) return steps;
  for (const std::string& name : status.provider->env) {
    const auto source = [&](std::string_view named_by, std::string called) {
      const auto found =
          std::ranges::find_if(status.environment, [&](const EnvironmentStatus& one) {
            return one.key.variable == name && one.key.named_by == named_by;
          });
      const bool is_there = found != status.environment.end();
      steps.push_back({std::move(called), !is_there                 ? std::string()
                                          : !found->problem.empty() ? found->problem
                                          : found->key.file.empty() ? std::string("a key")
                                                                    : found->key.file.string()});
    };
    source("", name);
    source(name + "_FILE", name + "_FILE");
    source("CREDENTIALS_DIRECTORY", "$CREDENTIALS_DIRECTORY/" + name);
  }
  return steps;
}

}  // namespace

std::vector<std::string> explain_choice(const Context& context, const ProviderStatus& status) {
  const std::vector<Step> steps = steps_of(context, status);
  std::size_t width = 0;
  for (const Step& step : steps) width = std::max(width, step.source.size());
  std::vector<std::string> lines = {provider_title(status.provider, status.id)};
  bool is_chosen = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const bool wins = !is_chosen && !step.has.empty();
    lines.push_back(fmt::format("  {} {}. {:<{}}  {}", wins ? ">" : " ", i + 1,
                                printable(step.source, 1000), width,
                                step.has.empty() ? "nothing" : printable(step.has, 1000)));
    is_chosen = is_chosen || wins;
  }
  if (!is_chosen) lines.emplace_back("  no key");
  return lines;
}

}  // namespace pindus
