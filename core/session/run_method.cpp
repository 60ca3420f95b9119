#include "core/session/run_method.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <pindus/ext/revoke.h>

#include "core/session/inside_plugin.hpp"
#include "core/session/issuer.hpp"
#include "core/session/library.hpp"
#include "core/session/result_code.hpp"
#include "core/session/session.hpp"
#include "core/session/slots/slots.hpp"

namespace pindus {
namespace {

std::string_view in_words(Operation operation) noexcept {
  switch (operation) {
    case Operation::sign_in: return "sign in";
    case Operation::refresh: return "refresh the token";
    case Operation::revoke: return "revoke the token";
  }
  return "work";
}

std::string_view as_noun(Operation operation) noexcept {
  switch (operation) {
    case Operation::sign_in: return "sign-in";
    case Operation::refresh: return "refresh";
    case Operation::revoke: return "revocation";
  }
  return "work";
}

// Codes that only a defect of the plugin leads to.
bool blames_plugin(int32_t code) noexcept {
  return code == PINDUS_INTERNAL || code == PINDUS_INVALID_ARGUMENT ||
         code == PINDUS_INVALID_HANDLE || code == PINDUS_WRONG_THREAD;
}

SessionOutcome failed(int32_t code, Reason why) {
  SessionOutcome outcome;
  outcome.code = code;
  outcome.why = std::move(why);
  return outcome;
}

// Calls into the plugin, one after the other. Through pointers without noexcept: what a plugin with
// our own C++ runtime throws (against P6) is then caught.
class PluginRun {
 public:
  PluginRun(const pindus_plugin_1& plugin, Session& session) : plugin_(plugin), session_(session) {}

  // The code that counts, with the error set where there is more to say.
  int32_t run() {
    if (session_.request.operation == Operation::revoke) {
      const int32_t found = find_revoke();  // which needs no instance
      if (found != PINDUS_OK) return found;
    }
    void* instance = nullptr;
    const int32_t created = call("create", [&] {
      int32_t (*create)(const pindus_host_1*, pindus_session, void**) = plugin_.create;
      const pindus_host_1* host = session_.request.host;
      return create(host != nullptr ? host : &host_table(), {session_.id}, &instance);
    });
    if (created != PINDUS_OK) return created;
    if (instance == nullptr) return session_.broken("P14", "made no instance in create()").value;

    const int32_t code = operate(instance);
    const int32_t destroyed = call("destroy", [&] {
      void (*destroy)(void*) = plugin_.destroy;
      destroy(instance);
      return PINDUS_OK;
    });
    return code == PINDUS_OK ? destroyed : code;
  }

 private:
  int32_t operate(void* instance) {
    switch (session_.request.operation) {
      case Operation::sign_in: return call_slot("sign_in", plugin_.sign_in, instance);
      case Operation::refresh:
        if (plugin_.refresh == nullptr) return PINDUS_UNSUPPORTED;
        return call_slot("refresh", plugin_.refresh, instance);
      case Operation::revoke: return call_slot("revoke", revoke_->revoke, instance);
    }
    return PINDUS_UNSUPPORTED;
  }

  int32_t find_revoke() {
    const int32_t found = call("get_extension", [&] {
      const void* (*get_extension)(pindus_str) = plugin_.get_extension;
      revoke_ = static_cast<const pindus_revoke_1*>(get_extension(borrowed(PINDUS_EXT_REVOKE_1)));
      return PINDUS_OK;
    });
    if (found != PINDUS_OK) return found;
    if (revoke_ == nullptr) return PINDUS_UNSUPPORTED;
    constexpr uint32_t revoke_base_size = 16;
    if (revoke_->size < revoke_base_size || revoke_->revoke == nullptr) {
      return session_.broken("P4", "has a broken table for " PINDUS_EXT_REVOKE_1).value;
    }
    return PINDUS_OK;
  }

  int32_t call_slot(std::string_view name, int32_t (*slot)(void*), void* instance) {
    return call(name, [&] { return slot(instance); });
  }

