// What another program keeps, and the file that says how: the input's first line is a format, or
// the id of one of those below, and the rest the program's file. What is refused is refused in a
// printable sentence; what is stored is a vault again, in which an import finds nothing new; no
// note has a key in it.

#include <array>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/import/import_plan.hpp"
#include "core/import/plain_yaml.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::AuthKind;
using pindus::FoundEntry;
using pindus::ImportFormat;
using pindus::test::hold;

constexpr auto formats = std::to_array<std::string_view>({
    R"({"import":1,"id":"keys","rules":[{"at":"/*","key":"/key","account":"{1}"},
        {"at":"/*/*","provider":"{2}","key":""}]})",
    R"({"import":1,"id":"tokens","providers":{"other":"acme"},"rules":[{"at":"/*","access":"/access",
        "refresh":"/refresh","expires":"/expires","members":{"accountId":"/id"},
        "missing":"it is elsewhere","missing_hint":"see {1}"}]})",
    R"({"import":1,"id":"yaml","syntax":"yaml","rules":[{"at":"/*/users/*","key":"/oauth_token",
        "account":"{2}"}]})",
    R"({"import":1,"id":"dotenv","syntax":"dotenv","providers":{"OTHER_KEY":"acme"}})",
});

const pindus::ProviderDirectory& providers() {
  static const pindus::ProviderDirectory directory = [] {
    pindus::Method key;
    key.name = "api-key";
    pindus::Method oauth;
    oauth.name = "oauth";
    oauth.kind = AuthKind::oauth;
    pindus::Provider acme;
    acme.id = "acme";
    acme.env = {"ACME_API_KEY"};
    acme.methods = {oauth, key};
    return pindus::ProviderDirectory({acme});
  }();
  return directory;
}

ImportFormat read_format(std::string_view line) {
  for (const std::string_view text : formats) {
    auto known = pindus::parse_import_format(text);
    if (known && known->id == line) return pindus::read_import_format(known->id, known->json);
  }
  const auto own = pindus::parse_import_format(line);
  if (own) return pindus::read_import_format(own->id, own->json);
  hold(pindus::is_printable(own.error()), "why a format is refused is printable");
  const auto usual = pindus::parse_import_format(formats.front());
  return pindus::read_import_format(usual->id, usual->json);
}

void check_notes(const std::vector<pindus::ImportStep>& steps) {
  constexpr std::size_t shortest_key = 20;
  for (const pindus::ImportStep& step : steps) {
    for (const pindus::Secret* secret :
         {&step.entry->key, &step.entry->oauth.access, &step.entry->oauth.refresh}) {
      if (secret->view().size() < shortest_key) continue;
      hold(!step.note.contains(secret->view()), "no note has a key in it");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto text = pindus::test::text_of_input(bytes, size);
  const ImportFormat format = read_format(pindus::test::take_line(text));
  auto entries = pindus::read_entries(format, text, providers());
  if (!entries) {
    hold(pindus::is_printable(entries.error()), "why a file is refused is printable");
    return 0;
  }
  std::vector<pindus::FoundSource> sources(1);
  sources[0].format = &format;
  sources[0].is_named = true;
  sources[0].entries = *std::move(entries);
  const pindus::ImportWishes wishes{.rotating = pindus::RotatingTokens::take_over};
  const auto vault = pindus::VaultDocument::parse(pindus::SecretText("{}"), "the vault");
  const auto steps = pindus::plan_import(sources, *vault, providers(), wishes);
  hold(steps.size() == sources[0].entries.size(), "each entry has its fate");
  check_notes(steps);
  const auto stored = pindus::with_imported(*vault, steps);
  hold(stored.has_value(), "what is new can be stored");
  const auto after = pindus::VaultDocument::parse(*stored, "the vault");
  hold(after.has_value(), "what is stored is a vault");
  for (const auto& step : pindus::plan_import(sources, *after, providers(), wishes)) {
    hold(step.fate != pindus::ImportFate::is_new, "a second import finds nothing new");
  }
  return 0;
}
