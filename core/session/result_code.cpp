#include "core/session/result_code.hpp"

#include <pindus/plugin.h>

namespace pindus {

std::string_view result_code_in_words(int32_t code) noexcept {
  switch (code) {
    case PINDUS_OK: return "nothing is wrong";
    case PINDUS_CANCELLED: return "it was interrupted";
    case PINDUS_INTERACTION_FORBIDDEN: return "nobody may be asked here";
    case PINDUS_DENIED: return "the person or the server refused";
    case PINDUS_EXPIRED: return "a code or token ended before it was used";
    case PINDUS_NETWORK: return "the server can't be reached";
    case PINDUS_TIMEOUT: return "the server did not answer in time";
    case PINDUS_PROTOCOL: return "the server's answer makes no sense";
    case PINDUS_UNSUPPORTED: return "it can't do that";
    case PINDUS_INVALID_ARGUMENT: return "a function was called with a wrong argument";
    case PINDUS_INVALID_HANDLE: return "a handle was used after its end";
    case PINDUS_NO_MEMORY: return "there is no memory left";
    case PINDUS_INTERNAL: return "it has a defect";
    case PINDUS_NOT_FOUND: return "something that it needs is missing";
    case PINDUS_FORBIDDEN: return "it may not do what it tried";
    case PINDUS_WRONG_THREAD: return "a function was called on the wrong thread";
    case PINDUS_TOO_LARGE: return "something is larger than allowed";
    case PINDUS_REJECTED: return "the server does not take the credential any more";
    case PINDUS_UNAVAILABLE: return "the server can't just now";
    case PINDUS_INVALID_KEY: return "that can't be an api key";
    default: return "it answered with an unknown code";
  }
}

bool is_result_code(int32_t code) noexcept {
  return code >= PINDUS_OK && code <= PINDUS_INVALID_KEY;
}

}  // namespace pindus
