#include "core/command/key_environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/json.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/side_by_side.hpp"
#include "core/base/text.hpp"
#include "core/command/key_references.hpp"

namespace pindus {
namespace {

// A provider whose key is wanted, and what came of it.
struct Wanted {
  NamedKey name;
  bool is_named = false;  // by the person
  Result<ChosenKey> key = std::unexpected(CredentialFault());
};

std::unexpected<CredentialFault> no_keys(std::string message, std::string hint) {
  return std::unexpected(
      CredentialFault{FaultKind::not_found, "No such key", std::move(message), std::move(hint)});
}

// Settings of several providers that a program reads from one variable.
std::optional<Secret> merged_objects(std::string_view a, std::string_view b) {
  auto first = Json::parse(a);
  auto second = Json::parse(b);
  if (!first || !second || !first->as_object() || !second->as_object()) return std::nullopt;
  first->merge_patch(*second);
  Secret both(first->dump());
  first->wipe();
  second->wipe();
  return both;
}

// Where a broker takes a provider's requests. Whose id is an address is asked at its path.
std::string broker_address(std::string_view broker, std::string_view provider) {
  std::string address = fmt::format("http://{}/{}", broker, provider_segment(provider));
  if (begins_as_address(provider)) address += provider.substr(size_without_case(provider));
  return address;
}

// As account_variable: "PINDUS_ADDRESS_OPENAI".
std::string address_variable(std::string_view provider) {
  constexpr std::string_view account = "PINDUS_ACCOUNT_";
  return "PINDUS_ADDRESS_" + account_variable(provider).substr(account.size());
}

class Collection {
 public:
  Collection(Context& context, const KeyEnvironmentRequest& request)
      : context_(context), request_(request) {}

