#include "plugin.h"

#include <stdlib.h>
#include <string.h>

/* The api key plugin as somebody built it with the header of 1.0, which lies beside it. Neither
 * file changes again once 1.0 is released. */

typedef struct plugin {
  const pindus_host_1* host;
  pindus_session session;
} plugin;

#define TRY(call)                         \
  do {                                    \
    const int32_t code_ = (call);         \
    if (code_ != PINDUS_OK) return code_; \
  } while (0)

static pindus_str str(const char* text) {
  const pindus_str s = {text, strlen(text)};
  return s;
}

static int32_t sign_in(void* instance) {
  const plugin* self = instance;
  pindus_prompt prompt = {0};
  prompt.size = sizeof prompt;
  prompt.kind = PINDUS_PROMPT_API_KEY;
  pindus_key_rule rule = {0};
  rule.size = sizeof rule;
  rule.prefix = str("key-");
  rule.min_length = 24;

  pindus_value key = {{NULL, 0}, {0}};
  TRY(self->host->prompt(self->session, &prompt, &key.secret));
  TRY(self->host->api_key_check(self->session, key.secret, &rule));
  TRY(self->host->credential_set(self->session, str("key"), key));
  return self->host->credential_commit(self->session);
}

static int32_t create(const pindus_host_1* host, pindus_session session, void** instance) {
  if (!host || !instance) return PINDUS_INVALID_ARGUMENT;
  if (host->size < PINDUS_HOST_1_BASE_SIZE) return PINDUS_UNSUPPORTED;
  plugin* self = malloc(sizeof *self);
  if (!self) return PINDUS_NO_MEMORY;
  self->host = host;
  self->session = session;
  *instance = self;
  return PINDUS_OK;
}

static void destroy(void* instance) {
  free(instance);
}

static const void* get_extension(pindus_str id) {
  (void)id;
  return NULL;
}

static const pindus_plugin_1 descriptor = {
    .size = sizeof(pindus_plugin_1),
    .abi_minor = 0,
    .id = {"released", sizeof "released" - 1},
    .version = {"0.1.0", 5},
    .create = create,
    .destroy = destroy,
    .sign_in = sign_in,
    .refresh = NULL,
    .get_extension = get_extension,
};

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) {
  if (!out) return PINDUS_INVALID_ARGUMENT;
  *out = &descriptor;
  return PINDUS_OK;
}
