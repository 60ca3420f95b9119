#include "core/providers/environment_keys.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>

#include "core/base/read_file.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{64} * 1024;
constexpr std::chrono::seconds longest_wait{10};

std::unexpected<CredentialFault> unreadable(const EnvironmentKey& key, std::string_view reason) {
  return fail(FaultKind::vault,
              fmt::format("{}, which {} names, can't be read: {}", printable(key.file.native()),
                          key.named_by, reason),
              fmt::format("let it hold the key alone, or unset {}", key.named_by));
}

}  // namespace

std::string EnvironmentKey::described() const {
  return file.empty() ? variable : fmt::format("{} ({})", printable(file.native()), named_by);
}

std::vector<EnvironmentKey> environment_keys(const Provider& provider,
                                             const Environment& environment) {
  std::vector<EnvironmentKey> keys;
  const auto folder = environment.get_nonblank("CREDENTIALS_DIRECTORY");
  for (const std::string& name : provider.env) {
    if (environment.get_nonblank(name)) keys.push_back({.variable = name});
    const std::string file_variable = name + "_FILE";
    if (auto file = environment.get_nonblank(file_variable)) {
      keys.push_back({.variable = name, .file = *std::move(file), .named_by = file_variable});
    }
    std::error_code error;
    if (folder && fs::exists(fs::path(*folder) / name, error)) {
      keys.push_back({.variable = name,
                      .file = fs::path(*folder) / name,
                      .named_by = "CREDENTIALS_DIRECTORY"});
    }
  }
  return keys;
}

Result<Secret> read_environment_key(const EnvironmentKey& key, const Environment& environment,
                                    const std::stop_token& stop) {
  if (key.file.empty()) return Secret(environment.get(key.variable).value_or(std::string()));
  const FileDescriptor file = open_to_read(key.file);
  if (!file.is_open()) return unreadable(key, reading_error(errno));
  const auto text = read_open_file<SecretText>(file.get(), most_bytes, {longest_wait, stop});
  if (!text) return unreadable(key, reading_error(text.error()));
  if (text->size() > most_bytes) return unreadable(key, "it is larger than 64 KiB");
  return Secret(std::string_view(*text));
}

std::string single_key_hint(const EnvironmentKey& key) {
  return key.file.empty() ? fmt::format("set {} to the key alone", key.variable)
                          : "let the file hold the key alone";
}

}  // namespace pindus
