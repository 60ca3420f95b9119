#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/session/run_method.hpp"

namespace pindus {
namespace {

Result<std::string> normal_host(const Question& question, std::string_view answer) {
  const bool is_url = answer.find("://") != answer.npos;
  auto host = url_host(is_url ? std::string(answer) : fmt::format("https://{}", answer));
  if (host) return *std::move(host);
  return fail(
      FaultKind::usage,
      fmt::format("\"{}\" is no host name, which {} must be", printable(answer, 80), question.name),
      fmt::format("give a name such as example.com or an address such as "
                  "https://example.com (--set {}=HOST)",
                  question.name));
}

Result<std::string> ask(const Question& question, CredentialIo& io, const std::stop_token& stop) {
  const std::string_view usual = trimmed(question.default_answer);
  const std::string asked =
      usual.empty() ? question.ask : fmt::format("{} [{}]", question.ask, printable(usual, 80));
  for (int count = 1;; ++count) {
    const Secret answer = TRY(io.ask(asked, stop));
    auto normal = normal_answer(question, answer.view());
    if (normal || count == io.tries()) return normal;
    io.tell(fmt::format("That can't be it: {}.", normal.error().message));
  }
}

}  // namespace

Result<std::string> normal_answer(const Question& question, std::string_view answer) {
  answer = trimmed(answer);
  if (answer.empty()) answer = trimmed(question.default_answer);
  if (answer.empty() && question.required) {
    return fail(FaultKind::usage, fmt::format("{} is without an answer", question.name),
                fmt::format("answer it, beforehand with --set {}=VALUE", question.name));
  }
  if (!is_printable(answer)) {
    return fail(FaultKind::usage,
                fmt::format("the answer to {} holds characters that no answer can", question.name));
  }
  if (question.kind == Question::Kind::host && !answer.empty()) {
    return normal_host(question, answer);
  }
  return std::string(answer);
}

Result<Answers> normal_answers(const Method& method, const Answers& given) {
  Answers answers;
  for (const auto& question : method.questions) {
    const auto found = given.find(question.name);
    answers[question.name] = TRY(
        normal_answer(question, found == given.end() ? question.default_answer : found->second));
  }
  return answers;
}

Result<Answers> complete_answers(const Method& method, const Answers& given, CredentialIo* io,
                                 const std::stop_token& stop) {
  for (const auto& [name, answer] : given) {
    if (!std::ranges::any_of(method.questions, [&](const auto& q) { return q.name == name; })) {
      return fail(FaultKind::usage,
                  fmt::format("this way to sign in asks nothing named {}", printable(name, 80)));
    }
  }
  Answers answers = given;
  for (const auto& question : method.questions) {
    if (answers.contains(question.name)) continue;
    if (io == nullptr || (!io->interactive() && !question.default_answer.empty())) continue;
    answers[question.name] = TRY(ask(question, *io, stop));
  }
  return normal_answers(method, answers);
}

Result<Answers> stored_answers(const Method& method, const OAuthCredentials& stored) {
  const Answers members(stored.members.begin(), stored.members.end());
  return normal_answers(method, members);
}

}  // namespace pindus
