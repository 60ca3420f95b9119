#include <exception>
#include <new>
#include <source_location>

#include "core/session/inside_plugin.hpp"
#include "core/session/result_code.hpp"
#include "core/session/slots/refusal.hpp"
#include "core/session/slots/slots.hpp"

namespace pindus {
namespace {

enum class Caller { session_thread, any_thread };

template <typename... Args>
std::string all_described(Session& session, const Args&... args) {
  std::string all;
  ((all += (all.empty() ? "" : ", ") + described(session, args)), ...);
  return all;
}

// What the call is told, and on the session's thread the log.
template <typename... Args>
int32_t checked(Session& session, std::string_view slot, int32_t code, const Args&... args) {
  if (!session.logs() || !is_refusal(code)) return code;
  std::string why = session.take_refusal();
  if (why.empty()) why = result_code_in_words(code);
  log_refusal(session, slot, all_described(session, args...), why);
  return code;
}

template <Caller caller>
int32_t failed_inside(Session& session, const Reason& why) noexcept {
  if constexpr (caller == Caller::any_thread) return PINDUS_INTERNAL;
  try {
    return session.fail(PINDUS_INTERNAL, why).value;
  } catch (...) {
    return PINDUS_NO_MEMORY;
  }
}

// Nothing leaves a slot but a code (P6).
template <Caller caller, typename Service, typename... Args>
int32_t guarded(std::string_view slot, pindus_session handle, Service service,
                const Args&... args) noexcept {
  std::shared_ptr<Session> session;
  try {
    session = find_session(handle.id);
    if (!session) return PINDUS_INVALID_HANDLE;
    if constexpr (caller == Caller::any_thread) return service(*session, args...).value;

    if (session->thread != std::this_thread::get_id()) {
      log_refusal(*session, slot, "", "called on another thread than the session's");
      return PINDUS_WRONG_THREAD;
    }
    if (session->showing()) {
      log_refusal(*session, slot, "", "called while a text was shown");
      return PINDUS_INVALID_ARGUMENT;
    }
    const InsidePlugin outside(nullptr);
    session->print_log();
    static_cast<void>(session->take_refusal());
    return checked(*session, slot, service(*session, args...).value, args...);
  } catch (const std::bad_alloc&) {
    return PINDUS_NO_MEMORY;
  } catch (const ReasonError& error) {
    return failed_inside<caller>(*session, error.why());
  } catch (const std::exception& error) {
    return failed_inside<caller>(*session, {error.what()});
  } catch (...) {
    return PINDUS_INTERNAL;
  }
}

// A service's name, for the log: its slot has the same.
template <auto service>
consteval std::string_view name_of() {
  std::string_view text = std::source_location::current().function_name();
  text.remove_prefix(text.find("service = "));
  text = text.substr(0, text.find_first_of(";]"));
  return text.substr(text.rfind(':') + 1);
}
static_assert(name_of<service::progress>() == "progress");

template <Caller caller, auto service>
struct SlotOf;

template <Caller caller, typename... Args, Code (*service)(Session&, Args...)>
struct SlotOf<caller, service> {
  static int32_t call(pindus_session handle, Args... args) noexcept {
    return guarded<caller>(name_of<service>(), handle, service, args...);
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
    .choose = slot<service::choose>,
    .confirm = slot<service::confirm>,
    .show_device_code = slot<service::show_device_code>,
    .open_url = slot<service::open_url>,
    .info = slot<service::info>,
    .option = slot<service::option>,
    .answer = slot<service::answer>,
    .secret_new = slot<service::secret_new>,
    .secret_view = slot<service::secret_view>,
    .api_key_check = slot<service::api_key_check>,
    .secret_free = slot<service::secret_free>,
    .http_send = slot<service::http_send>,
    .http_header = slot<service::http_header>,
    .fields_encode = slot<service::fields_encode>,
    .form_decode = slot<service::form_decode>,
    .json_parse = slot<service::json_parse>,
    .json_type = slot<service::json_type>,
    .json_key = slot<service::json_key>,
    .json_text = slot<service::json_text>,
    .json_string = slot<service::json_string>,
    .json_integer = slot<service::json_integer>,
    .json_boolean = slot<service::json_boolean>,
    .json_free = slot<service::json_free>,
    .random = slot<service::random>,
    .digest = slot<service::digest>,
    .mac = slot<service::mac>,
    .sign = slot<service::sign>,
    .encode = slot<service::encode>,
    .decode = slot<service::decode>,
    .equal = slot<service::equal>,
    .now_ms = slot<service::now_ms>,
    .monotonic_ms = slot<service::monotonic_ms>,
    .time_parse = slot<service::time_parse>,
    .sleep_ms = slot<service::sleep_ms>,
    .credential_get = slot<service::credential_get>,
    .credential_set = slot<service::credential_set>,
    .private_get = slot<service::private_get>,
    .private_set = slot<service::private_set>,
    .credential_lifetime = slot<service::credential_lifetime>,
    .credential_expires = slot<service::credential_expires>,
    .credential_commit = slot<service::credential_commit>,
};

}  // namespace

const pindus_host_1& host_table() noexcept {
  return table;
}

}  // namespace pindus
