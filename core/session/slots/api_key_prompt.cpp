#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/base/text.hpp"
#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Where an api key comes from, in the order that the README promises.

namespace pindus {
namespace {

struct FromVariable {
  std::string_view name;
  Secret value;
};

std::optional<FromVariable> variable_named(const Session& session, std::string_view name) {
  auto value = session.request.environment->get_nonblank(name);
  if (!value) return std::nullopt;
  return FromVariable{name, Secret(*std::move(value))};
}

// What is wrong with it is told with the variable's name, which the plugin doesn't know.
Result<void> check(const FromVariable& variable) {
  return validate_api_key_of(variable.name, variable.value.view(),
                             fmt::format("set {} to the key alone", variable.name));
}

// An api-key method only keeps the key; one of kind oauth trades it for a token.
HeldSecret held(const Session& session, const Secret& key) {
  const bool stays = session.request.method->kind == AuthKind::api_key;
  return {Secret(without_line_ends(key.view())), stays ? Visibility::closed : Visibility::open};
}

Coded<HeldSecret> take(Session& session, const FromVariable& variable) {
  const auto valid = check(variable);
  if (valid) return held(session, variable.value);
  session.fail(PINDUS_INVALID_KEY, valid.error().message, valid.error().hint);
  return std::unexpected(PINDUS_INVALID_KEY);
}

// The key of the first variable that has one that can be stored, if the person wants it.
Coded<std::optional<HeldSecret>> offer_variable(Session& session) {
  for (const std::string& name : session.request.provider->env) {
    const auto variable = variable_named(session, name);
    if (!variable) continue;
    if (const auto valid = check(*variable); !valid) {
      session.notice(fmt::format("{}, so it isn't offered.", valid.error().message));
      continue;
    }
    const std::string question = fmt::format("Store the value of {}?", name);
    if (TRY(ask_yes_no(session, question, true))) return held(session, variable->value);
    break;
  }
  return std::nullopt;
}

// Nothing is asked: what the pipe holds is the key, and the variable serves where it holds nothing.
Coded<HeldSecret> read_key(Session& session) {
  auto piped = session.request.io->read_input(session.stop());
  if (!piped) return std::unexpected(io_failure(session, piped.error()));
  if (!piped->empty()) return held(session, *piped);
  const Provider& provider = *session.request.provider;
  for (const std::string& name : provider.env) {
    if (const auto variable = variable_named(session, name)) return take(session, *variable);
  }
  session.fail(PINDUS_INVALID_KEY,
               provider.env.empty()
                   ? std::string("no api key came from standard input")
                   : fmt::format("no api key came from standard input, and {} is not set",
                                 fmt::join(provider.env, " or ")),
               fmt::format("pindus signin {} --api-key < FILE", provider.id));
  return std::unexpected(PINDUS_INVALID_KEY);
}

}  // namespace

Coded<HeldSecret> ask_api_key(Session& session, std::string_view message) {
  CredentialIo& io = *session.request.io;
  if (!io.interactive()) return read_key(session);

  if (auto offered = TRY(offer_variable(session))) return *std::move(offered);
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
    if (valid || count == io.tries()) return held(session, *key);
    session.notice(fmt::format("That can't be it: {}.", valid.error().message));
  }
}

}  // namespace pindus
