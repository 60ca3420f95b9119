#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/fault.hpp"
#include "core/base/secret.hpp"
#include "core/services/services.hpp"

namespace pindus {

/// How a command talks to the person: a terminal, a program that drives us, or a test. Used on one
/// thread. An interrupt ends every waiting call at once with an `aborted` fault.
class CredentialIo {
 public:
  virtual ~CredentialIo() = default;

  /// A line of the result: standard output.
  virtual void print(std::string_view line) = 0;

  /// A line for the person that is no result: standard error. Never wrapped or coloured.
  virtual void notice(std::string_view line) = 0;

  /// A line that belongs to a question, or to something that the person shall do: where questions
  /// are shown.
  virtual void tell(std::string_view line) { notice(line); }

  /// Whether a person is there to be asked.
  [[nodiscard]] virtual bool interactive() const = 0;

  /// Whether a person sees what `print` prints: it goes to a terminal.
  [[nodiscard]] virtual bool shows_results() const { return false; }

  /// How often a question is put that gets wrong answers. A program answers no better the next
  /// time.
  [[nodiscard]] virtual int tries() const { return interactive() ? 3 : 1; }

  /// Asks for one line, shown as it is typed; up to 64 KiB, a bracketed paste taken whole. What was
  /// typed before the question was put answers nothing. Where nobody is there: the next line of the
  /// input. Its end is `aborted`. An empty line is empty.
  [[nodiscard]] virtual Result<Secret> ask(std::string_view question, std::stop_token stop) = 0;

  /// Asks for what can only be pasted, such as a code or an address: rows that follow each other at
  /// once are one answer, their line breaks in it.
  [[nodiscard]] virtual Result<Secret> ask_pasted(std::string_view question, std::stop_token stop) {
    return ask(question, std::move(stop));
  }

  /// Asks for one line that isn't shown; afterwards a person is told how long it was.
  [[nodiscard]] virtual Result<Secret> ask_secret(std::string_view question,
                                                  std::stop_token stop) = 0;

  /// The same for a text of several lines, which can only be pasted; where nobody is there, all
  /// that the input has left. Blanks at its ends go.
  [[nodiscard]] virtual Result<Secret> ask_secret_text(std::string_view question,
                                                       std::stop_token stop) {
    return ask_secret(question, std::move(stop));
  }

  /// Where nobody is there: all that the input holds, less one final newline; up to 64 KiB.
  [[nodiscard]] virtual Result<Secret> read_input(std::stop_token stop) = 0;

  /// Opens an http or https address in the person's browser; false where there is none. Waits at
  /// most a second for a program that fails.
  virtual bool open_url(std::string_view url, std::stop_token stop) = 0;

  /// A QR code, where the terminal can show one; false where it can't.
  virtual bool show_qr(const QrCode& code) = 0;

  /// The time that is left, told while a command waits, at most once a second; nothing: the wait
  /// is over and the line goes.
  virtual void countdown(std::optional<std::chrono::seconds> left) = 0;
};

/// Asks what yes or no answers; an empty line means `usual`, which is shown. Asked again as often
/// as the io's tries say; then the fault is `aborted`. Faults: those of CredentialIo::ask.
[[nodiscard]] Result<bool> ask_yes_no(CredentialIo& io, std::string_view question, bool usual,
                                      const std::stop_token& stop);

}  // namespace pindus
