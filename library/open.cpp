// Contexts, stops, and what needs neither.
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bare/profile.hpp"
#include "library/with_core.hpp"

namespace pindus::library {

namespace {

using bare::Text;
using bare::TextBuffer;

Text text_of(pindus_text text) {
  return {text.data, text.size};
}

bool is_absolute(pindus_text path) {
  return path.size != 0 && path.size < PATH_MAX && path.data[0] == '/' &&
         memchr(path.data, '\0', path.size) == nullptr;
}

// The profile of the command `pindus`; false where nobody knows: the fault is noted.
bool find_own_profile(const char* directory, TextBuffer& path) {
  bare::ProfileInputs inputs;
  inputs.coding_agent_dir = getenv("INDUSAGI_CODING_AGENT_DIR");
  inputs.home_dir = getenv("INDUSAGI_HOME");
  inputs.home = getenv("HOME");
  inputs.working_directory = directory;
  bare::ProfileFound found = find_profile(inputs, path);
  char memory[4096];
  if (found == bare::ProfileFound::home_needed) {
    passwd entry;
    passwd* user = nullptr;
    if (getpwuid_r(geteuid(), &entry, memory, sizeof memory, &user) == 0 && user != nullptr) {
      inputs.home = entry.pw_dir;
      path.clear();
      found = find_profile(inputs, path);
    }
  }
  if (found == bare::ProfileFound::yes) return true;
  if (found == bare::ProfileFound::too_long) {
    note_fault(PINDUS_FAULT_VAULT, "the path of the profile is too long",
               "set INDUSAGI_HOME to a shorter one");
  } else {
    note_fault(PINDUS_FAULT_VAULT, "HOME is not set, and the password database knows no home",
               "set INDUSAGI_HOME to the folder that holds auth.json");
  }
  return false;
}

const char* wrong_with(const pindus_open_options& options) {
  const bool in_memory = (options.flags & PINDUS_OPEN_IN_MEMORY) != 0;
  if ((options.flags & ~uint32_t{PINDUS_OPEN_IN_MEMORY}) != 0) return "a flag has no meaning here";
  if (options.profile.size != 0 && !is_absolute(options.profile)) {
    return "the profile's path is not absolute";
  }
  if (options.folder.size != 0 && !is_absolute(options.folder)) {
    return "the folder's path is not absolute";
  }
  if (!is_text(options.vault)) return "the vault is no text";
  if (in_memory && options.profile.size != 0) return "a vault in memory has no profile";
  if (!in_memory && options.vault.size != 0) {
    return "the profile has a vault: what one in memory begins with has no place";
  }
  if (options.plugin_path_count != 0 && options.plugin_path == nullptr) {
    return "plugin_path is null";
  }
  for (uint64_t i = 0; i < options.plugin_path_count; ++i) {
    if (!is_absolute(options.plugin_path[i])) return "a folder of plugin_path is not absolute";
  }
  return nullptr;
}

// Makes the core's side at once, for what is kept nowhere else.
int32_t make_core(OpenContext& context, const pindus_open_options& options) {
  const CoreFunctions* functions = core();
  if (functions == nullptr) return last_fault().code;
  const pindus_text profile{context.profile, context.profile_text().size};
  const pindus_text folder{context.folder, context.folder_text().size};
  const CoreOptions made{profile, folder, options.vault, options.plugin_path,
                         options.plugin_path_count};
  CoreContext* out = nullptr;
  const int32_t code = functions->open(&made, &out, &last_fault());
  context.core = out;
  return code;
}

int32_t no_memory() {
  return note_fault(PINDUS_FAULT_NO_MEMORY, "there is no memory left, or 256 contexts are open");
}

int32_t open_context(const pindus_open_options& options, pindus_context& out) {
  char directory[PATH_MAX];
  const bool has_directory = getcwd(directory, sizeof directory) != nullptr;
  char profile_memory[PATH_MAX];
  TextBuffer profile(profile_memory);
  const bool in_memory = (options.flags & PINDUS_OPEN_IN_MEMORY) != 0;
  if (options.profile.size != 0) {
    profile.append(text_of(options.profile));
  } else if (!in_memory && !find_own_profile(has_directory ? directory : nullptr, profile)) {
    return PINDUS_FAULT_VAULT;
  }
  const Text folder = options.folder.size != 0 ? text_of(options.folder)
                      : has_directory          ? Text(directory)
                                               : Text();
  OpenContext* context = make_context(in_memory ? Text() : profile.text(), folder);
  if (context == nullptr) return no_memory();
  if (in_memory || options.plugin_path_count != 0) {
    const int32_t code = make_core(*context, options);
    if (code != PINDUS_FAULT_NONE) {
      free_context(context);
      return code;
    }
  }
  if (add_context(context, out)) return PINDUS_FAULT_NONE;
  free_context(context);
  return no_memory();
}

}  // namespace

CoreContext* core_of(OpenContext& context) {
  CoreContext* made = context.core;
  if (made != nullptr) return made;
  pthread_mutex_lock(&context.making);
  made = context.core;
  if (made == nullptr) {
    make_core(context, {});
    made = context.core;
  }
  pthread_mutex_unlock(&context.making);
  return made;
}

}  // namespace pindus::library

