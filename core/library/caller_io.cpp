#include "core/library/caller_io.hpp"

#include <optional>

namespace pindus {
namespace {

pindus_text text_of(std::string_view text) {
  return {text.data(), text.size()};
}

Result<Secret> nobody() {
  return fail(FaultKind::aborted, "nobody is there to be asked");
}

void take_answer(void* answer, pindus_text text) noexcept {
  auto& taken = *static_cast<std::optional<Secret>*>(answer);
  try {
    taken = Secret(std::string_view(text.data == nullptr ? "" : text.data, text.size));
  } catch (...) {
    taken.reset();  // no memory for it: as if nobody had answered
  }
}

}  // namespace

void CallerIo::print(std::string_view line) {
  if (io_.print != nullptr) io_.print(io_.user, text_of(line));
}

void CallerIo::notice(std::string_view line) {
  if (io_.notice != nullptr) io_.notice(io_.user, text_of(line));
}

bool CallerIo::interactive() const {
  return (io_.flags & PINDUS_IO_INTERACTIVE) != 0 && input_.empty();
}

Result<Secret> CallerIo::put(pindus_question_kind kind, std::string_view text,
                             const std::stop_token& stop) {
  const auto stopped = [] { return fail(FaultKind::aborted, "stopped"); };
  if (stop.stop_requested()) return stopped();
  if (io_.ask == nullptr) return nobody();
  const pindus_question question{sizeof question, static_cast<std::uint32_t>(kind), text_of(text)};
  std::optional<Secret> answer;
  const std::int32_t code = io_.ask(io_.user, &question, &take_answer, &answer);
  if (stop.stop_requested()) return stopped();
  if (code != PINDUS_FAULT_NONE || !answer) return fail(FaultKind::aborted, "nobody answered");
  return *std::move(answer);
}

Result<Secret> CallerIo::ask(std::string_view question, std::stop_token stop) {
  return put(PINDUS_QUESTION_TEXT, question, stop);
}

Result<Secret> CallerIo::ask_pasted(std::string_view question, std::stop_token stop) {
  return put(PINDUS_QUESTION_PASTED, question, stop);
}

Result<Secret> CallerIo::ask_secret(std::string_view question, std::stop_token stop) {
  return put(PINDUS_QUESTION_SECRET, question, stop);
}

Result<Secret> CallerIo::ask_secret_text(std::string_view question, std::stop_token stop) {
  return put(PINDUS_QUESTION_SECRET_TEXT, question, stop);
}

Result<Secret> CallerIo::read_input(std::stop_token stop) {
  if (!input_.empty()) return input_.copy();
  if (io_.ask == nullptr) return Secret();  // as of an empty pipe
  return put(PINDUS_QUESTION_INPUT, "", stop);
}

bool CallerIo::open_url(std::string_view url, std::stop_token /*stop*/) {
  return io_.open_url != nullptr && io_.open_url(io_.user, text_of(url)) == 1;
}

void CallerIo::countdown(std::optional<std::chrono::seconds> left) {
  if (io_.countdown != nullptr) io_.countdown(io_.user, left ? left->count() : -1);
}

Result<Secret> PrintedText::ask(std::string_view /*question*/, std::stop_token /*stop*/) {
  return nobody();
}

Result<Secret> PrintedText::ask_secret(std::string_view /*question*/, std::stop_token /*stop*/) {
  return nobody();
}

Result<Secret> PrintedText::read_input(std::stop_token /*stop*/) {
  return nobody();
}

}  // namespace pindus
