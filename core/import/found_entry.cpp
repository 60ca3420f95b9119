#include "core/import/found_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/env_file.hpp"
#include "core/base/placeholders.hpp"
#include "core/base/text.hpp"
#include "core/import/plain_yaml.hpp"
#include "core/import/token_end.hpp"

namespace pindus {
namespace {

// Wiped when it is done with: it holds everything that the file does.
class SecretJson {
 public:
  explicit SecretJson(Json json) : json_(std::move(json)) {}
  SecretJson(const SecretJson&) = delete;
  SecretJson& operator=(const SecretJson&) = delete;
  ~SecretJson() { json_.wipe(); }
  [[nodiscard]] const Json& operator*() const noexcept { return json_; }

 private:
  Json json_;
};

std::string_view text_in_place(const Json& json, const std::optional<std::string>& place) {
  if (!place) return {};
  const std::string* text = json.text_at(*place);
  return text == nullptr ? std::string_view() : trimmed(*text);
}

// What stands for {1} and {2}; others chose these names.
std::string with_names(std::string_view text, const std::vector<std::string>& names,
                       std::string (*as_written)(std::string_view) = nullptr) {
  const SecretText filled = filled_in(text, [&](std::string_view name) {
    const bool is_index = name.size() == 1 && name[0] >= '1' && name[0] <= '9';
    const std::size_t index = is_index ? static_cast<std::size_t>(name[0] - '1') : names.size();
    if (index >= names.size()) return std::optional<SecretText>();
    return std::optional(
        SecretText(as_written == nullptr ? names[index] : as_written(names[index])));
  });
  return std::string(filled);
}

class RuleReader {
 public:
  RuleReader(const ImportFormat& format, const ImportRule& rule, std::vector<FoundEntry>& entries)
      : format_(format), rule_(rule), entries_(entries) {}

  void walk(const Json& json, std::string_view place) {
    if (place.empty()) return take(json);
    place.remove_prefix(1);
    const auto end = std::min(place.find('/'), place.size());
    const std::string_view step = place.substr(0, end);
    const std::string_view rest = place.substr(end);
    if (step != "*") {
      if (const Json* member = json.find(step)) walk(*member, rest);
      return;
    }
    const auto* members = json.as_object();
    if (members == nullptr) return;
    for (const auto& [name, member] : *members) {
      names_.push_back(name);
      walk(member, rest);
      names_.pop_back();
    }
  }

 private:
  void take(const Json& json) {
    for (const auto& [place, text] : rule_.conditions) {
      if (text_in_place(json, place) != text) return;
    }
    const std::string name = with_names(rule_.provider, names_);
    if (std::ranges::find(format_.skip, name) != format_.skip.end()) return;
    const auto known = format_.providers.find(name);
    FoundEntry entry{.name = name,
                     .provider = known == format_.providers.end() ? name : known->second};
    entry.account = rule_.account.starts_with('/') ? std::string(text_in_place(json, rule_.account))
                                                   : with_names(rule_.account, names_);
    const std::string_view key = text_in_place(json, rule_.key);
    const std::string_view access = text_in_place(json, rule_.access);
    const std::string_view refresh = text_in_place(json, rule_.refresh);
    if (!key.empty()) {
      entry.key = Secret(key);
    } else if (!access.empty() || !refresh.empty()) {
      entry.kind = AuthKind::oauth;
      entry.oauth.access = Secret(access);
      entry.oauth.refresh = Secret(refresh);
      take_further(json, entry.oauth);
    } else if (rule_.missing.empty()) {
      return;
    } else {
      entry.obstacle = {rule_.missing, with_names(rule_.missing_hint, names_, shell_word)};
    }
    // Some programs keep one key in two places of their file.
    const bool is_again = std::ranges::any_of(entries_, [&](const FoundEntry& other) {
      if (other.provider != entry.provider || other.kind != entry.kind) return false;
      if (!entry.obstacle.message.empty()) return other.account == entry.account;
      return other.obstacle.message.empty() && other.key.view() == entry.key.view() &&
             other.oauth.access.view() == entry.oauth.access.view();
    });
    if (!is_again) entries_.push_back(std::move(entry));
  }

