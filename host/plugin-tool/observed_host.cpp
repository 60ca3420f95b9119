#include "host/plugin-tool/observed_host.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/session/slots/slots.hpp"
#include "host/plugin-tool/borrowed_text.hpp"
#include "host/plugin-tool/process_state.hpp"

namespace pindus::plugin_tool {
namespace {

// Every slot that returns a code.
// clang-format off: a list
#define PINDUS_SLOTS(slot)                                                                       \
  slot(log) slot(cancelled) slot(progress) slot(set_error) slot(prompt) slot(choose)             \
  slot(confirm) slot(show_device_code) slot(open_url) slot(info) slot(option) slot(answer)       \
  slot(secret_new) slot(secret_view) slot(api_key_check) slot(secret_free) slot(http_send)       \
  slot(http_header) slot(fields_encode) slot(form_decode) slot(json_parse) slot(json_type)       \
  slot(json_key) slot(json_text) slot(json_string) slot(json_integer) slot(json_boolean)         \
  slot(json_free) slot(random) slot(digest) slot(mac) slot(sign) slot(encode) slot(decode)       \
  slot(equal) slot(now_ms) slot(monotonic_ms) slot(time_parse) slot(sleep_ms)                    \
  slot(credential_get) slot(credential_set) slot(private_get) slot(private_set)                  \
  slot(credential_lifetime) slot(credential_expires) slot(credential_commit)
// clang-format on

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
  const bool waits = slot == Slot::prompt || slot == Slot::choose || slot == Slot::confirm ||
                     slot == Slot::http_send || slot == Slot::sleep_ms;
  if (waits && seen.interrupted) seen.went_on = true;
  if (code == PINDUS_CANCELLED) seen.interrupted = true;
  if (code == PINDUS_WRONG_THREAD) seen.wrong_thread = true;
  if (code == PINDUS_INVALID_HANDLE) {
    (on_session_thread() ? seen.stale_handle : seen.outlived) = true;
  }
  if (code == PINDUS_INVALID_ARGUMENT || code == PINDUS_UNSUPPORTED) {
    seen.note_refused(static_cast<std::size_t>(slot));
  }
  if (slot == Slot::credential_commit && code == PINDUS_OK) seen.committed = true;
}

void note_text(pindus_str text) {
  observation().note_said(text);
}
void note_text(const pindus_prompt* prompt) {
  if (prompt == nullptr || prompt->size < sizeof(pindus_prompt)) return;
  note_text(prompt->message);
  note_text(prompt->usual);
}
void note_text(const pindus_choice* choice) {
  if (choice == nullptr || choice->size < sizeof(pindus_choice)) return;
  note_text(choice->message);
  if (choice->choices == nullptr || choice->choice_count > 100) return;
  for (uint64_t i = 0; i < choice->choice_count; ++i) note_text(choice->choices[i]);
}
void note_text(const pindus_device_code* code) {
  if (code == nullptr || code->size < sizeof(pindus_device_code)) return;
  for (const pindus_str text :
       {code->user_code, code->verification_uri, code->verification_uri_complete}) {
    note_text(text);
  }
}
template <typename Other>
void note_text(const Other& /*argument*/) {}

// Whatever has begun meanwhile is the host's: one that ends then doesn't hide it. Where nobody can
// tell, none.
void note_hosts_threads(const std::set<std::string>& before) noexcept {
  try {
    for (const std::string& thread : running_threads()) {
      if (!before.contains(thread)) observation().hosts_threads.insert(thread);
    }
  } catch (const std::exception&) {
    return;
  }
}

std::set<std::string> threads_now() noexcept {
  try {
    return running_threads();
  } catch (const std::exception&) {
    return {};
  }
}

struct Loan {
  pindus_read read;
  void* context;
};

void lend(void* loan, pindus_str text) noexcept {
  const auto& [read, context] = *static_cast<const Loan*>(loan);
  try {
    lend_text(read, context, text);
  } catch (...) {
    observation().threw_reading = true;
  }
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
    if constexpr (slot == Slot::log || slot == Slot::progress || slot == Slot::set_error ||
                  slot == Slot::prompt || slot == Slot::choose || slot == Slot::confirm ||
                  slot == Slot::show_device_code || slot == Slot::open_url) {
      (note_text(arguments), ...);
    }
    if constexpr (slot == Slot::option) seen.note_option(std::get<1>(std::tuple(arguments...)));
    if constexpr (slot == Slot::set_error) {
      if (std::get<2>(std::tuple(arguments...)).size != 0) ++seen.errors;
    }
    // With the first RSA signature the host's own Botan starts threads, which stay.
    std::set<std::string> before;
    if constexpr (slot == Slot::sign) before = threads_now();
    const int32_t code = call_host<member>(arguments...);
    if constexpr (slot == Slot::sign) note_hosts_threads(before);
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

int32_t monotonic_ms(pindus_session session, int64_t* out) noexcept {
  const int32_t code = host_table().monotonic_ms(session, out);
  if (code == PINDUS_OK) *out += observation().slept_ms;
  return code;
}

int32_t now_ms(pindus_session session, int64_t* out) noexcept {
  const int32_t code = host_table().now_ms(session, out);
  if (code == PINDUS_OK) *out += observation().clock_ahead_ms + observation().slept_ms;
  return code;
}

int32_t credential_lifetime(pindus_session session, int64_t seconds,
                            pindus_headers since) noexcept {
  const auto call = Observed<Slot::credential_lifetime, &pindus_host_1::credential_lifetime,
                             decltype(pindus_host_1::credential_lifetime)>::call;
  const int32_t code = call(session, seconds, since);
  observation().note_time({false, seconds, code});
  return code;
}

// The host counts by its own clock.
int32_t credential_expires(pindus_session session, int64_t unix_ms) noexcept {
  const int64_t ahead_ms = observation().clock_ahead_ms + observation().slept_ms;
  const auto call = Observed<Slot::credential_expires, &pindus_host_1::credential_expires,
                             decltype(pindus_host_1::credential_expires)>::call;
  const int32_t code =
      call(session, unix_ms < ahead_ms ? std::min<int64_t>(unix_ms, 0) : unix_ms - ahead_ms);
  observation().note_time({true, unix_ms, code});
  return code;
}

pindus_host_1 observed_table() noexcept {
  pindus_host_1 table = host_table();
#define PINDUS_OBSERVE(name) \
  table.name = Observed<Slot::name, &pindus_host_1::name, decltype(table.name)>::call;
  PINDUS_SLOTS(PINDUS_OBSERVE)
#undef PINDUS_OBSERVE
  table.sleep_ms = sleep_ms;
  table.now_ms = now_ms;
  table.monotonic_ms = monotonic_ms;
  table.credential_lifetime = credential_lifetime;
  table.credential_expires = credential_expires;
  return table;
}

}  // namespace

Observation& observation() noexcept {
  static Observation one;
  return one;
}

void Observation::note_said(pindus_str text) {
  if (text.data == nullptr) return;
  const std::lock_guard lock(mutex_);
  said_.emplace_back(text.data, text.size);
}

std::vector<std::string> Observation::take_said() {
  const std::lock_guard lock(mutex_);
  return std::exchange(said_, {});
}

void Observation::note_refused(std::size_t slot) {
  const std::lock_guard lock(mutex_);
  refused_.push_back(slot);
}

std::vector<std::size_t> Observation::take_refused() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refused_, {});
}

void Observation::note_time(const TokenTime& time) {
  const std::lock_guard lock(mutex_);
  times_.push_back(time);
}

std::vector<Observation::TokenTime> Observation::take_times() {
  const std::lock_guard lock(mutex_);
  return std::exchange(times_, {});
}

void Observation::note_option(pindus_str name) {
  if (name.data == nullptr) return;
  const std::lock_guard lock(mutex_);
  options_.emplace_back(name.data, name.size);
}

std::vector<std::string> Observation::take_options() {
  const std::lock_guard lock(mutex_);
  return std::exchange(options_, {});
}

const pindus_host_1& observed_host() noexcept {
  static const pindus_host_1 table = observed_table();
  return table;
}

std::string_view slot_name(std::size_t slot) noexcept {
  return slot_names.at(slot);
}

}  // namespace pindus::plugin_tool
