#include "core/setup/toml_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/fault.hpp"
#include "core/setup/marked_block.hpp"
#include "core/setup/toml_scanner.hpp"

namespace pindus {
namespace {

using Path = std::vector<std::string>;

std::string path_name(const Path& path) {
  return printable(fmt::format("{}", fmt::join(path, ".")));
}

bool starts_with(const Path& path, const Path& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

bool is_table(const Json& value) {
  return value.as_object() != nullptr;
}

// Tables are all in one block, each key of the root is in one.
BlockName block_of(const std::string& name, const Path& path, const Json& value) {
  return {.name = is_table(value) ? name : fmt::format("{} {}", name, path_name(path))};
}

// A table and those in it, each under its header.
void append_table(const Path& path, const Json::Object& table, std::vector<std::string>& lines) {
  std::vector<std::string> keys;
  for (const std::string& key : path) keys.push_back(toml_key(key));
  lines.push_back(fmt::format("[{}]", fmt::join(keys, ".")));
  for (const auto& [key, value] : table) {
    if (!is_table(value)) lines.push_back(fmt::format("{} = {}", toml_key(key), toml_value(value)));
  }
  for (const auto& [key, value] : table) {
    if (!is_table(value)) continue;
    Path inner = path;
    inner.push_back(key);
    append_table(inner, *value.as_object(), lines);
  }
}

Json memo_of(const Json& memo, const std::string& block) {
  const Json* blocks = memo.find("blocks");
  const Json* found = blocks == nullptr ? nullptr : blocks->find(block);
  return found == nullptr ? Json() : *found;
}

// What somebody else has in the place of a setting.
struct Rival {
  TomlStatement statement;
  bool can_be_replaced = false;
};

Edit<std::optional<Rival>> find_rival(std::string_view text, const Path& path, const Json& value) {
  auto statements = scan_toml(text);
  if (!statements) return std::unexpected(std::move(statements).error());
  for (const TomlStatement& statement : *statements) {
    const bool is_above = !statement.is_header && starts_with(path, statement.path);
    if (!starts_with(statement.path, path) && !is_above) continue;
    const bool is_same_key = !statement.is_header && statement.path == path;
    return Rival{statement, is_same_key && !is_table(value)};
  }
  return std::nullopt;
}

// The document without our blocks: what counts is what others have written.
Edit<std::string> without_blocks(std::string_view text, const Settings& wanted,
                                 const std::string& name) {
  std::string left(text);
  for (const auto& [pointer, value] : wanted) {
    auto cut = take_block_back(left, block_of(name, tokens_of(pointer), value), Json());
    if (!cut) return cut;
    left = *std::move(cut);
  }
  return left;
}

}  // namespace

Edit<EditedText> set_toml(std::string_view text, const Settings& wanted, const std::string& name,
                          const Json& memo) {
  auto others = without_blocks(text, wanted, name);
  if (!others) return std::unexpected(std::move(others).error());
  std::string edited(text);
  Json::Object blocks;
  std::vector<std::string> tables;
  for (const auto& [pointer, value] : wanted) {
    const Path path = tokens_of(pointer);
    const BlockName block = block_of(name, path, value);
    auto found = find_rival(*others, path, value);
    if (!found) return std::unexpected(std::move(found).error());
    const std::optional<Rival>& rival = *found;
    const auto there = find_block(edited, block);
    if (!there) return std::unexpected(there.error());
    if (rival && (!rival->can_be_replaced || *there)) {
      return std::unexpected(fmt::format("has {} already, which pindus didn't write",
                                         path_name(rival->statement.path)));
    }
    if (is_table(value)) {
      append_table(path, *value.as_object(), tables);
      continue;
    }
    const std::vector<std::string> lines = {
        fmt::format("{} = {}", path_name(path), toml_value(value))};
    if (rival) {
      // Once more, with the blocks that stand there by now.
      const auto now = find_rival(edited, path, value).value_or(std::nullopt);
      if (!now) return std::unexpected("can't be understood as TOML");
      const TomlStatement& statement = now->statement;
      const std::string_view before =
          std::string_view(edited).substr(statement.begin, statement.end - statement.begin);
      blocks.emplace_back(block.name, Json(Json::Object{{"instead", Json(std::string(before))}}));
      edited.replace(statement.begin, statement.end - statement.begin,
                     block_text(block, lines, line_end_of(text)));
      continue;
    }
    auto set = set_block(edited, block, lines, BlockPlace::start, memo_of(memo, block.name));
    if (!set) return set;
    edited = std::move(set->text);
    blocks.emplace_back(block.name, std::move(set->memo));
  }
  if (!tables.empty()) {
    auto set = set_block(edited, {name}, tables, BlockPlace::end, memo_of(memo, name));
    if (!set) return set;
    edited = std::move(set->text);
    blocks.emplace_back(name, std::move(set->memo));
  }
  EditedText made{std::move(edited), Json(Json::Object{{"blocks", Json(std::move(blocks))}})};
  if (memo.is_null() && *others == text) {
    const auto undone = take_back_toml(made.text, name, made.memo);
    if (!undone || undone->text != text) return std::unexpected(cannot_be_undone);
  }
  return made;
}

Edit<TakenBack> take_back_toml(std::string_view text, const std::string& name, const Json& memo) {
  TakenBack taken{.text = std::string(text)};
  const Json::Object none = {{name, Json()}};
  const Json* blocks = memo.find("blocks");
  const Json::Object* all = blocks == nullptr ? nullptr : blocks->as_object();
  const Json::Object& made = all == nullptr ? none : *all;
  for (auto one = made.rbegin(); one != made.rend(); ++one) {
    const BlockName block{.name = one->first};
    const Json& remembered = one->second;
    const auto looked = find_block(taken.text, block);
    if (!looked) return std::unexpected(looked.error());
    const std::optional<MarkedBlock>& found = *looked;
    const Json* instead = remembered.find("instead");
    if (!found || instead == nullptr || instead->as_string() == nullptr) {
      auto cut = take_block_back(taken.text, block, remembered);
      if (!cut) return std::unexpected(std::move(cut).error());
      taken.text = *std::move(cut);
      continue;
    }
    std::string before = *instead->as_string();
    const MarkedBlock& place = *found;
    if (!before.ends_with('\n') && place.end != taken.text.size()) {
      before += line_end_of(taken.text);
    }
    taken.text.replace(place.begin, place.end - place.begin, before);
  }
  return taken;
}

Edit<bool> toml_has_other(std::string_view text, const Settings& wanted, const std::string& name) {
  auto others = without_blocks(text, wanted, name);
  if (!others) return std::unexpected(std::move(others).error());
  for (const auto& [pointer, value] : wanted) {
    auto rival = find_rival(*others, tokens_of(pointer), value);
    if (!rival) return std::unexpected(std::move(rival).error());
    if (*rival) return true;
  }
  return false;
}

}  // namespace pindus
