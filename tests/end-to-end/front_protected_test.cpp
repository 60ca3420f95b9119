// A protected vault, whose key lies in the kernel's keyring or doesn't.
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "tests/end-to-end/front_tree.hpp"
#include "tests/support/unlocked_key.hpp"

using pindus::test::FrontTree;
using pindus::test::run_process;
using pindus::test::UnlockedKey;

namespace {

// A tree with a protected vault; the test is skipped where there is no keyring.
struct ProtectedTree : FrontTree {
  ProtectedTree() {
    store(R"({"openai":{"default":{"kind":"apiKey","key":")" +
          key.seal("an-example-of-a-key-0001", "openai", "default", "key") +
          R"("},"work":{"kind":"oauth","access":")" +
          key.seal("an-example-of-a-token-02", "openai", "work", "access") + R"(","refresh":")" +
          key.seal("refresh", "openai", "work", "refresh") + R"(","private":")" +
          key.seal("{}", "openai", "work", "private") +
          R"(","expires":4102444800000},"moved":{"kind":"apiKey","key":")" +
          key.seal("an-example-of-a-key-0001", "openai", "default", "key") + R"("}}})");
  }

  [[nodiscard]] bool can_run() const {
    if (key.error() != 0) {
      WARN("SKIPPED: the kernel's keyring can't be used: " << std::strerror(key.error()));
    }
    return key.error() == 0;
  }
  [[nodiscard]] std::string by_host(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PINDUS_HOST_PROGRAM);
    return run_process(std::move(arguments), environment).out;
  }

  UnlockedKey key;
};

}  // namespace

TEST_CASE("the front answers from a protected vault that is unlocked, as the host does") {
  const ProtectedTree tree;
  if (!tree.can_run()) return;
  CHECK(tree.run({"auth", "key", "openai"}).out == "an-example-of-a-key-0001\n");
  CHECK(tree.by_host({"auth", "key", "openai"}) == "an-example-of-a-key-0001\n");
  const std::vector<std::string> as_json = {"auth", "key", "openai", "--json", "--account", "work"};
  CHECK(tree.run(as_json).out ==
        "{\"key\":\"an-example-of-a-token-02\",\"kind\":\"oauth\",\"expires\":4102444800000}\n");
  CHECK(tree.by_host(as_json) == tree.run(as_json).out);
}

TEST_CASE("the front gives way where a protected vault is locked") {
  const ProtectedTree tree;
  if (!tree.can_run()) return;
  CHECK(tree.run({"auth", "key", "openai"}).exit_code == 0);
  tree.key.lock();
  CHECK(tree.gives_way({"auth", "key", "openai"}));
  CHECK(tree.gives_way({"auth", "key", "openai", "--account", "work", "--json"}));
}

TEST_CASE("the front gives way where a sealed value was moved to another account") {
  const ProtectedTree tree;
  if (!tree.can_run()) return;
  CHECK(tree.gives_way({"auth", "key", "openai", "--account", "moved"}));
}

TEST_CASE("nobody prints a sealed value as a key") {
  const ProtectedTree tree;
  tree.key.lock();
  CHECK(tree.by_host({"auth", "key", "openai"}) == "");
  CHECK(tree.by_host({"auth", "key", "openai", "--account", "work", "--json"}) == "");
}
