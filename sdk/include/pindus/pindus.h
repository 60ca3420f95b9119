/* @file
 * What a program calls that embeds pindus: libpindus, ABI 1. C99 and up, C++11 and up; C++20 has
 * pindus/pindus.hpp over it. Link with -lpindus (pindus.pc, find_package(Pindus 1)).
 *
 * Rules:
 *
 *  L1 Every structure begins with its own size in bytes, as the caller's header knew it. Structures
 *     grow at their end and never otherwise; the library touches only what that size covers, and
 *     what a newer caller's structure has beyond it is zero, else PINDUS_FAULT_INVALID_ARGUMENT.
 *     The same holds for `reserved` and for bits of `flags` that have no name. Without a size, and
 *     never to grow, are pindus_text, pindus_context and pindus_stop. A size below the structure's
 *     first form (PINDUS_*_BASE_SIZE, numbers that never change) is
 *     PINDUS_FAULT_INVALID_ARGUMENT.
 *  L2 No memory changes owner. What is passed in is borrowed for the call; what comes out is shown
 *     to a callback, and gone when that returns.
 *  L3 Every function that can fail returns PINDUS_FAULT_NONE (zero) or a pindus_fault_code, and
 *     pindus_last_fault has the words. A function that fails calls none of the callbacks that
 *     receive results, and leaves what it was to fill as it was.
 *  L4 A function marked [any-thread] may be called on any thread, several at once, also about the
 *     same context. One marked [waits] may wait for a server, a person or another process, and
 *     returns PINDUS_FAULT_ABORTED within 100 ms of pindus_stop_request, but for the time that a
 *     callback of the caller's takes. A refresh that was sent is carried to its end all the same,
 *     on a thread of the library's: the server may have ended the old token with its answer.
 *  L5 Callbacks are called on the thread that called the function, before it returns. They may call
 *     every function but pindus_close of the same context, and leave by returning: no exception, no
 *     longjmp, no thread cancellation. Functions need 256 KiB of stack, those that wait 1 MiB.
 *  L6 The library installs no signal handler and changes no environment variable, locale, umask,
 *     limit or working directory. It has no static constructor. SIGPIPE is blocked, on the calling
 *     thread and for the time of the call, by functions that wait. It reads environment variables
 *     while it is called, so nobody may set any meanwhile.
 *  L7 A handle belongs to the process that made it: after a fork it is
 *     PINDUS_FAULT_INVALID_HANDLE in the child, which may open a context of its own, unless another
 *     thread was inside a function of the library when the process forked: such a child may only
 *     execute another program, as of any library with threads.
 *  L8 What the library opens for sign-ins and refreshes (libcurl, plugins) stays loaded and is
 *     bound to itself: other versions of the same libraries in the program are not in its way, nor
 *     it in theirs. Descriptors of its own close on exec.
 *  L9 No fault, notice or question holds a key, a token or another secret.
 * L10 Plugins run in this process, with its rights, as pindus-plugin(7) says; only files that
 *     nobody else could have changed are loaded. One that prints, or ends the process, against its
 *     own contract, does so: exit handlers and standard output are the program's.
 *
 * Text is UTF-8 without a final zero. An empty text may have a null pointer. Times are milliseconds
 * since 1970-01-01 UTC. Offsets and sizes are those of LP64 systems.
 */
#ifndef PINDUS_PINDUS_H
#define PINDUS_PINDUS_H

#include <stddef.h>
#include <stdint.h>

/* Before C++17 it is no part of a function's type, and may not stand in a typedef. */
#ifndef PINDUS_NOEXCEPT
#if defined(__cplusplus) && __cplusplus >= 201703L
#define PINDUS_NOEXCEPT noexcept
#else
#define PINDUS_NOEXCEPT
#endif
#endif

#if defined(__GNUC__)
#define PINDUS_API __attribute__((visibility("default")))
#else
#define PINDUS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Another one is another library, of another soname. */
#define PINDUS_LIBRARY_ABI_MAJOR 1
/* The newest minor that this header describes: LIBRARY-CHANGES.md has an entry for each. */
#define PINDUS_LIBRARY_ABI_MINOR 0

/* What a function returns. The numbers never change and are never used again; a newer library may
 * return others, which are failures too. */