  template <typename Body>
  int32_t call(std::string_view name, const Body& body) {
    try {
      const InsidePlugin inside(session_.request.method->library_path.c_str());
      const int32_t code = body();
      if (is_result_code(code)) return code;
      return session_
          .broken("P6", fmt::format("answered {}() with the unknown code {}", name, code))
          .value;
    } catch (...) {
      return session_.broken("P6", fmt::format("threw an exception out of {}()", name)).value;
    }
  }

  const pindus_plugin_1& plugin_;
  Session& session_;
  const pindus_revoke_1* revoke_ = nullptr;  // where it revokes
};

// P12: all three, or nothing is stored; of a refresh, what was committed is. A server that rotates
// has ended the old token with that answer, whatever went wrong here afterwards.
int32_t judged(Session& session, int32_t code) {
  if (session.request.operation == Operation::refresh && session.draft.committed) {
    if (code != PINDUS_OK) {
      session.log(fmt::format("{}: warning: it answered {} after its commit, which counts",
                              session.plugin(), code));
    }
    return PINDUS_OK;
  }
  if (session.stopped()) return PINDUS_CANCELLED;
  if (code != PINDUS_OK || session.request.operation == Operation::revoke) return code;
  if (session.draft.committed) return PINDUS_OK;
  return session.broken("P12", "says that it is done, and gave no credential").value;
}

// An error of the plugin's own counts; one that a host service set counts while its code does.
void explain(const Session& session, SessionOutcome& outcome) {
  const auto& error = session.error;
  if (error && (error->source == SessionError::Source::plugin || error->code == outcome.code)) {
    outcome.why = error->why;
    outcome.rule = error->rule;
  }
  const bool named = outcome.why.message.find(session.plugin()) != std::string::npos;
  if (outcome.why.message.empty() && outcome.code == PINDUS_CANCELLED) {
    outcome.why.message =
        fmt::format("the {} at {} was interrupted", as_noun(session.request.operation),
                    session.request.provider->label);
  } else if (outcome.why.message.empty()) {
    outcome.why.message =
        fmt::format("the plugin {} could not {} at {}: {}", session.plugin(),
                    in_words(session.request.operation), session.request.provider->label,
                    result_code_in_words(outcome.code));
  } else if (error && error->source == SessionError::Source::plugin &&
             blames_plugin(outcome.code) && !named) {
    outcome.why.message += fmt::format(" (said by the plugin {})", session.plugin());
  }
  outcome.answered = session.last_answer.has_value();
  if (session.last_answer) outcome.retry_after = session.last_answer->retry_after;
}

// An empty value stays: it tells the vault that the record shall have no such member.
void set_member(OAuthCredentials& credentials, std::string_view name, std::string_view value) {
  auto& members = credentials.members;
  const auto known =
      std::ranges::find(members, name, [](const auto& m) { return std::string_view(m.first); });
  if (known == members.end()) {
    members.emplace_back(name, value);
  } else {
    known->second = value;
  }
}

// What the host itself knows of a new record: the method, the client that the tokens were given to,
// and the answers, so that a refresh goes the same way to the same server as the same client, and
// requests with a key to the same host.
void add_origin(const Session& session, OAuthCredentials& credentials) {
  const SessionRequest& request = session.request;
  if (const auto name = request.provider->noted_name(*request.method); !name.empty()) {
    set_member(credentials, method_member, name);
  }
  if (const auto client = session.option("client_id")) {
    set_member(credentials, "clientId", *client);
  }
  for (const auto& question : session.request.method->questions) {
    const auto answer = session.request.answers.find(question.name);
    const auto usual = normal_answer(question, {});
    if (answer == session.request.answers.end()) continue;
    const bool is_usual = usual && *usual == answer->second;
    set_member(credentials, question.name, is_usual ? std::string_view() : answer->second);
  }
}

// An access token that stays ends when it did, unless the answer said otherwise; a new one lives as
// long as the answer said, else as long as the one before.
void set_end(const Session& session, OAuthCredentials& credentials) {
  using Lifetime = CredentialDraft::Lifetime;
  const OAuthCredentials* stored = session.request.stored;
  const bool stays = stored != nullptr && stored->access.view() == credentials.access.view();
  const auto known = stored != nullptr ? stored->lifetime_s : std::nullopt;
  std::optional<Lifetime> given = session.draft.lifetime;
  if (!given && stays) {
    credentials.expires_ms = stored->expires_ms;
    credentials.lifetime_s = known;
    return;
  }
  if (!given && known) given = Lifetime{std::chrono::seconds(*known), session.answered_at()};
  if (!given) return;
  const auto end = (given->from + given->length).time_since_epoch();
  credentials.expires_ms = std::chrono::duration_cast<std::chrono::milliseconds>(end).count();
  // Of a token that stays, the answer said what is left of its life.
  const std::int64_t life = std::max(given->length.count(), stays ? known.value_or(0) : 0);
  if (life > 0) credentials.lifetime_s = life;
}

OAuthCredentials credentials_of(Session& session) {
  OAuthCredentials credentials;
  if (session.request.operation == Operation::refresh) {
    const OAuthCredentials& stored = *session.request.stored;
    credentials.access = stored.access.copy();
    credentials.refresh = stored.refresh.copy();
    credentials.members = stored.members;
    for (const auto& [name, text] : stored.private_texts) {
      credentials.private_texts.emplace_back(name, text.copy());
    }
  } else {
    add_origin(session, credentials);
  }
  for (auto& [name, value] : session.draft.members) {
    if (name == "access") {
      credentials.access = std::move(value);
    } else if (name == "refresh") {
      credentials.refresh = std::move(value);
    } else {
      set_member(credentials, name, value.view());
    }
  }
  for (auto& [name, text] : session.draft.private_texts) {
    auto& texts = credentials.private_texts;
    std::erase_if(texts, [&](const auto& known) { return known.first == name; });
    texts.emplace_back(name, std::move(text));
  }
  set_end(session, credentials);
  if (const std::string issuer = issuer_of(session); !issuer.empty()) {
    set_member(credentials, issuer_member, issuer);
  }
  return credentials;
}

SessionOutcome outcome_of(Session& session, int32_t code) {
  SessionOutcome outcome;
  outcome.code = code;
  if (code != PINDUS_OK) {
    explain(session, outcome);
  } else if (session.request.operation == Operation::revoke) {
    // A revocation changes nothing that is stored.
  } else if (session.request.method->kind == AuthKind::api_key) {
    outcome.key = session.draft.find("key")->copy();
    add_origin(session, outcome.credentials);
  } else {
    outcome.credentials = credentials_of(session);
  }
  return outcome;
}

}  // namespace

SessionOutcome run_method(const SessionRequest& request) {
  if (request.stop.stop_requested()) {
    return failed(PINDUS_CANCELLED,
                  {fmt::format("the {} at {} was interrupted", as_noun(request.operation),
                               request.provider->label)});
  }
  const Method& method = *request.method;
  if (request.provider->refused) return failed(PINDUS_INTERNAL, *request.provider->refused);
  if (!method.available()) {
    return failed(PINDUS_INTERNAL, method.unavailable);
  }
  if (request.operation == Operation::refresh && request.stored == nullptr) {
    return failed(PINDUS_INVALID_ARGUMENT, {"nothing is stored that could be refreshed"});
  }
  const OpenSession session(request);
  if (auto elsewhere = check_issuer(*session)) {
    return failed(PINDUS_FORBIDDEN, *std::move(elsewhere));
  }
  auto plugin = load_plugin(method.library_path, method.library);
  if (!plugin) return failed(PINDUS_INTERNAL, std::move(plugin.error().why));

  if (request.operation == Operation::sign_in) {
    if (const auto notice = session->option("notice")) session->notice(printable(*notice));
  }
  const int32_t code = PluginRun(**plugin, *session).run();
  return outcome_of(*session, judged(*session, code));
}

}  // namespace pindus
