// Which account the front takes where nobody names one: it and the host choose the same.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/end-to-end/front_tree.hpp"

namespace fs = std::filesystem;
using pindus::test::FrontTree;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;

namespace {

constexpr const char* two_accounts =
    R"({"openai":{"default":{"kind":"apiKey","key":"key-of-the-default-account","isDefault":true},
    "work":{"kind":"apiKey","key":"key-of-the-work-account-01"}},
    "z.ai":{"default":{"kind":"apiKey","key":"key-of-the-default-account"},
    "work":{"kind":"apiKey","key":"key-of-the-work-account-01"}}})";

// A tree of folders to work in, and rules for them.
struct Projects : FrontTree {
  Projects() {
    store(two_accounts);
    for (const char* name : {"a/b/c", "ab", "d"}) fs::create_directories(folder(name));
  }

  [[nodiscard]] fs::path folder(const std::string& name) const {
    return fs::canonical(folders_.path()) / name;
  }
  [[nodiscard]] fs::path rules() const { return profile() / "projects.json"; }

  // `auth key PROVIDER` in that folder: by the front, or "gives way", or by the host alone.
  [[nodiscard]] std::string by_front(const std::string& name,
                                     const std::string& provider = "openai") const {
    const ProcessResult result = in(name, front(), provider);
    return result.exit_code == 42 ? "gives way" : short_name(result.out);
  }
  [[nodiscard]] std::string by_host(const std::string& name,
                                    const std::string& provider = "openai") const {
    const ProcessResult result = in(name, PINDUS_HOST_PROGRAM, provider);
    return result.exit_code == 0 ? short_name(result.out) : result.err;
  }
  // Both, where they agree.
  [[nodiscard]] std::string account(const std::string& name,
                                    const std::string& provider = "openai") const {
    const std::string one = by_front(name, provider);
    const std::string other = by_host(name, provider);
    return one == other ? one : one + " / " + other;
  }

 private:
  [[nodiscard]] ProcessResult in(const std::string& name, const std::string& program,
                                 const std::string& provider) const {
    return run_process({"/bin/sh", "-c", "cd \"$1\" && exec \"$2\" auth key \"$3\"", "sh",
                        folder(name), program, provider},
                       environment);
  }
  static std::string short_name(const std::string& key) {
    if (key == "key-of-the-default-account\n") return "default";
    return key == "key-of-the-work-account-01\n" ? "work" : key;
  }

  TemporaryDirectory folders_;
};

}  // namespace

TEST_CASE("a provider's variable chooses its account, whatever the id is made of") {
  Projects projects;
  projects.environment["PINDUS_ACCOUNT_OPENAI"] = "work";
  CHECK(projects.account("d") == "work");
  CHECK(projects.account("d", "OpenAI") == "work");
  CHECK(projects.account("d", "z.ai") == "default");
  projects.environment["PINDUS_ACCOUNT_Z_AI"] = "work";
  CHECK(projects.account("d", "z.ai") == "work");
  for (const char* blank : {"", " ", "\t\n"}) {
    projects.environment["PINDUS_ACCOUNT_OPENAI"] = blank;
    CHECK(projects.account("d") == "default");
  }
}

TEST_CASE("the rule of the deepest folder counts, for the provider that it names") {
  Projects projects;
  write_file(projects.rules(),
             "{\"" + projects.folder("a").string() + R"(": {"OPENAI": "work", "z.ai": "work"}, ")" +
                 projects.folder("a/b").string() + R"(": {"openai": "default"}})");
  CHECK(projects.account("a") == "work");
  CHECK(projects.account("a/b") == "default");
  CHECK(projects.account("a/b/c") == "default");
  CHECK(projects.account("a/b/c", "z.ai") == "work");
  CHECK(projects.account("ab") == "default");
  CHECK(projects.account("d") == "default");
  projects.environment["PINDUS_ACCOUNT_OPENAI"] = "work";
  CHECK(projects.account("a/b") == "work");
}

TEST_CASE("a rule for the root counts everywhere, and a link to a folder is that folder") {
  Projects projects;
  write_file(projects.rules(), R"({"/": {"openai": "work"}})");
  CHECK(projects.account("d") == "work");
  write_file(projects.rules(), "{\"" + projects.folder("a").string() + R"(": {"openai": "work"}})");
  fs::create_symlink(projects.folder("a/b"), projects.folder("link"));
  CHECK(projects.account("link") == "work");
}

TEST_CASE("rules that nobody understands are the host's to explain, and no key is handed out") {
  Projects projects;
  for (const char* text : {"", "{", "[]", "{} x", R"({"/": "work"})", R"({"/": {"openai": 1}})",
                           R"({"/": {"openai": null}})"}) {
    write_file(projects.rules(), text);
    CHECK(projects.by_front("d") == "gives way");
    if (*text == '\0') continue;
    CHECK(projects.by_host("d").contains("projects.json can't be understood"));
  }
  fs::remove(projects.rules());
  fs::create_directory(projects.rules());
  CHECK(projects.by_front("d") == "gives way");
}

TEST_CASE("an account that is chosen and not there is told with who chose it") {
  Projects projects;
  projects.environment["PINDUS_ACCOUNT_OPENAI"] = "gone";
  CHECK(projects.by_front("d") == "gives way");
  CHECK(projects.by_host("d").contains("PINDUS_ACCOUNT_OPENAI says that openai is used as"));
  projects.environment["PINDUS_ACCOUNT_OPENAI"] = "";
  write_file(projects.rules(), "{\"" + projects.folder("a").string() + R"(": {"openai": "gone"}})");
  CHECK(projects.by_front("a") == "gives way");
  CHECK(projects.by_host("a").contains("the rule for " + projects.folder("a").string()));
  CHECK(projects.by_host("a").contains("pindus auth use openai --remove --dir "));
  CHECK(projects.account("d") == "default");
}
