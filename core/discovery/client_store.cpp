#include "core/discovery/client_store.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "core/vault/json_edit.hpp"
#include "core/vault/text_file.hpp"

namespace pindus::discovery {
namespace {

constexpr unsigned server_depth = 1;
constexpr unsigned member_depth = 2;

// RFC 7591's names, so that the file explains itself.
constexpr std::string_view registered_member = "registered";

std::unexpected<CredentialFault> not_understood(const std::filesystem::path& file) {
  return fail(FaultKind::vault,
              fmt::format("{} can't be understood: it should hold authorization servers with the "
                          "client of each",
                          file.native()),
              "mend it with an editor, or move it away");
}

Result<void> check_form(const std::filesystem::path& file, const std::string& text) {
  bare::JsonReader reader(bare_text(text));
  bare::JsonKind kind = bare::JsonKind::null;
  const bool is_object =
      reader.peek(kind) && kind == bare::JsonKind::object && reader.skip_value() && reader.finish();
  if (!is_object) return not_understood(file);
  return {};
}

Secret secret_at(std::string_view object, const std::vector<JsonMember>& members,
                 std::string_view name) {
  const JsonMember* member = find_member(members, name);
  auto text = member == nullptr ? std::nullopt : string_of(member->value(object));
  return text ? *std::move(text) : Secret();
}

std::string text_at(std::string_view object, const std::vector<JsonMember>& members,
                    std::string_view name) {
  return std::string(secret_at(object, members, name).view());
}

OAuthClient client_of(std::string_view object) {
  const auto members = list_members(object);
  OAuthClient client{.id = text_at(object, members, "client_id"),
                     .secret = secret_at(object, members, "client_secret"),
                     .token_auth = text_at(object, members, "token_endpoint_auth_method"),
                     .registration_uri = text_at(object, members, "registration_client_uri"),
                     .registration_token = secret_at(object, members, "registration_access_token")};
  const JsonMember* ends = find_member(members, "client_secret_expires_at");
  if (ends != nullptr) client.secret_ends_s = integer_of(ends->value(object)).value_or(0);
  const JsonMember* registered = find_member(members, registered_member);
  client.is_registered = registered != nullptr && registered->value(object) == "true";
  return client;
}

SecretText json_of(const OAuthClient& client) {
  SecretText object = "{}";
  const auto add = [&](std::string_view name, std::string_view value) {
    object = set_member(object, name, value, member_depth);
  };
  add("client_id", pindus::quoted(client.id));
  if (!client.secret.empty()) add("client_secret", pindus::quoted(client.secret.view()));
  if (client.secret_ends_s != 0) {
    add("client_secret_expires_at", std::to_string(client.secret_ends_s));
  }
  if (!client.token_auth.empty())
    add("token_endpoint_auth_method", pindus::quoted(client.token_auth));
  if (!client.registration_uri.empty()) {
    add("registration_client_uri", pindus::quoted(client.registration_uri));
  }
  if (!client.registration_token.empty()) {
    add("registration_access_token", pindus::quoted(client.registration_token.view()));
  }
  add(registered_member, client.is_registered ? "true" : "false");
  return object;
}

using Edit = std::function<SecretText(const std::string& text)>;

Result<void> change(const std::filesystem::path& file, const Edit& edit) {
  const TextFile before = TRY(read_text_file(file));
  const std::string text(before.content().empty() ? "{}\n" : before.content());
  TRY(check_form(file, text));
  const SecretText after = edit(text);
  if (std::string_view(after) == text) return {};
  TRY(replace_text_file(before, after, NewFileMode::private_));
  return {};
}

}  // namespace

Result<std::optional<OAuthClient>> ClientStore::find(std::string_view server) const {
  const TextFile file = TRY(read_text_file(file_));
  if (file.content().empty()) return std::nullopt;
  const std::string text(file.content());
  TRY(check_form(file_, text));
  const auto servers = list_members(text);
  const JsonMember* found = find_member(servers, server);
  if (found == nullptr) return std::nullopt;
  OAuthClient client = client_of(found->value(text));
  if (client.id.empty()) return not_understood(file_);
  return client;
}

Result<void> ClientStore::put(std::string_view server, const OAuthClient& client) const {
  return change(file_, [&](const std::string& text) {
    return set_member(text, server, json_of(client), server_depth);
  });
}

Result<bool> ClientStore::remove(std::string_view server) const {
  bool was_there = false;
  TRY(change(file_, [&](const std::string& text) {
    SecretText left = remove_member(text, server);
    was_there = std::string_view(left) != text;
    return left;
  }));
  return was_there;
}

}  // namespace pindus::discovery
