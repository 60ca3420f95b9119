#include "core/setup/setup_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/setup/json_settings.hpp"

namespace pindus {
namespace {

bool is_same_step(const SetupStep& a, const SetupStep& b) {
  return a.client == b.client && a.provider == b.provider && a.place == b.place &&
         a.format == b.format;
}

std::unexpected<CredentialFault> refused(const std::filesystem::path& file,
                                         std::string_view reason) {
  return std::unexpected(setup_fault(fmt::format("{} {}", printable(file.native(), 1000), reason),
                                     "nothing was changed; mend it with an editor"));
}

bool is_blank_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Whatever failed below, it was a setup.
template <typename T>
Result<T> as_setup(Result<T> result) {
  if (!result) result.error().label = setup_fault("").label;
  return result;
}

// From the inner one on; one that holds something else stays.
void remove_folders(const std::vector<std::filesystem::path>& folders) {
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    std::error_code ignored;
    std::filesystem::remove(*folder, ignored);
  }
}

}  // namespace

CredentialFault setup_fault(std::string message, std::string hint) {
  return {FaultKind::vault, "Setup failed", std::move(message), std::move(hint)};
}

Result<PlannedFile*> SetupPlan::file(const std::filesystem::path& path) {
  const auto known =
      std::ranges::find(files_, path, [](const PlannedFile& file) { return file.before.path; });
  if (known != files_.end()) return &*known;
  PlannedFile planned{.before = TRY(as_setup(read_text_file(path)))};
  planned.after = planned.before.content();
  if (const RememberedFile* note = memory_.find(path)) {
    planned.note = *note;
  } else {
    planned.note.made = !planned.before.text;
    if (planned.before.text && is_blank_text(*planned.before.text)) {
      planned.note.blank = *planned.before.text;
    }
  }
  files_.push_back(std::move(planned));
  return &files_.back();
}

Result<void> SetupPlan::add(const SetupStep& step) {
  PlannedFile& planned = *TRY(file(step.file));
  auto& steps = planned.note.steps;
  const auto before = std::ranges::find_if(
      steps, [&](const RememberedStep& other) { return is_same_step(other.step, step); });
  auto edited = apply_step(planned.after, step, before == steps.end() ? Json() : before->memo);
  if (!edited) return refused(step.file, edited.error());
  planned.after = std::move(edited->text);
  if (before == steps.end()) {
    steps.push_back({step, std::move(edited->memo)});
  } else {
    *before = {step, std::move(edited->memo)};
  }
  return {};
}

Result<void> SetupPlan::take_back(const SetupStep& step) {
  PlannedFile& planned = *TRY(file(step.file));
  auto& steps = planned.note.steps;
  const auto made = std::ranges::find_if(
      steps, [&](const RememberedStep& other) { return is_same_step(other.step, step); });
  const Json memo = made == steps.end() ? Json() : made->memo;
  auto taken = take_step_back(planned.after, step, memo);
  if (!taken) return refused(step.file, taken.error());
  for (const std::string& what : taken->left) {
    left_.push_back(fmt::format("{} of {} was changed since, and stays", printable(what),
                                printable(step.file.native(), 1000)));
  }
  if (made != steps.end()) {
    steps.erase(made);
    for (RememberedStep& other : steps) {
      hand_over(planned.after, step, memo, other.step, other.memo);
    }
  }
  planned.after = std::move(taken->text);
  if (!steps.empty()) return {};
  const bool holds_nothing = is_blank_text(planned.after) ||
                             (step.format == SetupFormat::json && is_empty_json(planned.after));
  if (planned.note.made) {
    planned.removed = holds_nothing && planned.before.text.has_value();
  } else if (planned.note.blank && holds_nothing) {
    planned.after = *planned.note.blank;
  }
  return {};
}

bool SetupPlan::changes() const {
  return std::ranges::any_of(files_, &PlannedFile::changes);
}

// What takes a change back is remembered before it is made, and forgotten after it is taken back.
Result<void> SetupPlan::carry_out() {
  for (PlannedFile& planned : files_) {
    const std::filesystem::path& path = planned.before.path;
    const RememberedFile* known = memory_.find(path);
    const RememberedFile earlier = known == nullptr ? RememberedFile() : *known;
    const bool is_undo = planned.note.steps.empty();
    if (!is_undo) TRY(as_setup(memory_.keep(path, planned.note)));
    if (planned.removed) {
      TRY(as_setup(remove_text_file(planned.before)));
      remove_folders(planned.note.folders);
    } else if (planned.changes()) {
      auto made = as_setup(replace_text_file(planned.before, planned.after));
      if (!made) {
        CredentialFault fault = std::move(made).error();
        if (!is_undo && !memory_.keep(path, earlier)) {
          fault.hint = "setup.json has this change all the same; --undo takes it from there";
        }
        return std::unexpected(std::move(fault));
      }
      auto& folders = planned.note.folders;
      folders.insert(folders.end(), made->folders.begin(), made->folders.end());
      if (!made->folders.empty()) TRY(as_setup(memory_.keep(path, planned.note)));
    }
    if (is_undo) TRY(as_setup(memory_.keep(path, planned.note)));
  }
  return {};
}

}  // namespace pindus
