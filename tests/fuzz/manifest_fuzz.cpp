// Manifests as anybody may write them, two of one id: parsed, merged, and read as a provider. What
// is refused is refused in a printable sentence, and a merge with nothing changes nothing.

#include <string>

#include "core/base/fault.hpp"
#include "core/providers/merge.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using pindus::test::hold;
  const auto input = pindus::test::text_of_input(bytes, size);
  const std::size_t cut = input.find("\n\n");
  std::vector<pindus::Manifest> manifests;
  for (const auto part :
       {input.substr(0, cut), cut == input.npos ? std::string_view() : input.substr(cut + 2)}) {
    auto manifest = pindus::parse_manifest(part);
    if (!manifest) {
      hold(pindus::is_printable(manifest.error()), "why a manifest is refused is printable");
      continue;
    }
    hold(!manifest->id.empty() && manifest->id.size() <= 64, "an id has 1 to 64 characters");
    manifests.push_back(*std::move(manifest));
  }
  if (manifests.empty()) return 0;
  const auto merged = pindus::merge_manifests(manifests);
  hold(merged.files.size() == manifests.size(), "each file has its part in the merge");
  auto once_more = pindus::Json::parse(merged.json.dump());
  hold(once_more.has_value(), "a merge is JSON");
  hold(once_more->dump() == merged.json.dump(), "a merge says the same when it is read again");
  return 0;
}