enum pindus_fault_code {
  PINDUS_FAULT_NONE = 0,
  PINDUS_FAULT_UNKNOWN_PROVIDER = 1,  /* no manifest describes it */
  PINDUS_FAULT_INVALID_KEY = 2,       /* what can be no key, or a server's refusal of it */
  PINDUS_FAULT_INVALID_ACCOUNT = 3,   /* a name that no account may have */
  PINDUS_FAULT_NAME_COLLISION = 4,    /* the account is there already */
  PINDUS_FAULT_NOT_FOUND = 5,         /* no such account, key or rule */
  PINDUS_FAULT_VAULT = 6,             /* the store, a provider's server, or a plugin */
  PINDUS_FAULT_ABORTED = 7,           /* stopped, or the person gave up */
  PINDUS_FAULT_USAGE = 8,             /* a wrong command line, or a wrong answer */
  PINDUS_FAULT_NO_PROGRAM = 9,        /* a command's program isn't there */
  PINDUS_FAULT_NOT_EXECUTABLE = 10,   /* it is, and can't be run */
  PINDUS_FAULT_INVALID_ARGUMENT = 20, /* the caller's mistake: a null pointer, L1 */
  PINDUS_FAULT_INVALID_HANDLE = 21,   /* closed, zero, or another process's (L7) */
  PINDUS_FAULT_NO_MEMORY = 22,        /* or too many contexts: 256 may be open */
  PINDUS_FAULT_INTERNAL = 23,         /* a defect of the library */
  PINDUS_FAULT_UNSUPPORTED = 24       /* not with this kind of context */
};

/* A borrowed text. */
typedef struct pindus_text {
  const char* data; /* not ended by a zero */
  uint64_t size;    /* bytes */
} pindus_text;

/* A profile, or a vault in memory, and what keys come from there. Zero is none. */
typedef struct pindus_context {
  uint64_t id; /* means nothing but to this library */
} pindus_context;

/* What stops calls that wait. Zero is none: nobody stops the call. */
typedef struct pindus_stop {
  uint64_t id; /* means nothing but to this library */
} pindus_stop;

/* Receives a text (L2). */
typedef void (*pindus_receive)(void* user, pindus_text text) PINDUS_NOEXCEPT;

/* Why the last function failed. */
typedef struct pindus_fault {
  uint32_t size;       /* sizeof(pindus_fault), set by the caller */
  int32_t code;        /* enum pindus_fault_code */
  pindus_text label;   /* "No such key" */
  pindus_text message; /* one sentence that names the file, host or account; up to 2 KiB */
  pindus_text hint;    /* what to do about it, often a command; may be empty */
} pindus_fault;
#define PINDUS_FAULT_BASE_SIZE 56u /* of its first form (L1) */

/* What pindus_open takes. */
enum pindus_open_flag {
  /* The vault is in this process's memory: nothing is read from or written to any profile. */
  PINDUS_OPEN_IN_MEMORY = 1
};

/* Where keys are kept, and what else a context knows. */
typedef struct pindus_open_options {
  uint32_t size;  /* sizeof(pindus_open_options) */
  uint32_t flags; /* PINDUS_OPEN_* */
  /* The folder of auth.json, absolute; empty: where the command `pindus` has it
   * (INDUSAGI_CODING_AGENT_DIR, INDUSAGI_HOME, ~/.pindusagi). */
  pindus_text profile;
  /* The folder whose rules say which account is meant; absolute and without links. Empty: the one
   * where the process works when it opens the context. */
  pindus_text folder;
  /* With PINDUS_OPEN_IN_MEMORY: what auth.json would hold; empty: nothing. */
  pindus_text vault;
  /* Further folders with manifests and plugins, as --plugin-path: the earlier wins. */
  const pindus_text* plugin_path;
  uint64_t plugin_path_count; /* of these folders */
} pindus_open_options;
#define PINDUS_OPEN_OPTIONS_BASE_SIZE 72u /* of its first form (L1) */

/* What kind of key it is. */
enum pindus_kind { PINDUS_KIND_API_KEY = 0, PINDUS_KIND_OAUTH = 1 };

/* How a key is asked for. */
enum pindus_key_flag {
  /* Refreshes a token whatever it has left; once in 60 s, whoever asks. `refused` is ignored. */
  PINDUS_KEY_FORCE = 1
};

