#pragma once

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include <atomic>

#include "core/bare/text.hpp"
#include "core/library/core_functions.hpp"
#include "library/place_memory.hpp"

namespace pindus::library {

/// What a pindus_context stands for. What the core has of it is made when it is first needed.
struct OpenContext {
  pid_t process = 0;        ///< that made it (rule L7)
  char* profile = nullptr;  ///< absolute; null: in memory
  char* folder = nullptr;   ///< whose rules count; null: nobody knows
  std::atomic<CoreContext*> core{nullptr};
  pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
  PlaceMemory places;

  [[nodiscard]] bare::Text profile_text() const { return profile; }
  [[nodiscard]] bare::Text folder_text() const { return folder; }
};

/// Makes one of copies of these texts, without a core; null without memory.
[[nodiscard]] OpenContext* make_context(bare::Text profile, bare::Text folder);

/// Frees what make_context made, and closes its core.
void free_context(OpenContext* context);

/// Gives it a handle; false where all are taken. From then on it is the table's.
[[nodiscard]] bool add_context(OpenContext* context, pindus_context& handle);

/// Takes it out: nobody finds it any more. Whoever uses it is stopped and waited for. Null where
/// the handle is none.
[[nodiscard]] OpenContext* remove_context(pindus_context handle);

/// While one lives, the context isn't freed. Any thread.
class ContextUse {
 public:
  explicit ContextUse(pindus_context handle);
  ContextUse(const ContextUse&) = delete;
  ContextUse& operator=(const ContextUse&) = delete;
  ~ContextUse();

  /// Null where the handle is none, or another process's.
  [[nodiscard]] OpenContext* get() const { return context_; }

 private:
  uint64_t slot_;
  OpenContext* context_ = nullptr;
};

}  // namespace pindus::library
