#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pindus::plugin_tool {

/// What a shared object's ELF tables say, without loading it.
struct ElfFacts {
  std::vector<std::string> exported;  ///< defined global, weak and unique dynamic symbols
  std::vector<std::string> unique;    ///< those of binding STB_GNU_UNIQUE
  std::vector<std::string> needed;    ///< DT_NEEDED
  struct Version {
    std::string library;  ///< of those needed
    std::string name;     ///< "GLIBC_2.34"
  };
  std::vector<Version> needed_versions;
  std::vector<std::string> own_versions;  ///< that it has for others
  bool has_run_path = false;              ///< DT_RPATH or DT_RUNPATH
  bool has_text_relocations = false;      ///< DT_TEXTREL or DF_TEXTREL
};

/// Reads them, of any machine's. Throws std::runtime_error with one sentence where the file isn't a
/// shared object.
[[nodiscard]] ElfFacts read_elf_facts(const std::filesystem::path& library);

}  // namespace pindus::plugin_tool