/* Which key is asked for. */
typedef struct pindus_key_request {
  uint32_t size;        /* sizeof(pindus_key_request) */
  uint32_t flags;       /* PINDUS_KEY_* */
  pindus_text provider; /* "openai" */
  /* Empty: the one that PINDUS_ACCOUNT_<ID> names, else the rule for the folder, else the
   * provider's default account, else the provider's environment variables. */
  pindus_text account;
  /* A token that a server has refused (401): any other is handed out, and this one is refreshed
   * whatever it has left. Of any number of threads and processes one asks the server. */
  pindus_text refused;
  int64_t valid_for_s; /* how long a token shall still live; 0: the provider's margin */
  pindus_stop stop;    /* may be zero */
} pindus_key_request;
#define PINDUS_KEY_REQUEST_BASE_SIZE 72u /* of its first form (L1) */

/* A key that a request can use, and where it is from. */
typedef struct pindus_key {
  uint32_t size;        /* as the library knows it */
  uint32_t kind;        /* PINDUS_KIND_* */
  pindus_text key;      /* what a request sends */
  pindus_text account;  /* its name; empty: not of a stored account */
  pindus_text variable; /* else the environment variable; empty: of a stored account */
  pindus_text file;     /* the file that this variable names; empty: none */
  pindus_text warning;  /* what the person should know although the key is usable; may be empty */
  pindus_text json;     /* {"key":...} with the record's other members that are no secrets */
  int64_t expires_ms;   /* when a token ends; 0: nobody knows, or never */
} pindus_key;
#define PINDUS_KEY_BASE_SIZE 112u /* of its first form (L1) */

/* Receives a key (L2). */
typedef void (*pindus_receive_key)(void* user, const pindus_key* key) PINDUS_NOEXCEPT;

/* What is asked of the person. */
enum pindus_question_kind {
  PINDUS_QUESTION_TEXT = 0,        /* one line */
  PINDUS_QUESTION_PASTED = 1,      /* a code or an address, perhaps in several lines */
  PINDUS_QUESTION_SECRET = 2,      /* one line that isn't shown */
  PINDUS_QUESTION_SECRET_TEXT = 3, /* several lines that aren't shown */
  PINDUS_QUESTION_INPUT = 4        /* nobody is there: all that the program has to give */
};

/* A question to the person. */
typedef struct pindus_question {
  uint32_t size;    /* as the library knows it */
  uint32_t kind;    /* PINDUS_QUESTION_*; a kind that isn't known is answered as a text */
  pindus_text text; /* without a final colon; may be empty */
} pindus_question;

/* Who is behind a pindus_io. */
enum pindus_io_flag {
  PINDUS_IO_INTERACTIVE = 1 /* a person answers: questions may be put again */
};

/* How the library talks to the person, through the caller: no terminal is touched. Null functions
 * do nothing; without `ask` every question is answered PINDUS_FAULT_ABORTED. All are called on the
 * thread that called the library. */
typedef struct pindus_io {
  uint32_t size;  /* sizeof(pindus_io) */
  uint32_t flags; /* PINDUS_IO_* */
  void* user;     /* given to each function */
  /* A line of the result: what the command would print to standard output. May be a key. */
  void (*print)(void* user, pindus_text line) PINDUS_NOEXCEPT;
  /* A line for the person: what goes on, addresses to open, codes to enter, warnings. */
  void (*notice)(void* user, pindus_text line) PINDUS_NOEXCEPT;
  /* Asks, and gives the answer by calling `answer(answer_user, text)` once before it returns
   * PINDUS_FAULT_NONE; anything else, or no answer, is PINDUS_FAULT_ABORTED. The answer is
   * copied. */
  int32_t (*ask)(void* user, const pindus_question* question, pindus_receive answer,
                 void* answer_user) PINDUS_NOEXCEPT;
  /* Opens an http or https address in the person's browser; 1 where one was opened, else 0. */
  int32_t (*open_url)(void* user, pindus_text url) PINDUS_NOEXCEPT;
  /* Seconds that are left of a wait, at most once a second; -1: the wait is over. */
  void (*countdown)(void* user, int64_t seconds) PINDUS_NOEXCEPT;
} pindus_io;
#define PINDUS_IO_BASE_SIZE 56u /* of its first form (L1) */

/* How a sign-in goes. */
enum pindus_sign_in_flag {
  PINDUS_SIGN_IN_REPLACE = 1 /* an account that is there already is replaced */
};

