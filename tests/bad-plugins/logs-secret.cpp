#include <string>

#include "right.hpp"

// Breaks P10: shows what the person typed unseen.
static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  pindus_prompt prompt{};
  prompt.size = sizeof prompt;
  prompt.kind = PINDUS_PROMPT_SECRET;
  prompt.message = right::str("Password");
  pindus_secret answer{};
  const int32_t code = self.host->prompt(self.session, &prompt, &answer);
  if (code != PINDUS_OK) return code;
  std::string password;
  self.host->secret_view(
      self.session, answer,
      [](void* context, pindus_str text) noexcept {
        static_cast<std::string*>(context)->assign(text.data, text.size);
      },
      &password);
  self.host->progress(self.session, right::str("Signing in with " + password));
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
