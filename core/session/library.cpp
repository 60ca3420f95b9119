#include "core/session/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

#include "core/base/fault.hpp"
#include "core/session/result_code.hpp"

namespace pindus {
namespace {

namespace dll = boost::dll;

// Without noexcept: a plugin that breaks P6 with our own C++ runtime can then still be caught.
using Entry = int32_t(const pindus_plugin_1** out);

constexpr std::string_view upgrade = "Upgrade pindus, or install a version of the plugin for it";
constexpr std::string_view rebuild = "Rebuild the plugin with today's pindus/plugin.h";
constexpr std::string_view ask_author = "ask the plugin's author for a version that keeps rule {}";

class Check {
 public:
  explicit Check(const std::filesystem::path& path) : path_(path) {}

  std::expected<const pindus_plugin_1*, PluginRefusal> run(const dll::shared_library& library) {
    if (!library.has(PINDUS_PLUGIN_ENTRY_1)) return no_entry(library);
    auto& entry = library.get<Entry>(PINDUS_PLUGIN_ENTRY_1);

    const pindus_plugin_1* plugin = nullptr;
    if (auto refusal = call(entry, plugin)) return std::unexpected(*std::move(refusal));
    if (auto refusal = check_descriptor(*plugin)) return std::unexpected(*std::move(refusal));

    const pindus_plugin_1* again = nullptr;
    if (auto refusal = call(entry, again)) return std::unexpected(*std::move(refusal));
    if (again != plugin) return refuse("P2", "gives another descriptor each time", by_rule("P2"));
    return plugin;
  }

 private:
  std::unexpected<PluginRefusal> refuse(std::string_view rule, std::string_view why,
                                        std::string hint) const {
    return std::unexpected(refusal(rule, why, std::move(hint)));
  }

  PluginRefusal refusal(std::string_view rule, std::string_view why, std::string hint) const {
    return {fmt::format("the plugin {} {}", path_.string(), why), std::move(hint),
            std::string(rule)};
  }

  static std::string by_rule(std::string_view rule) {
    return fmt::format(fmt::runtime(ask_author), rule);
  }

  std::unexpected<PluginRefusal> no_entry(const dll::shared_library& library) const {
    for (int major = PINDUS_ABI_MAJOR + 1; major < PINDUS_ABI_MAJOR + 10; ++major) {
      if (library.has(fmt::format("pindus_plugin_entry_{}", major))) {
        return refuse("P1",
                      fmt::format("was built for ABI {}, and this pindus has ABI {}", major,
                                  PINDUS_ABI_MAJOR),
                      std::string(upgrade));
      }
    }
    return refuse("P1", "has no function " PINDUS_PLUGIN_ENTRY_1 ", so it is no plugin",
                  "look at what put it there; a plugin is built with pindus_add_plugin()");
  }

  std::optional<PluginRefusal> call(Entry& entry, const pindus_plugin_1*& plugin) const {
    int32_t code = PINDUS_INTERNAL;
    try {
      code = entry(&plugin);
    } catch (...) {
      return refusal("P6", "throws out of its entry function", by_rule("P6"));
    }
    if (code != PINDUS_OK) {
      return refusal("P2", fmt::format("declines to work here: {}", result_code_in_words(code)),
                     "ask the plugin's author why");
    }
    if (plugin == nullptr) return refusal("P2", "gives no descriptor", by_rule("P2"));
    return std::nullopt;
  }

  // Nothing beyond `size` is touched before `size` is known to cover it (P4).
  std::optional<PluginRefusal> check_descriptor(const pindus_plugin_1& plugin) const {
    if (plugin.size < PINDUS_PLUGIN_1_BASE_SIZE) {
      return refusal("P4",
                     fmt::format("has a descriptor of {} bytes, and the smallest is {}",
                                 plugin.size, PINDUS_PLUGIN_1_BASE_SIZE),
                     std::string(rebuild));
    }
    if (plugin.abi_minor > PINDUS_ABI_MINOR) {
      return refusal("P4",
                     fmt::format("needs ABI {}.{}, and this pindus has {}.{}", PINDUS_ABI_MAJOR,
                                 plugin.abi_minor, PINDUS_ABI_MAJOR, PINDUS_ABI_MINOR),
                     std::string(upgrade));
    }
    const std::string_view id(plugin.id.data == nullptr ? "" : plugin.id.data,
                              plugin.id.data == nullptr ? 0 : plugin.id.size);
    if (path_.extension() != ".so" || id != path_.stem().native()) {
      return refusal(
          "P3", fmt::format("calls itself \"{}\"", printable(id, 80)),
          fmt::format("name the file after the plugin, as rule P3 says: {}.so", printable(id, 80)));
    }
    if (plugin.create == nullptr || plugin.destroy == nullptr || plugin.sign_in == nullptr ||
        plugin.get_extension == nullptr) {
      return refusal("P4", "has a descriptor without a function that every plugin has",
                     std::string(rebuild));
    }
    return std::nullopt;
  }

  const std::filesystem::path& path_;
};

std::expected<const pindus_plugin_1*, PluginRefusal> open_and_check(
    const std::filesystem::path& path) {
  // Boost.DLL has no name for NODELETE: a plugin's threads and exit handlers may outlive any handle
  // of ours. Its error code says "bad file descriptor" whatever happened; dlerror() knows.
  constexpr auto mode = static_cast<dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  std::error_code error;
  const dll::shared_library library(path, mode, error);
  if (error) {
    const char* why = ::dlerror();
    return std::unexpected(
        PluginRefusal{fmt::format("the plugin {} can't be loaded: {}", path.string(),
                                  printable(why != nullptr ? why : error.message())),
                      "install the plugin again, in the build for this system"});
  }
  return Check(path).run(library);
}

}  // namespace

std::expected<const pindus_plugin_1*, PluginRefusal> load_plugin(
    const std::filesystem::path& path) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  if (error || !path.is_absolute()) {
    return std::unexpected(PluginRefusal{
        fmt::format("the plugin {} can't be loaded: {}", path.string(),
                    error ? error.message() : std::string("its path is not absolute")),
        "install the plugin again; pindus plugin list shows where it is looked for"});
  }

  static std::mutex mutex;
  static auto& loaded = *new std::map<std::filesystem::path, const pindus_plugin_1*>;
  const std::lock_guard lock(mutex);
  if (const auto known = loaded.find(canonical); known != loaded.end()) return known->second;
  auto plugin = open_and_check(canonical);
  if (plugin) loaded.emplace(canonical, *plugin);
  return plugin;
}

}  // namespace pindus
