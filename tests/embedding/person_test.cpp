// Sign-in, sign-out and command lines, over callbacks.
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/embedding/embedding_support.hpp"

using pindus::CredentialIo;
using pindus::test::has;
using pindus::test::open_in_memory;
using pindus::test::open_profile;
using pindus::test::PindusProfile;
using pindus::test::some_key;
using pindus::test::value_of;

namespace {

// Remembers what is said, and answers always the same.
struct Person {
  std::string printed;
  std::string noticed;
  std::vector<pindus::QuestionKind> asked;
  CredentialIo io;

  explicit Person(std::optional<std::string> answer = {}, bool interactive = true) {
    io.print = [this](std::string_view line) { printed.append(line).append("\n"); };
    io.notice = [this](std::string_view line) { noticed.append(line).append("\n"); };
    io.ask = [this, answer](pindus::QuestionKind kind, std::string_view) {
      asked.push_back(kind);
      return answer;
    };
    io.interactive = interactive;
  }
};

std::vector<std::string> words(std::initializer_list<const char*> list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("a person is asked for an api key, which isn't shown") {
  const auto context = open_in_memory();
  Person person{std::string(some_key)};
  const auto done = context.sign_in({.provider = "groq", .method = "api-key"}, person.io);
  REQUIRE(done);
  CHECK(person.asked == std::vector{PINDUS_QUESTION_SECRET});
  CHECK(has(person.printed, "Signed in at Groq (groq) as default"));
  CHECK(value_of(context.read_usable_key({.provider = "groq"})).key == some_key);
}

TEST_CASE("a wrong key, a name that is taken and a person who gives up are faults of their kinds") {
  const auto context = open_in_memory();
  const auto code = [&](const pindus::SignIn& asked, const CredentialIo& io = {}) {
    const auto done = context.sign_in(asked, io);
    return done ? 0 : done.error().code;
  };
  CHECK(code({.provider = "groq", .api_key = "short"}) == PINDUS_FAULT_INVALID_KEY);
  CHECK(code({.provider = "nobody", .api_key = some_key}) == PINDUS_FAULT_UNKNOWN_PROVIDER);
  CHECK(code({.provider = "groq", .account = "a b", .api_key = some_key}) ==
        PINDUS_FAULT_INVALID_ACCOUNT);
  Person gives_up;
  CHECK(code({.provider = "groq"}, gives_up.io) == PINDUS_FAULT_ABORTED);
  CHECK(code({.provider = "groq", .api_key = some_key}) == 0);
  CHECK(code({.provider = "groq", .api_key = some_key}) == PINDUS_FAULT_NAME_COLLISION);
  CHECK(code({.provider = "groq", .api_key = some_key, .replace = true}) == 0);
}

TEST_CASE("a sign-out removes one account, then all") {
  const auto context = open_in_memory();
  for (const char* account : {"a", "b", "c"}) {
    REQUIRE(context.sign_in({.provider = "groq", .account = account, .api_key = some_key}));
  }
  Person person;
  REQUIRE(context.sign_out("groq", "b", person.io));
  CHECK(has(person.printed, "account b is removed"));
  CHECK_FALSE(has(value_of(context.list_accounts()), "\"b\""));
  REQUIRE(context.sign_out("groq"));
  CHECK(value_of(context.list_accounts()) == R"({"version":1,"accounts":[]})");
  CHECK(context.sign_out("groq").error().code == PINDUS_FAULT_NOT_FOUND);
}

TEST_CASE("a command line runs as the program runs it, and what isn't ours isn't handled") {
  const PindusProfile profile;
  const auto context = open_profile(profile);
  Person person{std::string(some_key), false};
  const auto signed_in =
      context.run_credential_command(words({"signin", "openai", "--api-key"}), person.io);
  CHECK(signed_in.handled);
  CHECK(signed_in.exit_code == 0);
  CHECK(person.asked == std::vector{PINDUS_QUESTION_INPUT});
  person.printed.clear();
  CHECK(context.run_credential_command(words({"auth", "key", "openai"}), person.io).handled);
  CHECK(person.printed == std::string(some_key) + "\n");
  CHECK(profile.key("openai") == some_key);

  person.printed.clear();
  for (const auto& line : {words({"write", "a", "poem"}), words({"auth", "me"}), words({})}) {
    const auto foreign = context.run_credential_command(line, person.io);
    CHECK_FALSE(foreign.handled);
    CHECK_FALSE(foreign.fault);
    CHECK(foreign.exit_code == 0);
  }
  CHECK(person.printed.empty());

  const auto wrong = context.run_credential_command(words({"auth", "key"}), person.io);
  CHECK(wrong.handled);
  CHECK(wrong.exit_code == 2);
  REQUIRE(wrong.fault);
  CHECK(wrong.fault->code == PINDUS_FAULT_USAGE);
}

TEST_CASE("a command that would take the process's place does so only where it may") {
  const PindusProfile profile;
  profile.write_vault(
      R"({"openai": {"a": {"kind": "apiKey", "key": "sk-embedding-0123456789abcdef"}}})");
  const auto context = open_profile(profile);
  const auto line = words({"auth", "exec", "openai", "--", "true"});
  const auto refused = context.run_credential_command(line);
  REQUIRE(refused.fault);
  CHECK(refused.fault->code == PINDUS_FAULT_UNSUPPORTED);
  CHECK(refused.exit_code == 1);
}

TEST_CASE("a command that takes the process's place passes on the program's environment") {
  const PindusProfile profile;
  profile.write_vault(
      R"({"openai": {"a": {"kind": "apiKey", "key": "sk-embedding-0123456789abcdef"}}})");
  const pindus::test::Variable mark("PINDUS_TEST_MARK", "kept");
  // That a program names this variable gives it one of its own.
  REQUIRE(environ != nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto line = words({"auth", "exec", "openai", "--", "sh", "-c",
                             "test \"$OPENAI_API_KEY $PINDUS_TEST_MARK\" = "
                             "\"sk-embedding-0123456789abcdef kept\""});
    const auto context =
        pindus::Context::open({.profile = profile.environment.at("INDUSAGI_CODING_AGENT_DIR")});
    static_cast<void>(
        context->run_credential_command(line, {}, {}, pindus::Context::MayBecome::yes));
    ::_exit(99);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("what a callback throws comes out of the function that called it") {
  const auto context = open_in_memory();
  CredentialIo io;
  io.interactive = true;
  io.ask = [](auto, auto) -> std::optional<std::string> { throw std::runtime_error("gone home"); };
  CHECK_THROWS_WITH(
      static_cast<void>(context.sign_in({.provider = "groq", .method = "api-key"}, io)),
      "gone home");
  CHECK(value_of(context.list_accounts()) == R"({"version":1,"accounts":[]})");
}
