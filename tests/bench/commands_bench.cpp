// What `pindus auth exec` and `auth status` cost, as ratios to what they stand beside: `env CMD`,
// which sets variables and becomes a program too, and `cat` of the vault. Also `git credential
// fill`, which asks a helper for a password.

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/measure.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {

using pindus::bench::Command;
using pindus::bench::environment;
using pindus::bench::print_ratio;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;

std::string api_key_record(const std::string& account, bool is_default) {
  return "    \"" + account + "\": {\"kind\": \"apiKey\", \"key\": \"sk-" + std::string(60, 'k') +
         "\", \"isDefault\": " + (is_default ? "true" : "false") + "}";
}

// So many accounts of each of these providers.
std::string vault(const std::vector<std::string>& providers, int accounts) {
  std::string text = "{\n";
  for (const std::string& provider : providers) {
    text += text.size() > 2 ? ",\n" : "";
    text += "  \"" + provider + "\": {\n";
    for (int i = 0; i < accounts; ++i) {
      text += (i == 0 ? "" : ",\n") + api_key_record("account-" + std::to_string(i), i == 0);
    }
    text += "\n  }";
  }
  return text + "\n}\n";
}

// As pindus leaves it, or each command would say something about its mode.
void write_vault(const std::filesystem::path& file, const std::string& text) {
  write_file(file, text);
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void bench_exec(const std::string& front, int rounds) {
  const TemporaryDirectory home;
  write_vault(home / "auth.json", vault({"anthropic", "groq", "openai"}, 1));
  write_file(home / "credentials", "https://user:example@provider.test\n");
  write_file(home / "question", "protocol=https\nhost=provider.test\n\n");
  const auto variables = environment(home.path());
  std::vector<Command> commands = {
      {"true", {"true"}, variables},
      {"env true", {"env", "true"}, variables},
      {"auth exec openai -- true", {front, "auth", "exec", "openai", "--", "true"}, variables},
      {"auth exec -- true", {front, "auth", "exec", "--", "true"}, variables},
  };
  if (pindus::bench::find_on_path("git")) {
    commands.push_back(
        {"git credential fill",
         {"git", "-c", "credential.helper=store --file=" + (home / "credentials").string(),
          "credential", "fill"},
         variables,
         home / "question"});
  }
  const auto medians = pindus::bench::median_microseconds(commands, rounds);
  const double env = medians[1];
  std::printf("what is added to true's own time, as a ratio to env true (%.0f microseconds):\n",
              env);
  print_ratio(commands[2].name, (medians[2] - medians[0]) / env, 1.5);
  print_ratio(commands[3].name, (medians[3] - medians[0]) / env, 1.5);
  if (commands.size() > 4) print_ratio(commands[4].name + ", whole", medians[4] / env, 0);
}

void bench_status(const std::string& front, int rounds) {
  const TemporaryDirectory home;
  write_vault(home / "auth.json", vault({"anthropic", "cerebras", "google", "groq", "kimi",
                                         "mistral", "nvidia", "openai", "openrouter", "xai"},
                                        100));
  const auto variables = environment(home.path());
  const auto medians =
      pindus::bench::median_microseconds({{"cat", {"cat", home / "auth.json"}, variables},
                                          {"auth status", {front, "auth", "status"}, variables}},
                                         rounds);
  std::printf("1,000 accounts, as a ratio to cat (%.0f microseconds):\n", medians[0]);
  print_ratio("auth status", medians[1] / medians[0], 10);
}

}  // namespace

int main(int argc, char** argv) {
  return pindus::bench::run_main(argc, argv, 200, [](const std::string& front, int rounds) {
    bench_exec(front, rounds);
    bench_status(front, rounds);
    return 0;
  });
}
