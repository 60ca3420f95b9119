#include "host/cli/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/text.hpp"
#include "host/cli/browser.hpp"
#include "host/cli/descriptors.hpp"
#include "host/cli/qr_drawing.hpp"

namespace pindus {
namespace {

constexpr std::size_t read_size = 16 * 1024;
constexpr std::size_t line_end = 2;  // CR LF
constexpr std::string_view clear_line = "\r\x1b[K";

using namespace std::chrono_literals;
// Terminals send a sequence whole, and a paste without marks row upon row; a line of the network
// between may part them a little.
constexpr auto quiet_after = 500ms;
constexpr auto next_row_within = 50ms;

bool input_waits(std::chrono::milliseconds limit) noexcept {
  pollfd ready{0, POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(limit.count())) > 0 && (ready.revents & POLLIN) != 0;
}

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

// Enough to see that it was pasted twice, or not the one that was meant. Of what is as short as a
// password no part is shown.
std::string description(std::string_view answer) {
  constexpr std::size_t longest_password = 19;
  constexpr std::size_t shown = 4;
  const auto size = static_cast<std::size_t>(
      std::ranges::count_if(answer, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
  auto count = fmt::format("{} character{}", size, size == 1 ? "" : "s");
  if (answer.size() <= longest_password) return count;
  const std::string end = printable(answer.substr(answer.size() - shown));
  return fmt::format("{}, ending in {}", count, end);
}

}  // namespace

Terminal::Terminal(const Environment& environment, int output)
    : environment_(environment),
      output_(output),
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
}

Terminal::~Terminal() {
  countdown(std::nullopt);
  explicit_bzero(buffer_.data(), buffer_.capacity());
}

void Terminal::print(std::string_view line) {
  const std::scoped_lock alone(lines_);
  show_countdown(std::nullopt);
  const int error = write_line(output_, line);
  if (output_error_ == 0) output_error_ = error;
}

void Terminal::notice(std::string_view line) {
  const std::scoped_lock alone(lines_);
  show_countdown(std::nullopt);
  // Nobody can be told that nobody can be told.
  static_cast<void>(write_line(2, line));
}

void Terminal::tell(std::string_view line) {
  const std::scoped_lock alone(lines_);
  show_countdown(std::nullopt);
  static_cast<void>(write_line(prompt_, line));
}

bool Terminal::shows_results() const {
  return ::isatty(output_) == 1;
}

Result<Secret> Terminal::ask(std::string_view question, std::stop_token stop) {
  return interactive_ ? ask_person(question, Echo::shown, Rows::one, stop)
                      : ask_program(question, Rows::one, stop);
}

Result<Secret> Terminal::ask_pasted(std::string_view question, std::stop_token stop) {
  return interactive_ ? ask_person(question, Echo::shown, Rows::several, stop)
                      : ask_program(question, Rows::several, stop);
}

Result<Secret> Terminal::ask_secret(std::string_view question, std::stop_token stop) {
  return interactive_ ? ask_person(question, Echo::hidden, Rows::one, stop)
                      : ask_program(question, Rows::one, stop);
}

Result<Secret> Terminal::ask_secret_text(std::string_view question, std::stop_token stop) {
  if (interactive_) return ask_person(question, Echo::hidden, Rows::several, stop);
  notice(fmt::format("{}:", question));
  const Secret input = TRY(read_input(stop));
  return Secret(trimmed(input.view()));
}

Result<Secret> Terminal::ask_person(std::string_view question, Echo echo, Rows rows,
                                    const std::stop_token& stop) {
  countdown(std::nullopt);
  enter_raw_mode();
  drop_waiting_input();
  const std::string prompt = fmt::format("{}: ", question);
  const auto show = [&](std::string_view text) { static_cast<void>(write_text(prompt_, text)); };
  LineEditor editor(echo);
  show(prompt);
  for (;;) {
    consume(editor.feed(buffer_));
    show(editor.take_echo());
    if (editor.state() == LineEditor::State::entered && rows == Rows::several &&
        (!buffer_.empty() || input_waits(next_row_within))) {
      editor.go_on();
      continue;
    }
    if (editor.state() != LineEditor::State::editing) break;
    const auto wait = wait_for_input(
        stop, editor.in_sequence() ? std::optional<Milliseconds>(quiet_after) : std::nullopt);
    if (!wait) {
      show("\n");
      return std::unexpected(wait.error());
    }
    if (*wait == Wait::timeout) {
      editor.quiet();
    } else if (*wait == Wait::redraw) {
      show(fmt::format("{}{}{}", is_dumb_ ? "\n" : clear_line, prompt, editor.shown()));
    } else if (!TRY(fill(stop))) {
      return std::unexpected(end_of_input());
    }
  }
  show("\n");
  switch (editor.state()) {
    case LineEditor::State::ended: return std::unexpected(end_of_input());
    case LineEditor::State::too_long: return std::unexpected(too_long());
    default: break;
  }
  Secret line = editor.take_line();
  if (echo == Echo::hidden && !line.empty()) tell(description(line.view()));
  return line;
}

void Terminal::enter_raw_mode() {
  const std::lock_guard lock(raw_mutex_);
  if (raw_ != nullptr) return;
  raw_ = std::make_unique<RawMode>(0, prompt_,
                                   is_dumb_ ? RawMode::PasteMarks::off : RawMode::PasteMarks::on);
}

// What was typed before the question was put answers nothing. A paste that is under way comes piece
// by piece.
void Terminal::drop_waiting_input() noexcept {
  consume(buffer_.size());
  constexpr int most_pieces = 20;
  Milliseconds limit{0};
  for (int pieces = 0; pieces < most_pieces && input_waits(limit); ++pieces) {
    ::tcflush(0, TCIFLUSH);
    limit = next_row_within;
  }
}

Result<Secret> Terminal::ask_program(std::string_view question, Rows rows,
                                     const std::stop_token& stop) {
  notice(fmt::format("{}:", question));
  const std::size_t end = TRY(end_of_answer(rows, stop));
  if (buffer_.empty()) return std::unexpected(end_of_input());
  std::string_view line(buffer_.data(), end);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > LineEditor::limit) return std::unexpected(too_long());
  Secret answer(line);
  consume(end);
  return answer;
}

// Where in what was read the answer ends: behind its newline, or where the input does.
Result<std::size_t> Terminal::end_of_answer(Rows rows, const std::stop_token& stop) {
  std::size_t seen = 0;
  for (;;) {
    const auto newline = rows == Rows::one ? buffer_.find('\n', seen) : buffer_.rfind('\n');
    const bool whole = newline != std::string::npos &&
                       (rows == Rows::one || (newline + 1 == buffer_.size() && !input_waits(0ms)));
    if (whole) return newline + 1;
    if (buffer_.size() > LineEditor::limit + line_end) return std::unexpected(too_long());
    seen = buffer_.size();
    if (!TRY(fill(stop))) return buffer_.size();
  }
}

Result<Secret> Terminal::read_input(std::stop_token stop) {
  while (TRY(fill(stop))) {
    if (buffer_.size() > LineEditor::limit + 1) return std::unexpected(too_long());
  }
  std::string_view input = buffer_;
  if (input.ends_with('\n')) input.remove_suffix(1);
  if (input.ends_with('\r')) input.remove_suffix(1);
  Secret answer(input);
  consume(buffer_.size());
  return answer;
}

Result<Terminal::Wait> Terminal::wait_for_input(const std::stop_token& stop,
                                                std::optional<Milliseconds> limit) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit.value_or(0ms);
  const std::stop_callback wake_up(stop, [this] { wake(); });
  for (;;) {
    if (stop.stop_requested()) return std::unexpected(interrupted());
    if (redraw_.exchange(false)) return Wait::redraw;
    std::array<pollfd, 2> ready{pollfd{0, POLLIN, 0}, pollfd{wake_[0].get(), POLLIN, 0}};
    const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
    const int count = ::poll(ready.data(), ready.size(),
                             limit ? static_cast<int>(std::max(left, 0ms).count()) : -1);
    if (count < 0 && errno != EINTR) return Wait::input;
    if (ready[1].revents != 0) {
      std::array<char, 64> drained;
      static_cast<void>(!::read(wake_[0].get(), drained.data(), drained.size()));
    } else if (ready[0].revents != 0) {
      return Wait::input;
    } else if (count == 0 && limit) {
      return Wait::timeout;
    }
  }
}

