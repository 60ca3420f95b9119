// What it costs that a plugin is looked at and loaded from a copy of its own, beside the dynamic
// loader alone: bench-plugin PLUGIN.so [RUNS]. Both load a file that this process hasn't loaded
// yet.
#include <dlfcn.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "core/session/library.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

int run(const fs::path& plugin, int runs) {
  const pindus::test::TemporaryDirectory folder;
  std::vector<double> of_loader;
  std::vector<double> ours;
  for (int i = 0; i < 2 * runs; ++i) {
    const fs::path copy = folder / std::to_string(i) / plugin.filename();
    fs::create_directory(copy.parent_path());
    fs::copy_file(plugin, copy);
    const bool loader_alone = i % 2 == 0;
    const auto start = Clock::now();
    if (loader_alone) {
      if (::dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) == nullptr) {
        throw std::runtime_error(::dlerror());
      }
    } else if (const auto loaded = pindus::load_plugin(copy); !loaded) {
      throw std::runtime_error(loaded.error().why.message);
    }
    (loader_alone ? of_loader : ours).push_back(milliseconds(Clock::now() - start));
  }
  constexpr double most = 2;
  const double cost = median(ours) - median(of_loader);
  fmt::print("{} ({} bytes): the loader alone {:.2f} ms, looked at and copied first {:.2f} ms\n",
             plugin.filename().string(), fs::file_size(plugin), median(of_loader), median(ours));
  fmt::print("{:<58} {:>8.2f} {:<8} goal {:>6.2f}  {}\n", "what the look and the copy cost", cost,
             "ms", most, cost <= most ? "met" : "MISSED");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("which plugin?");
    return run(fs::canonical(argv[1]), argc > 2 ? std::max(1, ::atoi(argv[2])) : 50);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench-plugin: {}\n", error.what());
    return 1;
  }
}