/* An answer to a question of the provider's manifest, given beforehand. */
typedef struct pindus_answer {
  pindus_text name;  /* of the question */
  pindus_text value; /* what a person would have typed */
} pindus_answer;

/* One sign-in. */
typedef struct pindus_sign_in_request {
  uint32_t size;        /* sizeof(pindus_sign_in_request) */
  uint32_t flags;       /* PINDUS_SIGN_IN_* */
  pindus_text provider; /* "anthropic" */
  pindus_text account;  /* empty: "default" */
  pindus_text method;   /* "oauth", "api-key" or a method's own name; empty: the provider's first */
  pindus_text api_key;  /* the key itself: nobody is asked for it; only with an api key's method */
  const pindus_answer* answers; /* the questions that are missing are asked */
  uint64_t answer_count;        /* of these answers */
  pindus_stop stop;             /* may be zero */
} pindus_sign_in_request;
#define PINDUS_SIGN_IN_REQUEST_BASE_SIZE 96u /* of its first form (L1) */

/* What a command may do. */
enum pindus_run_flag {
  /* Commands that take the process's place (auth exec, auth serve, plugin check) do so; without
   * it they fail with PINDUS_FAULT_UNSUPPORTED at that point. */
  PINDUS_RUN_MAY_BECOME = 1
};

/* A command line without the program's name. */
typedef struct pindus_command {
  uint32_t size;           /* sizeof(pindus_command) */
  uint32_t flags;          /* PINDUS_RUN_* */
  const pindus_text* args; /* "auth", "key", "openai" */
  uint64_t arg_count;      /* of these arguments */
  pindus_stop stop;        /* may be zero */
} pindus_command;
#define PINDUS_COMMAND_BASE_SIZE 32u /* of its first form (L1) */

/* What became of it. */
typedef struct pindus_command_result {
  uint32_t size;     /* sizeof(pindus_command_result), set by the caller */
  int32_t handled;   /* 0: no command of ours; nothing was done or printed */
  int32_t exit_code; /* what the command `pindus` would end with */
  uint32_t reserved; /* zero */
} pindus_command_result;
#define PINDUS_COMMAND_RESULT_BASE_SIZE 16u /* of its first form (L1) */

/* [any-thread] The library's version, "1.0.0": a static C string. Never fails. */
PINDUS_API const char* pindus_library_version(void) PINDUS_NOEXCEPT;

/* [any-thread] Why the last function that failed on this thread did. The texts are this thread's
 * until it calls another function of the library. Where none has failed yet, the code is
 * PINDUS_FAULT_NONE. Fault: PINDUS_FAULT_INVALID_ARGUMENT. */
PINDUS_API int32_t pindus_last_fault(pindus_fault* out) PINDUS_NOEXCEPT;

/* [any-thread] A context. Reads no file but what finding the profile takes: what is wrong with a
 * vault or a manifest is told by the calls that need them. `options` may be null: the profile of
 * the command `pindus`. Faults: PINDUS_FAULT_VAULT where nobody knows where the profile is,
 * PINDUS_FAULT_INVALID_ARGUMENT (a path that is not absolute; a vault without
 * PINDUS_OPEN_IN_MEMORY), PINDUS_FAULT_NO_MEMORY. */
PINDUS_API int32_t pindus_open(const pindus_open_options* options,
                               pindus_context* out) PINDUS_NOEXCEPT;

/* [any-thread, waits] Ends a context: what is under way on other threads is stopped and waited
 * for, and a refresh that was sent until its answer is stored (35 s at most; nothing stops that
 * wait). Fault: PINDUS_FAULT_INVALID_HANDLE. */
PINDUS_API int32_t pindus_close(pindus_context context) PINDUS_NOEXCEPT;

/* [any-thread] Something that can stop calls. It lives until pindus_stop_free. Faults:
 * PINDUS_FAULT_INVALID_ARGUMENT, PINDUS_FAULT_NO_MEMORY, PINDUS_FAULT_VAULT where a part of the
 * installation is missing. */
PINDUS_API int32_t pindus_stop_new(pindus_stop* out) PINDUS_NOEXCEPT;

/* [any-thread] Stops the calls that were given it, and those that will be. Not for signal handlers.
 * Fault: PINDUS_FAULT_INVALID_HANDLE. */
