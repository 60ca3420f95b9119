#include <stdlib.h>
#include <string.h>

#include <pindus/plugin.h>

/* Signs in with a user name and a password at a server of its own kind. */

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
  char data[8192];
} buffer;

static void copy(void* context, pindus_str from) {
  buffer* to = context;
  to->data[0] = '\0';
  if (from.size >= sizeof to->data) return;
  if (from.size > 0) memcpy(to->data, from.data, (size_t)from.size);
  to->data[from.size] = '\0';
}

static int32_t option(const plugin* self, const char* name, buffer* out) {
  if (self->host->option(self->session, str(name), copy, out) == PINDUS_OK && out->data[0]) {
    return PINDUS_OK;
  }
  return fail(self, PINDUS_INVALID_ARGUMENT, "the provider's manifest lacks one of its options",
              "see the plugin's own manifest for all of them");
}

static int32_t post(const plugin* self, const char* url, const pindus_field* fields, uint64_t count,
                    uint32_t format, pindus_http_response* response) {
  const pindus_field headers[] = {
      field("Content-Type", text(format == PINDUS_FORM_JSON ? "application/json"
                                                            : "application/x-www-form-urlencoded")),
      field("Accept", text("application/json")),
  };
  pindus_http_request request = {0};
  request.size = sizeof request;
  request.method = str("POST");
  request.url = str(url);
  request.headers = headers;
  request.header_count = sizeof headers / sizeof *headers;
  TRY(self->host->fields_encode(self->session, fields, count, format, &request.body.secret));
  memset(response, 0, sizeof *response);
  response->size = sizeof *response;
  return self->host->http_send(self->session, &request, response);
}

static int32_t ask(const plugin* self, uint32_t kind, const char* message, pindus_secret* out) {
  pindus_prompt prompt = {0};
  prompt.size = sizeof prompt;
  prompt.kind = kind;
  prompt.message = str(message);
  return self->host->prompt(self->session, &prompt, out);
}

/* Fails for every answer but a success. What the body says counts before the status: a server's own
 * errors may come under 429 and 503 too, and only what says nothing else is an outage. */
static int32_t check(const plugin* self, const pindus_http_response* response,
                     pindus_json* answer) {
  buffer error = {{0}};
  pindus_secret found = {0};
  const int32_t parsed = self->host->json_parse(self->session, bytes(response->body), answer);
  if (parsed == PINDUS_OK &&
      self->host->json_string(self->session, *answer, str("/error"), &found) == PINDUS_OK) {
    TRY(self->host->secret_view(self->session, found, copy, &error));
  }
  if (strcmp(error.data, "wrong_password") == 0 || response->status == 401) {
    return fail(self, PINDUS_DENIED, "the server refused the user name or the password", "");
  }
  if (response->status == 429 || response->status >= 500) {
    return fail(self, PINDUS_UNAVAILABLE, "the server can't answer just now",
                "try again in a while");
  }
  if (response->status == 200) return parsed;
  return fail(self, PINDUS_PROTOCOL, "the server refused and didn't say why", "");
}

static int32_t sign_in(void* instance) {
  const plugin* self = instance;
  buffer url;
  pindus_secret user = {0};
  pindus_secret password = {0};
  TRY(option(self, "login_url", &url));
  TRY(ask(self, PINDUS_PROMPT_TEXT, "User name", &user));
  TRY(ask(self, PINDUS_PROMPT_SECRET, "Password", &password));
  const pindus_field fields[] = {
      field("user", bytes(user)),
      field("password", bytes(password)),
  };
  pindus_http_response response;
  TRY(post(self, url.data, fields, sizeof fields / sizeof *fields, PINDUS_FORM_JSON, &response));
  pindus_json answer = {0};
  pindus_secret token = {0};
  int64_t lifetime = 0;
  TRY(check(self, &response, &answer));
  TRY(self->host->json_string(self->session, answer, str("/token"), &token));
  TRY(self->host->json_integer(self->session, answer, str("/lifetime"), &lifetime));
  TRY(self->host->credential_set(self->session, str("access"), bytes(token)));
  TRY(self->host->credential_lifetime(self->session, lifetime, (pindus_headers){0}));
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

// What a manifest may say to this plugin: `pindus plugin show` prints it, and `check` compares.
#define OPTION(name, help) {{name, sizeof name - 1}, {help, sizeof help - 1}}
static const pindus_option options[] = {
    OPTION("login_url", "where a user name and a password are traded for a token"),
};

static const pindus_plugin_1 descriptor = {
    .size = sizeof(pindus_plugin_1),
    .abi_minor = 0,
    .id = {"@NAME@", sizeof "@NAME@" - 1},
    .version = {"0.1.0", 5},
    .options = options,
    .option_count = sizeof options / sizeof *options,
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
