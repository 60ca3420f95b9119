#include "tests/fuzz/hostile_plugin.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/session/result_code.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::test::hold;
using pindus::test::take;

// Texts that mean something to some slot, beside those that an input brings along.
constexpr auto known_texts = std::to_array<std::string_view>({"",
                                                              "access",
                                                              "refresh",
                                                              "key",
                                                              "client_id",
                                                              "token_url",
                                                              "script",
                                                              "host",
                                                              "accountId",
                                                              "GET",
                                                              "POST",
                                                              "/a/0",
                                                              "Authorization",
                                                              "User-Agent",
                                                              "https://login.example/token",
                                                              "date",
                                                              "kind",
                                                              "retry-after",
                                                              "{\"a\":[1]}",
                                                              "a=b&c=%41",
                                                              "https://other.example/",
                                                              "http://127.0.0.1/"});

class Plugin {
 public:
  explicit Plugin(const pindus::test::Calls& calls)
      : host_(calls.host),
        session_(calls.session),
        interrupt_(*calls.interrupt),
        closed_key_(calls.closed_key),
        input_(calls.input) {}

  // Makes the calls, and answers what the operation does.
  int32_t run() {
    while (input_.size() > 1) {
      const auto number = take<std::uint8_t>(input_) % (slot_count + 1);
      if (number < slot_count) {
        call_number(number, std::make_index_sequence<slot_count>());
      } else {
        interrupt_.request_stop();
      }
    }
    return argument(static_cast<std::int32_t*>(nullptr));
  }

 private:
  static constexpr std::tuple slots{
      &pindus_host_1::log,
      &pindus_host_1::cancelled,
      &pindus_host_1::get_extension,
      &pindus_host_1::progress,
      &pindus_host_1::set_error,
      &pindus_host_1::prompt,
      &pindus_host_1::choose,
      &pindus_host_1::confirm,
      &pindus_host_1::show_device_code,
      &pindus_host_1::open_url,
      &pindus_host_1::info,
      &pindus_host_1::option,
      &pindus_host_1::answer,
      &pindus_host_1::secret_new,
      &pindus_host_1::secret_view,
      &pindus_host_1::api_key_check,
      &pindus_host_1::secret_free,
      &pindus_host_1::http_send,
      &pindus_host_1::http_header,
      &pindus_host_1::fields_encode,
      &pindus_host_1::form_decode,
      &pindus_host_1::json_parse,
      &pindus_host_1::json_type,
      &pindus_host_1::json_key,
      &pindus_host_1::json_text,
      &pindus_host_1::json_string,
      &pindus_host_1::json_integer,
      &pindus_host_1::json_boolean,
      &pindus_host_1::json_free,
      &pindus_host_1::random,
      &pindus_host_1::digest,
      &pindus_host_1::mac,
      &pindus_host_1::sign,
      &pindus_host_1::encode,
      &pindus_host_1::decode,
      &pindus_host_1::equal,
      &pindus_host_1::now_ms,
      &pindus_host_1::monotonic_ms,
      &pindus_host_1::time_parse,
      &pindus_host_1::sleep_ms,
      &pindus_host_1::credential_get,
      &pindus_host_1::credential_set,
      &pindus_host_1::private_get,
      &pindus_host_1::private_set,
      &pindus_host_1::credential_lifetime,
      &pindus_host_1::credential_expires,
      &pindus_host_1::credential_commit,
  };
  static constexpr std::size_t slot_count = std::tuple_size_v<decltype(slots)>;
  static_assert(sizeof(pindus_host_1) == 2 * sizeof(uint32_t) + slot_count * sizeof(void*),
                "a slot is missing in the list above");

  template <std::size_t... numbers>
  void call_number(std::size_t number, std::index_sequence<numbers...>) {
    ((number == numbers ? call(host_->*std::get<numbers>(slots)) : void()), ...);
  }

  static void read(void* context, pindus_str text) noexcept {
    const auto& self = *static_cast<const Plugin*>(context);
    hold(text.size <= (1U << 20), "no text is longer than 1 MiB");
    hold(std::string_view(text.data, text.size).find(self.closed_key_) == std::string_view::npos,
         "an api key is shown to no plugin");
    int64_t clock = 0;
    hold(self.host_->now_ms(self.session_, &clock) == PINDUS_INVALID_ARGUMENT,
         "nothing is asked of the host from within a read");
  }

