#include "core/import/import_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/epoch_time.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

// What stands in place of a key where somebody keeps it elsewhere.
std::string reference_in(std::string_view value) {
  const auto scheme = value.find("://");
  if (scheme != value.npos && scheme > 0 && scheme < 12) return "a reference, not a key";
  if (value.starts_with('!')) return "a command, not a key";
  const bool is_upper_case =
      ascii_lower(value) != value && is_variable_name(value) &&
      std::ranges::none_of(value, [](char c) { return c >= 'a' && c <= 'z'; });
  if (is_upper_case && value.contains('_')) return "a variable's name, not a key";
  return {};
}

class Planner {
 public:
  Planner(const VaultDocument& vault, const ProviderDirectory& providers,
          const ImportWishes& wishes)
      : vault_(vault), providers_(providers), wishes_(wishes) {}

  ImportStep plan(const FoundEntry& entry, const FoundSource& source) {
    ImportStep step{.entry = &entry, .source = &source, .account = {entry.provider, ""}};
    const Provider* provider = providers_.find_provider(entry.provider);
    if (provider == nullptr) {
      return refuse(std::move(step), "no manifest has this provider",
                    "describe it in a manifest of your own, see pindus-manifest(5)");
    }
    step.account.provider = provider->id;
    if (!entry.obstacle.message.empty()) {
      return refuse(std::move(step), entry.obstacle.message, entry.obstacle.hint);
    }
    if (provider->refused) {
      return refuse(std::move(step), provider->refused->message, provider->refused->hint);
    }
    if (!provider->enabled) return refuse(std::move(step), "a manifest takes it out of use", "");
    const Method* method = provider->method(entry.kind);
    if (method == nullptr) {
      return refuse(std::move(step),
                    entry.kind == AuthKind::oauth ? "its manifests have no browser sign-in"
                                                  : "its manifests have no sign-in by api key",
                    fmt::format("pindus plugin show {}", provider->id));
    }
    return entry.kind == AuthKind::oauth ? plan_sign_in(std::move(step), *method)
                                         : plan_key(std::move(step), *method);
  }

 private:
  static ImportStep refuse(ImportStep step, std::string_view note, std::string_view hint) {
    step.fate = ImportFate::not_usable;
    step.note = note;
    step.hint = hint;
    return step;
  }

  ImportStep plan_key(ImportStep step, const Method& method) {
    const std::string_view key = step.entry->key.view();
    if (auto reference = reference_in(key); !reference.empty()) {
      std::string hint = fmt::format("pindus signin {} --command -- COMMAND, if a command gives it",
                                     step.account.provider);
      return refuse(std::move(step), reference, hint);
    }
    std::size_t min_length = 0;
    for (const char c : method.option("min_length")) {
      if (c >= '0' && c <= '9' && min_length < 10'000) {
        min_length = min_length * 10 + static_cast<std::size_t>(c - '0');
      }
    }
    if (auto valid = validate_api_key_of("it", key, "", min_length); !valid) {
      return refuse(std::move(step), fmt::format("not a key: {}", valid.error().message), "");
    }
    step.shows_end = true;
    return place(std::move(step), "");
  }

  ImportStep plan_sign_in(ImportStep step, const Method& method) {
    const OAuthCredentials& oauth = step.entry->oauth;
    for (const Secret* token : {&oauth.access, &oauth.refresh}) {
      if (token->empty()) continue;
      if (auto valid = validate_key(AuthKind::oauth, token->view(), "a token of it", ""); !valid) {
        return refuse(std::move(step), valid.error().message, "");
      }
    }
    if (oauth.refresh.empty()) {
      if (oauth.expires_ms && *oauth.expires_ms <= now_ms()) {
        const std::string hint = fmt::format("pindus signin {}", step.account.provider);
        return refuse(std::move(step), "its token has ended, and there is none for another", hint);
      }
      return place(std::move(step), "can't be refreshed");
    }
    if (method.option("rotates") == "false") return place(std::move(step), "");
    step = place(std::move(step), "");
    if (step.fate != ImportFate::is_new) return step;
    if (wishes_.rotating == RotatingTokens::take_over) {
      step.note =
          fmt::format("{}{} is signed out when pindus first refreshes it",
                      step.note.empty() ? "" : step.note + "; ", step.source->format->label);
      step.hint = step.source->format->after_take_over;
      return step;
    }
    placed_.pop_back();
    step.fate = ImportFate::if_taken_over;
    step.note = fmt::format("its refresh token works once: pindus and {} would sign each other out",
                            step.source->format->label);
    step.hint = fmt::format("pindus signin {}, or --take-over", step.account.provider);
    return step;
  }

