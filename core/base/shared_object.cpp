#include "core/base/shared_object.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
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

template <typename T>
T read_at(std::string_view bytes, std::uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Where a part ends; beyond every file where the sum overflows.
std::uint64_t end_of(std::uint64_t offset, std::uint64_t size) noexcept {
  std::uint64_t end = 0;
  return __builtin_add_overflow(offset, size, &end) ? UINT64_MAX : end;
}

std::unexpected<ObjectFlaw> unreadable(std::string why) {
  return std::unexpected(ObjectFlaw{Kind::unreadable, {std::move(why), {}}});
}
std::unexpected<ObjectFlaw> unreadable(int error) {
  return unreadable(fmt::format("can't be read: {}", std::generic_category().message(error)));
}

constexpr off_t largest_file = off_t{256} << 20;

// How much of the file was read.
std::expected<std::size_t, int> read_up_to(int descriptor, char* buffer, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(descriptor, buffer + done, size - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace

std::optional<ObjectFlaw> flaw_of_object(std::string_view bytes) {
  if (!bytes.starts_with(std::string_view(ELFMAG, SELFMAG))) return no_object("");
  if (bytes.size() < EI_NIDENT) return cut_short(bytes.size(), sizeof(Elf64_Ehdr));
  const auto ident = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (ident(EI_CLASS) != ELFCLASS64) return for_machine("a 32-bit system");
  if (ident(EI_DATA) != this_order) return for_machine("a machine of the other byte order");
  if (bytes.size() < sizeof(Elf64_Ehdr)) return cut_short(bytes.size(), sizeof(Elf64_Ehdr));
  const auto header = read_at<Elf64_Ehdr>(bytes, 0);
  if (header.e_type != ET_DYN) return no_object(", but another kind of ELF file");
  if (header.e_phnum == 0 || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return no_object(": it has no program headers");
  }
  const std::uint64_t table_size = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  const std::uint64_t table_end = end_of(header.e_phoff, table_size);
  if (table_end > bytes.size()) return cut_short(bytes.size(), table_end);

  std::optional<Elf64_Word> stack;
  for (std::uint64_t at = header.e_phoff; at < table_end; at += sizeof(Elf64_Phdr)) {
    const auto segment = read_at<Elf64_Phdr>(bytes, at);
    if (segment.p_type == PT_GNU_STACK) stack = segment.p_flags;
    if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
    const std::uint64_t end = end_of(segment.p_offset, segment.p_filesz);
    if (end > bytes.size()) return cut_short(bytes.size(), end);
  }
  if (header.e_machine != this_machine) return for_machine(machine_name(header.e_machine));
  if (!stack) return executable_stack("doesn't say that it needs no executable stack");
  if ((*stack & PF_X) != 0) return executable_stack("asks for an executable stack");
  return std::nullopt;
}

std::expected<std::string, ObjectFlaw> read_object(int descriptor) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) return unreadable(errno);
  if (!S_ISREG(status.st_mode)) return unreadable("is no file");
  if (status.st_size > largest_file) return unreadable("is larger than 256 MiB");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  const auto size = read_up_to(descriptor, bytes.data(), bytes.size());
  if (!size) return unreadable(size.error());
  bytes.resize(*size);
  if (auto flaw = flaw_of_object(bytes)) return std::unexpected(*std::move(flaw));
  if (platform::forbids_programs(descriptor)) {
    return std::unexpected(ObjectFlaw{Kind::noexec,
                                      {"is on a file system that is mounted noexec",
                                       "move it to one whose programs may be run"}});
  }
  return bytes;
}

}  // namespace pindus
