#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/library/core_functions.hpp"

namespace pindus::library {

/// Puts a fault into the caller's memory, cut to what there is room for, and gives its code.
std::int32_t failed(FaultText& to, std::int32_t code, std::string_view label,
                    std::string_view message, std::string_view hint);
std::int32_t failed(FaultText& to, const CredentialFault& fault);

/// Calls what returns a Result<std::int32_t>, whose value is the code of a failure that is told
/// already, or PINDUS_FAULT_NONE. Nothing is thrown out of it.
template <typename Body>
std::int32_t guarded(FaultText* fault, const Body& body) noexcept {
  try {
    const Result<std::int32_t> done = body();
    return done ? *done : failed(*fault, done.error());
  } catch (const std::bad_alloc&) {
    return failed(*fault, PINDUS_FAULT_NO_MEMORY, "No memory", "there is no memory left", "");
  } catch (const ReasonError& error) {
    return failed(*fault, PINDUS_FAULT_VAULT, "Credential store error", error.why().message,
                  error.why().hint);
  } catch (const std::exception& error) {
    return failed(*fault, PINDUS_FAULT_INTERNAL, "Internal error", error.what(), "");
  } catch (...) {
    return failed(*fault, PINDUS_FAULT_INTERNAL, "Internal error", "something was thrown", "");
  }
}

}  // namespace pindus::library
