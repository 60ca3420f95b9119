#include "core/setup/marked_block.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pindus {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string begin_mark(const BlockName& name) {
  return fmt::format("{} >>> pindus {} >>>", name.comment, name.name);
}

std::string end_mark(const BlockName& name) {
  return fmt::format("{} <<< pindus {} <<<", name.comment, name.name);
}

bool was_joined(const Json& memo) {
  const Json* joined = memo.find("joined");
  return joined != nullptr && joined->as_boolean() != nullptr && *joined->as_boolean();
}

}  // namespace

Edit<std::optional<MarkedBlock>> find_block(std::string_view text, const BlockName& name) {
  std::optional<MarkedBlock> found;
  std::optional<std::size_t> open;
  std::size_t open_line = 0;
  std::size_t inside = 0;
  std::size_t number = 0;
  const std::size_t start = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  for (std::size_t at = start; at < text.size();) {
    const auto line_end = text.find('\n', at);
    const std::size_t next = line_end == text.npos ? text.size() : line_end + 1;
    const std::string_view line = trimmed(text.substr(at, next - at));
    ++number;
    const bool begins = line == begin_mark(name);
    const bool ends = line == end_mark(name);
    if (begins && (open || found)) {
      return std::unexpected(fmt::format("has a second block of pindus in line {}", number));
    }
    if (ends && !open) {
      return std::unexpected(fmt::format(
          "has the end of a block of pindus in line {}, and not its beginning", number));
    }
    if (begins) {
      open = at;
      open_line = number;
      inside = next;
    } else if (ends) {
      found = MarkedBlock{*open, next, text.substr(inside, at - inside)};
      open.reset();
    }
    at = next;
  }
  if (open) {
    return std::unexpected(fmt::format(
        "has the beginning of a block of pindus in line {}, and not its end", open_line));
  }
  return found;
}

std::string block_text(const BlockName& name, const std::vector<std::string>& lines,
                       std::string_view line_end) {
  std::string text = begin_mark(name).append(line_end);
  for (const std::string& line : lines) text.append(line).append(line_end);
  return text.append(end_mark(name)).append(line_end);
}

Edit<EditedText> set_block(std::string_view text, const BlockName& name,
                           const std::vector<std::string>& lines, BlockPlace place,
                           const Json& memo) {
  if (text.contains('\0')) return std::unexpected("is no text: it holds a NUL byte");
  auto found = find_block(text, name);
  if (!found) return std::unexpected(std::move(found).error());
  const std::string block = block_text(name, lines, line_end_of(text));
  std::string edited(text);
  if (const std::optional<MarkedBlock>& there = *found) {
    edited.replace(there->begin, there->end - there->begin, block);
    return EditedText{std::move(edited), memo.is_null() ? Json(Json::Object()) : memo};
  }
  Json::Object remembered;
  if (place == BlockPlace::start) {
    edited.insert(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0, block);
  } else {
    if (!text.empty() && !text.ends_with('\n')) {
      edited += line_end_of(text);
      remembered.emplace_back("joined", Json(true));
    }
    edited += block;
  }
  return EditedText{std::move(edited), Json(std::move(remembered))};
}

Edit<std::string> take_block_back(std::string_view text, const BlockName& name, const Json& memo) {
  auto found = find_block(text, name);
  if (!found) return std::unexpected(std::move(found).error());
  std::string edited(text);
  const std::optional<MarkedBlock>& there = *found;
  if (!there) return edited;
  std::size_t begin = there->begin;
  const std::string_view line_end = line_end_of(text);
  if (was_joined(memo) && there->end == text.size() && text.substr(0, begin).ends_with(line_end)) {
    begin -= line_end.size();
  }
  edited.erase(begin, there->end - begin);
  return edited;
}

}  // namespace pindus
