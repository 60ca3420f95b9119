#include "core/base/side_by_side.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace pindus {
namespace {

constexpr std::size_t most_threads = 8;

}  // namespace

void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& finished) {
  if (count == 1) {
    work(0);
    return finished(0);
  }
  std::mutex mutex;
  std::condition_variable ended;
  std::deque<std::size_t> done;
  std::size_t next = 0;
  const auto take_turns = [&] {
    std::unique_lock lock(mutex);
    while (next < count) {
      const std::size_t mine = next++;
      lock.unlock();
      work(mine);
      lock.lock();
      done.push_back(mine);
      ended.notify_one();
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(count, most_threads); ++i) threads.emplace_back(take_turns);
  std::unique_lock lock(mutex);
  for (std::size_t told = 0; told < count; ++told) {
    ended.wait(lock, [&] { return !done.empty(); });
    const std::size_t first = done.front();
    done.pop_front();
    lock.unlock();
    finished(first);
    lock.lock();
  }
}

}  // namespace pindus
