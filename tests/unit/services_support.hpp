#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/services/services.hpp"

namespace pindus::test {

/// The module of the build tree, without what this machine sets for certificates and proxies.
inline Services& services() {
  // Once: a test sets these variables itself after its first call.
  static Services& opened = []() -> Services& {
    for (const char* name :
         {"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "https_proxy",
          "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
    const auto module = open_services(PINDUS_TEST_SERVICES);
    REQUIRE(module);
    return **module;
  }();
  return opened;
}

/// Variables of this process's environment, for as long as this object lives.
class SetVariables {
 public:
  using Assignments = std::vector<std::pair<std::string, std::string>>;
  SetVariables(std::initializer_list<Assignments::value_type> variables)
      : SetVariables(Assignments(variables)) {}
  explicit SetVariables(Assignments variables) : variables_(std::move(variables)) {
    services();  // clears them first
    for (const auto& [name, value] : variables_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  SetVariables(const SetVariables&) = delete;
  SetVariables& operator=(const SetVariables&) = delete;
  ~SetVariables() {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }

 private:
  Assignments variables_;
};

/// One GET (or a POST, where there is a body) to `url`, with that URL's host allowed.
inline std::expected<HttpResponse, HttpFailure> fetch(std::string_view url,
                                                      std::string_view body = {},
                                                      std::stop_token stop = {},
                                                      std::function<void(std::string)> log = {}) {
  const std::vector<std::string> allowed = {url_host(url).value_or("")};
  HttpRequest request;
  request.log = std::move(log);
  request.url = url;
  request.allowed_hosts = allowed;
  if (!body.empty()) {
    request.method = "POST";
    request.body = Secret(body);
  }
  return services().send(request, std::move(stop));
}

}  // namespace pindus::test
