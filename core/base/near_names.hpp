#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pindus {

/// Finds what was perhaps meant by a name that nobody knows, without case. One thread.
class NearNames {
 public:
  explicit NearNames(std::string_view typed);

  /// A name that is known, and what is said where it is the one; by default itself.
  void consider(std::string_view name, std::string_view said);
  void consider(std::string_view name) { consider(name, name); }

  /// What is said of the nearest, the nearest first and each once; of equally near ones first what
  /// was considered first.
  [[nodiscard]] std::vector<std::string> best(std::size_t most) const;
  /// The first of them; empty where none is near.
  [[nodiscard]] std::string nearest() const;

 private:
  // Compared member by member.
  struct Near {
    std::size_t distance;
    std::size_t order;
    std::string said;
    friend auto operator<=>(const Near&, const Near&) = default;
  };

  std::string typed_;
  std::vector<Near> near_;
};

}  // namespace pindus
