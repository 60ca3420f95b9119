#include <stdlib.h>
#include <string.h>

#include <pindus/plugin.h>

/* Signs in by the authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636). */

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

/* A compiler may leave out a memset of what nobody reads afterwards. */
static void wipe(buffer* text_buffer) {
  volatile char* data = text_buffer->data;
  for (size_t i = 0; i < sizeof text_buffer->data; ++i) data[i] = 0;
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

static int32_t unavailable(const plugin* self) {
  return fail(self, PINDUS_UNAVAILABLE, "the server can't answer just now", "try again in a while");
}

static int is_outage(const pindus_http_response* response) {
  return response->status == 429 || response->status >= 500;
}

/* Whether an error says nothing about the grant. */
static int is_passing(const pindus_http_response* response, const buffer* name) {
  if (strcmp(name->data, "server_error") == 0) return 1;
  if (strcmp(name->data, "temporarily_unavailable") == 0) return 1;
  if (strcmp(name->data, "access_denied") == 0) return 0;
  return is_outage(response);
}

/* Reads an answer. `name` gets the name of the OAuth error in it (RFC 6749 section 5.2) and is
 * empty where there is none. That counts before the status: servers send their errors under 429 and
 * 503 too, and only what says nothing else is an outage. */
static int32_t read_answer(const plugin* self, const pindus_http_response* response,
                           pindus_json* answer, buffer* name) {
  pindus_secret error = {0};
  name->data[0] = '\0';
  const int32_t parsed = self->host->json_parse(self->session, bytes(response->body), answer);
  if (parsed == PINDUS_OK &&
      self->host->json_string(self->session, *answer, str("/error"), &error) == PINDUS_OK) {
    return self->host->secret_view(self->session, error, copy, name);
  }
  if (is_outage(response)) return unavailable(self);
  if (parsed != PINDUS_OK) {
    return fail(self, PINDUS_PROTOCOL, "the server's answer is not JSON", "");
  }
  if (response->status / 100 == 2) return PINDUS_OK;
  return fail(self, PINDUS_PROTOCOL, "the server refused and didn't say why", "");
}

static int32_t refuse(const plugin* self, const pindus_http_response* response,
                      const buffer* name) {
  if (strcmp(name->data, "invalid_grant") == 0 || strcmp(name->data, "invalid_client") == 0 ||
      strcmp(name->data, "unauthorized_client") == 0) {
    return fail(self, PINDUS_REJECTED, "the server no longer takes this sign-in", "sign in again");
  }
  if (is_passing(response, name)) return unavailable(self);
  return fail(self, PINDUS_DENIED, "the server refused the sign-in", "");
}

/* Puts a token answer (RFC 6749 section 5.1) into the record and commits it. */
static int32_t keep(const plugin* self, pindus_json answer) {
  pindus_secret token = {0};
  int64_t lifetime = 0;
  if (self->host->json_string(self->session, answer, str("/access_token"), &token) != PINDUS_OK) {
    return fail(self, PINDUS_PROTOCOL, "the server gave no access token", "");
  }
  TRY(self->host->credential_set(self->session, str("access"), bytes(token)));
  if (self->host->json_string(self->session, answer, str("/refresh_token"), &token) == PINDUS_OK) {
    TRY(self->host->credential_set(self->session, str("refresh"), bytes(token)));
  }
  if (self->host->json_integer(self->session, answer, str("/expires_in"), &lifetime) == PINDUS_OK) {
    TRY(self->host->credential_lifetime(self->session, lifetime, (pindus_headers){0}));
  }
  return self->host->credential_commit(self->session);
}

static int32_t request_token(const plugin* self, const pindus_field* fields, uint64_t count) {
  buffer url;
  buffer error;
  pindus_http_response response;
  pindus_json answer = {0};
  TRY(option(self, "token_url", &url));
  TRY(post(self, url.data, fields, count, PINDUS_FORM_URLENCODED, &response));
  TRY(read_answer(self, &response, &answer, &error));
  if (error.data[0]) return refuse(self, &response, &error);
  return keep(self, answer);
}

static int32_t refresh(void* instance) {
  const plugin* self = instance;
  buffer client_id;
  pindus_secret token = {0};
  if (self->host->credential_get(self->session, str("refresh"), &token) != PINDUS_OK) {
    return fail(self, PINDUS_REJECTED, "the account has no refresh token", "sign in again");
  }
  TRY(option(self, "client_id", &client_id));
  const pindus_field fields[] = {
      field("grant_type", text("refresh_token")),
      field("client_id", text(client_id.data)),
      field("refresh_token", bytes(token)),
  };
  return request_token(self, fields, sizeof fields / sizeof *fields);
}

/* 43 characters, 256 bits (RFC 7636 section 4.1). */
static int32_t random_text(const plugin* self, pindus_secret* out) {
  pindus_secret random = {0};
  TRY(self->host->random(self->session, 32, &random));
  return self->host->encode(self->session, PINDUS_ENCODING_BASE64URL, bytes(random), out);
}

static int32_t open_authorization(const plugin* self, const buffer* client_id,
                                  const buffer* redirect_uri, pindus_secret verifier,
                                  pindus_secret state) {
  buffer url;
  buffer scope;
  pindus_secret digest = {0};
  pindus_secret challenge = {0};
  pindus_secret query = {0};
  TRY(option(self, "authorize_url", &url));
  TRY(option(self, "scope", &scope));
  TRY(self->host->digest(self->session, PINDUS_DIGEST_SHA256, bytes(verifier), &digest));
  TRY(self->host->encode(self->session, PINDUS_ENCODING_BASE64URL, bytes(digest), &challenge));
  const pindus_field fields[] = {
      field("response_type", text("code")),
      field("client_id", text(client_id->data)),
      field("redirect_uri", text(redirect_uri->data)),
      field("scope", text(scope.data)),
      field("code_challenge", bytes(challenge)),
      field("code_challenge_method", text("S256")),
      field("state", bytes(state)),
  };
  TRY(self->host->fields_encode(self->session, fields, sizeof fields / sizeof *fields,
                                PINDUS_FORM_URLENCODED, &query));
  const size_t length = strlen(url.data);
  if (length + 2 > sizeof url.data) return PINDUS_TOO_LARGE;
  url.data[length] = '?';
  url.data[length + 1] = '\0';
  pindus_value whole = text(url.data);
  whole.secret = query;
  pindus_secret address = {0};
  TRY(self->host->secret_new(self->session, whole, &address));
  TRY(self->host->secret_view(self->session, address, copy, &url));
  return self->host->open_url(self->session, str(url.data));
}

/* What was pasted: `code#state`, a bare code, a query string, or the last page's whole address. */
static int32_t take_code(const plugin* self, buffer* pasted, pindus_secret state,
                         pindus_secret* code) {
  pindus_secret given = {0};
  int32_t same = 1;
  char* query = strstr(pasted->data, "code=");
  char* hash = strchr(pasted->data, '#');
  if (query) {
    char* begin = strchr(pasted->data, '?');
    begin = begin ? begin + 1 : pasted->data;
    TRY(self->host->form_decode(self->session, text(begin), str("code"), code));
    if (self->host->form_decode(self->session, text(begin), str("state"), &given) == PINDUS_OK) {
      TRY(self->host->equal(self->session, bytes(given), bytes(state), &same));
    }
  } else {
    if (hash) {
      TRY(self->host->equal(self->session, text(hash + 1), bytes(state), &same));
      *hash = '\0';
    }
    TRY(self->host->secret_new(self->session, text(pasted->data), code));
  }
  if (same) return PINDUS_OK;
  return fail(self, PINDUS_PROTOCOL, "what was pasted belongs to another sign-in",
              "sign in again, and paste what the page of this attempt shows");
}

static int32_t sign_in(void* instance) {
  const plugin* self = instance;
  buffer client_id;
  buffer redirect_uri;
  buffer pasted;
  pindus_secret verifier = {0};
  pindus_secret state = {0};
  pindus_secret answer = {0};
  pindus_secret code = {0};
  TRY(option(self, "client_id", &client_id));
  TRY(option(self, "redirect_uri", &redirect_uri));
  TRY(random_text(self, &verifier));
  TRY(random_text(self, &state));
  TRY(open_authorization(self, &client_id, &redirect_uri, verifier, state));
  pindus_prompt prompt = {0};
  prompt.size = sizeof prompt;
  prompt.kind = PINDUS_PROMPT_TEXT;
  prompt.message = str("Paste the code, or the last page's address");
  TRY(self->host->prompt(self->session, &prompt, &answer));
  TRY(self->host->secret_view(self->session, answer, copy, &pasted));
  const int32_t taken = take_code(self, &pasted, state, &code);
  wipe(&pasted);
  TRY(taken);
  const pindus_field fields[] = {
      field("grant_type", text("authorization_code")),
      field("client_id", text(client_id.data)),
      field("code", bytes(code)),
      field("redirect_uri", text(redirect_uri.data)),
      field("code_verifier", bytes(verifier)),
  };
  return request_token(self, fields, sizeof fields / sizeof *fields);
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
    OPTION("client_id", "the client's id at the server"),
    OPTION("authorize_url", "the authorization endpoint (RFC 6749 section 3.1)"),
    OPTION("token_url", "the token endpoint (RFC 6749 section 3.2)"),
    OPTION("redirect_uri", "where the server sends the browser, one of the client's"),
    OPTION("scope", "what is asked for, separated by blanks"),
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
    .refresh = refresh,
    .get_extension = get_extension,
};

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) {
  if (!out) return PINDUS_INVALID_ARGUMENT;
  *out = &descriptor;
  return PINDUS_OK;
}
