#include "core/session/option_guide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/near_names.hpp"
#include "core/base/text.hpp"
#include "core/session/library.hpp"

namespace pindus {
namespace {

constexpr std::string_view variable_ending = "_env";

std::string line_of(pindus_str text) {
  if (text.data == nullptr) return {};
  return printable(std::string_view(text.data, text.size));
}

bool lists(std::span<const OptionHelp> options, std::string_view name) {
  return std::ranges::find(options, name, &OptionHelp::name) != options.end();
}

}  // namespace

std::optional<std::string> option_from_environment(const Method& method,
                                                   const Environment& environment,
                                                   std::string_view name) {
  const auto variable = method.options.find(fmt::format("{}{}", name, variable_ending));
  if (variable == method.options.end()) return std::nullopt;
  return environment.get_nonblank(variable->second);
}

std::span<const OptionHelp> options_of_every_method() {
  static const std::array<OptionHelp, 5> all{{
      {"notice", "a line that is shown at sign-in"},
      {"permanent_errors",
       "the OAuth errors, separated by blanks, after which a refresh is not tried again"},
      {"refresh_margin_s",
       "how many seconds before its end a token is refreshed: 330, at most 600 and a quarter of "
       "the token's life"},
      {"rotates", "false where the refresh token never changes"},
      {"user_agent", "the User-Agent of requests"},
  }};
  return all;
}

bool OptionGuide::knows(std::string_view name) const {
  const auto is_read = [&](std::string_view wanted) {
    return lists(options, wanted) || lists(options_of_every_method(), wanted);
  };
  if (is_read(name)) return true;
  if (!name.ends_with(variable_ending)) return false;
  return is_read(name.substr(0, name.size() - variable_ending.size()));
}

std::string OptionGuide::nearest(std::string_view name) const {
  NearNames near(name);
  for (const auto list : {std::span<const OptionHelp>(options), options_of_every_method()}) {
    for (const OptionHelp& option : list) {
      near.consider(option.name);
      near.consider(fmt::format("{}{}", option.name, variable_ending));
    }
  }
  return near.nearest();
}

OptionGuide guide_of(const pindus_plugin_1& plugin, const Method& method) {
  OptionGuide guide;
  guide.described = plugin.options != nullptr;
  for (std::uint64_t i = 0; plugin.options != nullptr && i < plugin.option_count; ++i) {
    const pindus_option& option = plugin.options[i];
    guide.options.push_back({line_of(option.name), line_of(option.help)});
  }
  for (const auto& [name, value] : method.options) {
    if (guide.knows(name)) continue;
    std::string near = guide.nearest(name);
    if (guide.described || !near.empty()) guide.unknown.push_back({name, std::move(near)});
  }
  return guide;
}

std::expected<OptionGuide, Reason> explain_options(const Method& method) {
  if (!method.available()) return std::unexpected(method.unavailable);
  const auto plugin = load_plugin(method.library_path, method.library);
  if (!plugin) return std::unexpected(plugin.error().why);
  return guide_of(**plugin, method);
}

Reason told(const UnknownOption& option, const Method& method) {
  return {fmt::format("{} knows no option \"{}\"", method.library, printable(option.name, 80)),
          option.near.empty() ? std::string("remove it, since nobody reads it")
                              : fmt::format("perhaps \"{}\" is meant", option.near)};
}

}  // namespace pindus
