#include "core/fault.hpp"

#include <cstdint>
#include <utility>

namespace pindus {
namespace {

std::string_view usual_label(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::unknown_provider: return "Unknown provider";
    case FaultKind::invalid_key: return "Invalid api key";
    case FaultKind::invalid_account: return "Invalid account name";
    case FaultKind::name_collision: return "Account already exists";
    case FaultKind::not_found: return "Nothing to remove";
    case FaultKind::vault: return "Credential store error";
    case FaultKind::aborted: return "Cancelled";
    case FaultKind::usage: return "Usage";
  }
  return "Credential store error";
}

// The length of the well-formed UTF-8 sequence at the start of `text` (Unicode table 3-7), else 0.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const std::uint8_t second = at(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

std::string_view fault_code(FaultKind kind) noexcept {
  switch (kind) {
    case FaultKind::unknown_provider: return "unknown-provider";
    case FaultKind::invalid_key: return "invalid-key";
    case FaultKind::invalid_account: return "invalid-account";
    case FaultKind::name_collision: return "name-collision";
    case FaultKind::not_found: return "not-found";
    case FaultKind::vault: return "vault";
    case FaultKind::aborted: return "aborted";
    case FaultKind::usage: return "usage";
  }
  return "vault";
}

CredentialFault credential_fault(FaultKind kind, std::string message, std::string hint) {
  return {kind, std::string(usual_label(kind)), std::move(message), std::move(hint)};
}

std::unexpected<CredentialFault> fail(FaultKind kind, std::string message, std::string hint) {
  return std::unexpected(credential_fault(kind, std::move(message), std::move(hint)));
}

CredentialFault sign_in_fault(std::string message, std::string hint) {
  return {FaultKind::vault, "Sign-in failed", std::move(message), std::move(hint)};
}

CredentialFault refresh_fault(std::string message, std::string hint) {
  return {FaultKind::vault, "Refresh failed", std::move(message), std::move(hint)};
}

std::string format_credential_fault(const CredentialFault& fault) {
  constexpr std::size_t no_limit = std::string_view::npos;
  std::string text = printable(fault.label, no_limit) + ": " + printable(fault.message, no_limit);
  if (!fault.hint.empty()) text += "\n  " + printable(fault.hint, no_limit);
  return text;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const bool c1 = length == 2 && lead == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0;
    if (length != 0 && lead >= 0x20 && lead != 0x7F && !c1) {
      if (out.size() + length > limit) break;
      out += text.substr(0, length);
    } else if (lead == '\n' || lead == '\t') {
      if (!out.empty() && out.back() != ' ' && out.size() < limit) out += ' ';
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace pindus
