#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "core/base/process_variables.hpp"
#include "core/command/credential_command.hpp"

namespace pindus {
namespace {

// Our environment with what differs in the program's.
std::vector<std::string> environment_of(const NextProgram& next) {
  const auto is_changed = [&](std::string_view name) {
    return std::ranges::find(next.remove, name) != next.remove.end() ||
           std::ranges::find(next.set, name, [](const auto& variable) {
             return std::string_view(variable.first);
           }) != next.set.end();
  };
  std::vector<std::string> variables;
  for (char** entry = process_variables(); *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (!is_changed(variable.substr(0, variable.find('=')))) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : next.set) {
    variables.push_back(fmt::format("{}={}", name, value.view()));
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

CredentialFault become(NextProgram next) {
  if (next.before) {
    if (auto done = next.before(); !done) return std::move(done).error();
  }
  const std::string path = next.path.string();
  std::vector<std::string> args{next.name.empty() ? path : next.name};
  std::ranges::move(next.args, std::back_inserter(args));
  std::vector<std::string> variables = environment_of(next);
  ::execve(path.c_str(), pointers_to(args).data(), pointers_to(variables).data());
  next.otherwise.message = fmt::format("can't execute {}: {}", path, ::strerror(errno));
  return std::move(next.otherwise);
}

}  // namespace pindus
