#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "core/base/json.hpp"
#include "core/command/commands.hpp"
#include "core/command/doctor/doctor.hpp"

namespace pindus {
namespace {

struct DoctorOptions {
  bool network = false;
  bool json = false;
};

using Weight = Finding::Weight;

struct Examined {
  const DoctorCheck* check = nullptr;
  Findings findings = {};
  bool was_possible = true;

  [[nodiscard]] std::size_t wrong() const {
    return static_cast<std::size_t>(std::ranges::count(findings, Weight::wrong, &Finding::weight));
  }
};

void print_text(const std::vector<Examined>& all, CredentialIo& io) {
  for (const Examined& examined : all) {
    if (!examined.was_possible) {
      io.print(
          fmt::format("?      {}: that can't be told without the vault", examined.check->title));
    } else if (examined.findings.empty()) {
      io.print(fmt::format("ok     {}", examined.check->title));
    }
    for (const Finding& finding : examined.findings) {
      io.print(fmt::format("{}  {}", finding.weight == Weight::wrong ? "wrong" : "note ",
                           printable(finding.why.message, 1000)));
      if (finding.why.hint.empty()) continue;
      io.print(fmt::format("         {}", printable(finding.why.hint, 1000)));
    }
  }
}

void print_json(const std::vector<Examined>& all, CredentialIo& io) {
  std::vector<std::string> checks;
  for (const Examined& examined : all) {
    std::vector<std::string> findings;
    for (const Finding& finding : examined.findings) {
      findings.push_back(fmt::format(
          R"({{"weight":"{}","message":{},"hint":{}}})",
          finding.weight == Weight::wrong ? "wrong" : "note",
          json_quote(printable(finding.why.message, 1000)),
          finding.why.hint.empty() ? "null" : json_quote(printable(finding.why.hint, 1000))));
    }
    checks.push_back(fmt::format(R"({{"check":"{}","ok":{},"findings":[{}]}})",
                                 examined.check->name,
                                 !examined.was_possible  ? "null"
                                 : examined.wrong() == 0 ? "true"
                                                         : "false",
                                 fmt::join(findings, ",")));
  }
  const bool is_well =
      std::ranges::all_of(all, [](const Examined& examined) { return examined.wrong() == 0; });
  io.print(
      fmt::format(R"({{"version":1,"ok":{},"checks":[{}]}})", is_well, fmt::join(checks, ",")));
}

Result<void> run_auth_doctor(const DoctorOptions& options, Context& context) {
  Patient patient = Patient::examine(context);
  std::vector<Examined> all;
  std::size_t wrong = 0;
  for (const DoctorCheck& check : doctor_checks()) {
    if (check.needs == CheckNeeds::network && !options.network) continue;
    if (check.needs == CheckNeeds::vault && !patient.vault) {
      all.push_back({.check = &check, .was_possible = false});
      continue;
    }
    all.push_back({&check, check.look(patient)});
    wrong += all.back().wrong();
  }
  if (options.json) {
    print_json(all, context.io());
  } else {
    print_text(all, context.io());
  }
  if (context.stop().stop_requested()) return fail(FaultKind::aborted, "not all was looked at");
  if (wrong == 0) {
    if (!options.json) context.io().print("All is well.");
    return {};
  }
  return std::unexpected(CredentialFault{
      FaultKind::not_found, "Not all is well",
      wrong == 1 ? std::string("one thing is wrong") : fmt::format("{} things are wrong", wrong),
      ""});
}

}  // namespace

CommandBody declare_auth_doctor(CommandOptions& command) {
  const auto options = std::make_shared<DoctorOptions>();
  command.flag("--network", options->network, "ask the providers' hosts, too, without any key");
  command.flag("--json", options->json, "print it as JSON");
  return [options](Context& context, CredentialResult&) -> Result<void> {
    return run_auth_doctor(*options, context);
  };
}

}  // namespace pindus
