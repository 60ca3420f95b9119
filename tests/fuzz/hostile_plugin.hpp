#pragma once

#include <cstdint>
#include <stop_token>
#include <string_view>

#include <pindus/plugin.h>

namespace pindus::test {

/// Calls of the host's table, written as an input of bytes. All is borrowed.
struct Calls {
  const pindus_host_1* host;
  pindus_session session;
  std::string_view input;
  std::stop_source* interrupt;  ///< of the session, which an input may use
  std::string_view closed_key;  ///< what no slot may show
};

/// Makes the calls and answers what the operation shall. Ends the process where a call answers no
/// result code, touches more than a structure's size says (each lies alone on the heap, and is gone
/// after the call), fills something although it fails, gives a handle twice, or shows the key. On
/// the session's thread.
int32_t call_slots(const Calls& calls);

}  // namespace pindus::test
