#include "library/contexts.hpp"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <new>

#include "library/core_module.hpp"

namespace pindus::library {

namespace {

constexpr uint64_t slot_count = 256;

// A handle is its slot's number and, above that, how many were given before it. A slot is never
// freed, so that whoever has a stale handle may look.
struct Slot {
  std::atomic<uint64_t> id{0};
  std::atomic<uint32_t> users{0};
  std::atomic<OpenContext*> context{nullptr};
};

Slot slots[slot_count];
pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
uint64_t given = 0;

char* copy(bare::Text text) {
  return text.data == nullptr ? nullptr : strndup(text.data, text.size);
}

bool is_free(const Slot& slot) {
  const OpenContext* context = slot.context;
  // After a fork, what the parent had is nobody's here.
  return context == nullptr || context->process != getpid();
}

}  // namespace

OpenContext* make_context(bare::Text profile, bare::Text folder) {
  void* memory = malloc(sizeof(OpenContext));
  if (memory == nullptr) return nullptr;
  auto* context = new (memory) OpenContext;
  context->process = getpid();
  context->profile = copy(profile);
  context->folder = copy(folder);
  const bool is_whole = (context->profile != nullptr || profile.data == nullptr) &&
                        (context->folder != nullptr || folder.data == nullptr);
  if (is_whole) return context;
  free_context(context);
  return nullptr;
}

void free_context(OpenContext* context) {
  CoreContext* core = context->core;
  if (core != nullptr) opened_core()->close(core);
  pthread_mutex_destroy(&context->making);
  free(context->profile);
  free(context->folder);
  context->~OpenContext();
  free(context);
}

bool add_context(OpenContext* context, pindus_context& handle) {
  bool is_added = false;
  pthread_mutex_lock(&changing);
  for (uint64_t i = 0; i < slot_count && !is_added; ++i) {
    Slot& slot = slots[i];
    if (!is_free(slot)) continue;
    slot.context = context;
    handle.id = ++given * slot_count + i;
    slot.id = handle.id;
    is_added = true;
  }
  pthread_mutex_unlock(&changing);
  return is_added;
}

OpenContext* remove_context(pindus_context handle) {
  Slot& slot = slots[handle.id % slot_count];
  {
    const ContextUse use(handle);
    if (use.get() == nullptr) return nullptr;
    uint64_t expected = handle.id;
    if (!slot.id.compare_exchange_strong(expected, 0)) return nullptr;
    // Once more below, for whoever had the context but no core yet.
    CoreContext* core = use.get()->core;
    if (core != nullptr) opened_core()->stop_all(core);
  }
  OpenContext* context = slot.context;
  while (slot.users != 0) {
    CoreContext* core = context->core;
    if (core != nullptr) opened_core()->stop_all(core);
    const timespec moment{0, 1'000'000};
    nanosleep(&moment, nullptr);
  }
  slot.context = nullptr;
  return context;
}

ContextUse::ContextUse(pindus_context handle) : slot_(handle.id % slot_count) {
  Slot& slot = slots[slot_];
  ++slot.users;
  if (handle.id == 0 || slot.id != handle.id) return;
  OpenContext* context = slot.context;
  if (context->process == getpid()) context_ = context;
}

ContextUse::~ContextUse() {
  --slots[slot_].users;
}

}  // namespace pindus::library
