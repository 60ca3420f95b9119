#include "core/session/network_settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "core/services/authorities.hpp"

namespace pindus {
namespace {

// "http://user:password@proxy:3128" with nothing of the user.
std::string without_user(std::string_view address) {
  const auto scheme = address.find("://");
  const auto begin = scheme == address.npos ? 0 : scheme + 3;
  const auto at = address.rfind('@');
  if (at == address.npos || at < begin) return std::string(address);
  return fmt::format("{}...@{}", address.substr(0, begin), address.substr(at + 1));
}

}  // namespace

NetworkSettings network_settings(const Environment& environment) {
  NetworkSettings settings;
  for (const char* name :
       {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
    if (const auto value = environment.get_nonblank(name)) {
      settings.proxies.push_back(fmt::format("{}={}", name, printable(without_user(*value))));
    }
  }
  const http::Authorities authorities = http::choose_authorities(nullptr, nullptr);
  settings.authorities = printable(authorities.described(), 1000);
  const auto problem = [&](const http::Variable& variable, std::string_view what) {
    settings.problems.push_back(
        {fmt::format("{} names {}, {}", variable.name, printable(variable.value, 1000), what),
         fmt::format("unset {}", variable.name)});
  };
  if (const auto& extra = authorities.useless_extra) {
    problem(*extra, "in which no certificate can be read");
  }
  for (const http::Variable& variable : authorities.variables) {
    // A list of directories stands for itself.
    if (variable.value.contains(':') || ::access(variable.value.c_str(), R_OK) == 0) continue;
    problem(variable, "which can't be read");
  }
  return settings;
}

}  // namespace pindus
