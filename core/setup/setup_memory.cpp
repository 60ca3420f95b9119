#include "core/setup/setup_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pindus {
namespace {

constexpr std::int64_t version = 1;

std::string text_in(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member == nullptr || member->as_string() == nullptr ? "" : *member->as_string();
}

std::optional<SetupFormat> format_named(std::string_view name) {
  for (const SetupFormat format :
       {SetupFormat::json, SetupFormat::toml, SetupFormat::block, SetupFormat::shell}) {
    if (setup_format_name(format) == name) return format;
  }
  return std::nullopt;
}

std::optional<RememberedStep> read_step(const Json& json, const std::filesystem::path& file) {
  const auto format = format_named(text_in(json, "format"));
  const Json* memo = json.find("memo");
  if (!format || memo == nullptr) return std::nullopt;
  return RememberedStep{{.format = *format,
                         .client = text_in(json, "client"),
                         .provider = text_in(json, "provider"),
                         .account = text_in(json, "account"),
                         .place = text_in(json, "place"),
                         .file = file,
                         .comment = text_in(json, "comment")},
                        *memo};
}

std::optional<RememberedFile> read_file_note(const Json& json, const std::filesystem::path& file) {
  RememberedFile note;
  const Json* made = json.find("made");
  note.made = made != nullptr && made->as_boolean() != nullptr && *made->as_boolean();
  if (const Json* blank = json.find("blank"); blank != nullptr && blank->as_string() != nullptr) {
    note.blank = *blank->as_string();
  }
  if (const Json* folders = json.find("folders"); folders != nullptr && folders->as_array()) {
    for (const Json& folder : *folders->as_array()) {
      if (const std::string* path = folder.as_string()) note.folders.emplace_back(*path);
    }
  }
  const Json* steps = json.find("steps");
  if (steps == nullptr || steps->as_array() == nullptr) return std::nullopt;
  for (const Json& step : *steps->as_array()) {
    auto read = read_step(step, file);
    if (!read) return std::nullopt;
    note.steps.push_back(*std::move(read));
  }
  return note;
}

Json write_step(const RememberedStep& remembered) {
  const SetupStep& step = remembered.step;
  return Json(Json::Object{{"client", Json(step.client)},
                           {"provider", Json(step.provider)},
                           {"account", Json(step.account)},
                           {"place", Json(step.place)},
                           {"format", Json(std::string(setup_format_name(step.format)))},
                           {"comment", Json(step.comment)},
                           {"memo", remembered.memo}});
}

Json write_file_note(const RememberedFile& note) {
  Json::Object object = {{"made", Json(note.made)}};
  if (note.blank) object.emplace_back("blank", Json(*note.blank));
  Json::Array folders;
  for (const auto& folder : note.folders) folders.emplace_back(folder.string());
  object.emplace_back("folders", Json(std::move(folders)));
  Json::Array steps;
  for (const RememberedStep& step : note.steps) steps.push_back(write_step(step));
  object.emplace_back("steps", Json(std::move(steps)));
  return Json(std::move(object));
}

}  // namespace

Result<SetupMemory> SetupMemory::read(const std::filesystem::path& profile) {
  if (profile.empty()) return SetupMemory(TextFile{});
  SetupMemory memory(TRY(read_text_file(profile / "setup.json")));
  if (memory.file_.content().empty() || memory.understand()) return memory;
  return fail(FaultKind::vault,
              fmt::format("{} can't be understood: it should hold what auth setup has changed",
                          memory.file_.path.string()),
              "mend it with an editor, or remove it and undo by hand");
}

bool SetupMemory::understand() {
  const auto json = Json::parse(file_.content());
  const Json* files = json ? json->find("files") : nullptr;
  if (files == nullptr || files->as_object() == nullptr) return false;
  for (const auto& [file, note] : *files->as_object()) {
    auto read = read_file_note(note, file);
    if (!read) return false;
    files_.insert_or_assign(file, *std::move(read));
  }
  return true;
}

const RememberedFile* SetupMemory::find(const std::filesystem::path& file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? nullptr : &found->second;
}

Result<void> SetupMemory::keep(const std::filesystem::path& file, RememberedFile note) {
  if (note.steps.empty() && !files_.contains(file)) return {};
  Files changed = files_;
  if (note.steps.empty()) {
    changed.erase(file);
  } else {
    changed.insert_or_assign(file, std::move(note));
  }
  if (changed.empty()) {
    TRY(remove_text_file(file_));
    file_.text.reset();
    files_.clear();
    return {};
  }
  Json::Object files;
  for (const auto& [path, kept] : changed) {
    files.emplace_back(path.string(), write_file_note(kept));
  }
  const Json json(Json::Object{{"version", Json(version)}, {"files", Json(std::move(files))}});
  std::string text = json.dump() + "\n";
  TRY(replace_text_file(file_, text, NewFileMode::private_));
  file_.text = std::move(text);
  files_ = std::move(changed);
  return {};
}

}  // namespace pindus
