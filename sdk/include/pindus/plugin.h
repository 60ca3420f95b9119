/* The contract between pindus and a provider plugin: C11, ABI major 1.
 *
 * A plugin is one shared object that knows one way to sign in. It links nothing of pindus; all that
 * it needs from the host reaches it through the tables below.
 *
 * Rules (CONTRACT.md says for each what enforces it):
 *
 *  P1  A plugin exports one symbol, pindus_plugin_entry_1, and nothing else.
 *  P2  The entry returns a static descriptor. It allocates nothing, does no I/O and keeps no state;
 *      it may be called more than once and answers the same each time.
 *  P3  The descriptor's id is the name that manifests give the plugin's file, without ".so".
 *  P4  Every table and every structure begins with its own size in bytes, as its writer knew it.
 *      A reader touches only what that size covers. Tables grow at the end and never otherwise.
 *  P5  What is passed in is borrowed for the call: a callee that needs it longer makes a copy. No
 *      memory changes owner. What the host has to say reaches the plugin through a pindus_read
 *      callback, and is gone when that returns.
 *  P6  No exception, longjmp or thread cancellation leaves a function of either side.
 *  P7  A function marked [session-thread] is called only on the thread that called the plugin, and
 *      only until that call returns. A function marked [any-thread] may be called on any thread
 *      until that call returns.
 *  P8  A handle that is stale, zero or of another session is answered PINDUS_INVALID_HANDLE.
 *  P9  A plugin writes nothing to standard output or error, reads no standard input, never exits,
 *      and leaves signals, locale, working directory, environment, descriptors and threads as it
 *      found them.
 *  P10 A secret never stands in a log line, a progress line or an error.
 *  P11 A host service that waits returns PINDUS_CANCELLED within 100 ms of an interrupt; the plugin
 *      then returns that code, within a second. A refresh that has sent a request is interrupted no
 *      more: it has some 30 s, beyond which services that wait return PINDUS_TIMEOUT.
 *  P12 A credential is stored only if the plugin called commit, then returned PINDUS_OK, and the
 *      session was not cancelled meanwhile. What a refresh committed is stored in any case: the
 *      server may have ended the old token with its answer.
 *  P13 A plugin speaks to the network only through http_send.
 *  P14 One instance serves one operation, on one thread. Several instances may live at once, on
 *      several threads.
 *  P15 The shared object has no run path, no text relocations, no executable stack and no unique
 *      symbols (they would keep two plugins from having their own copies), and needs no HTTP, TLS
 *      or crypto library.
 *
 * Text is UTF-8 without a final zero: a pointer and a length. An empty text may have a null
 * pointer. Offsets and sizes are those of LP64 systems.
 */
