/* The contract between pindus and a provider plugin: ABI major 1. C99 and up, C++11 and up.
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
 *      Without a size, and never to grow, are pindus_str, pindus_session, pindus_secret,
 *      pindus_json, pindus_headers, pindus_value, pindus_field and pindus_option. What is called
 *      `reserved`, and what a structure has beyond the reader's own knowledge of it, is zero, else
 *      PINDUS_INVALID_ARGUMENT; a number of a list (a kind, an algorithm, a format) that the host
 *      doesn't know is PINDUS_UNSUPPORTED.
 *  P5  What is passed in is borrowed for the call: a callee that needs it longer makes a copy. No
 *      memory changes owner. What the host has to say reaches the plugin through a pindus_read
 *      callback, and is gone when that returns.
 *  P6  No exception, longjmp or thread cancellation leaves a function of either side.
 *  P7  A function marked [session-thread] is called only on the thread that called the plugin, and
 *      only until that call returns. A function marked [any-thread] may be called on any thread
 *      until that call returns.
 *  P8  A handle that is stale, zero or of another session is answered PINDUS_INVALID_HANDLE, but
 *      that freeing zero is fine. Where a function fails, what it was to fill is as it was.
 *  P9  A plugin writes nothing to standard output or error, reads no standard input, never exits,
 *      and leaves signals, locale, working directory, environment, descriptors and threads as it
 *      found them.
 *  P10 A secret never stands in a log line, a progress line, a question or an error, nor in a
 *      member of the record but "key", "access" and "refresh": others are printed. private_set is
 *      for it.
 *  P11 A host service that waits returns PINDUS_CANCELLED within 100 ms of an interrupt; the plugin
 *      then returns that code, within a second. A refresh that has sent a request is interrupted no
 *      more: it has some 30 s, beyond which services that wait return PINDUS_TIMEOUT.
 *  P12 A credential is stored only if the plugin called credential_commit, then returned PINDUS_OK,
 *      and the session was not cancelled meanwhile. What a refresh committed is stored in any case: the
 *      server may have ended the old token with its answer.
 *  P13 A plugin speaks to the network only through http_send.
 *  P14 One instance serves one operation, on one thread. Several instances may live at once, on
 *      several threads.
 *  P15 The shared object has no run path, no text relocations, no executable stack and no unique
 *      symbols (they would keep two plugins from having their own copies), and needs no HTTP, TLS
 *      or crypto library.
 *  P16 The descriptor lists each option that the plugin reads, with a line about it.
 *  P17 A refresh that lacks what it needs says what that is, and answers PINDUS_REJECTED. PINDUS_OK
 *      means that it committed something.
 *  P18 A length of time is no moment: credential_lifetime takes seconds, counted from an answer,
 *      and credential_expires milliseconds since 1970. A refusal of either is not passed over.
 *
 * Text is UTF-8 without a final zero: a pointer and a length. An empty text may have a null
 * pointer. Offsets and sizes are those of LP64 systems.
 */
#ifndef PINDUS_PLUGIN_H
#define PINDUS_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* Before C++17 it is no part of a function's type, and may not stand in a typedef. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define PINDUS_NOEXCEPT noexcept
#else
#define PINDUS_NOEXCEPT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a table that `table` points to has that slot, by its size (P4), and not null. */
#define PINDUS_HAS(table, slot)                                                              \
  ((size_t)((const char*)&(table)->slot - (const char*)(table)) + sizeof((table)->slot) <= \
       (table)->size &&                                                                      \
   (table)->slot != 0)

#define PINDUS_ABI_MAJOR 1
/* The newest minor that this header describes. ABI-CHANGES.md has an entry for each. */
#define PINDUS_ABI_MINOR 0

/* Result codes. Every function that can fail returns one; any other value counts as
 * PINDUS_INTERNAL. The numbers never change and are never used again. */
