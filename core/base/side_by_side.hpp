#pragma once

#include <cstddef>
#include <functional>

namespace pindus {

/// Does work(0) to work(count - 1), eight of them at a time, each on a thread of its own, and tells
/// `finished` of each on the calling thread, in the order in which they end. Returns when all have
/// ended: whoever wants it sooner has the work look at a stop. `work` throws nothing.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& finished);

}  // namespace pindus
