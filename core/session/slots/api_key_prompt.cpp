#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Where an api key comes from, in the order that the README promises.

namespace pindus {
namespace {

struct FromVariable {
  std::string_view name;
  Secret value;
};

std::optional<FromVariable> key_variable(const Session& session) {
  for (const std::string& name : session.request.provider->env) {
    auto value = session.request.environment->get_nonblank(name);
    if (value) return FromVariable{name, Secret(*std::move(value))};
  }
  return std::nullopt;
}

HeldSecret closed(Secret key) {
  return {std::move(key), Visibility::closed};
}

// What is wrong with it is told with the variable's name, which the plugin doesn't know.
Coded<HeldSecret> take(Session& session, FromVariable variable) {
  const auto valid = validate_key(AuthKind::api_key, variable.value.view(), variable.name,
                                  fmt::format("set {} to the key alone", variable.name));
  if (valid) return closed(std::move(variable.value));
  session.fail(PINDUS_INVALID_KEY, valid.error().message, valid.error().hint);
  return std::unexpected(PINDUS_INVALID_KEY);
}

// Nothing is asked: what the pipe holds is the key, and the variable serves where it holds nothing.
Coded<HeldSecret> read_key(Session& session) {
  auto piped = session.request.io->read_input(session.stop());
  if (!piped) return std::unexpected(io_failure(session, piped.error()));
  if (!piped->empty()) return closed(*std::move(piped));
  if (auto variable = key_variable(session)) return take(session, *std::move(variable));
  const Provider& provider = *session.request.provider;
  session.fail(PINDUS_INVALID_KEY,
               provider.env.empty()
                   ? std::string("no api key came from standard input")
                   : fmt::format("no api key came from standard input, and {} is not set",
                                 fmt::join(provider.env, " or ")),
               fmt::format("pindus signin {} --api-key < FILE", provider.id));
  return std::unexpected(PINDUS_INVALID_KEY);
}

Coded<bool> wants_variable(Session& session, std::string_view name) {
  auto answer =
      session.request.io->ask(fmt::format("Store the value of {}? [Y/n]", name), session.stop());
  if (!answer) return std::unexpected(io_failure(session, answer.error()));
  const auto first = answer->view().find_first_not_of(" \t");
  return first == std::string_view::npos || answer->view()[first] == 'y' ||
         answer->view()[first] == 'Y';
}

}  // namespace

Coded<HeldSecret> ask_api_key(Session& session, std::string_view message) {
  CredentialIo& io = *session.request.io;
  if (!io.interactive()) return read_key(session);

  if (auto variable = key_variable(session)) {
    if (PINDUS_TRY(wants_variable(session, variable->name))) {
      return take(session, *std::move(variable));
    }
  }
  const Provider& provider = *session.request.provider;
  if (!provider.docs_url.empty()) {
    session.notice(fmt::format("A key for {} is made here:", provider.label));
    session.notice(provider.docs_url);
  }
  const std::string question =
      message.empty() ? fmt::format("Api key for {}", provider.label) : std::string(message);
  for (int count = 1;; ++count) {
    auto key = io.ask_secret(question, session.stop());
    if (!key) return std::unexpected(io_failure(session, key.error()));
    const auto valid = validate_api_key(key->view());
    if (valid || count == io.tries()) return closed(*std::move(key));
    session.notice(fmt::format("That can't be it: {}.", valid.error().message));
  }
}

}  // namespace pindus
