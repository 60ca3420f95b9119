#include "core/base/text_diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pindus {
namespace {

constexpr std::size_t context = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end == text.npos ? end : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

using Lines = std::vector<std::string_view>;

// The shortest way through the edit graph. `reached[d]` holds how far each diagonal came with d
// edits, diagonal k at k + d.
std::vector<DiffLine> shortest_way(const Lines& a, const Lines& b) {
  std::vector<std::vector<std::size_t>> reached;
  std::vector<std::size_t> furthest(1, 0);
  const auto slide = [&](std::size_t x, std::ptrdiff_t k) {
    const auto y = [&] { return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(x) - k); };
    while (x < a.size() && y() < b.size() && a[x] == b[y()]) ++x;
    return x;
  };
  const auto goal = static_cast<std::ptrdiff_t>(a.size()) - static_cast<std::ptrdiff_t>(b.size());
  const auto is_down = [](const std::vector<std::size_t>& before, std::ptrdiff_t d,
                          std::ptrdiff_t k) {
    const auto at = [&](std::ptrdiff_t diagonal) {
      return before[static_cast<std::size_t>(diagonal + d - 1)];
    };
    return k == -d || (k != d && at(k - 1) < at(k + 1));
  };
  const auto start_of = [&](const std::vector<std::size_t>& before, std::ptrdiff_t d,
                            std::ptrdiff_t k) {
    return is_down(before, d, k) ? before[static_cast<std::size_t>(k + 1 + d - 1)]
                                 : before[static_cast<std::size_t>(k - 1 + d - 1)] + 1;
  };
  furthest[0] = slide(0, 0);
  reached.push_back(furthest);
  std::ptrdiff_t d = 0;
  const auto is_there = [&] {
    const std::ptrdiff_t at = goal + d;
    return at >= 0 && at <= 2 * d && (goal - d) % 2 == 0 &&
           reached.back()[static_cast<std::size_t>(at)] >= a.size();
  };
  while (!is_there()) {
    ++d;
    const std::vector<std::size_t>& before = reached.back();
    std::vector<std::size_t> now(static_cast<std::size_t>(2 * d + 1), 0);
    for (std::ptrdiff_t k = -d; k <= d; k += 2) {
      const std::size_t x = start_of(before, d, k);
      const auto y = static_cast<std::ptrdiff_t>(x) - k;
      const bool is_inside = x <= a.size() && y >= 0 && y <= static_cast<std::ptrdiff_t>(b.size());
      now[static_cast<std::size_t>(k + d)] = is_inside ? slide(x, k) : x;
    }
    reached.push_back(std::move(now));
  }
  std::vector<DiffLine> backwards;
  std::size_t x = a.size();
  std::size_t y = b.size();
  for (; d > 0; --d) {
    const auto k = static_cast<std::ptrdiff_t>(x) - static_cast<std::ptrdiff_t>(y);
    const std::vector<std::size_t>& before = reached[static_cast<std::size_t>(d - 1)];
    const bool down = is_down(before, d, k);
    const std::size_t start = start_of(before, d, k);
    while (x > start) {
      backwards.push_back({LineChange::kept, a[--x]});
      --y;
    }
    if (down) {
      backwards.push_back({LineChange::added, b[--y]});
    } else {
      backwards.push_back({LineChange::removed, a[--x]});
    }
  }
  while (x > 0) backwards.push_back({LineChange::kept, a[--x]});
  std::ranges::reverse(backwards);
  return backwards;
}

char sign_of(LineChange change) {
  switch (change) {
    case LineChange::removed: return '-';
    case LineChange::added: return '+';
    case LineChange::kept: break;
  }
  return ' ';
}

std::string range(std::size_t line, std::size_t count) {
  if (count == 0) return fmt::format("{},0", line);
  return count == 1 ? fmt::format("{}", line + 1) : fmt::format("{},{}", line + 1, count);
}

}  // namespace

std::vector<DiffLine> line_diff(std::string_view before, std::string_view after) {
  return shortest_way(lines_of(before), lines_of(after));
}

std::vector<std::string> unified_hunks(const std::vector<DiffLine>& lines) {
  std::vector<std::string> hunks;
  std::size_t old_line = 0;
  std::size_t new_line = 0;
  const auto next_change = [&](std::size_t from) {
    while (from < lines.size() && lines[from].change == LineChange::kept) ++from;
    return from;
  };
  std::size_t at = 0;
  for (std::size_t change = next_change(0); change < lines.size(); change = next_change(at)) {
    const std::size_t begin = std::max(at, change - std::min(change, context));
    old_line += begin - at;
    new_line += begin - at;
    std::size_t end = change;
    for (std::size_t next = change; next < lines.size() && next <= end + 2 * context;
         next = next_change(next + 1)) {
      end = next;
    }
    end = std::min(lines.size(), end + 1 + context);
    std::vector<std::string> body;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      std::string_view text = lines[i].text;
      const bool is_whole = text.ends_with('\n');
      if (is_whole) text.remove_suffix(1);
      body.push_back(sign_of(lines[i].change) + std::string(text));
      if (!is_whole) body.emplace_back("\\ No newline at end of file");
      if (lines[i].change != LineChange::added) ++old_count;
      if (lines[i].change != LineChange::removed) ++new_count;
    }
    hunks.push_back(
        fmt::format("@@ -{} +{} @@", range(old_line, old_count), range(new_line, new_count)));
    hunks.insert(hunks.end(), body.begin(), body.end());
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
  return hunks;
}

}  // namespace pindus
