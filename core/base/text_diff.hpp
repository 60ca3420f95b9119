#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pindus {

/// What became of a line.
enum class LineChange { kept, removed, added };

/// A line of a difference, borrowed from one of the two texts, with its line end where it has one.
struct DiffLine {
  LineChange change = LineChange::kept;
  std::string_view text;
};

/// All lines of two texts in an order that tells them apart with the fewest removals and additions
/// (Myers 1986). Takes time with the texts' sizes times what differs.
[[nodiscard]] std::vector<DiffLine> line_diff(std::string_view before, std::string_view after);

/// The difference as diff -u prints it, without its two lines of names: hunks with three lines of
/// context; empty where the texts are the same.
[[nodiscard]] std::vector<std::string> unified_hunks(const std::vector<DiffLine>& lines);

}  // namespace pindus
