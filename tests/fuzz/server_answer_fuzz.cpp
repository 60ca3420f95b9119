// A token endpoint's answer from its bytes to the record, through the flows as every plugin has
// them: the first line is the status and Retry-After, the rest the body. Whatever it is: nothing is
// committed but by an operation that ends well or keeps a rotated refresh token, no access token is
// emptied, no handle is left, and the old refresh token stands in no message.

#include <charconv>
#include <string>

#include <pindus/flows/authorization_code.hpp>

#include "tests/abi/fake_host.hpp"
#include "tests/fuzz/property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using pindus::test::hold;
  auto input = pindus::test::text_of_input(bytes, size);
  auto head = pindus::test::take_line(input);
  pindus::test::FakeAnswer answer;
  std::from_chars(head.data(), head.data() + head.size(), answer.status);
  if (const auto blank = head.find(' '); blank != head.npos) {
    answer.headers["retry-after"] = head.substr(blank + 1);
  }
  answer.body = input;

  pindus::test::FakeHost host;
  host.options = {{"client_id", "client"}, {"token_url", "https://login.example/token"}};
  host.stored = {{"access", "old-access-token"}, {"refresh", "old-refresh-token"}};
  host.server = {answer};
  pindus::sdk::Session session(host.table(), host.session());
  const int32_t code = pindus::sdk::AuthorizationCodeFlow(session).refresh().code();
  hold(host.live_handles() == 0, "every handle is freed");
  hold((host.commits == 0) || code == PINDUS_OK || host.record.contains("refresh"),
       "a commit ends well, or keeps a refresh token");
  // What the server itself repeats is the host's to mask.
  const std::string said = host.error + host.hint;
  hold(input.find("old-refresh-token") != input.npos ||
           said.find("old-refresh-token") == std::string::npos,
       "no flow puts a token into a message");
  hold(!host.lifetime || *host.lifetime >= 0, "no lifetime is negative");
  for (const auto& [name, value] : host.record) {
    hold(!value.empty() || name != "access", "no access token is emptied");
  }
  return 0;
}
