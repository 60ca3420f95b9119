#include "host/plugin-tool/script.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <pindus/plugin.h>

#include "core/session/http_time.hpp"

namespace pindus::plugin_tool {
namespace {

constexpr std::array<std::string_view, 20> code_names = {"ok",
                                                         "cancelled",
                                                         "interaction_forbidden",
                                                         "denied",
                                                         "expired",
                                                         "network",
                                                         "timeout",
                                                         "protocol",
                                                         "unsupported",
                                                         "invalid_argument",
                                                         "invalid_handle",
                                                         "no_memory",
                                                         "internal",
                                                         "not_found",
                                                         "forbidden",
                                                         "wrong_thread",
                                                         "too_large",
                                                         "rejected",
                                                         "unavailable",
                                                         "invalid_key"};
static_assert(code_names[PINDUS_REJECTED] == "rejected");
static_assert(code_names.size() == PINDUS_INVALID_KEY + 1);

// Reads one JSON document and remembers where it is, for its errors.
class Reader {
 public:
  Reader(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[noreturn]] void fail(std::string_view what) const {
    throw ReasonError(fmt::format("{} {}", place_, what));
  }

  [[nodiscard]] std::optional<Reader> find(std::string_view name) const {
    const Json* member = object_member(name);
    if (member == nullptr) return std::nullopt;
    return Reader(*member, fmt::format("{}/{}", place_, name));
  }

  [[nodiscard]] Reader at(std::string_view name) const {
    const auto member = find(name);
    if (!member) fail(fmt::format("has no member \"{}\"", name));
    return *member;
  }

  [[nodiscard]] std::string text() const {
    if (const auto* string = json_.as_string()) return *string;
    fail("is not a string");
  }

  // A string, or a number as JSON writes it: records hold text.
  [[nodiscard]] std::string text_or_number() const {
    if (json_.as_integer()) return json_.dump();
    return text();
  }

  [[nodiscard]] std::int64_t integer() const {
    if (const auto number = json_.as_integer()) return *number;
    fail("is not a whole number");
  }

  template <typename Function>
  void for_each_element(Function function) const {
    const auto* array = json_.as_array();
    if (array == nullptr) fail("is not an array");
    for (std::size_t i = 0; i < array->size(); ++i) {
      function(Reader((*array)[i], fmt::format("{}/{}", place_, i)));
    }
  }

  template <typename Function>
  void for_each_member(Function function) const {
    const auto* object = json_.as_object();
    if (object == nullptr) fail("is not an object");
    for (const auto& [name, value] : *object) {
      function(name, Reader(value, fmt::format("{}/{}", place_, name)));
    }
  }

  [[nodiscard]] const Json& json() const noexcept { return json_; }

 private:
  [[nodiscard]] const Json* object_member(std::string_view name) const {
    if (json_.as_object() == nullptr) fail("is not an object");
    return json_.find(name);
  }

  const Json& json_;
  std::string place_;
};

std::vector<std::pair<std::string, std::string>> text_members(const std::optional<Reader>& from) {
  std::vector<std::pair<std::string, std::string>> out;
  if (from) {
    from->for_each_member([&](const std::string& name, const Reader& value) {
      out.emplace_back(name, value.text_or_number());
    });
  }
  return out;
}

// A record's text members; those of its private drawer as "private/NAME".
std::vector<std::pair<std::string, std::string>> record_members(const std::optional<Reader>& from) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!from) return out;
  from->for_each_member([&](const std::string& name, const Reader& value) {
    if (name != "private") {
      out.emplace_back(name, value.text_or_number());
      return;
    }
    for (auto& [inner, text] : text_members(value)) {
      out.emplace_back(std::string(private_prefix) + inner, std::move(text));
    }
  });
  return out;
}

std::int64_t read_time(const Reader& from) {
  const auto time = written_time(from.text(), std::chrono::system_clock::now());
  if (!time) from.fail("is no time such as 2026-11-26T23:05:00Z");
  return time->time_since_epoch().count();
}

