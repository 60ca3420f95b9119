#include "core/session/network_settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "core/services/authorities.hpp"

namespace pindus {
namespace {

// "user:password@proxy:3128" is an address as well.
std::string shown(const std::string& proxy) {
  if (proxy.contains("://")) return printable(without_users(proxy));
  return printable(proxy.substr(proxy.rfind('@') + 1));
}

}  // namespace

NetworkSettings network_settings(const Environment& environment) {
  NetworkSettings settings;
  for (const char* name :
       {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
    if (const auto value = environment.get_nonblank(name)) {
      settings.proxies.push_back(fmt::format("{}={}", name, shown(*value)));
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
