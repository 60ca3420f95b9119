// What `auth setup` does with files of a special kind, and what it tells programs.
#include <sys/xattr.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <map>

#include "core/base/json.hpp"
#include "core/base/platform.hpp"
#include "tests/integration/setup_home.hpp"
#include "tests/unit/acl_attribute.hpp"

using Catch::Matchers::Contains;
using pindus::Json;
using pindus::test::ProcessResult;
using pindus::test::write_file;
using Home = pindus::test::SetupHome;

namespace fs = std::filesystem;

TEST_CASE("settings with comments keep them, and are as they were after an undo") {
  const Home home;
  const std::string before =
      "// by hand\n{\n  \"model\": \"opus\", // the large one\n  /* \"x\": 1 */\n}\n";
  write_file(home.home() / ".claude/settings.json", before);
  CHECK(home.setup({"claude"}).exit_code == 0);
  CHECK(home.text(".claude/settings.json") ==
        "// by hand\n{\n  \"model\": \"opus\", // the large one\n  \"apiKeyHelper\": \"" +
            home.command("key anthropic") + "\",\n  /* \"x\": 1 */\n}\n");
  CHECK_THAT(home.setup({}).out, Contains("set up for anthropic in ~/.claude/settings.json"));
  CHECK(home.setup({"claude", "--undo"}).exit_code == 0);
  CHECK(home.text(".claude/settings.json") == before);
}

TEST_CASE("the list of the tools can be read by a program") {
  const Home home;
  write_file(home.home() / ".config/crush/crush.json",
             R"({"providers": {"openai": {"api_key": "theirs"}}})");
  CHECK(home.setup({"claude", "--account", "work"}).exit_code == 0);
  const ProcessResult result = home.setup({"--json"});
  CHECK(result.exit_code == 0);
  const auto list = Json::parse(result.out);
  REQUIRE(list);
  CHECK(list->find("version")->as_integer() == 1);
  std::map<std::string, const Json*> tools;
  for (const Json& tool : *list->find("tools")->as_array()) {
    tools[*tool.find("tool")->as_string()] = &tool;
  }
  REQUIRE(tools.contains("claude"));
  const Json& claude = *tools["claude"];
  CHECK(claude.find("setups")->dump() == R"([{"provider":"anthropic","account":"work","file":")" +
                                             (home.home() / ".claude/settings.json").native() +
                                             R"(","inPlace":true}])");
  CHECK(claude.find("ownSetting")->is_null());
  REQUIRE(tools.contains("crush"));
  const Json& crush = *tools["crush"];
  CHECK(crush.find("setups")->as_array()->empty());
  CHECK(crush.find("program")->is_null());
  CHECK(*crush.find("ownSetting")->as_string() == home.home() / ".config/crush/crush.json");
  CHECK(home.setup({"claude", "--json"}).exit_code == 2);
}

TEST_CASE("a file that is changed keeps the ACL that it had") {
  const Home home;
  const fs::path file = home.home() / ".claude/settings.json";
  write_file(file, "{}\n");
  const std::string acl = acl_attribute({{AclEntry::owner, 6},
                                         {AclEntry::user, 4, 65534},
                                         {AclEntry::owning_group, 0},
                                         {AclEntry::mask, 4},
                                         {AclEntry::other, 0}});
  if (setxattr(file.c_str(), "system.posix_acl_access", acl.data(), acl.size(), 0) != 0) {
    std::cout << "\nSKIPPED: this file system has no ACLs" << std::endl;
    return;
  }
  CHECK(home.setup({"claude"}).exit_code == 0);
  CHECK_THAT(home.text(".claude/settings.json"), Contains("apiKeyHelper"));
  CHECK(pindus::platform::access_acl(file) == acl);
}
