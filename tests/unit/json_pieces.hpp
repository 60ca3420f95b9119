#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/bare/json_reader.hpp"

namespace pindus::test {

inline bare::Text text(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

/// A stream that hands out a document in pieces that end at the given offsets. Each piece is moved
/// and the one before is overwritten, as a program's single buffer does.
class Pieces {
 public:
  Pieces(std::string_view document, std::vector<size_t> ends)
      : document_(document), ends_(std::move(ends)) {
    ends_.push_back(document.size());
  }

  static ptrdiff_t next(void* self, const char** chunk) {
    auto& pieces = *static_cast<Pieces*>(self);
    std::fill(pieces.piece_.begin(), pieces.piece_.end(), '#');
    while (pieces.next_ < pieces.ends_.size() && pieces.ends_[pieces.next_] == pieces.begin_) {
      ++pieces.next_;
    }
    if (pieces.next_ == pieces.ends_.size()) return 0;
    const size_t end = pieces.ends_[pieces.next_++];
    const std::string_view bytes = pieces.document_.substr(pieces.begin_, end - pieces.begin_);
    pieces.piece_ = std::vector<char>(bytes.begin(), bytes.end());
    pieces.begin_ = end;
    *chunk = pieces.piece_.data();
    return static_cast<ptrdiff_t>(pieces.piece_.size());
  }

 private:
  std::string_view document_;
  std::vector<size_t> ends_;
  std::vector<char> piece_;
  size_t next_ = 0;
  size_t begin_ = 0;
};

/// The document without blanks between its tokens, then what is wrong with it and where.
inline std::string compacted(bare::JsonReader reader) {
  std::string memory(4096, '\0');
  bare::TextBuffer buffer(memory.data(), memory.size());
  reader.copy_value(buffer);
  reader.finish();
  return memory.substr(0, buffer.size) + describe(reader.error()) +
         std::to_string(reader.error_offset());
}

}  // namespace pindus::test
