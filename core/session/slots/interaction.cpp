#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/session/http_time.hpp"
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

enum class Line { typed, pasted, hidden, hidden_rows };

Coded<HeldSecret> ask_line(Session& session, std::string_view message, Line kind) {
  const auto ask = [&] {
    CredentialIo& io = *session.request.io;
    switch (kind) {
      case Line::hidden: return io.ask_secret(message, session.stop());
      case Line::hidden_rows: return io.ask_secret_text(message, session.stop());
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
  const bool is_hidden = kind == Line::hidden || kind == Line::hidden_rows;
  return HeldSecret{is_hidden ? *std::move(line) : unwrapped(line->view())};
}

// By its number, which stands before it, or else by its text.
std::optional<std::size_t> chosen(std::string_view answer, std::span<const std::string> choices) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
  const bool is_number = error == std::errc() && end == answer.data() + answer.size();
  if (is_number && number >= 1 && number <= choices.size()) return number - 1;
  const auto same = std::ranges::find(choices, answer);
  if (same == choices.end()) return std::nullopt;
  return static_cast<std::size_t>(same - choices.begin());
}

// Whether the person may be asked now; the countdown makes place for the question.
int32_t begin_question(Session& session) {
  if (session.request.io == nullptr || session.request.operation != Operation::sign_in) {
    return PINDUS_INTERACTION_FORBIDDEN;
  }
  if (session.stopped()) return PINDUS_CANCELLED;
  session.clear_countdown();
  return PINDUS_OK;
}

Coded<HeldSecret> ask_text(Session& session, std::string_view message, std::string_view usual) {
  if (usual.empty()) return ask_line(session, message, Line::pasted);
  const std::string shown = printable(session.shown_on_purpose(usual), max_line);
  auto line = TRY(ask_line(session, fmt::format("{} [{}]", message, shown), Line::pasted));
  if (line.bytes.empty()) line.bytes = Secret(usual);
  return line;
}

bool is_web_address(std::string_view url) {
  const bool plain = std::ranges::none_of(url, [](char c) { return c == ' '; });
  return plain && is_printable(url) && url_host(url).has_value();
}

}  // namespace

Code log(Session& session, uint32_t level, pindus_str line) {
  constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
  const std::string_view text = TRY(text_of(line));
  if (level >= names.size()) return PINDUS_UNSUPPORTED;
  const bool kept = session.log(fmt::format("{}: {}: {}", session.plugin(), names[level], text));
  return kept ? PINDUS_OK : PINDUS_TOO_LARGE;
}

Code cancelled(Session& session) {
  return session.stopped() ? 1 : 0;
}

Code progress(Session& session, pindus_str line) {
  session.notice(session.said(TRY(text_of(line))));
  return PINDUS_OK;
}

Code set_error(Session& session, int32_t code, pindus_str message, pindus_str hint) {
  SessionError error{
      .source = SessionError::Source::plugin,
      .code = code,
      .why = {session.said(TRY(text_of(message))), session.said(TRY(text_of(hint)))}};
  if (!is_result_code(code) || code == PINDUS_OK) return PINDUS_INVALID_ARGUMENT;
  session.error = std::move(error);
  return PINDUS_OK;
}

Code prompt(Session& session, const pindus_prompt* prompt, pindus_secret* answer) {
  const auto asked = TRY(known_part(session, "prompt", prompt, prompt_base_size));
  const std::string message = session.said(TRY(text_of(asked.message)));
  const std::string_view usual = TRY(text_of(asked.usual));
  if (asked.kind > PINDUS_PROMPT_SECRET_TEXT) {
    return session.refuse(PINDUS_UNSUPPORTED, "kind", "is none that this pindus knows");
  }
  if (answer == nullptr || (!usual.empty() && asked.kind != PINDUS_PROMPT_TEXT)) {
    return PINDUS_INVALID_ARGUMENT;
  }
  if (const int32_t code = begin_question(session)) return code;
  const auto ask = [&]() -> Coded<HeldSecret> {
    switch (asked.kind) {
      case PINDUS_PROMPT_API_KEY: session.key_to_check = true; return ask_api_key(session, message);
      case PINDUS_PROMPT_SECRET: return ask_line(session, message, Line::hidden);
      case PINDUS_PROMPT_SECRET_TEXT: return ask_line(session, message, Line::hidden_rows);
      default: return ask_text(session, message, usual);
    }
  };
  return session.give(TRY(ask()), answer);
}

