#include <elf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>

#include "core/base/shared_object.hpp"
#include "core/session/library.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/session_fakes.hpp"

namespace fs = std::filesystem;
using pindus::flaw_of_object;
using pindus::load_plugin;
using pindus::test::bad_plugin;
using pindus::test::read_file;
using pindus::test::SessionFixture;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;
using Kind = pindus::ObjectFlaw::Kind;

namespace {

// The bytes of a plugin that keeps the rules, for one change.
std::string right_bytes() {
  return read_file(bad_plugin("right"));
}

Elf64_Ehdr& header_of(std::string& bytes) {
  return *reinterpret_cast<Elf64_Ehdr*>(bytes.data());
}

// Calls back for each program header of that type.
void for_each_segment(std::string& bytes, Elf64_Word type,
                      const std::function<void(Elf64_Phdr&)>& change) {
  auto* segment = reinterpret_cast<Elf64_Phdr*>(bytes.data() + header_of(bytes).e_phoff);
  for (int i = 0; i < header_of(bytes).e_phnum; ++i, ++segment) {
    if (segment->p_type == type) change(*segment);
  }
}

std::uint64_t end_of_segments(std::string& bytes) {
  std::uint64_t end = 0;
  for_each_segment(bytes, PT_LOAD, [&](const Elf64_Phdr& segment) {
    end = std::max(end, segment.p_offset + segment.p_filesz);
  });
  return end;
}

std::optional<Kind> kind_of(const std::string& bytes) {
  const auto flaw = flaw_of_object(bytes);
  return flaw ? std::optional(flaw->kind) : std::nullopt;
}

// How a process ended that ran `body`: its exit code, or 128 + the signal.
int in_a_process(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) std::signal(number, SIG_DFL);
    _exit(body());
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// What the process may have of a stack that can be executed.
bool has_executable_stack() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.contains("[stack]")) return line.contains("rwx");
  }
  return false;
}

// Every file that the plugin of a session stands in, made useless while it runs.
fs::path plugin_under_change;
void truncate_it() {
  fs::resize_file(plugin_under_change, 0);
}
void overwrite_it() {
  std::ofstream(plugin_under_change, std::ios::binary | std::ios::in)
      << std::string(fs::file_size(plugin_under_change), '\xcc');
}
void (*change_it)() = nullptr;

}  // namespace

TEST_CASE("a plugin's file is refused for what is wrong with it, in a sentence of its own") {
  struct Case {
    std::string what, message, hint;
    std::function<void(std::string&)> change;
  };
  const auto wrong =
      GENERATE(Case{"text", "is no shared object", "", [](std::string& b) { b = "just text"; }},
               Case{"empty", "is no shared object", "", [](std::string& b) { b.clear(); }},
               Case{"a program", "another kind of ELF file", "",
                    [](std::string& b) { header_of(b).e_type = ET_EXEC; }},
               Case{"another machine", "was built for riscv, and this is ", "in the build for ",
                    [](std::string& b) { header_of(b).e_machine = EM_RISCV; }},
               Case{"32 bit", "was built for a 32-bit system", "in the build for ",
                    [](std::string& b) { b[EI_CLASS] = ELFCLASS32; }},
               Case{"big-endian", "the other byte order", "in the build for ",
                    [](std::string& b) { b[EI_DATA] = ELFDATA2MSB; }},
               Case{"a magic number alone", "is cut short: 4 bytes", "install it again",
                    [](std::string& b) { b.resize(4); }},
               Case{"half a header", "is cut short: 40 bytes are there of at least 64",
                    "install it again", [](std::string& b) { b.resize(40); }},
               Case{"half a table", "is cut short", "install it again",
                    [](std::string& b) { b.resize(header_of(b).e_phoff + 60); }},
               Case{"no last byte", "is cut short", "install it again",
                    [](std::string& b) { b.resize(end_of_segments(b) - 1); }},
               Case{"an executable stack", "asks for an executable stack", "-z noexecstack",
                    [](std::string& b) {
                      for_each_segment(b, PT_GNU_STACK, [](auto& s) { s.p_flags |= PF_X; });
                    }},
               Case{"no word about the stack", "doesn't say that it needs no executable stack",
                    "-z noexecstack", [](std::string& b) {
                      for_each_segment(b, PT_GNU_STACK, [](auto& s) { s.p_type = PT_NULL; });
                    }});
  CAPTURE(wrong.what);
  std::string bytes = right_bytes();
  wrong.change(bytes);
  const TemporaryDirectory folder;
  write_file(folder / "right.so", bytes);
  const auto plugin = load_plugin(folder / "right.so");
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().why.message.contains((folder / "right.so").string()));
  CHECK(plugin.error().why.message.contains(wrong.message));
  CHECK(plugin.error().why.hint.contains(wrong.hint));
  CHECK_FALSE(has_executable_stack());
}