// Reads what there is; false at the end of the input.
Result<bool> Terminal::fill(const std::stop_token& stop) {
  std::optional<Milliseconds> limit;
  if (!interactive_ && !waiting_told_) limit = 1s;
  for (;;) {
    const Wait wait = TRY(wait_for_input(stop, limit));
    if (wait == Wait::input) break;
    if (wait == Wait::redraw) continue;
    notice(buffer_.empty() ? "Waiting for standard input"
                           : "Waiting for the end of standard input");
    waiting_told_ = true;
    limit.reset();
  }
  const std::size_t before = buffer_.size();
  buffer_.reserve(LineEditor::limit + line_end + read_size);
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

bool Terminal::open_url(std::string_view url, std::stop_token stop) {
  return open_in_browser(url, environment_, stop);
}

bool Terminal::show_qr(const QrCode& code) {
  const auto lines = draw_qr(code, prompt_, environment_);
  for (const std::string& line : lines) tell(line);
  return !lines.empty();
}

void Terminal::countdown(std::optional<std::chrono::seconds> left) {
  const std::scoped_lock alone(lines_);
  show_countdown(left);
}

void Terminal::show_countdown(std::optional<std::chrono::seconds> left) {
  if ((!left && !countdown_shown_) || ::isatty(prompt_) == 0) return;
  const bool first = !std::exchange(countdown_shown_, left.has_value());
  const std::string text =
      left ? fmt::format("  {}:{:02} left", left->count() / 60, left->count() % 60) : std::string();
  if (!is_dumb_) {
    static_cast<void>(write_text(prompt_, fmt::format("{}{}", clear_line, text)));
  } else if (first) {
    static_cast<void>(write_line(prompt_, text));
  }
}

}  // namespace pindus
