#include <fmt/format.h>

#include <algorithm>

#include "core/session/run_method.hpp"

namespace pindus {
namespace {

std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<std::string> normal_host(const Question& question, std::string_view answer) {
  const bool is_url = answer.find("://") != answer.npos;
  auto host = url_host(is_url ? std::string(answer) : fmt::format("https://{}", answer));
  if (host) return *std::move(host);
  return fail(
      FaultKind::usage,
      fmt::format("\"{}\" is no host name, which {} must be", printable(answer, 80), question.name),
      fmt::format("Give a name such as example.com or an address such as "
                  "https://example.com (--set {}=HOST)",
                  question.name));
}

}  // namespace

Result<std::string> normal_answer(const Question& question, std::string_view answer) {
  answer = without_blanks(answer);
  if (answer.empty()) answer = without_blanks(question.default_answer);
  if (!is_printable(answer)) {
    return fail(FaultKind::usage,
                fmt::format("the answer to {} holds characters that no answer can", question.name));
  }
  if (question.kind == Question::Kind::host && !answer.empty()) {
    return normal_host(question, answer);
  }
  return std::string(answer);
}

Result<Answers> complete_answers(const Method& method, const Answers& given, CredentialIo* io,
                                 std::stop_token stop) {
  for (const auto& [name, answer] : given) {
    if (!std::ranges::any_of(method.questions, [&](const auto& q) { return q.name == name; })) {
      return fail(FaultKind::usage,
                  fmt::format("this way to sign in asks nothing named {}", printable(name, 80)));
    }
  }
  Answers answers;
  for (const auto& question : method.questions) {
    if (const auto found = given.find(question.name); found != given.end()) {
      answers[question.name] = PINDUS_TRY(normal_answer(question, found->second));
    } else if (io != nullptr && (io->interactive() || question.default_answer.empty())) {
      const Secret line = PINDUS_TRY(io->ask(question.ask, stop));
      answers[question.name] = PINDUS_TRY(normal_answer(question, line.view()));
    } else {
      answers[question.name] = PINDUS_TRY(normal_answer(question, question.default_answer));
    }
  }
  return answers;
}

Answers stored_answers(const Method& method, const OAuthCredentials& stored) {
  Answers answers;
  for (const auto& question : method.questions) {
    const auto member = std::ranges::find(stored.members, question.name,
                                          &std::pair<std::string, std::string>::first);
    answers[question.name] =
        member == stored.members.end() ? question.default_answer : member->second;
  }
  return answers;
}

}  // namespace pindus
