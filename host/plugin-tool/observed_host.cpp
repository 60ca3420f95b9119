#include "host/plugin-tool/observed_host.hpp"

#include <unistd.h>

#include <tuple>
#include <type_traits>
#include <utility>

#include "core/session/slots/slots.hpp"
#include "host/plugin-tool/borrowed_text.hpp"

namespace pindus::plugin_tool {
namespace {

// Every slot that returns a code; the two others are get_extension and nothing.
#define PINDUS_SLOTS(slot)                                                                         \
  slot(log) slot(cancelled) slot(progress) slot(set_error) slot(prompt) slot(show_code)            \
      slot(open_url) slot(info) slot(option) slot(answer) slot(secret_new) slot(secret_view)       \
          slot(secret_check) slot(secret_free) slot(http_send) slot(http_header) slot(form_encode) \
              slot(form_decode) slot(json_parse) slot(json_type) slot(json_string)                 \
                  slot(json_integer) slot(json_boolean) slot(json_free) slot(random) slot(sha256)  \
                      slot(base64url_encode) slot(base64url_decode) slot(equal) slot(now_ms)       \
                          slot(monotonic_ms) slot(sleep_ms) slot(credential_get)                   \
                              slot(credential_set) slot(credential_lifetime) slot(commit)

enum class Slot : std::size_t {
#define PINDUS_ENUMERATOR(name) name,
  PINDUS_SLOTS(PINDUS_ENUMERATOR)
#undef PINDUS_ENUMERATOR
};

constexpr std::array slot_names = {
#define PINDUS_NAME(name) std::string_view(#name),
    PINDUS_SLOTS(PINDUS_NAME)
#undef PINDUS_NAME
};
static_assert(slot_names.size() == observed_slots);

// In a child process that one test began, the session's thread is the first one.
bool on_session_thread() noexcept {
  return gettid() == getpid();
}

void note(Slot slot, int32_t code) noexcept {
  Observation& seen = observation();
  const bool waits = slot == Slot::prompt || slot == Slot::http_send || slot == Slot::sleep_ms;
  if (waits && seen.interrupted) seen.went_on = true;
  if (code == PINDUS_CANCELLED) seen.interrupted = true;
  if (code == PINDUS_WRONG_THREAD) seen.wrong_thread = true;
  if (code == PINDUS_INVALID_HANDLE) {
    (on_session_thread() ? seen.stale_handle : seen.outlived) = true;
  }
  if (slot == Slot::commit && code == PINDUS_OK) seen.committed = true;
}

struct Loan {
  pindus_read read;
  void* context;
};

void lend(void* loan, pindus_str text) noexcept {
  const auto& [read, context] = *static_cast<const Loan*>(loan);
  lend_text(read, context, text);
}

// Calls the host; what it shows is shown by lend_text().
template <auto member, typename... Arguments>
int32_t call_host(Arguments... arguments) noexcept {
  std::tuple<Arguments...> all(arguments...);
  constexpr std::size_t count = sizeof...(Arguments);
  if constexpr (count >= 2) {
    constexpr std::size_t read = count - 2;
    if constexpr (std::is_same_v<std::tuple_element_t<read, decltype(all)>, pindus_read>) {
      Loan loan{std::get<read>(all), std::get<read + 1>(all)};
      if (loan.read != nullptr) {
        std::get<read>(all) = lend;
        std::get<read + 1>(all) = &loan;
      }
      return std::apply(host_table().*member, all);
    }
  }
  return std::apply(host_table().*member, all);
}

template <Slot slot, auto member, typename Function>
struct Observed;

template <Slot slot, auto member, typename... Arguments>
struct Observed<slot, member, int32_t (*)(Arguments...) noexcept> {
  static int32_t call(Arguments... arguments) noexcept {
    constexpr auto index = static_cast<std::size_t>(slot);
    Observation& seen = observation();
    ++seen.calls[index];
    if (seen.failing == index) return seen.failure;
    const int32_t code = call_host<member>(arguments...);
    note(slot, code);
    return code;
  }
};

// The script's clock runs ahead by what was slept.
int32_t sleep_ms(pindus_session session, int64_t milliseconds) noexcept {
  constexpr auto index = static_cast<std::size_t>(Slot::sleep_ms);
  constexpr int64_t an_hour = 3'600'000;
  Observation& seen = observation();
  ++seen.calls[index];
  if (seen.failing == index) return seen.failure;
  seen.asleep = true;
  if (milliseconds > 0) seen.slept_ms += milliseconds;
  const int32_t code = host_table().sleep_ms(session, seen.real_sleep ? an_hour : 0);
  note(Slot::sleep_ms, code);
  return code;
}

template <auto member>
int32_t clock_ahead(pindus_session session, int64_t* out) noexcept {
  const int32_t code = (host_table().*member)(session, out);
  if (code == PINDUS_OK) *out += observation().slept_ms;
  return code;
}

pindus_host_1 observed_table() noexcept {
  pindus_host_1 table = host_table();
#define PINDUS_OBSERVE(name) \
  table.name = Observed<Slot::name, &pindus_host_1::name, decltype(table.name)>::call;
  PINDUS_SLOTS(PINDUS_OBSERVE)
#undef PINDUS_OBSERVE
  table.sleep_ms = sleep_ms;
  table.now_ms = clock_ahead<&pindus_host_1::now_ms>;
  table.monotonic_ms = clock_ahead<&pindus_host_1::monotonic_ms>;
  return table;
}

}  // namespace

Observation& observation() noexcept {
  static Observation one;
  return one;
}

const pindus_host_1& observed_host() noexcept {
  static const pindus_host_1 table = observed_table();
  return table;
}

std::string_view slot_name(std::size_t slot) noexcept {
  return slot_names.at(slot);
}

}  // namespace pindus::plugin_tool
