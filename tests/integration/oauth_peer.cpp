#include "tests/integration/oauth_peer.hpp"

#include <unistd.h>

#include <iostream>
#include <regex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/services/services.hpp"

namespace pindus::test {
namespace {

const std::string peers = PINDUS_TEST_BUILD "/peers/";

Services& services() {
  const auto opened = open_services(PINDUS_TEST_SERVICES);
  if (!opened) throw std::runtime_error(opened.error().message);
  return **opened;
}

Json parse(std::string_view text) {
  auto parsed = Json::parse(text);
  if (!parsed) throw std::runtime_error("the peer answered: " + std::string(text));
  return *std::move(parsed);
}

}  // namespace

void skip(std::string_view reason) {
  std::cout << "\nSKIPPED: " << reason << std::endl;
  throw std::runtime_error("skipped");
}

OAuthPeer::OAuthPeer(std::string_view script, std::vector<std::string> options) {
  if (::access((peers + "installed").c_str(), R_OK) != 0) {
    skip("the OAuth server is not installed (tests/peers/install.sh)");
  }
  const std::string ready = directory_ / "ready";
  std::vector<std::string> argv = {peers + "node-22", peers + std::string(script),
                                   "--ready-file",    ready,
                                   "--max-seconds",   "300"};
  argv.insert(argv.end(), options.begin(), options.end());
  server_ = std::make_unique<ChildProcess>(std::move(argv), plain_environment());
  server_->wait_for("{\"issuer\":");
  while (!std::filesystem::exists(ready)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ready_ = read_file(ready);
  issuer_ = said("issuer");
}

std::string OAuthPeer::said(std::string_view name) const {
  const Json ready = parse(ready_);
  const Json* found = ready.find(name);
  if (found == nullptr) throw std::runtime_error("the peer said nothing of " + std::string(name));
  return *found->as_string();
}

std::string OAuthPeer::request(const std::string& path, std::string_view body) const {
  const std::vector<std::string> allowed = {url_host(issuer_).value()};
  HttpRequest request;
  request.url = issuer_ + path;
  request.allowed_hosts = allowed;
  if (!body.empty()) {
    request.method = "POST";
    request.headers.emplace_back("Content-Type",
                                 Secret(std::string_view("application/x-www-form-urlencoded")));
    request.body = Secret(body);
  }
  const auto answer = services().send(request, {});
  if (!answer) throw std::runtime_error(answer.error().why.message);
  return std::string(answer->body.view());
}

void OAuthPeer::configure(std::string_view settings) const {
  std::ignore = request("/__test/config", settings);
}

std::int64_t OAuthPeer::counter(std::string_view pointer) const {
  const Json counters = parse(request("/__test/counters"));
  const auto found = counters.at(pointer);
  return found && *found != nullptr ? (*found)->as_integer().value_or(0) : 0;
}

Json OAuthPeer::events() const {
  return parse(request("/__test/events"));
}

std::string OAuthPeer::run_script(std::string_view script,
                                  std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {peers + "node-22", peers + std::string(script)});
  Variables environment = plain_environment();
  environment["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";  // the test's own certificate
  environment["NODE_NO_WARNINGS"] = "1";
  ProcessResult result = run_process(std::move(arguments), environment);
  if (result.exit_code != 0) throw std::runtime_error(result.err);
  result.out.erase(result.out.find_last_not_of('\n') + 1);
  return std::move(result.out);
}

std::string OAuthPeer::approve_code(const std::string& url,
                                    std::vector<std::string> options) const {
  options.push_back(url);
  return run_script("approve-code.mjs", std::move(options));
}

std::string OAuthPeer::approve_device(const std::string& address, const std::string& user_code,
                                      std::vector<std::string> options) const {
  options.insert(options.end(), {address, user_code});
  return run_script("approve-device.mjs", std::move(options));
}

std::optional<std::string> find_user_code(const std::string& said) {
  static const std::regex code("\\b[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}\\b");
  std::smatch match;
  if (!std::regex_search(said, match, code)) return std::nullopt;
  return match.str();
}

}  // namespace pindus::test
