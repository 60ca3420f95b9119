// The rules of pindus.h that a caller can break.
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "tests/embedding/embedding_support.hpp"

using pindus::test::folder_of;
using pindus::test::has;
using pindus::test::open_in_memory;
using pindus::test::open_profile;
using pindus::test::PindusProfile;
using pindus::test::value_of;

namespace {

constexpr const char* vault_text =
    R"({"acme": {"a": {"kind": "apiKey", "key": "key-of-a-0123456789abcd"}}})";

void ignore_key(void*, const pindus_key*) noexcept {}
void ignore_text(void*, pindus_text) noexcept {}

pindus_text text(const char* letters) {
  return {letters, std::strlen(letters)};
}

// A structure of this size with `trailing` bytes behind it, as a newer header has it.
template <typename Structure>
struct Grown {
  Structure known = {};
  unsigned char trailing[8] = {};
};

int in_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("a handle that is zero, closed or made up is a fault") {
  const auto list = [](std::uint64_t id) {
    return pindus_list_accounts({id}, &ignore_text, nullptr);
  };
  pindus_open_options options = {};
  options.size = sizeof options;
  options.flags = PINDUS_OPEN_IN_MEMORY;
  pindus_context context = {0};
  REQUIRE(pindus_open(&options, &context) == PINDUS_FAULT_NONE);
  CHECK(list(context.id) == PINDUS_FAULT_NONE);
  CHECK(list(0) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(list(context.id + 256) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(list(~std::uint64_t{0}) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(pindus_close(context) == PINDUS_FAULT_NONE);
  CHECK(list(context.id) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(pindus_close(context) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(pindus_stop_request({77'777}) == PINDUS_FAULT_INVALID_HANDLE);
  CHECK(pindus_stop_requested({77'777}) == 0);
  CHECK(pindus_stop_free({0}) == PINDUS_FAULT_NONE);
}

TEST_CASE("256 contexts may be open") {
  std::vector<pindus::Context> open;
  for (int i = 0; i < 300; ++i) {
    auto context = pindus::Context::open({.profile = "/nowhere"});
    if (!context) {
      CHECK(context.error().code == PINDUS_FAULT_NO_MEMORY);
      break;
    }
    open.push_back(*std::move(context));
  }
  CHECK(open.size() == 256);
}

TEST_CASE("sizes, flags and null pointers are looked at") {
  const auto context = open_in_memory(vault_text);
  Grown<pindus_key_request> request;
  request.known.size = sizeof request.known;
  request.known.provider = text("acme");
  const auto get = [&] {
    return pindus_get_key(context.handle(), &request.known, &ignore_key, nullptr);
  };
  CHECK(get() == PINDUS_FAULT_NONE);
  request.known.size = sizeof request;
  CHECK(get() == PINDUS_FAULT_NONE);
  request.trailing[3] = 1;
  CHECK(get() == PINDUS_FAULT_INVALID_ARGUMENT);
  request.known.size = PINDUS_KEY_REQUEST_BASE_SIZE - 1;
  CHECK(get() == PINDUS_FAULT_INVALID_ARGUMENT);
  request.known.size = sizeof request.known;
  request.known.flags = 0x80;
  CHECK(get() == PINDUS_FAULT_INVALID_ARGUMENT);
  request.known.flags = 0;
  request.known.provider = {nullptr, 4};
  CHECK(get() == PINDUS_FAULT_INVALID_ARGUMENT);
  CHECK(pindus_get_key(context.handle(), nullptr, &ignore_key, nullptr) ==
        PINDUS_FAULT_INVALID_ARGUMENT);
  pindus_fault fault = {};
  fault.size = sizeof fault;
  REQUIRE(pindus_last_fault(&fault) == PINDUS_FAULT_NONE);
  CHECK(fault.code == PINDUS_FAULT_INVALID_ARGUMENT);
  CHECK(fault.message.size > 0);
  CHECK(pindus::Context::open({.profile = "relative"}).error().code ==
        PINDUS_FAULT_INVALID_ARGUMENT);
  CHECK(pindus::Context::open({.profile = "/x", .vault = "{}"}).error().code ==
        PINDUS_FAULT_INVALID_ARGUMENT);
}

TEST_CASE("a child of fork has no handle of its parent's, and may open a context of its own") {
  const PindusProfile profile;
  profile.write_vault(vault_text);
  const auto context = open_profile(profile);
  static_cast<void>(value_of(context.list_accounts()));  // so that the core is there
  CHECK(in_child([&] {
          return pindus_list_accounts(context.handle(), &ignore_text, nullptr) ==
                 PINDUS_FAULT_INVALID_HANDLE;
        }) == 0);
  CHECK(in_child([&] {
          const std::string path = folder_of(profile);
          const auto own = pindus::Context::open({.profile = path});
          const auto key = own->read_usable_key({.provider = "acme"});
          return key && key->account == "a" && own->list_accounts();
        }) == 0);
}

TEST_CASE("nothing of the process is changed: environment, signals, folder, umask") {
  const auto signals = [] {
    std::string actions;
    for (int number = 1; number < 32; ++number) {
      struct sigaction action = {};
      ::sigaction(number, nullptr, &action);
      actions += std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler)) + " ";
    }
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return actions + std::to_string(::sigismember(&mask, SIGPIPE));
  };
  const auto variables = [] {
    std::string all;
    for (char** entry = environ; *entry != nullptr; ++entry) all.append(*entry).append("\n");
    return all;
  };
  const std::string signals_before = signals();
  const std::string variables_before = variables();
  const auto folder = std::filesystem::current_path();
  const PindusProfile profile;
  const auto context = open_profile(profile);
  REQUIRE(context.sign_in({.provider = "groq", .api_key = pindus::test::some_key}));
  static_cast<void>(value_of(context.headers({.provider = "groq"})));
  REQUIRE(context.sign_out("groq"));
  CHECK(signals() == signals_before);
  CHECK(variables() == variables_before);
  CHECK(std::filesystem::current_path() == folder);
}
