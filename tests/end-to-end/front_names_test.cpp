// Accounts that other programs have named, in a shell.

#include <catch2/catch.hpp>
#include <string>

#include "tests/end-to-end/front_tree.hpp"

using pindus::test::plain_environment;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::TemporaryDirectory;
using pindus::test::Variables;
using pindus::test::write_file;

TEST_CASE("the hint about an account with a name of another program's is a command that works") {
  const std::string name =
      GENERATE(as<std::string>(), "me@example.com", "me & you", "it's", "$(id)", "a;b", "-x");
  CAPTURE(name);
  const TemporaryDirectory folder;
  Variables variables = plain_environment();
  variables["INDUSAGI_HOME"] = folder.path();
  const std::filesystem::path front = PINDUS_FRONT_PROGRAM;
  variables["PATH"] = front.parent_path().string() + ":" + variables["PATH"];
  write_file(folder / "auth.json", R"({"groq":{")" + name + R"(":{"kind":"passkey"}}})");
  const auto run = [&](const std::string& command) {
    return run_process({"/bin/sh", "-c", command}, variables, "gsk_0123456789abcdefghij\n");
  };
  const std::vector<std::string> ask = {front, "auth", "key", "groq", "--account=" + name};

  const ProcessResult refused = run_process(ask, variables);
  REQUIRE(refused.exit_code == 1);
  const auto at = refused.err.find("pindus signin");
  REQUIRE(at != std::string::npos);
  CHECK(run(refused.err.substr(at)).exit_code == 0);
  CHECK(run_process(ask, variables).out == "gsk_0123456789abcdefghij\n");

  // "... --replace, or first: pindus signout ..."
  const ProcessResult there =
      run_process({front, "signin", "groq", "--account=" + name}, variables);
  const auto signout = there.err.find("pindus signout");
  REQUIRE(signout != std::string::npos);
  CHECK(run(there.err.substr(signout)).exit_code == 0);
  CHECK(run_process({front, "signin", "--list"}, variables).out == "Saved accounts:\n  (none)\n");
}
