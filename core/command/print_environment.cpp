#include "core/command/print_environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/env_file.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

constexpr std::array<std::string_view, 5> formats = {"sh", "fish", "json", "dotenv", "github"};

// In single quotes, in which fish knows two escapes.
SecretText fish_word(std::string_view value) {
  SecretText word = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word += '\'';
}

void print_sh(const KeyEnvironment& keys, CredentialIo& io) {
  for (const auto& [name, value] : keys.set) {
    const Secret word(shell_word(value.view()));
    io.print(SecretText("export ").append(name).append("=").append(word.view()));
  }
  for (const std::string& name : keys.remove) io.print("unset " + name);
}

void print_fish(const KeyEnvironment& keys, CredentialIo& io) {
  for (const auto& [name, value] : keys.set) {
    io.print(SecretText("set -gx ").append(name).append(" ").append(fish_word(value.view())));
  }
  for (const std::string& name : keys.remove) io.print("set -e " + name);
}

// What is to be removed is null.
void print_json(const KeyEnvironment& keys, CredentialIo& io) {
  SecretText json = "{";
  const auto begin_member = [&](std::string_view name) {
    if (json.size() > 1) json.append(",");
    json.append(json_quote(name)).append(":");
  };
  for (const auto& [name, value] : keys.set) {
    begin_member(name);
    json.append(Secret(json_quote(value.view())).view());
  }
  for (const std::string& name : keys.remove) {
    begin_member(name);
    json.append("null");
  }
  io.print(json.append("}"));
}

void print_dotenv(const KeyEnvironment& keys, CredentialIo& io) {
  for (const auto& [name, value] : keys.set) {
    io.print(SecretText(name).append("=").append(env_file_value(value.view())));
  }
}

// The runner hides what it was told to from then on, and gives the file's variables to the steps
// that follow. It can't be told to remove one.
Result<void> write_github(const KeyEnvironment& keys, const Context& context) {
  const auto path = context.environment().get_nonblank("GITHUB_ENV");
  if (!path) {
    return fail(FaultKind::usage, "GITHUB_ENV is not set, so that this is no step of a workflow",
                "use another --format");
  }
  for (const Secret& secret : keys.secrets) {
    context.io().print(SecretText("::add-mask::").append(secret.view()));
  }
  SecretText lines;
  for (const auto& [name, value] : keys.set) {
    lines.append(name).append("=").append(value.view()).append("\n");
  }
  for (const std::string& name : keys.remove) lines.append(name).append("=\n");
  const FileDescriptor file(
      ::open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
  const ssize_t written = file.is_open() ? ::write(file.get(), lines.data(), lines.size()) : -1;
  if (written == static_cast<ssize_t>(lines.size())) return {};
  return fail(FaultKind::vault, fmt::format("{} of GITHUB_ENV can't be written: {}",
                                            printable(*path), std::strerror(errno)));
}

}  // namespace

void PrintedAs::declare(CommandOptions& command) {
  command.value("--format", "FORMAT", format, "sh (usual), fish, json, dotenv or github");
  command.flag("--reveal", reveal, "print them on a terminal too");
  command.check([this]() -> std::optional<std::string> {
    if (!format || std::ranges::find(formats, *format) != formats.end()) return std::nullopt;
    return "--format is sh, fish, json, dotenv or github";
  });
}

Result<void> PrintedAs::check(const Context& context) const {
  if (!context.io().shows_results() || reveal) return {};
  return fail(FaultKind::usage, "the keys would be shown on this terminal",
              "let a program read them, or add --reveal");
}

Result<void> PrintedAs::print(const KeyEnvironment& keys, Context& context) const {
  const std::string name = format.value_or("sh");
  if (name == "github") return write_github(keys, context);
  const auto print_them = name == "fish"     ? print_fish
                          : name == "json"   ? print_json
                          : name == "dotenv" ? print_dotenv
                                             : print_sh;
  print_them(keys, context.io());
  return {};
}

}  // namespace pindus
