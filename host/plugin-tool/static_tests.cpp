#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include <pindus/plugin.h>

#include "core/providers/trust.hpp"
#include "host/plugin-tool/conformance.hpp"
#include "host/plugin-tool/elf_facts.hpp"

namespace pindus::plugin_tool {
namespace {

CheckResult the_path_is_trusted(const Subject& subject) {
  const PathTrust trust(TrustSource::of_system(), subject.executable);
  for (const auto& path : {subject.manifest, subject.method.library_path}) {
    if (path.empty()) continue;
    if (const auto distrust = trust.check(subject.method.layer, path)) {
      return warning("H1", fmt::format("{} {}; {}", distrust->component.string(), distrust->reason,
                                       distrust->hint));
    }
  }
  return success();
}

CheckResult only_the_entry_is_exported(const ElfFacts& facts) {
  if (std::ranges::find(facts.exported, PINDUS_PLUGIN_ENTRY_1) == facts.exported.end()) {
    return failed("P1", fmt::format("it doesn't export {}", PINDUS_PLUGIN_ENTRY_1));
  }
  for (const auto& name : facts.exported) {
    if (name != PINDUS_PLUGIN_ENTRY_1) {
      return failed("P1", fmt::format("it exports {} too; link it with the version script", name));
    }
  }
  return success();
}

CheckResult the_elf_file_is_plain(const ElfFacts& facts) {
  if (facts.has_run_path) return failed("P15", "it has a run path; link it without -rpath");
  if (facts.has_text_relocations) {
    return failed("P15", "it has text relocations; compile it with -fPIC");
  }
  if (!facts.unique.empty()) {
    return failed("P15", fmt::format("{} is a unique symbol; compile it with -fno-gnu-unique",
                                     facts.unique.front()));
  }
  constexpr std::array<std::string_view, 7> forbidden = {
      "libcurl", "libssl.", "libcrypto.", "libbotan", "libgnutls", "libmbed", "libnss3"};
  for (const auto& library : facts.needed) {
    if (std::ranges::any_of(forbidden, [&](auto name) { return library.starts_with(name); })) {
      return failed("P15", fmt::format("it needs {}; the host's services do that", library));
    }
  }
  return success();
}

CheckResult with_facts(const Subject& subject, CheckResult (*test)(const ElfFacts&)) {
  try {
    return test(read_elf_facts(subject.method.library_path));
  } catch (const std::runtime_error& error) {
    return failed("P15", error.what());
  }
}

}  // namespace

std::vector<ConformanceTest> static_tests(const Subject&) {
  return {{"path", the_path_is_trusted},
          {"exports", [](const Subject& s) { return with_facts(s, only_the_entry_is_exported); }},
          {"elf", [](const Subject& s) { return with_facts(s, the_elf_file_is_plain); }}};
}

}  // namespace pindus::plugin_tool