Code choose(Session& session, const pindus_choice* choice, uint64_t* index) {
  const auto asked = TRY(known_part(session, "choice", choice, choice_base_size));
  const std::string message = session.said(TRY(text_of(asked.message)));
  if (index == nullptr || asked.choices == nullptr || asked.choice_count == 0) {
    return PINDUS_INVALID_ARGUMENT;
  }
  if (asked.choice_count > max_choices) return PINDUS_TOO_LARGE;
  const auto count = static_cast<int64_t>(asked.choice_count);
  if (asked.usual < -1 || asked.usual >= count) return PINDUS_INVALID_ARGUMENT;
  std::vector<std::string> choices;
  for (const auto& text : std::span(asked.choices, asked.choice_count)) {
    choices.push_back(printable(TRY(text_of(text)), max_line));
  }
  if (const int32_t code = begin_question(session)) return code;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    session.notice(fmt::format("  {}. {}", i + 1, session.shown_on_purpose(choices[i])));
  }
  std::string question = fmt::format("{} (1-{})", message, count);
  if (asked.usual >= 0) question += fmt::format(" [{}]", asked.usual + 1);
  for (int tries = session.request.io->tries(); tries > 0; --tries) {
    const auto line = TRY(ask_line(session, question, Line::typed));
    const bool is_usual = line.bytes.empty() && asked.usual >= 0;
    const auto meant = is_usual ? std::optional(static_cast<std::size_t>(asked.usual))
                                : chosen(line.bytes.view(), choices);
    if (meant) {
      *index = *meant;
      return PINDUS_OK;
    }
    session.notice(fmt::format("Please answer with a number from 1 to {}.", count));
  }
  return session.fail(PINDUS_CANCELLED, "the question was answered with none of the choices");
}

Code confirm(Session& session, pindus_str question, int32_t usual, int32_t* yes) {
  const std::string text = session.said(TRY(text_of(question)));
  if (yes == nullptr || usual < 0 || usual > 1) return PINDUS_INVALID_ARGUMENT;
  if (const int32_t code = begin_question(session)) return code;
  *yes = TRY(ask_yes_no(session, text, usual == 1)) ? 1 : 0;
  return PINDUS_OK;
}

Code show_device_code(Session& session, const pindus_device_code* code) {
  const auto known = TRY(known_part(session, "code", code, device_code_base_size));
  const auto shown = [&](pindus_str text) -> Coded<std::string> {
    return session.shown_on_purpose(TRY(text_of(text)));
  };
  const std::string user_code = printable(TRY(shown(known.user_code)), max_line);
  const std::string uri = TRY(shown(known.verification_uri));
  const std::string complete = TRY(shown(known.verification_uri_complete));
  if (user_code.empty() || !is_web_address(uri)) return PINDUS_INVALID_ARGUMENT;
  if (!complete.empty() && !is_web_address(complete)) return PINDUS_INVALID_ARGUMENT;
  CredentialIo* io = session.request.io;
  if (io == nullptr || session.request.operation != Operation::sign_in) {
    return PINDUS_INTERACTION_FORBIDDEN;
  }

  bool has_qr = false;
  if (session.request.show_qr && io->interactive()) {
    const auto qr = TRY(session.services())->qr_code(complete.empty() ? uri : complete);
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
  session.code_expires.reset();
  constexpr int64_t a_year = 366LL * 24 * 3600;
  if (known.expires_in_s > 0) {
    session.code_expires = std::chrono::steady_clock::now() +
                           std::chrono::seconds(std::min(known.expires_in_s, a_year));
  }
  if (!complete.empty() && session.request.open_browser && io->open_url(complete, session.stop())) {
    session.notice("Your browser was opened at the address that has the code in it.");
  }
  return session.stopped() ? PINDUS_CANCELLED : PINDUS_OK;
}

Code open_url(Session& session, pindus_str url) {
  const std::string address = session.shown_on_purpose(TRY(text_of(url)));
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
  using namespace std::chrono_literals;
  using Milliseconds = std::chrono::milliseconds;
  using Clock = std::chrono::steady_clock;
  constexpr int64_t a_year = 366LL * 24 * 3600 * 1000;
  const auto time = Milliseconds(std::clamp<int64_t>(milliseconds, 0, a_year));
  if (time > session.time_left()) return PINDUS_TIMEOUT;
  const auto end = Clock::now() + time;
  while (!session.stopped()) {
    const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
    if (left <= 0ms) return PINDUS_OK;
    session.show_countdown();
    session.print_log();
    if (!wait_unless_stopped(std::min<Milliseconds>(left, 1s), session.stop())) break;
  }
  return PINDUS_CANCELLED;
}

Code now_ms(Session& /*session*/, int64_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  *out = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return PINDUS_OK;
}

Code time_parse(Session& session, pindus_value text, int64_t* unix_ms) {
  if (unix_ms == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto joined = TRY(session.joined(text));
  if (joined.visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  const auto time = written_time(joined.bytes.view(), std::chrono::system_clock::now());
  if (!time) return PINDUS_PROTOCOL;
  *unix_ms = time->time_since_epoch().count();
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

Coded<bool> ask_yes_no(Session& session, std::string_view question, bool usual) {
  auto answer = pindus::ask_yes_no(*session.request.io, question, usual, session.stop());
  if (!answer) return std::unexpected(io_failure(session, answer.error()));
  return *answer;
}

int32_t io_failure(Session& session, const CredentialFault& fault) {
  const int32_t code = fault.kind == FaultKind::aborted ? PINDUS_CANCELLED : PINDUS_INTERNAL;
  return session.fail(code, fault.message, fault.hint).value;
}

}  // namespace pindus
