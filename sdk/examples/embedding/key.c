/* Prints the usable key of a provider: cc key.c $(pkg-config --cflags --libs pindus) -o key */
#include <stdio.h>
#include <string.h>

#include <pindus/pindus.h>

static void print_key(void* user, const pindus_key* key) {
  (void)user;
  printf("%.*s\n", (int)key->key.size, key->key.data);
}

static int failed(void) {
  pindus_fault fault = {.size = sizeof fault};
  pindus_last_fault(&fault);
  fprintf(stderr, "%.*s: %.*s\n", (int)fault.label.size, fault.label.data, (int)fault.message.size,
          fault.message.data);
  return 1;
}

int main(int argc, char** argv) {
  pindus_context context;
  pindus_key_request request = {.size = sizeof request};
  if (argc != 2) return 2;
  request.provider.data = argv[1];
  request.provider.size = strlen(argv[1]);
  if (pindus_open(NULL, &context) != PINDUS_FAULT_NONE) return failed();
  if (pindus_get_key(context, &request, print_key, NULL) != PINDUS_FAULT_NONE) return failed();
  return pindus_close(context) == PINDUS_FAULT_NONE ? 0 : failed();
}