enum pindus_code {
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
  PINDUS_INVALID_KEY = 19   /* the api key, or the private key, can't be one */
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

/* What the value of a field is. */
enum pindus_field_kind {
  PINDUS_FIELD_TEXT = 0, /* text */
  PINDUS_FIELD_JSON = 1  /* JSON as it is (RFC 8259): an object, an array, a number, ... */
};

/* A named value: a form field, a JSON member, a header field. */
typedef struct pindus_field {
  pindus_str name;
  pindus_value value;
  uint32_t kind; /* PINDUS_FIELD_*; only a member of a JSON object may be other than text */
  uint32_t reserved;
} pindus_field;

/* Receives a text from the host. `text` is borrowed until the callback returns (P5). The callback
 * must not call host services other than log and cancelled: the others answer
 * PINDUS_INVALID_ARGUMENT there. */
typedef void (*pindus_read)(void* context, pindus_str text) PINDUS_NOEXCEPT;

/* Severity of a log line. */
enum pindus_log_level {
  PINDUS_LOG_DEBUG = 0,
  PINDUS_LOG_INFO = 1,
  PINDUS_LOG_WARNING = 2,
  PINDUS_LOG_ERROR = 3
};

/* What a prompt asks for. */
enum pindus_prompt_kind {
  PINDUS_PROMPT_TEXT = 0,   /* one line, shown as it is typed; up to 64 KiB. A pasted one is taken
                               whole: line breaks in it go, with the blanks around them, and so do
                               blanks at its ends */
  PINDUS_PROMPT_SECRET = 1, /* one line, not shown */
  PINDUS_PROMPT_API_KEY = 2, /* the provider's api key: the host offers the environment variable,
                               shows where a key is made, and else asks as for a secret. In a method
                               of kind oauth, which trades it for a token, the answer is open. In
                               one of kind api-key it is closed, and so is every secret made of it:
                               secret_view, equal, form_decode, json_parse, sign, decode, time_parse
                               and http_send answer PINDUS_FORBIDDEN, and so does credential_set but
                               for "key". */
  PINDUS_PROMPT_SECRET_TEXT = 3 /* not shown and of any number of lines, such as a private key: up to
                                   64 KiB, pasted whole, or all that standard input has left. Its
                                   line breaks stay, blanks at its ends go */
};

typedef struct pindus_prompt {
  uint32_t size; /* sizeof(pindus_prompt) */
  uint32_t kind;
  pindus_str message; /* what is asked, without a final colon; may be empty for an api key */
  pindus_str usual;   /* what an empty line answers, shown with the question; only for a text */
} pindus_prompt;

/* One of several things. The person answers with a number or a text. */
typedef struct pindus_choice {
  uint32_t size; /* sizeof(pindus_choice) */
  uint32_t reserved;
  pindus_str message;        /* what is asked, without a final colon */
  const pindus_str* choices; /* shown one a line */
  uint64_t choice_count;     /* 1 to 100 */
  int64_t usual;             /* the index that an empty line answers; -1: none */
} pindus_choice;

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
  pindus_str method; /* sent as it is: a token of RFC 9110 up to 32 bytes, not CONNECT or TRACE */
  pindus_str url;    /* https, or http to loopback; no user name in it */
  /* Names are tokens, values have no control characters but tabs. Those that say where a request
   * goes and where it ends are the host's: Connection, Content-Length, Expect, Host,
   * Transfer-Encoding, Upgrade. No Content-Type is added. */
  const pindus_field* headers;
  uint64_t header_count; /* up to 100 */
  pindus_value body;     /* up to 1 MiB; empty for GET and HEAD */
} pindus_http_request;

/* The caller sets `size`; the host fills what it covers. */
typedef struct pindus_http_response {
  uint32_t size;  /* sizeof(pindus_http_response) */
  int32_t status; /* the HTTP status, 100 to 599 */
  pindus_secret body;
  pindus_headers headers;
} pindus_http_response;

