#include "core/base/near_names.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pindus {

NearNames::NearNames(std::string_view typed) : typed_(ascii_lower(typed)) {}

void NearNames::consider(std::string_view name, std::string_view said) {
  const auto distance = name_distance(typed_, ascii_lower(name));
  if (distance) near_.push_back({*distance, near_.size(), std::string(said)});
}

std::vector<std::string> NearNames::best(std::size_t most) const {
  auto sorted = near_;
  std::ranges::sort(sorted);
  std::vector<std::string> names;
  for (Near& near : sorted) {
    const bool is_new = std::ranges::find(names, near.said) == names.end();
    if (is_new && names.size() < most) names.push_back(std::move(near.said));
  }
  return names;
}

std::string NearNames::nearest() const {
  auto names = best(1);
  return names.empty() ? std::string() : std::move(names.front());
}

}  // namespace pindus
