// What sign-in and refresh cost beside what the protocol needs, with the goals they are held to:
// bench-oauth [RUNS]. Needs the OAuth server of tests/peers and openssl. Times are wall-clock
// milliseconds on this machine; nothing else should run on it.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/sign_in.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using pindus::test::ChildProcess;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double timed(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return milliseconds(Clock::now() - start);
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

double median_of(int runs, const std::function<double()>& measure) {
  std::vector<double> values;
  for (int i = 0; i < runs; ++i) values.push_back(measure());
  return median(std::move(values));
}

void report(std::string_view what, double value, double goal, std::string_view unit) {
  fmt::print("{:<58} {:>8.2f} {:<8} goal {:>6.2f}  {}\n", what, value, unit, goal,
             value <= goal ? "met" : "MISSED");
}

void expect_success(const pindus::test::ProcessResult& result) {
  if (result.exit_code != 0) throw std::runtime_error(result.err);
}

void install(const PindusProfile& profile, const OAuthPeer& peer) {
  profile.install_manifest("acme",
                           pindus::test::code_manifest("acme", peer.issuer(), peer.token_url()));
}

// Start to printed address, and paste to end, less one exchange with the server.
void measure_sign_in(int runs) {
  const OAuthPeer peer;
  const auto exchange = [&] {
    return timed([&] {
      std::ignore =
          peer.request("/token", "grant_type=authorization_code&client_id=pindus-test&code=x");
    });
  };
  exchange();  // the first one compiles the server's code
  const double own = median_of(runs, [&] {
    const PindusProfile profile;
    install(profile, peer);
    const auto start = Clock::now();
    ChildProcess process = profile.start({"signin", "acme"});
    const std::string url = peer.issuer() + "/auth?" + process.wait_for(peer.issuer() + "/auth?");
    const double until_address = milliseconds(Clock::now() - start);
    const std::string answer = peer.approve_code(url);
    const double server = exchange();
    const double after_paste = timed([&] {
      process.write_input(answer + "\n");
      expect_success(process.wait());
    });
    return until_address + after_paste - server;
  });
  report("sign-in: our own time beside the server's", own, 30, "ms");
}

void measure_cold_refresh(int runs, const pindus::test::TemporaryDirectory& files) {
  const std::string certificate = files / "server.pem";
  const std::string key = files / "server.key";
  expect_success(pindus::test::run_process(
      {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
       "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
       key, "-out", certificate},
      pindus::test::plain_environment()));
  ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  const OAuthPeer peer({"--tls-key", key, "--tls-cert", certificate, "--access-ttl", "5"});
  PindusProfile profile;
  profile.environment["SSL_CERT_FILE"] = certificate;
  install(profile, peer);
  expect_success(pindus::test::sign_in_by_code(profile, "acme", peer));
  const auto refresh = [&] {
    return timed([&] { expect_success(profile.run({"auth", "key", "acme"})); });
  };
  refresh();
  report("auth key that refreshes, cold, over TLS", median_of(runs, refresh), 35, "ms");
  ::unsetenv("SSL_CERT_FILE");
}

void measure_storm() {
  constexpr int server_delay_ms = 500;
  const OAuthPeer peer;
  const PindusProfile profile;
  install(profile, peer);
  expect_success(pindus::test::sign_in_by_code(profile, "acme", peer));
  peer.configure(fmt::format(R"({{"tokenDelayMs": {}}})", server_delay_ms));
  const auto expire = [&] {
    profile.store_token("acme", profile.stored("/acme/default/access"),
                        profile.stored("/acme/default/refresh"), -10);
  };
  const double over = median_of(5, [&] {
    expire();
    return timed([&] {
             std::vector<std::unique_ptr<ChildProcess>> processes;
             for (int i = 0; i < 32; ++i) {
               processes.push_back(std::make_unique<ChildProcess>(
                   std::vector<std::string>{PindusProfile::program(), "auth", "key", "acme"},
                   profile.environment));
             }
             for (const auto& process : processes) expect_success(process->wait());
           }) -
           server_delay_ms;
  });
  report("32 processes, one refresh: last end less the round trip", over, 100, "ms");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int runs = argc > 1 ? std::max(1, ::atoi(argv[1])) : 20;
    const pindus::test::TemporaryDirectory files;
    measure_sign_in(std::max(1, runs / 4));
    measure_cold_refresh(runs, files);
    measure_storm();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench-oauth: {}\n", error.what());
    return 1;
  }
}
