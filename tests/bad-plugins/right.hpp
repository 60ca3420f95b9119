#pragma once

#include <string_view>

#include <pindus/plugin.h>

/// A plugin that keeps every rule: it signs in with a token that it makes up. Each file beside this
/// one changes one thing.
namespace right {

struct Instance {
  const pindus_host_1* host;
  pindus_session session;
};

inline Instance& of(void* instance) {
  return *static_cast<Instance*>(instance);
}

inline pindus_str str(std::string_view text) {
  return {text.data(), text.size()};
}

inline int32_t create(const pindus_host_1* host, pindus_session session, void** instance) noexcept {
  *instance = new Instance{host, session};
  return PINDUS_OK;
}

inline void destroy(void* instance) noexcept {
  delete static_cast<Instance*>(instance);
}

inline const void* no_extension(pindus_str /*id*/) noexcept {
  return nullptr;
}

/// Sets and commits a token.
inline int32_t store(Instance& self, pindus_value token) {
  int32_t code = self.host->credential_set(self.session, str("access"), token);
  if (code == PINDUS_OK) code = self.host->credential_commit(self.session);
  return code;
}
inline int32_t store(Instance& self) {
  return store(self, {str("made-up-token"), {}});
}

inline int32_t sign_in(void* instance) noexcept {
  return store(of(instance));
}

using Slot = int32_t (*)(void* instance) PINDUS_NOEXCEPT;

/// PLUGIN_ID is the target's name.
inline pindus_plugin_1 descriptor(Slot operation = sign_in) {
  return {.size = sizeof(pindus_plugin_1),
          .abi_minor = 0,
          .id = str(PLUGIN_ID),
          .version = str("1"),
          .options = nullptr,
          .option_count = 0,
          .create = create,
          .destroy = destroy,
          .sign_in = operation,
          .refresh = operation,
          .get_extension = no_extension};
}

inline int32_t answer(const pindus_plugin_1& plugin, const pindus_plugin_1** out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  *out = &plugin;
  return PINDUS_OK;
}

}  // namespace right
