#include "core/bare/account_choice.hpp"

#include "core/bare/provider_id.hpp"

namespace pindus::bare {

namespace {

constexpr size_t longest_folder = 4096;

bool is_at_or_above(Text folder, Text directory) {
  if (folder.size == 0 || folder.size > directory.size) return false;
  if (memcmp(folder.data, directory.data, folder.size) != 0) return false;
  return folder.size == directory.size || directory.data[folder.size] == '/' ||
         folder.data[folder.size - 1] == '/';
}

}  // namespace

void append_account_variable(Text provider, TextBuffer& name) {
  name.append("PINDUS_ACCOUNT_");
  for (size_t i = 0; i < provider.size; ++i) name.append(variable_character(provider.data[i]));
}

RuleFound find_project_rule(JsonReader& rules, Text provider, Text directory, TextBuffer& account,
                            TextBuffer& folder) {
  char path_memory[longest_folder];
  char name_memory[longest_provider_id];
  TextBuffer path(path_memory);
  TextBuffer name(name_memory);
  rules.enter_object();
  while (rules.next_member(path)) {
    const bool counts =
        !path.overflow && path.size >= folder.size && is_at_or_above(path.text(), directory);
    rules.enter_object();
    while (rules.next_member(name)) {
      if (!counts || name.overflow || !same_provider(name.text(), provider)) continue;
      account.clear();
      rules.read_string(account);
      folder.clear();
      folder.append(path.text());
    }
  }
  if (!rules.finish() || account.overflow || folder.overflow) return RuleFound::not_sure;
  return folder.size == 0 ? RuleFound::none : RuleFound::yes;
}

}  // namespace pindus::bare
