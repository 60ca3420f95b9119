#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/clients/client_setup.hpp"
#include "core/setup/settings.hpp"

namespace pindus {

/// A change to one file, with all that its texts stood for.
struct SetupStep {
  SetupFormat format = SetupFormat::block;
  std::string client = {};
  std::string provider = {};
  std::string account = {};         ///< empty: whichever counts when the program asks
  std::string place = {};           ///< the file as the client's file names it
  std::filesystem::path file = {};  ///< absolute
  Settings set = {};
  Settings add = {};  ///< of JSON: where nothing stands
  std::vector<std::string> lines = {};
  std::string comment = "#";

  /// What names its blocks.
  [[nodiscard]] std::string block() const { return client + " " + provider; }
};

/// Makes the change in a text. `memo` is that of the same step before, or null.
[[nodiscard]] Edit<EditedText> apply_step(std::string_view text, const SetupStep& step,
                                          const Json& memo);

/// Takes it back. Of the step only what names it is looked at.
[[nodiscard]] Edit<TakenBack> take_step_back(std::string_view text, const SetupStep& step,
                                             const Json& memo);

/// What two steps made together in a text, before one of them is taken back, is from then on what
/// the other made.
void hand_over(std::string_view text, const SetupStep& gone, const Json& memo,
               const SetupStep& heir, Json& heir_memo);

/// Whether the text has something of somebody else's where the step would put its own.
[[nodiscard]] Edit<bool> has_other(std::string_view text, const SetupStep& step);

}  // namespace pindus
