#include "library/ready_key.hpp"

#include <string.h>
#include <time.h>

#include "core/bare/json_reader.hpp"
#include "core/bare/profile_key.hpp"
#include "core/bare/vault_key.hpp"

namespace pindus::library {

namespace {

using bare::Text;
using bare::TextBuffer;

constexpr size_t longest_key = 8192;

pindus_text text_of(const TextBuffer& buffer) {
  return {buffer.data, buffer.size};
}

// What stands in the answer beside the key.
struct Members {
  char kind_memory[16];
  char expires_memory[32];
  TextBuffer kind{kind_memory};
  TextBuffer expires{expires_memory};
};

// Reads the line that find_ready_key gave.
bool read_answer(const TextBuffer& answer, TextBuffer& key, Members& members) {
  bare::JsonReader reader(answer.text());
  char name_memory[256];
  TextBuffer name(name_memory);
  reader.enter_object();
  while (reader.next_member(name)) {
    // The vault's own members come after the key, and none of that name.
    if (name.text() == "key") {
      reader.read_string(key);
    } else if (name.text() == "kind") {
      reader.read_string(members.kind);
    } else if (name.text() == "expires") {
      reader.copy_value(members.expires);
    }
  }
  return reader.finish() && !key.overflow && !members.kind.overflow && !members.expires.overflow;
}

// A number, or a string of digits.
int64_t milliseconds_in(Text value) {
  if (value.size > 1 && value.data[0] == '"') value = Text(value.data + 1, value.size - 2);
  int64_t milliseconds = 0;
  return bare::parse_integer(value, milliseconds) ? milliseconds : 0;
}

// The key of a vault that is open, by its place where that is known.
bool find_key(PlaceMemory& places, bare::ProfileFile& vault, bare::KeyRequest asked,
              TextBuffer& answer) {
  uint64_t place = 0;
  const bool is_known =
      places.find(asked.provider, vault.state(), place) && vault.begin_at_member(place);
  if (!is_known) asked.place = &place;
  bare::JsonReader reader(&bare::ProfileFile::refill, &vault);
  if (find_ready_key(reader, asked, answer) != bare::KeyAnswer::ready) return false;
  if (!vault.is_unchanged()) return false;
  if (!is_known) places.note(asked.provider, vault.state(), asked.now_ms, place);
  return true;
}

}  // namespace

bool show_ready_key(OpenContext& context, const pindus_key_request& request,
                    pindus_receive_key receive, void* user) {
  char chunk[size_t{64} * 1024];
  char answer_memory[size_t{16} * 1024];
  char key_memory[longest_key];
  char account_memory[256];
  TextBuffer answer(answer_memory);
  TextBuffer key(key_memory);
  TextBuffer account(account_memory);

  bare::KeyRequest asked;
  asked.provider = Text(request.provider.data, request.provider.size);
  if (request.account.size != 0) asked.account = Text(request.account.data, request.account.size);
  asked.form = bare::KeyForm::json;
  asked.name = &account;
  asked.find_vault_key = &bare::find_vault_key;
  timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return false;
  asked.now_ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  if (request.valid_for_s > bare::surely_valid_ms / 1000) {
    if (request.valid_for_s > INT64_MAX / 2000) return false;
    asked.min_left_ms = request.valid_for_s * 1000;
  }

  bare::ProfileFile rules(chunk, sizeof chunk);
  bare::ProfileFile vault(chunk, sizeof chunk);
  char chosen_memory[256];
  const bool is_ready = open_vault({context.profile_text(), context.folder_text()}, asked, rules,
                                   vault, chosen_memory) &&
                        find_key(context.places, vault, asked, answer);
  rules.close();
  vault.close();
  Members members;
  const bool is_shown = is_ready && !account.overflow && read_answer(answer, key, members);
  if (is_shown) {
    const bool is_token = members.kind.text() == "oauth";
    pindus_key shown = {};
    shown.size = sizeof shown;
    shown.kind = is_token ? PINDUS_KIND_OAUTH : PINDUS_KIND_API_KEY;
    shown.key = text_of(key);
    shown.account = text_of(account);
    shown.json = text_of(answer);
    shown.expires_ms = is_token ? milliseconds_in(members.expires.text()) : 0;
    receive(user, &shown);
  }
  explicit_bzero(answer_memory, answer.size);
  explicit_bzero(key_memory, key.size);
  return is_shown;
}

}  // namespace pindus::library
