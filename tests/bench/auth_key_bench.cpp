// What `pindus auth key` costs, beside `cat auth.json` and whichever of the tools that hand out
// credentials are installed. Times are told as ratios to cat in the same run: on another machine,
// or a busy one, they differ. The counts don't, so a count over its goal is the only failure.

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/bench/measure.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/unlocked_key.hpp"

namespace {

using pindus::bench::Command;
using pindus::bench::environment;
using pindus::bench::print_ratio;
using pindus::test::TemporaryDirectory;
using pindus::test::UnlockedKey;
using pindus::test::write_file;

std::string provider_name(int index) {
  char name[32];
  std::snprintf(name, sizeof name, "provider-%05d", index);
  return name;
}

// A vault as pindus writes it: every other account an api key, the others a browser sign-in. Sealed
// with a key, where there is one.
std::string vault(int accounts, const UnlockedKey* seal = nullptr) {
  std::string text = "{\n";
  for (int i = 0; i < accounts; ++i) {
    const std::string number = std::to_string(i);
    const auto stored = [&](const char* member, const std::string& secret) {
      return seal == nullptr ? secret : seal->seal(secret, provider_name(i), "default", member);
    };
    text += i == 0 ? "  \"" : ",\n  \"";
    text += provider_name(i);
    text += "\": {\n    \"default\": {\n";
    if (i % 2 == 0) {
      text.append("      \"kind\": \"apiKey\",\n      \"key\": \"");
      text.append(stored("key", "sk-" + std::string(90, 'k') + number));
      text.append("\",\n      \"isDefault\": true\n");
    } else {
      text.append("      \"kind\": \"oauth\",\n      \"isDefault\": true,\n");
      text.append("      \"access\": \"");
      text.append(stored("access", std::string(60, 'a') + number));
      text.append("\",\n      \"refresh\": \"");
      text.append(stored("refresh", std::string(40, 'r') + number));
      text.append("\",\n      \"expires\": 4102444800000\n");
    }
    text += "    }\n  }";
  }
  return text + "\n}\n";
}

Command cat(const std::filesystem::path& home) {
  return {"cat auth.json", {"cat", home / "auth.json"}, environment(home)};
}

Command auth_key(const std::string& front, const std::filesystem::path& home, int provider) {
  return {"pindus auth key " + provider_name(provider),
          {front, "auth", "key", provider_name(provider)},
          environment(home)};
}

// The other tools with a credential of their own to hand out; what can't run here is told.
std::vector<Command> other_tools(const std::filesystem::path& folder) {
  std::vector<Command> tools;
  const std::string git = "/usr/lib/git-core/git-credential-store";
  if (access(git.c_str(), X_OK) == 0) {
    std::string credentials;
    for (int i = 0; i < 20; ++i) {
      credentials.append("https://user:example@").append(provider_name(i)).append(".test\n");
    }
    write_file(folder / "git-credentials", credentials);
    write_file(folder / "git-input", "protocol=https\nhost=" + provider_name(19) + ".test\n\n");
    tools.push_back({"git credential-store",
                     {git, "--file=" + (folder / "git-credentials").string(), "get"},
                     environment(folder),
                     folder / "git-input"});
  } else {
    std::puts("git credential-store: not installed");
  }
  if (pindus::bench::find_on_path("gh")) {
    write_file(folder / "gh/hosts.yml",
               "github.com:\n    user: example\n    oauth_token: example\n");
    auto variables = environment(folder);
    variables.push_back("GH_CONFIG_DIR=" + (folder / "gh").string());
    variables.push_back("GH_NO_UPDATE_NOTIFIER=1");
    tools.push_back({"gh auth token", {"gh", "auth", "token"}, variables});
  } else {
    std::puts("gh auth token: not installed");
  }
  // Needs an agent that holds an account; PINDUS_BENCH_OIDC names the account.
  const char* account = getenv("PINDUS_BENCH_OIDC");
  const char* socket = getenv("OIDC_SOCK");
  if (account != nullptr && socket != nullptr && pindus::bench::find_on_path("oidc-token")) {
    auto variables = environment(folder);
    variables.push_back("OIDC_SOCK=" + std::string(socket));
    tools.push_back({"oidc-token", {"oidc-token", account}, variables});
  } else {
    std::puts("oidc-token: not measured (no agent; PINDUS_BENCH_OIDC names its account)");
  }
  return tools;
}

bool print_count(const char* name, std::int64_t count, std::int64_t goal) {
  const bool met = count <= goal;
  std::printf("  %-34s %7lld   goal %5lld  %s\n", name, static_cast<long long>(count),
              static_cast<long long>(goal), met ? "met" : "NOT MET");
  return met;
}

struct Goals {
  std::int64_t system_calls = 15;
  std::int64_t page_faults = 30;
  std::int64_t instructions = 50'000;
};

bool print_counts(const Command& key, const Goals& goals) {
  bool met =
      print_count("system calls", pindus::bench::count_system_calls(key), goals.system_calls);
  met &= print_count("page faults", pindus::bench::run(key).page_faults, goals.page_faults);
  if (const auto instructions = pindus::bench::count_instructions(key)) {
    met &= print_count("instructions", *instructions, goals.instructions);
  } else {
    std::puts("  instructions: not counted (valgrind isn't installed)");
  }
  return met;
}

// A vault of which the file holds sealed values only, and whose key is in the kernel's keyring: two
// system calls more, and one value to open, however many there are.
bool bench_protected(const std::string& front, int rounds) {
  const UnlockedKey seal;
  if (seal.error() != 0) {
    std::printf("a protected vault: not measured (no keyring: %s)\n", std::strerror(seal.error()));
    return true;
  }
  const TemporaryDirectory folder;
  const auto small = folder / "20";
  const auto large = folder / "10000";
  write_file(small / "auth.json", vault(20, &seal));
  write_file(large / "auth.json", vault(10'000, &seal));
  const Command key = auth_key(front, small, 19);
  const auto medians = pindus::bench::median_microseconds(
      {cat(small), key, cat(large), auth_key(front, large, 9'999)}, rounds);
  std::printf("a protected vault, unlocked (cat: %.0f and %.0f microseconds):\n", medians[0],
              medians[2]);
  print_ratio("20 accounts, the last provider", medians[1] / medians[0], 0.40);
  print_ratio("10,000 accounts, the last provider", medians[3] / medians[2], 1.1);
  std::puts("counts, 20 accounts, protected:");
  return print_counts(key, {17, 32, 60'000});
}

int bench(const std::string& front, int rounds) {
  const TemporaryDirectory folder;
  const auto small = folder / "20";
  const auto large = folder / "10000";
  write_file(small / "auth.json", vault(20));
  write_file(large / "auth.json", vault(10'000));

  const Command key = auth_key(front, small, 19);
  const std::vector<Command> small_commands = {cat(small), key};
  const auto small_medians = pindus::bench::median_microseconds(small_commands, rounds);
  std::printf("20 accounts, as a ratio to cat (%.0f microseconds):\n", small_medians[0]);
  print_ratio(key.name, small_medians[1] / small_medians[0], 0.25);

  const std::vector<Command> large_commands = {cat(large), auth_key(front, large, 0),
                                               auth_key(front, large, 9'999)};
  const auto large_medians = pindus::bench::median_microseconds(large_commands, rounds);
  std::printf("10,000 accounts (%.0f microseconds):\n", large_medians[0]);
  print_ratio("the first provider", large_medians[1] / large_medians[0], 0.25);
  print_ratio("the last provider", large_medians[2] / large_medians[0], 1.0);

  // In turns of their own: some leave the processor's caches empty for whatever comes next.
  std::vector<Command> tools = {cat(small)};
  for (Command& tool : other_tools(folder.path())) {
    try {
      static_cast<void>(pindus::bench::run(tool));
      tools.push_back(std::move(tool));
    } catch (const std::exception& error) {
      std::printf("%s: not measured (%s)\n", tool.name.c_str(), error.what());
    }
  }
  const auto tool_medians = pindus::bench::median_microseconds(tools, rounds / 10 + 1);
  std::printf("other tools (cat: %.0f microseconds):\n", tool_medians[0]);
  for (size_t i = 1; i < tools.size(); ++i) {
    print_ratio(tools[i].name, tool_medians[i] / tool_medians[0], 0);
  }

  std::puts("counts, 20 accounts, the last provider:");
  bool met = print_counts(key, {});
  // The working directory is no project's, so that every rule is looked at.
  std::string rules = "{";
  for (int i = 0; i < 20; ++i) {
    rules.append(i == 0 ? "" : ",").append("\"/projects/").append(provider_name(i));
    rules.append("\":{\"").append(provider_name(19)).append("\":\"work\"}");
  }
  write_file(small / "projects.json", rules + "}");
  std::puts("counts with rules for 20 folders:");
  met &= print_counts(key, {});
  met &= bench_protected(front, rounds);
  return met ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return pindus::bench::run_main(argc, argv, 300, bench);
}
