#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/fault.hpp"

namespace pindus {

/// "PATH can't be ACTION: what the system said", with a hint that says what to do about it.
/// `action` is a participle ("read", "written", "locked"), `error` an errno.
[[nodiscard]] CredentialFault file_fault(const std::filesystem::path& path, std::string_view action,
                                         int error);

/// The fault of something that stands where a file should.
[[nodiscard]] CredentialFault not_a_file_fault(const std::filesystem::path& path);

/// The fault of a call that was stopped.
[[nodiscard]] CredentialFault stopped_fault();

}  // namespace pindus