using pindus::library::bad_argument;
using pindus::library::bad_context;
using pindus::library::core;
using pindus::library::CoreFunctions;
using pindus::library::FaultText;
using pindus::library::free_context;
using pindus::library::is_text;
using pindus::library::last_fault;
using pindus::library::OpenContext;
using pindus::library::opened_core;
using pindus::library::remove_context;
using pindus::library::take_known_part;

extern "C" {

const char* pindus_library_version() noexcept {
  return PINDUS_VERSION;
}

int32_t pindus_last_fault(pindus_fault* out) noexcept {
  pindus_fault known;
  if (!take_known_part(out, PINDUS_FAULT_BASE_SIZE, known)) {
    return PINDUS_FAULT_INVALID_ARGUMENT;
  }
  const FaultText& fault = last_fault();
  known.code = fault.code;
  known.label = {fault.label, fault.label_size};
  known.message = {fault.message, fault.message_size};
  known.hint = {fault.hint, fault.hint_size};
  memcpy(out, &known, known.size < sizeof known ? known.size : sizeof known);
  return PINDUS_FAULT_NONE;
}

int32_t pindus_open(const pindus_open_options* options, pindus_context* out) noexcept {
  pindus_open_options known = {};
  if (out == nullptr) return bad_argument("out is null");
  if (options != nullptr && !take_known_part(options, PINDUS_OPEN_OPTIONS_BASE_SIZE, known)) {
    return bad_argument("pindus_open_options is of no size that this library knows");
  }
  const char* wrong = pindus::library::wrong_with(known);
  return wrong != nullptr ? bad_argument(wrong) : pindus::library::open_context(known, *out);
}

int32_t pindus_close(pindus_context handle) noexcept {
  OpenContext* context = remove_context(handle);
  if (context == nullptr) return bad_context();
  free_context(context);
  return PINDUS_FAULT_NONE;
}

int32_t pindus_stop_new(pindus_stop* out) noexcept {
  if (out == nullptr) return bad_argument("out is null");
  const CoreFunctions* functions = core();
  return functions == nullptr ? last_fault().code : functions->stop_new(&out->id, &last_fault());
}

int32_t pindus_stop_request(pindus_stop stop) noexcept {
  const CoreFunctions* functions = core();
  return functions == nullptr ? last_fault().code : functions->stop_request(stop.id, &last_fault());
}

int32_t pindus_stop_requested(pindus_stop stop) noexcept {
  const CoreFunctions* functions = opened_core();
  return functions == nullptr ? 0 : functions->stop_requested(stop.id);
}

int32_t pindus_stop_free(pindus_stop stop) noexcept {
  if (stop.id == 0) return PINDUS_FAULT_NONE;
  const CoreFunctions* functions = core();
  return functions == nullptr ? last_fault().code : functions->stop_free(stop.id, &last_fault());
}

int32_t pindus_validate_api_key(pindus_text key) noexcept {
  if (!is_text(key)) return bad_argument("the key is no text");
  const CoreFunctions* functions = core();
  return functions == nullptr ? last_fault().code : functions->validate_api_key(key, &last_fault());
}

int32_t pindus_validate_account_name(pindus_text name) noexcept {
  if (!is_text(name)) return bad_argument("the name is no text");
  const CoreFunctions* functions = core();
  return functions == nullptr ? last_fault().code
                              : functions->validate_account_name(name, &last_fault());
}

int32_t pindus_format_credential_fault(const pindus_fault* fault, pindus_receive receive,
                                       void* user) noexcept {
  pindus_fault known;
  if (receive == nullptr || !take_known_part(fault, PINDUS_FAULT_BASE_SIZE, known) ||
      !is_text(known.label) || !is_text(known.message) || !is_text(known.hint)) {
    return bad_argument("a fault and a function that receives its words are needed");
  }
  const CoreFunctions* functions = core();
  if (functions == nullptr) return last_fault().code;
  // Its texts may be this thread's last fault, which is left as it is.
  FaultText why;
  return functions->format_fault(&known, receive, user, &why);
}

}  // extern "C"
