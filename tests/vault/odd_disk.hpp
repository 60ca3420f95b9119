#pragma once

namespace pindus::test {

/// A file system that isn't as it should be, for the whole of this test program: it stands between
/// the program and the system's calls.
struct OddDisk {
  /// fchmod(2) and every new file's mode: as usual; refused, or ignored, where all files are 0777.
  enum class Modes { kept, refused, ignored };

  Modes modes = Modes::kept;
  int folder_sync_error = 0;  ///< an errno for fsync(2) of a folder
};

/// The one that counts; OddDisk{} is the disk as it is.
extern OddDisk odd_disk;

}  // namespace pindus::test
