#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/setup/settings.hpp"

namespace pindus {

/// A block of lines between two marks, `# >>> pindus NAME >>>` and `# <<< pindus NAME <<<`.
struct MarkedBlock {
  std::size_t begin = 0;
  std::size_t end = 0;      ///< behind its last line end
  std::string_view inside;  ///< its lines, borrowed
};

/// How a block is named and marked.
struct BlockName {
  std::string name;           ///< "gemini google"
  std::string comment = "#";  ///< what begins a comment
};

/// Where a block that wasn't there goes.
enum class BlockPlace { start, end };

/// The block in a text, where it has one. The error: a mark without the other, or two blocks.
[[nodiscard]] Edit<std::optional<MarkedBlock>> find_block(std::string_view text,
                                                          const BlockName& name);

/// The block's own bytes, marks and line ends as the text has them.
[[nodiscard]] std::string block_text(const BlockName& name, const std::vector<std::string>& lines,
                                     std::string_view line_end);

/// Puts lines in the block, which is made where there is none. `memo` is that of an earlier change,
/// or null. The error: that of find_block; the text is no text.
[[nodiscard]] Edit<EditedText> set_block(std::string_view text, const BlockName& name,
                                         const std::vector<std::string>& lines, BlockPlace place,
                                         const Json& memo);

/// Takes the block out; nothing is left of it, and all else stays. Also without a memo.
[[nodiscard]] Edit<std::string> take_block_back(std::string_view text, const BlockName& name,
                                                const Json& memo);

}  // namespace pindus
