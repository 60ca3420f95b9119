#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <pindus/ext/revoke.h>
#include <pindus/plugin.h>

#include "core/base/text.hpp"
#include "core/session/library.hpp"
#include "core/session/option_guide.hpp"
#include "core/session/result_code.hpp"
#include "core/session/slots/slots.hpp"
#include "host/plugin-tool/conformance.hpp"

namespace pindus::plugin_tool {
namespace {

CheckResult the_host_takes_it(const Subject& subject) {
  const auto plugin = load_plugin(subject.method.library_path, subject.method.library);
  return plugin ? success() : failed(plugin.error().rule, plugin.error().why);
}

// That the host takes it is tested first, and nothing else where it doesn't.
const pindus_plugin_1* loaded(const Subject& subject) {
  return load_plugin(subject.method.library_path, subject.method.library).value();
}

// False where an exception came out.
template <class Body>
bool called(const Body& body) {
  try {
    body();
    return true;
  } catch (...) {
    return false;
  }
}

// Nothing where an exception came out. Called through a pointer without noexcept: what a plugin
// with our own C++ runtime throws is then caught here, however the compiler arranged our frames.
template <class... Parameters>
std::optional<int32_t> call(int32_t (*slot)(Parameters...),
                            std::type_identity_t<Parameters>... arguments) {
  int32_t code = PINDUS_INTERNAL;
  if (!called([&] { code = slot(arguments...); })) return std::nullopt;
  return code;
}

CheckResult exception_out_of(std::string_view slot) {
  return failed("P6", fmt::format("{} let an exception out", slot));
}

CheckResult the_entry_answers_the_same_twice(const Subject& subject) {
  void* library = dlopen(subject.method.library_path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return failed("P1", dlerror());
  void* symbol = dlsym(library, PINDUS_PLUGIN_ENTRY_1);
  if (symbol == nullptr) return failed("P1", dlerror());
  pindus_plugin_entry_1_fn entry = nullptr;
  static_assert(sizeof entry == sizeof symbol);
  std::memcpy(&entry, &symbol, sizeof entry);
  const pindus_plugin_1* first = nullptr;
  const pindus_plugin_1* second = nullptr;
  if (entry(&first) != PINDUS_OK || entry(&second) != PINDUS_OK) {
    return failed("P2", "the entry failed when it was called twice");
  }
  if (first != second) return failed("P2", "the entry gave another descriptor the second time");
  if (entry(nullptr) == PINDUS_OK) {
    return warning("P2", "the entry says OK where it was given nowhere to put its descriptor");
  }
  return success();
}

CheckResult the_manifest_agrees(const Subject& subject) {
  if (subject.manifest.empty()) return skipped("a library alone has no manifest");
  const pindus_plugin_1* plugin = loaded(subject);
  const auto dot = subject.method.abi.find('.');
  const unsigned long said = dot == std::string::npos
                                 ? 0
                                 : std::strtoul(subject.method.abi.c_str() + dot + 1, nullptr, 10);
  if (said < plugin->abi_minor) {
    return failed("P4", fmt::format("the manifest says abi {} and the plugin needs 1.{}",
                                    subject.method.abi, plugin->abi_minor));
  }
  if (subject.method.kind == AuthKind::oauth && plugin->refresh == nullptr) {
    return warning("P17", "it has no refresh: a sign-in ends with its access token");
  }
  return success();
}

bool is_option_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, [](char c) {
    return is_ascii_alphanumeric(c) || c == '_' || c == '-' || c == '.';
  });
}

CheckResult the_options_are_described(const Subject& subject) {
  const OptionGuide guide = guide_of(*loaded(subject), subject.method);
  std::set<std::string_view> names;
  for (const auto& [name, help] : guide.options) {
    if (!is_option_name(name)) {
      return failed("P16", fmt::format("its descriptor lists an option named \"{}\"", name),
                    "letters, digits and underscores make a name");
    }
    if (!names.insert(name).second) {
      return failed("P16", fmt::format("its descriptor lists the option \"{}\" twice", name));
    }
    if (help.empty()) {
      return failed("P16", fmt::format("its descriptor says nothing of the option \"{}\"", name),
                    "give it a line for whoever writes a manifest");
    }
  }
  return success();
}

// What resembles a known one is a slip. What doesn't may be another version's.
CheckResult the_manifest_says_nothing_in_vain(const Subject& subject) {
  if (subject.manifest.empty()) return skipped("a library alone has no manifest");
  const OptionGuide guide = guide_of(*loaded(subject), subject.method);
  for (const UnknownOption& option : guide.unknown) {
    if (!option.near.empty()) return failed("P16", told(option, subject.method));
  }
  if (guide.unknown.empty()) return success();
  return {Status::warning, "P16", told(guide.unknown.front(), subject.method)};
}

CheckResult an_unknown_extension_is_null(const Subject& subject) {
  const pindus_plugin_1* plugin = loaded(subject);
  for (const std::string_view id : {"", "pindus.revoke", "pindus.no-such-thing/1"}) {
    const void* given = nullptr;
    const void* (*get_extension)(pindus_str) = plugin->get_extension;
    if (!called([&] { given = get_extension({id.data(), id.size()}); })) {
      return exception_out_of("get_extension");
    }
    if (given != nullptr) {
      return failed("P4", fmt::format("it has a table for the unknown extension \"{}\"", id));
    }
  }
  return success();
}

using NamedSlot = std::pair<std::string_view, int32_t (*)(void*)>;

CheckResult a_dead_session_ends(const pindus_plugin_1& plugin, std::string_view name,
                                int32_t (*slot)(void*)) {
  void* instance = nullptr;
  // No session has this handle, so the plugin may well give up in create.
  const auto created = call(plugin.create, &host_table(), pindus_session{1}, &instance);
  if (!created) return exception_out_of("create");
  if (*created != PINDUS_OK) {
    if (!is_result_code(*created)) return failed("P6", fmt::format("create returned {}", *created));
    return instance == nullptr ? success()
                               : failed("P8", "create failed and filled in an instance");
  }
  const auto code = call(slot, instance);
  if (!code) return exception_out_of(name);
  void (*destroy)(void*) = plugin.destroy;
  if (!called([&] { destroy(instance); })) return exception_out_of("destroy");
  if (*code == PINDUS_OK) {
    return failed(
        "P8", fmt::format("{} said OK though the host answered every call with an error", name));
  }
  return is_result_code(*code) ? success()
                               : failed("P6", fmt::format("{} returned {}", name, *code));
}

CheckResult a_dead_session_is_an_error(const Subject& subject) {
  const pindus_plugin_1* plugin = loaded(subject);
  const auto* revoke = static_cast<const pindus_revoke_1*>(
      plugin->get_extension({PINDUS_EXT_REVOKE_1, sizeof PINDUS_EXT_REVOKE_1 - 1}));
  for (const auto& [name, slot] :
       {NamedSlot("sign_in", plugin->sign_in), NamedSlot("refresh", plugin->refresh),
        NamedSlot("revoke", revoke == nullptr ? nullptr : revoke->revoke)}) {
    if (slot == nullptr) continue;
    CheckResult result = a_dead_session_ends(*plugin, name, slot);
    if (result.status != Status::success) return result;
  }
  return success();
}
}  // namespace

std::vector<ConformanceTest> descriptor_tests() {
  return {{"load", "pindus loads it and takes its descriptor", the_host_takes_it,
           ConformanceTest::Weight::ends_all},
          {"entry", "the entry function answers the same twice", the_entry_answers_the_same_twice},
          {"options", "its descriptor lists its options, each with a line about it",
           the_options_are_described},
          {"manifest's options", "every option of the manifest and script is one that it knows",
           the_manifest_says_nothing_in_vain},
          {"extensions", "it has no table for an extension that nobody knows",
           an_unknown_extension_is_null},
          {"dead session", "it fails where the host answers every call with an error",
           a_dead_session_is_an_error},
          {"manifest agrees", "the manifest asks for no older ABI than the plugin",
           the_manifest_agrees}};
}

}  // namespace pindus::plugin_tool
