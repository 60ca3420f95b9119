#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/environment.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/session/credential_io.hpp"
#include "host/cli/line_editor.hpp"
#include "host/cli/raw_mode.hpp"

namespace pindus {

/// The person at the terminal, or the program at the other end of standard input. Results go to
/// standard output, all else to standard error; but questions and what belongs to them go to the
/// terminal, also where standard error doesn't. Somebody can be asked where standard input is a
/// terminal. Lines may be told from any thread.
class Terminal final : public CredentialIo {
 public:
  /// Results go to the descriptor `output`.
  explicit Terminal(const Environment& environment, int output = 1);
  ~Terminal() override;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void print(std::string_view line) override;
  void notice(std::string_view line) override;
  void tell(std::string_view line) override;
  [[nodiscard]] bool interactive() const override { return interactive_; }
  [[nodiscard]] bool shows_results() const override;
  [[nodiscard]] Result<Secret> ask(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_pasted(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret(std::string_view question, std::stop_token stop) override;
  [[nodiscard]] Result<Secret> ask_secret_text(std::string_view question,
                                               std::stop_token stop) override;
  [[nodiscard]] Result<Secret> read_input(std::stop_token stop) override;
  bool open_url(std::string_view url, std::stop_token stop) override;
  bool show_qr(const QrCode& code) override;
  void countdown(std::optional<std::chrono::seconds> left) override;

  /// The errno of the first write to standard output that failed; 0: none did.
  [[nodiscard]] int output_error() const noexcept { return output_error_; }

  /// Gives the terminal back while the process is stopped, and takes it again. Any thread.
  void suspend() noexcept;
  void resume() noexcept;

 private:
  using Milliseconds = std::chrono::milliseconds;
  enum class Rows { one, several };
  enum class Wait { input, redraw, timeout };

  Result<Secret> ask_person(std::string_view question, Echo echo, Rows rows,
                            const std::stop_token& stop);
  Result<Secret> ask_program(std::string_view question, Rows rows, const std::stop_token& stop);
  Result<std::size_t> end_of_answer(Rows rows, const std::stop_token& stop);
  Result<Wait> wait_for_input(const std::stop_token& stop, std::optional<Milliseconds> limit);
  Result<bool> fill(const std::stop_token& stop);
  void enter_raw_mode();
  void show_countdown(std::optional<std::chrono::seconds> left);
  void drop_waiting_input() noexcept;
  void consume(std::size_t count) noexcept;
  void wake() noexcept;

  const Environment& environment_;
  int output_;
  bool is_dumb_;  // it knows no sequences
  bool interactive_;
  FileDescriptor own_terminal_;  // where questions go when standard error is no terminal
  int prompt_;                   // the descriptor for questions and what is typed
  std::array<FileDescriptor, 2> wake_;
  std::mutex lines_;  // whoever writes one: threads of a command may have something to say
  std::mutex raw_mutex_;
  std::unique_ptr<RawMode> raw_;  // from the first question to the end
  std::atomic<bool> redraw_ = false;
  std::string buffer_;  // read and not yet used; reserved whole, so that it never moves
  bool waiting_told_ = false;
  bool countdown_shown_ = false;
  int output_error_ = 0;
};

}  // namespace pindus
