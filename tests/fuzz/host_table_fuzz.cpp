// What a plugin may pass to the host's table: the input is a list of calls, each a slot and its
// arguments, which a plugin makes in a session whose person, server and credential are written in
// the input too. Whatever is passed, each call keeps what hostile_plugin.hpp says, an api key is
// shown to nobody, and no control character reaches the person.

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "core/session/result_code.hpp"
#include "tests/fuzz/hostile_plugin.hpp"
#include "tests/fuzz/property.hpp"
#include "tests/unit/session_fakes.hpp"

namespace {

using pindus::test::hold;
using pindus::test::take;

// The api key of the run; another one for each input, so that no input has it.
std::string closed_key;

// What the input says of the person, the server and what is stored.
class World : public pindus::test::SessionFixture {
 public:
  explicit World(std::string_view& input) {
    const auto kind = take<std::uint8_t>(input);
    if (kind % 4 == 1) on_refresh();
    if (kind % 4 == 2) {
      on_refresh();
      request.operation = pindus::Operation::revoke;
      request.io = &io;
    }
    if ((kind & 4U) != 0 && request.stored == nullptr) method.kind = pindus::AuthKind::api_key;
    io.is_interactive = (kind & 8U) == 0;
    if ((kind & 16U) != 0) variables["PINDUS_LOG"] = "1";
    variables["ACME_API_KEY"] = closed_key;
    stored.access = pindus::Secret(std::string_view("stored-access"));
    stored.refresh = pindus::Secret(std::string_view("stored-refresh"));
    stored.members = {{"host", "login.example"}, {"clientId", "stored-client"}};
    method.questions = {{"host", "Host", "login.example", pindus::Question::Kind::host}};
    method.options = {{"client_id", "client"}, {"token_url", "https://{host}/token"}};
    for (auto answers = pindus::test::take_line(input); !answers.empty();) {
      io.answers.emplace_back(pindus::test::take_part(answers, "|"));
    }
    for (auto server = pindus::test::take_line(input); !server.empty();) {
      auto answer = pindus::test::take_part(server, "|");
      pindus::HttpResponse response;
      response.status = 100 + take<std::uint8_t>(answer) * 2;
      response.headers = {{"Retry-After", std::string(pindus::test::take_part(answer, " "))}};
      response.body = pindus::Secret(answer);
      services.responses.emplace_back(std::move(response));
    }
    request.stop = interrupt.get_token();
    request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
  }

  std::stop_source interrupt;
};

struct Call {
  std::string_view input;
  std::stop_source* interrupt;
} now;

void check_words(std::string_view words) {
  hold(pindus::is_printable(words), "what the person sees is printable");
  hold(words.find(closed_key) == words.npos, "the person sees no api key");
}

void check_outcome(const pindus::SessionOutcome& outcome, const World& world) {
  using pindus::Operation;
  hold(pindus::is_result_code(outcome.code), "an operation ends with a result code");
  const bool has_key = !outcome.key.empty();
  const bool has_token = !outcome.credentials.access.empty();
  const bool gives = outcome.code == PINDUS_OK && world.request.operation != Operation::revoke;
  const bool api_key = world.method.kind == pindus::AuthKind::api_key;
  hold(has_key == (gives && api_key), "an api key comes of nothing but a sign-in with one");
  hold(has_token == (gives && !api_key), "a token comes of nothing but a sign-in or refresh");
  hold(pindus::is_printable(outcome.credentials.access.view()), "a token is printable");
  for (const auto& [name, value] : outcome.credentials.members) {
    hold(pindus::is_printable(value) && value.find(closed_key) == value.npos,
         "a member of the record is printable, and never the api key");
  }
  hold(outcome.code == PINDUS_OK || !outcome.why.message.empty(), "a failure has a sentence");
  check_words(outcome.why.message);
  check_words(outcome.why.hint);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  closed_key = fmt::format("closed-key-{:016x}", std::hash<std::string_view>()(input));
  World world(input);
  now = {input, &world.interrupt};
  const auto outcome = world.run([](const pindus_host_1* host, pindus_session session) {
    return pindus::test::call_slots({host, session, now.input, now.interrupt, closed_key});
  });
  check_outcome(outcome, world);
  for (const auto& line : world.io.notices) check_words(line);
  for (const auto& question : world.io.questions) check_words(question);
  for (const auto& address : world.io.opened) check_words(address);
  for (const auto& sent : world.services.sent) {
    hold(sent.body.find(closed_key) == sent.body.npos, "no server gets an api key");
  }
  return 0;
}
