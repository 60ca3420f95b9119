#include "core/broker/forwarding.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus::broker {
namespace {

constexpr std::array<std::string_view, 4> credential_slots = {"authorization", "x-api-key",
                                                              "x-goog-api-key", "api-key"};

// RFC 9110, section 7.6.1.
constexpr std::array<std::string_view, 7> of_one_hop = {
    "connection", "keep-alive",        "proxy-connection", "te",
    "trailer",    "transfer-encoding", "upgrade"};

constexpr std::array<std::string_view, 8> never_passed_on = {
    "host", "content-length", "expect", "cookie", "cookie2", "forwarded", "via", "x-real-ip"};

constexpr std::array<std::string_view, 4> never_passed_back = {"content-length", "set-cookie",
                                                               "set-cookie2", "alt-svc"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names,
                             [&](std::string_view n) { return equal_ignoring_case(n, name); });
}

bool begins_with(std::string_view name, std::string_view prefix) {
  return equal_ignoring_case(name.substr(0, prefix.size()), prefix);
}

bool is_for_this_hop(const Fields& fields, std::string_view name) {
  return is_one_of(of_one_hop, name) || begins_with(name, "proxy-") ||
         names_token(fields, "Connection", name);
}

}  // namespace

bool is_credential_slot(std::string_view name) {
  return is_one_of(credential_slots, name);
}

std::string_view credential_in(std::string_view value) {
  value = trimmed(value);
  const std::size_t blank = value.rfind(' ');
  return blank == value.npos ? value : value.substr(blank + 1);
}

std::vector<HeaderField> fields_for_provider(const Fields& fields,
                                             std::span<const HeaderField> ours) {
  const auto is_replaced = [&](std::string_view name) {
    return std::ranges::any_of(ours, [&](const HeaderField& field) {
      return field.precedence == Precedence::ours && equal_ignoring_case(field.name, name);
    });
  };
  std::vector<HeaderField> sent;
  for (const auto& [name, value] : fields) {
    if (is_for_this_hop(fields, name) || is_one_of(never_passed_on, name) ||
        is_credential_slot(name) || begins_with(name, "x-forwarded-") || is_replaced(name)) {
      continue;
    }
    sent.push_back({std::string(name), Secret(value)});
  }
  // What the program took away by Connection isn't there.
  const auto kept = [&](const HeaderField& field) { return !is_for_this_hop(fields, field.name); };
  for (const HeaderField& field : ours) {
    const bool is_there =
        kept(field) && (field.precedence == Precedence::theirs
                            ? has_field(fields, field.name)
                            : field.precedence == Precedence::both &&
                                  names_token(fields, field.name, field.value.view()));
    if (!is_there) sent.push_back({field.name, field.value.copy(), field.precedence});
  }
  return sent;
}

Fields fields_for_program(const Fields& fields) {
  Fields kept;
  for (const auto& field : fields) {
    if (is_for_this_hop(fields, field.first) || is_one_of(never_passed_back, field.first) ||
        begins_with(field.first, "access-control-") ||
        // RFC 9110, section 5.5: what a lenient reader could take for the end of a line.
        !is_plain_value(field.second)) {
      continue;
    }
    kept.push_back(field);
  }
  return kept;
}

}  // namespace pindus::broker
