#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

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

  /// Whether a person is there to be asked.
  [[nodiscard]] virtual bool interactive() const = 0;

  /// Asks for one line, shown as it is typed; up to 64 KiB, a bracketed paste taken whole. Where
  /// nobody is there: the next line of the input. Its end is `aborted`. An empty line is empty.
  [[nodiscard]] virtual Result<Secret> ask(std::string_view question, std::stop_token stop) = 0;

  /// Asks for one line that isn't shown.
  [[nodiscard]] virtual Result<Secret> ask_secret(std::string_view question,
                                                  std::stop_token stop) = 0;

  /// Where nobody is there: all that the input holds, less one final newline; up to 64 KiB.
  [[nodiscard]] virtual Result<Secret> read_input(std::stop_token stop) = 0;

  /// Opens an http or https address in the person's browser; false where there is no display or
  /// no browser. Never waits for it.
  virtual bool open_url(std::string_view url) = 0;

  /// A QR code, where the terminal can show one; false where it can't.
  virtual bool show_qr(const QrCode& code) = 0;

  /// The time that is left, told while a command waits, at most once a second; nothing: the wait
  /// is over and the line goes.
  virtual void countdown(std::optional<std::chrono::seconds> left) = 0;
};

}  // namespace pindus
