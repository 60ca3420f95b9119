#include "host/plugin-tool/observed_host.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

#include "core/loader/host_services.hpp"

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

template <Slot slot, auto member, typename Function>
struct Observed;

template <Slot slot, auto member, typename... Arguments>
struct Observed<slot, member, int32_t (*)(Arguments...) noexcept> {
  static int32_t call(Arguments... arguments) noexcept {
    constexpr auto index = static_cast<std::size_t>(slot);
    Observation& seen = observation();
    ++seen.calls[index];
    if (seen.failing == index) return seen.failure;
    const int32_t code = (host_table().*member)(arguments...);
    if (code == PINDUS_WRONG_THREAD) seen.wrong_thread = true;
    if (code == PINDUS_INVALID_HANDLE) seen.stale_handle = true;
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
  return host_table().sleep_ms(session, seen.real_sleep ? an_hour : 0);
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