PINDUS_API int32_t pindus_stop_request(pindus_stop stop) PINDUS_NOEXCEPT;

/* [any-thread] 1 where it was requested, else 0: for an `ask` that waits. Zero is never
 * requested; neither is one that isn't there. */
PINDUS_API int32_t pindus_stop_requested(pindus_stop stop) PINDUS_NOEXCEPT;

/* [any-thread] Frees; calls that were given it go on and can be stopped no more. Freeing zero is
 * fine. Fault: PINDUS_FAULT_INVALID_HANDLE. */
PINDUS_API int32_t pindus_stop_free(pindus_stop stop) PINDUS_NOEXCEPT;

/* [any-thread, waits] A usable key, shown to `receive` once. A stored one that needs no refresh
 * takes some microseconds: the vault is read each time, so what another process changed counts at
 * once. A token that ends soon is refreshed, by one of all threads and processes that ask, and is
 * stored before anybody gets it; where that can't be done for now, the old one while it is valid,
 * with a warning. Faults: PINDUS_FAULT_NOT_FOUND, PINDUS_FAULT_INVALID_KEY, PINDUS_FAULT_VAULT
 * (the store, or "Refresh failed": the hint is the command that signs in again),
 * PINDUS_FAULT_ABORTED, PINDUS_FAULT_INVALID_ARGUMENT, PINDUS_FAULT_INVALID_HANDLE,
 * PINDUS_FAULT_NO_MEMORY. */
PINDUS_API int32_t pindus_get_key(pindus_context context, const pindus_key_request* request,
                                  pindus_receive_key receive, void* user) PINDUS_NOEXCEPT;

/* [any-thread, waits] What a request with that key needs, as one JSON object:
 * {"base_url":"https://...","headers":{"x-api-key":"..."}}; the address is null where no manifest
 * says. Faults: those of pindus_get_key; PINDUS_FAULT_UNKNOWN_PROVIDER; PINDUS_FAULT_NOT_FOUND
 * where the manifests don't say how a request carries the key. */
PINDUS_API int32_t pindus_get_headers(pindus_context context, const pindus_key_request* request,
                                      pindus_receive receive, void* user) PINDUS_NOEXCEPT;

/* [any-thread] What is stored, as one JSON object without secrets and without a look at manifests:
 * {"version":1,"accounts":[{"provider":"openai","account":"default","kind":"oauth","default":true,
 * "expires":1790000000000},...]}; `expires` may be null, `kind` is "oauth", "api-key", "command" or
 * "unknown". Faults: PINDUS_FAULT_VAULT, PINDUS_FAULT_INVALID_ARGUMENT,
 * PINDUS_FAULT_INVALID_HANDLE, PINDUS_FAULT_NO_MEMORY. */
PINDUS_API int32_t pindus_list_accounts(pindus_context context, pindus_receive receive,
                                        void* user) PINDUS_NOEXCEPT;

/* [any-thread] The same with the state of each and what is used here, as `pindus auth status
 * --json` prints it. `provider` may be empty: all of them. Asks no server. Faults: those of
 * pindus_list_accounts; PINDUS_FAULT_NOT_FOUND where the one that is named has no usable key. */
PINDUS_API int32_t pindus_get_status(pindus_context context, pindus_text provider,
                                     pindus_receive receive, void* user) PINDUS_NOEXCEPT;

/* [any-thread] The providers that the manifests describe, as `pindus plugin list --json` prints
 * them. Faults: those of pindus_list_accounts. */
PINDUS_API int32_t pindus_list_providers(pindus_context context, pindus_receive receive,
                                         void* user) PINDUS_NOEXCEPT;

/* [any-thread] Which account of a provider the rules mean in `folder` (absolute, without links;
 * empty: the context's), as {"account":"work","folder":"/home/me/work"}: the rule of the deepest
 * folder that is it or above it. Faults: PINDUS_FAULT_NOT_FOUND where none does,
 * PINDUS_FAULT_UNSUPPORTED in memory, and those of pindus_list_accounts. */
PINDUS_API int32_t pindus_find_rule(pindus_context context, pindus_text provider,
                                    pindus_text folder, pindus_receive receive,
                                    void* user) PINDUS_NOEXCEPT;

/* [any-thread] Sets the rule of exactly that folder; an empty `account` removes it. Faults:
 * PINDUS_FAULT_NOT_FOUND for an account that isn't stored, or where there is no rule to remove,
 * PINDUS_FAULT_UNSUPPORTED in memory, and those of pindus_list_accounts. */
