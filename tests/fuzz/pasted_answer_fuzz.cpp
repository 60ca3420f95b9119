// What a person pasted: whatever it is, no part of it holds a blank, a line break or a control
// character, and what is taken apart once more says the same.

#include <algorithm>

#include <pindus/flows/pasted_answer.hpp>

#include "tests/fuzz/property.hpp"

namespace {

bool is_clean(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using pindus::test::hold;
  const auto answer = pindus::sdk::take_apart(pindus::test::text_of_input(bytes, size));
  hold(is_clean(answer.code.view()), "a code has no blank");
  hold(is_clean(answer.state.view()), "a state has no blank");
  hold(is_clean(answer.parameters.view()), "parameters have no blank");
  hold(answer.code.view().empty() || answer.parameters.view().empty(),
       "a paste is a code or has parameters, not both");
  hold(answer.json.view().empty() ||
           (answer.code.view().empty() && answer.parameters.view().empty()),
       "a JSON document is no code");
  // But for those that begin as a JSON document does.
  const auto again = pindus::sdk::take_apart(answer.parameters.view());
  hold(answer.parameters.view().empty() || !again.parameters.view().empty() ||
           !again.json.view().empty(),
       "parameters are parameters when they are pasted alone");
  return 0;
}
