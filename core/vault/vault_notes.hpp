#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pindus {

/// A remark on where a vault is kept: one sentence without a final period.
struct VaultNote {
  enum class Topic { openness, other_names, durability };

  Topic topic;
  std::string text;
};

/// What a person should hear about where a vault is kept, each thing once. Any thread.
class VaultNotes {
 public:
  /// `say` gets at once, on the thread that waits, for whom a vault is waited for.
  explicit VaultNotes(std::function<void(std::string_view)> say = {}) : say_(std::move(say)) {}

  /// A later note about the same topic takes the place of one that nobody took yet.
  void say(VaultNote::Topic topic, std::string text) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(pending_, [&](const VaultNote& other) { return other.topic == topic; });
    if (!said_.contains(text)) pending_.push_back({topic, std::move(text)});
  }

  /// What nobody has heard yet.
  [[nodiscard]] std::vector<VaultNote> take() {
    const std::scoped_lock lock(mutex_);
    for (const VaultNote& note : pending_) said_.insert(note.text);
    return std::exchange(pending_, {});
  }

  /// Says for whom somebody waits; of several waits the first one only.
  void say_waiting(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    if (say_ && !std::exchange(waiting_said_, true)) say_(text);
  }

 private:
  std::function<void(std::string_view)> say_;
  std::mutex mutex_;
  bool waiting_said_ = false;
  std::vector<VaultNote> pending_;
  std::set<std::string> said_;
};

/// A wait for somebody else, of which a person hears where it is long.
class LongWait {
 public:
  using Clock = std::chrono::steady_clock;

  /// It begins now and ends then. Without notes nobody hears of it.
  LongWait(VaultNotes* notes, Clock::time_point end) : notes_(notes), end_(end) {}

  /// To be called while it lasts; `whom` makes the words that follow "Waiting up to N s for".
  template <typename Whom>
  void goes_on(const Whom& whom) {
    const auto now = Clock::now();
    if (notes_ == nullptr || now < told_from_) return;
    const auto left = std::chrono::ceil<std::chrono::seconds>(end_ - now).count();
    notes_->say_waiting("Waiting up to " + std::to_string(left) + " s for " + whom());
    notes_ = nullptr;
  }

 private:
  VaultNotes* notes_;
  Clock::time_point end_;
  Clock::time_point told_from_ = Clock::now() + std::chrono::seconds(1);
};

}  // namespace pindus
