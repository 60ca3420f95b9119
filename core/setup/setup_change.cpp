#include "core/setup/setup_change.hpp"

#include "core/setup/json_settings.hpp"
#include "core/setup/marked_block.hpp"
#include "core/setup/toml_settings.hpp"

namespace pindus {
namespace {

bool is_block(const SetupStep& step) {
  return step.format == SetupFormat::block || step.format == SetupFormat::shell;
}

}  // namespace

Edit<EditedText> apply_step(std::string_view text, const SetupStep& step, const Json& memo) {
  switch (step.format) {
    case SetupFormat::json: return set_json(text, step.set, memo, step.add);
    case SetupFormat::toml: return set_toml(text, step.set, step.block(), memo);
    case SetupFormat::block:
    case SetupFormat::shell: break;
  }
  return set_block(text, {step.block(), step.comment}, step.lines, BlockPlace::end, memo);
}

Edit<TakenBack> take_step_back(std::string_view text, const SetupStep& step, const Json& memo) {
  switch (step.format) {
    case SetupFormat::json: return take_back_json(text, memo);
    case SetupFormat::toml: return take_back_toml(text, step.block(), memo);
    case SetupFormat::block:
    case SetupFormat::shell: break;
  }
  auto left = take_block_back(text, {step.block(), step.comment}, memo);
  if (!left) return std::unexpected(std::move(left).error());
  return TakenBack{.text = *std::move(left)};
}

void hand_over(std::string_view text, const SetupStep& gone, const Json& memo,
               const SetupStep& heir, Json& heir_memo) {
  if (gone.format == SetupFormat::json && heir.format == SetupFormat::json) {
    hand_over_json(memo, heir_memo);
  } else if (is_block(gone) && is_block(heir)) {
    // The line end that was missing is before whichever block comes first.
    const auto first = find_block(text, {gone.block(), gone.comment});
    const auto second = find_block(text, {heir.block(), heir.comment});
    const bool is_next = first && *first && second && *second && (*first)->end == (*second)->begin;
    if (is_next) heir_memo = memo;
  }
}

Edit<bool> has_other(std::string_view text, const SetupStep& step) {
  switch (step.format) {
    case SetupFormat::json: {
      auto values = json_at(text, step.set);
      if (!values) return std::unexpected(std::move(values).error());
      return !values->empty();
    }
    case SetupFormat::toml: return toml_has_other(text, step.set, step.block());
    case SetupFormat::block:
    case SetupFormat::shell: break;
  }
  return false;
}

}  // namespace pindus
