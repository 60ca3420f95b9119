#pragma once

#include <unistd.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace pindus {

/// Stops by number, for callers that know no C++. After a fork the child has none of its parent's.
/// Any thread.
class StopHandles {
 public:
  /// Those of this process; they outlive everything.
  [[nodiscard]] static StopHandles& all() {
    static auto& handles = *new StopHandles;
    return handles;
  }

  [[nodiscard]] std::uint64_t make() {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(process_, ::getpid()) != ::getpid()) sources_.clear();
    sources_.emplace(++last_, std::stop_source());
    return last_;
  }

  [[nodiscard]] std::optional<std::stop_source> find(std::uint64_t id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = sources_.find(id);
    return found == sources_.end() || process_ != ::getpid() ? std::nullopt
                                                             : std::optional(found->second);
  }

  /// Whether it was there.
  bool remove(std::uint64_t id) {
    const std::scoped_lock lock(mutex_);
    return process_ == ::getpid() && sources_.erase(id) != 0;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::stop_source> sources_;
  std::uint64_t last_ = 0;
  pid_t process_ = 0;
};

}  // namespace pindus