TEST_CASE("a plugin that only the dynamic loader can refuse is told in our words") {
  struct Case {
    std::string name, message, hint;
  };
  const auto wrong =
      GENERATE(Case{"missing-version", "needs GLIBC_9.99, which this system's libm.so.6 hasn't",
                    "or a newer libm.so.6"},
               Case{"missing-library", "needs libpindus-not-installed.so.1, which isn't installed",
                    "install the package that has libpindus-not-installed.so.1"},
               Case{"missing-symbol", "needs the symbol pindus_test_no_such_function", "-z defs"});
  CAPTURE(wrong.name);
  const auto plugin = load_plugin(bad_plugin(wrong.name));
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().why.message ==
        "the plugin " + bad_plugin(wrong.name).string() + " " + wrong.message +
            (wrong.name == "missing-symbol" ? ", which no library here has" : ""));
  CHECK(plugin.error().why.hint.contains(wrong.hint));
}

TEST_CASE("a plugin that is linked with an executable stack leaves ours as it is") {
  const auto plugin = load_plugin(bad_plugin("executable-stack"));
  REQUIRE_FALSE(plugin);
  CHECK(plugin.error().why.message.contains("asks for an executable stack"));
  CHECK(plugin.error().rule == "P15");
  CHECK_FALSE(has_executable_stack());
}

TEST_CASE("a file is whole with its segments, whatever became of its section headers") {
  std::string bytes = right_bytes();
  CHECK_FALSE(kind_of(bytes));
  bytes.resize(end_of_segments(bytes));
  CHECK_FALSE(kind_of(bytes));
  const TemporaryDirectory folder;
  write_file(folder / "right.so", bytes);
  CHECK(load_plugin(folder / "right.so"));
}

TEST_CASE("a plugin cut short anywhere is refused and never a crash") {
  std::string whole = right_bytes();
  const std::uint64_t needed = end_of_segments(whole);
  for (std::size_t size = 0; size < needed; size += size < 2048 ? 1 : 509) {
    CAPTURE(size);
    const auto kind = kind_of(whole.substr(0, size));
    CHECK(kind == (size < SELFMAG ? Kind::no_shared_object : Kind::cut_short));
  }
}

TEST_CASE("program headers whose sums overflow are cut short and not read") {
  std::string bytes = right_bytes();
  SECTION("a segment") {
    for_each_segment(bytes, PT_LOAD, [](auto& s) { s.p_offset = UINT64_MAX - 1; });
  }
  SECTION("the table") {
    header_of(bytes).e_phoff = UINT64_MAX - 8;
  }
  CHECK(kind_of(bytes) == Kind::cut_short);
}

TEST_CASE("a plugin whose file is changed while it runs works on to its end") {
  change_it = GENERATE(truncate_it, overwrite_it);
  const TemporaryDirectory folder;
  plugin_under_change = folder / "scripted.so";
  fs::copy_file(PINDUS_SCRIPTED_PLUGIN, plugin_under_change);
  CHECK(in_a_process([] {
          SessionFixture fixture;
          fixture.method.library_path = plugin_under_change;
          fixture.method.options["token"] = "a";
          const auto outcome = fixture.run([](const pindus_host_1* host, pindus_session session) {
            change_it();
            return pindus::test::store(host, session);
          });
          return outcome.code == PINDUS_OK && !outcome.credentials.access.empty() ? 0 : 1;
        }) == 0);
}

