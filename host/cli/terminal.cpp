#include "host/cli/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <cerrno>

#include "host/cli/browser.hpp"
#include "host/cli/descriptors.hpp"
#include "host/cli/qr_drawing.hpp"

namespace pindus {
namespace {

constexpr std::size_t read_size = 16 * 1024;
constexpr std::string_view clear_line = "\r\x1b[K";

CredentialFault end_of_input() {
  return credential_fault(FaultKind::aborted, "the input ended before the answer");
}

CredentialFault interrupted() {
  return credential_fault(FaultKind::aborted, "the question was interrupted");
}

CredentialFault too_long() {
  return credential_fault(FaultKind::usage, "the answer is longer than 64 KiB",
                          "give only what the question asks for");
}

}  // namespace

Terminal::Terminal(const Environment& environment)
    : environment_(environment),
      is_dumb_(environment.get_nonblank("TERM").value_or("dumb") == "dumb"),
      interactive_(::isatty(0) == 1),
      prompt_(2) {
  if (interactive_ && ::isatty(2) == 0) {
    own_terminal_ = FileDescriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (own_terminal_.is_open()) prompt_ = own_terminal_.get();
  }
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
    wake_ = {FileDescriptor(pipe[0]), FileDescriptor(pipe[1])};
  }
  buffer_.reserve(LineEditor::limit + read_size);
}

Terminal::~Terminal() {
  countdown(std::nullopt);
  explicit_bzero(buffer_.data(), buffer_.capacity());
}

void Terminal::print(std::string_view line) {
  countdown(std::nullopt);
  const int error = write_line(1, line);
  if (output_error_ == 0) output_error_ = error;
}

void Terminal::notice(std::string_view line) {
  countdown(std::nullopt);
  // Nobody can be told that nobody can be told.
  static_cast<void>(write_line(2, line));
}

Result<Secret> Terminal::ask(std::string_view question, std::stop_token stop) {
  return interactive_ ? ask_person(question, Echo::shown, stop) : ask_program(question, stop);
}

Result<Secret> Terminal::ask_secret(std::string_view question, std::stop_token stop) {
  return interactive_ ? ask_person(question, Echo::hidden, stop) : ask_program(question, stop);
}

Result<Secret> Terminal::ask_person(std::string_view question, Echo echo,
                                    const std::stop_token& stop) {
  countdown(std::nullopt);
  {
    const std::lock_guard lock(raw_mutex_);
    if (raw_ == nullptr)
      raw_ = std::make_unique<RawMode>(
          0, prompt_, is_dumb_ ? RawMode::PasteMarks::off : RawMode::PasteMarks::on);
  }
  const std::string prompt = fmt::format("{}: ", question);
  const auto show = [&](std::string_view text) { static_cast<void>(write_text(prompt_, text)); };
  LineEditor editor(echo);
  show(prompt);
  for (;;) {
    consume(editor.feed(buffer_));
    show(editor.take_echo());
    if (editor.state() != LineEditor::State::editing) break;
    const auto wait = wait_for_input(stop);
    if (!wait) {
      show("\n");
      return std::unexpected(wait.error());
    }
    if (*wait == Wait::redraw) {
      show(fmt::format("{}{}{}", clear_line, prompt, editor.shown()));
    } else if (!PINDUS_TRY(fill(stop))) {
      return std::unexpected(end_of_input());
    }
  }
  show("\n");
  switch (editor.state()) {
    case LineEditor::State::ended: return std::unexpected(end_of_input());
    case LineEditor::State::too_long: return std::unexpected(too_long());
    default: return editor.take_line();
  }
}

Result<Secret> Terminal::ask_program(std::string_view question, const std::stop_token& stop) {
  notice(fmt::format("{}:", question));
  for (;;) {
    const auto newline = buffer_.find('\n');
    if (newline != std::string::npos) {
      std::string_view line(buffer_.data(), newline);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > LineEditor::limit) return std::unexpected(too_long());
      Secret answer(line);
      consume(newline + 1);
      return answer;
    }
    if (buffer_.size() > LineEditor::limit) return std::unexpected(too_long());
    if (PINDUS_TRY(fill(stop))) continue;
    if (buffer_.empty()) return std::unexpected(end_of_input());
    Secret answer{std::string_view(buffer_)};
    consume(buffer_.size());
    return answer;
  }
}

Result<Secret> Terminal::read_input(std::stop_token stop) {
  while (PINDUS_TRY(fill(stop))) {
    if (buffer_.size() > LineEditor::limit + 1) return std::unexpected(too_long());
  }
  std::string_view input = buffer_;
  if (input.ends_with('\n')) input.remove_suffix(1);
  if (input.ends_with('\r')) input.remove_suffix(1);
  Secret answer(input);
  consume(buffer_.size());
  return answer;
}

Result<Terminal::Wait> Terminal::wait_for_input(const std::stop_token& stop) {
  const std::stop_callback wake_up(stop, [this] { wake(); });
  for (;;) {
    if (stop.stop_requested()) return std::unexpected(interrupted());
    if (redraw_.exchange(false)) return Wait::redraw;
    std::array<pollfd, 2> ready{pollfd{0, POLLIN, 0}, pollfd{wake_[0].get(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return Wait::input;
    if (ready[1].revents != 0) {
      std::array<char, 64> drained;
      static_cast<void>(!::read(wake_[0].get(), drained.data(), drained.size()));
    } else if (ready[0].revents != 0) {
      return Wait::input;
    }
  }
}

// Reads what there is; false at the end of the input.
Result<bool> Terminal::fill(const std::stop_token& stop) {
  while (PINDUS_TRY(wait_for_input(stop)) != Wait::input) continue;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + read_size);
  ssize_t count = 0;
  do {
    count = ::read(0, buffer_.data() + before, read_size);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  buffer_.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  if (count >= 0) return count > 0;
  // A terminal that hung up.
  if (interactive_ && error == EIO) return false;
  if (error == EAGAIN) return true;
  return fail(FaultKind::aborted, fmt::format("can't read standard input: {}", ::strerror(error)));
}

void Terminal::consume(std::size_t count) noexcept {
  explicit_bzero(buffer_.data(), count);
  buffer_.erase(0, count);
}

void Terminal::wake() noexcept {
  static_cast<void>(!::write(wake_[1].get(), "", 1));
}

void Terminal::suspend() noexcept {
  const std::lock_guard lock(raw_mutex_);
  if (raw_ != nullptr) raw_->pause();
}

void Terminal::resume() noexcept {
  const std::lock_guard lock(raw_mutex_);
  if (raw_ == nullptr) return;
  raw_->resume();
  redraw_ = true;
  wake();
}

bool Terminal::open_url(std::string_view url) {
  return open_in_browser(url, environment_);
}

bool Terminal::show_qr(const QrCode& code) {
  const auto lines = draw_qr(code, 2, environment_);
  for (const std::string& line : lines) notice(line);
  return !lines.empty();
}

void Terminal::countdown(std::optional<std::chrono::seconds> left) {
  if (::isatty(2) == 0 || (!left && !countdown_shown_)) return;
  countdown_shown_ = left.has_value();
  std::string text(clear_line);
  if (left) text += fmt::format("  {}:{:02} left", left->count() / 60, left->count() % 60);
  static_cast<void>(write_text(2, text));
}

}  // namespace pindus
