/* A program with other versions of the libraries that pindus uses: see other_versions.sh. Prints
 * the key of the provider that it is told, after a refresh, and how many providers there are. */
#include <stdio.h>
#include <string.h>

#include <pindus/pindus.h>

static void print_key(void* user, const pindus_key* key) {
  (void)user;
  printf("%.*s\n", (int)key->key.size, key->key.data);
}

static void count_bytes(void* user, pindus_text text) {
  *(uint64_t*)user += text.size;
}

static int failed(void) {
  pindus_fault fault = {.size = sizeof fault};
  pindus_last_fault(&fault);
  fprintf(stderr, "%.*s\n", (int)fault.message.size, fault.message.data);
  return 1;
}

int main(int argc, char** argv) {
  pindus_context context;
  pindus_key_request request = {.size = sizeof request};
  uint64_t bytes = 0;
  if (argc != 2 || pindus_open(NULL, &context) != 0) return 2;
  request.provider.data = argv[1];
  request.provider.size = strlen(argv[1]);
  if (pindus_get_key(context, &request, print_key, NULL) != 0) return failed();
  if (pindus_list_providers(context, count_bytes, &bytes) != 0) return failed();
  if (bytes == 0) return 3;
  return pindus_close(context) == 0 ? 0 : 4;
}
