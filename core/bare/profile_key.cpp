#include "core/bare/profile_key.hpp"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/bare/account_choice.hpp"
#include "core/bare/json_reader.hpp"
#include "core/bare/profile.hpp"
#include "core/bare/provider_id.hpp"

namespace pindus::bare {

namespace {

bool is_behind_broker() {
  return !is_blank(getenv("PINDUS_BROKER_TOKEN"));
}

bool choose_account(const KeyProfile& profile, KeyRequest& request, ProfileFile& rules_file,
                    char (&memory)[256]) {
  if (request.account.data != nullptr) return true;
  char name_memory[longest_provider_id + 64];
  TextBuffer name(name_memory);
  append_account_variable(request.provider, name);
  name.append('\0');
  if (name.overflow) return false;
  const char* chosen = getenv(name_memory);
  if (!is_blank(chosen)) {
    request.account = chosen;
    return is_usual_account_name(request.account);
  }
  if (!rules_file.open(profile.folder, "projects.json")) return errno == ENOENT;
  char directory_memory[PATH_MAX];
  Text directory = profile.directory;
  if (directory.data == nullptr) {
    if (getcwd(directory_memory, sizeof directory_memory) == nullptr) return false;
    directory = directory_memory;
  }
  JsonReader rules(&ProfileFile::refill, &rules_file);
  char folder_memory[PATH_MAX];
  TextBuffer folder(folder_memory);
  TextBuffer account(memory);
  switch (find_project_rule(rules, request.provider, directory, account, folder)) {
    case RuleFound::none: return true;
    case RuleFound::not_sure: return false;
    case RuleFound::yes: break;
  }
  request.account = account.text();
  return is_usual_account_name(request.account);
}

}  // namespace

bool is_usual_account_name(Text name) {
  for (size_t i = 0; i < name.size; ++i) {
    const char c = name.data[i];
    const char letter = static_cast<char>(c | 0x20);
    const bool usual = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '.' || c == '@' || c == '+';
    if (!usual) return false;
  }
  return name.size != 0 && name.data[0] != '-';
}

bool open_vault(const KeyProfile& profile, KeyRequest& request, ProfileFile& rules,
                ProfileFile& vault, char (&memory)[256]) {
  return !is_behind_broker() && choose_account(profile, request, rules, memory) &&
         vault.open(profile.folder, "auth.json");
}

KeyAnswer find_profile_key(const KeyProfile& profile, KeyRequest request, ProfileFile& rules,
                           ProfileFile& vault, TextBuffer& out) {
  char account_memory[256];
  if (!open_vault(profile, request, rules, vault, account_memory)) return KeyAnswer::not_sure;
  JsonReader reader(&ProfileFile::refill, &vault);
  const KeyAnswer answer = find_ready_key(reader, request, out);
  return vault.is_unchanged() ? answer : KeyAnswer::not_sure;
}

}  // namespace pindus::bare
