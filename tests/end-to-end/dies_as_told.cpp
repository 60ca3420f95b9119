#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "right.hpp"

// Asks how the process shall end, and ends it so, against P9: "exit", "overflow" (of the stack), or
// a signal's number. "sleep" is against P11: it works on, and asks nobody whether it may.
namespace {

void read_answer(void* context, pindus_str answer) noexcept {
  auto* how = static_cast<char*>(context);
  std::memcpy(how, answer.data, answer.size < 15 ? answer.size : 15);
}

// Deeper than any stack, and no loop that the compiler could make of it.
[[gnu::noinline]] int overflow(volatile char* above) {
  volatile char page[4096];
  page[0] = above[0];
  return page[0] == 0 ? 0 : overflow(page) + page[0];
}

int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  const pindus_prompt prompt{sizeof(pindus_prompt), PINDUS_PROMPT_TEXT, right::str("How"), {}};
  pindus_secret answer{};
  const int32_t code = self.host->prompt(self.session, &prompt, &answer);
  if (code != PINDUS_OK) return code;
  char how[16] = {};
  self.host->secret_view(self.session, answer, read_answer, how);
  if (std::strcmp(how, "exit") == 0) std::exit(0);
  if (std::strcmp(how, "sleep") == 0) {
    for (int second = 0; second < 20; ++second) ::sleep(1);
  }
  volatile char first = 1;
  if (std::strcmp(how, "overflow") == 0) return overflow(&first);
  ::raise(std::atoi(how));
  return PINDUS_INTERNAL;
}

}  // namespace

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
