#include "core/command/key_references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/base/env_file.hpp"
#include "core/base/percent.hpp"
#include "core/base/text.hpp"
#include "core/keys/choose_key.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view scheme = "pindus://";

std::unexpected<CredentialFault> file_refused(const fs::path& file, std::string_view reason) {
  return fail(FaultKind::usage,
              fmt::format("{} can't be used: {}", printable(file.native()), reason));
}

Result<SecretText> text_of(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) return file_refused(file, "it is a folder");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return file_refused(file, "it can't be read");
  return SecretText(std::istreambuf_iterator<char>(stream), {});
}

struct Reference {
  std::string provider;
  std::optional<std::string> account;
  std::string member;  // empty: the key
};

std::optional<Reference> parse_reference(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto slash = text.find('/');
    auto part = percent_decoded(text.substr(0, slash));
    if (!part || part->empty() || parts.size() == 3) return std::nullopt;
    parts.push_back(*std::move(part));
    if (slash == text.npos) break;
    text.remove_prefix(slash + 1);
  }
  Reference reference{.provider = parts[0], .account = {}, .member = {}};
  if (parts.size() > 1) reference.account = parts[1];
  if (parts.size() > 2) reference.member = parts[2];
  return reference;
}

Result<Secret> resolve(Context& context, const Reference& reference) {
  ChosenKey chosen = TRY(choose_key(
      context.key_parts(),
      {.provider = reference.provider, .account = reference.account, .stop = context.stop()}));
  if (!chosen.key.warning.empty()) context.io().notice(chosen.key.warning);
  if (reference.member.empty()) return std::move(chosen.key.key);
  const auto members = list_members(chosen.key.json.view());
  const JsonMember* member = find_member(members, reference.member);
  auto text = member == nullptr ? std::nullopt : string_of(member->value(chosen.key.json.view()));
  if (text && !text->view().contains('\0')) return *std::move(text);
  if (member != nullptr && !text) return Secret(member->value(chosen.key.json.view()));
  return fail(
      FaultKind::not_found,
      fmt::format("{} has no \"{}\" that could be handed out",
                  Account{reference.provider, reference.account.value_or("default")}.described(),
                  printable(reference.member, 80)),
      fmt::format("pindus auth key {} --json", reference.provider));
}

}  // namespace

Result<NamedSecrets> read_env_file(Context& context, const fs::path& file,
                                   std::vector<Secret>& secrets) {
  const SecretText text = TRY(text_of(file));
  auto assignments = parse_env_file(text);
  if (!assignments) return file_refused(file, assignments.error());
  NamedSecrets values;
  for (auto& [name, value] : *assignments) {
    if (value.view().starts_with(scheme)) {
      const auto reference = parse_reference(value.view().substr(scheme.size()));
      if (!reference) {
        return file_refused(
            file, fmt::format("the value of {} is no pindus://PROVIDER/ACCOUNT/MEMBER", name));
      }
      value = TRY(resolve(context, *reference));
      secrets.push_back(value.copy());
    }
    // Of two lines the later counts.
    std::erase_if(values, [&](const auto& entry) { return entry.first == name; });
    values.emplace_back(name, std::move(value));
  }
  return values;
}

}  // namespace pindus