  void take_further(const Json& json, OAuthCredentials& oauth) const {
    const auto end = rule_.expires ? json.at(*rule_.expires) : nullptr;
    if (end && *end != nullptr) oauth.expires_ms = (*end)->as_integer();
    if (!oauth.expires_ms) oauth.expires_ms = end_in_token(oauth.access.view());
    // Where nobody says when it ends, the first use gets another.
    if (!oauth.expires_ms && !oauth.refresh.empty()) oauth.expires_ms = 0;
    for (const auto& [name, place] : rule_.members) {
      const std::string_view text = text_in_place(json, place);
      if (!text.empty()) oauth.members.emplace_back(name, text);
    }
  }

  const ImportFormat& format_;
  const ImportRule& rule_;
  std::vector<FoundEntry>& entries_;
  std::vector<std::string> names_;
};

// Which provider reads a variable, and what a manifest puts into it.
struct VariableMeaning {
  std::string provider;
  AuthKind kind = AuthKind::api_key;
};

std::optional<VariableMeaning> meaning_of(std::string_view variable, const ImportFormat& format,
                                          const ProviderDirectory& providers) {
  for (const Provider& provider : providers.providers()) {
    if (std::ranges::find(provider.env, variable) != provider.env.end()) {
      return VariableMeaning{provider.id};
    }
    for (const auto& [method, api] : provider.api.methods) {
      const auto has_key = [&](const auto& assigned) {
        return assigned.first == variable && assigned.second == "{key}";
      };
      if (std::ranges::none_of(api.env, has_key)) continue;
      const auto named = std::ranges::find(provider.methods, method, &Method::name);
      const auto kind = named != provider.methods.end() ? named->kind : kind_named(method);
      if (kind) return VariableMeaning{provider.id, *kind};
    }
  }
  const auto known = format.providers.find(variable);
  if (known != format.providers.end()) return VariableMeaning{known->second};
  // Most variables are no keys; these mean to be one.
  if (variable.ends_with("_API_KEY")) return VariableMeaning{};
  return std::nullopt;
}

void add_variable(std::string_view name, std::string_view value, const ImportFormat& format,
                  const ProviderDirectory& providers, std::vector<FoundEntry>& entries) {
  const auto meaning = meaning_of(name, format, providers);
  if (!meaning || trimmed(value).empty() || value.starts_with("pindus://")) return;
  FoundEntry entry{.name = std::string(name), .provider = meaning->provider, .kind = meaning->kind};
  if (meaning->kind == AuthKind::oauth) {
    entry.oauth.access = Secret(value);
  } else {
    entry.key = Secret(value);
  }
  // Of two lines the later counts.
  std::erase_if(entries, [&](const FoundEntry& other) { return other.name == name; });
  entries.push_back(std::move(entry));
}

}  // namespace

std::string FoundSource::described() const {
  if (file.empty()) return format->label;
  return fmt::format("{}, {}", format->label, printable(file.native(), 1000));
}

std::expected<std::vector<FoundEntry>, std::string> read_entries(
    const ImportFormat& format, std::string_view text, const ProviderDirectory& providers) {
  std::vector<FoundEntry> entries;
  if (format.syntax == ImportFormat::Syntax::dotenv) {
    const auto assignments = parse_env_file(text);
    if (!assignments) return std::unexpected(assignments.error());
    for (const auto& [name, value] : *assignments) {
      add_variable(name, value.view(), format, providers, entries);
    }
    return entries;
  }
  auto parsed =
      format.syntax == ImportFormat::Syntax::yaml ? parse_plain_yaml(text) : Json::parse(text);
  if (!parsed) return std::unexpected(std::move(parsed).error());
  const SecretJson json(*std::move(parsed));
  if ((*json).as_object() == nullptr) return std::unexpected("it holds no JSON object");
  for (const ImportRule& rule : format.rules) {
    RuleReader(format, rule, entries).walk(*json, rule.at);
  }
  return entries;
}

std::vector<FoundEntry> read_environment_entries(const ImportFormat& format,
                                                 const Environment& environment,
                                                 const ProviderDirectory& providers) {
  std::vector<FoundEntry> entries;
  const auto add = [&](const std::string& name) {
    const bool is_there = std::ranges::find(entries, name, &FoundEntry::name) != entries.end();
    const auto value = environment.get(name);
    if (!is_there && value) add_variable(name, *value, format, providers, entries);
  };
  for (const Provider& provider : providers.providers()) {
    for (const std::string& name : provider.env) add(name);
    for (const auto& [unused, api] : provider.api.methods) {
      for (const auto& [name, text] : api.env) add(name);
    }
  }
  for (const auto& [name, unused] : format.providers) add(name);
  return entries;
}

}  // namespace pindus
