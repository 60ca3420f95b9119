#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/session/credential_io.hpp"

namespace pindus::test {

/// A person, or a pipe, whose lines were written beforehand; remembers all that it was told.
class ScriptedIo final : public CredentialIo {
 public:
  std::vector<std::string> printed;
  std::vector<std::string> noticed;
  std::vector<std::string> questions;
  std::deque<std::string> lines;
  bool person = true;

  void print(std::string_view line) override { printed.emplace_back(line); }
  void notice(std::string_view line) override { noticed.emplace_back(line); }
  bool interactive() const override { return person; }
  Result<Secret> ask(std::string_view question, std::stop_token) override {
    questions.emplace_back(question);
    if (lines.empty()) return fail(FaultKind::aborted, "the input ended");
    Secret answer(lines.front());
    lines.pop_front();
    return answer;
  }
  Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override {
    return ask(question, stop);
  }
  Result<Secret> read_input(std::stop_token stop) override { return ask("", stop); }
  bool open_url(std::string_view, std::stop_token) override { return false; }
  bool show_qr(const QrCode&) override { return false; }
  void countdown(std::optional<std::chrono::seconds>) override {}
};

}  // namespace pindus::test
