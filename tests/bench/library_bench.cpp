// What libpindus costs the program that embeds it: opening a context, a key that is ready, and the
// same from eight threads at once. By the clock, on files that the system has in memory.
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <pindus/pindus.hpp>

#include "tests/support/temporary_directory.hpp"

namespace {

double seconds_of(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// As other programs write it: objects on lines of their own.
void write_vault(const std::string& folder, int accounts) {
  std::ofstream file(folder + "/auth.json");
  file << "{\n";
  for (int i = 0; i < accounts; ++i) {
    file << "  \"provider-" << i << R"(": {
    "default": {
      "kind": "oauth",
      "isDefault": true,
      "access": "access-token-of-some-length-)"
         << std::string(80, 'a') << R"(",
      "refresh": "refresh-token-of-some-length",
      "expires": 4102444800000
    }
  })" << (i + 1 < accounts ? ",\n" : "\n");
  }
  file << "}\n";
  file.close();
  ::chmod((folder + "/auth.json").c_str(), 0600);
}

void read_key(const pindus::Context& context, const std::string& provider) {
  pindus_key_request request = {};
  request.size = sizeof request;
  request.provider = {provider.data(), provider.size()};
  const auto take = [](void* size, const pindus_key* key) noexcept {
    *static_cast<std::uint64_t*>(size) = key->key.size;
  };
  std::uint64_t size = 0;
  if (pindus_get_key(context.handle(), &request, take, &size) != PINDUS_FAULT_NONE || size == 0) {
    std::fputs("no key\n", stderr);
    std::exit(1);
  }
}

// Microseconds of a clock for one of so many keys.
double one_key(const pindus::Context& context, const std::string& provider, int count,
               clockid_t clock) {
  const double begin = seconds_of(clock);
  for (int i = 0; i < count; ++i) read_key(context, provider);
  return (seconds_of(clock) - begin) * 1e6 / count;
}

double median_key(const pindus::Context& context, const std::string& provider, int count) {
  std::vector<double> rounds;
  for (int i = 0; i < 21; ++i) {
    rounds.push_back(one_key(context, provider, count, CLOCK_MONOTONIC));
  }
  return median(rounds);
}

double median_opening(const std::string& profile) {
  std::vector<double> times;
  for (int i = 0; i < 1001; ++i) {
    const double begin = seconds_of(CLOCK_MONOTONIC);
    const auto context = pindus::Context::open({.profile = profile});
    times.push_back((seconds_of(CLOCK_MONOTONIC) - begin) * 1e6);
  }
  return median(times);
}

// Processor time of one key in each of so many threads that ask at once, and keys in a second.
struct AtOnce {
  double processor_us = 0;
  double per_second = 0;
};

AtOnce ask_at_once(const pindus::Context& context, const std::string& provider, int threads) {
  constexpr int count = 20'000;
  std::latch start(threads);
  std::vector<double> times(static_cast<std::size_t>(threads));
  std::vector<std::jthread> asking;
  const double begin = seconds_of(CLOCK_MONOTONIC);
  for (double& time : times) {
    asking.emplace_back([&] {
      start.arrive_and_wait();
      time = one_key(context, provider, count, CLOCK_THREAD_CPUTIME_ID);
    });
  }
  asking.clear();
  return {median(times), threads * count / (seconds_of(CLOCK_MONOTONIC) - begin)};
}

void print(const char* what, double measured, const char* unit, double goal) {
  std::printf("%-50s %9.2f %-12s goal %g: %s\n", what, measured, unit, goal,
              measured <= goal ? "met" : "missed");
}

}  // namespace

int main() {
  const pindus::test::TemporaryDirectory directory;
  const std::string folder = directory.path();
  write_vault(folder, 20);
  // Before anything was asked, as the first thing that a program does.
  print("opening a context", median_opening(folder), "microseconds", 200);
  const auto context = pindus::Context::open({.profile = folder, .folder = folder});
  print("a key, the last of 20 accounts", median_key(*context, "provider-19", 2000), "microseconds",
        20);

  std::vector<double> losses;
  std::vector<double> shares;
  const double processors = std::min(8.0, static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN)));
  for (int i = 0; i < 9; ++i) {
    const AtOnce alone = ask_at_once(*context, "provider-19", 1);
    const AtOnce eight = ask_at_once(*context, "provider-19", 8);
    losses.push_back((eight.processor_us / alone.processor_us - 1) * 100);
    shares.push_back((1 - eight.per_second / (alone.per_second * processors)) * 100);
  }
  print("8 threads at once, processor time of a key", median(losses), "% more", 20);
  std::printf("%-50s %9.2f %% less than %g processors alone would give\n",
              "8 threads at once, keys in a second", median(shares), processors);

  write_vault(folder, 10'000);
  print("a key, the last of 10,000 accounts, just written",
        median_key(*context, "provider-9999", 20), "microseconds", 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  print("the same, a tenth of a second later", median_key(*context, "provider-9999", 20),
        "microseconds", 1000);
}
