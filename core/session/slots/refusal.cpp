#include "core/session/slots/refusal.hpp"

#include <fmt/format.h>

namespace pindus {
namespace {

std::string described_handle(std::string_view what, std::uint64_t id, bool lives) {
  if (id == 0) return fmt::format("no {}", what);
  return fmt::format("{} {:#x}{}", what, id, lives ? "" : ", which doesn't live");
}

}  // namespace

bool is_refusal(int32_t code) noexcept {
  switch (code) {
    case PINDUS_INTERACTION_FORBIDDEN:
    case PINDUS_UNSUPPORTED:
    case PINDUS_INVALID_ARGUMENT:
    case PINDUS_INVALID_HANDLE:
    case PINDUS_NO_MEMORY:
    case PINDUS_INTERNAL:
    case PINDUS_FORBIDDEN:
    case PINDUS_WRONG_THREAD:
    case PINDUS_TOO_LARGE: return true;
    default: return false;
  }
}

std::string described(Session& /*session*/, pindus_str text) {
  constexpr std::size_t shown = 60;
  if (text.data == nullptr && text.size != 0) return fmt::format("null of {} bytes", text.size);
  const auto given = text_of(text);
  if (!given) return fmt::format("a text of {} bytes", text.size);
  return fmt::format("\"{}\"{}", given->substr(0, shown), given->size() > shown ? "..." : "");
}

std::string described(Session& session, const pindus_value& value) {
  if (value.text.data == nullptr && value.text.size != 0) return described(session, value.text);
  const auto text = fmt::format("{} bytes", value.text.size);
  return value.secret.id == 0 ? text
                              : fmt::format("{} and {}", text, described(session, value.secret));
}

std::string described(Session& session, pindus_secret secret) {
  const HeldSecret* held = session.secrets.find(secret.id);
  const bool closed = held != nullptr && held->visibility == Visibility::closed;
  return described_handle(closed ? "closed secret" : "secret", secret.id, held != nullptr);
}

std::string described(Session& session, pindus_json json) {
  return described_handle("document", json.id, session.documents.find(json.id) != nullptr);
}

std::string described(Session& session, pindus_headers headers) {
  const auto& last = session.last_answer;
  return described_handle("headers", headers.id, last && last->id == headers.id);
}

void log_refusal(Session& session, std::string_view slot, std::string_view arguments,
                 std::string_view reason) {
  session.log(fmt::format("{}: refused: {}({}): {}", session.plugin(), slot, arguments, reason));
}

}  // namespace pindus