  template <typename... Args>
  void call(int32_t (*slot)(pindus_session, Args...) PINDUS_NOEXCEPT) {
    const pindus_session session = any_session();
    const std::tuple<Args...> arguments{argument(static_cast<Args*>(nullptr))...};
    const int32_t code =
        std::apply([&](Args... args) { return slot(session, args...); }, arguments);
    hold(pindus::is_result_code(code), "a slot answers a result code");
    hold(session.id == session_.id || code == PINDUS_INVALID_HANDLE,
         "a session that is none is an invalid handle");
    for (const Filled& filled : filled_) filled.check(code, *this);
    filled_.clear();
    memory_.clear();  // P5: nobody may want it any more
  }
  void call(const void* (*slot)(pindus_session, pindus_str)PINDUS_NOEXCEPT) {
    static_cast<void>(slot(any_session(), argument(static_cast<pindus_str*>(nullptr))));
    memory_.clear();
  }

  pindus_session any_session() {
    const auto kind = take<std::uint8_t>(input_);
    if (kind < 240) return session_;
    return {kind < 248 ? any_handle() : kind - 248U};
  }

  // One that lives or did, of whatever kind; or none.
  std::uint64_t any_handle() {
    const auto kind = take<std::uint8_t>(input_);
    if (kind >= 250) return take<std::uint64_t>(input_);
    if (kind >= 240 || handles_.empty()) return 0;
    return handles_[handles_.size() - 1 - kind % handles_.size()];
  }

  void* keep(std::size_t size) {
    memory_.push_back(std::make_unique<std::uint8_t[]>(size));
    return memory_.back().get();
  }

  pindus_str argument(pindus_str*) {
    const auto kind = take<std::uint8_t>(input_);
    if (kind == 255) return {nullptr, take<std::uint32_t>(input_)};
    if (kind == 254) return {known_texts[1].data(), UINT64_MAX - take<std::uint8_t>(input_)};
    std::string_view text;
    if (kind < known_texts.size()) {
      text = known_texts[kind];
    } else {
      text = input_.substr(0, kind % 64U);
      input_.remove_prefix(text.size());
    }
    auto* copy = static_cast<char*>(keep(text.size()));
    std::ranges::copy(text, copy);
    return {copy, text.size()};
  }
  pindus_secret argument(pindus_secret*) { return {any_handle()}; }
  pindus_json argument(pindus_json*) { return {any_handle()}; }
  pindus_headers argument(pindus_headers*) { return {any_handle()}; }
  pindus_value argument(pindus_value*) {
    const auto text = argument(static_cast<pindus_str*>(nullptr));
    return {text, argument(static_cast<pindus_secret*>(nullptr))};
  }
  pindus_field argument(pindus_field*) {
    const auto name = argument(static_cast<pindus_str*>(nullptr));
    const auto value = argument(static_cast<pindus_value*>(nullptr));
    const auto kind = take<std::uint8_t>(input_);
    return {name, value, kind % 4U, kind < 250 ? 0U : kind};
  }
  std::uint32_t argument(std::uint32_t*) {
    const auto kind = take<std::uint8_t>(input_);
    return kind < 250 ? kind % 8U : take<std::uint32_t>(input_);
  }
  std::int32_t argument(std::int32_t*) {
    return static_cast<std::int32_t>(argument(static_cast<std::uint32_t*>(nullptr)));
  }
  std::int64_t argument(std::int64_t*) { return take<std::int64_t>(input_); }
  std::uint64_t argument(std::uint64_t*) {
    if (count_) return *std::exchange(count_, std::nullopt);
    const auto kind = take<std::uint8_t>(input_);
    return kind < 250 ? kind : take<std::uint64_t>(input_);
  }
  pindus_read argument(pindus_read*) { return take<std::uint8_t>(input_) == 255 ? nullptr : read; }
  void* argument(void**) { return this; }

  // Arrays as long as they are said to be, or said to be longer than any may be.
  template <typename T>
  std::pair<const T*, std::uint64_t> array() {
    const auto kind = take<std::uint8_t>(input_);
    const std::uint64_t count = kind % 4U;
    if (kind == 255) return {nullptr, count};
    auto* elements = static_cast<T*>(keep(count * sizeof(T)));
    for (std::uint64_t i = 0; i < count; ++i) {
      const T element = argument(static_cast<T*>(nullptr));
      std::memcpy(elements + i, &element, sizeof element);
    }
    return {elements, kind == 254 ? UINT64_MAX : count};
  }
  const pindus_field* argument(const pindus_field**) {
    const auto [fields, count] = array<pindus_field>();
    count_ = count;
    return fields;
  }