  Result<KeyEnvironment> run() {
    if (!request_.command.empty()) client_ = context_.find_client(request_.command);
    TRY(list_wanted());
    choose_keys();
    for (Wanted& wanted : wanted_) {
      auto used = use(wanted);
      if (used) continue;
      if (wanted.is_named || used.error().kind == FaultKind::aborted) {
        return std::unexpected(std::move(used).error());
      }
      // That a client's other providers have no key is how it should be.
      if (!client_ || used.error().kind != FaultKind::not_found) {
        context_.io().notice(format_credential_fault(used.error()));
      }
      if (!first_fault_) first_fault_ = std::move(used).error();
    }
    if (request_.env_file) TRY(use_file(*request_.env_file));
    if (result_.set.empty()) return nothing_found();
    if (has_broker()) {
      // So that a hook that asks us for a key gets what the broker takes.
      result_.set.emplace_back(broker_token_variable, Secret(request_.token));
    }
    if (request_.is_elsewhere) return std::move(result_);
    if (has_broker()) keep_to_broker();
    remove_rivals();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool has_broker() const noexcept { return !request_.broker.empty(); }

  Result<void> list_wanted() {
    for (const std::string& name : request_.names) {
      wanted_.push_back({parse_named_key(name), true});
    }
    if (!wanted_.empty()) return {};
    if (client_) {
      for (const ClientProvider& provider : client_->providers) {
        if (!provider.only_if_named) wanted_.push_back({{provider.id, std::nullopt}});
      }
    } else if (!request_.env_file) {
      for (const StoredProvider& stored : TRY(context_.vault().list_providers())) {
        wanted_.push_back({{stored.id, std::nullopt}});
      }
    }
    return {};
  }

  [[nodiscard]] KeyRequest request_of(const Wanted& wanted) const {
    return {
        .provider = wanted.name.provider, .account = wanted.name.account, .stop = context_.stop()};
  }

  void choose_keys() {
    if (wanted_.empty()) return;
    std::vector<std::string> ids;
    for (const Wanted& wanted : wanted_) ids.push_back(wanted.name.provider);
    // References in a file may name others.
    if (!request_.env_file && !has_broker()) context_.means_providers(std::move(ids));
    // Made here, so that what is wrong with manifests is told by one thread.
    static_cast<void>(context_.providers());
    // What stands ready is had sooner than a thread.
    std::vector<Wanted*> others;
    for (Wanted& wanted : wanted_) {
      if (auto ready = find_ready_key(context_.key_parts(), request_of(wanted))) {
        wanted.key = *std::move(ready);
      } else {
        others.push_back(&wanted);
      }
    }
    side_by_side(
        others.size(),
        [&](std::size_t i) {
          others[i]->key = choose_key(context_.key_parts(), request_of(*others[i]));
        },
        [](std::size_t) {});
  }

  Result<void> use(Wanted& wanted) {
    if (!wanted.key) return std::unexpected(wanted.key.error());
    const UsableKey& key = wanted.key->key;
    if (!key.warning.empty()) context_.io().notice(key.warning);
    const Provider* provider = TRY(context_.find_provider(wanted.name.provider));
    const std::string address = broker_address(request_.broker, provider->id);
    const std::string files = context_.installation().clients.string();
    const StandIn instead{.key = request_.token, .base_url = address, .files = files};
    const KeyMembers members(*provider, key, has_broker() ? &instead : nullptr);
    const ApiMethod api = members.api();
    const ClientProvider* of_client = client_ ? client_->find_provider(provider->id) : nullptr;
    ClientNeeds needs = of_client == nullptr ? ClientNeeds{.env = api.env}
                                             : of_client->needs_of(key.kind, members.method(), api);
    if (has_broker()) {
      lead_to_broker(needs, *provider, of_client);
      TRY(note_brokered(*provider, wanted, api));
    } else {
      std::erase_if(needs.env_if_unset, [&](const auto& variable) {
        return context_.environment().get_nonblank(variable.first).has_value();
      });
    }
    NamedSecrets values = TRY(members.filled(needs.env));
    if (values.empty() && needs.args.empty()) {
      return no_keys(
          fmt::format("nobody says which variable a key of {} that is got by {} goes into",
                      provider->id, members.method()),
          fmt::format("pindus auth key {}, or add /api/methods/{}/env in a manifest of your own, "
                      "see pindus-manifest(5)",
                      provider->id, members.method()));
    }
    for (auto& value : TRY(members.filled(needs.env_if_unset))) values.push_back(std::move(value));
    for (auto& [name, value] : values) TRY(set(name, std::move(value), wanted));
    std::vector<std::string> args;
    for (const std::string& arg : needs.args) {
      if (auto filled = TRY(members.filled("an argument", arg))) args.emplace_back(filled->view());
    }
    // What another provider has brought already, to the last word, isn't said twice.
    if (std::ranges::search(result_.args, args).empty() && !args.empty()) {
      result_.args.insert(result_.args.end(), args.begin(), args.end());
    }
    // Whatever the command asks us for itself is of the same account.
    if (wanted.name.account) {
      TRY(set(account_variable(provider->id), Secret(std::string_view(*wanted.name.account)),
              wanted));
    }
    note_rivals(*provider, of_client);
    // What we can't say, such as the host of a key that came without one, is for the environment
    // to.
    for (const auto& [name, text] : needs.env) rivals_.erase(name);
    result_.secrets.push_back(has_broker() ? Secret(request_.token) : key.key.copy());
    return {};
  }

  // Whether what it needs anyway has the address in it.
  static bool leads(const ClientNeeds& needs) {
    const auto has_address = [](std::string_view text) { return text.contains("{base_url}"); };
    const auto is_led_by = [&](const auto& named) { return has_address(named.second); };
    return std::ranges::any_of(needs.args, has_address) ||
           std::ranges::any_of(needs.env, is_led_by) ||
           std::ranges::any_of(needs.env_if_unset, is_led_by);
  }

  // What else a program needs so that its requests go there.
  void lead_to_broker(ClientNeeds& needs, const Provider& provider,
                      const ClientProvider* of_client) {
    const bool knows_how =
        of_client != nullptr && !(needs.broker_env.empty() && needs.broker_args.empty());
    const NamedTexts& more = knows_how ? needs.broker_env : provider.api.address_env;
    const std::string variable = address_variable(provider.id);
    if (more.empty() && needs.broker_args.empty() && !leads(needs)) {
      context_.io().notice(
          fmt::format("Nobody says how programs are led to another address of {}: it is in {}.",
                      provider.id, variable));
    }
    needs.env.emplace_back(variable, "{base_url}");
    needs.env.insert(needs.env.end(), more.begin(), more.end());
    needs.args.insert(needs.args.end(), needs.broker_args.begin(), needs.broker_args.end());
  }

  Result<void> note_brokered(const Provider& provider, const Wanted& wanted, const ApiMethod& api) {
    broker::BrokeredProvider brokered{.id = provider.id,
                                      .account = wanted.name.account,
                                      .rules = {.allow = api.allow,
                                                .anonymous = provider.api.anonymous,
                                                .upgrade = provider.api.upgrade},
                                      .error = provider.api.error};
    for (const auto& [path, right] : provider.api.alias) brokered.rules.alias.emplace(path, right);
    // Whatever decides here and now decides for the run.
    if (!brokered.account) {
      brokered.account = TRY(choose_account(context_.key_parts(), provider.id)).account;
    }
    result_.brokered.push_back(std::move(brokered));
    return {};
  }

  // No key of any provider stays, and no proxy stands between.
  void keep_to_broker() {
    for (const Provider& provider : context_.providers().providers()) {
      note_rivals(provider, nullptr);
      for (const std::string& name : provider.env) rivals_.insert(name + "_FILE");
    }
    for (const char* name : {"NO_PROXY", "no_proxy"}) {
      const std::string before = context_.environment().get_nonblank(name).value_or("");
      result_.set.emplace_back(
          name, Secret(before.empty() ? std::string("127.0.0.1") : before + ",127.0.0.1"));
    }
  }

  Result<void> set(const std::string& name, Secret value, const Wanted& wanted) {
    const auto there =
        std::ranges::find(result_.set, name, [](const auto& entry) { return entry.first; });
    if (there != result_.set.end()) {
      if (there->second.view() == value.view()) return {};
      if (auto both = merged_objects(there->second.view(), value.view())) {
        there->second = *std::move(both);
        return {};
      }
      return std::unexpected(
          CredentialFault{FaultKind::usage, "Two keys",
                          fmt::format("the keys of {} and of another provider both go into {}",
                                      wanted.name.provider, name),
                          "name one of them"});
    }
    const auto before = context_.environment().get(name);
    if (before && !before->empty() && *before != value.view() && !request_.is_elsewhere) {
      context_.io().notice(fmt::format("{} of the environment is replaced", name));
    }
    result_.set.emplace_back(name, std::move(value));
    return {};
  }

  // Whatever else this provider's key could be taken from.
  void note_rivals(const Provider& provider, const ClientProvider* of_client) {
    rivals_.insert(provider.env.begin(), provider.env.end());
    for (const auto& [unused, method] : provider.api.methods) {
      for (const auto& [name, text] : method.env) rivals_.insert(name);
    }
    if (of_client == nullptr) return;
    rivals_.merge(of_client->rivals());
  }

  void remove_rivals() {
    for (const auto& [name, value] : result_.set) rivals_.erase(name);
    for (const std::string& name : rivals_) {
      if (!context_.environment().get(name)) continue;
      context_.io().notice(fmt::format("{} of the environment is removed", name));
      result_.remove.push_back(name);
    }
  }

  Result<void> use_file(const std::filesystem::path& file) {
    for (auto& [name, value] : TRY(read_env_file(context_, file, result_.secrets))) {
      std::erase_if(result_.set, [&](const auto& entry) { return entry.first == name; });
      result_.set.emplace_back(name, std::move(value));
    }
    return {};
  }

  Result<KeyEnvironment> nothing_found() {
    if (request_.env_file) return std::move(result_);
    if (first_fault_ && wanted_.size() == 1) return std::unexpected(*first_fault_);
    if (!client_) {
      return no_keys("no provider has an account with a key that goes into a variable",
                     "pindus signin");
    }
    std::string ids;
    for (const Wanted& wanted : wanted_) ids += (ids.empty() ? "" : ", ") + wanted.name.provider;
    return no_keys(fmt::format("{} takes keys of {}, and there is none", client_->label,
                               ids.empty() ? "no provider that isn't named" : ids),
                   wanted_.empty() ? "name a provider"
                                   : fmt::format("pindus signin {}", wanted_[0].name.provider));
  }

  Context& context_;
  const KeyEnvironmentRequest& request_;
  std::optional<Client> client_;
  std::vector<Wanted> wanted_;
  std::set<std::string> rivals_;
  std::optional<CredentialFault> first_fault_;
  KeyEnvironment result_;
};

}  // namespace

Result<KeyEnvironment> key_environment(Context& context, const KeyEnvironmentRequest& request) {
  return Collection(context, request).run();
}

}  // namespace pindus
