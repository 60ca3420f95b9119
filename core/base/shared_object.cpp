#include "core/base/shared_object.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <string>
#include <system_error>

#include "core/base/platform.hpp"

namespace pindus {
namespace {

using Kind = ObjectFlaw::Kind;

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
#else
#error "which ELF machine is this?"
#endif
constexpr unsigned char this_order =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

std::string machine_name(Elf64_Half machine) {
  switch (machine) {
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "arm64";
    case EM_386: return "32-bit x86";
    case EM_ARM: return "32-bit arm";
    case EM_RISCV: return "riscv";
    case EM_PPC64: return "ppc64";
    case EM_S390: return "s390";
    default: return fmt::format("another kind of machine ({})", machine);
  }
}

ObjectFlaw no_object(std::string_view why) {
  return {Kind::no_shared_object,
          {fmt::format("is no shared object{}", why), "look at what put it there"}};
}

ObjectFlaw cut_short(std::uint64_t size, std::uint64_t needed) {
  return {Kind::cut_short,
          {fmt::format("is cut short: {} bytes are there of at least {}", size, needed),
           "install it again, and see whether the disk is full"}};
}

ObjectFlaw for_machine(const std::string& name) {
  return {Kind::other_machine,
          {fmt::format("was built for {}, and this is {}", name, machine_name(this_machine)),
           fmt::format("install it in the build for {}", machine_name(this_machine))}};
}

ObjectFlaw executable_stack(std::string_view how) {
  return {Kind::executable_stack,
          {fmt::format("{}, which would make this program's stack executable too", how),
           "ask its author for a build that is linked with -z noexecstack"}};
}

// Gives `size` bytes that stand at `offset`, fewer where they end before; an errno where they can't
// be read.
using ReadAt =
    std::function<std::expected<std::string, int>(std::uint64_t offset, std::size_t size)>;

template <typename T>
T value_at(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Where a part ends; beyond every file where the sum overflows.
std::uint64_t end_of(std::uint64_t offset, std::uint64_t size) noexcept {
  std::uint64_t end = 0;
  return __builtin_add_overflow(offset, size, &end) ? UINT64_MAX : end;
}

ObjectFlaw unreadable(std::string why) {
  return {Kind::unreadable, {std::move(why), {}}};
}
ObjectFlaw unreadable(int error) {
  return unreadable(fmt::format("can't be read: {}", std::generic_category().message(error)));
}

constexpr off_t largest_file = off_t{256} << 20;

std::expected<std::string, int> read_file_at(int descriptor, std::uint64_t offset,
                                             std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(descriptor, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

std::optional<ObjectFlaw> flaw_of_header(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view(ELFMAG, SELFMAG))) return no_object("");
  if (bytes.size() < EI_NIDENT) return cut_short(bytes.size(), sizeof(Elf64_Ehdr));
  const auto ident = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (ident(EI_CLASS) != ELFCLASS64) return for_machine("a 32-bit system");
  if (ident(EI_DATA) != this_order) return for_machine("a machine of the other byte order");
  if (bytes.size() < sizeof(Elf64_Ehdr)) return cut_short(bytes.size(), sizeof(Elf64_Ehdr));
  const auto header = value_at<Elf64_Ehdr>(bytes, 0);
  if (header.e_type != ET_DYN) return no_object(", but another kind of ELF file");
  if (header.e_phnum == 0 || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return no_object(": it has no program headers");
  }
  return std::nullopt;
}

// `table` is the program headers.
std::optional<ObjectFlaw> flaw_of_segments(std::string_view table, Elf64_Half machine,
                                           std::uint64_t file_size) {
  std::optional<Elf64_Word> stack;
  for (std::size_t at = 0; at < table.size(); at += sizeof(Elf64_Phdr)) {
    const auto segment = value_at<Elf64_Phdr>(table, at);
    if (segment.p_type == PT_GNU_STACK) stack = segment.p_flags;
    if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
    const std::uint64_t end = end_of(segment.p_offset, segment.p_filesz);
    if (end > file_size) return cut_short(file_size, end);
  }
  if (machine != this_machine) return for_machine(machine_name(machine));
  if (!stack) return executable_stack("doesn't say that it needs no executable stack");
  if ((*stack & PF_X) != 0) return executable_stack("asks for an executable stack");
  return std::nullopt;
}

std::optional<ObjectFlaw> flaw_of(const ReadAt& read_at, std::uint64_t file_size) {
  const auto head = read_at(0, sizeof(Elf64_Ehdr));
  if (!head) return unreadable(head.error());
  if (auto flaw = flaw_of_header(*head)) return flaw;
  const auto header = value_at<Elf64_Ehdr>(*head, 0);
  const std::size_t table_size = header.e_phnum * sizeof(Elf64_Phdr);
  const std::uint64_t table_end = end_of(header.e_phoff, table_size);
  if (table_end > file_size) return cut_short(file_size, table_end);
  const auto table = read_at(header.e_phoff, table_size);
  if (!table) return unreadable(table.error());
  if (table->size() < table_size) return cut_short(header.e_phoff + table->size(), table_end);
  return flaw_of_segments(*table, header.e_machine, file_size);
}

}  // namespace

std::optional<ObjectFlaw> flaw_of_file(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) return unreadable(errno);
  if (!S_ISREG(status.st_mode)) return unreadable("is no file");
  if (status.st_size > largest_file) return unreadable("is larger than 256 MiB");
  const auto read_at = [&](std::uint64_t offset, std::size_t size) {
    return read_file_at(descriptor, offset, size);
  };
  if (auto flaw = flaw_of(read_at, static_cast<std::uint64_t>(status.st_size))) return flaw;
  if (!platform::forbids_programs(descriptor)) return std::nullopt;
  return ObjectFlaw{
      Kind::noexec,
      {"is on a file system that is mounted noexec", "move it to one whose programs may be run"}};
}

std::optional<ObjectFlaw> flaw_of_object(std::string_view bytes) {
  const auto read_at = [&](std::uint64_t offset,
                           std::size_t size) -> std::expected<std::string, int> {
    return std::string(bytes.substr(offset, size));
  };
  return flaw_of(read_at, bytes.size());
}

}  // namespace pindus
