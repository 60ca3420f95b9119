// The front answers as the host does, or has printed nothing and become the host.

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/end-to-end/front_tree.hpp"
#include "tests/end-to-end/front_vaults.hpp"

namespace fs = std::filesystem;
using pindus::test::Dice;
using pindus::test::ProcessResult;
using pindus::test::RandomVault;
using pindus::test::run_process;
using pindus::test::Variables;
using Tree = pindus::test::FrontTree;

namespace {

constexpr const char* one_key =
    R"({"openai":{"default":{"kind":"apiKey","key":"an-example-of-a-key-0001"}}})";

}  // namespace

TEST_CASE("the front answers alone where it is sure") {
  const Tree tree;
  tree.store(one_key);
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"auth", "key", "openai"},
                                             {"auth", "key", "--account", "default", "OpenAI"},
                                             {"auth", "key", "openai", "--account=default"},
                                             {"auth", "key", "--valid-for", "9", "openai"},
                                             {"auth", "key", "openai", "--valid-for=999999999"}}) {
    const ProcessResult result = tree.run(arguments);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "an-example-of-a-key-0001\n");
    CHECK(result.err.empty());
  }
  CHECK(tree.run({"auth", "key", "--json", "openai"}).out ==
        "{\"key\":\"an-example-of-a-key-0001\",\"kind\":\"apiKey\"}\n");
}

TEST_CASE("the front gives way, having printed nothing, with the same arguments") {
  const Tree tree;
  CHECK(tree.gives_way({"auth", "key", "openai"}));
  tree.store(one_key);
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {""},
                                             {"--help"},
                                             {"--version"},
                                             {"auth"},
                                             {"auth", "key"},
                                             {"auth", "status"},
                                             {"a prompt", "of two words"},
                                             {"auth", "key", "groq"},
                                             {"auth", "key", "openai", "-h"},
                                             {"auth", "key", "openai", "groq"},
                                             {"auth", "key", "openai", "--account"},
                                             {"auth", "key", "openai", "--account", "other"},
                                             {"auth", "key", "openai", "--account", "a b"},
                                             {"auth", "key", "openai", "--account", "-x"},
                                             {"auth", "key", "openai", "--account="},
                                             {"auth", "key", "openai", "--json", "--json"},
                                             {"auth", "key", "openai", "--valid-for"},
                                             {"auth", "key", "openai", "--valid-for="},
                                             {"auth", "key", "openai", "--valid-for", "1h"},
                                             {"auth", "key", "openai", "--valid-for", "-1"},
                                             {"auth", "key", "openai", "--valid-for", "1000000000"},
                                             {"auth", "key", "--", "openai"},
                                             {"auth", "key", "openai", "--plugin-path", "/nowhere"},
                                             {"--json", "auth", "key"}}) {
    CHECK(tree.gives_way(arguments));
  }
}

TEST_CASE("the front knows the names that other programs give accounts") {
  const Tree tree;
  tree.store(R"({"openai":{"me+work@example.com":{"kind":"apiKey","key":"k"}}})");
  CHECK(tree.run({"auth", "key", "openai", "--account", "me+work@example.com"}).out == "k\n");
  CHECK(tree.run({"auth", "key", "openai"}).out == "k\n");
}

TEST_CASE("what is no plain vault is left to the host at once") {
  Tree tree;
  fs::create_directories(tree.profile());
  REQUIRE(mkfifo((tree.profile() / "auth.json").c_str(), 0600) == 0);
  CHECK(tree.gives_way({"auth", "key", "openai"}));
  fs::remove(tree.profile() / "auth.json");
  fs::create_directory(tree.profile() / "auth.json");
  CHECK(tree.gives_way({"auth", "key", "openai"}));
  fs::remove(tree.profile() / "auth.json");
  tree.store(one_key);
  fs::resize_file(tree.profile() / "auth.json", 64 * 1024 * 1024 + 1);
  CHECK(tree.gives_way({"auth", "key", "openai"}));
}

TEST_CASE("the profile is where the environment says") {
  Tree tree;
  tree.store(one_key);
  const auto answers = [&](const Variables& variables) {
    tree.environment = variables;
    return tree.run({"auth", "key", "openai"}).exit_code == 0;
  };
  const std::string profile = tree.profile();
  CHECK(answers({{"INDUSAGI_CODING_AGENT_DIR", profile}, {"INDUSAGI_HOME", "/nowhere"}}));
  CHECK(answers({{"INDUSAGI_CODING_AGENT_DIR", " "}, {"INDUSAGI_HOME", profile + "/"}}));
  CHECK(answers({{"INDUSAGI_HOME", "~/profile"}, {"HOME", tree.profile().parent_path()}}));
  CHECK(answers({{"INDUSAGI_HOME", fs::relative(profile)}}));
  CHECK_FALSE(answers({{"INDUSAGI_HOME", "~/profile"}}));
  CHECK_FALSE(answers({{"HOME", profile}}));
  fs::rename(profile, tree.profile().parent_path() / ".pindusagi");
  CHECK(answers({{"HOME", tree.profile().parent_path()}}));
}

TEST_CASE("an answer that can't be written is never silence") {
  const Tree tree;
  tree.store(one_key);
  CHECK(tree.run_in_shell(">/dev/full").exit_code == 42);
  CHECK(tree.run_in_shell(">&-").exit_code == 42);
}

TEST_CASE("a host that can't be executed is named with the reason") {
  const Tree tree;
  fs::remove(tree.host());
  const ProcessResult result = tree.run({"signin"});
  CHECK(result.exit_code == 127);
  CHECK(result.out.empty());
  CHECK(result.err.find("libexec/pindus/pindus-host: No such file or directory\n") !=
        std::string::npos);
}

TEST_CASE("a vault of many steps reads like a small one") {
  const Tree tree;
  std::string vault = "{";
  while (vault.size() < 300'000) {
    vault += "\"p" + std::to_string(vault.size()) +
             "\": {\"a\": {\"kind\": \"apiKey\", \"key\": \"" +
             std::string(vault.size() % 97, 'x') + "\\u00e9\"} },\n";
  }
  tree.store(vault + std::string(one_key).substr(1));
  CHECK(tree.run({"auth", "key", "openai"}).out == "an-example-of-a-key-0001\n");
}

TEST_CASE("on generated vaults and arguments the front's answer is the host's, or it gave way") {
  const Tree tree;
  int answered = 0;
  for (std::uint64_t seed = 1; seed <= 2500; ++seed) {
    Dice dice(seed);
    RandomVault random(dice);
    const std::string vault = random.vault();
    tree.store(vault);
    std::vector<std::string> arguments = random.arguments();
    arguments.insert(arguments.begin(), {"auth", "key"});
    const ProcessResult front = tree.run(arguments);
    if (front.exit_code == 42) {
      if (!tree.gives_way(arguments)) FAIL("seed " << seed << " printed before it gave way");
      continue;
    }
    ++answered;
    arguments.insert(arguments.begin(), PINDUS_HOST_PROGRAM);
    const ProcessResult host = run_process(arguments, tree.environment);
    if (front.exit_code != host.exit_code || front.out != host.out || front.err != host.err) {
      FAIL("seed " << seed << "\nfront: " << front.exit_code << " " << front.out << front.err
                   << "\nhost: " << host.exit_code << " " << host.out << host.err << "\n"
                   << vault);
    }
  }
  CHECK(answered > 150);
}
