#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "core/base/text.hpp"
#include "core/providers/environment_keys.hpp"
#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Where an api key comes from, in the order that the README promises.

namespace pindus {
namespace {

// What is wrong with it is told with the variable's name, which the plugin doesn't know.
Result<Secret> key_from(const Session& session, const EnvironmentKey& source) {
  Secret key = TRY(read_environment_key(source, *session.request.environment, session.stop()));
  TRY(validate_api_key_of(source.described(), without_line_ends(key.view()),
                          single_key_hint(source)));
  return key;
}

std::vector<EnvironmentKey> sources_of(const Session& session) {
  return environment_keys(*session.request.provider, *session.request.environment);
}

// An api-key method only keeps the key; one of kind oauth trades it for a token.
HeldSecret held(const Session& session, const Secret& key) {
  const bool stays = session.request.method->kind == AuthKind::api_key;
  return {Secret(without_line_ends(key.view())), stays ? Visibility::closed : Visibility::open};
}

// The key of the first variable that has one that can be stored, if the person wants it.
Coded<std::optional<HeldSecret>> offer_variable(Session& session) {
  for (const EnvironmentKey& source : sources_of(session)) {
    const auto key = key_from(session, source);
    if (!key) {
      session.notice(fmt::format("{}, so it isn't offered.", key.error().message));
      continue;
    }
    const std::string question = fmt::format(
        "Store the {} {}?", source.file.empty() ? "value of" : "key in", source.described());
    if (TRY(ask_yes_no(session, question, true))) return held(session, *key);
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
  if (const auto sources = sources_of(session); !sources.empty()) {
    const auto key = key_from(session, sources.front());
    if (key) return held(session, *key);
    session.fail(PINDUS_INVALID_KEY, key.error().message, key.error().hint);
    return std::unexpected(PINDUS_INVALID_KEY);
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
