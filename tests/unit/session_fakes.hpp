#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <pindus/plugin.h>

#include "core/base/epoch_time.hpp"
#include "core/services/http_rules.hpp"
#include "core/session/run_method.hpp"

namespace pindus::test {

/// One of the plugins of tests/bad-plugins.
inline std::filesystem::path bad_plugin(const std::string& name) {
  return PINDUS_BAD_PLUGINS "/" + name + ".so";
}

/// A person, or a program that drives us, who answers in order what was put in.
class FakeIo final : public CredentialIo {
 public:
  bool is_interactive = true;
  std::deque<std::string> answers;  ///< none left: the person gives up
  std::string input;
  std::vector<std::string> questions;
  std::vector<std::string> notices;
  std::vector<std::string> opened;
  std::vector<std::optional<std::chrono::seconds>> countdowns;
  int qr_codes = 0;

  void print(std::string_view line) override { notices.emplace_back(line); }
  void notice(std::string_view line) override { notices.emplace_back(line); }
  [[nodiscard]] bool interactive() const override { return is_interactive; }
  Result<Secret> ask(std::string_view question, std::stop_token /*stop*/) override {
    questions.emplace_back(question);
    if (answers.empty()) return fail(FaultKind::aborted, "no answer");
    std::string answer = std::move(answers.front());
    answers.pop_front();
    return Secret(std::move(answer));
  }
  Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override {
    return ask("(hidden) " + std::string(question), std::move(stop));
  }
  Result<Secret> read_input(std::stop_token /*stop*/) override {
    return Secret(std::string_view(input));
  }
  bool open_url(std::string_view url, std::stop_token /*stop*/) override {
    opened.emplace_back(url);
    return true;
  }
  bool show_qr(const QrCode& /*code*/) override {
    ++qr_codes;
    return true;
  }
  void countdown(std::optional<std::chrono::seconds> left) override { countdowns.push_back(left); }

  [[nodiscard]] bool said(std::string_view part) const {
    return std::ranges::any_of(notices, [&](const auto& line) { return line.contains(part); });
  }
};

/// A network of canned answers, and arithmetic that can be told from the real one.
class FakeServices final : public Services {
 public:
  std::deque<std::expected<HttpResponse, HttpFailure>> responses;
  struct Sent {
    std::string method, url, body, user_agent;
    std::map<std::string, std::string> headers;
    std::vector<std::string> allowed_hosts;
    std::chrono::milliseconds time_limit;
    OnStop on_stop;
  };
  std::vector<Sent> sent;

  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                std::stop_token /*stop*/) override {
    if (auto refused = http::refuse_request(request)) return std::unexpected(*std::move(refused));
    Sent record{request.method,
                request.url,
                std::string(request.body.view()),
                request.user_agent,
                {},
                {request.allowed_hosts.begin(), request.allowed_hosts.end()},
                request.time_limit,
                request.on_stop};
    for (const auto& [name, value] : request.headers) record.headers[name] = value.view();
    sent.push_back(std::move(record));
    if (responses.empty()) {
      return std::unexpected(HttpFailure{HttpFailure::Kind::network, {"no answer", "try again"}});
    }
    auto response = std::move(responses.front());
    responses.pop_front();
    return response;
  }
  void random(std::span<std::uint8_t> out) override { std::ranges::fill(out, 'R'); }
  CryptoResult digest(std::uint32_t algorithm, std::string_view in) override {
    return computed("digest", algorithm, in);
  }
  CryptoResult mac(std::uint32_t algorithm, std::string_view key, std::string_view in) override {
    return computed("mac", algorithm, std::string(key) + "," + std::string(in));
  }
  CryptoResult sign(std::uint32_t algorithm, std::string_view pem, std::string_view in) override {
    return computed("sign", algorithm, std::string(pem) + "," + std::string(in));
  }
  CryptoResult encode(std::uint32_t encoding, std::string_view in) override {
    return computed("encode", encoding, in);
  }
  CryptoResult decode(std::uint32_t encoding, std::string_view in) override {
    return computed("decode", encoding, in);
  }
  bool equal(std::string_view a, std::string_view b) override { return a == b; }
  std::optional<QrCode> qr_code(std::string_view /*text*/) override { return QrCode{}; }