TEST_CASE("a plugin's name is what the manifest calls it, wherever its file is") {
  const TemporaryDirectory folder;
  fs::copy_file(bad_plugin("right"), folder / "right.so.1.2.0");
  fs::create_symlink("right.so.1.2.0", folder / "right.so");
  CHECK(load_plugin(folder / "right.so"));
  CHECK(load_plugin(fs::canonical(folder / "right.so"), "right.so"));
  const auto other = load_plugin(fs::canonical(folder / "right.so"), "wrong.so");
  REQUIRE_FALSE(other);
  CHECK(other.error().rule == "P3");
  CHECK(other.error().why.message.contains("calls itself \"right\""));

  SessionFixture fixture;
  fixture.method.library = "right.so";
  fixture.method.library_path = fs::canonical(folder / "right.so");
  CHECK(fixture.run_at(fixture.method.library_path).code == PINDUS_OK);
}

TEST_CASE("one file is loaded once, whatever it is called, and another that takes its place anew") {
  const TemporaryDirectory folder;
  fs::copy_file(bad_plugin("right"), folder / "right.so");
  fs::create_directory(folder / "linked");
  fs::create_hard_link(folder / "right.so", folder / "linked/right.so");
  const auto first = load_plugin(folder / "right.so");
  const auto linked = load_plugin(folder / "linked/right.so");
  REQUIRE(first);
  REQUIRE(linked);
  CHECK(*first == *linked);

  fs::copy_file(bad_plugin("right"), folder / "new.so");
  fs::rename(folder / "new.so", folder / "right.so");
  const auto upgraded = load_plugin(folder / "right.so");
  REQUIRE(upgraded);
  CHECK(*upgraded != *first);
  CHECK((*first)->size == sizeof(pindus_plugin_1));
}

TEST_CASE("plugins that are refused after each other are never mistaken for one another") {
  for (int i = 0; i < 3; ++i) {
    const auto other = load_plugin(bad_plugin("other-id"));
    REQUIRE_FALSE(other);
    CHECK(other.error().why.message.contains("somebody-else"));
    const auto missing = load_plugin(bad_plugin("missing-version"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().why.message.contains("GLIBC_9.99"));
    CHECK(load_plugin(bad_plugin("right")));
  }
}

TEST_CASE("what only looks like a plugin's file is refused at once") {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "folder.so");
  const auto directory = load_plugin(folder / "folder.so");
  REQUIRE_FALSE(directory);
  CHECK(directory.error().why.message.contains("is no file"));
  REQUIRE(mkfifo((folder / "pipe.so").c_str(), 0600) == 0);
  const auto pipe = load_plugin(folder / "pipe.so");
  REQUIRE_FALSE(pipe);
  CHECK(pipe.error().why.message.contains("is no file"));
}

TEST_CASE(
    "a plugin on a file system that is mounted noexec is refused, as its administrator wants") {
  const TemporaryDirectory folder;
  constexpr int no_namespaces = 77;
  const int code = in_a_process([&] {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      return no_namespaces;
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", folder.path().c_str(), "tmpfs", MS_NOEXEC, nullptr) != 0) {
      return no_namespaces;
    }
    fs::copy_file(bad_plugin("right"), folder / "right.so");
    const auto plugin = load_plugin(folder / "right.so");
    if (plugin) return 1;
    if (!plugin.error().why.message.contains("is on a file system that is mounted noexec"))
      return 2;
    return plugin.error().why.hint.contains("whose programs may be run") ? 0 : 3;
  });
  if (code == no_namespaces) {
    std::puts("SKIPPED: nothing can be mounted here");
    return;
  }
  CHECK(code == 0);
}

TEST_CASE("where no copy of a plugin can be made, its own file is loaded") {
  CHECK(in_a_process([] {
          const rlimit no_files = {0, 0};
          std::signal(SIGXFSZ, SIG_IGN);
          if (setrlimit(RLIMIT_FSIZE, &no_files) != 0) return 1;
          return load_plugin(bad_plugin("right")) && !load_plugin(bad_plugin("executable-stack"))
                     ? 0
                     : 2;
        }) == 0);
}

TEST_CASE("a debugger finds the copy that is loaded by a name that says which plugin it is") {
  const auto plugin = load_plugin(bad_plugin("right"));
  REQUIRE(plugin);
  CHECK(read_file("/proc/self/maps").contains("/memfd:right.so"));
}
