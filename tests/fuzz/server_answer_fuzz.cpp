// What servers answer, from its bytes to the record, through the flows as every plugin has them:
// the input's first line is the flow, then come its servers' answers with "--" on a line between
// them, each a line with the status and Retry-After and then the body. Whatever they are: nothing
// is committed but by an operation that ends well or keeps a rotated refresh token, no access token
// is emptied, no handle is left, no flow asks a server for ever, and no old token or client's
// secret stands in a message.

#include <charconv>
#include <string>

#include <pindus/flows/authorization_code.hpp>
#include <pindus/flows/device_grant.hpp>

#include "tests/abi/fake_host.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::sdk::AuthorizationCodeFlow;
using pindus::sdk::DeviceGrantFlow;
using pindus::test::FakeHost;
using pindus::test::hold;

constexpr std::size_t most_answers = 8;

pindus::test::FakeAnswer answer_of(std::string_view part) {
  const auto head = pindus::test::take_line(part);
  pindus::test::FakeAnswer answer;
  std::from_chars(head.data(), head.data() + head.size(), answer.status);
  if (answer.status < 100 || answer.status > 599) answer.failure = PINDUS_NETWORK;
  if (const auto blank = head.find(' '); blank != head.npos) {
    answer.headers["Retry-After"] = head.substr(blank + 1);
  }
  answer.body = part;
  return answer;
}

// GitHub's own flow is in its plugin.
int32_t run_copilot(const FakeHost& host,
                    int32_t (*pindus_plugin_1::*operation)(void*) PINDUS_NOEXCEPT) {
  const pindus_plugin_1* plugin = nullptr;
  void* instance = nullptr;
  hold(pindus_plugin_entry_1(&plugin) == PINDUS_OK, "the plugin works here");
  hold(plugin->create(host.table(), host.session(), &instance) == PINDUS_OK, "it is made");
  const int32_t code = (plugin->*operation)(instance);
  plugin->destroy(instance);
  return code;
}

int32_t run(std::string_view flow, FakeHost& host) {
  pindus::sdk::Session session(host.table(), host.session());
  if (flow == "revoke") return AuthorizationCodeFlow(session).revoke().code();
  if (flow == "code") return AuthorizationCodeFlow(session).sign_in().code();
  if (flow == "device") return DeviceGrantFlow(session).sign_in().code();
  if (flow == "copilot") return run_copilot(host, &pindus_plugin_1::sign_in);
  if (flow == "copilot again") return run_copilot(host, &pindus_plugin_1::refresh);
  return AuthorizationCodeFlow(session).refresh().code();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  const std::string_view all = input;
  const auto flow = pindus::test::take_line(input);
  FakeHost host;
  host.options = {{"client_id", "client"},
                  {"client_secret", "secret-of-the-client"},
                  {"authorize_url", "https://login.example/authorize"},
                  {"token_url", "https://login.example/token"},
                  {"access_token_url", "https://login.example/token"},
                  {"device_code_url", "https://login.example/device"},
                  {"exchange_url", "https://api.example/exchange"},
                  {"revoke_url", "https://login.example/revoke"},
                  {"account_claim", "/sub"}};
  const bool has_stored = flow != "code" && flow != "device" && flow != "copilot";
  if (has_stored) host.stored = {{"access", "old-access-token"}, {"refresh", "old-refresh-token"}};
  host.prompts = {"code-of-the-consent"};
  while (!input.empty() && host.server.size() < most_answers) {
    host.server.push_back(answer_of(pindus::test::take_part(input, "\n--\n")));
  }

  const int32_t code = run(flow, host);
  hold(host.live_handles() == 0, "every handle is freed");
  hold(host.commits == 0 || code == PINDUS_OK || (has_stored && host.record.contains("refresh")),
       "a commit ends well, or keeps a refresh token");
  hold(host.commits <= 1, "what is committed is committed once");
  hold(flow != "revoke" || host.record.empty(), "a revocation changes no record");
  // A server that is gone is asked until the code expires, and every 30 s by then.
  constexpr int64_t a_year_ms = 366LL * 24 * 3600 * 1000;
  for (const int64_t pause : host.sleeps) hold(pause <= a_year_ms, "no wait is longer than a year");
  std::string said = host.error + host.hint;
  for (const auto& line : host.progress) said += line;
  for (const auto& line : host.log) said += line;
  for (const std::string_view secret :
       {"old-access-token", "old-refresh-token", "secret-of-the-client", "code-of-the-consent"}) {
    // What the server itself repeats is the host's to mask.
    hold(all.find(secret) != all.npos || said.find(secret) == said.npos,
         "no flow puts a secret into a message");
  }
  hold(!host.lifetime || *host.lifetime >= 0, "no lifetime is negative");
  for (const auto& [name, value] : host.record) {
    hold(!value.empty() || name != "access", "no access token is emptied");
  }
  return 0;
}
