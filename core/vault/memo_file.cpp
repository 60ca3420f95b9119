#include "core/vault/memo_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "core/base/file_descriptor.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

constexpr std::size_t longest_memo = 8192;

std::string beginning_of(const VaultPlace& place) {
  return place.name + ".pindus-memo-";
}

std::string memo_name(const VaultPlace& place, const Account& account) {
  return fmt::format("{}{:x}", beginning_of(place), account.lock_byte());
}

}  // namespace

std::string read_memo(const VaultPlace& place, const Account& account) {
  const FileDescriptor memo(::openat(place.folder.get(), memo_name(place, account).c_str(),
                                     O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!memo.is_open()) return {};
  std::array<char, longest_memo> text;
  const ssize_t size = ::read(memo.get(), text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

void write_memo(const VaultPlace& place, const Account& account, std::string_view text) {
  const std::string name = memo_name(place, account);
  ::unlinkat(place.folder.get(), name.c_str(), 0);
  if (text.empty() || text.size() > longest_memo) return;
  const auto memo = make_private_file(place.folder.get(), name);
  if (!memo) return;
  const bool is_whole =
      ::write(memo->get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!is_whole || !give_to_owner_of(place.folder.get(), memo->get())) {
    ::unlinkat(place.folder.get(), name.c_str(), 0);
  }
}

std::vector<std::pair<std::string, std::int64_t>> list_memos(const VaultPlace& place) {
  std::vector<std::pair<std::string, std::int64_t>> memos;
  const std::string beginning = beginning_of(place);
  for (std::string& name : names_in(place)) {
    if (!name.starts_with(beginning)) continue;
    std::int64_t byte = 0;
    const char* end = name.data() + name.size();
    const auto number = std::from_chars(name.data() + beginning.size(), end, byte, 16);
    if (number.ec == std::errc() && number.ptr == end) memos.emplace_back(std::move(name), byte);
  }
  return memos;
}

}  // namespace pindus
