#pragma once

namespace pindus {

/// Whether the program that runs is one of ours, or one that embeds us, whose environment, exit
/// handlers and libraries are its own.
enum class WhoseProgram { ours, anothers };

/// Says which it is, before anything else here is called; nobody says: ours.
void set_whose_program(WhoseProgram whose) noexcept;

[[nodiscard]] WhoseProgram whose_program() noexcept;

}  // namespace pindus