Exchange read_exchange(const Reader& from) {
  const Reader request = from.at("request");
  const Reader response = from.at("response");
  Exchange exchange;
  exchange.method = request.at("method").text();
  exchange.url = request.at("url").text();
  exchange.headers = text_members(request.find("headers"));
  if (const auto body = request.find("body")) exchange.body = body->json();
  if (const auto status = response.find("status")) {
    exchange.status = static_cast<int>(status->integer());
  }
  exchange.answer_headers = text_members(response.find("headers"));
  if (const auto body = response.find("body")) {
    const auto* text = body->json().as_string();
    exchange.answer_body = text != nullptr ? *text : body->json().dump();
  }
  return exchange;
}

Operation read_operation(const Reader& from) {
  const std::string name = from.text();
  for (const auto operation : {Operation::sign_in, Operation::refresh, Operation::revoke}) {
    if (operation_name(operation) == name) return operation;
  }
  from.fail("is none of sign-in, refresh, sign-out");
}

int32_t read_code(const Reader& from) {
  const std::string name = from.text();
  for (std::size_t i = 0; i < code_names.size(); ++i) {
    if (code_names[i] == name) return static_cast<int32_t>(i);
  }
  from.fail("is no result code");
}

// How many of the document's texts hold `part`.
std::size_t texts_with(const Json& json, std::string_view part) {
  std::size_t count = 0;
  if (const auto* text = json.as_string()) count += text->contains(part) ? 1U : 0U;
  if (const auto* array = json.as_array()) {
    for (const Json& item : *array) count += texts_with(item, part);
  }
  if (const auto* object = json.as_object()) {
    for (const auto& [name, member] : *object) count += texts_with(member, part);
  }
  return count;
}

// One that stands nowhere else in the script guards nothing.
void read_secret(const Reader& from, const Json& document, std::vector<std::string>& secrets) {
  std::string secret = from.text();
  if (secret.size() < shortest_marked_secret) from.fail("has fewer than 6 bytes");
  if (texts_with(document, secret) < 2) from.fail("stands nowhere else in the script");
  secrets.push_back(std::move(secret));
}

ScriptRun read_run(const Reader& from) {
  ScriptRun run;
  run.operation = read_operation(from.at("operation"));
  run.stored = record_members(from.find("stored"));
  if (const auto prompts = from.find("prompts")) {
    prompts->for_each_element([&](const Reader& prompt) { run.prompts.push_back(prompt.text()); });
  }
  if (const auto exchanges = from.find("exchanges")) {
    exchanges->for_each_element(
        [&](const Reader& exchange) { run.exchanges.push_back(read_exchange(exchange)); });
  }
  if (const auto record = from.find("record")) {
    run.record.emplace();
    for (auto& [name, value] : record_members(record)) run.record->emplace(name, value);
  }
  if (const auto result = from.find("result")) run.result = read_code(*result);
  return run;
}

}  // namespace

Script read_script(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw ReasonError(fmt::format("{} can't be read", file.string()));
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto json = Json::parse(text);
  if (!json) throw ReasonError(fmt::format("{}: {}", file.string(), json.error()));
  const Reader root(*json, file.string() + ":");
  if (root.at("script").integer() != 1) root.at("script").fail("is not 1");

  Script script;
  for (auto& [name, value] : text_members(root.find("options"))) script.options[name] = value;
  for (auto& [name, value] : text_members(root.find("answers"))) script.answers[name] = value;
  if (const auto clock = root.find("clock")) script.clock_ms = read_time(*clock);
  if (const auto secrets = root.find("secrets")) {
    secrets->for_each_element(
        [&](const Reader& secret) { read_secret(secret, *json, script.secrets); });
  }
  const auto method = root.find("method");
  root.at("runs").for_each_element([&](const Reader& run) {
    script.runs.push_back(read_run(run));
    const auto own = run.find("method");
    if (own || method) script.runs.back().method = (own ? own : method)->text();
  });
  return script;
}

std::string operation_name(Operation operation) {
  switch (operation) {
    case Operation::sign_in: return "sign-in";
    case Operation::refresh: return "refresh";
    case Operation::revoke: return "sign-out";
  }
  return "sign-in";
}

std::string code_name(int32_t code) {
  if (code < 0 || static_cast<std::size_t>(code) >= code_names.size()) {
    return fmt::format("code {}", code);
  }
  return std::string(code_names[static_cast<std::size_t>(code)]);
}

}  // namespace pindus::plugin_tool
