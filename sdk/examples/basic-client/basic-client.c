/* Client credentials with HTTP Basic (RFC 6749 sections 4.4 and 2.3.1), against the C header alone.
 * The client's secret is asked for once; each refresh gets another token with it.
 *
 * cc -std=c11 -O2 -shared basic-client.c -o basic-client.so
 *   $(pkg-config --cflags --libs pindus-plugin-1)
 */
#include <stdlib.h>
#include <string.h>

#include <pindus/plugin.h>

typedef struct plugin {
  const pindus_host_1* host;
  pindus_session session;
} plugin;

#define TRY(call)                         \
  do {                                    \
    const int32_t code_ = (call);         \
    if (code_ != PINDUS_OK) return code_; \
  } while (0)

#define COUNT(array) (sizeof(array) / sizeof *(array))

static pindus_str str(const char* text) {
  const pindus_str s = {text, strlen(text)};
  return s;
}

static pindus_value text(const char* characters) {
  const pindus_value v = {str(characters), {0}};
  return v;
}

static pindus_value bytes(pindus_secret secret) {
  const pindus_value v = {{NULL, 0}, secret};
  return v;
}

static pindus_field field(const char* name, pindus_value value) {
  const pindus_field f = {str(name), value, PINDUS_FIELD_TEXT, 0};
  return f;
}

static int32_t fail(const plugin* self, int32_t code, const char* message, const char* hint) {
  self->host->set_error(self->session, code, str(message), str(hint));
  return code;
}

/* Room for a text of the host's. It stays empty where the text is too long. */
typedef struct buffer {
  char data[4096];
} buffer;

static void copy(void* context, pindus_str from) {
  buffer* to = context;
  to->data[0] = '\0';
  if (from.size >= sizeof to->data) return;
  if (from.size > 0) memcpy(to->data, from.data, (size_t)from.size);
  to->data[from.size] = '\0';
}

static void wipe(buffer* secret) {
  volatile char* data = secret->data;
  for (size_t i = 0; i < sizeof secret->data; ++i) data[i] = 0;
}

static int32_t option(const plugin* self, const char* name, buffer* out) {
  if (self->host->option(self->session, str(name), copy, out) == PINDUS_OK && out->data[0]) {
    return PINDUS_OK;
  }
  return fail(self, PINDUS_INVALID_ARGUMENT, "the manifest lacks an option of basic-client.so",
              "`pindus plugin show` names them all");
}

/* Both are encoded as a form's name and value are, with a colon for the "=". */
static int32_t basic_credentials(const plugin* self, const char* client_id, pindus_secret secret,
                                 pindus_secret* out) {
  const pindus_field pair = field(client_id, bytes(secret));
  pindus_secret form = {0};
  buffer plain = {{0}};
  TRY(self->host->fields_encode(self->session, &pair, 1, PINDUS_FORM_URLENCODED, &form));
  TRY(self->host->secret_view(self->session, form, copy, &plain));
  char* equals = strchr(plain.data, '=');
  if (!equals) return fail(self, PINDUS_TOO_LARGE, "the client's secret is too long", "");
  *equals = ':';
  const int32_t code =
      self->host->encode(self->session, PINDUS_ENCODING_BASE64, text(plain.data), out);
  wipe(&plain);
  return code;
}

static int32_t refused(const plugin* self, const pindus_http_response* response) {
  if (response->status == 400 || response->status == 401) {
    return fail(self, PINDUS_REJECTED, "the server refused the client's id or secret",
                "sign in again with the right ones");
  }
  return fail(self, PINDUS_UNAVAILABLE, "the server can't answer just now", "try again in a while");
}

static int32_t get_token(const plugin* self, pindus_secret secret) {
  buffer url;
  buffer client_id;
  pindus_secret credentials = {0};
  TRY(option(self, "token_url", &url));
  TRY(option(self, "client_id", &client_id));
  TRY(basic_credentials(self, client_id.data, secret, &credentials));

  const pindus_value basic = {str("Basic "), credentials};
  const pindus_field headers[] = {
      field("Authorization", basic),
      field("Content-Type", text("application/x-www-form-urlencoded")),
      field("Accept", text("application/json")),
  };
  pindus_http_request request = {0};
  request.size = sizeof request;
  request.method = str("POST");
  request.url = str(url.data);
  request.headers = headers;
  request.header_count = COUNT(headers);
  request.body = text("grant_type=client_credentials");
  pindus_http_response response = {0};
  response.size = sizeof response;
  TRY(self->host->http_send(self->session, &request, &response));
  if (response.status != 200) return refused(self, &response);

  pindus_json answer = {0};
  pindus_secret token = {0};
  int64_t lifetime_s = 0;
  TRY(self->host->json_parse(self->session, bytes(response.body), &answer));
  TRY(self->host->json_string(self->session, answer, str("/access_token"), &token));
  TRY(self->host->credential_set(self->session, str("access"), bytes(token)));
  const int32_t has_lifetime =
      self->host->json_integer(self->session, answer, str("/expires_in"), &lifetime_s);
  if (has_lifetime == PINDUS_OK) {
    TRY(self->host->credential_lifetime(self->session, lifetime_s, response.headers));
  } else if (has_lifetime != PINDUS_NOT_FOUND) {
    return has_lifetime;
  }
  return self->host->credential_commit(self->session);
}

static int32_t sign_in(void* instance) {
  const plugin* self = instance;
  pindus_prompt prompt = {0};
  pindus_secret secret = {0};
  prompt.size = sizeof prompt;
  prompt.kind = PINDUS_PROMPT_SECRET;
  prompt.message = str("Client secret");
  TRY(self->host->prompt(self->session, &prompt, &secret));
  TRY(self->host->private_set(self->session, str("clientSecret"), bytes(secret)));
  return get_token(self, secret);
}

static int32_t refresh(void* instance) {
  const plugin* self = instance;
  pindus_secret secret = {0};
  const int32_t code = self->host->private_get(self->session, str("clientSecret"), &secret);
  if (code == PINDUS_NOT_FOUND) {
    return fail(self, PINDUS_REJECTED, "the account has no client secret", "sign in again");
  }
  TRY(code);
  return get_token(self, secret);
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

#define LITERAL(text) {text, sizeof text - 1}

static const pindus_option options[] = {
    {LITERAL("client_id"), LITERAL("the client's id at the server")},
    {LITERAL("token_url"), LITERAL("the token endpoint (RFC 6749 section 3.2)")},
};

static const pindus_plugin_1 descriptor = {
    .size = sizeof(pindus_plugin_1),
    .abi_minor = 0,
    .id = LITERAL("basic-client"),
    .version = LITERAL("1.0.0"),
    .options = options,
    .option_count = COUNT(options),
    .create = create,
    .destroy = destroy,
    .sign_in = sign_in,
    .refresh = refresh,
    .get_extension = get_extension,
};

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) {
  if (!out) return PINDUS_INVALID_ARGUMENT;
  *out = &descriptor;
  return PINDUS_OK;
}
