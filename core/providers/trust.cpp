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

// More than the kernel follows.
constexpr int most_links = 40;

std::vector<fs::path> components_of(const fs::path& path) {
  std::vector<fs::path> components;
  fs::path so_far;
  for (const fs::path& name : path) components.push_back(so_far /= name);
  return components;
}

// A name that is still to be looked up.
struct Name {
  fs::path name;
  bool is_far_above = true;
};

// The names of a path for a stack, the first on top; the last `near_end` of them are near its end.
std::vector<Name> stacked(const fs::path& path, std::size_t near_end) {
  std::vector<Name> names;
  for (const fs::path& name : path) names.push_back({name});
  std::ranges::reverse(names);
  for (Name& name : std::span(names).first(std::min(near_end, names.size()))) {
    name.is_far_above = false;
  }
  return names;
}

bool is_sticky(const FileFacts& facts) {
  return facts.kind == FileFacts::Kind::directory && (facts.permissions & S_ISVTX) != 0;
}

Distrust not_examined(const fs::path& path, int error) {
  return {path, fmt::format("can't be examined ({})", std::strerror(error)),
          fmt::format("ls -ld {}", shell_word(path.native()))};
}

}  // namespace

PathTrust::PathTrust(TrustSource source, const fs::path& executable) : source_(std::move(source)) {
  const auto facts = source_.facts(executable);
  if (executable.empty() || !facts) return;
  executable_ = Executable{facts->owner, components_of(executable.parent_path()), {}};
  // Whoever may write to a directory above the executable can put another one in its place; a
  // sticky one only lets them add to it.
  for (const fs::path& path : components_of(executable)) {
    const auto above = source_.facts(path);
    if (!above || is_sticky(*above)) continue;
    auto& groups = executable_->groups;
    if ((above->permissions & S_IWGRP) != 0) groups.push_back(above->group);
    groups.insert(groups.end(), above->writing_groups.begin(), above->writing_groups.end());
  }
}

std::optional<Distrust> PathTrust::check(Layer layer, const fs::path& file) const {
  const Judgement& folder = judgement_of(layer, file.parent_path());
  if (!folder.distrust) {
    const fs::path here = folder.place / file.filename();
    const auto facts = source_.facts(here);
    if (facts && facts->kind == FileFacts::Kind::regular) {
      return check_component(layer, {here, *facts, folder.is_sticky, false});
    }
  }
  // What is wrong, or a link, which leads through other folders.
  return judge(layer, file, FileFacts::Kind::regular).distrust;
}

std::optional<Distrust> PathTrust::check_folder(Layer layer, const fs::path& folder) const {
  return judgement_of(layer, folder).distrust;
}

const PathTrust::Judgement& PathTrust::judgement_of(Layer layer, const fs::path& folder) const {
  const auto [known, is_new] = judgements_.try_emplace({layer, folder.native()});
  if (is_new) known->second = judge(layer, folder, FileFacts::Kind::directory);
  return known->second;
}

PathTrust::Judgement PathTrust::judge(Layer layer, const fs::path& path,
                                      FileFacts::Kind wanted) const {
  const bool is_file = wanted == FileFacts::Kind::regular;
  const auto walked = walk(path, is_file ? 2 : 1);
  if (!walked) return {walked.error()};
  const Components& components = walked->components;
  if (components.empty() || components.back().facts.kind != wanted) {
    const std::string_view what = is_file ? "file" : "folder";
    return {Distrust{path, fmt::format("is not a {}{}", is_file ? "regular " : "", what),
                     fmt::format("put a {} in the place of {}", what, shell_word(path.native()))}};
  }
  for (const Component& component : components) {
    if (auto distrust = check_component(layer, component)) return {std::move(distrust)};
  }
  return {std::nullopt, walked->end, walked->ends_in_sticky_folder};
}

// Looks at each folder once.
std::expected<FileFacts, int> PathTrust::facts_of(const fs::path& path) const {
  if (const auto known = folders_.find(path.native()); known != folders_.end()) {
    return known->second;
  }
  auto facts = source_.facts(path);
  if (facts && facts->kind == FileFacts::Kind::directory) folders_.emplace(path.native(), *facts);
  return facts;
}

