#include "core/vault/memo_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "core/base/file_descriptor.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

constexpr std::size_t longest_memo = 8192;

}  // namespace

std::string read_memo(const std::filesystem::path& file) {
  const FileDescriptor memo(
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!memo.is_open()) return {};
  std::array<char, longest_memo> text;
  const ssize_t size = ::read(memo.get(), text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

void write_memo(const std::filesystem::path& file, std::string_view text) {
  ::unlink(file.c_str());
  if (text.empty() || text.size() > longest_memo) return;
  const auto memo = make_private_file(file);
  if (!memo) return;
  const bool is_whole =
      ::write(memo->get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!is_whole || !give_to_owner_of_parent(file)) ::unlink(file.c_str());
}

}  // namespace pindus
