#include <string>

#include "right.hpp"

// Breaks P10: says a token wherever something can be said.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_secret token{};
  int32_t code = self.host->secret_new(self.session, {right::str("made-up-token"), {}}, &token);
  if (code != PINDUS_OK) return code;
  std::string said = "the token is made-up-token";
  self.host->log(self.session, PINDUS_LOG_DEBUG, right::str(said));
  self.host->progress(self.session, right::str(said));
  self.host->set_error(self.session, PINDUS_PROTOCOL, right::str(said), right::str(said));
  return right::store(self, {{}, token});
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