#ifndef PINDUS_PLUGIN_H
#define PINDUS_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PINDUS_NOEXCEPT noexcept
extern "C" {
#else
#define PINDUS_NOEXCEPT
#endif

#define PINDUS_ABI_MAJOR 1
/* The newest minor that this header describes. ABI-CHANGES.md has an entry for each. */
#define PINDUS_ABI_MINOR 0

/* Result codes. Every function that can fail returns one; any other value counts as
 * PINDUS_INTERNAL. The numbers never change and are never used again. */
enum {
  PINDUS_OK = 0,
  PINDUS_CANCELLED = 1,             /* the person or the program interrupted the session */
  PINDUS_INTERACTION_FORBIDDEN = 2, /* a question was needed and none may be asked here */
  PINDUS_DENIED = 3,                /* the person or the server refused (access_denied) */
  PINDUS_EXPIRED = 4,               /* a code or token ended before it was used */
  PINDUS_NETWORK = 5,               /* no connection, name, or TLS; worth trying again */
  PINDUS_TIMEOUT = 6,               /* the peer did not answer in time; worth trying again */
  PINDUS_PROTOCOL = 7,              /* the peer's answer makes no sense */
  PINDUS_UNSUPPORTED = 8,           /* this host or this plugin can't do that */
  PINDUS_INVALID_ARGUMENT = 9,      /* the caller's mistake */
  PINDUS_INVALID_HANDLE = 10,       /* stale, zero, or another session's; see P8 */
  PINDUS_NO_MEMORY = 11,
  PINDUS_INTERNAL = 12,     /* a defect of the callee */
  PINDUS_NOT_FOUND = 13,    /* no such option, answer, field, member or header */
  PINDUS_FORBIDDEN = 14,    /* a host that the method may not talk to; a secret that stays closed */
  PINDUS_WRONG_THREAD = 15, /* see P7 */
  PINDUS_TOO_LARGE = 16,    /* over a limit that the function's comment names */
  PINDUS_REJECTED = 17,     /* permanent: the server will never take this credential again */
  PINDUS_UNAVAILABLE = 18,  /* transient: the server can't just now (429, 5xx) */
  PINDUS_INVALID_KEY = 19   /* the api key can't be one */
};

/* A borrowed text. */
typedef struct pindus_str {
  const char* data;
  uint64_t size; /* bytes */
} pindus_str;

/* The operation under way. Given to create(), valid until destroy() is called. */
typedef struct pindus_session {
  uint64_t id;
} pindus_session;

/* Bytes that the host keeps, and wipes when they are freed. They live until secret_free or the end
 * of the session. */
typedef struct pindus_secret {
  uint64_t id;
} pindus_secret;

/* A parsed JSON document. It lives until json_free or the end of the session. */
typedef struct pindus_json {
  uint64_t id;
} pindus_json;

/* The header fields of an answer. They live until the next http_send of the session. */
typedef struct pindus_headers {
  uint64_t id;
} pindus_headers;

/* Text, then the bytes of a secret; either part may be absent ({NULL, 0}, or a secret of id 0).
 * So "Bearer " and a token make one header value, and the token is never seen. */
typedef struct pindus_value {
  pindus_str text;
  pindus_secret secret;
} pindus_value;

/* A named value: a form field, a JSON member, a header field. */
typedef struct pindus_field {
  pindus_str name;
  pindus_value value;
} pindus_field;

/* Receives a text from the host. `text` is borrowed until the callback returns (P5). The callback
 * must not call host services other than log and cancelled: the others answer
 * PINDUS_INVALID_ARGUMENT there. */
typedef void (*pindus_read)(void* context, pindus_str text);

/* Severity of a log line. */
enum { PINDUS_LOG_DEBUG = 0, PINDUS_LOG_INFO = 1, PINDUS_LOG_WARNING = 2, PINDUS_LOG_ERROR = 3 };

/* What a prompt asks for. */
enum {
  PINDUS_PROMPT_TEXT = 0,   /* one line, shown as it is typed; up to 64 KiB. A pasted one is taken
                               whole: line breaks in it go, with the blanks around them, and so do
                               blanks at its ends */
  PINDUS_PROMPT_SECRET = 1, /* one line, not shown */
  PINDUS_PROMPT_CHOICE = 2, /* one of `choices`; the answer is its text */
  PINDUS_PROMPT_API_KEY = 3 /* the provider's api key: the host offers the environment variable,
                               shows where a key is made, and else asks as for a secret. The answer
                               is closed, and so is every secret made of it: secret_view, equal,
                               json_parse and http_send answer PINDUS_FORBIDDEN, and so does
                               credential_set but for "key". */
};

typedef struct pindus_prompt {
  uint32_t size; /* sizeof(pindus_prompt) */
  uint32_t kind;
  pindus_str message; /* what is asked, without a final colon; may be empty for an api key */
  const pindus_str* choices;
  uint64_t choice_count; /* 0 but for PINDUS_PROMPT_CHOICE */
} pindus_prompt;

/* What a person needs to approve a device (RFC 8628 section 3.3). */
typedef struct pindus_device_code {
  uint32_t size; /* sizeof(pindus_device_code) */
  uint32_t reserved;
  pindus_str user_code;
  pindus_str verification_uri;
  pindus_str verification_uri_complete; /* may be empty */
  int64_t expires_in_s;                 /* seconds from now; 0 or less: unknown */
} pindus_device_code;

/* What an api key of this provider looks like. */
typedef struct pindus_key_rule {
  uint32_t size; /* sizeof(pindus_key_rule) */
  uint32_t reserved;
  pindus_str prefix;   /* another one is warned about and stored all the same; may be empty */
  uint64_t min_length; /* bytes; the host's own minimum of 20 holds where this is less */
} pindus_key_rule;

typedef struct pindus_http_request {
  uint32_t size; /* sizeof(pindus_http_request) */
  uint32_t reserved;
  pindus_str method;           /* "GET" or "POST" */
  pindus_str url;              /* https, or http to loopback; no user name in it */
  const pindus_field* headers; /* names are tokens of RFC 9110; values without line breaks */
  uint64_t header_count;
  pindus_value body; /* empty for a GET */
} pindus_http_request;

/* The caller sets `size`; the host fills what it covers. */
typedef struct pindus_http_response {
  uint32_t size;  /* sizeof(pindus_http_response) */
  int32_t status; /* the HTTP status, 100 to 599 */
  pindus_secret body;
  pindus_headers headers;
} pindus_http_response;

/* How form_encode writes its fields. */
enum {
  PINDUS_FORM_URLENCODED = 0, /* application/x-www-form-urlencoded (RFC 6749 appendix B) */
  PINDUS_FORM_JSON = 1        /* one JSON object of strings */
};

/* What stands at a place of a JSON document. */
enum {
  PINDUS_JSON_NULL = 0,
  PINDUS_JSON_BOOLEAN = 1,
  PINDUS_JSON_NUMBER = 2,
  PINDUS_JSON_STRING = 3,
  PINDUS_JSON_ARRAY = 4,
  PINDUS_JSON_OBJECT = 5
};

/* What info tells. */
enum {
  PINDUS_INFO_PROVIDER_ID = 0,    /* "anthropic" */
  PINDUS_INFO_PROVIDER_LABEL = 1, /* "Anthropic (Claude)" */
  PINDUS_INFO_ACCOUNT = 2,        /* "default" */
  PINDUS_INFO_METHOD = 3,         /* "oauth" or "api-key" */
  PINDUS_INFO_HOST_VERSION = 4,   /* the host's own version, for people */
  PINDUS_INFO_TRIES = 5           /* how often a question is put that gets wrong answers: "1" */
};

/* Host services. The table lives as long as the process. Names of host services that wait say so;
 * all of those answer PINDUS_CANCELLED as in P11. Every function answers PINDUS_INVALID_HANDLE for
 * a bad session, PINDUS_INVALID_ARGUMENT for a null pointer or a size below the structure's first
 * form, and PINDUS_WRONG_THREAD as in P7. */
typedef struct pindus_host_1 {
  uint32_t size;
  uint32_t abi_minor;

  /* [any-thread] A line for whoever runs with PINDUS_LOG set. Never a secret (P10). */
  int32_t (*log)(pindus_session session, uint32_t level, pindus_str line) PINDUS_NOEXCEPT;

  /* [any-thread] 1 when the session was interrupted, else 0. Long computations ask now and then. */
  int32_t (*cancelled)(pindus_session session) PINDUS_NOEXCEPT;

  /* [session-thread] The table of a host extension, or null where the host has none of that name.
   * An id never changes its meaning; each has a header of its own in pindus/ext. The table lives as
   * long as the process. */
  const void* (*get_extension)(pindus_session session, pindus_str id) PINDUS_NOEXCEPT;

  /* [session-thread] A line for the person: what goes on. Control characters are removed. */
  int32_t (*progress)(pindus_session session, pindus_str line) PINDUS_NOEXCEPT;

  /* [session-thread] Why the operation fails: one sentence and what to do about it. The last one
   * counts, and only if the operation then fails; one that a host service set, only if it fails
   * with that service's code. `code` is a result code but PINDUS_OK. Control characters are
   * removed. */
  int32_t (*set_error)(pindus_session session, int32_t code, pindus_str message, pindus_str hint)
      PINDUS_NOEXCEPT;

  /* [session-thread, waits] Asks the person. PINDUS_INTERACTION_FORBIDDEN where nobody may be
   * asked (a refresh, a sign-out), PINDUS_CANCELLED where the person gave up, PINDUS_TOO_LARGE
   * beyond 64 KiB. */
  int32_t (*prompt)(pindus_session session, const pindus_prompt* prompt, pindus_secret* answer)
      PINDUS_NOEXCEPT;

  /* [session-thread] Shows a device code, its address, and while sleep waits the time left. The
   * addresses are http or https, else PINDUS_INVALID_ARGUMENT; PINDUS_INTERACTION_FORBIDDEN as for
   * prompt. */
  int32_t (*show_code)(pindus_session session, const pindus_device_code* code) PINDUS_NOEXCEPT;

  /* [session-thread] Prints the address whole on a line of its own, and opens it in a browser where
   * there is one and the person allows it. http and https only, else PINDUS_INVALID_ARGUMENT. */
  int32_t (*open_url)(pindus_session session, pindus_str url) PINDUS_NOEXCEPT;

  /* [session-thread] What the session is about: PINDUS_INFO_*. PINDUS_NOT_FOUND for others. */
  int32_t (*info)(pindus_session session, uint32_t what, pindus_read read, void* context)
      PINDUS_NOEXCEPT;

  /* [session-thread] An option of the method in the provider's manifest, the answers to its
   * questions filled in. Where the manifest has NAME_env and that environment variable is set and
   * not blank, its value instead. On a refresh or a revocation "client_id" is the one that signed
   * in. PINDUS_NOT_FOUND. */
  int32_t (*option)(pindus_session session, pindus_str name, pindus_read read, void* context)
      PINDUS_NOEXCEPT;

  /* [session-thread] The answer to one of the manifest's questions. PINDUS_NOT_FOUND. */
  int32_t (*answer)(pindus_session session, pindus_str name, pindus_read read, void* context)
      PINDUS_NOEXCEPT;

  /* [session-thread] A new secret, a copy of a value. Join, prefix or keep what was computed.
   * PINDUS_TOO_LARGE beyond 1 MiB. The plugin wipes its own copy. */
  int32_t (*secret_new)(pindus_session session, pindus_value value, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Shows a secret's bytes to `read`. PINDUS_FORBIDDEN for an api key. */
  int32_t (*secret_view)(pindus_session session, pindus_secret secret, pindus_read read,
                         void* context) PINDUS_NOEXCEPT;

  /* [session-thread] Whether the secret can be an api key. Warns the person of a wrong prefix;
   * PINDUS_INVALID_KEY, with the error already set, for one that is empty, too short or a
   * placeholder. */
  int32_t (*secret_check)(pindus_session session, pindus_secret secret, const pindus_key_rule* rule)
      PINDUS_NOEXCEPT;

  /* [session-thread] Wipes and frees. Handles are freed at the end of the session anyway. */
  int32_t (*secret_free)(pindus_session session, pindus_secret secret) PINDUS_NOEXCEPT;

  /* [session-thread, waits] One exchange: 30 s in all, 10 s to connect, no redirect followed, 1 MiB
   * of answer at most. PINDUS_OK whenever an answer came, whatever its status. PINDUS_FORBIDDEN for
   * a host that no option ending in "_url" names; PINDUS_NETWORK, PINDUS_TIMEOUT, PINDUS_TOO_LARGE;
   * the error is then already set. */
  int32_t (*http_send)(pindus_session session, const pindus_http_request* request,
                       pindus_http_response* response) PINDUS_NOEXCEPT;

  /* [session-thread] A header field of the last answer; several of one name are joined by ", ".
   * Names are compared without case. PINDUS_NOT_FOUND. */
  int32_t (*http_header)(pindus_session session, pindus_headers headers, pindus_str name,
                         pindus_read read, void* context) PINDUS_NOEXCEPT;

  /* [session-thread] Encodes fields, in their order, as PINDUS_FORM_* says. */
  int32_t (*form_encode)(pindus_session session, const pindus_field* fields, uint64_t field_count,
                         uint32_t format, pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] The first field of that name in an urlencoded text (a query string, a form),
   * decoded. PINDUS_NOT_FOUND; PINDUS_PROTOCOL for a broken escape. */
  int32_t (*form_decode)(pindus_session session, pindus_value form, pindus_str name,
                         pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] Parses a document (RFC 8259). A byte order mark is skipped; in strings U+FFFD
   * stands for what is not text (other bytes than UTF-8, lone surrogates, unknown escapes); numbers
   * have at least the range of a double. PINDUS_PROTOCOL where it isn't JSON, PINDUS_TOO_LARGE
   * beyond 1 MiB or 64 levels. */
  int32_t (*json_parse)(pindus_session session, pindus_value text, pindus_json* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] What stands at a pointer (RFC 6901; "" is the whole): PINDUS_JSON_*, and the
   * number of elements or members of an array or object (else 0). `type` and `count` may be null.
   * PINDUS_NOT_FOUND where nothing stands there, PINDUS_INVALID_ARGUMENT for a broken pointer. */
  int32_t (*json_type)(pindus_session session, pindus_json json, pindus_str pointer, uint32_t* type,
                       uint64_t* count) PINDUS_NOEXCEPT;

  /* [session-thread] The string at a pointer, as a new secret. PINDUS_NOT_FOUND where nothing or
   * null stands there, PINDUS_PROTOCOL where something else does. */
  int32_t (*json_string)(pindus_session session, pindus_json json, pindus_str pointer,
                         pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] The number at a pointer; a fraction is cut off. Errors as for json_string;
   * PINDUS_PROTOCOL also out of the range of an int64_t. */
  int32_t (*json_integer)(pindus_session session, pindus_json json, pindus_str pointer,
                          int64_t* out) PINDUS_NOEXCEPT;

  /* [session-thread] The boolean at a pointer: 0 or 1. Errors as for json_string. */
  int32_t (*json_boolean)(pindus_session session, pindus_json json, pindus_str pointer,
                          int32_t* out) PINDUS_NOEXCEPT;

  /* [session-thread] Frees, and wipes what the document held. */
  int32_t (*json_free)(pindus_session session, pindus_json json) PINDUS_NOEXCEPT;

  /* [session-thread] `byte_count` (1 to 1024) bytes of the system's randomness. */
  int32_t (*random)(pindus_session session, uint64_t byte_count, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] SHA-256 (FIPS 180-4): 32 bytes. */
  int32_t (*sha256)(pindus_session session, pindus_value in, pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] base64url without padding (RFC 4648 section 5). */
  int32_t (*base64url_encode)(pindus_session session, pindus_value in, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] The reverse; padding is allowed. PINDUS_PROTOCOL for any other character. */
  int32_t (*base64url_decode)(pindus_session session, pindus_value in, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] *out = 1 where both are the same bytes, in a time that tells nothing else. */
  int32_t (*equal)(pindus_session session, pindus_value a, pindus_value b, int32_t* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Wall clock: milliseconds since 1970-01-01 UTC, leap seconds not counted. */
  int32_t (*now_ms)(pindus_session session, int64_t* out) PINDUS_NOEXCEPT;

  /* [session-thread] A clock that only goes forward, milliseconds from an unknown start. */
  int32_t (*monotonic_ms)(pindus_session session, int64_t* out) PINDUS_NOEXCEPT;

  /* [session-thread, waits] Waits. Zero or less returns at once. */
  int32_t (*sleep_ms)(pindus_session session, int64_t milliseconds) PINDUS_NOEXCEPT;

  /* [session-thread] A text member of the stored credential record, on a refresh or a revocation:
   * "access", "refresh", "accountId", ... as a new secret. PINDUS_NOT_FOUND. */
  int32_t (*credential_get)(pindus_session session, pindus_str name, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Sets a text member of the record to be: "key" for an api key; "access",
   * "refresh", "baseUrl", "accountId" or a name of the plugin's own ([A-Za-z][A-Za-z0-9_]{0,63})
   * for OAuth. Members that a refresh doesn't set stay as they are; an empty value removes one.
   * PINDUS_INVALID_ARGUMENT for "kind", "isDefault", "expires", "lifetime" and "clientId", which
   * are the host's, for names that break the form, for a value that is not UTF-8 or holds control
   * characters, on a revocation, and after commit. */
  int32_t (*credential_set)(pindus_session session, pindus_str name, pindus_value value)
      PINDUS_NOEXCEPT;

  /* [session-thread] How long the access token lives: seconds, counted from the arrival of the last
   * answer on the host's own clock, so that a wrong clock does no harm. Without this call a token
   * that stays ends when it did, a new one lives as long as the one before, and where that isn't
   * known either the record is valid until sign-out. PINDUS_INVALID_ARGUMENT below 0 or beyond 100
   * years. */
  int32_t (*credential_lifetime)(pindus_session session, int64_t seconds) PINDUS_NOEXCEPT;

  /* [session-thread] What was set is the credential. Called once, last; PINDUS_INVALID_ARGUMENT
   * where "key" or "access" is missing or was emptied. On a refresh "access" may stay as it was:
   * where the server gave a new refresh token and no access token, set "refresh" and commit, so
   * that it is kept; the host says so where the old access token is over. See P12. */
  int32_t (*commit)(pindus_session session) PINDUS_NOEXCEPT;
} pindus_host_1;

/* The plugin's descriptor: static (P2). */
typedef struct pindus_plugin_1 {
  uint32_t size;
  uint32_t abi_minor; /* the oldest host minor that this plugin can work with */
  pindus_str id;      /* P3 */
  pindus_str version; /* the plugin's own, for people */

  /* [session-thread] A new instance for one operation. `host` and `session` are valid until
   * destroy. On failure *instance stays null and destroy isn't called. */
  int32_t (*create)(const pindus_host_1* host, pindus_session session, void** instance)
      PINDUS_NOEXCEPT;

  /* [session-thread] Ends what create began. Called exactly once for each instance. */
  void (*destroy)(void* instance) PINDUS_NOEXCEPT;

  /* [session-thread] Signs in: gets a credential, sets it, commits it. */
  int32_t (*sign_in)(void* instance) PINDUS_NOEXCEPT;

  /* [session-thread] Refreshes the stored credential: asks nobody anything. PINDUS_REJECTED where
   * only a new sign-in helps, PINDUS_UNAVAILABLE (or NETWORK, TIMEOUT) where another try may.
   * Null where the method has nothing to refresh. */
  int32_t (*refresh)(void* instance) PINDUS_NOEXCEPT;

  /* [session-thread] The table of a plugin extension, or null where the plugin has none of that
   * name. The table is static. The slot itself is never null. */
  const void* (*get_extension)(void* instance, pindus_str id) PINDUS_NOEXCEPT;
} pindus_plugin_1;

/* Sizes of the tables as they were in minor 0. Numbers, not sizeof: a table that grew keeps them.
 */
#define PINDUS_HOST_1_BASE_SIZE 304u
#define PINDUS_PLUGIN_1_BASE_SIZE 80u

/* The one symbol that a plugin exports. Fills *out and returns PINDUS_OK, or returns why not. */
typedef int32_t (*pindus_plugin_entry_1_fn)(const pindus_plugin_1** out) PINDUS_NOEXCEPT;
#define PINDUS_PLUGIN_ENTRY_1 "pindus_plugin_entry_1"

#if defined(__GNUC__)
#define PINDUS_EXPORT __attribute__((visibility("default")))
#else
#define PINDUS_EXPORT
#endif

PINDUS_EXPORT int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
