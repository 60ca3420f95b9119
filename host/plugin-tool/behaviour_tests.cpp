#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "core/services/services.hpp"
#include "host/plugin-tool/borrowed_text.hpp"
#include "host/plugin-tool/conformance.hpp"
#include "host/plugin-tool/each_run.hpp"
#include "host/plugin-tool/process_state.hpp"
#include "host/plugin-tool/scripted_run.hpp"

namespace pindus::plugin_tool {
namespace {

// What pindus itself says of the plugin: an exception, an unknown code, a sign-in without a record.
std::optional<CheckResult> broken_rule(const RunResult& result) {
  const auto& [rule, why] = std::tie(result.outcome.rule, result.outcome.why);
  if (observation().threw_reading) return failed("P6", "a callback let an exception out");
  if (rule.empty()) return std::nullopt;
  return failed(std::string(rule), why.message);
}

CheckResult the_script_ends_as_it_says(const Subject& subject, const pindus_host_1& host) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    const RunResult result = play(subject, run, host);
    if (auto broken = broken_rule(result)) return *std::move(broken);
    const std::string difference = difference_in_result(run, result);
    return difference.empty() ? success() : failed("P12", difference);
  });
}

CheckResult calls_stay_on_their_thread(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    (void)play(subject, run, observed_host());
    return observation().wrong_thread
               ? failed("P7", "it called a session-thread service on another thread")
               : success();
  });
}

CheckResult handles_are_not_used_after_they_end(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    (void)play(subject, run, observed_host());
    return observation().stale_handle
               ? failed("P8", "it used a handle that was freed or never given")
               : success();
  });
}

CheckResult no_call_is_refused(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    static_cast<void>(observation().take_refused());
    const RunResult result = play(subject, run, observed_host());
    const auto refused = observation().take_refused();
    if (refused.empty()) return success();
    // The host's own words, where they are logged: with the arguments.
    const std::string name(slot_name(refused.front()));
    const std::string mark = fmt::format("refused: {}(", name);
    std::string told = name;
    for (const std::string& line : result.said) {
      const auto at = line.find(mark);
      if (at == std::string::npos) continue;
      told = line.substr(at + mark.size() - name.size() - 1);
      break;
    }
    return failed("P4", fmt::format("the host refused {}", told),
                  "what is reserved or unknown is zero, and numbers are those of plugin.h");
  });
}

CheckResult texts_are_not_kept(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    return touches_returned_text([&] { (void)play(subject, run, observed_host()); })
               ? failed("P5", "it read a text of the host's after the callback that showed it")
               : success();
  });
}

CheckResult a_commit_is_not_taken_back(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    observation().committed = false;
    const int32_t code = play(subject, run, observed_host()).outcome.code;
    return observation().committed && code != PINDUS_OK
               ? failed("P12", fmt::format("it failed with {} after its commit, so that nothing is "
                                           "stored of what the server gave",
                                           code_name(code)))
               : success();
  });
}

// The table as a host of minor 0 has it, with nothing readable behind it.
CheckResult the_oldest_host_suffices(const Subject& subject) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* pages = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::runtime_error("no memory for two pages");
  auto* end = static_cast<char*>(pages) + page;
  mprotect(end, page, PROT_NONE);
  auto* table = reinterpret_cast<pindus_host_1*>(end - PINDUS_HOST_1_BASE_SIZE);
  std::memcpy(static_cast<void*>(table), &observed_host(), PINDUS_HOST_1_BASE_SIZE);
  table->size = PINDUS_HOST_1_BASE_SIZE;
  table->abi_minor = 0;
  return the_script_ends_as_it_says(subject, *table);
}

CheckResult a_failing_service_is_an_error(const Subject& subject, std::size_t slot) {
  const std::string_view name = slot_name(slot);
  // These are the plugin's to use; it may do without their answer.
  const bool harmless = name == "log" || name == "progress" || name == "set_error" ||
                        name == "cancelled" || name == "secret_free" || name == "json_free";
  bool reached = false;
  CheckResult result = for_each_run(subject, [&](const ScriptRun& run) {
    Observation& seen = observation();
    seen.failing = slot;
    seen.failure = PINDUS_NO_MEMORY;
    seen.stale_handle = false;
    const std::uint32_t before = seen.calls[slot];
    const RunResult played = play(subject, run, observed_host());
    seen.failing = Observation::none;
    reached = reached || seen.calls[slot] != before;
    if (seen.calls[slot] == before || harmless) return success();
    if (played.outcome.rule == "P6") return failed("P6", played.outcome.why.message);
    if (seen.stale_handle) {
      return failed("P8", fmt::format("when {} failed, it used a handle that it hadn't got", name),
                    "where a function fails, what it was to fill is as it was");
    }
    if (name == "credential_commit" && played.outcome.code == PINDUS_OK) {
      return failed("P12", "it said OK although credential_commit had failed");
    }
    return success();
  });
  if (result.status == Status::success && !reached) return skipped("no run of the script calls it");
  return result;
}

