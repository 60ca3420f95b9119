#pragma once

#include <string>

#include <pindus/pindus.h>

#include "core/session/credential_io.hpp"

namespace pindus {

/// The person of a program that embeds us, behind its callbacks. What waits for an answer is the
/// program's own time; after it a stop counts.
class CallerIo final : public CredentialIo {
 public:
  /// `io` is borrowed, of the size that the library knows; one of zeros: nobody is there. `input`
  /// is what a pipe would give: where it isn't empty, nobody is asked for an api key.
  explicit CallerIo(const pindus_io& io, Secret input = {}) : io_(io), input_(std::move(input)) {}

  void print(std::string_view line) override;
  void notice(std::string_view line) override;
  [[nodiscard]] bool interactive() const override;
  [[nodiscard]] Result<Secret> ask(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_pasted(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret_text(std::string_view question,
                                               std::stop_token stop) override;
  [[nodiscard]] Result<Secret> read_input(std::stop_token stop) override;
  bool open_url(std::string_view url, std::stop_token stop) override;
  bool show_qr(const QrCode& /*code*/) override { return false; }
  void countdown(std::optional<std::chrono::seconds> left) override;

 private:
  [[nodiscard]] Result<Secret> put(pindus_question_kind kind, std::string_view text,
                                   const std::stop_token& stop);

  const pindus_io& io_;
  Secret input_;
};

/// Nobody: keeps what is printed.
class PrintedText final : public CredentialIo {
 public:
  void print(std::string_view line) override { text.append(line); }
  void notice(std::string_view /*line*/) override {}
  [[nodiscard]] bool interactive() const override { return false; }
  [[nodiscard]] Result<Secret> ask(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> read_input(std::stop_token stop) override;
  bool open_url(std::string_view /*url*/, std::stop_token /*stop*/) override { return false; }
  bool show_qr(const QrCode& /*code*/) override { return false; }
  void countdown(std::optional<std::chrono::seconds> /*left*/) override {}

  std::string text;
};

}  // namespace pindus
