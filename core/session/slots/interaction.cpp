#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>

#include "core/session/result_code.hpp"
#include "core/session/slots/slots.hpp"

// Host services that speak with the person, and those that wait.

namespace pindus::service {
namespace {

constexpr std::size_t max_line = 1000;
constexpr std::size_t max_answer = std::size_t{64} << 10;
constexpr std::size_t max_choices = 100;

// A line break that a terminal put into a pasted line, and the blanks that it filled the line with,
// belong to no code, address or host name.
Secret unwrapped(std::string_view pasted) {
  constexpr std::string_view breaks = "\r\n";
  constexpr std::string_view blanks = " \t\r\n";
  std::string line;
  line.reserve(pasted.size());
  while (!pasted.empty()) {
    const auto run = pasted.substr(0, std::min(pasted.find_first_not_of(blanks), pasted.size()));
    const auto word =
        pasted.substr(run.size(), pasted.find_first_of(blanks, run.size()) - run.size());
    const bool at_an_end = line.empty() || word.empty();
    if (!at_an_end && run.find_first_of(breaks) == run.npos) line += run;
    line += word;
    pasted.remove_prefix(run.size() + word.size());
  }
  return Secret(std::move(line));
}

enum class Line { typed, pasted, hidden };

Coded<HeldSecret> ask_line(Session& session, std::string_view message, Line kind) {
  const auto ask = [&] {
    CredentialIo& io = *session.request.io;
    switch (kind) {
      case Line::hidden: return io.ask_secret(message, session.stop());
      case Line::pasted: return io.ask_pasted(message, session.stop());
      case Line::typed: break;
    }
    return io.ask(message, session.stop());
  };
  auto line = ask();
  if (!line) return std::unexpected(io_failure(session, line.error()));
  if (line->view().size() > max_answer) {
    return std::unexpected(session
                               .fail(PINDUS_TOO_LARGE, "the answer is longer than 64 KiB",
                                     "give only what the question asks for")
                               .value);
  }
  return HeldSecret{kind == Line::hidden ? *std::move(line) : unwrapped(line->view())};
}

// By its number or by its text.
std::optional<std::size_t> chosen(std::string_view answer, std::span<const std::string> choices) {
  const auto same = std::ranges::find(choices, answer);
  if (same != choices.end()) return static_cast<std::size_t>(same - choices.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
  if (error != std::errc() || end != answer.data() + answer.size()) return std::nullopt;
  if (number < 1 || number > choices.size()) return std::nullopt;
  return number - 1;
}

Coded<HeldSecret> ask_choice(Session& session, std::string_view message,
                             const pindus_prompt& prompt) {
  if (prompt.choices == nullptr || prompt.choice_count == 0) {
    return std::unexpected(PINDUS_INVALID_ARGUMENT);
  }
  if (prompt.choice_count > max_choices) return std::unexpected(PINDUS_TOO_LARGE);
  std::vector<std::string> choices;
  for (const auto& choice : std::span(prompt.choices, prompt.choice_count)) {
    choices.push_back(printable(PINDUS_TRY(text_of(choice)), max_line));
    session.notice(fmt::format("  {}. {}", choices.size(), choices.back()));
  }
  for (int tries = session.request.io->tries(); tries > 0; --tries) {
    const auto line = PINDUS_TRY(
        ask_line(session, fmt::format("{} (1-{})", message, choices.size()), Line::typed));
    if (const auto index = chosen(line.bytes.view(), choices)) {
      return HeldSecret{Secret(std::string_view(choices[*index]))};
    }
    session.notice(fmt::format("Please answer with a number from 1 to {}.", choices.size()));
  }
  return std::unexpected(PINDUS_CANCELLED);
}

bool is_web_address(std::string_view url) {
  const bool plain = std::ranges::none_of(url, [](char c) { return c == ' '; });
  return plain && is_printable(url) && url_host(url).has_value();
}

}  // namespace

Code log(Session& session, uint32_t level, pindus_str line) {
  constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
  const std::string_view text = PINDUS_TRY(text_of(line));
  if (level >= names.size()) return PINDUS_INVALID_ARGUMENT;
  const bool kept = session.log(
      fmt::format("{}: {}: {}", session.plugin(), names[level], printable(text, max_line)));
  return kept ? PINDUS_OK : PINDUS_TOO_LARGE;
}

Code cancelled(Session& session) {
  return session.stopped() ? 1 : 0;
}

Code progress(Session& session, pindus_str line) {
  session.notice(printable(PINDUS_TRY(text_of(line)), max_line));
  return PINDUS_OK;
}

Code set_error(Session& session, int32_t code, pindus_str message, pindus_str hint) {
  SessionError error{.source = SessionError::Source::plugin,
                     .code = code,
                     .why = {printable(PINDUS_TRY(text_of(message)), max_line),
                             printable(PINDUS_TRY(text_of(hint)), max_line)}};
  if (!is_result_code(code) || code == PINDUS_OK) return PINDUS_INVALID_ARGUMENT;
  session.error = std::move(error);
  return PINDUS_OK;
}

Code prompt(Session& session, const pindus_prompt* prompt, pindus_secret* answer) {
  if (!covers(prompt, prompt_base_size) || answer == nullptr) return PINDUS_INVALID_ARGUMENT;
  const std::string message = printable(PINDUS_TRY(text_of(prompt->message)), max_line);
  if (prompt->kind > PINDUS_PROMPT_API_KEY) return PINDUS_INVALID_ARGUMENT;
  if (session.request.io == nullptr || session.request.operation != Operation::sign_in) {
    return PINDUS_INTERACTION_FORBIDDEN;
  }
  if (session.stopped()) return PINDUS_CANCELLED;
  session.clear_countdown();
  const auto ask = [&]() -> Coded<HeldSecret> {
    switch (prompt->kind) {
      case PINDUS_PROMPT_API_KEY: return ask_api_key(session, message);
      case PINDUS_PROMPT_CHOICE: return ask_choice(session, message, *prompt);
      case PINDUS_PROMPT_SECRET: return ask_line(session, message, Line::hidden);
      default: return ask_line(session, message, Line::pasted);
    }
  };
  return session.give(PINDUS_TRY(ask()), answer);
}

Code show_code(Session& session, const pindus_device_code* code) {
  if (!covers(code, device_code_base_size)) return PINDUS_INVALID_ARGUMENT;
  const std::string user_code = printable(PINDUS_TRY(text_of(code->user_code)), max_line);
  const std::string_view uri = PINDUS_TRY(text_of(code->verification_uri));
  const std::string_view complete = PINDUS_TRY(text_of(code->verification_uri_complete));
  if (user_code.empty() || !is_web_address(uri)) return PINDUS_INVALID_ARGUMENT;
  if (!complete.empty() && !is_web_address(complete)) return PINDUS_INVALID_ARGUMENT;
  CredentialIo* io = session.request.io;
  if (io == nullptr || session.request.operation != Operation::sign_in) {
    return PINDUS_INTERACTION_FORBIDDEN;
  }

  bool has_qr = false;
  if (session.request.show_qr && io->interactive()) {
    const auto qr = PINDUS_TRY(session.services())->qr_code(complete.empty() ? uri : complete);
    session.clear_countdown();
    has_qr = qr && io->show_qr(*qr);  // Where it can't be shown, the lines below serve.
  }
  session.notice("Open this page:");
  session.notice(uri);
  session.notice(fmt::format("and enter this code: {}", user_code));
  if (!complete.empty() && !has_qr) {
    session.notice("or open this page, whose address has the code in it:");
    session.notice(complete);
  }
  if (!complete.empty() && session.request.open_browser) {
    static_cast<void>(io->open_url(complete, session.stop()));  // the lines serve as well
  }
  session.code_expires.reset();
  constexpr int64_t a_year = 366LL * 24 * 3600;
  if (code->expires_in_s > 0) {
    session.code_expires = std::chrono::steady_clock::now() +
                           std::chrono::seconds(std::min(code->expires_in_s, a_year));
  }
  return PINDUS_OK;
}

Code open_url(Session& session, pindus_str url) {
  const std::string_view address = PINDUS_TRY(text_of(url));
  if (!is_web_address(address)) return PINDUS_INVALID_ARGUMENT;
  if (session.request.io == nullptr || session.request.operation != Operation::sign_in) {
    return PINDUS_INTERACTION_FORBIDDEN;
  }
  const bool opened =
      session.request.open_browser && session.request.io->open_url(address, session.stop());
  if (session.stopped()) return PINDUS_CANCELLED;
  session.notice(opened ? "Your browser was opened at this address:"
                        : "Open this address in a browser:");
  session.notice(address);
  return PINDUS_OK;
}

Code sleep_ms(Session& session, int64_t milliseconds) {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t a_year = 366LL * 24 * 3600 * 1000;
  const auto time = std::chrono::milliseconds(std::clamp<int64_t>(milliseconds, 0, a_year));
  if (time > session.time_left()) return PINDUS_TIMEOUT;
  const auto end = Clock::now() + time;
  std::mutex mutex;
  std::condition_variable_any nothing;
  std::unique_lock lock(mutex);
  for (;;) {
    if (session.stopped()) return PINDUS_CANCELLED;
    if (Clock::now() >= end) return PINDUS_OK;
    session.show_countdown();
    session.print_log();
    const auto until = std::min(end, Clock::now() + std::chrono::seconds(1));
    nothing.wait_until(lock, session.stop(), until, [] { return false; });
  }
}

Code now_ms(Session& /*session*/, int64_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  *out = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return PINDUS_OK;
}

Code monotonic_ms(Session& /*session*/, int64_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  *out = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return PINDUS_OK;
}

}  // namespace pindus::service

namespace pindus {

int32_t io_failure(Session& session, const CredentialFault& fault) {
  const int32_t code = fault.kind == FaultKind::aborted ? PINDUS_CANCELLED : PINDUS_INTERNAL;
  return session.fail(code, fault.message, fault.hint).value;
}

}  // namespace pindus