/* How fields_encode writes its fields. */
enum pindus_form {
  PINDUS_FORM_URLENCODED = 0, /* application/x-www-form-urlencoded (RFC 6749 appendix B) */
  PINDUS_FORM_JSON = 1        /* one JSON object: text as strings, JSON as it is */
};

/* What digest computes (RFC 6234). */
enum pindus_digest {
  PINDUS_DIGEST_SHA256 = 1, /* 32 bytes */
  PINDUS_DIGEST_SHA384 = 2, /* 48 bytes */
  PINDUS_DIGEST_SHA512 = 3, /* 64 bytes */
  PINDUS_DIGEST_SHA1 = 4    /* 20 bytes; for names such as x5t (RFC 7515 section 4.1.7), no more */
};

/* What mac computes (RFC 2104). */
enum pindus_mac {
  PINDUS_MAC_HMAC_SHA256 = 1,
  PINDUS_MAC_HMAC_SHA384 = 2,
  PINDUS_MAC_HMAC_SHA512 = 3
};

/* How sign signs. */
enum pindus_sign {
  PINDUS_SIGN_RS256 = 1, /* RSASSA-PKCS1-v1_5 with SHA-256; a key of 2048 to 8192 bits */
  PINDUS_SIGN_ES256 = 2, /* ECDSA on P-256 with SHA-256: R and S, 32 bytes each */
  PINDUS_SIGN_EDDSA = 3  /* Ed25519 */
};

/* How encode writes bytes, and what decode reads. */
enum pindus_encoding {
  PINDUS_ENCODING_BASE64URL = 1, /* RFC 4648 section 5, without padding; read with or without */
  PINDUS_ENCODING_BASE64 = 2,    /* section 4, with padding; read with or without; no line breaks */
  PINDUS_ENCODING_HEX = 3,       /* section 8, in lower case; read in either */
  PINDUS_ENCODING_PERCENT = 4    /* RFC 3986 section 2.1, all but the unreserved characters */
};

/* What stands at a place of a JSON document. */
enum pindus_json_type {
  PINDUS_JSON_NULL = 0,
  PINDUS_JSON_BOOLEAN = 1,
  PINDUS_JSON_NUMBER = 2,
  PINDUS_JSON_STRING = 3,
  PINDUS_JSON_ARRAY = 4,
  PINDUS_JSON_OBJECT = 5
};

/* What info tells. */
enum pindus_info {
  PINDUS_INFO_PROVIDER_ID = 0,    /* "anthropic" */
  PINDUS_INFO_PROVIDER_LABEL = 1, /* "Anthropic (Claude)" */
  PINDUS_INFO_ACCOUNT = 2,        /* "default" */
  PINDUS_INFO_METHOD = 3,         /* the method's name in the manifest: "oauth", "device" */
  PINDUS_INFO_HOST_VERSION = 4,   /* the host's own version, for people */
  PINDUS_INFO_TRIES = 5           /* how often a question is put that gets wrong answers: "1" */
};

