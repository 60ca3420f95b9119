#include "core/keys/api_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/providers/manifest_checks.hpp"
#include "core/vault/credentials.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {
namespace {

std::optional<SecretText> text_member(std::string_view json, std::string_view name) {
  const auto members = list_members(json);
  const JsonMember* member = find_member(members, name);
  if (member == nullptr) return std::nullopt;
  const auto text = string_of(member->value(json));
  if (!text || text->empty()) return std::nullopt;
  return SecretText(text->view());
}

}  // namespace

std::string KeyMembers::named_method() const {
  return std::string(text_member(key_.json.view(), method_member).value_or(SecretText()));
}

const Method* KeyMembers::signed_in_by() const {
  return provider_.noted_method(key_.kind, named_method());
}

std::string KeyMembers::method() const {
  const Method* usual = signed_in_by();
  if (usual != nullptr) return usual->name;
  const std::string named = named_method();
  return named.empty() ? std::string(kind_name(key_.kind)) : named;
}

std::optional<SecretText> KeyMembers::value_of(std::string_view name) const {
  if (instead_ != nullptr) {
    if (name == "key") return SecretText(instead_->key);
    if (name == "files") return SecretText(instead_->files);
    return name == "base_url" ? std::optional(SecretText(instead_->base_url)) : std::nullopt;
  }
  if (name == "key") return SecretText(key_.key.view());
  if (name == "base_url") return base_url();
  if (auto stored = text_member(key_.json.view(), name)) return stored;
  const Method* method = signed_in_by();
  if (method == nullptr) return std::nullopt;
  const auto question = std::ranges::find(
      method->questions, name, [](const Question& q) { return std::string_view(q.name); });
  if (question == method->questions.end() || question->default_answer.empty()) return std::nullopt;
  // Whose key came without a question, from a variable or another program, may mean another host.
  if (question->kind == Question::Kind::host) return std::nullopt;
  return SecretText(question->default_answer);
}

std::optional<SecretText> KeyMembers::base_url() const {
  const std::string text = api().base_url;
  bool is_whole = !text.empty();
  SecretText address = filled_in(text, [&](std::string_view name) {
    auto found = name == "base_url" ? std::nullopt : value_of(name);
    is_whole = is_whole && found.has_value();
    return found;
  });
  return is_whole ? std::optional(std::move(address)) : std::nullopt;
}

Result<std::optional<Secret>> KeyMembers::filled(std::string_view name,
                                                 std::string_view text) const {
  bool is_whole = true;
  const SecretText value = filled_in(text, [&](std::string_view placeholder) {
    auto found = value_of(placeholder);
    is_whole = is_whole && found.has_value();
    return found;
  });
  if (!is_whole) return std::nullopt;
  if (!is_plain_value(value)) {
    return fail(
        FaultKind::vault,
        fmt::format("what {} would get for {} holds a control character", name, provider_.id),
        fmt::format("pindus signin {} --replace", provider_.id));
  }
  return Secret(std::string_view(value));
}

Result<NamedSecrets> KeyMembers::filled(const NamedTexts& named) const {
  NamedSecrets values;
  for (const auto& [name, text] : named) {
    if (auto value = TRY(filled(name, text))) values.emplace_back(name, *std::move(value));
  }
  return values;
}

Result<ApiValues> api_values(const Provider& provider, const UsableKey& key) {
  const KeyMembers members(provider, key);
  const ApiMethod api = members.api();
  if (api.headers.empty()) {
    return std::unexpected(CredentialFault{
        FaultKind::not_found, "No headers known",
        fmt::format("the manifests of {} don't say in which headers its requests carry the key",
                    provider.id),
        fmt::format("add /api/methods/{}/headers in a manifest of your own, see "
                    "pindus-manifest(5)",
                    members.method())});
  }
  ApiValues values;
  values.headers = TRY(members.filled(api.headers));
  if (const auto base_url = TRY(members.filled("base_url", "{base_url}"))) {
    values.base_url = base_url->view();
  }
  return values;
}

}  // namespace pindus
