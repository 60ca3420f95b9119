#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <pindus/plugin.h>

#include "core/base/file_descriptor.hpp"
#include "core/base/shared_object.hpp"
#include "core/providers/trust.hpp"
#include "host/plugin-tool/conformance.hpp"
#include "host/plugin-tool/elf_facts.hpp"

namespace pindus::plugin_tool {
namespace {

using Flaw = ObjectFlaw::Kind;

// What the host's own look at the file says.
std::optional<ObjectFlaw> flaw_of(const Subject& subject) {
  const FileDescriptor file(::open(subject.method.library_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return ObjectFlaw{
        Flaw::unreadable,
        {fmt::format("can't be read: {}", std::generic_category().message(errno)), {}}};
  }
  return flaw_of_file(file.get());
}

Reason told(const ObjectFlaw& flaw) {
  return {fmt::format("it {}", flaw.why.message), flaw.why.hint};
}

CheckResult the_path_is_trusted(const Subject& subject) {
  const PathTrust trust(TrustSource::of_system(), subject.executable);
  for (const auto& path : {subject.manifest, subject.method.library_path}) {
    if (path.empty()) continue;
    if (const auto distrust = trust.check(subject.method.layer, path)) {
      return warning("H1", fmt::format("{} {}", distrust->component.string(), distrust->reason),
                     distrust->hint);
    }
  }
  return success();
}

// Where it is now need not be where it will be installed.
CheckResult programs_may_run_there(const Subject& subject) {
  const auto flaw = flaw_of(subject);
  return flaw && flaw->kind == Flaw::noexec ? CheckResult{Status::warning, {}, told(*flaw)}
                                            : success();
}

CheckResult the_file_is_whole(const Subject& subject) {
  const auto flaw = flaw_of(subject);
  const bool broken =
      flaw && (flaw->kind == Flaw::unreadable || flaw->kind == Flaw::no_shared_object ||
               flaw->kind == Flaw::cut_short);
  return broken ? failed({}, told(*flaw)) : success();
}

CheckResult it_is_for_this_machine(const Subject& subject) {
  const auto flaw = flaw_of(subject);
  if (!flaw || flaw->kind != Flaw::other_machine) return success();
  return subject.scope == CheckScope::static_only ? CheckResult{Status::warning, {}, told(*flaw)}
                                                  : failed({}, told(*flaw));
}

CheckResult its_stack_is_not_executable(const Subject& subject) {
  const auto flaw = flaw_of(subject);
  return flaw && flaw->kind == Flaw::executable_stack ? failed("P15", told(*flaw)) : success();
}

// The versions that an installed library has for others; nothing: it can't be loaded. That runs
// the library's own code, and none of the plugin's.
std::optional<std::vector<std::string>> versions_of(const std::string& library) {
  void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  link_map* loaded = nullptr;
  if (handle == nullptr || ::dlinfo(handle, RTLD_DI_LINKMAP, &loaded) != 0) return std::nullopt;
  return read_elf_facts(loaded->l_name).own_versions;
}

CheckResult what_it_needs_is_here(const Subject& subject) {
  const auto flaw = flaw_of(subject);
  if (flaw && flaw->kind == Flaw::other_machine) return skipped("it is another machine's");
  const ElfFacts facts = read_elf_facts(subject.method.library_path);
  std::map<std::string, std::vector<std::string>> here;
  for (const auto& library : facts.needed) {
    auto versions = versions_of(library);
    if (!versions) {
      return failed({}, fmt::format("it needs {}, which isn't installed", library),
                    fmt::format("install the package that has {}", library));
    }
    here.emplace(library, *std::move(versions));
  }
  for (const auto& [library, version] : facts.needed_versions) {
    if (std::ranges::find(here[library], version) == here[library].end()) {
      return failed({}, fmt::format("it needs {}, which this system's {} hasn't", version, library),
                    "build it on the oldest system that it is for");
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
      return failed("P1", fmt::format("it exports {} too", name),
                    "link it with the version script");
    }
  }
  return success();
}

CheckResult the_elf_file_is_plain(const ElfFacts& facts) {
  if (facts.has_run_path) return failed("P15", "it has a run path", "link it without -rpath");
  if (facts.has_text_relocations) {
    return failed("P15", "it has text relocations", "compile it with -fPIC");
  }
  if (!facts.unique.empty()) {
    return failed("P15", fmt::format("{} is a unique symbol", facts.unique.front()),
                  "compile it with -fno-gnu-unique");
  }
  constexpr std::array<std::string_view, 7> forbidden = {
      "libcurl", "libssl.", "libcrypto.", "libbotan", "libgnutls", "libmbed", "libnss3"};
  for (const auto& library : facts.needed) {
    if (std::ranges::any_of(forbidden, [&](auto name) { return library.starts_with(name); })) {
      return failed("P15", fmt::format("it needs {}", library), "use the host's services for that");
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

std::vector<ConformanceTest> static_tests() {
  return {{"path", "only its owner, root or you can write it where it stands", the_path_is_trusted},
          {"file", "the library is a shared object, and whole", the_file_is_whole,
           ConformanceTest::Weight::ends_all},
          {"machine", "it was built for this kind of machine", it_is_for_this_machine},
          {"mount", "its file system is not mounted noexec", programs_may_run_there},
          {"stack", "it asks for no executable stack", its_stack_is_not_executable},
          {"versions", "every library that it needs is installed, and new enough",
           what_it_needs_is_here},
          {"exports", "it exports the entry function and nothing else",
           [](const Subject& s) { return with_facts(s, only_the_entry_is_exported); }},
          {"elf",
           "it has no run path, text relocations or unique symbols, and needs no library that "
           "the host's services stand for",
           [](const Subject& s) { return with_facts(s, the_elf_file_is_plain); }}};
}

}  // namespace pindus::plugin_tool
