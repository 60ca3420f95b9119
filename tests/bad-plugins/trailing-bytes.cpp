#include "right.hpp"

// Breaks P4: its structure is longer than anybody knows, and there it is not zero.
struct LongerRequest {
  pindus_http_request known;
  uint64_t unknown;
};

static int32_t misbehave(void* instance) noexcept {
  right::Instance& self = right::of(instance);
  LongerRequest request{};
  request.known.size = sizeof request;
  request.known.method = right::str("GET");
  request.known.url = right::str("https://acme.example/");
  request.unknown = 7;
  pindus_http_response response{};
  response.size = sizeof response;
  self.host->http_send(self.session, &request.known, &response);
  return right::store(self);
}

int32_t pindus_plugin_entry_1(const pindus_plugin_1** out) PINDUS_NOEXCEPT {
  static const pindus_plugin_1 plugin = right::descriptor(misbehave);
  return right::answer(plugin, out);
}
