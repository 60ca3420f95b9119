#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include <pindus/plugin.h>

#include "core/base/fault.hpp"
#include "core/providers/manifest.hpp"
#include "core/providers/merge.hpp"
#include "core/providers/providers.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// Where one layer, or one entry of its search path, keeps its files.
struct Folder {
  Layer layer = Layer::vendor;
  fs::path manifests;
  fs::path libraries;
};

// What became of looking for a library.
struct FoundLibrary {
  fs::path path;
  Reason unavailable;
};

// At most one byte more than a manifest may have.
std::expected<std::string, int> read_small_file(const fs::path& path) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return std::unexpected(errno);
  std::string text;
  char chunk[4096];
  while (text.size() <= manifest_size_limit) {
    const std::size_t count = std::fread(chunk, 1, sizeof chunk, file.get());
    text.append(chunk, count);
    if (count < sizeof chunk) break;
  }
  if (std::ferror(file.get()) != 0) return std::unexpected(errno);
  return text;
}

// The `{name}`s of a URL option for which no question is asked.
std::optional<std::string> unanswered_option(const Method& method) {
  for (const auto& [name, value] : method.options) {
    if (!name.ends_with("_url")) continue;
    for (auto open = value.find('{'); open != std::string::npos; open = value.find('{', open + 1)) {
      const auto asked = std::string_view(value).substr(open + 1, value.find('}', open) - open - 1);
      if (std::ranges::find(method.questions, asked, &Question::name) == method.questions.end()) {
        return name;
      }
    }
  }
  return std::nullopt;
}

std::vector<Question> questions_of(const Json& method) {
  std::vector<Question> questions;
  const Json* list = method.find("questions");
  if (list == nullptr) return questions;
  for (const Json& item : *list->as_array()) {
    const auto text = [&](std::string_view name) {
      const Json* value = item.find(name);
      return value == nullptr || value->is_null() ? std::string{} : *value->as_string();
    };
    Question question{text("name"), text("ask"), text("default")};
    if (question.ask.empty()) question.ask = question.name;
    if (text("kind") == "host") question.kind = Question::Kind::host;
    questions.push_back(std::move(question));
  }
  return questions;
}

std::string text_of(const Json& object, std::string_view name, std::string_view otherwise) {
  const Json* value = object.find(name);
  return value == nullptr ? std::string(otherwise) : *value->as_string();
}

// Finds the manifests of all layers and makes providers of them.
class Discovery {
 public:
  explicit Discovery(const DirectoryOptions& options)
      : trust_(TrustSource::of_system(), options.executable) {
    list_folders(options);
  }

  void run() {
    std::map<std::string, std::vector<Manifest>> by_id;
    for (const Folder& folder : folders_) {
      for (Manifest& manifest : read_folder(folder)) {
        by_id[manifest.id].push_back(std::move(manifest));
      }
    }
    for (const auto& [id, manifests] : by_id) providers.push_back(make_provider(id, manifests));
  }

  std::vector<Provider> providers;
  std::vector<DirectoryWarning> warnings;

 private:
  // Lowest first; of a search path, the last entry is the lowest.
  void list_folders(const DirectoryOptions& options) {
    folders_.push_back({Layer::vendor, options.manifests, options.libraries});
    folders_.push_back(
        {Layer::administrator, options.administrator, options.administrator_libraries});
    if (!options.profile.empty()) {
      const fs::path plugins = options.profile / "plugins";
      folders_.push_back({Layer::user, plugins, plugins});
    }
    for (auto entry = options.environment_path.rbegin(); entry != options.environment_path.rend();
         ++entry) {
      if (entry->is_absolute()) {
        folders_.push_back({Layer::environment, *entry, *entry});
      } else {
        warn(*entry, Layer::environment,
             fmt::format("the entry \"{}\" of PINDUS_PLUGIN_PATH is not used: it isn't absolute",
                         printable(entry->native())),
             "write the whole path, beginning with a slash");
      }
    }
    for (auto entry = options.command_line_path.rbegin(); entry != options.command_line_path.rend();
         ++entry) {
      std::error_code error;
      if (!fs::is_directory(*entry, error)) {
        warn(*entry, Layer::command_line,
             fmt::format("--plugin-path {} is not a folder", printable(entry->native())),
             "name the folder that holds the manifests");
        continue;
      }
      const fs::path folder = fs::absolute(*entry);
      folders_.push_back({Layer::command_line, folder, folder});
    }
  }

