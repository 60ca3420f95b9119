#include "core/command/signin_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/discovery/sign_in_address.hpp"
#include "core/session/sign_in.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/text_file.hpp"

namespace pindus {
namespace {

constexpr std::string_view client_answer = "client";
constexpr std::string_view scope_member = "scope";

// One is made anew, once: a server that knows no client at all would be asked for ever.
constexpr int most_attempts = 2;

std::string granted_scope(const VaultDocument& vault, const Account& account) {
  const auto text = vault.record(account);
  if (!text) return {};
  const CredentialRecord record(*text);
  if (record.kind() != AuthKind::oauth) return {};
  return std::string(record.oauth().member(scope_member));
}

discovery::Explorer explorer_of(Services& services, const Context& context) {
  const bool logs = context.environment().get_nonblank("PINDUS_LOG").has_value();
  return {services, context.stop(),
          logs ? context.session().say : std::function<void(std::string_view line)>()};
}

// Also those that the command isn't about.
ProviderDirectory all_providers(const Context& context) {
  return ProviderDirectory::discover(context.directory_options());
}

// As flows say it (RFC 6749, sections 4.1.2.1 and 5.2), whether the page sent the browser back or
// the token endpoint answered so.
bool is_refusal(const CredentialFault& fault) {
  return fault.message.contains("refused: ");
}
bool refuses_client(const CredentialFault& fault) {
  return fault.message.contains("refused: invalid_client") ||
         fault.message.contains("refused: unauthorized_client");
}

class AddressSignIn {
 public:
  AddressSignIn(const SigninOptions& options, std::string account, Context& context)
      : options_(options),
        context_(context),
        account_{options.provider.value_or(""), std::move(account)} {}

  Result<void> run() {
    const OnExisting on_existing = what_on_existing();
    TRY(context_.vault().prove_writable(context_.stop()));
    TRY(context_.vault().check_place(account_, on_existing));
    services_ = TRY(services_of(context_.session()));
    const VaultDocument vault = TRY(context_.vault().storage().read(context_.stop()));
    request_.address = account_.provider;
    request_.known = context_.providers().find_provider(account_.provider);
    request_.allowed_issuer = options_.allowed_issuer;
    request_.granted_scope = granted_scope(vault, account_);
    request_.wanted_scope = options_.scope;
    request_.wants_new_client = options_.new_client;
    Answers answers = options_.answers;
    if (const auto client = answers.find(client_answer); client != answers.end()) {
      request_.client_id = client->second;
      answers.erase(client);
    }
    SignedIn signed_in = TRY(sign_in_anew(answers));
    signed_in.credentials.members.emplace_back(scope_member, scope_);
    TRY(context_.vault().put_oauth(account_, signed_in.credentials, on_existing, context_.stop()));
    context_.io().print(fmt::format("Signed in at {} as {}.", title_, account_.name));
    return {};
  }

 private:
  Result<SignedIn> sign_in_anew(const Answers& answers) {
    for (int attempt = 1;; ++attempt) {
      discovery::Explorer explorer = explorer_of(*services_, context_);
      const discovery::AddressParts parts = address_parts();
      const auto prepared = TRY(discovery::prepare_sign_in(explorer, parts, request_));
      if (prepared.has_other_server) TRY(forget_what_is_of_another(explorer, parts));
      // Where a page says it the person has nothing to paste.
      if (prepared.is_client_unproven) context_.io().tell(fmt::format("{}.", if_page_knows_none()));
      auto signed_in = sign_in_as_prepared(prepared, answers);
      if (signed_in) return signed_in;
      const bool is_refused = refuses_client(signed_in.error());
      if (is_refused && attempt < most_attempts && TRY(discovery::forget_client(parts, prepared))) {
        continue;
      }
      if (prepared.is_client_unproven && (is_refused || !is_refusal(signed_in.error()))) {
        add_hint(signed_in.error());
      }
      return signed_in;
    }
  }

  [[nodiscard]] OnExisting what_on_existing() const {
    return options_.scope.empty() ? options_.on_existing : OnExisting::replace;
  }

  [[nodiscard]] std::string if_page_knows_none() const {
    return fmt::format(
        "if the server's page doesn't know the client: pindus signin {} --new-client{}",
        account_.arguments(), what_on_existing() == OnExisting::replace ? " --replace" : "");
  }

  void add_hint(CredentialFault& fault) const {
    if (!fault.hint.empty()) fault.hint += "; ";
    fault.hint += if_page_knows_none();
  }

  [[nodiscard]] discovery::AddressParts address_parts() const {
    return {.profile = context_.profile().value_or(""),
            .services = *services_,
            .io = context_.io(),
            .stop = context_.stop(),
            .storage = &context_.vault().storage()};
  }

  // A token goes to nobody but the server that issued it, and so is of no more use.
  Result<void> forget_what_is_of_another(discovery::Explorer& explorer,
                                         const discovery::AddressParts& parts) {
    std::vector<Account> accounts;
    for (const StoredAccount& stored : TRY(context_.vault().list_accounts(account_.provider))) {
      accounts.push_back({account_.provider, stored.name});
    }
    static_cast<void>(TRY(context_.vault().remove(accounts, context_.stop())));
    context_.io().notice(
        fmt::format("{} has its tokens from another server now: what the one before had given for "
                    "it is forgotten.",
                    account_.provider));
    // That it is told is a courtesy.
    const auto left =
        discovery::leave_server(explorer, parts, *request_.known, all_providers(context_));
    if (!left && left.error().kind == FaultKind::aborted) return std::unexpected(left.error());
    return {};
  }