// Goes through a path as the kernel does. The last component is what it leads to.
std::expected<PathTrust::Walk, Distrust> PathTrust::walk(const fs::path& path,
                                                         std::size_t near_end) const {
  Components components;
  fs::path folder;  // where the next name is looked up; holds no link
  bool in_sticky_folder = false;
  int links = 0;
  std::vector<Name> names = stacked(path, near_end);
  while (!names.empty()) {
    const Name next = std::move(names.back());
    names.pop_back();
    if (next.name.empty() || next.name == ".") continue;
    if (next.name == "..") {
      folder = folder.parent_path();
      const auto facts = facts_of(folder);
      in_sticky_folder = facts && is_sticky(*facts);
      continue;
    }
    const fs::path here = folder / next.name;  // a root takes the place of all before it
    auto facts = facts_of(here);
    if (!facts) return std::unexpected(not_examined(here, facts.error()));
    const bool is_top = here == here.root_path();
    components.push_back({here, *facts, in_sticky_folder && !is_top, next.is_far_above});
    if (facts->kind == FileFacts::Kind::link) {
      if (++links > most_links) return std::unexpected(not_examined(here, ELOOP));
      for (Name& name : stacked(facts->target, 0)) names.push_back(std::move(name));
      continue;
    }
    folder = here;
    in_sticky_folder = is_sticky(*facts);
  }
  // Where links led elsewhere, its end and the folder of that.
  fs::path end = folder;
  for (std::size_t i = 0; i < near_end; ++i, end = end.parent_path()) {
    for (Component& component : components) {
      if (component.path == end) component.is_far_above = false;
    }
  }
  return Walk{std::move(components), std::move(folder), in_sticky_folder};
}

std::optional<Distrust> PathTrust::check_component(Layer layer, const Component& component) const {
  return layer == Layer::vendor && executable_ ? check_as_vendor(component, *executable_)
                                               : check_strictly(component);
}

std::optional<Distrust> PathTrust::check_as_vendor(const Component& component,
                                                   const Executable& executable) const {
  if (std::ranges::find(executable.folders, component.path) != executable.folders.end()) {
    return std::nullopt;
  }
  const auto is_trusted_user = [&](uid_t user) {
    return is_root_or_user(user) || user == executable.owner;
  };
  const auto is_trusted_group = [&](gid_t group) {
    return std::ranges::find(executable.groups, group) != executable.groups.end();
  };
  if (!is_trusted_user(component.facts.owner)) return wrong_owner(component);
  return writable(component, is_trusted_user, is_trusted_group);
}

std::optional<Distrust> PathTrust::check_strictly(const Component& component) const {
  const FileFacts& facts = component.facts;
  const bool stands_in_for_root = component.is_far_above && !component.in_sticky_folder &&
                                  source_.stand_in_for_root == facts.owner;
  if (!is_root_or_user(facts.owner) && !stands_in_for_root) return wrong_owner(component);
  // There nobody else can rename or remove what is root's or the user's, and what is in it is
  // one of the next components.
  if (is_sticky(facts)) return std::nullopt;
  return writable(
      component, [&](uid_t user) { return is_root_or_user(user); },
      [&](gid_t group) { return source_.is_private_group(facts.owner, group); });
}

bool PathTrust::is_root_or_user(uid_t owner) const noexcept {
  return owner == 0 || owner == source_.user;
}

std::optional<Distrust> PathTrust::wrong_owner(const Component& component) const {
  const std::string owner = source_.user_name(component.facts.owner);
  const std::string chown = source_.user == 0 ? std::string("chown root")
                                              : "sudo chown " + source_.user_name(source_.user);
  const bool is_link = component.facts.kind == FileFacts::Kind::link;
  return Distrust{
      component.path, "belongs to " + owner,
      fmt::format("{}{} {}", chown, is_link ? " -h" : "", shell_word(component.path.native()))};
}

// Who else may write, of all that the mode and the ACL tell. A link's own say nothing: it is
// changed by whoever may write where it stands.
std::optional<Distrust> PathTrust::writable(
    const Component& component, const std::function<bool(uid_t)>& is_trusted_user,
    const std::function<bool(gid_t)>& is_trusted_group) const {
  const FileFacts& facts = component.facts;
  if (facts.kind == FileFacts::Kind::link) return std::nullopt;
  const auto by = [&](const std::string& who, const std::string& command) {
    const bool own = source_.user == 0 || facts.owner == source_.user;
    return Distrust{
        component.path, "is writable by " + who,
        fmt::format("{}{} {}", own ? "" : "sudo ", command, shell_word(component.path.native()))};
  };
  if ((facts.permissions & S_IWOTH) != 0) return by("everyone", "chmod o-w");
  if ((facts.permissions & S_IWGRP) != 0 && !is_trusted_group(facts.group)) {
    return by("the group " + source_.group_name(facts.group), "chmod g-w");
  }
  for (const uid_t user : facts.writing_users) {
    if (is_trusted_user(user)) continue;
    const std::string name = source_.user_name(user);
    return by(name + " (by an ACL)", "setfacl -x u:" + name);
  }
  for (const gid_t group : facts.writing_groups) {
    if (is_trusted_group(group)) continue;
    const std::string name = source_.group_name(group);
    return by("the group " + name + " (by an ACL)", "setfacl -x g:" + name);
  }
  return std::nullopt;
}

}  // namespace pindus
