#include "core/keys/environment_keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/file_descriptor.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = std::size_t{64} * 1024;
constexpr int longest_wait_ms = 10'000;

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

Result<Secret> read_environment_key(const EnvironmentKey& key, const Environment& environment) {
  if (key.file.empty()) return Secret(environment.get(key.variable).value_or(std::string()));
  const FileDescriptor file(::open(key.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) return unreadable(key, ::strerror(errno));
  // Made at once, so that no copy of a secret stays behind.
  std::string text(most_bytes + 1, '\0');
  std::size_t size = 0;
  while (size <= most_bytes) {
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      pollfd ready{file.get(), POLLIN, 0};
      if (::poll(&ready, 1, longest_wait_ms) > 0) continue;
      return unreadable(key, "nothing came within 10 s");
    }
    if (count < 0) return unreadable(key, ::strerror(errno));
    if (count == 0) {
      text.resize(size);
      return Secret(std::move(text));
    }
    size += static_cast<std::size_t>(count);
  }
  return unreadable(key, "it is larger than 64 KiB");
}

}  // namespace pindus