  // A structure of the size that it names, wherever that ends.
  template <typename T>
  T* sized(T structure) {
    const auto kind = take<std::uint8_t>(input_);
    if (kind == 255) return nullptr;
    constexpr auto whole = static_cast<std::uint32_t>(sizeof(T));
    structure.size = kind < 192 ? whole : kind % 2 == 0 ? kind - 192U : whole + kind - 192U;
    const std::size_t there = std::max<std::size_t>(structure.size, sizeof structure.size);
    auto* copy = static_cast<std::uint8_t*>(keep(there));
    std::memcpy(copy, &structure, std::min(there, sizeof(T)));
    return reinterpret_cast<T*>(copy);
  }
  const pindus_prompt* argument(const pindus_prompt**) {
    pindus_prompt prompt{};
    prompt.kind = argument(static_cast<std::uint32_t*>(nullptr));
    prompt.message = argument(static_cast<pindus_str*>(nullptr));
    prompt.usual = argument(static_cast<pindus_str*>(nullptr));
    return sized(prompt);
  }
  const pindus_choice* argument(const pindus_choice**) {
    pindus_choice choice{};
    choice.message = argument(static_cast<pindus_str*>(nullptr));
    std::tie(choice.choices, choice.choice_count) = array<pindus_str>();
    choice.usual = take<std::uint8_t>(input_) % 8 - 1;
    return sized(choice);
  }
  const pindus_device_code* argument(const pindus_device_code**) {
    pindus_device_code code{};
    code.user_code = argument(static_cast<pindus_str*>(nullptr));
    code.verification_uri = argument(static_cast<pindus_str*>(nullptr));
    code.verification_uri_complete = argument(static_cast<pindus_str*>(nullptr));
    code.expires_in_s = take<std::int64_t>(input_);
    return sized(code);
  }
  const pindus_key_rule* argument(const pindus_key_rule**) {
    pindus_key_rule rule{};
    rule.prefix = argument(static_cast<pindus_str*>(nullptr));
    rule.min_length = take<std::uint64_t>(input_);
    return sized(rule);
  }
  const pindus_http_request* argument(const pindus_http_request**) {
    pindus_http_request request{};
    request.method = argument(static_cast<pindus_str*>(nullptr));
    request.url = argument(static_cast<pindus_str*>(nullptr));
    std::tie(request.headers, request.header_count) = array<pindus_field>();
    request.body = argument(static_cast<pindus_value*>(nullptr));
    return sized(request);
  }
  pindus_http_response* argument(pindus_http_response**) {
    auto* response = sized(pindus_http_response{});
    if (response == nullptr) return nullptr;
    const bool whole = response->size >= sizeof *response;
    filled_.emplace_back(response, response->size, [response, whole](Plugin& plugin) {
      if (!whole) return;
      plugin.handles_.push_back(response->body.id);
      plugin.handles_.push_back(response->headers.id);
    });
    return response;
  }

  // A place for a result.
  template <typename T>
  T* result() {
    if (take<std::uint8_t>(input_) == 255) return nullptr;
    auto* place = static_cast<T*>(keep(sizeof(T)));
    filled_.emplace_back(place, sizeof(T));
    return place;
  }
  template <typename Handle>
  Handle* new_handle() {
    Handle* place = result<Handle>();
    if (place != nullptr) {
      filled_.back().then = [place](Plugin& plugin) {
        hold(std::ranges::find(plugin.handles_, place->id) == plugin.handles_.end(),
             "no handle is given twice");
        plugin.handles_.push_back(place->id);
      };
    }
    return place;
  }
  pindus_secret* argument(pindus_secret**) { return new_handle<pindus_secret>(); }
  pindus_json* argument(pindus_json**) { return new_handle<pindus_json>(); }
  std::int64_t* argument(std::int64_t**) { return result<std::int64_t>(); }
  std::uint64_t* argument(std::uint64_t**) { return result<std::uint64_t>(); }
  std::int32_t* argument(std::int32_t**) { return result<std::int32_t>(); }
  std::uint32_t* argument(std::uint32_t**) { return result<std::uint32_t>(); }

  // What a call may fill, and what stood there before.
  class Filled {
   public:
    Filled(const void* place, std::size_t size, std::function<void(Plugin&)> and_then = {})
        : then(std::move(and_then)),
          place_(static_cast<const char*>(place), size),
          before_(place_) {}

    void check(int32_t code, Plugin& plugin) const {
      hold(code == PINDUS_OK || place_ == before_, "a call that fails fills nothing");
      if (code == PINDUS_OK && then) then(plugin);
    }

    std::function<void(Plugin&)> then;  // after a call that succeeded

   private:
    std::string_view place_;
    std::string before_;
  };

  const pindus_host_1* host_;
  const pindus_session session_;
  std::stop_source& interrupt_;
  const std::string_view closed_key_;
  std::string_view input_;
  std::optional<std::uint64_t> count_;  // of the array that was the argument before
  std::vector<std::uint64_t> handles_;
  std::vector<std::unique_ptr<std::uint8_t[]>> memory_;
  std::vector<Filled> filled_;
};

}  // namespace

int32_t pindus::test::call_slots(const Calls& calls) {
  return Plugin(calls).run();
}
