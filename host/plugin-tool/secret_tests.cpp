#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <pindus/plugin.h>

#include "core/base/json.hpp"
#include "core/base/percent.hpp"
#include "core/base/text.hpp"
#include "core/services/services.hpp"
#include "host/plugin-tool/conformance.hpp"
#include "host/plugin-tool/each_run.hpp"
#include "host/plugin-tool/scripted_run.hpp"

// P10: what of a script is secret, and where it stands.

namespace pindus::plugin_tool {
namespace {

// "access_token", "sessionToken", "SecretAccessKey", "private-key".
bool names_a_secret(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (is_ascii_alphanumeric(c)) plain += ascii_lower(c);
  }
  constexpr std::array<std::string_view, 8> endings = {"token",      "secret",     "password",
                                                       "accesskey",  "privatekey", "secretkey",
                                                       "devicecode", "assertion"};
  return std::ranges::any_of(endings, [&](auto ending) { return plain.ends_with(ending); });
}

// The texts of such names in a server's answer, at any depth.
void add_secrets_of(const Json& answer, std::set<std::string>& secrets) {
  if (const auto* array = answer.as_array()) {
    for (const Json& item : *array) add_secrets_of(item, secrets);
  }
  const auto* members = answer.as_object();
  if (members == nullptr) return;
  for (const auto& [name, value] : *members) {
    const std::string* text = value.as_string();
    if (text != nullptr && names_a_secret(name)) secrets.insert(*text);
    add_secrets_of(value, secrets);
  }
}

bool is_kept_from_others(std::string_view member) {
  return member == "key" || member == "access" || member == "refresh" ||
         member.starts_with(private_prefix);
}

// All that nobody may see: what the script marks, what was typed unseen, the record's own secrets,
// options that end in "secret", and the tokens of the answers, whatever becomes of them.
std::set<std::string> secrets_of(const Subject& subject, const ScriptRun& run,
                                 const RunResult& result) {
  std::set<std::string> secrets(result.secrets.begin(), result.secrets.end());
  if (subject.script) {
    secrets.insert(subject.script->secrets.begin(), subject.script->secrets.end());
  }
  const auto add = [&](const auto& members) {
    for (const auto& [name, value] : members) {
      if (is_kept_from_others(name)) secrets.insert(value);
    }
  };
  add(run.stored);
  if (run.record) add(*run.record);
  for (const auto& [name, value] : subject.method.options) {
    if (name.ends_with("secret")) secrets.insert(value);
  }
  for (const Exchange& exchange : run.exchanges) {
    if (const auto answer = Json::parse(exchange.answer_body)) add_secrets_of(*answer, secrets);
  }
  std::erase_if(secrets,
                [](const std::string& secret) { return secret.size() < shortest_marked_secret; });
  return secrets;
}

// The characters of a base64 text that are the secret's alone, wherever it stood in what was
// encoded: behind `before` bytes, 3 of which are 4 characters.
std::string own_part_of_base64(Services& services, std::uint32_t encoding,
                               const std::string& secret, std::size_t before) {
  const auto encoded = services.encode(encoding, std::string(before, '-') + secret);
  if (!encoded) return {};
  const std::size_t begin = (before * 8 + 5) / 6;
  const std::size_t end = (before + secret.size()) * 8 / 6;
  return std::string(encoded->view().substr(begin, end - begin));
}

// The secret, and what it looks like in a query, in JSON, in base64 and in hex.
std::vector<std::string> forms_of(Services& services, const std::string& secret) {
  std::vector<std::string> forms = {secret, percent_encoded(secret)};
  const std::string quoted = json_quote(secret);
  forms.push_back(quoted.substr(1, quoted.size() - 2));
  if (const auto hex = services.encode(PINDUS_ENCODING_HEX, secret)) {
    forms.emplace_back(hex->view());
  }
  for (const auto encoding : {PINDUS_ENCODING_BASE64, PINDUS_ENCODING_BASE64URL}) {
    for (std::size_t before = 0; before < 3; ++before) {
      std::string part = own_part_of_base64(services, encoding, secret, before);
      if (part.size() >= shortest_marked_secret) forms.push_back(std::move(part));
    }
  }
  return forms;
}

Services& services_of(const Subject& subject) {
  const auto services = open_services(subject.services_module);
  if (!services) throw ReasonError(services.error().message, services.error().hint);
  return **services;
}

bool holds_any(std::string_view text, const std::vector<std::string>& forms) {
  return std::ranges::any_of(forms, [&](const std::string& form) { return text.contains(form); });
}

CheckResult secrets_stay_secret(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    static_cast<void>(observation().take_said());
    const RunResult result = play(subject, run, observed_host());
    // In pindus's own words the host has masked them.
    std::vector<std::string> said = observation().take_said();
    said.insert(said.end(), result.said.begin(), result.said.end());
    said.push_back(result.outcome.why.message);
    said.push_back(result.outcome.why.hint);
    for (const std::string& secret : secrets_of(subject, run, result)) {
      const auto forms = forms_of(services_of(subject), secret);
      if (std::ranges::any_of(said, [&](const auto& line) { return holds_any(line, forms); })) {
        return failed("P10",
                      "a secret stands in a log line, a progress line, a question, an address or "
                      "an error");
      }
    }
    return success();
  });
}

// What a tool gets to see that may use the key.
CheckResult public_members_hold_no_secret(const Subject& subject) {
  return for_each_run(subject, [&](const ScriptRun& run) {
    const RunResult result = play(subject, run, observed_host());
    const auto record = record_of(result.outcome);
    std::set<std::string> secrets = secrets_of(subject, run, result);
    for (const auto* handed_out : {"key", "access"}) {
      if (const auto found = record.find(handed_out); found != record.end()) {
        secrets.erase(found->second);
      }
    }
    for (const std::string& secret : secrets) {
      const auto forms = forms_of(services_of(subject), secret);
      for (const auto& [name, value] : record) {
        if (is_kept_from_others(name) || !holds_any(value, forms)) continue;
        return failed("P10",
                      fmt::format("a secret stands in the record's member \"{}\", which "
                                  "pindus auth key --json prints",
                                  name),
                      "keep it by private_set");
      }
    }
    return success();
  });
}

}  // namespace

std::vector<ConformanceTest> secret_tests() {
  return {{"secrets", "no secret of the script stands in what it says, plain or encoded",
           secrets_stay_secret},
          {"record's secrets", "none stands in a member of the record that others get to see",
           public_members_hold_no_secret}};
}

}  // namespace pindus::plugin_tool
