#include "core/broker/error_answer.hpp"

#include <fmt/format.h>

#include "core/base/json.hpp"
#include "core/base/placeholders.hpp"

namespace pindus::broker {
namespace {

constexpr std::string_view usual_shape =
    R"({"error":{"message":"{message}","type":"pindus_broker","code":"{rule}"}})";

Json filled(const Json& json, const Refusal& refusal) {
  if (const std::string* text = json.as_string()) {
    if (*text == "{status}") return Json(std::int64_t{refusal.status});
    const SecretText whole =
        filled_in(*text, [&](std::string_view name) -> std::optional<SecretText> {
          if (name == "message") return SecretText(fmt::format("pindus: {}", refusal.message));
          if (name == "rule") return SecretText(refusal.rule);
          return std::nullopt;
        });
    return Json(std::string(whole));
  }
  if (const auto* array = json.as_array()) {
    Json::Array values;
    for (const Json& value : *array) values.push_back(filled(value, refusal));
    return Json(std::move(values));
  }
  if (const auto* object = json.as_object()) {
    Json::Object members;
    for (const auto& [name, value] : *object) members.emplace_back(name, filled(value, refusal));
    return Json(std::move(members));
  }
  return json;
}

}  // namespace

std::string error_answer(std::string_view shape, const Refusal& refusal) {
  auto json = Json::parse(shape.empty() ? usual_shape : shape);
  if (!json) json = Json::parse(usual_shape);
  return filled(*json, refusal).dump();
}

}  // namespace pindus::broker
