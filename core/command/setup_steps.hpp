#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clients/clients.hpp"
#include "core/command/command.hpp"
#include "core/setup/setup_change.hpp"

namespace pindus {

/// A provider whose keys a program is to ask for, and how.
struct SetupTarget {
  std::string provider = {};
  std::string account = {};            ///< empty: whichever counts when the program asks
  const ClientSetup* setup = nullptr;  ///< borrowed from the client
  std::vector<SetupStep> steps = {};
  std::vector<std::string> notes = {};  ///< with what their placeholders stand for
  bool is_stored = true;                ///< that provider has an account
};

/// What a program is to be set up for: the providers that are named ("openai:work"), else those
/// that it takes keys of and that have an account; where none has, its only one. `account` is that
/// of all of them. Faults: an account isn't stored; the program has no use for its key; nobody
/// knows what a placeholder, a shell or a file's name stands for.
[[nodiscard]] Result<std::vector<SetupTarget>> setup_targets(
    Context& context, const Client& client, const std::vector<std::string>& names,
    const std::optional<std::string>& account);

/// The steps of one target, for whatever was stored; of the shells, all. For finding what was made:
/// texts are as they stand in the client's file. Files that can't be named here are left out.
[[nodiscard]] std::vector<SetupStep> possible_steps(const Context& context, const Client& client,
                                                    std::string_view provider);

/// Where a file that a client's file names is. The fault: HOME or a working directory is missing.
[[nodiscard]] Result<std::filesystem::path> setup_file(const Context& context,
                                                       std::string_view name);

/// Whether anything can be set up for that program.
[[nodiscard]] bool can_be_set_up(const Client& client);

}  // namespace pindus
