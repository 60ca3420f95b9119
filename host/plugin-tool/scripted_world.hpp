#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <string>
#include <vector>

#include "core/services/services.hpp"
#include "core/session/credential_io.hpp"
#include "host/plugin-tool/script.hpp"

namespace pindus::plugin_tool {

/// The person of a scripted run: answers the prompts in their order, and keeps all that was said.
class ScriptedPerson final : public CredentialIo {
 public:
  explicit ScriptedPerson(const std::vector<std::string>& answers)
      : answers_(answers.begin(), answers.end()) {}

  void print(std::string_view line) override { said_.emplace_back(line); }
  void notice(std::string_view line) override { said_.emplace_back(line); }
  [[nodiscard]] bool interactive() const override { return true; }
  [[nodiscard]] int tries() const override { return 1; }  // the script's next answer is another's
  [[nodiscard]] Result<Secret> ask(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> read_input(std::stop_token stop) override;
  bool open_url(std::string_view url, std::stop_token /*stop*/) override;
  bool show_qr(const QrCode& code) override { return !code.modules.empty(); }
  void countdown(std::optional<std::chrono::seconds>) override {}

  /// Every line that reached the person.
  [[nodiscard]] const std::vector<std::string>& said() const noexcept { return said_; }
  /// What was typed and is nobody else's to see: answers that weren't shown as they were typed, and
  /// what was pasted of an authorization.
  [[nodiscard]] const std::vector<std::string>& secrets() const noexcept { return secrets_; }
  [[nodiscard]] std::size_t unanswered() const noexcept { return answers_.size(); }

  /// From now on nobody answers: a prompt waits until the session is stopped.
  void never_answer() noexcept { silent_ = true; }
  /// True once a prompt began to wait.
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }

 private:
  std::deque<std::string> answers_;
  std::vector<std::string> said_;
  std::vector<std::string> secrets_;
  std::string state_;
  bool silent_ = false;
  std::atomic<bool> waiting_ = false;
};

/// The server of a scripted run. Everything that isn't the network is the real services'.
class ScriptedServices final : public Services {
 public:
  ScriptedServices(const std::vector<Exchange>& exchanges, Services& real)
      : exchanges_(exchanges.begin(), exchanges.end()), real_(real) {}

  [[nodiscard]] std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                              std::stop_token stop) override;
  void random(std::span<std::uint8_t> out) override { real_.random(out); }
  [[nodiscard]] CryptoResult digest(std::uint32_t algorithm, std::string_view in) override {
    return real_.digest(algorithm, in);
  }
  [[nodiscard]] CryptoResult mac(std::uint32_t algorithm, std::string_view key,
                                 std::string_view in) override {
    return real_.mac(algorithm, key, in);
  }
  [[nodiscard]] CryptoResult sign(std::uint32_t algorithm, std::string_view pem,
                                  std::string_view in) override {
    return real_.sign(algorithm, pem, in);
  }
  [[nodiscard]] CryptoResult encode(std::uint32_t encoding, std::string_view in) override {
    return real_.encode(encoding, in);
  }
  [[nodiscard]] CryptoResult decode(std::uint32_t encoding, std::string_view in) override {
    return real_.decode(encoding, in);
  }
  [[nodiscard]] bool equal(std::string_view a, std::string_view b) override {
    return real_.equal(a, b);
  }
  [[nodiscard]] std::optional<QrCode> qr_code(std::string_view text) override {
    return real_.qr_code(text);
  }

  /// The first difference between what was asked and what the script expects; empty: none.
  [[nodiscard]] const std::string& difference() const noexcept { return difference_; }
  [[nodiscard]] std::size_t left() const noexcept { return exchanges_.size(); }
  /// Whether anything was asked; and whether at another address than the script expects.
  [[nodiscard]] bool asked() const noexcept { return asked_; }
  [[nodiscard]] bool goes_another_way() const noexcept { return goes_another_way_; }

  /// From now on the server never answers: a request waits until the session is stopped.
  void never_answer() noexcept { silent_ = true; }
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }

 private:
  std::deque<Exchange> exchanges_;
  Services& real_;
  std::string difference_;
  bool asked_ = false;
  bool goes_another_way_ = false;
  bool silent_ = false;
  std::atomic<bool> waiting_ = false;
};

}  // namespace pindus::plugin_tool
