#include "core/bare/vault_key.hpp"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pindus::bare {

namespace {

// keyctl(2), whose header musl doesn't have.
enum Operation : long {
  set_permissions = 5,
  link_key = 8,
  unlink_key = 9,
  search = 10,
  read_key = 11,
  set_timeout = 15,
  invalidate = 21,
};
constexpr long thread_keyring = -1;
constexpr long user_keyring = -4;
constexpr char key_type[] = "user";

// Everything for whoever has it in a keyring of his session, and for this user in any other.
constexpr long permissions = 0x3f3f0000;

// A key's name in the keyring, with its end.
struct Description {
  explicit Description(Text key_id) {
    text.append("pindus:");
    text.append(key_id);
    text.append('\0');
  }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;

  char memory[sizeof "pindus:" + vault_key_id_size];
  TextBuffer text{memory};
};

long search_key(const Description& name) {
  return syscall(SYS_keyctl, search, user_keyring, key_type, name.memory, 0L);
}

// The outcome of a system call that says nothing else: 0 or an errno.
int error_of(long result) {
  return result < 0 ? errno : 0;
}

int publish(long key, unsigned timeout_s) {
  const int error = error_of(syscall(SYS_keyctl, set_permissions, key, permissions));
  if (error != 0) return error;
  const int timeout_error =
      error_of(syscall(SYS_keyctl, set_timeout, key, static_cast<long>(timeout_s)));
  if (timeout_error != 0) return timeout_error;
  return error_of(syscall(SYS_keyctl, link_key, key, user_keyring));
}

}  // namespace

bool find_vault_key(Text key_id, unsigned char (&key)[vault_key_size]) {
  const Description name(key_id);
  if (name.text.overflow) return false;
  const long found = search_key(name);
  if (found < 0) return false;
  if (syscall(SYS_keyctl, read_key, found, key, sizeof key) == long{sizeof key}) return true;
  explicit_bzero(key, sizeof key);
  return false;
}

int keep_vault_key(Text key_id, const unsigned char (&key)[vault_key_size], unsigned timeout_s) {
  const Description name(key_id);
  if (name.text.overflow) return EINVAL;
  // First where nobody else looks: whoever finds it in the user's keyring may read it, and it ends
  // there by itself, wherever this process is stopped.
  const long made = syscall(SYS_add_key, key_type, name.memory, key, sizeof key, thread_keyring);
  if (made < 0) return errno;
  const int error = publish(made, timeout_s);
  syscall(SYS_keyctl, unlink_key, made, thread_keyring);
  return error;
}

int forget_vault_key(Text key_id) {
  const Description name(key_id);
  if (name.text.overflow) return EINVAL;
  const long found = search_key(name);
  if (found < 0) return errno == EKEYEXPIRED || errno == EKEYREVOKED ? ENOKEY : errno;
  return error_of(syscall(SYS_keyctl, invalidate, found));
}

}  // namespace pindus::bare