  // Finds a name for it, unless it is there.
  ImportStep place(ImportStep step, std::string note) {
    const std::string& provider = step.account.provider;
    for (const StoredAccount& stored : vault_.accounts(provider)) {
      const auto record = vault_.record({provider, stored.name});
      if (record && is_same(*step.entry, CredentialRecord(*record))) {
        step.account.name = stored.name;
        step.fate = ImportFate::is_there;
        return step;
      }
    }
    for (const ImportStep& other : placed_) {
      if (same_provider(other.account.provider, provider) && is_same(*step.entry, *other.entry)) {
        step.account.name = other.account.name;
        step.fate = ImportFate::is_there;
        step.note = fmt::format("the same as {}'s", other.source->format->label);
        return step;
      }
    }
    if (auto right = vault_.check_form(provider); !right) {
      return refuse(std::move(step), right.error().message, right.error().hint);
    }
    if (wishes_.account && is_taken(provider, *wishes_.account)) {
      return refuse(std::move(step), fmt::format("{} has another key", *wishes_.account),
                    "name another account");
    }
    step.account.name = wishes_.account ? *wishes_.account : free_name(step, note);
    step.note = std::move(note);
    step.fate = step.source->format->only_if_named && !step.source->is_named ? ImportFate::if_named
                                                                             : ImportFate::is_new;
    if (step.fate == ImportFate::is_new) placed_.push_back(step);
    return step;
  }

  static bool is_same(const FoundEntry& entry, const CredentialRecord& record) {
    if (record.kind() != entry.kind || !record.command().empty()) return false;
    if (entry.kind == AuthKind::api_key) {
      return record.key().view() == without_line_ends(entry.key.view());
    }
    const OAuthCredentials stored = record.oauth();
    return is_same(entry.oauth, stored);
  }

  static bool is_same(const OAuthCredentials& a, const OAuthCredentials& b) {
    return (!a.refresh.empty() && a.refresh.view() == b.refresh.view()) ||
           (!a.access.empty() && a.access.view() == b.access.view());
  }

  static bool is_same(const FoundEntry& a, const FoundEntry& b) {
    if (a.kind != b.kind) return false;
    return a.kind == AuthKind::api_key
               ? without_line_ends(a.key.view()) == without_line_ends(b.key.view())
               : is_same(a.oauth, b.oauth);
  }

  bool is_taken(const std::string& provider, const std::string& name) const {
    const auto stored = vault_.accounts(provider);
    return std::ranges::find(stored, name, &StoredAccount::name) != stored.end() ||
           std::ranges::any_of(placed_, [&](const ImportStep& other) {
             return same_provider(other.account.provider, provider) && other.account.name == name;
           });
  }

  // What the source calls it, else "default", else the source's own name, with a number if need be.
  std::string free_name(const ImportStep& step, std::string& note) const {
    const std::string& provider = step.account.provider;
    const std::string& suggested = step.entry->account;
    std::string first =
        validate_account_name(suggested).has_value() ? suggested : std::string("default");
    if (!is_taken(provider, first)) return first;
    note = fmt::format("{}{} has another key", note.empty() ? "" : note + "; ", first);
    const std::string own = account_name_of(step.source->format->id);
    for (int number = 1;; ++number) {
      std::string name = number == 1 ? own : fmt::format("{}-{}", own, number);
      if (!is_taken(provider, name)) return name;
    }
  }

  static std::string account_name_of(std::string_view id) {
    std::string name(id.substr(0, 40));
    std::ranges::replace(name, '.', '-');
    return name;
  }

  const VaultDocument& vault_;
  const ProviderDirectory& providers_;
  const ImportWishes& wishes_;
  std::vector<ImportStep> placed_;
};

}  // namespace

std::vector<ImportStep> plan_import(std::span<const FoundSource> sources,
                                    const VaultDocument& vault, const ProviderDirectory& providers,
                                    const ImportWishes& wishes) {
  Planner planner(vault, providers, wishes);
  std::vector<ImportStep> steps;
  for (const FoundSource& source : sources) {
    for (const FoundEntry& entry : source.entries) steps.push_back(planner.plan(entry, source));
  }
  return steps;
}

Result<SecretText> with_imported(const VaultDocument& vault, std::span<const ImportStep> steps) {
  SecretText text = vault.text();
  for (const ImportStep& step : steps) {
    if (step.fate != ImportFate::is_new) continue;
    const VaultDocument so_far = TRY(VaultDocument::parse(text, "the vault"));
    const auto edit = [&](std::string_view record, unsigned depth) {
      return step.entry->kind == AuthKind::oauth ? signed_in(record, step.entry->oauth, depth)
                                                 : signed_in(record, step.entry->key, {}, depth);
    };
    text = TRY(so_far.with_record(step.account, edit));
  }
  return text;
}

}  // namespace pindus