/* Host services. The table lives as long as the process. Those that wait say so, and answer
 * PINDUS_CANCELLED as in P11. Every function answers PINDUS_INVALID_HANDLE for a bad session,
 * PINDUS_INVALID_ARGUMENT for a null pointer, for a size below the structure's first form and for
 * what P4 wants to be zero, and PINDUS_WRONG_THREAD as in P7. */
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

  /* [session-thread, waits] Asks for one of several: its index, from 0. Errors as for prompt. */
  int32_t (*choose)(pindus_session session, const pindus_choice* choice, uint64_t* index)
      PINDUS_NOEXCEPT;

  /* [session-thread, waits] Asks a question that yes (1) or no (0) answers; an empty line means
   * `usual`, one of these, which is shown. Errors as for prompt. */
  int32_t (*confirm)(pindus_session session, pindus_str question, int32_t usual, int32_t* yes)
      PINDUS_NOEXCEPT;

  /* [session-thread] Shows a device code, its address, and while sleep waits the time left. The
   * addresses are http or https, else PINDUS_INVALID_ARGUMENT; PINDUS_INTERACTION_FORBIDDEN as for
   * prompt. */
  int32_t (*show_device_code)(pindus_session session, const pindus_device_code* code) PINDUS_NOEXCEPT;

  /* [session-thread] Prints the address whole on a line of its own, and opens it in a browser where
   * there is one and the person allows it. http and https only, else PINDUS_INVALID_ARGUMENT. */
  int32_t (*open_url)(pindus_session session, pindus_str url) PINDUS_NOEXCEPT;

  /* [session-thread] What the session is about: PINDUS_INFO_*. */
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
  int32_t (*api_key_check)(pindus_session session, pindus_secret secret,
                           const pindus_key_rule* rule) PINDUS_NOEXCEPT;

  /* [session-thread] Wipes and frees. Handles are freed at the end of the session anyway. */
  int32_t (*secret_free)(pindus_session session, pindus_secret secret) PINDUS_NOEXCEPT;

  /* [session-thread, waits] One exchange: 30 s in all, 10 s to connect, no redirect followed, 1 MiB
   * of answer at most. PINDUS_OK whenever an answer came, whatever its status. PINDUS_FORBIDDEN for
   * a host that no option ending in "_url" names, PINDUS_INVALID_ARGUMENT for a request that the
   * structure's comments rule out, PINDUS_TOO_LARGE for one, or an answer, beyond its limits;
   * PINDUS_NETWORK, PINDUS_TIMEOUT; the error is then already set. */
  int32_t (*http_send)(pindus_session session, const pindus_http_request* request,
                       pindus_http_response* response) PINDUS_NOEXCEPT;

  /* [session-thread] A header field of the last answer; several of one name are joined by ", ".
   * Names are compared without case. "Retry-After" is in seconds, whatever form the server gave it.
   * PINDUS_NOT_FOUND. */
  int32_t (*http_header)(pindus_session session, pindus_headers headers, pindus_str name,
                         pindus_read read, void* context) PINDUS_NOEXCEPT;

  /* [session-thread] Encodes up to 100 fields, in their order, as PINDUS_FORM_* says.
   * PINDUS_TOO_LARGE for more fields, beyond 1 MiB, or where JSON is deeper than 63 levels;
   * PINDUS_INVALID_ARGUMENT for what should be JSON and isn't, and for JSON in a form. */
  int32_t (*fields_encode)(pindus_session session, const pindus_field* fields, uint64_t field_count,
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

  /* [session-thread] The name of the object's member number `index`, counted from 0 in the order
   * of the document. PINDUS_NOT_FOUND where nothing or null stands at the pointer or the object has
   * fewer, PINDUS_PROTOCOL where something else than an object does. */
  int32_t (*json_key)(pindus_session session, pindus_json json, pindus_str pointer, uint64_t index,
                      pindus_read read, void* context) PINDUS_NOEXCEPT;

  /* [session-thread] Whatever stands at a pointer, as it is written in the document: a number with
   * all its digits, an object to be passed on. A new secret; errors as for json_type. */
  int32_t (*json_text)(pindus_session session, pindus_json json, pindus_str pointer,
                       pindus_secret* out) PINDUS_NOEXCEPT;

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

  /* [session-thread] The digest of `in`, as its bytes. `algorithm` is PINDUS_DIGEST_*. */
  int32_t (*digest)(pindus_session session, uint32_t algorithm, pindus_value in,
                    pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] The message authentication code of `in` under `key`, as its bytes. `algorithm`
   * is PINDUS_MAC_*; the key may have any length. */
  int32_t (*mac)(pindus_session session, uint32_t algorithm, pindus_value key, pindus_value in,
                 pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] The signature of `in`, as a JSON web signature has it (RFC 7518, RFC 8037):
   * its bytes, not encoded. `algorithm` is PINDUS_SIGN_*. `pem` is a private key that is not
   * encrypted: "PRIVATE KEY" (PKCS #8), "RSA PRIVATE KEY" or "EC PRIVATE KEY".
   * PINDUS_INVALID_KEY, with the error already set, for all else and for a key of another kind than
   * the algorithm's; PINDUS_TOO_LARGE beyond 64 KiB. */
  int32_t (*sign)(pindus_session session, uint32_t algorithm, pindus_value pem, pindus_value in,
                  pindus_secret* out) PINDUS_NOEXCEPT;

  /* [session-thread] `in` as PINDUS_ENCODING_* writes it. PINDUS_TOO_LARGE where that is beyond
   * 1 MiB. */
  int32_t (*encode)(pindus_session session, uint32_t encoding, pindus_value in, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] The reverse. PINDUS_PROTOCOL for what the encoding can't have written. */
  int32_t (*decode)(pindus_session session, uint32_t encoding, pindus_value in, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] *out = 1 where both are the same bytes, in a time that tells nothing else. */
  int32_t (*equal)(pindus_session session, pindus_value a, pindus_value b, int32_t* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Wall clock: milliseconds since 1970-01-01 UTC, leap seconds not counted. */
  int32_t (*now_ms)(pindus_session session, int64_t* out) PINDUS_NOEXCEPT;

  /* [session-thread] A clock that only goes forward, milliseconds from an unknown start. */
  int32_t (*monotonic_ms)(pindus_session session, int64_t* out) PINDUS_NOEXCEPT;

  /* [session-thread] A time that a server wrote, as now_ms counts: RFC 3339
   * ("2026-11-26T23:05:00.5+01:00") or a date of RFC 9110 section 5.6.7 ("Thu, 26 Nov 2026 22:05:00
   * GMT"). PINDUS_PROTOCOL for anything else. */
  int32_t (*time_parse)(pindus_session session, pindus_value text, int64_t* unix_ms)
      PINDUS_NOEXCEPT;

  /* [session-thread, waits] Waits. Zero or less returns at once. */
  int32_t (*sleep_ms)(pindus_session session, int64_t milliseconds) PINDUS_NOEXCEPT;

  /* [session-thread] A text member of the stored credential record, on a refresh or a revocation:
   * "access", "refresh", "accountId", ... as a new secret. PINDUS_NOT_FOUND. */
  int32_t (*credential_get)(pindus_session session, pindus_str name, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Sets a text member of the record to be: "key" for an api key; "access",
   * "refresh", "baseUrl", "accountId" or a name of the plugin's own ([A-Za-z][A-Za-z0-9_]{0,63})
   * for OAuth. Members that a refresh doesn't set stay as they are; an empty value removes one.
   * Whoever may use the key sees them, so a secret belongs into private_set. PINDUS_INVALID_ARGUMENT
   * for "kind", "method", "isDefault", "expires", "lifetime", "clientId", "issuedBy" and "private",
   * which are the host's, for the names of older records ("apiKey", "accessToken", "refreshToken",
   * "expiresAt"), for those of the manifest's questions, for names that break the form, for a value
   * that is not UTF-8 or holds control characters, on a revocation, and after credential_commit. */
  int32_t (*credential_set)(pindus_session session, pindus_str name, pindus_value value)
      PINDUS_NOEXCEPT;

  /* [session-thread] A text of the record's private drawer, on a refresh or a revocation, as a new
   * secret. PINDUS_NOT_FOUND. */
  int32_t (*private_get)(pindus_session session, pindus_str name, pindus_secret* out)
      PINDUS_NOEXCEPT;

  /* [session-thread] Keeps a text for the plugin's own refreshes and revocations, in the private
   * drawer of an OAuth record: any UTF-8, line breaks too (a private key, a second token). It is
   * never printed or handed out, and a new sign-in begins with an empty drawer. Names have the form
   * of credential_set and clash with none of its. What a refresh doesn't set stays; an empty value
   * removes. PINDUS_INVALID_ARGUMENT for other names, for what is not UTF-8, in a method of kind
   * api-key, on a revocation, and after credential_commit; PINDUS_TOO_LARGE beyond 64 KiB. */
  int32_t (*private_set)(pindus_session session, pindus_str name, pindus_value value)
      PINDUS_NOEXCEPT;

  /* [session-thread] How long the access token lives, in seconds from the answer that says so, on
   * the host's own clock, so that a wrong clock does no harm. `since` is any answer of the session,
   * or zero: now. The last call of this and credential_expires counts. Without either a token that
   * stays ends when it did, a new one lives as long as the one before, and where that isn't known
   * either the record is valid until sign-out. PINDUS_INVALID_ARGUMENT below 0 or beyond 100 years,
   * on a revocation, and after credential_commit. */
  int32_t (*credential_lifetime)(pindus_session session, int64_t seconds, pindus_headers since)
      PINDUS_NOEXCEPT;

  /* [session-thread] When the access token ends, as now_ms counts: for servers that name a moment
   * and no lifetime. PINDUS_INVALID_ARGUMENT below 0, more than 100 years ahead, and else as for
   * credential_lifetime. */
  int32_t (*credential_expires)(pindus_session session, int64_t unix_ms) PINDUS_NOEXCEPT;

  /* [session-thread] What was set is the credential. Called once, last; PINDUS_INVALID_ARGUMENT
   * where "key" or "access" is missing or was emptied. On a refresh "access" may stay as it was:
   * where the server gave a new refresh token and no access token, set "refresh" and commit, so
   * that it is kept; the host says so where the old access token is over. See P12. */
  int32_t (*credential_commit)(pindus_session session) PINDUS_NOEXCEPT;
} pindus_host_1;

/* An option that the plugin reads from the manifest. */
typedef struct pindus_option {
  pindus_str name; /* "token_url" */
  pindus_str help; /* a line for whoever writes the manifest */
} pindus_option;

/* The plugin's descriptor: static (P2). */
typedef struct pindus_plugin_1 {
  uint32_t size;
  uint32_t abi_minor; /* the oldest host minor that this plugin can work with */
  pindus_str id;      /* P3 */
  pindus_str version; /* the plugin's own, for people */

  /* What a manifest may say to this plugin, for `pindus plugin show` and `check`; without NAME_env,
   * which goes with every NAME. What every method knows (`notice`, `permanent_errors`,
   * `refresh_margin_s`, `rotates`, `user_agent`) needn't stand here. Null: it doesn't say. */
  const pindus_option* options;
  uint64_t option_count;

  /* [session-thread] A new instance for one operation. `host` and `session` are valid until
   * destroy. On failure *instance stays null and destroy isn't called. */
  int32_t (*create)(const pindus_host_1* host, pindus_session session, void** instance)
      PINDUS_NOEXCEPT;

  /* [session-thread] Ends what create began. Called exactly once for each instance. */
  void (*destroy)(void* instance) PINDUS_NOEXCEPT;

  /* [session-thread] Signs in: gets a credential, sets it, commits it. */
  int32_t (*sign_in)(void* instance) PINDUS_NOEXCEPT;

  /* [session-thread] Refreshes the stored credential: asks nobody anything. It is called whenever a
   * token ends soon: only the plugin knows whether it needs a refresh token or other things for
   * that. PINDUS_REJECTED where only a new sign-in helps, PINDUS_UNAVAILABLE (or NETWORK, TIMEOUT)
   * where another try may. Null where the method has nothing to refresh. */
  int32_t (*refresh)(void* instance) PINDUS_NOEXCEPT;

  /* [any-thread] The table of a plugin extension, or null where the plugin has none of that name.
   * The table is static; no instance is needed. The slot itself is never null. */
  const void* (*get_extension)(pindus_str id) PINDUS_NOEXCEPT;
} pindus_plugin_1;

/* Sizes of the tables as they were in minor 0. Numbers, not sizeof: a table that grew keeps them.
 */
#define PINDUS_HOST_1_BASE_SIZE 384u
#define PINDUS_PLUGIN_1_BASE_SIZE 96u

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
