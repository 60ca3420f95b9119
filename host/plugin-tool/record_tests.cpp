#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <pindus/plugin.h>

#include "core/session/library.hpp"
#include "core/session/option_guide.hpp"
#include "host/plugin-tool/conformance.hpp"
#include "host/plugin-tool/each_run.hpp"
#include "host/plugin-tool/scripted_run.hpp"

// P16 to P18: what a manifest's author and the host rely on.

namespace pindus::plugin_tool {
namespace {

namespace chrono = std::chrono;

const pindus_plugin_1& plugin_of(const Subject& subject) {
  return *load_plugin(subject.method.library_path, subject.method.library).value();
}

CheckResult it_reads_what_it_lists(const Subject& subject) {
  const OptionGuide guide = guide_of(plugin_of(subject), subject.method);
  return for_each_run(subject, [&](const ScriptRun& run) {
    static_cast<void>(observation().take_options());
    static_cast<void>(play(subject, run, observed_host()));
    for (const std::string& name : observation().take_options()) {
      if (guide.knows(name)) continue;
      const std::string what = fmt::format(
          "it reads the option \"{}\", which its descriptor doesn't list", printable(name, 80));
      // What resembles a known one is a slip. The SDK's flows may read more than a plugin offers.
      const std::string near = guide.nearest(name);
      if (near.empty()) return warning("P16", what, "add it there, for plugin show to explain it");
      return failed("P16", what, fmt::format("perhaps \"{}\" is meant", near));
    }
    return success();
  });
}

constexpr chrono::years decade{10};

// What is wrong with a time, where it can only be another thing than the host takes it for.
CheckResult judged(const Observation::TokenTime& time, chrono::milliseconds now) {
  const auto is_about_now = [&](chrono::milliseconds moment) {
    return moment > now - decade && moment < now + decade;
  };
  if (time.is_moment) {
    if (time.code == PINDUS_INVALID_ARGUMENT) {
      return failed("P18", fmt::format("credential_expires was refused {}", time.value),
                    "give it milliseconds since 1970, at most 100 years ahead");
    }
    const chrono::milliseconds moment{time.value};
    if (moment > now - decade) return success();
    if (is_about_now(chrono::seconds(std::min<int64_t>(time.value, INT64_MAX / 1000)))) {
      return failed("P18", fmt::format("it gave credential_expires seconds: {}", time.value),
                    "give it milliseconds");
    }
    return failed("P18",
                  fmt::format("it took a lifetime for a moment: {} ms after 1970", time.value),
                  "give a lifetime to credential_lifetime, in seconds");
  }
  if (time.code == PINDUS_INVALID_ARGUMENT) {
    return failed("P18", fmt::format("credential_lifetime was refused {}", time.value),
                  "give it seconds, at most 100 years; a moment is for credential_expires");
  }
  if (!is_about_now(chrono::seconds(time.value))) return success();
  return failed("P18", fmt::format("it took a moment for a lifetime: {} s", time.value),
                "give a moment to credential_expires, in milliseconds");
}

CheckResult lengths_are_no_moments(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    static_cast<void>(observation().take_times());
    static_cast<void>(play(subject, run, observed_host()));
    const auto now = chrono::duration_cast<chrono::milliseconds>(
                         chrono::system_clock::now().time_since_epoch()) +
                     chrono::milliseconds(observation().clock_ahead_ms);
    for (const auto& time : observation().take_times()) {
      CheckResult result = judged(time, now);
      if (result.status != Status::success) return result;
    }
    return success();
  });
}

// Codes after which nobody tries again.
bool is_permanent(int32_t code) {
  return code == PINDUS_REJECTED || code == PINDUS_DENIED || code == PINDUS_EXPIRED ||
         code == PINDUS_UNSUPPORTED;
}

// A refresh of a record that lacks one of its secrets. Whoever can do without it, does.
CheckResult refreshed_without(const Subject& subject, ScriptRun run, const std::string& missing) {
  std::erase_if(run.stored, [&](const auto& member) { return member.first == missing; });
  static_cast<void>(observation().take_said());
  const auto said_before = observation().errors.load();
  const RunResult result = play(subject, run, observed_host());
  const int32_t code = result.outcome.code;
  const std::string without = fmt::format("without \"{}\" it", missing);
  if (result.outcome.rule == "P12") {
    return failed("P17", fmt::format("{} says OK and commits nothing", without),
                  "say what is missing, and answer PINDUS_REJECTED");
  }
  if (code == PINDUS_OK) return success();
  if (is_permanent(code)) {
    if (observation().errors != said_before) return success();
    return failed("P17", fmt::format("{} answers {} and says nothing", without, code_name(code)),
                  "say what is missing by set_error");
  }
  if (result.goes_another_way) return success();  // than the script can follow
  return failed(
      "P17",
      fmt::format("{} {} {}, and so is tried again for ever", without,
                  result.asked ? "asks the server all the same and ends with" : "ends with",
                  code_name(code)),
      "say what is missing, and answer PINDUS_REJECTED");
}

CheckResult it_says_what_a_refresh_lacks(const Subject& subject) {
  const bool can_refresh = plugin_of(subject).refresh != nullptr;
  bool tried = false;
  CheckResult result = for_each_run(subject, [&](const ScriptRun& run) {
    if (run.operation == Operation::sign_in && !can_refresh) {
      const SessionOutcome outcome = play(subject, run, observed_host()).outcome;
      const OAuthCredentials& stored = outcome.credentials;
      if (!stored.refresh.empty() || !stored.private_texts.empty()) {
        return failed("P17", "it stores what a refresh needs, and has no refresh");
      }
      if (stored.expires_ms) {
        return warning("P17", "its token ends, and it has no refresh to get another");
      }
    }
    if (run.operation != Operation::refresh || run.result != PINDUS_OK) return success();
    for (const auto& [name, value] : run.stored) {
      if (name != "refresh" && !name.starts_with(private_prefix)) continue;
      tried = true;
      CheckResult without = refreshed_without(subject, run, name);
      if (without.status != Status::success) return without;
    }
    return success();
  });
  const bool nothing_to_see = result.status == Status::success && can_refresh && !tried &&
                              subject.method.kind == AuthKind::oauth;
  if (nothing_to_see) return skipped("no run of the script refreshes by a stored secret");
  return result;
}

}  // namespace

std::vector<ConformanceTest> record_tests() {
  return {{"options it reads", "every option that it reads stands in its descriptor's list",
           it_reads_what_it_lists},
          {"times", "it takes no lifetime for a moment and no moment for a lifetime",
           lengths_are_no_moments},
          {"refresh without", "it says what it lacks where what it refreshes with isn't stored",
           it_says_what_a_refresh_lacks}};
}

}  // namespace pindus::plugin_tool
