// What sign-in, refresh and a storm of refreshes cost, as ratios to what anybody would need for
// them: curl(1) sending the same requests to the same server over TLS, in the same round robin, and
// for the storm one refresh alone. bench-oauth [ROUNDS]. Needs the OAuth server of tests/peers,
// openssl and curl. The goals are for the medians of wall-clock time, on a machine that does
// nothing else; beside them stands the processor time of the programs themselves, whose ratio says
// more on any other.
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/sign_in.hpp"

namespace {

using pindus::test::ChildProcess;
using pindus::test::OAuthPeer;
using pindus::test::PindusProfile;

struct Cost {
  double wall_ms = 0;
  double processor_ms = 0;

  friend Cost operator+(Cost a, Cost b) {
    return {a.wall_ms + b.wall_ms, a.processor_ms + b.processor_ms};
  }
  friend Cost operator-(Cost a, Cost b) {
    return {a.wall_ms - b.wall_ms, a.processor_ms - b.processor_ms};
  }
};

double milliseconds(timeval time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

// Of the children that have ended and were waited for.
double processor_ms_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

Cost cost_of(const std::function<void()>& work) {
  const double before_ms = processor_ms_of_children();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), processor_ms_of_children() - before_ms};
}

double median(const std::vector<Cost>& costs, double Cost::* part) {
  std::vector<double> values;
  for (const Cost& cost : costs) values.push_back(cost.*part);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// Two things measured in turns, so that what else the machine does strikes both alike.
void report(std::string_view what, std::string_view beside, double goal, int rounds,
            const std::function<Cost()>& ours, const std::function<Cost()>& theirs) {
  ours();  // the first ones compile the server's code
  theirs();
  std::vector<Cost> our_costs;
  std::vector<Cost> their_costs;
  for (int i = 0; i < rounds; ++i) {
    our_costs.push_back(ours());
    their_costs.push_back(theirs());
  }
  const auto print = [&](std::string_view kind, double Cost::* part) {
    const double ours_ms = median(our_costs, part);
    const double theirs_ms = median(their_costs, part);
    fmt::print("  {:<15} {:>8.1f} ms, {:>8.1f} ms, ratio {:>5.2f}", kind, ours_ms, theirs_ms,
               ours_ms / theirs_ms);
    return ours_ms / theirs_ms;
  };
  fmt::print("{}, beside {}:\n", what, beside);
  const double ratio = print("wall clock", &Cost::wall_ms);
  fmt::print("   goal {:.2f}  {}\n", goal, ratio <= goal ? "met" : "NOT MET");
  print("processor time", &Cost::processor_ms);
  fmt::print("\n");
  std::fflush(stdout);
}

void expect_success(const pindus::test::ProcessResult& result) {
  if (result.exit_code != 0) throw std::runtime_error(result.err);
}

std::string member(const std::string& json, std::string_view name) {
  const auto parsed = pindus::Json::parse(json);
  const pindus::Json* found = parsed ? parsed->find(name) : nullptr;
  if (found == nullptr || found->as_string() == nullptr) throw std::runtime_error(json);
  return *found->as_string();
}

// A certificate for 127.0.0.1 that is its own authority, known to this process and its children.
class Certificate {
 public:
  Certificate() {
    expect_success(pindus::test::run_process(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key_, "-out", path_},
        pindus::test::plain_environment()));
    for (const char* other : {"CURL_CA_BUNDLE", "SSL_CERT_DIR"}) ::unsetenv(other);
    ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::vector<std::string> server_options(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--tls-key", key_, "--tls-cert", path_});
    return more;
  }

 private:
  pindus::test::TemporaryDirectory directory_;
  std::string path_ = directory_ / "server.pem";
  std::string key_ = directory_ / "server.key";
};

// The server, and a person of its with a profile and with curl.
class Bench {
 public:
  explicit Bench(const Certificate& certificate, std::vector<std::string> options = {})
      : peer(certificate.server_options(std::move(options))),
        curl_environment_(pindus::test::plain_environment()) {
    curl_environment_["SSL_CERT_FILE"] = certificate.path();
    profile.environment["SSL_CERT_FILE"] = certificate.path();
    profile.install_manifest("acme",
                             pindus::test::code_manifest("acme", peer.issuer(), peer.token_url()));
    profile.install_manifest("acme-device",
                             pindus::test::device_manifest("acme-device", peer.issuer()));
  }

  // The same POST as ours; gives the answer's body.
  [[nodiscard]] std::string curl(const std::string& path, const std::string& body) const {
    const auto result =
        pindus::test::run_process({"curl", "-q", "-s", "-S", "--fail", "--http1.1", "-H",
                                   "Accept: application/json", "-d", body, peer.issuer() + path},
                                  curl_environment_);
    expect_success(result);
    return result.out;
  }

  void expire() const {
    profile.store_token("acme", profile.stored("/acme/default/access"),
                        profile.stored("/acme/default/refresh"), -10);
  }
  void refresh() const { expect_success(profile.run({"auth", "key", "acme"})); }

  // A code that curl can exchange; with the verifier of RFC 7636 appendix B.
  [[nodiscard]] std::string code_for_curl() const {
    return peer.approve_code(
        peer.issuer() +
            "/auth?response_type=code&client_id=pindus-test&state=s&scope=openid%20api.read"
            "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback"
            "&code_challenge_method=S256"
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        {"--format", "code"});
  }
  [[nodiscard]] std::string exchange_by_curl(const std::string& code) const {
    return curl("/token", "grant_type=authorization_code&client_id=pindus-test&code=" + code +
                              "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback"
                              "&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  }

  OAuthPeer peer;
  PindusProfile profile;

 private:
  pindus::test::Variables curl_environment_;
};

void measure_cold_refresh(int rounds, const Certificate& certificate) {
  const Bench bench(certificate);
  expect_success(pindus::test::sign_in_by_code(bench.profile, "acme", bench.peer));
  std::string token = member(bench.exchange_by_curl(bench.code_for_curl()), "refresh_token");
  report(
      "auth key that refreshes, cold", "curl", 1.5, rounds,
      [&] {
        bench.expire();
        return cost_of([&] { bench.refresh(); });
      },
      [&] {
        std::string answer;
        const Cost cost = cost_of([&] {
          answer = bench.curl("/token",
                              "grant_type=refresh_token&client_id=pindus-test"
                              "&refresh_token=" +
                                  token);
        });
        token = member(answer, "refresh_token");
        return cost;
      });
}

// Start to printed address, and paste to end: what the person does between isn't ours.
void measure_sign_in_by_code(int rounds, const Certificate& certificate) {
  const Bench bench(certificate);
  report(
      "sign-in in the browser", "curl's request", 2.0, rounds,
      [&] {
        std::unique_ptr<ChildProcess> process;
        std::string url = bench.peer.issuer() + "/auth?";
        const Cost until_address = cost_of([&] {
          process.reset(new ChildProcess(bench.profile.start({"signin", "acme", "--replace"})));
          url += process->wait_for(url);
        });
        const std::string answer = bench.peer.approve_code(url);
        return until_address + cost_of([&] {
                 process->write_input(answer + "\n");
                 expect_success(process->wait());
               });
      },
      [&] {
        const std::string code = bench.code_for_curl();
        return cost_of([&] { std::ignore = bench.exchange_by_curl(code); });
      });
}

// Less the one interval that RFC 8628 has a device wait, in which the person approves the code.
void measure_sign_in_by_device(int rounds, const Certificate& certificate) {
  constexpr int interval_s = 3;
  const Bench bench(certificate, {"--interval", std::to_string(interval_s)});
  const std::string address = bench.peer.issuer() + "/device";
  int sign_ins = 0;
  report(
      "sign-in with a device code", "curl's 2 requests", 2.0, rounds,
      [&] {
        Cost person;
        const Cost cost = cost_of([&] {
          expect_success(pindus::test::sign_in_by_device(
              bench.profile, "acme-device", [&](const std::string& code) {
                person = cost_of([&] { bench.peer.approve_device(address, code); });
              }));
        });
        expect_success(bench.profile.run({"signout", "acme-device"}));
        return cost - Cost{interval_s * 1000, person.processor_ms};
      },
      [&] {
        std::string answer;
        const Cost first = cost_of([&] {
          answer = bench.curl("/device/auth", "client_id=pindus-test&scope=openid+api.read");
        });
        bench.peer.approve_device(address, member(answer, "user_code"));
        std::this_thread::sleep_for(std::chrono::seconds(interval_s));
        ++sign_ins;
        return first + cost_of([&] {
                 std::ignore =
                     bench.curl("/token",
                                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
                                "&client_id=pindus-test&device_code=" +
                                    member(answer, "device_code"));
               });
      });
  const auto polls = bench.peer.counter("/requests/urn:ietf:params:oauth:grant-type:device_code");
  if (polls != 2 * sign_ins) throw std::runtime_error("a code was approved after the first poll");
}

// The server takes half a second for each token, so that all are there before the first is done.
void measure_storm(const Certificate& certificate) {
  const Bench bench(certificate);
  expect_success(pindus::test::sign_in_by_code(bench.profile, "acme", bench.peer));
  bench.peer.configure(R"({"tokenDelayMs": 500})");
  report(
      "32 processes, one refresh: the last end", "one cold refresh", 1.5, 5,
      [&] {
        bench.expire();
        return cost_of([&] {
          std::vector<std::unique_ptr<ChildProcess>> processes;
          for (int i = 0; i < 32; ++i) {
            processes.push_back(std::make_unique<ChildProcess>(
                std::vector<std::string>{PindusProfile::program(), "auth", "key", "acme"},
                bench.profile.environment));
          }
          for (const auto& process : processes) expect_success(process->wait());
        });
      },
      [&] {
        bench.expire();
        return cost_of([&] { bench.refresh(); });
      });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::max(1, ::atoi(argv[1])) : 20;
    const Certificate certificate;
    measure_cold_refresh(rounds, certificate);
    measure_sign_in_by_code(std::max(1, rounds / 2), certificate);
    measure_sign_in_by_device(std::max(1, rounds / 4), certificate);
    measure_storm(certificate);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench-oauth: {}\n", error.what());
    return 1;
  }
}
