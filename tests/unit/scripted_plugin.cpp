#include <cstdlib>
#include <string>

#include <pindus/ext/revoke.h>

// A plugin whose operations are functions of the test that runs it: the option "script" holds the
// address of one.

namespace {

using Script = int32_t (*)(const pindus_host_1* host, pindus_session session);

struct Instance {
  const pindus_host_1* host;
  pindus_session session;
};

int32_t create(const pindus_host_1* host, pindus_session session, void** instance) noexcept {
  *instance = new Instance{host, session};
  return PINDUS_OK;
}

void destroy(void* instance) noexcept {
  delete static_cast<Instance*>(instance);
}

int32_t run(void* instance) noexcept {
  const auto& self = *static_cast<Instance*>(instance);
  std::string address;
  const int32_t code = self.host->option(
      self.session, {"script", 6},
      [](void* context, pindus_str text) noexcept {
        static_cast<std::string*>(context)->assign(text.data, text.size);
      },
      &address);
  if (code != PINDUS_OK) return code;
  return reinterpret_cast<Script>(std::strtoull(address.c_str(), nullptr, 10))(self.host,
                                                                               self.session);
}

const void* get_extension(pindus_str id) noexcept {
  static const pindus_revoke_1 revoke = {sizeof(pindus_revoke_1), 0, run};
  return std::string(id.data, id.size) == PINDUS_EXT_REVOKE_1 ? &revoke : nullptr;
}

}  // namespace

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = {sizeof(pindus_plugin_1),
                                         0,
                                         {"scripted", 8},
                                         {"1", 1},
                                         nullptr,
                                         0,
                                         create,
                                         destroy,
                                         run,
                                         run,
                                         get_extension};
  *out = &plugin;
  return PINDUS_OK;
}
