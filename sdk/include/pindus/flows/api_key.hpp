#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// Signs in with an api key: asks for it, has the host check it, stores it. Never sees it.
/// Manifest options: `key_prefix` (another one is only warned about), `min_length` (bytes).
class ApiKeyFlow {
 public:
  static constexpr std::array options = {
      option("key_prefix", "how keys begin; another beginning is only warned about"),
      option("min_length", "the fewest bytes that a key has"),
  };

  explicit ApiKeyFlow(Session& session) : session_(session) {}

  Status sign_in() {
    PINDUS_TRY(const std::string prefix, session_.option("key_prefix", ""));
    PINDUS_TRY(const std::string minimum, session_.option("min_length", "0"));
    uint64_t min_length = 0;
    const auto [end, error] =
        std::from_chars(minimum.data(), minimum.data() + minimum.size(), min_length);
    if (error != std::errc() || end != minimum.data() + minimum.size()) {
      return session_.fail(PINDUS_INVALID_ARGUMENT,
                           "the manifest's option \"min_length\" is not a number",
                           "write it as digits, as in \"40\"");
    }
    PINDUS_TRY(const Secret key, session_.ask(PINDUS_PROMPT_API_KEY, ""));
    PINDUS_CHECK(session_.check_api_key(key, prefix, min_length));
    PINDUS_CHECK(session_.set("key", key));
    return session_.commit();
  }

 private:
  Session& session_;
};

}  // namespace pindus::sdk
