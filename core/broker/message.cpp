#include "core/broker/message.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace pindus::broker {
namespace {

Refusal unclear(std::string message) {
  return {400, "framing", std::move(message)};
}

}  // namespace

std::optional<Refusal> check_framing(const RequestHead& head, BodyFraming& framing) {
  const Fields& fields = head.fields;
  const auto count = [&](std::string_view name) {
    return std::ranges::count_if(
        fields, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  };
  const auto lengths = count("Content-Length");
  const auto codings = count("Transfer-Encoding");
  if (lengths + codings > 1) {
    return unclear("the request says in two ways where its body ends");
  }
  if (codings == 1) {
    if (!equal_ignoring_case(only_value(fields, "Transfer-Encoding").value_or(""), "chunked")) {
      return unclear("the request's body comes in a transfer coding that isn't chunked alone");
    }
    if (head.version < 11) return unclear("the request's body comes in chunks, in HTTP/1.0");
    framing.length = std::nullopt;
    return std::nullopt;
  }
  std::uint64_t length = 0;
  if (lengths == 1) {
    const std::string_view digits = only_value(fields, "Content-Length").value_or("");
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return unclear("the length of the request's body is no number");
    }
  }
  framing.length = length;
  return std::nullopt;
}

std::optional<std::string_view> only_value(const Fields& fields, std::string_view name) {
  std::optional<std::string_view> value;
  for (const auto& [field, text] : fields) {
    if (!equal_ignoring_case(field, name)) continue;
    if (value) return std::nullopt;
    value = text;
  }
  return value;
}

bool has_field(const Fields& fields, std::string_view name) {
  return std::ranges::any_of(
      fields, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

bool names_token(const Fields& fields, std::string_view name, std::string_view token) {
  return std::ranges::any_of(fields, [&](const auto& field) {
    return equal_ignoring_case(field.first, name) &&
           std::ranges::any_of(split(field.second, ","), [&](std::string_view element) {
             return equal_ignoring_case(trimmed(element), token);
           });
  });
}

}  // namespace pindus::broker
