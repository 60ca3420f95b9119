#include "host/plugin-tool/elf_facts.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace pindus::plugin_tool {
namespace {

struct File {
  explicit File(const std::filesystem::path& path) : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) close(fd);
  }
  int fd;
};

constexpr GElf_Half this_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#else
#error "which ELF machine is this?"
#endif
}

void read_dynamic(Elf* elf, Elf_Data* data, const GElf_Shdr& header, ElfFacts& facts) {
  const auto count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    GElf_Dyn entry;
    if (gelf_getdyn(data, i, &entry) == nullptr || entry.d_tag == DT_NULL) return;
    switch (entry.d_tag) {
      case DT_NEEDED:
        if (const char* name = elf_strptr(elf, header.sh_link, entry.d_un.d_val)) {
          facts.needed.emplace_back(name);
        }
        break;
      case DT_RPATH:
      case DT_RUNPATH: facts.has_run_path = true; break;
      case DT_TEXTREL: facts.has_text_relocations = true; break;
      case DT_FLAGS:
        if ((entry.d_un.d_val & DF_TEXTREL) != 0) facts.has_text_relocations = true;
        break;
      default: break;
    }
  }
}

void read_symbols(Elf* elf, Elf_Data* data, const GElf_Shdr& header, ElfFacts& facts) {
  const auto count = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, i, &symbol) == nullptr) return;
    const auto binding = GELF_ST_BIND(symbol.st_info);
    // A version's own name stands in the table as an absolute symbol.
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS || binding == STB_LOCAL) {
      continue;
    }
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name == nullptr) continue;
    facts.exported.emplace_back(name);
    if (binding == STB_GNU_UNIQUE) facts.unique.emplace_back(name);
  }
}

}  // namespace

ElfFacts read_elf_facts(const std::filesystem::path& library) {
  const File file(library);
  if (file.fd < 0) {
    throw std::runtime_error(
        fmt::format("{} can't be read: {}", library.string(), std::strerror(errno)));
  }
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(file.fd, ELF_C_READ, nullptr), elf_end);
  GElf_Ehdr header;
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &header) == nullptr ||
      header.e_type != ET_DYN) {
    throw std::runtime_error(fmt::format("{} is not a shared object", library.string()));
  }
  if (header.e_machine != this_machine()) {
    throw std::runtime_error(
        fmt::format("{} was built for another kind of processor", library.string()));
  }
  ElfFacts facts;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf.get(), section)) != nullptr;) {
    GElf_Shdr section_header;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || gelf_getshdr(section, &section_header) == nullptr) continue;
    if (section_header.sh_type == SHT_DYNAMIC) {
      read_dynamic(elf.get(), data, section_header, facts);
    } else if (section_header.sh_type == SHT_DYNSYM) {
      read_symbols(elf.get(), data, section_header, facts);
    }
  }
  return facts;
}

}  // namespace pindus::plugin_tool
