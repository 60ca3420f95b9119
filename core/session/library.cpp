#include "core/session/library.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <tuple>

#include "core/base/file_descriptor.hpp"
#include "core/base/platform.hpp"
#include "core/base/shared_object.hpp"
#include "core/session/inside_plugin.hpp"
#include "core/session/result_code.hpp"

namespace pindus {
namespace {

namespace dll = boost::dll;
namespace fs = std::filesystem;

// Without noexcept: a plugin that breaks P6 with our own C++ runtime can then still be caught.
using Entry = int32_t(const pindus_plugin_1** out);

constexpr std::string_view upgrade = "upgrade pindus, or install a version of the plugin for it";
constexpr std::string_view rebuild = "rebuild the plugin with today's pindus/plugin.h";
constexpr std::string_view ask_author = "ask the plugin's author for a version that keeps rule {}";

class PluginFileCheck {
 public:
  PluginFileCheck(const fs::path& path, const std::string& name) : path_(path), name_(name) {}

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
    return {{fmt::format("the plugin {} {}", path_.string(), why), std::move(hint)},
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
      const InsidePlugin inside(path_.c_str());
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
    if (name_ != fmt::format("{}.so", id)) {
      return refusal(
          "P3", fmt::format("calls itself \"{}\"", printable(id, 80)),
          fmt::format("name the file after the plugin, as rule P3 says: {}.so", printable(id, 80)));
    }
    if (plugin.create == nullptr || plugin.destroy == nullptr || plugin.sign_in == nullptr ||
        plugin.get_extension == nullptr) {
      return refusal("P4", "has a descriptor without a function that every plugin has",
                     std::string(rebuild));
    }
    if (plugin.options == nullptr && plugin.option_count != 0) {
      return refusal("P4", "counts options and lists none", std::string(rebuild));
    }
    return std::nullopt;
  }

  const fs::path& path_;
  const std::string& name_;
};

PluginRefusal cant_be_loaded(const fs::path& path, std::string_view why, std::string hint) {
  return {{fmt::format("the plugin {} can't be loaded: {}", path.string(), why), std::move(hint)},
          {}};
}

// What stands between two texts; empty where they don't stand in this order.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  if (start == text.npos) return {};
  text.remove_prefix(start + before.size());
  return text.substr(0, text.find(after));
}

// The dynamic loader's words in ours. `image` is what it knows the plugin's copy by.
PluginRefusal explain_dlerror(const fs::path& path, const fs::path& image, std::string text) {
  if (const auto at = text.find(image.string()); at != text.npos) {
    text.replace(at, image.string().size(), path.string());
  }
  const std::string_view first = std::string_view(text).substr(0, text.find(':'));
  const auto refuse = [&](const std::string& why, std::string hint) {
    return PluginRefusal{
        {printable(fmt::format("the plugin {} {}", path.string(), why), 1000), std::move(hint)},
        {}};
  };
  if (const auto version = between(text, "version `", "' not found"); !version.empty()) {
    const std::string library = fs::path(first).filename();
    return refuse(
        fmt::format("needs {}, which this system's {} hasn't", version, library),
        fmt::format("install the plugin in a build for this system, or a newer {}", library));
  }
  if (text.contains(": cannot open shared object file")) {
    return refuse(fmt::format("needs {}, which isn't installed", first),
                  fmt::format("install the package that has {}", first));
  }
  if (const auto symbol = between(text, "undefined symbol: ", ","); !symbol.empty()) {
    return refuse(fmt::format("needs the symbol {}, which no library here has", symbol),
                  "install the plugin in a build for this system; its author finds this with the "
                  "linker's -z defs");
  }
  return cant_be_loaded(path, printable(text),
                        "install the plugin again, in the build for this system");
}

PluginRefusal refusal_of(const fs::path& path, const ObjectFlaw& flaw) {
  return {{fmt::format("the plugin {} {}", path.string(), flaw.why.message), flaw.why.hint},
          flaw.kind == ObjectFlaw::Kind::executable_stack ? "P15" : ""};
}

// A file as it was when it was looked at: one that was replaced or written since is another.
using FileIdentity = std::tuple<dev_t, ino_t, off_t, time_t, long>;

FileIdentity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

struct LoadedFile {
  FileDescriptor image;  // open for ever: the loader knows the library by this descriptor's number
  dll::shared_library library;
};

std::expected<LoadedFile, PluginRefusal> load_file(FileDescriptor file, const fs::path& path,
                                                   const std::string& name) {
  if (const auto flaw = flaw_of_file(file.get())) return std::unexpected(refusal_of(path, *flaw));
  // Where there can be no copy (`ulimit -f`, a sandbox without memfd_create) the file itself, which
  // somebody may change, has to do.
  auto copy = platform::sealed_copy(name, file.get());
  FileDescriptor image = copy ? *std::move(copy) : std::move(file);
  // Once more, since it may have changed while it was copied.
  if (const auto flaw = flaw_of_file(image.get())) return std::unexpected(refusal_of(path, *flaw));
  // Boost.DLL has no name for NODELETE: a plugin's threads and exit handlers may outlive any handle
  // of ours. Its error code says "bad file descriptor" whatever happened; dlerror() knows.
  constexpr auto mode = static_cast<dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const fs::path image_path = platform::path_of_descriptor(image.get());
  std::error_code error;
  dll::shared_library library;
  {
    const InsidePlugin inside(path.c_str());  // its constructors
    library.load(image_path, mode, error);
  }
  if (error) {
    const char* why = ::dlerror();
    return std::unexpected(
        explain_dlerror(path, image_path, why != nullptr ? why : error.message()));
  }
  return LoadedFile{std::move(image), std::move(library)};
}

}  // namespace

std::expected<const pindus_plugin_1*, PluginRefusal> load_plugin(const fs::path& path,
                                                                 const std::string& name) {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(cant_be_loaded(
        path, why, "install the plugin again; pindus plugin list shows where it is looked for"));
  };
  if (!path.is_absolute()) return refuse("its path is not absolute");
  // A pipe of that name must not keep us waiting.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
    return refuse(std::generic_category().message(errno));
  }

  static std::mutex mutex;
  static auto& all = *new std::map<FileIdentity, LoadedFile>;
  const std::lock_guard lock(mutex);
  const std::string called = name.empty() ? path.filename().string() : name;
  auto loaded = all.find(identity_of(status));
  if (loaded == all.end()) {
    auto fresh = load_file(std::move(file), path, called);
    if (!fresh) return std::unexpected(std::move(fresh).error());
    loaded = all.emplace(identity_of(status), *std::move(fresh)).first;
  }
  return PluginFileCheck(path, called).run(loaded->second.library);
}

}  // namespace pindus
