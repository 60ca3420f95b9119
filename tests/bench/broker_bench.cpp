// What the broker costs, beside nginx with auth_request that does the same, as ratios:
// bench-broker NGINX [ROUNDS]. The provider speaks TLS, and what is called added is the time beyond
// that of a program that asks it directly. All in turns, so that what else the machine does strikes
// all alike. bench-broker --ask URL asks once, and again until somebody answers.
#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <thread>

#include "tests/bench/broker_parts.hpp"
#include "tests/integration/broker_run.hpp"

namespace {

using pindus::bench::Client;
using pindus::bench::Nginx;
using pindus::bench::Provider;
using pindus::bench::pss_kb;
using pindus::test::BrokerRun;
using pindus::test::run_process;
using Clock = std::chrono::steady_clock;

double microseconds(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double quantile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}
double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

// Direct, pindus, nginx: the last may not be there.
struct Way {
  std::string name;
  std::string url;
  std::string fields;
};
using Ways = std::vector<Way>;

void print(const std::string& what, const std::string& figures, double ratio, double goal,
           bool at_least = false) {
  const bool met = at_least ? ratio >= goal : ratio <= goal;
  fmt::print("{:<28} {:<60} {:>6.2f}  goal {} {:.2f}  {}\n", what, figures, ratio,
             at_least ? ">=" : "<=", goal, met ? "met" : "NOT MET");
  std::fflush(stdout);
}

void measure_latency(const std::string& what, const Ways& ways, int rounds, double goal,
                     std::string_view path, const std::string& body) {
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::vector<double>> times(ways.size());
  for (const Way& way : ways) clients.push_back(std::make_unique<Client>(way.url, way.fields));
  for (int round = -20; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const double time = microseconds([&] { clients[i]->begin("POST", path, body); });
      clients[i]->finish();
      if (round >= 0) times[i].push_back(time);
    }
  }
  const double direct = median(times[0]);
  std::string figures = fmt::format("direct {:.0f} us", direct);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    figures += fmt::format(", {} +{:.0f} (p99 +{:.0f})", ways[i].name, median(times[i]) - direct,
                           quantile(times[i], 0.99) - quantile(times[0], 0.99));
  }
  const double ours = median(times[1]) - direct;
  print(what, figures, ways.size() > 2 ? ours / (median(times[2]) - direct) : 0, goal);
}

// MB/s by way.
std::vector<double> speeds(const Ways& ways, int rounds, const std::string& path) {
  std::vector<std::vector<double>> all(ways.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      Client client(ways[i].url, ways[i].fields);
      std::size_t bytes = 0;
      const double time = microseconds([&] {
        client.begin("GET", path);
        bytes = client.finish();
      });
      all[i].push_back(static_cast<double>(bytes) / time);
    }
  }
  std::vector<double> medians;
  for (const auto& of_one : all) medians.push_back(median(of_one));
  return medians;
}

std::string named(const Ways& ways, const std::vector<double>& values, std::string_view unit) {
  std::string text;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    text += fmt::format("{}{} {:.0f}", i == 0 ? "" : ", ", ways[i].name, values[i]);
  }
  return text + " " + std::string(unit);
}

void measure_streams(const Way& way, pid_t process, double goal) {
  constexpr int streams = 1000;
  {
    Client(way.url, way.fields).begin("GET", "/event");
  }
  const double before = pss_kb(process);
  std::vector<std::unique_ptr<Client>> clients;
  int failed = 0;
  for (int i = 0; i < streams; ++i) {
    try {
      auto client = std::make_unique<Client>(way.url, way.fields);
      client->begin("POST", "/hold", "{}");
      clients.push_back(std::move(client));
    } catch (const std::exception&) {
      ++failed;
    }
  }
  const double each = (pss_kb(process) - before) / streams;
  print("1,000 streams, " + way.name, fmt::format("{} failed, kB each", failed), each, goal);
}

double start_to_answer_ms(const std::function<void()>& work) {
  return microseconds(work) / 1000;
}

void measure_start(const BrokerRun& run, const std::string& program, std::optional<Nginx>& nginx,
                   int rounds) {
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = 0; i < rounds; ++i) {
    ours.push_back(start_to_answer_ms([&] {
      const auto result =
          run.profile.run({"auth", "exec", "--broker", "acme", "--", program, "--ask"});
      if (result.exit_code != 0) throw std::runtime_error(result.err);
    }));
    if (!nginx) continue;
    theirs.push_back(start_to_answer_ms([&] {
      nginx->start();
      auto environment = pindus::test::plain_environment();
      environment["ACME_URL"] = nginx->url();
      environment["ACME_KEY"] = "x";
      const auto result = run_process({program, "--ask"}, environment);
      if (result.exit_code != 0) throw std::runtime_error(result.err);
    }));
  }
  const double mine = median(ours);
  print("start to first answer",
        fmt::format("pindus {:.1f} ms{}", mine,
                    nginx ? fmt::format(", nginx {:.1f} ms", median(theirs)) : ""),
        nginx ? mine / median(theirs) : 0, 1.0);
}

// What the command is that is measured from its start.
int ask() {
  const char* url = std::getenv("ACME_URL");
  const char* key = std::getenv("ACME_KEY");
  for (int i = 0; i < 10'000; ++i) {
    try {
      Client client(url, fmt::format("x-api-key: {}\r\n", key));
      client.begin("POST", "/small", "{}");
      return 0;
    } catch (const std::exception&) {
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  }
  return 1;
}

void bench(const std::string& program, const std::string& nginx_program, int rounds) {
  const pindus::test::TlsIdentity identity;
  const Provider provider(&identity);
  const Provider keys(nullptr);
  BrokerRun run(provider.url(), identity, {});
  Ways ways = {{"direct", provider.url() + "/base", ""},
               {"pindus", fmt::format("http://127.0.0.1:{}/acme", run.port),
                fmt::format("x-api-key: {}\r\n", run.token)}};
  std::optional<Nginx> nginx;
  if (std::filesystem::exists(nginx_program)) {
    nginx.emplace(nginx_program, provider, keys);
    nginx->start();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ways.push_back({"nginx", nginx->url(), ""});
  } else {
    fmt::print("nginx isn't here: what is a ratio to it says nothing\n");
  }
  measure_streams(ways[1], run.broker_child(), 100);
  if (nginx) measure_streams(ways[2], nginx->pid(), 100);
  measure_latency("small request", ways, rounds, 2.0, "/small", std::string(200, 'x'));
  measure_latency("first event, 50 kB body", ways, rounds / 2, 2.5, "/event",
                  std::string(50'000, 'x'));
  const auto paced = speeds(ways, 3, "/stream/250000000/250");
  print("stream paced at 250 MB/s", named(ways, paced, "MB/s"), paced[1] / paced[0], 0.99, true);
  const auto free_running = speeds(ways, 5, "/stream/400000000/0");
  print("stream, unlimited", named(ways, free_running, "MB/s"),
        nginx ? free_running[1] / free_running[2] : 0, 1.0, true);
  measure_start(run, program, nginx, 15);
}

}  // namespace

int main(int argc, char** argv) {
  ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (argc > 1 && std::string_view(argv[1]) == "--ask") return ask();
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    bench(std::filesystem::canonical("/proc/self/exe"), argc > 1 ? argv[1] : "",
          argc > 2 ? std::atoi(argv[2]) : 2000);
    std::fflush(stdout);
    ::_exit(0);  // the servers' threads never end
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench-broker: {}\n", error.what());
    std::fflush(nullptr);
    ::_exit(1);
  }
}
