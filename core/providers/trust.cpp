#include "core/providers/trust.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> components_of(const fs::path& path) {
  std::vector<fs::path> components;
  fs::path so_far;
  for (const fs::path& name : path) components.push_back(so_far /= name);
  return components;
}

}  // namespace

PathTrust::PathTrust(TrustSource source, const fs::path& executable) : source_(std::move(source)) {
  const auto facts = source_.facts(executable);
  if (executable.empty() || !facts) return;
  executable_ = Executable{executable, facts->owner, {}};
  // Whoever may write to a directory above the executable can put another one in its place; a
  // sticky one only lets them add to it.
  for (const fs::path& path : components_of(executable)) {
    const auto above = source_.facts(path);
    if (above && (above->permissions & S_IWGRP) != 0 && (above->permissions & S_ISVTX) == 0) {
      executable_->groups.push_back(above->group);
    }
  }
}

std::optional<Distrust> PathTrust::check(Layer layer, const fs::path& file) const {
  Components components;
  for (const fs::path& path : components_of(file)) {
    const auto facts = source_.facts(path);
    if (!facts) {
      return Distrust{path, fmt::format("can't be examined ({})", std::strerror(facts.error())),
                      fmt::format("ls -ld {}", shell_word(path.native()))};
    }
    components.push_back({path, *facts});
  }
  if (components.empty() || components.back().facts.kind != FileFacts::Kind::regular) {
    return Distrust{file, "is not a regular file",
                    fmt::format("put a file in the place of {}", shell_word(file.native()))};
  }
  if (layer == Layer::vendor && executable_) return check_as_vendor(components, *executable_);
  return check_strictly(components);
}

std::optional<Distrust> PathTrust::check_as_vendor(const Components& components,
                                                   const Executable& executable) const {
  const auto own = components_of(executable.path.parent_path());
  std::size_t shared = 0;
  while (shared < own.size() && shared + 1 < components.size() &&
         own[shared] == components[shared].path) {
    ++shared;
  }
  for (const Component& component : std::span(components).subspan(shared)) {
    const FileFacts& facts = component.facts;
    if (!is_root_or_user(facts.owner) && facts.owner != executable.owner) {
      return wrong_owner(component);
    }
    if ((facts.permissions & S_IWOTH) != 0) return writable(component, S_IWOTH);
    if ((facts.permissions & S_IWGRP) != 0 &&
        std::ranges::find(executable.groups, facts.group) == executable.groups.end()) {
      return writable(component, S_IWGRP);
    }
  }
  return std::nullopt;
}

std::optional<Distrust> PathTrust::check_strictly(const Components& components) const {
  for (std::size_t i = 0; i < components.size(); ++i) {
    const FileFacts& facts = components[i].facts;
    const bool above_directory_of_file = i + 2 < components.size();
    const bool stands_in_for_root =
        above_directory_of_file && source_.stand_in_for_root == facts.owner;
    if (!is_root_or_user(facts.owner) && !stands_in_for_root) return wrong_owner(components[i]);

    // In a sticky directory nobody else can rename or remove what is root's or the user's.
    if (i + 1 < components.size() && (facts.permissions & S_ISVTX) != 0) {
      if (!is_root_or_user(components[i + 1].facts.owner)) return wrong_owner(components[i + 1]);
      continue;
    }
    if ((facts.permissions & S_IWOTH) != 0) return writable(components[i], S_IWOTH);
    if ((facts.permissions & S_IWGRP) != 0 && !source_.is_private_group(facts.owner, facts.group)) {
      return writable(components[i], S_IWGRP);
    }
  }
  return std::nullopt;
}

bool PathTrust::is_root_or_user(uid_t owner) const noexcept {
  return owner == 0 || owner == source_.user;
}

std::optional<Distrust> PathTrust::wrong_owner(const Component& component) const {
  const std::string owner = source_.user_name(component.facts.owner);
  const std::string chown = source_.user == 0 ? std::string("chown root")
                                              : "sudo chown " + source_.user_name(source_.user);
  return Distrust{component.path, "belongs to " + owner,
                  fmt::format("{} {}", chown, shell_word(component.path.native()))};
}

std::optional<Distrust> PathTrust::writable(const Component& component, mode_t bits) const {
  const FileFacts& facts = component.facts;
  const std::string who =
      bits == S_IWOTH ? "everyone" : "the group " + source_.group_name(facts.group);
  const bool own = source_.user == 0 || facts.owner == source_.user;
  return Distrust{component.path, "is writable by " + who,
                  fmt::format("{}chmod {} {}", own ? "" : "sudo ", bits == S_IWOTH ? "o-w" : "g-w",
                              shell_word(component.path.native()))};
}

}  // namespace pindus
