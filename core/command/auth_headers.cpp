#include <fmt/format.h>

#include <memory>

#include "core/base/json.hpp"
#include "core/command/commands.hpp"
#include "core/keys/api_values.hpp"

namespace pindus {
namespace {

struct AuthHeadersOptions {
  std::string provider;
  std::optional<std::string> account;
};

Result<void> run_auth_headers(const AuthHeadersOptions& options, Context& context,
                              CredentialResult& result) {
  result.provider = options.provider;
  context.means_providers({options.provider});
  const ChosenKey chosen =
      TRY(choose_key(context.key_parts(), {options.provider, options.account, context.stop()}));
  if (!chosen.key.warning.empty()) context.io().notice(chosen.key.warning);
  const Provider* provider = TRY(context.find_provider(options.provider));
  const ApiValues values = TRY(api_values(*provider, chosen.key));
  SecretText json = "{";
  for (const auto& [name, value] : values.headers) {
    if (json.size() > 1) json.append(",");
    json.append(json_quote(name)).append(":").append(Secret(json_quote(value.view())).view());
  }
  context.io().print(json.append("}"));
  return {};
}

}  // namespace

CommandBody declare_auth_headers(CommandOptions& command) {
  const auto options = std::make_shared<AuthHeadersOptions>();
  command.required("PROVIDER", options->provider, "the provider's id, such as openai");
  command.value("--account", "NAME", options->account, "this account, not the default one");
  return [options](Context& context, CredentialResult& result) {
    return run_auth_headers(*options, context, result);
  };
}

}  // namespace pindus
