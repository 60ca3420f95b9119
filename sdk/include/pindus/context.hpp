/// @file
/// The second half of pindus/pindus.hpp, which includes it.
#pragma once

#include <pindus/pindus.hpp>

namespace pindus {
inline namespace library_1 {

/// A profile, or a vault in memory. Every function may be called on any thread, several at once;
/// the context must outlive the calls, and for the async_ forms the futures.
class Context {
 public:
  /// Faults: those of pindus_open.
  [[nodiscard]] static Result<Context> open(const OpenOptions& options = {}) {
    std::vector<pindus_text> folders;
    for (const std::string& folder : options.plugin_path)
      folders.push_back(detail::text_of(folder));
    pindus_open_options given = {};
    given.size = sizeof given;
    given.flags = options.in_memory ? PINDUS_OPEN_IN_MEMORY : 0;
    given.profile = detail::text_of(options.profile);
    given.folder = detail::text_of(options.folder);
    given.vault = detail::text_of(options.vault);
    given.plugin_path = folders.data();
    given.plugin_path_count = folders.size();
    Context context;
    const std::int32_t code = pindus_open(&given, &context.handle_);
    if (code != PINDUS_FAULT_NONE) return detail::fault_of(code);
    return context;
  }

  /// Moving leaves a context behind that is none.
  ///@{
  Context(Context&& other) noexcept : handle_(std::exchange(other.handle_, pindus_context{0})) {}
  Context& operator=(Context&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ///@}
  /// Stops what is under way, and waits for it.
  ~Context() {
    if (handle_.id != 0) pindus_close(handle_);
  }

  /// For functions of pindus.h.
  [[nodiscard]] pindus_context handle() const noexcept { return handle_; }

  /// See pindus_get_key.
  [[nodiscard]] Result<UsableKey> read_usable_key(const KeyRequest& asked) const {
    const detail::Stop stop(asked.stop);
    if (stop.code() != PINDUS_FAULT_NONE) return detail::fault_of(stop.code());
    const pindus_key_request request = detail::request_of(asked, stop);
    detail::TakenKey taken;
    const std::int32_t code = pindus_get_key(handle_, &request, &detail::TakenKey::take, &taken);
    if (taken.thrown) std::rethrow_exception(taken.thrown);
    if (code != PINDUS_FAULT_NONE) return detail::fault_of(code);
    return std::move(taken.key);
  }

  /// What a request with that key needs, as JSON; see pindus_get_headers.
  [[nodiscard]] Result<std::string> headers(const KeyRequest& asked) const {
    const detail::Stop stop(asked.stop);
    if (stop.code() != PINDUS_FAULT_NONE) return detail::fault_of(stop.code());
    const pindus_key_request request = detail::request_of(asked, stop);
    detail::Taken taken;
    return taken.result(pindus_get_headers(handle_, &request, &detail::Taken::take, &taken));
  }

  /// What is stored, as JSON; see pindus_list_accounts.
  [[nodiscard]] Result<std::string> list_accounts() const {
    detail::Taken taken;
    return taken.result(pindus_list_accounts(handle_, &detail::Taken::take, &taken));
  }

  /// As `pindus auth status --json`; see pindus_get_status.
  [[nodiscard]] Result<std::string> status(std::string_view provider = {}) const {
    detail::Taken taken;
    return taken.result(
        pindus_get_status(handle_, detail::text_of(provider), &detail::Taken::take, &taken));
  }

  /// As `pindus plugin list --json`.
  [[nodiscard]] Result<std::string> list_providers() const {
    detail::Taken taken;
    return taken.result(pindus_list_providers(handle_, &detail::Taken::take, &taken));
  }

  /// Which account the rules mean in a folder, as JSON; see pindus_find_rule.
  [[nodiscard]] Result<std::string> find_rule(std::string_view provider,
                                              std::string_view folder = {}) const {
    detail::Taken taken;
    return taken.result(pindus_find_rule(handle_, detail::text_of(provider),
                                         detail::text_of(folder), &detail::Taken::take, &taken));
  }

  /// See pindus_set_rule: an empty account removes it.
  Result<void> set_rule(std::string_view provider, std::string_view folder,
                        std::string_view account) const {
    return detail::result_of(pindus_set_rule(handle_, detail::text_of(provider),
                                             detail::text_of(folder), detail::text_of(account)));
  }

  /// See pindus_sign_in.
  Result<void> sign_in(const SignIn& asked, const CredentialIo& io = {}) const {
    const detail::Stop stop(asked.stop);
    if (stop.code() != PINDUS_FAULT_NONE) return detail::fault_of(stop.code());
    std::vector<pindus_answer> answers;
    for (const auto& [name, value] : asked.answers) {
      answers.push_back({detail::text_of(name), detail::text_of(value)});
    }
    pindus_sign_in_request request = {};
    request.size = sizeof request;
    request.flags = asked.replace ? PINDUS_SIGN_IN_REPLACE : 0;
    request.provider = detail::text_of(asked.provider);
    request.account = detail::text_of(asked.account);
    request.method = detail::text_of(asked.method);
    request.api_key = detail::text_of(asked.api_key);
    request.answers = answers.data();
    request.answer_count = answers.size();
    request.stop = stop.get();
    const detail::Io table(io);
    const std::int32_t code = pindus_sign_in(handle_, &request, table.get());
    table.rethrow();
    return detail::result_of(code);
  }

  /// See pindus_sign_out: without an account all of the provider's.
  Result<void> sign_out(std::string_view provider, std::string_view account = {},
                        const CredentialIo& io = {}, const std::stop_token& stopped_by = {}) const {
    const detail::Stop stop(stopped_by);
    if (stop.code() != PINDUS_FAULT_NONE) return detail::fault_of(stop.code());
    const detail::Io table(io);
    const std::int32_t code = pindus_sign_out(handle_, detail::text_of(provider),
                                              detail::text_of(account), table.get(), stop.get());
    table.rethrow();
    return detail::result_of(code);
  }

  /// Whether a command may take the process's place, as `auth exec` does.
  enum class MayBecome { no, yes };

  /// Runs a command line, without the program's name; see pindus_run_credential_command.
  [[nodiscard]] CredentialResult run_credential_command(
      std::span<const std::string> args, const CredentialIo& io = {},
      const std::stop_token& stopped_by = {}, MayBecome may_become = MayBecome::no) const {
    const detail::Stop stop(stopped_by);
    if (stop.code() != PINDUS_FAULT_NONE) return {true, 1, detail::fault_of(stop.code())};
    std::vector<pindus_text> texts;
    for (const std::string& arg : args) texts.push_back(detail::text_of(arg));
    pindus_command command = {};
    command.size = sizeof command;
    command.flags = may_become == MayBecome::yes ? PINDUS_RUN_MAY_BECOME : 0;
    command.args = texts.data();
    command.arg_count = texts.size();
    command.stop = stop.get();
    pindus_command_result result = {};
    result.size = sizeof result;
    const detail::Io table(io);
    const std::int32_t code =
        pindus_run_credential_command(handle_, &command, table.get(), &result);
    table.rethrow();
    if (code == PINDUS_FAULT_NONE) return {result.handled != 0, result.exit_code};
    return {true, result.exit_code == 0 ? 1 : result.exit_code, detail::fault_of(code)};
  }

  /// Can be polled: readable when the vault may have changed. It is the context's.
  [[nodiscard]] Result<int> change_descriptor() const {
    int descriptor = -1;
    const std::int32_t code = pindus_change_descriptor(handle_, &descriptor);
    if (code != PINDUS_FAULT_NONE) return detail::fault_of(code);
    return descriptor;
  }

  /// Whether the vault changed since the last call. Never waits.
  [[nodiscard]] Result<bool> take_change() const {
    std::int32_t changed = 0;
    const std::int32_t code = pindus_take_change(handle_, &changed);
    if (code != PINDUS_FAULT_NONE) return detail::fault_of(code);
    return changed != 0;
  }

  /// What a vault in memory holds, all secrets in it.
  [[nodiscard]] Result<std::string> vault_text() const {
    detail::Taken taken;
    return taken.result(pindus_get_vault(handle_, &detail::Taken::take, &taken));
  }

  /// The same on a thread of its own. The texts of the request must outlive the future, whose
  /// destructor waits; the stop of the request ends it.
  [[nodiscard]] std::future<Result<UsableKey>> async_read_usable_key(KeyRequest asked) const {
    return std::async(std::launch::async,
                      [this, asked = std::move(asked)] { return read_usable_key(asked); });
  }
  /// The same of sign_in; `io` is called on that thread.
  [[nodiscard]] std::future<Result<void>> async_sign_in(SignIn asked, CredentialIo io = {}) const {
    return std::async(std::launch::async,
                      [this, asked = std::move(asked), io = std::move(io)]() -> Result<void> {
                        return sign_in(asked, io);
                      });
  }

 private:
  Context() = default;

  pindus_context handle_ = {0};
};

/// Whether somebody can sign in with that api key.
[[nodiscard]] inline Result<void> validate_api_key(std::string_view key) {
  return detail::result_of(pindus_validate_api_key(detail::text_of(key)));
}

/// Whether an account may be called so.
[[nodiscard]] inline Result<void> validate_account_name(std::string_view name) {
  return detail::result_of(pindus_validate_account_name(detail::text_of(name)));
}

/// What a person sees of a fault: `label: message`, and the hint on an indented second line.
[[nodiscard]] inline std::string format_credential_fault(const CredentialFault& fault) {
  pindus_fault given = {};
  given.size = sizeof given;
  given.code = fault.code;
  given.label = detail::text_of(fault.label);
  given.message = detail::text_of(fault.message);
  given.hint = detail::text_of(fault.hint);
  detail::Taken taken;
  const auto text =
      taken.result(pindus_format_credential_fault(&given, &detail::Taken::take, &taken));
  return text ? *text : fault.label + ": " + fault.message;
}

}  // namespace library_1
}  // namespace pindus
