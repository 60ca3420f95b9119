#include <dlfcn.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <pindus/plugin.h>

#include "core/session/library.hpp"
#include "core/session/result_code.hpp"
#include "core/session/slots/slots.hpp"
#include "host/plugin-tool/conformance.hpp"

namespace pindus::plugin_tool {
namespace {

CheckResult the_host_takes_it(const Subject& subject) {
  const auto plugin = load_plugin(subject.method.library_path, subject.method.library);
  if (!plugin) {
    return failed(plugin.error().rule, plugin.error().why.message + "; " + plugin.error().why.hint);
  }
  return success();
}

// That the host takes it is tested first, and nothing else where it doesn't.
const pindus_plugin_1* loaded(const Subject& subject) {
  return load_plugin(subject.method.library_path, subject.method.library).value();
}

// Nothing where an exception came out. Called through a pointer without noexcept: what a plugin
// with our own C++ runtime throws is then caught here, however the compiler arranged our frames.
template <class... Parameters>
std::optional<int32_t> call(int32_t (*slot)(Parameters...),
                            std::type_identity_t<Parameters>... arguments) {
  try {
    return slot(arguments...);
  } catch (...) {
    return std::nullopt;
  }
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
    return warning("P4", "it has no refresh: a sign-in ends with its access token");
  }
  return success();
}

CheckResult an_unknown_extension_is_null(const Subject& subject) {
  const pindus_plugin_1* plugin = loaded(subject);
  // No session has this handle, so the plugin may well give up in create.
  void* instance = nullptr;
  const auto code = call(plugin->create, &host_table(), pindus_session{1}, &instance);
  if (!code) return exception_out_of("create");
  if (*code != PINDUS_OK) {
    if (!is_result_code(*code)) return failed("P6", fmt::format("create returned {}", *code));
    return instance == nullptr ? success()
                               : failed("P14", "create failed and gave an instance all the same");
  }
  for (const std::string_view id : {"", "pindus.revoke", "pindus.no-such-thing/1"}) {
    if (plugin->get_extension(instance, {id.data(), id.size()}) != nullptr) {
      return failed("P4", fmt::format("it has a table for the unknown extension \"{}\"", id));
    }
  }
  plugin->destroy(instance);
  return success();
}

CheckResult a_dead_session_is_an_error(const Subject& subject) {
  const pindus_plugin_1* plugin = loaded(subject);
  void* instance = nullptr;
  const auto created = call(plugin->create, &host_table(), pindus_session{1}, &instance);
  if (!created) return exception_out_of("create");
  if (*created != PINDUS_OK) return success();
  const auto code = call(plugin->sign_in, instance);
  if (!code) return exception_out_of("sign_in");
  plugin->destroy(instance);
  if (*code == PINDUS_OK) {
    return failed("P8", "it signed in though the host answered every call with an error");
  }
  return is_result_code(*code) ? success()
                               : failed("P6", fmt::format("sign_in returned {}", *code));
}

}  // namespace

std::vector<ConformanceTest> descriptor_tests() {
  return {{"load", "pindus loads it and takes its descriptor", the_host_takes_it,
           ConformanceTest::Weight::ends_all},
          {"entry", "the entry function answers the same twice", the_entry_answers_the_same_twice},
          {"extensions", "it has no table for an extension that nobody knows",
           an_unknown_extension_is_null},
          {"dead session", "it fails where the host answers every call with an error",
           a_dead_session_is_an_error},
          {"manifest agrees", "the manifest asks for no older ABI than the plugin",
           the_manifest_agrees}};
}

}  // namespace pindus::plugin_tool
