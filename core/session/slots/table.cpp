#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "core/session/slots/slots.hpp"

namespace pindus {
namespace {

thread_local const Session* plugin_running = nullptr;

// exit() runs on the thread that called it.
void end_of_process() {
  if (plugin_running == nullptr) return;
  std::fprintf(stderr, "pindus: the plugin %s ended the program, which no plugin may (rule P9)\n",
               plugin_running->request.method->library_path.c_str());
  std::_Exit(EXIT_FAILURE);
}
// Before main: so it runs after all that is registered later, such as what restores the terminal.
[[maybe_unused]] const int registered = std::atexit(end_of_process);

enum class Caller { session_thread, any_thread };

// Nothing leaves a slot but a code (P6).
template <Caller caller, typename Body>
int32_t guarded(pindus_session handle, const Body& body) noexcept {
  std::shared_ptr<Session> session;
  try {
    session = find_session(handle.id);
    if (!session) return PINDUS_INVALID_HANDLE;
    if constexpr (caller == Caller::any_thread) return body(*session);

    if (session->thread != std::this_thread::get_id()) return PINDUS_WRONG_THREAD;
    if (session->showing()) return PINDUS_INVALID_ARGUMENT;
    const InsidePlugin outside(nullptr);
    session->print_log();
    return body(*session);
  } catch (const std::bad_alloc&) {
    return PINDUS_NO_MEMORY;
  } catch (const std::exception& e) {
    try {
      if constexpr (caller == Caller::session_thread) {
        return session->fail(PINDUS_INTERNAL, e.what()).value;
      }
    } catch (...) {
      return PINDUS_NO_MEMORY;
    }
    return PINDUS_INTERNAL;
  } catch (...) {
    return PINDUS_INTERNAL;
  }
}

template <Caller caller, auto service>
struct SlotOf;

template <Caller caller, typename... Args, Code (*service)(Session&, Args...)>
struct SlotOf<caller, service> {
  static int32_t call(pindus_session handle, Args... args) noexcept {
    return guarded<caller>(handle,
                           [&](Session& session) { return service(session, args...).value; });
  }
};

template <auto service>
constexpr auto slot = SlotOf<Caller::session_thread, service>::call;
template <auto service>
constexpr auto any_thread_slot = SlotOf<Caller::any_thread, service>::call;

// This host has no extensions yet.
const void* get_extension(pindus_session /*session*/, pindus_str /*id*/) noexcept {
  return nullptr;
}

constexpr pindus_host_1 table = {
    .size = sizeof(pindus_host_1),
    .abi_minor = PINDUS_ABI_MINOR,
    .log = any_thread_slot<service::log>,
    .cancelled = any_thread_slot<service::cancelled>,
    .get_extension = get_extension,
    .progress = slot<service::progress>,
    .set_error = slot<service::set_error>,
    .prompt = slot<service::prompt>,
    .show_code = slot<service::show_code>,
    .open_url = slot<service::open_url>,
    .info = slot<service::info>,
    .option = slot<service::option>,
    .answer = slot<service::answer>,
    .secret_new = slot<service::secret_new>,
    .secret_view = slot<service::secret_view>,
    .secret_check = slot<service::secret_check>,
    .secret_free = slot<service::secret_free>,
    .http_send = slot<service::http_send>,
    .http_header = slot<service::http_header>,
    .form_encode = slot<service::form_encode>,
    .form_decode = slot<service::form_decode>,
    .json_parse = slot<service::json_parse>,
    .json_type = slot<service::json_type>,
    .json_string = slot<service::json_string>,
    .json_integer = slot<service::json_integer>,
    .json_boolean = slot<service::json_boolean>,
    .json_free = slot<service::json_free>,
    .random = slot<service::random>,
    .sha256 = slot<service::sha256>,
    .base64url_encode = slot<service::base64url_encode>,
    .base64url_decode = slot<service::base64url_decode>,
    .equal = slot<service::equal>,
    .now_ms = slot<service::now_ms>,
    .monotonic_ms = slot<service::monotonic_ms>,
    .sleep_ms = slot<service::sleep_ms>,
    .credential_get = slot<service::credential_get>,
    .credential_set = slot<service::credential_set>,
    .credential_lifetime = slot<service::credential_lifetime>,
    .commit = slot<service::commit>,
};

}  // namespace

const pindus_host_1& host_table() noexcept {
  return table;
}

InsidePlugin::InsidePlugin(const Session* session) noexcept : before_(plugin_running) {
  plugin_running = session;
}

InsidePlugin::~InsidePlugin() {
  plugin_running = before_;
}

}  // namespace pindus