  void warn(const fs::path& path, Layer layer, std::string message, std::string hint) {
    warnings.push_back({path, layer, {std::move(message), std::move(hint)}});
  }

  std::vector<Manifest> read_folder(const Folder& folder) {
    std::error_code error;
    std::vector<fs::path> files;
    fs::directory_iterator entries(folder.manifests, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      const std::string name = entries->path().filename();
      const bool is_manifest = name.ends_with(".json") && !name.ends_with(".script.json");
      if (is_manifest && !name.starts_with('.')) files.push_back(entries->path());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      warn(folder.manifests, folder.layer,
           fmt::format("{} can't be read ({})", folder.manifests.native(), error.message()),
           "let it be a folder that you may read, or remove it");
    }
    std::ranges::sort(files, {}, &fs::path::native);
    std::vector<Manifest> manifests;
    for (const fs::path& file : files) read_manifest(folder, file, manifests);
    return manifests;
  }

  void read_manifest(const Folder& folder, const fs::path& file, std::vector<Manifest>& manifests) {
    const auto refuse = [&](std::string_view reason, std::string hint) {
      warn(file, folder.layer, fmt::format("{} is not used: {}", file.native(), reason),
           std::move(hint));
    };
    std::error_code error;
    const fs::path canonical = fs::canonical(file, error);
    if (error) return refuse(error.message(), "mend the link, or remove it");
    if (const auto distrust = trust_.check(folder.layer, canonical)) {
      // A folder that is to blame is told of once, not for each of its files.
      if (distrust->component == canonical) return refuse("it " + distrust->reason, distrust->hint);
      if (blamed_.insert({canonical.parent_path(), distrust->component}).second) {
        warn(file, folder.layer,
             fmt::format("nothing in {} is used: {} {}", canonical.parent_path().native(),
                         distrust->component.native(), distrust->reason),
             distrust->hint);
      }
      return;
    }
    const auto text = read_small_file(canonical);
    if (!text) return refuse(std::strerror(text.error()), "let it be readable, or remove it");
    auto manifest = parse_manifest(*text);
    if (!manifest) return refuse(manifest.error(), "correct the file, or remove it");
    manifest->path = canonical;
    manifest->layer = folder.layer;
    manifest->libraries = folder.libraries;
    for (const std::string& method : manifest->unknown_methods) {
      warn(file, folder.layer,
           fmt::format("the method \"{}\" in {} is passed over: this version doesn't know it",
                       printable(method), file.native()),
           "upgrade the package pindus");
    }
    manifests.push_back(*std::move(manifest));
  }

  Provider make_provider(const std::string& id, const std::vector<Manifest>& manifests) {
    MergedManifest merged = merge_manifests(manifests);
    merged.json.merge_patch(Json(Json::Object{{"id", Json(id)}}));
    Provider provider;
    provider.id = id;
    provider.label = text_of(merged.json, "label", id);
    provider.docs_url = text_of(merged.json, "docs_url", "");
    if (const Json* enabled = merged.json.find("enabled")) {
      provider.enabled = *enabled->as_boolean();
    }
    if (const Json* names = merged.json.find("env")) {
      for (const Json& name : *names->as_array()) provider.env.push_back(*name.as_string());
    }
    for (const AuthKind kind : {AuthKind::oauth, AuthKind::api_key}) {
      if (const Json* methods = merged.json.find("methods")) {
        if (const Json* method = methods->find(method_name(kind))) {
          provider.methods.push_back(make_method(id, kind, *method, merged, manifests));
        }
      }
    }
    provider.merged_json = merged.json.dump();
    provider.files = std::move(merged.files);
    return provider;
  }

