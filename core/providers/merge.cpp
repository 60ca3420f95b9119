#include "core/providers/merge.hpp"

#include <algorithm>
#include <map>

namespace pindus {
namespace {

// Keeps track of which file each value (all but non-empty objects) is from.
class Origins {
 public:
  explicit Origins(std::vector<ManifestFile>& files) : files_(files) {}

  // To be told of each patch before it is merged into what is `there`, if anything is.
  void apply(std::size_t file, const std::string& pointer, const Json* there, const Json& patch) {
    const auto* object = patch.as_object();
    if (object == nullptr) {
      // Who says the same again is where it is from, and has overridden nothing.
      if (there != nullptr && !same_value(*there, patch)) {
        hide_below(file, pointer);
        hide(file, pointer);
      }
      if (!patch.is_null()) origin_[pointer] = file;
      return;
    }
    if (there != nullptr) hide(file, pointer);
    for (const auto& [name, change] : *object) {
      const bool heads_every_file = pointer.empty() && (name == "manifest" || name == "id");
      if (heads_every_file) continue;
      apply(file, pointer + "/" + pointer_token(name), there ? there->find(name) : nullptr, change);
    }
    if (object->empty() && !has_below(pointer)) origin_[pointer] = file;
  }

  void tell_what_stands() {
    for (const auto& [pointer, file] : origin_) files_[file].gave.push_back(pointer);
  }

 private:
  using Origin = std::map<std::string, std::size_t>;  // a value's pointer, the index of its file

  void hide(std::size_t by, const std::string& pointer) {
    const auto entry = origin_.find(pointer);
    if (entry != origin_.end()) hide(by, entry);
  }

  void hide_below(std::size_t by, const std::string& pointer) {
    const std::string prefix = pointer + "/";
    auto entry = origin_.lower_bound(prefix);
    while (entry != origin_.end() && entry->first.starts_with(prefix)) entry = hide(by, entry);
  }

  Origin::iterator hide(std::size_t by, Origin::iterator entry) {
    files_[entry->second].hidden.push_back(entry->first);
    files_[by].overrides.push_back(entry->first);
    return origin_.erase(entry);
  }

  [[nodiscard]] bool has_below(const std::string& pointer) const {
    const auto entry = origin_.lower_bound(pointer + "/");
    return entry != origin_.end() && entry->first.starts_with(pointer + "/");
  }

  std::vector<ManifestFile>& files_;
  Origin origin_;
};

}  // namespace

const Manifest* MergedManifest::giver(std::span<const Manifest> manifests,
                                      std::string_view pointer) const {
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (std::ranges::find(files[i].gave, pointer) != files[i].gave.end()) return &manifests[i];
  }
  return nullptr;
}

MergedManifest merge_manifests(std::span<const Manifest> manifests) {
  MergedManifest merged;
  for (const Manifest& manifest : manifests) {
    merged.files.push_back({manifest.path, manifest.layer, {}, {}, {}});
  }
  Origins origins(merged.files);
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    origins.apply(i, "", i == 0 ? nullptr : &merged.json, manifests[i].json);
    merged.json.merge_patch(manifests[i].json);
  }
  origins.tell_what_stands();
  return merged;
}

}  // namespace pindus
