#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/end-to-end/terminal_fixture.hpp"

using pindus::test::ProcessResult;
using pindus::test::run_process;
using Fixture = pindus::test::TerminalFixture;

TEST_CASE_METHOD(Fixture, "a set-user-id copy runs nothing of its caller's") {
  struct statvfs system{};
  REQUIRE(::statvfs(folder.path().c_str(), &system) == 0);
  if (::geteuid() != 0 || (system.f_flag & ST_NOSUID) != 0) {
    WARN("SKIPPED: it takes root, and a file system with set-user-id programs");
    return;
  }
  variables["PINDUS_AGENT"] = write_program("agent", "#!/bin/sh\nid -u\n");
  REQUIRE(run({"fix", "it"}).out == "0\n");
  REQUIRE(run({"signin", "groq"}, pindus::test::key).exit_code == 0);
  for (const std::string program : {PINDUS_FRONT_PROGRAM, PINDUS_HOST}) {
    const auto copy = folder / std::filesystem::path(program).filename();
    std::filesystem::copy_file(program, copy);
    REQUIRE(::chown(copy.c_str(), 65534, 65534) == 0);
    REQUIRE(::chmod(copy.c_str(), 04755) == 0);
    for (const std::vector<std::string>& args :
         {std::vector<std::string>{"fix", "it"}, {"auth", "key", "groq"}, {"--version"}}) {
      std::vector<std::string> argv = {copy};
      argv.insert(argv.end(), args.begin(), args.end());
      const ProcessResult refused = run_process(argv, variables);
      CHECK(refused.exit_code == 1);
      CHECK(refused.out.empty());
      CHECK(refused.err ==
            "pindus: refuses to start: it would run with rights that its caller doesn't have\n");
    }
  }
}