  /// What the next arithmetic comes to, instead of "NAME-NUMBER:INPUT".
  std::optional<CryptoFailure> arithmetic_failure;

 private:
  CryptoResult computed(std::string_view name, std::uint32_t number, std::string_view in) {
    if (arithmetic_failure) return std::unexpected(*std::exchange(arithmetic_failure, {}));
    return Secret(std::string(name) + "-" + std::to_string(number) + ":" + std::string(in));
  }
};

/// What a session of a provider "acme" needs, and its run.
struct SessionFixture {
  using Script = int32_t (*)(const pindus_host_1* host, pindus_session session);

  FakeIo io;
  FakeServices services;
  std::map<std::string, std::string> variables;
  Environment environment{[this](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }};
  Provider provider;
  Method method;
  OAuthCredentials stored;
  SessionRequest request;

  SessionFixture() {
    provider.id = "acme";
    provider.label = "Acme";
    provider.env = {"ACME_API_KEY"};
    provider.docs_url = "https://acme.example/keys";
    method.name = "oauth";
    method.kind = AuthKind::oauth;
    method.options = {{"token_url", "https://acme.example/token"}};
    method.library = "scripted.so";
    method.library_path = PINDUS_SCRIPTED_PLUGIN;
    request.provider = &provider;
    request.method = &method;
    request.account = "default";
    request.io = &io;
    request.environment = &environment;
    request.services = &services;
  }
  SessionFixture(const SessionFixture&) = delete;
  SessionFixture& operator=(const SessionFixture&) = delete;

  SessionOutcome run(Script script) {
    method.options["script"] = std::to_string(reinterpret_cast<std::uintptr_t>(script));
    SessionRequest asked = request;
    asked.answers = normal_answers(method, request.answers).value();
    return run_method(asked);
  }

  SessionOutcome run_bad(const std::string& name) {
    method.library = name + ".so";
    return run_at(bad_plugin(name));
  }

  SessionOutcome run_at(const std::filesystem::path& library) {
    method.library_path = library;
    return run_method(request);
  }

  void on_refresh() {
    request.operation = Operation::refresh;
    request.io = nullptr;
    request.stored = &stored;
  }
};

inline pindus_str str(std::string_view text) {
  return {text.data(), text.size()};
}
inline pindus_value value(std::string_view text, pindus_secret secret = {}) {
  return {str(text), secret};
}

inline pindus_field field(std::string_view name, pindus_value value,
                          uint32_t kind = PINDUS_FIELD_TEXT) {
  return {str(name), value, kind, 0};
}

/// For a pindus_read whose context is a std::string.
inline void take(void* context, pindus_str text) noexcept {
  static_cast<std::string*>(context)->assign(text.data, text.size);
}

inline std::string bytes(const pindus_host_1* host, pindus_session session, pindus_secret secret) {
  std::string text;
  const int32_t code = host->secret_view(session, secret, take, &text);
  return code == PINDUS_OK ? text : "(code " + std::to_string(code) + ")";
}

inline std::string option(const pindus_host_1* host, pindus_session session,
                          std::string_view name) {
  std::string text;
  const int32_t code = host->option(session, str(name), take, &text);
  return code == PINDUS_OK ? text : "(code " + std::to_string(code) + ")";
}

/// How long the token that a run committed still has, to the nearest second.
inline std::int64_t left_s(const SessionOutcome& outcome) {
  return (outcome.credentials.expires_ms.value_or(0) - now_ms() + 500) / 1000;
}

/// Sets and commits a token: what most scripts end with.
inline int32_t store(const pindus_host_1* host, pindus_session session,
                     std::string_view token = "a-token") {
  const int32_t code = host->credential_set(session, str("access"), value(token));
  return code == PINDUS_OK ? host->credential_commit(session) : code;
}

}  // namespace pindus::test