  Method make_method(const std::string& id, AuthKind kind, const Json& json,
                     const MergedManifest& merged, const std::vector<Manifest>& manifests) {
    Method method;
    method.kind = kind;
    method.library = text_of(json, "library", "");
    method.abi = text_of(json, "abi", "1.0");
    if (const Json* options = json.find("options")) {
      for (const auto& [name, value] : *options->as_object()) {
        method.options.emplace(name, *value.as_string());
      }
    }
    method.questions = questions_of(json);
    const std::string called = fmt::format("the {} method of {}", method_name(kind), id);
    const Manifest* giver =
        merged.giver(manifests, fmt::format("/methods/{}/library", method_name(kind)));
    if (giver == nullptr) {
      method.unavailable = {fmt::format("no manifest names the library of {}", called),
                            "install the package that has it"};
      return method;
    }
    method.manifest = giver->path;
    method.layer = giver->layer;
    FoundLibrary found = find_library(method, *giver, called);
    if (found.unavailable.message.empty()) check_agreement(method, called, found);
    method.library_path = std::move(found.path);
    method.unavailable = std::move(found.unavailable);
    return method;
  }

  // The folders in which a manifest's library is looked for: its own, the others of its layer, the
  // vendor's.
  std::vector<const Folder*> library_folders(const Manifest& manifest) const {
    std::vector<const Folder*> places;
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
      if (folder->layer != manifest.layer) continue;
      const bool is_own = folder->libraries == manifest.libraries;
      places.insert(is_own ? places.begin() : places.end(), &*folder);
    }
    if (manifest.layer != Layer::vendor) places.push_back(&folders_.front());
    return places;
  }

  FoundLibrary find_library(const Method& method, const Manifest& manifest,
                            const std::string& called) {
    const auto places = library_folders(manifest);
    for (const Folder* folder : places) {
      if (!folder->libraries.is_absolute()) continue;  // never in the current directory
      const fs::path path = folder->libraries / method.library;
      std::error_code error;
      const fs::path canonical = fs::canonical(path, error);
      if (error == std::errc::no_such_file_or_directory) continue;
      if (error) {
        return {{},
                {fmt::format("{} is not used: {}", path.native(), error.message()),
                 "let it be readable, or remove it"}};
      }
      if (const auto distrust = trust_.check(folder->layer, canonical)) {
        const std::string to_blame =
            distrust->component == canonical ? "it" : distrust->component.native();
        FoundLibrary refused{
            {},
            {fmt::format("{} is not used: {} {}", path.native(), to_blame, distrust->reason),
             distrust->hint}};
        if (blamed_.insert({canonical, distrust->component}).second) {
          warn(path, folder->layer, refused.unavailable.message, refused.unavailable.hint);
        }
        return refused;
      }
      return {canonical, {}};
    }
    return {{},
            {fmt::format("{}, the library of {}, is not installed", method.library, called),
             fmt::format("install the package that has it, or put it into {}",
                         places.front()->libraries.native())}};
  }

  // What can be told without opening the library.
  static void check_agreement(const Method& method, const std::string& called,
                              FoundLibrary& found) {
    const auto dot = method.abi.find('.');
    int major = 0;
    int minor = 0;
    const char* text = method.abi.data();
    std::from_chars(text, text + dot, major);
    std::from_chars(text + dot + 1, text + method.abi.size(), minor);
    if (major != PINDUS_ABI_MAJOR || minor > PINDUS_ABI_MINOR) {
      const bool is_newer = major >= PINDUS_ABI_MAJOR;
      found = {{},
               fmt::format("{} needs version {} of the plugin interface, and this pindus has {}.{}",
                           method.library, method.abi, PINDUS_ABI_MAJOR, PINDUS_ABI_MINOR),
               is_newer ? "upgrade the package pindus"
                        : fmt::format("upgrade the package that has {}", method.library)};
    } else if (const auto option = unanswered_option(method)) {
      found = {{},
               fmt::format("the option {} of {} has a name in braces for which nothing is asked",
                           *option, called),
               fmt::format("add it to the questions in {}", method.manifest.native())};
    }
  }

  std::vector<Folder> folders_;
  PathTrust trust_;
  std::set<std::pair<fs::path, fs::path>> blamed_;  // what isn't used, and what is to blame
};

}  // namespace

ProviderDirectory ProviderDirectory::discover(const DirectoryOptions& options) {
  Discovery discovery(options);
  discovery.run();
  return ProviderDirectory(std::move(discovery.providers), std::move(discovery.warnings));
}

}  // namespace pindus
