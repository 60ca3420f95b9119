#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>

#include <pindus/plugin.h>

#include "core/base/fault.hpp"
#include "core/providers/manifest_api.hpp"
#include "core/providers/manifest_reader.hpp"
#include "core/providers/merge.hpp"
#include "core/providers/providers.hpp"
#include "core/providers/trust.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// What became of looking for a library.
struct FoundLibrary {
  fs::path path;
  Reason unavailable;
};

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
    // What has no default may be left blank only where the manifest says so.
    const Json* required = item.find("required");
    question.required = required == nullptr || required->is_null() || *required->as_boolean();
    questions.push_back(std::move(question));
  }
  return questions;
}

std::string text_of(const Json& object, std::string_view name, std::string_view otherwise) {
  const std::string* text = object.find_text(name);
  return text == nullptr ? std::string(otherwise) : *text;
}

// Finds the manifests of all layers and makes providers of them.
class Discovery {
 public:
  explicit Discovery(const DirectoryOptions& options)
      : trust_(TrustSource::of_system(), options.executable), reader_(trust_, options.about) {
    list_folders(options);
  }

  ProviderDirectory run() {
    for (const LayerFolder& folder : folders_) reader_.read(folder);
    std::vector<Provider> providers;
    for (const auto& [id, manifests] : reader_.manifests) {
      providers.push_back(make_provider(id, manifests));
    }
    return ProviderDirectory(std::move(providers), std::move(reader_.warnings),
                             std::move(reader_.refusals));
  }

 private:
  // Lowest first; of a search path, the last entry is the lowest.
  void list_folders(const DirectoryOptions& options) {
    folders_.push_back({Layer::vendor, options.manifests, options.libraries});
    folders_.push_back(
        {Layer::administrator, options.administrator, options.administrator_libraries});
    if (!options.profile.empty()) {
      // Its libraries are the vendor's.
      folders_.push_back({Layer::discovered, options.profile / "discovered", {}});
      const fs::path plugins = options.profile / "plugins";
      folders_.push_back({Layer::user, plugins, plugins});
    }
    for (auto entry = options.environment_path.rbegin(); entry != options.environment_path.rend();
         ++entry) {
      list_environment_entry(*entry);
    }
    for (auto entry = options.command_line_path.rbegin(); entry != options.command_line_path.rend();
         ++entry) {
      std::error_code error;
      if (!fs::is_directory(*entry, error)) {
        reader_.refuse_folder(
            Layer::command_line, *entry,
            {fmt::format("--plugin-path {} is not a folder", printable(entry->native())),
             "name the folder that holds the manifests"});
        continue;
      }
      const fs::path folder = fs::absolute(*entry);
      folders_.push_back({Layer::command_line, folder, folder});
    }
  }

  void list_environment_entry(const fs::path& entry) {
    std::error_code error;
    if (!entry.is_absolute()) {
      reader_.refuse_folder(
          Layer::environment, entry,
          {fmt::format("the entry \"{}\" of PINDUS_PLUGIN_PATH is not used: it isn't absolute",
                       printable(entry.native())),
           "write the whole path, beginning with a slash"});
    } else if (fs::symlink_status(entry, error).type() == fs::file_type::not_found) {
      reader_.refuse_folder(Layer::environment, entry,
                            {fmt::format("the folder {} of PINDUS_PLUGIN_PATH is not there",
                                         printable(entry.native())),
                             "bring it back, or take it out of the variable"});
    } else {
      folders_.push_back({Layer::environment, entry, entry});
    }
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
    if (std::ranges::find(manifests, Layer::discovered, &Manifest::layer) != manifests.end()) {
      const std::string* block = merged.json.text_at("/discovered/network");
      provider.network = block == nullptr ? "" : *block;
    }
    if (const Json* api = merged.json.find("api")) provider.api = read_api(*api);
    if (const Json* methods = merged.json.find("methods")) {
      for (const auto& [name, method] : *methods->as_object()) {
        const std::string kind = text_of(method, "kind", name);
        // Of a later version's kind, or of none, which is told.
        if (!kind_named(kind) && method.find("kind") != nullptr) continue;
        Method made = make_method(id, name, method, merged, manifests);
        const auto others = std::ranges::find(provider.methods, AuthKind::api_key, &Method::kind);
        provider.methods.insert(made.kind == AuthKind::oauth ? others : provider.methods.end(),
                                std::move(made));
      }
    }
    provider.merged = std::move(merged.json);
    provider.files = std::move(merged.files);
    return provider;
  }

