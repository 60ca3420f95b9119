#include "core/base/fault.hpp"

#include <cstdint>
#include <utility>

#include "core/base/utf8.hpp"

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
    case FaultKind::no_program: return "No such program";
    case FaultKind::not_executable: return "Not executable";
  }
  return "Credential store error";
}

// Whether the well-formed sequence at the start of `text` is C0, DEL or C1, or one of those that
// turn the direction of a line or end it: with them a text shows as another than it is.
bool is_control(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  switch (at(0)) {
    case 0xC2: return at(1) < 0xA0;
    case 0xD8: return at(1) == 0x9C;  // U+061C
    case 0xE2:                        // U+200E, U+200F, U+2028 to U+202E, U+2066 to U+206F
      return (at(1) == 0x80 &&
              (at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xA8 && at(2) <= 0xAE))) ||
             (at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xAF);
    default: return at(0) < 0x20 || at(0) == 0x7F;
  }
}

}  // namespace

CredentialFault credential_fault(FaultKind kind, std::string message, std::string hint) {
  return {kind, std::string(usual_label(kind)), std::move(message), std::move(hint)};
}

int exit_code_of(const CredentialFault& fault) noexcept {
  switch (fault.kind) {
    case FaultKind::usage: return 2;
    case FaultKind::not_executable: return 126;
    case FaultKind::no_program: return 127;
    default: return 1;
  }
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

CredentialFault sign_in_fault(Reason why) {
  return sign_in_fault(std::move(why.message), std::move(why.hint));
}

CredentialFault refresh_fault(Reason why) {
  return refresh_fault(std::move(why.message), std::move(why.hint));
}

std::string format_credential_fault(const CredentialFault& fault) {
  const auto shown = [](std::string_view text) {
    return without_users(printable(text, std::string_view::npos));
  };
  std::string text = shown(fault.label) + ": " + shown(fault.message);
  if (!fault.hint.empty()) text += "\n  " + shown(fault.hint);
  return text;
}

std::string without_users(std::string_view text) {
  constexpr std::string_view mark = "://";
  std::string out;
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark)) {
    out += text.substr(0, at + mark.size());
    text.remove_prefix(at + mark.size());
    const std::string_view authority = text.substr(0, text.find_first_of("/?#\"'`<> \n\t"));
    const std::size_t user = authority.rfind('@');
    if (user == authority.npos) continue;
    out += "...";
    text.remove_prefix(user);
  }
  return out.append(text);
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const char lead = text[0];
    if (length != 0 && !is_control(text)) {
      if (out.size() + length > limit) break;
      out += text.substr(0, length);
    } else if (lead == '\n' || lead == '\t') {
      if (!out.empty() && out.back() != ' ' && out.size() < limit) out += ' ';
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

bool is_printable(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0 || is_control(text)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace pindus
