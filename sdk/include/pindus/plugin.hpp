#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <new>
#include <string_view>

#include <pindus/ext/revoke.h>
#include <pindus/plugin.h>
#include <pindus/result.hpp>
#include <pindus/session.hpp>
#include <pindus/values.hpp>

/// Makes a plugin of a class: C++20, nothing to link against.
///
///   #include <pindus/plugin.hpp>
///
///   class Mine {
///    public:
///     explicit Mine(pindus::sdk::Session& session) : session_(session) {}
///     pindus::sdk::Status sign_in();   // gets a credential, sets it, commits it
///     pindus::sdk::Status refresh();   // may be left out
///     pindus::sdk::Status revoke();    // may be left out
///     // What the manifest may say to it, for `pindus plugin show` and `check`; may be left out.
///     static constexpr std::array options = {pindus::sdk::option("token_url", "the endpoint")};
///    private:
///     pindus::sdk::Session& session_;
///   };
///   PINDUS_PLUGIN("mine", "1.0.0", Mine)
///
/// One object serves one operation, on one thread. What its functions throw becomes
/// PINDUS_INTERNAL (PINDUS_NO_MEMORY for std::bad_alloc).
namespace pindus::sdk {

template <class T>
concept Refreshes = requires(T& plugin) {
  { plugin.refresh() } -> std::same_as<Status>;
};
template <class T>
concept Revokes = requires(T& plugin) {
  { plugin.revoke() } -> std::same_as<Status>;
};

template <class T>
concept DescribesOptions = requires {
  { T::options.data() } -> std::convertible_to<const pindus_option*>;
};

/// An option and a line about it. Borrows both texts: literals, as a rule.
constexpr pindus_option option(std::string_view name, std::string_view help) {
  return {detail::str(name), detail::str(help)};
}

/// Options of the plugin's own, after those of a flow that it builds on.
template <size_t first, size_t second>
constexpr std::array<pindus_option, first + second> joined(
    const std::array<pindus_option, first>& a, const std::array<pindus_option, second>& b) {
  std::array<pindus_option, first + second> all{};
  for (size_t i = 0; i < first; ++i) all[i] = a[i];
  for (size_t i = 0; i < second; ++i) all[first + i] = b[i];
  return all;
}

namespace detail {

template <class Plugin>
struct Instance {
  Instance(const pindus_host_1* host, pindus_session id) : session(host, id), plugin(session) {}

  Session session;
  Plugin plugin;

  static Instance& of(void* opaque) { return *static_cast<Instance*>(opaque); }

  static int32_t create(const pindus_host_1* host, pindus_session id, void** out) noexcept {
    if (!host || !out) return PINDUS_INVALID_ARGUMENT;
    if (host->size < PINDUS_HOST_1_BASE_SIZE) return PINDUS_UNSUPPORTED;
    return guarded([&]() -> int32_t {
      auto* made = new (std::nothrow) Instance(host, id);
      if (made) *out = made;
      return made ? PINDUS_OK : PINDUS_NO_MEMORY;
    });
  }
  static void destroy(void* opaque) noexcept { delete static_cast<Instance*>(opaque); }
  static int32_t sign_in(void* opaque) noexcept {
    if (!opaque) return PINDUS_INVALID_ARGUMENT;
    return guarded([&] { return of(opaque).plugin.sign_in().code(); });
  }
  static int32_t refresh(void* opaque) noexcept
    requires Refreshes<Plugin>
  {
    if (!opaque) return PINDUS_INVALID_ARGUMENT;
    return guarded([&] { return of(opaque).plugin.refresh().code(); });
  }
  static int32_t revoke(void* opaque) noexcept
    requires Revokes<Plugin>
  {
    if (!opaque) return PINDUS_INVALID_ARGUMENT;
    return guarded([&] { return of(opaque).plugin.revoke().code(); });
  }
  static const void* get_extension(pindus_str id) noexcept {
    if constexpr (Revokes<Plugin>) {
      static constexpr pindus_revoke_1 table{sizeof(pindus_revoke_1), 0, &Instance::revoke};
      if (std::string_view(id.data, id.size) == PINDUS_EXT_REVOKE_1) return &table;
    }
    return nullptr;
  }
};

template <class Plugin>
constexpr pindus_plugin_1 descriptor(std::string_view id, std::string_view version) {
  using Slots = Instance<Plugin>;
  // These headers use nothing newer than minor 0, whatever minor plugin.h is of.
  pindus_plugin_1 table{sizeof(pindus_plugin_1),
                        0,
                        str(id),
                        str(version),
                        nullptr,
                        0,
                        &Slots::create,
                        &Slots::destroy,
                        &Slots::sign_in,
                        nullptr,
                        &Slots::get_extension};
  if constexpr (Refreshes<Plugin>) table.refresh = &Slots::refresh;
  if constexpr (DescribesOptions<Plugin>) {
    table.options = Plugin::options.data();
    table.option_count = Plugin::options.size();
  }
  return table;
}

}  // namespace detail
}  // namespace pindus::sdk

/// Defines the plugin's one exported symbol. Once, outside of any namespace. `id` is the shared
/// object's file name without ".so".
#define PINDUS_PLUGIN(id, version, Class)                                                        \
  extern "C" PINDUS_EXPORT int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) noexcept { \
    static constexpr pindus_plugin_1 table =                                                     \
        ::pindus::sdk::detail::descriptor<Class>(id, version);                                   \
    if (!out) return PINDUS_INVALID_ARGUMENT;                                                    \
    *out = &table;                                                                               \
    return PINDUS_OK;                                                                            \
  }
