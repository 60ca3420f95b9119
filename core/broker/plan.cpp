#include "core/broker/plan.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/json.hpp"

namespace pindus::broker {
namespace {

template <typename T>
Json number(const std::optional<T>& value) {
  return value ? Json(static_cast<std::int64_t>(*value)) : Json();
}

Json provider_json(const BrokeredProvider& provider) {
  Json::Object alias;
  for (const auto& [path, right] : provider.rules.alias) alias.emplace_back(path, Json(right));
  return Json(Json::Object{{"id", Json(provider.id)},
                           {"account", provider.account ? Json(*provider.account) : Json()},
                           {"allow", text_list(provider.rules.allow)},
                           {"anonymous", text_list(provider.rules.anonymous)},
                           {"alias", Json(std::move(alias))},
                           {"upgrade", Json(provider.rules.upgrade)},
                           {"error", Json(provider.error)}});
}

// What isn't as dump writes it throws.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  [[nodiscard]] const Json& member(std::string_view name) const {
    const Json* found = object_.find(name);
    if (found == nullptr) throw std::invalid_argument(fmt::format("has no {}", name));
    return *found;
  }
  [[nodiscard]] std::string text(std::string_view name) const { return text_of(member(name)); }
  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view name) const {
    const Json& value = member(name);
    return value.is_null() ? std::nullopt : std::optional(text_of(value));
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const {
    const auto value = member(name).as_integer();
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    for (const Json& value : list(name)) all.push_back(text_of(value));
    return all;
  }
  [[nodiscard]] const Json::Array& list(std::string_view name) const {
    const auto* array = member(name).as_array();
    if (array == nullptr) throw std::invalid_argument(fmt::format("{} is no list", name));
    return *array;
  }
  static std::string text_of(const Json& value) {
    if (value.as_string() == nullptr) throw std::invalid_argument("has a value that is no text");
    return *value.as_string();
  }

 private:
  const Json& object_;
};

BrokeredProvider read_provider(const Json& json) {
  const Reader reader(json);
  BrokeredProvider provider{
      .id = reader.text("id"),
      .account = reader.maybe_text("account"),
      .rules = {.allow = reader.texts("allow"), .anonymous = reader.texts("anonymous")},
      .error = reader.text("error")};
  const bool* upgrade = reader.member("upgrade").as_boolean();
  provider.rules.upgrade = upgrade != nullptr && *upgrade;
  if (const auto* alias = reader.member("alias").as_object()) {
    for (const auto& [path, right] : *alias) {
      provider.rules.alias.emplace(path, Reader::text_of(right));
    }
  }
  return provider;
}

BrokerPlan read_plan(const Json& json) {
  const Reader reader(json);
  BrokerPlan plan{.token = Secret(reader.text("token")),
                  .host = reader.text("host"),
                  .socket = reader.text("socket"),
                  .limits = {.requests = reader.number("requests"),
                             .per_minute = reader.number("per_minute"),
                             .streams = reader.number("streams")},
                  .log = reader.text("log"),
                  .profile = reader.text("profile")};
  if (const auto lives = reader.number("lives")) plan.limits.lives = std::chrono::seconds(*lives);
  for (const Json& provider : reader.list("providers")) {
    plan.providers.push_back(read_provider(provider));
  }
  for (const std::string& folder : reader.texts("plugin_path"))
    plan.plugin_path.emplace_back(folder);
  return plan;
}

constexpr std::string_view beginning = "pnd_";
// Some programs ask a person about a key once, and know it again by its last 20 characters.
constexpr std::string_view end = "_pindus_broker_token";

}  // namespace

Secret BrokerPlan::dump() const {
  Json::Array all;
  for (const BrokeredProvider& provider : providers) all.push_back(provider_json(provider));
  std::vector<std::string> folders;
  for (const auto& folder : plugin_path) folders.push_back(folder.string());
  const Json lives = limits.lives ? Json(std::int64_t{limits.lives->count()}) : Json();
  Json json(Json::Object{{"token", Json(std::string(token.view()))},
                         {"host", Json(host)},
                         {"socket", Json(socket.string())},
                         {"providers", Json(std::move(all))},
                         {"requests", number(limits.requests)},
                         {"per_minute", number(limits.per_minute)},
                         {"streams", number(limits.streams)},
                         {"lives", lives},
                         {"log", Json(log.string())},
                         {"profile", Json(profile.string())},
                         {"plugin_path", text_list(folders)}});
  Secret dumped(json.dump());
  json.wipe();
  return dumped;
}

std::expected<BrokerPlan, std::string> BrokerPlan::parse(std::string_view text) {
  auto json = Json::parse(text);
  if (!json) return std::unexpected(std::move(json).error());
  try {
    BrokerPlan plan = read_plan(*json);
    json->wipe();
    return plan;
  } catch (const std::invalid_argument& wrong) {
    json->wipe();
    return std::unexpected(fmt::format("the plan {}", wrong.what()));
  }
}

Secret make_token() {
  // RFC 4648, section 5.
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // Six bits a character: 43 of them hold the 256.
  std::array<unsigned char, 43> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  std::string token(beginning);
  token.reserve(beginning.size() + random.size() + end.size());
  for (const unsigned char byte : random) token += alphabet[byte & 63U];
  token += end;
  return Secret(std::move(token));
}

}  // namespace pindus::broker