PINDUS_API int32_t pindus_set_rule(pindus_context context, pindus_text provider, pindus_text folder,
                                   pindus_text account) PINDUS_NOEXCEPT;

/* [any-thread, waits] Signs in and stores the account. `io` may be null where nothing has to be
 * asked. Faults: PINDUS_FAULT_UNKNOWN_PROVIDER, PINDUS_FAULT_INVALID_KEY,
 * PINDUS_FAULT_INVALID_ACCOUNT, PINDUS_FAULT_NAME_COLLISION, PINDUS_FAULT_USAGE (no such method, a
 * wrong answer), PINDUS_FAULT_VAULT ("Sign-in failed", or the store), PINDUS_FAULT_ABORTED, and the
 * caller's own as in pindus_get_key. */
PINDUS_API int32_t pindus_sign_in(pindus_context context, const pindus_sign_in_request* request,
                                  const pindus_io* io) PINDUS_NOEXCEPT;

/* [any-thread, waits] Removes an account, or with an empty `account` all of the provider's, and
 * revokes where the provider can, for 10 s at most; what came of that is told through `io`, which
 * may be null. Faults: PINDUS_FAULT_NOT_FOUND, PINDUS_FAULT_VAULT, PINDUS_FAULT_ABORTED, and the
 * caller's own. */
PINDUS_API int32_t pindus_sign_out(pindus_context context, pindus_text provider,
                                   pindus_text account, const pindus_io* io,
                                   pindus_stop stop) PINDUS_NOEXCEPT;

/* [any-thread, waits] Runs one command line of `pindus`: "signin", "auth status", ... What isn't
 * ours (result->handled is 0, and the function returns PINDUS_FAULT_NONE) is the caller's own to
 * do. A command that fails returns its fault, and result->exit_code is 1, or 2 for a wrong command
 * line; nothing of that is printed. Faults: whatever the command has. */
PINDUS_API int32_t pindus_run_credential_command(pindus_context context,
                                                 const pindus_command* command, const pindus_io* io,
                                                 pindus_command_result* result) PINDUS_NOEXCEPT;

/* [any-thread] A descriptor that becomes readable when the vault may have changed, by this or any
 * other process. It is the context's: poll it, and close the context. The same each time. Then
 * pindus_take_change. Faults: PINDUS_FAULT_VAULT where the profile's folder isn't there and can't
 * be made, or the system has no more of them; and the caller's own. */
PINDUS_API int32_t pindus_change_descriptor(pindus_context context, int* out) PINDUS_NOEXCEPT;

/* [any-thread] Takes what made the descriptor readable: *changed = 1 where the vault changed since
 * the last call, 0 where only a file beside it did. Never waits. Faults: as above. */
PINDUS_API int32_t pindus_take_change(pindus_context context, int32_t* changed) PINDUS_NOEXCEPT;

/* [any-thread] What auth.json would hold now, all secrets in it, of a vault in memory: to be kept
 * by the caller and given to pindus_open again. Faults: PINDUS_FAULT_UNSUPPORTED for a profile; and
 * the caller's own. */
PINDUS_API int32_t pindus_get_vault(pindus_context context, pindus_receive receive,
                                    void* user) PINDUS_NOEXCEPT;

/* [any-thread] Whether somebody can sign in with that api key: 20 visible characters or more and no
 * placeholder. Faults: PINDUS_FAULT_INVALID_KEY, which doesn't quote it. */
PINDUS_API int32_t pindus_validate_api_key(pindus_text key) PINDUS_NOEXCEPT;

/* [any-thread] Whether an account may be called so: 1 to 50 characters of [A-Za-z0-9_-]. Fault:
 * PINDUS_FAULT_INVALID_ACCOUNT. */
PINDUS_API int32_t pindus_validate_account_name(pindus_text name) PINDUS_NOEXCEPT;

/* [any-thread] What a person sees of a fault: "label: message" and the hint on an indented second
 * line. Faults: PINDUS_FAULT_INVALID_ARGUMENT, PINDUS_FAULT_NO_MEMORY. */
PINDUS_API int32_t pindus_format_credential_fault(const pindus_fault* fault, pindus_receive receive,
                                                  void* user) PINDUS_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
