// A plugin's file that is not what its author built: check says what is wrong with it, and sign-in
// refuses it in the same words.
#include <elf.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "core/base/json.hpp"
#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/pindus_profile.hpp"
#include "tests/plugin-tool/plugin_folder.hpp"

using Catch::Contains;
using pindus::Json;
using pindus::test::finding;
using pindus::test::Finding;
using pindus::test::PindusProfile;
using pindus::test::PluginFolder;
using pindus::test::read_file;
using pindus::test::run_process;
using pindus::test::write_file;

namespace {

void damage(const PluginFolder& folder, const std::function<void(std::string&)>& change) {
  std::string bytes = read_file(folder.library());
  change(bytes);
  write_file(folder.library(), bytes);
}

void cut_short(std::string& bytes) {
  bytes.resize(3000);
}

void for_another_machine(std::string& bytes) {
  reinterpret_cast<Elf64_Ehdr*>(bytes.data())->e_machine = EM_S390;
}

void without_word_on_its_stack(std::string& bytes) {
  const auto& header = *reinterpret_cast<Elf64_Ehdr*>(bytes.data());
  auto* segment = reinterpret_cast<Elf64_Phdr*>(bytes.data() + header.e_phoff);
  for (int i = 0; i < header.e_phnum; ++i) {
    if (segment[i].p_type == PT_GNU_STACK) segment[i].p_type = PT_NULL;
  }
}

}  // namespace

TEST_CASE("plugin check names what is wrong with a plugin's file, and sign-in refuses it so too") {
  struct Case {
    void (*change)(std::string&);
    std::string test, message;
  };
  const auto wrong = GENERATE(
      Case{cut_short, "file", "is cut short: 3000 bytes are there of at least "},
      Case{for_another_machine, "machine", "was built for s390, and this is "},
      Case{without_word_on_its_stack, "stack", "doesn't say that it needs no executable stack"});
  CAPTURE(wrong.test);
  const PindusProfile profile;
  const PluginFolder folder("right");
  damage(folder, wrong.change);
  const auto checked = profile.run({"plugin", "check", "--json", folder.manifest()});
  CHECK(checked.exit_code == 1);
  const Finding found = finding(checked.out, wrong.test);
  CHECK(found.status == "failed");
  CHECK_THAT(found.message, Contains(wrong.message));

  const auto signed_in =
      profile.run({"signin", "right", "--oauth", "--plugin-path", folder.path()});
  CHECK(signed_in.exit_code == 1);
  CHECK_THAT(signed_in.err, Contains(folder.library().string() + " " + wrong.message));
  CHECK_FALSE(profile.has_vault());
}

TEST_CASE("a library that is a link to its versioned file signs in by the link's name") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  std::filesystem::rename(folder.library(), folder.path() / "right.so.1.2.0");
  std::filesystem::create_symlink("right.so.1.2.0", folder.library());
  const auto signed_in =
      profile.run({"signin", "right", "--oauth", "--plugin-path", folder.path()});
  INFO(signed_in.err);
  CHECK(signed_in.exit_code == 0);
  CHECK(profile.stored("/right/default/access") == "made-up-token");
  CHECK(profile.run({"plugin", "check", folder.manifest()}).exit_code == 0);
  CHECK(profile.run({"plugin", "check", folder.library()}).exit_code == 0);
}

TEST_CASE("nothing more is said of a file that is no whole shared object") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  damage(folder, cut_short);
  const auto checked = profile.run({"plugin", "check", "--json", folder.manifest()});
  CHECK(finding(checked.out, "file").status == "failed");
  for (const std::string after : {"exports", "elf", "load", "script"}) {
    CHECK(finding(checked.out, after).status.empty());
  }
}

TEST_CASE("plugin check --static, which a cross build runs, takes another machine's plugin") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  damage(folder, for_another_machine);
  const auto checked = profile.run({"plugin", "check", "--static", "--json", folder.manifest()});
  INFO(checked.out);
  CHECK(checked.exit_code == 0);
  CHECK(finding(checked.out, "machine").status == "warning");
  CHECK(finding(checked.out, "versions").status == "skipped");
  CHECK(finding(checked.out, "exports").status == "success");
}

TEST_CASE(
    "plugin check warns of a file system that is mounted noexec, where it can't load a plugin") {
  const PindusProfile profile;
  const PluginFolder folder("right");
  if (run_process({"unshare", "-m", "true"}, profile.environment).exit_code != 0) {
    pindus::test::skip("no mount namespace may be made here");
  }
  pindus::test::Variables environment = profile.environment;
  environment["FOLDER"] = folder.path();
  environment["PINDUS"] = PindusProfile::program();
  const auto in_noexec =
      [&](const std::string& script) {
        return run_process({"unshare", "-m", "sh", "-euc",
                            R"(mount --bind "$FOLDER" "$FOLDER"
                           mount -o remount,bind,noexec "$FOLDER"
                           )" + script},
                           environment);
      };
  const auto checked = in_noexec(R"("$PINDUS" plugin check --json "$FOLDER/right.json")");
  CHECK(checked.exit_code == 1);
  CHECK(finding(checked.out, "mount").status == "warning");
  CHECK_THAT(finding(checked.out, "mount").message, Contains("is mounted noexec"));
  CHECK(finding(checked.out, "load").status == "failed");
  CHECK(in_noexec(R"("$PINDUS" plugin check --static "$FOLDER/right.json")").exit_code == 0);
  const auto signed_in = in_noexec(R"("$PINDUS" signin right --plugin-path "$FOLDER")");
  CHECK(signed_in.exit_code == 1);
  CHECK_THAT(signed_in.err, Contains("is on a file system that is mounted noexec"));
}
