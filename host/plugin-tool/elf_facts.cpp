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

void read_needed_versions(Elf* elf, Elf_Data* data, const GElf_Shdr& header, ElfFacts& facts) {
  int need_at = 0;
  for (GElf_Verneed need; gelf_getverneed(data, need_at, &need) != nullptr;) {
    const char* library = elf_strptr(elf, header.sh_link, need.vn_file);
    int version_at = need_at + static_cast<int>(need.vn_aux);
    for (GElf_Vernaux version; gelf_getvernaux(data, version_at, &version) != nullptr;) {
      const char* name = elf_strptr(elf, header.sh_link, version.vna_name);
      const bool weak = (version.vna_flags & VER_FLG_WEAK) != 0;
      if (library != nullptr && name != nullptr && !weak) {
        facts.needed_versions.push_back({library, name});
      }
      if (version.vna_next == 0) break;
      version_at += static_cast<int>(version.vna_next);
    }
    if (need.vn_next == 0) break;
    need_at += static_cast<int>(need.vn_next);
  }
}

void read_own_versions(Elf* elf, Elf_Data* data, const GElf_Shdr& header, ElfFacts& facts) {
  int at = 0;
  for (GElf_Verdef version; gelf_getverdef(data, at, &version) != nullptr;) {
    GElf_Verdaux its;
    if (gelf_getverdaux(data, at + static_cast<int>(version.vd_aux), &its) != nullptr) {
      if (const char* name = elf_strptr(elf, header.sh_link, its.vda_name)) {
        facts.own_versions.emplace_back(name);
      }
    }
    if (version.vd_next == 0) break;
    at += static_cast<int>(version.vd_next);
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
  ElfFacts facts;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf.get(), section)) != nullptr;) {
    GElf_Shdr section_header;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || gelf_getshdr(section, &section_header) == nullptr) continue;
    switch (section_header.sh_type) {
      case SHT_DYNAMIC: read_dynamic(elf.get(), data, section_header, facts); break;
      case SHT_DYNSYM: read_symbols(elf.get(), data, section_header, facts); break;
      case SHT_GNU_verneed: read_needed_versions(elf.get(), data, section_header, facts); break;
      case SHT_GNU_verdef: read_own_versions(elf.get(), data, section_header, facts); break;
      default: break;
    }
  }
  return facts;
}

}  // namespace pindus::plugin_tool