CheckResult an_interrupt_ends_it(const Subject& subject, Silent silent) {
  constexpr double longest_seconds = 1.0;
  bool reached = false;
  CheckResult result = for_each_run(subject, [&](const ScriptRun& run) {
    Observation& seen = observation();
    seen.interrupted = seen.went_on = seen.asleep = false;
    // Once its request is sent, a refresh isn't interrupted any more.
    if (silent == Silent::sleep && run.operation == Operation::refresh) return success();
    const RunResult played = play(subject, run, observed_host(), silent);
    if (!played.waited) return success();
    reached = true;
    if (seen.went_on) {
      return failed("P11", "it went on to wait after a service had answered PINDUS_CANCELLED");
    }
    if (played.seconds_after_stop > longest_seconds) {
      return failed("P11", fmt::format("it went on for {:.1f} s after the interrupt",
                                       played.seconds_after_stop));
    }
    return played.outcome.code != PINDUS_OK
               ? success()
               : failed("P11", "it said OK although the session was interrupted");
  });
  if (result.status == Status::success && !reached) return skipped("no run of the script waits so");
  return result;
}

CheckResult the_process_is_left_as_it_was(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    // Opening them sets a variable for Botan, which is the host's doing and not the plugin's.
    if (!open_services(subject.services_module)) return failed({}, "the services can't be opened");
    observation().hosts_threads.clear();
    const ProcessState first = process_state();
    (void)play(subject, run, observed_host());
    // Libraries open things once; a second run must not add to them.
    const ProcessState before = process_state();
    (void)play(subject, run, observed_host());
    // A thread that was joined may be in the list a moment longer, and one that was left gets the
    // time to betray itself.
    constexpr std::chrono::milliseconds a_moment{30};
    std::this_thread::sleep_for(a_moment);
    if (observation().outlived) return failed("P9", "a thread of its own outlived the session");
    const std::string change =
        change_between(first, before, process_state(), observation().hosts_threads);
    return change.empty() ? success() : failed("P9", change);
  });
}

CheckResult an_unknown_provider_is_no_crash(const Subject& subject) {
  Subject other = subject;
  other.provider.id = "no-such-provider";
  other.provider.label = "No such provider";
  return for_each_run(other, [&](const ScriptRun& run) {
    const RunResult played = play(other, run, observed_host());
    return played.outcome.rule == "P6" ? failed("P6", played.outcome.why.message) : success();
  });
}

}  // namespace

std::vector<ConformanceTest> behaviour_tests() {
  std::vector<ConformanceTest> tests = {
      {"script", "each run of the script ends with the record and result that it says",
       [](const Subject& s) { return the_script_ends_as_it_says(s, observed_host()); }},
      {"oldest host", "the script ends the same in a host of minor 0", the_oldest_host_suffices},
      {"unknown provider", "it answers with a code for a provider that it doesn't know",
       an_unknown_provider_is_no_crash},
      {"threads", "it calls each host service on the thread that the header says",
       calls_stay_on_their_thread},
      {"handles", "it uses no handle after its end", handles_are_not_used_after_they_end},
      {"refused calls", "it calls no host service in a way that is refused", no_call_is_refused},
      {"texts", "it reads no text of the host's after the callback", texts_are_not_kept},
      {"commit", "it doesn't fail after its commit", a_commit_is_not_taken_back},
      {"process", "it leaves threads, descriptors, signals, environment and locale as they were",
       the_process_is_left_as_it_was}};
  for (auto* more : {secret_tests, record_tests})
    std::ranges::move(more(), std::back_inserter(tests));
  constexpr std::tuple<const char*, Silent, const char*> interrupts[] = {
      {"interrupt before", Silent::from_the_start, "an interrupt before it begins"},
      {"interrupt at a prompt", Silent::person, "an interrupt while the person is asked"},
      {"interrupt in a sleep", Silent::sleep, "an interrupt while it waits"},
      {"interrupt in a request", Silent::server, "an interrupt while a server is asked"}};
  for (const auto& [name, silent, what] : interrupts) {
    tests.push_back({name, fmt::format("{} ends it within a second", what),
                     [who = silent](const Subject& s) { return an_interrupt_ends_it(s, who); }});
  }
  for (std::size_t slot = 0; slot < observed_slots; ++slot) {
    tests.push_back({fmt::format("{}{}", failing_service, slot_name(slot)),
                     fmt::format("it ends with a code where {} fails", slot_name(slot)),
                     [slot](const Subject& s) { return a_failing_service_is_an_error(s, slot); }});
  }
  return tests;
}

}  // namespace pindus::plugin_tool
