/* All that pindus.h declares, as functions of a library, for abidw. */
#include <pindus/pindus.h>

const char* pindus_library_version(void) {
  return "";
}

int32_t pindus_last_fault(pindus_fault* out) {
  (void)out;
  return 0;
}

int32_t pindus_open(const pindus_open_options* options, pindus_context* out) {
  (void)options;
  (void)out;
  return 0;
}

int32_t pindus_close(pindus_context context) {
  (void)context;
  return 0;
}

int32_t pindus_stop_new(pindus_stop* out) {
  (void)out;
  return 0;
}

int32_t pindus_stop_request(pindus_stop stop) {
  (void)stop;
  return 0;
}

int32_t pindus_stop_requested(pindus_stop stop) {
  (void)stop;
  return 0;
}

int32_t pindus_stop_free(pindus_stop stop) {
  (void)stop;
  return 0;
}

int32_t pindus_get_key(pindus_context context, const pindus_key_request* request,
                       pindus_receive_key receive, void* user) {
  (void)context;
  (void)request;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_get_headers(pindus_context context, const pindus_key_request* request,
                           pindus_receive receive, void* user) {
  (void)context;
  (void)request;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_list_accounts(pindus_context context, pindus_receive receive, void* user) {
  (void)context;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_get_status(pindus_context context, pindus_text provider, pindus_receive receive,
                          void* user) {
  (void)context;
  (void)provider;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_list_providers(pindus_context context, pindus_receive receive, void* user) {
  (void)context;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_find_rule(pindus_context context, pindus_text provider, pindus_text folder,
                         pindus_receive receive, void* user) {
  (void)context;
  (void)provider;
  (void)folder;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_set_rule(pindus_context context, pindus_text provider, pindus_text folder,
                        pindus_text account) {
  (void)context;
  (void)provider;
  (void)folder;
  (void)account;
  return 0;
}

int32_t pindus_sign_in(pindus_context context, const pindus_sign_in_request* request,
                       const pindus_io* io) {
  (void)context;
  (void)request;
  (void)io;
  return 0;
}

int32_t pindus_sign_out(pindus_context context, pindus_text provider, pindus_text account,
                        const pindus_io* io, pindus_stop stop) {
  (void)context;
  (void)provider;
  (void)account;
  (void)io;
  (void)stop;
  return 0;
}

int32_t pindus_run_credential_command(pindus_context context, const pindus_command* command,
                                      const pindus_io* io, pindus_command_result* result) {
  (void)context;
  (void)command;
  (void)io;
  (void)result;
  return 0;
}

int32_t pindus_change_descriptor(pindus_context context, int* out) {
  (void)context;
  (void)out;
  return 0;
}

int32_t pindus_take_change(pindus_context context, int32_t* changed) {
  (void)context;
  (void)changed;
  return 0;
}

int32_t pindus_get_vault(pindus_context context, pindus_receive receive, void* user) {
  (void)context;
  (void)receive;
  (void)user;
  return 0;
}

int32_t pindus_validate_api_key(pindus_text key) {
  (void)key;
  return 0;
}

int32_t pindus_validate_account_name(pindus_text name) {
  (void)name;
  return 0;
}

int32_t pindus_format_credential_fault(const pindus_fault* fault, pindus_receive receive,
                                       void* user) {
  (void)fault;
  (void)receive;
  (void)user;
  return 0;
}
