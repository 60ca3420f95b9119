#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>

#include "core/base/file_descriptor.hpp"

namespace pindus {

/// Files of other people's and programs', in whose place anything may stand.

/// Opens a file to be read; never waits for a FIFO's writer, and takes no terminal. As of open(2):
/// where it can't be, it isn't open, and errno says why.
[[nodiscard]] FileDescriptor open_to_read(const std::filesystem::path& path) noexcept;

/// How long a pipe is waited for, until it has something to read.
struct PipeWait {
  std::chrono::milliseconds longest{0};
  std::stop_token stop = {};
};

/// What an open file holds, at most `limit` bytes of it and then one more; in a SecretText no copy
/// stays behind. The error is errno's; of a wait ETIMEDOUT or, after a stop, ECANCELED. Any thread.
template <typename Text>
[[nodiscard]] std::expected<Text, int> read_open_file(int file, std::size_t limit,
                                                      const PipeWait& wait = {});

/// Such an error as the end of a sentence: "No such file or directory".
[[nodiscard]] std::string reading_error(int error);

}  // namespace pindus