  Method make_method(const std::string& id, const std::string& name, const Json& json,
                     const MergedManifest& merged, const std::vector<Manifest>& manifests) {
    Method method;
    method.name = name;
    const auto kind = kind_named(text_of(json, "kind", name));
    method.kind = kind.value_or(AuthKind::oauth);
    method.label = text_of(json, "label", "");
    method.library = text_of(json, "library", "");
    method.abi = text_of(json, "abi", "1.0");
    if (const Json* options = json.find("options")) {
      for (const auto& [option, value] : *options->as_object()) {
        method.options.emplace(option, *value.as_string());
      }
    }
    method.questions = questions_of(json);
    const auto giver_of = [&](std::string_view member) {
      return merged.giver(manifests, fmt::format("/methods/{}/{}", name, member));
    };
    const Manifest* revoke_url = giver_of("options/revoke_url");
    const Manifest* token_url = giver_of("options/token_url");
    // The manifests lie in the order of their merge.
    method.revoke_url_is_older = revoke_url != nullptr && revoke_url < token_url;
    const std::string called = fmt::format("the {} method of {}", name, id);
    const Manifest* giver = giver_of("library");
    if (giver == nullptr) {
      method.unavailable = {fmt::format("no manifest names the library of {}", called),
                            "install the package that has it"};
      return method;
    }
    method.manifest = giver->path;
    method.layer = giver->layer;
    if (!kind) {
      method.unavailable = {
          fmt::format("{} is of no kind", called),
          fmt::format("add \"kind\": \"oauth\" or \"api-key\" to it in {}", giver->path.native())};
      return method;
    }
    FoundLibrary found = find_library(method, *giver, called);
    if (found.unavailable.message.empty()) check_agreement(method, called, found);
    method.library_path = std::move(found.path);
    method.unavailable = std::move(found.unavailable);
    return method;
  }

  // The folders in which a manifest's library is looked for: its own, the others of its layer, the
  // vendor's.
  std::vector<const LayerFolder*> library_folders(const Manifest& manifest) const {
    std::vector<const LayerFolder*> places;
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
    for (const LayerFolder* folder : places) {
      if (!folder->libraries.is_absolute()) continue;  // never in the current directory
      const fs::path path = folder->libraries / method.library;
      std::error_code error;
      const fs::path canonical = paths_.of(folder->libraries, method.library, error);
      if (error == std::errc::no_such_file_or_directory) continue;
      if (error) {
        return {{},
                {fmt::format("{} is not used: {}", path.native(), error.message()),
                 "let it be readable, or remove it"}};
      }
      if (const auto distrust = trust_.check(folder->layer, path)) {
        const bool is_to_blame = distrust->component == path || distrust->component == canonical;
        FoundLibrary refused{
            {},
            {fmt::format("{} is not used: {} {}", path.native(),
                         is_to_blame ? "it" : distrust->component.native(), distrust->reason),
             distrust->hint}};
        if (told_.insert(path).second) reader_.warn(folder->layer, path, refused.unavailable);
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

  std::vector<LayerFolder> folders_;
  PathTrust trust_;
  ManifestReader reader_;
  CanonicalPaths paths_;
  std::set<fs::path> told_;  // libraries that aren't used
};

}  // namespace

ProviderDirectory ProviderDirectory::discover(const DirectoryOptions& options) {
  return Discovery(options).run();
}

}  // namespace pindus
