// A plugin's file from its bytes to the verdict, before the dynamic loader sees it: nothing beyond
// the file is read, a refusal is a printable sentence, and of what is not refused no loader will
// find a part missing, wherever else the file ends.

#include <elf.h>

#include <algorithm>
#include <string>

#include "core/base/fault.hpp"
#include "core/base/shared_object.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::ObjectFlaw;
using pindus::test::hold;

template <typename T>
T at(std::string_view bytes, std::uint64_t offset) {
  hold(offset + sizeof(T) <= bytes.size(), "all headers of a file that may be loaded are in it");
  bytes.remove_prefix(offset);
  return pindus::test::take<T>(bytes);
}

// Where the last part ends that a loader maps or reads.
std::uint64_t end_of_parts(std::string_view bytes) {
  const auto header = at<Elf64_Ehdr>(bytes, 0);
  std::uint64_t end = sizeof header;
  bool says_stack = false;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const std::uint64_t place = header.e_phoff + i * header.e_phentsize;
    const auto segment = at<Elf64_Phdr>(bytes, place);
    end = std::max(end, place + sizeof segment);
    if (segment.p_type == PT_GNU_STACK) says_stack = (segment.p_flags & PF_X) == 0;
    if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
    hold(segment.p_filesz <= bytes.size() && segment.p_offset <= bytes.size() - segment.p_filesz,
         "a file that may be loaded holds its segments");
    end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  hold(says_stack, "a file that may be loaded needs no executable stack");
  return end;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const auto bytes = pindus::test::text_of_input(input, size);
  const auto flaw = pindus::flaw_of_object(bytes);
  if (flaw) {
    hold(!flaw->why.message.empty() && pindus::is_printable(flaw->why.message),
         "a refusal is a printable sentence");
    hold(pindus::is_printable(flaw->why.hint), "what to do is printable");
    return 0;
  }
  const std::uint64_t end = end_of_parts(bytes);
  hold(!pindus::flaw_of_object(bytes.substr(0, end)), "what follows the last part doesn't matter");
  const auto shorter = pindus::flaw_of_object(bytes.substr(0, end - 1));
  hold(shorter && shorter->kind == ObjectFlaw::Kind::cut_short, "a file without its end is short");
  return 0;
}