  Result<SignedIn> sign_in_as_prepared(const discovery::PreparedSignIn& prepared,
                                       const Answers& answers) {
    // As the manifests say now, a person's own over what was discovered.
    DirectoryOptions folders = context_.directory_options();
    folders.about = {account_.provider};
    const ProviderDirectory directory = ProviderDirectory::discover(folders);
    const Provider& provider = *TRY(directory.require_provider(account_.provider));
    TRY(check_usable(provider));
    const Method* method = TRY(choose_method(provider));
    title_ = provider_title(&provider, provider.id);
    scope_ = method->option("scope");
    OAuthCredentials drawer;
    if (!prepared.client.secret.empty()) {
      drawer.private_texts.emplace_back("clientSecret", prepared.client.secret.copy());
    }
    return sign_in({.provider = provider,
                    .method = *method,
                    .account = account_.name,
                    .answers = answers,
                    .drawer = &drawer,
                    .open_browser = options_.open_browser,
                    .show_qr = options_.show_qr},
                   context_.session());
  }

  // A code that is entered elsewhere is easier than an address that has to be carried there and
  // back.
  [[nodiscard]] bool has_browser() const {
    const Environment& environment = context_.environment();
    return options_.open_browser &&
           (environment.get_nonblank("BROWSER") || environment.get_nonblank("DISPLAY") ||
            environment.get_nonblank("WAYLAND_DISPLAY"));
  }

  Result<const Method*> choose_method(const Provider& provider) const {
    const Method* method = nullptr;
    if (options_.method) {
      method = provider.asked_method(*options_.method);
    } else {
      if (!has_browser()) method = provider.asked_method("device");
      if (method == nullptr || !method->available()) method = provider.method(AuthKind::oauth);
    }
    if (method == nullptr || method->kind != AuthKind::oauth) {
      return fail(FaultKind::usage,
                  fmt::format("{} has no sign-in by {}", provider.id,
                              printable(options_.method.value_or("oauth"), 40)),
                  fmt::format("pindus plugin show {}", shell_word(provider.id)));
    }
    if (!method->available()) return std::unexpected(sign_in_fault(method->unavailable));
    return method;
  }

  const SigninOptions& options_;
  Context& context_;
  Account account_;
  Services* services_ = nullptr;
  discovery::AddressRequest request_;
  std::string title_;
  std::string scope_;
};

}  // namespace

Result<bool> is_discovered(const SigninOptions& options, const Context& context) {
  const std::string id = options.provider.value_or("");
  if (begins_as_address(id) && !is_address_id(id)) {
    return fail(FaultKind::usage,
                fmt::format("{} is no address that one could sign in at", printable(id, 200)),
                "write it as the server's documentation does, without a user and without a #");
  }
  const Provider* known = begins_as_address(id) ? context.providers().find_provider(id) : nullptr;
  if (known != nullptr && known->refused) {
    return std::unexpected(refused_provider(*known->refused));
  }
  const bool is_a_persons = known != nullptr && !known->methods.empty() &&
                            std::ranges::any_of(known->methods, &Method::available) &&
                            !discovery::notes_of(*known);
  if (begins_as_address(id) && !is_a_persons) {
    if (options.method != kind_name(AuthKind::api_key)) return true;
    return fail(FaultKind::usage, fmt::format("nobody says that {} takes api keys", id),
                "write a manifest with this id, see pindus-manifest(5)");
  }
  if (!options.scope.empty() || !options.allowed_issuer.empty() || options.new_client) {
    return fail(FaultKind::usage,
                fmt::format("--scope, --allow-issuer and --new-client are for addresses; what {} "
                            "asks for stands in its manifest",
                            printable(id, 80)),
                fmt::format("pindus plugin show {}", shell_word(printable(id, 80))));
  }
  return false;
}

Result<void> sign_in_at_address(const SigninOptions& options, const std::string& account,
                                Context& context) {
  return AddressSignIn(options, account, context).run();
}

void leave_address(const Provider& provider, const Context& context) {
  const auto notes = discovery::notes_of(provider);
  if (!notes) return;
  const auto left = context.vault().list_accounts(provider.id);
  if (!left || !left->empty()) return;
  const auto outcome = [&]() -> Result<std::optional<bool>> {
    Services* services = TRY(services_of(context.session()));
    discovery::Explorer explorer = explorer_of(*services, context);
    const discovery::AddressParts parts{.profile = context.profile().value_or(""),
                                        .services = *services,
                                        .io = context.io(),
                                        .stop = context.stop()};
    auto gone = discovery::leave_server(explorer, parts, provider, all_providers(context));
    const TextFile manifest = TRY(read_text_file(notes->file));
    TRY(remove_text_file(manifest));
    return gone;
  }();
  CredentialIo& io = context.io();
  if (!outcome) {
    io.print(fmt::format("The registration at {} was not taken back: {}.", notes->server,
                         printable(outcome.error().message)));
  } else if (*outcome) {
    io.print(fmt::format("The registration at {} {} taken back.", notes->server,
                         outcome->value_or(false) ? "is" : "was not"));
  }
}

}  // namespace pindus
