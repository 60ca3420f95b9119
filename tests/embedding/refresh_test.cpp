// Refreshes through libpindus: shared, forced, stopped; and a server that answers as told.
#include <atomic>
#include <latch>
#include <thread>

#include "tests/embedding/embedding_support.hpp"
#include "tests/integration/token_endpoint.hpp"

using pindus::test::Connection;
using pindus::test::folder_of;
using pindus::test::has;
using pindus::test::http_answer;
using pindus::test::open_profile;
using pindus::test::token_answer;
using pindus::test::TokenEndpoint;
using pindus::test::value_of;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int many = 32;

/// An endpoint that counts its requests and takes a moment for each.
struct SlowEndpoint {
  std::atomic<int> requests = 0;
  TokenEndpoint endpoint{[this](Connection& connection, const std::string&) {
    ++requests;
    connection.sleep(200ms);
    connection.write(token_answer("new-access-0123456789", "new-refresh"));
  }};
};

}  // namespace

#ifdef __SANITIZE_THREAD__
// The C library frees for the next thread what one has left that ended, which it knows by a word of
// the kernel's that the sanitizer doesn't see.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:_dl_deallocate_tls\n";
}
#endif

TEST_CASE("32 threads with an expired token make one request, in one context or one each") {
  const bool is_shared = GENERATE(true, false);
  SlowEndpoint server;
  const std::string path = folder_of(server.endpoint.profile);
  const auto context = open_profile(server.endpoint.profile);
  std::latch start(many);
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < many; ++i) {
      threads.emplace_back([&] {
        // No word of Catch's in these threads, which it doesn't know.
        const auto own = pindus::Context::open({.profile = path});
        start.arrive_and_wait();
        const auto key = (is_shared ? context : *own).read_usable_key({.provider = "acme"});
        if (key && key->key == "new-access-0123456789") ++right;
      });
    }
  }
  CHECK(right == many);
  CHECK(server.requests == 1);
  CHECK(server.endpoint.profile.stored("/acme/default/refresh") == "new-refresh");
}

TEST_CASE("a token that a server refused is refreshed once, however many run into it") {
  SlowEndpoint server;
  server.endpoint.profile.store_token("acme", "fresh-access-0123456789", "r", 3600);
  const auto context = open_profile(server.endpoint.profile);
  const auto key = value_of(context.read_usable_key({.provider = "acme"}));
  CHECK(key.key == "fresh-access-0123456789");
  CHECK(server.requests == 0);
  for (int i = 0; i < 3; ++i) {
    const auto other = value_of(context.read_usable_key({.provider = "acme", .refused = key.key}));
    CHECK(other.key == "new-access-0123456789");
  }
  CHECK(server.requests == 1);
}

TEST_CASE("a forced refresh refreshes what is still valid, once in a minute") {
  SlowEndpoint server;
  server.endpoint.profile.store_token("acme", "fresh-access-0123456789", "r", 3600);
  const auto context = open_profile(server.endpoint.profile);
  CHECK(value_of(context.read_usable_key({.provider = "acme", .force = true})).key ==
        "new-access-0123456789");
  const auto again = value_of(context.read_usable_key({.provider = "acme", .force = true}));
  CHECK(has(again.warning, "was forced"));
  CHECK(server.requests == 1);
}

TEST_CASE("a token that ends sooner than asked is refreshed") {
  SlowEndpoint server;
  server.endpoint.profile.store_token("acme", "short-access-0123456789", "r", 1000);
  const auto context = open_profile(server.endpoint.profile);
  CHECK(value_of(context.read_usable_key({.provider = "acme"})).key == "short-access-0123456789");
  CHECK(value_of(context.read_usable_key({.provider = "acme", .valid_for = 2000s})).key ==
        "new-access-0123456789");
}

TEST_CASE("a stop ends the call at once, and what was sent is stored all the same") {
  std::atomic<bool> is_asked = false;
  std::atomic<bool> may_answer = false;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    is_asked = true;
    while (!may_answer && connection.sleep(5ms)) continue;
    connection.write(token_answer("late-access-0123456789", "late-refresh"));
  });
  {
    const auto context = open_profile(endpoint.profile);
    std::stop_source stop;
    auto future = context.async_read_usable_key({.provider = "acme", .stop = stop.get_token()});
    while (!is_asked) std::this_thread::sleep_for(1ms);
    const auto begin = Clock::now();
    stop.request_stop();
    const auto key = future.get();
    // 100 ms, and as much again for a machine that has other things to do.
    CHECK(Clock::now() - begin < 200ms);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == PINDUS_FAULT_ABORTED);
    CHECK(endpoint.profile.stored("/acme/default/access") == endpoint.old_access);
    may_answer = true;
  }  // waits for the answer
  CHECK(endpoint.profile.stored("/acme/default/access") == "late-access-0123456789");
  CHECK(endpoint.profile.stored("/acme/default/refresh") == "late-refresh");
}

TEST_CASE("a call that was stopped before it began asks nobody") {
  SlowEndpoint server;
  const auto context = open_profile(server.endpoint.profile);
  std::stop_source stop;
  stop.request_stop();
  const auto key = context.read_usable_key({.provider = "acme", .stop = stop.get_token()});
  REQUIRE_FALSE(key);
  CHECK(key.error().code == PINDUS_FAULT_ABORTED);
  CHECK(server.requests == 0);
}

TEST_CASE("closing a context ends what waits on other threads") {
  std::atomic<bool> is_asked = false;
  TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    is_asked = true;
    connection.sleep(1s);
    connection.write(token_answer("late-access-0123456789", "late-refresh"));
  });
  const std::string path = folder_of(endpoint.profile);
  pindus_open_options options = {};
  options.size = sizeof options;
  options.profile = {path.data(), path.size()};
  pindus_context context = {0};
  REQUIRE(pindus_open(&options, &context) == PINDUS_FAULT_NONE);
  std::atomic<std::int32_t> code = -1;
  std::jthread waits([&] {
    pindus_key_request request = {};
    request.size = sizeof request;
    request.provider = {"acme", 4};
    code = pindus_get_key(context, &request, [](void*, const pindus_key*) noexcept {}, nullptr);
  });
  while (!is_asked) std::this_thread::sleep_for(1ms);
  CHECK(pindus_close(context) == PINDUS_FAULT_NONE);
  waits.join();
  CHECK(code == PINDUS_FAULT_ABORTED);
  CHECK(endpoint.profile.stored("/acme/default/access") == "late-access-0123456789");
}

TEST_CASE("a refusal is a fault whose hint signs in again, an outage hands out what is valid") {
  std::atomic<bool> refuses = true;
  TokenEndpoint endpoint(
      [&](Connection& connection, const std::string&) {
        connection.write(refuses ? http_answer("400 Bad Request", R"({"error":"invalid_grant"})",
                                               "Content-Type: application/json\r\n")
                                 : http_answer("503 Service Unavailable", ""));
      },
      -10);
  const auto context = open_profile(endpoint.profile);
  const auto refused = context.read_usable_key({.provider = "acme"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == PINDUS_FAULT_VAULT);
  CHECK(refused.error().label == "Refresh failed");
  CHECK(has(refused.error().hint, "pindus signin acme"));
  CHECK_FALSE(has(format_credential_fault(refused.error()), endpoint.old_refresh));

  refuses = false;
  endpoint.profile.store_token("acme", "valid-access-0123456789", "other-refresh", 100);
  const auto valid = value_of(context.read_usable_key({.provider = "acme"}));
  CHECK(valid.key == "valid-access-0123456789");
  CHECK(has(valid.warning, "503"));
}
