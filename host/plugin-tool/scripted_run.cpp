#include "host/plugin-tool/scripted_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/base/stoppable_wait.hpp"
#include "host/plugin-tool/scripted_world.hpp"

namespace pindus::plugin_tool {
namespace {

using Clock = std::chrono::steady_clock;

OAuthCredentials stored_credentials(const ScriptRun& run) {
  OAuthCredentials stored;
  for (const auto& [name, value] : run.stored) {
    if (name == "access") {
      stored.access = Secret(value);
    } else if (name == "refresh") {
      stored.refresh = Secret(value);
    } else if (name.starts_with(private_prefix)) {
      stored.private_texts.emplace_back(name.substr(private_prefix.size()), Secret(value));
    } else {
      stored.members.emplace_back(name, value);
    }
  }
  return stored;
}

Services& real_services(const Subject& subject) {
  const auto services = open_services(subject.services_module);
  if (!services) throw std::runtime_error(services.error().message);
  return **services;
}

Answers answers_of(const Subject& subject) {
  const auto answers =
      normal_answers(subject.method, subject.script ? subject.script->answers : Answers());
  if (!answers) throw std::runtime_error(answers.error().message);
  return *answers;
}

// Lifetimes are counted on a clock that went on meanwhile.
bool same_member(const std::string& name, const std::string& expected, const std::string& found) {
  if (name != "lifetime_s") return expected == found;
  constexpr long most_seconds_apart = 20;
  return std::abs(std::stol(expected) - std::stol(found)) <= most_seconds_apart;
}

}  // namespace

RunResult play(const Subject& subject, const ScriptRun& run, const pindus_host_1& host,
               Silent silent) {
  ScriptedPerson person(run.prompts);
  ScriptedServices services(run.exchanges, real_services(subject));
  const OAuthCredentials stored = stored_credentials(run);
  const Environment environment([](std::string_view name) -> std::optional<std::string> {
    if (name == "PINDUS_LOG") return "debug";
    return std::nullopt;
  });
  std::stop_source stop;
  SessionRequest request;
  request.operation = run.operation;
  request.provider = &subject.provider;
  request.method = &subject.method;
  request.account = "default";
  request.answers = answers_of(subject);
  request.stored = run.operation == Operation::sign_in ? nullptr : &stored;
  request.io = &person;
  request.environment = &environment;
  request.services_module = subject.services_module;
  request.services = &services;
  request.host = &host;
  request.stop = stop.get_token();

  if (silent == Silent::person) person.never_answer();
  if (silent == Silent::server) services.never_answer();
  if (subject.script && subject.script->clock_ms) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    observation().clock_ahead_ms =
        *subject.script->clock_ms -
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  observation().real_sleep = silent == Silent::sleep;
  const auto reached = [&] {
    return silent == Silent::from_the_start || (silent == Silent::person && person.waiting()) ||
           (silent == Silent::server && services.waiting()) ||
           (silent == Silent::sleep && observation().asleep);
  };
  Clock::time_point stopped;
  if (silent == Silent::from_the_start) {
    stopped = Clock::now();
    stop.request_stop();
  }
  std::jthread interrupter([&](const std::stop_token& ended) {
    if (silent == Silent::nobody || stop.stop_requested()) return;
    while (!reached()) {
      if (!wait_unless_stopped(std::chrono::milliseconds(2), ended)) return;
    }
    stopped = Clock::now();
    stop.request_stop();
  });

  RunResult result;
  result.outcome = run_method(request);
  const auto ended = Clock::now();
  interrupter.request_stop();
  interrupter.join();
  result.waited = silent != Silent::nobody && stop.stop_requested();
  if (result.waited) {
    result.seconds_after_stop = std::chrono::duration<double>(ended - stopped).count();
  }
  result.said = person.said();
  result.secrets = person.secrets();
  result.difference = services.difference();
  result.asked = services.asked();
  result.goes_another_way = services.goes_another_way();
  if (result.difference.empty() && services.left() > 0) {
    result.difference = fmt::format("left {} exchanges of the script", services.left());
  }
  if (result.difference.empty() && person.unanswered() > 0) {
    result.difference = fmt::format("left {} answers of the script", person.unanswered());
  }
  return result;
}

std::map<std::string, std::string> record_of(const SessionOutcome& outcome) {
  std::map<std::string, std::string> record;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) record.emplace(name, value);
  };
  add("key", outcome.key.view());
  add("access", outcome.credentials.access.view());
  add("refresh", outcome.credentials.refresh.view());
  for (const auto& [name, value] : outcome.credentials.members) add(name, value);
  for (const auto& [name, text] : outcome.credentials.private_texts) {
    add(fmt::format("{}{}", private_prefix, name), text.view());
  }
  if (outcome.credentials.expires_ms) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    constexpr int64_t half_a_second = 500;
    add("lifetime_s",
        std::to_string((*outcome.credentials.expires_ms - now.count() + half_a_second) / 1000));
  }
  return record;
}

std::string difference_in_result(const ScriptRun& run, const RunResult& result) {
  if (!result.difference.empty()) return result.difference;
  const SessionOutcome& outcome = result.outcome;
  if (outcome.code != run.result) {
    return fmt::format("ended with {} where the script expects {}{}{}", code_name(outcome.code),
                       code_name(run.result), outcome.why.message.empty() ? "" : ": ",
                       outcome.why.message);
  }
  const auto record = record_of(outcome);
  const auto expected = run.record.value_or(std::map<std::string, std::string>());
  for (const auto& [name, value] : expected) {
    const auto found = record.find(name);
    if (found == record.end()) return fmt::format("set no \"{}\"", name);
    if (!same_member(name, value, found->second)) {
      return fmt::format("set another \"{}\" than the script expects", name);
    }
  }
  for (const auto& [name, value] : record) {
    const bool the_hosts_own =
        name == "clientId" || name == issuer_member || run.operation != Operation::sign_in;
    if (!expected.contains(name) && !the_hosts_own) {
      return fmt::format("set \"{}\", which the script doesn't expect", name);
    }
  }
  return {};
}

}  // namespace pindus::plugin_tool
