#include "core/library/embedding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "core/base/json.hpp"
#include "core/keys/api_values.hpp"
#include "core/library/caller_io.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// A stop that comes when either of two does.
class EitherStop {
 public:
  EitherStop(const std::stop_token& one, const std::stop_token& other)
      : one_(one, Request{source_}), other_(other, Request{source_}) {}

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  struct Request {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };
  std::stop_source source_;
  std::stop_callback<Request> one_;
  std::stop_callback<Request> other_;
};

std::string_view kind_in_words(const StoredAccount& account) {
  if (!account.command.empty()) return "command";
  if (!account.kind) return "unknown";
  return *account.kind == AuthKind::oauth ? "oauth" : "api-key";
}

std::optional<std::string> nonempty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

// The token that is stored now; empty where none is.
Result<Secret> stored_token(const Context& context, const KeyParts& parts,
                            const EmbeddedKeyRequest& request) {
  auto name = nonempty(request.account);
  if (!name) name = TRY(choose_account(parts, request.provider)).account;
  const VaultDocument vault = TRY(context.vault().storage().read(context.stop()));
  if (!name) name = vault.default_account(request.provider);
  const auto record = name ? vault.record({std::string(request.provider), *name}) : std::nullopt;
  return record ? CredentialRecord(*record).key() : Secret();
}

ContextParts parts_for(const Embedding::Options& options,
                       const std::shared_ptr<WatchedMemory>& memory) {
  ContextParts parts{.installation = Installation::of_this_module(),
                     .working_directory = options.folder,
                     .plugin_path = options.plugin_path,
                     .storage = memory};
  if (!options.profile.empty()) parts.profile = options.profile;
  return parts;
}

}  // namespace

Embedding::Embedding(const Options& options)
    : memory_(options.profile.empty() ? std::make_shared<WatchedMemory>(options.vault) : nullptr) {
  parts_ = parts_for(options, memory_);
}

ContextParts Embedding::parts(CredentialIo* io, const std::stop_token& stop) const {
  ContextParts parts = parts_;
  parts.io = io;
  if (io != nullptr) parts.say = [io](std::string_view line) { io->notice(line); };
  parts.stop = stop;
  return parts;
}

Result<ChosenKey> Embedding::choose(const EmbeddedKeyRequest& request,
                                    const std::stop_token& stop) const {
  Context context(parts(nullptr, stop));
  context.means_providers({std::string(request.provider)});
  const KeyParts key_parts = context.key_parts();
  Secret stored;
  if (request.is_forced) stored = TRY(stored_token(context, key_parts, request));
  return choose_key(key_parts,
                    {.provider = request.provider,
                     .account = nonempty(request.account),
                     .stop = stop,
                     .demand = {.valid_for = request.valid_for,
                                .refused = request.is_forced ? stored.view() : request.refused}});
}

Result<ChosenKey> Embedding::key(const EmbeddedKeyRequest& request, const std::stop_token& stop) {
  struct Asked {
    std::string provider;
    std::string account;
    Secret refused;
    EmbeddedKeyRequest request;
  };
  // It may go on when the caller's texts are gone.
  const auto asked =
      std::make_shared<Asked>(Asked{std::string(request.provider), std::string(request.account),
                                    Secret(request.refused), request});
  asked->request.provider = asked->provider;
  asked->request.account = asked->account;
  asked->request.refused = asked->refused.view();
  const EitherStop either(stop, closing_.get_token());
  auto chosen = work_.run<Result<ChosenKey>>(
      [this, asked](const std::stop_token& stop_work) { return choose(asked->request, stop_work); },
      either.token());
  return chosen ? *std::move(chosen) : std::unexpected(stopped_fault());
}

Result<SecretText> Embedding::headers(const EmbeddedKeyRequest& request,
                                      const std::stop_token& stop) {
  const ChosenKey chosen = TRY(key(request, stop));
  Context context(parts(nullptr, stop));
  context.means_providers({std::string(request.provider)});
  const Provider* provider = TRY(context.find_provider(request.provider));
  const ApiValues values = TRY(api_values(*provider, chosen.key));
  SecretText json = R"({"base_url":)";
  json.append(values.base_url.empty() ? "null" : json_quote(values.base_url));
  json.append(R"(,"headers":{)");
  bool is_first = true;
  for (const auto& [name, value] : values.headers) {
    if (!std::exchange(is_first, false)) json.append(",");
    json.append(json_quote(name)).append(":").append(Secret(json_quote(value.view())).view());
  }
  json.append("}}");
  return json;
}

Result<std::string> Embedding::accounts() {
  Context context(parts(nullptr, closing_.get_token()));
  std::vector<std::string> lines;
  for (const StoredProvider& provider : TRY(context.vault().list_providers())) {
    for (const StoredAccount& account : provider.accounts) {
      const bool ends = account.expires_ms && !account.end_is_unknown;
      lines.push_back(
          fmt::format(R"({{"provider":{},"account":{},"kind":"{}","default":{},"expires":{}}})",
                      json_quote(provider.id), json_quote(account.name), kind_in_words(account),
                      account.is_default, ends ? fmt::to_string(*account.expires_ms) : "null"));
    }
  }
  return fmt::format(R"({{"version":1,"accounts":[{}]}})", fmt::join(lines, ","));
}

CredentialResult Embedding::run(std::span<const std::string> args, CredentialIo& io,
                                const std::stop_token& stop) {
  const EitherStop either(stop, closing_.get_token());
  Context context(parts(&io, either.token()));
  return run_credential_command(args, context);
}

Result<std::string> Embedding::printed_by(std::span<const std::string> args) {
  PrintedText printed;
  CredentialResult result = run(args, printed, {});
  if (result.fault) return std::unexpected(*std::move(result.fault));
  return std::move(printed.text);
}

Result<ProjectRule> Embedding::rule(std::string_view provider, std::string_view folder) const {
  const fs::path meant = folder.empty() ? parts_.working_directory : fs::path(folder);
  const Context context(parts(nullptr, {}));
  auto rule = TRY(context.project_rules().find(provider, meant));
  if (rule) return *std::move(rule);
  return std::unexpected(CredentialFault{
      FaultKind::not_found, "No rule",
      fmt::format("no rule says which account of {} is used in {}", printable(provider, 80),
                  printable(meant.native(), 1000)),
      fmt::format("pindus auth use {} ACCOUNT --dir DIR", printable(provider, 80))});
}

Result<void> Embedding::set_rule(std::string_view provider, std::string_view folder,
                                 std::string_view account) {
  const std::string where =
      folder.empty() ? parts_.working_directory.string() : std::string(folder);
  std::vector<std::string> args{"auth", "use", "--dir=" + where};
  if (account.empty()) args.emplace_back("--remove");
  args.emplace_back(provider);
  if (!account.empty()) args.emplace_back(account);
  TRY(printed_by(args));
  return {};
}

Result<VaultWatch*> Embedding::watch() {
  if (!watch_) watch_ = TRY(memory_ ? memory_->watch() : watch_vault(parts_.profile.value()));
  return watch_.get();
}

Result<int> Embedding::change_descriptor() {
  const std::scoped_lock lock(watch_mutex_);
  return TRY(watch())->descriptor();
}

Result<bool> Embedding::take_change() {
  const std::scoped_lock lock(watch_mutex_);
  return TRY(watch())->take();
}

}  // namespace pindus
