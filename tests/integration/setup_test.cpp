#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/setup_home.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::read_file;
using pindus::test::run_process;
using pindus::test::write_file;

namespace fs = std::filesystem;
using Home = pindus::test::SetupHome;

TEST_CASE("a tool is set up, shown as a difference, and once is enough") {
  const Home home;
  write_file(home.home() / ".claude/settings.json", "{\n  \"model\": \"opus\"\n}\n");
  const ProcessResult first = home.setup({"claude"});
  CHECK(first.exit_code == 0);
  CHECK_THAT(first.out, Contains("   \"model\": \"opus\"") || Contains("-  \"model\": \"opus\""));
  CHECK_THAT(first.out,
             Contains("+  \"apiKeyHelper\": \"" + home.command("key anthropic") + "\"") &&
                 Contains("Claude Code is set up for anthropic."));
  CHECK(home.text(".claude/settings.json") == "{\n  \"model\": \"opus\",\n  \"apiKeyHelper\": \"" +
                                                  home.command("key anthropic") + "\"\n}\n");
  const ProcessResult again = home.setup({"claude"});
  CHECK(again.out == "Claude Code is set up already for anthropic.\n");
  const ProcessResult other = home.setup({"claude", "--account", "work"});
  CHECK_THAT(other.out, Contains("is set up for anthropic as work."));
  CHECK_THAT(home.text(".claude/settings.json"), Contains("key anthropic --account work\""));
  CHECK_THAT(home.setup({}).out, Contains("set up for anthropic as work in ~/.claude/settings"));
}

TEST_CASE("an undo leaves every file, mode and folder as it was") {
  const Home home;
  write_file(home.home() / ".claude/settings.json",
             "{ \"apiKeyHelper\" : \"their own\",\r\n\t\"x\": [ 1 ]}");
  write_file(home.home() / ".codex/config.toml",
             "model_provider = \"theirs\"\n[model_providers.theirs]\nname = \"T\"");
  write_file(home.home() / ".bashrc", "PS1='$ '");
  REQUIRE(chmod((home.home() / ".bashrc").c_str(), 0640) == 0);
  const std::string before = home.everything();
  const std::vector<std::string> tools = {"claude", "codex", "pi", "gemini", "qwen", "crush"};
  for (const std::string& tool : tools) CHECK(home.setup({tool}).exit_code == 0);
  CHECK_THAT(home.text(".pi/agent/models.json"), Contains("!" + home.command("key openai")));
  CHECK_THAT(home.text(".bashrc"), StartsWith("PS1='$ '\n# >>> pindus gemini google >>>\nalias "
                                              "gemini='" +
                                              home.command("exec google -- gemini'")));
  CHECK((fs::status(home.home() / ".bashrc").permissions() & fs::perms::all) ==
        static_cast<fs::perms>(0640));
  for (const std::string& tool : tools) {
    CHECK_THAT(home.setup({tool, "--undo"}).out, Contains("is as it was"));
  }
  CHECK(home.everything() == before);
  CHECK_FALSE(fs::exists(home.path() / "profile/setup.json"));
  CHECK_THAT(home.setup({"claude", "--undo"}).out, Contains("has nothing of pindus's"));
}

TEST_CASE("what was written since stays when a setup is undone") {
  const Home home;
  CHECK(home.setup({"codex"}).exit_code == 0);
  const fs::path file = home.home() / ".codex/config.toml";
  write_file(file, home.text(".codex/config.toml") + "[projects.x]\ntrust = 1\n");
  CHECK(home.setup({"codex", "--undo"}).exit_code == 0);
  CHECK(home.text(".codex/config.toml") == "[projects.x]\ntrust = 1\n");
  CHECK(home.setup({"claude"}).exit_code == 0);
  write_file(home.home() / ".claude/settings.json", "{\"apiKeyHelper\": \"another\"}");
  CHECK_THAT(home.setup({}).out, Contains("no more as it was set up for anthropic"));
  const ProcessResult undone = home.setup({"claude", "--undo"});
  CHECK_THAT(undone.err, Contains("/apiKeyHelper of ") && Contains("was changed since, and stays"));
  CHECK(home.text(".claude/settings.json") == "{\"apiKeyHelper\": \"another\"}");
}

TEST_CASE("a value that was replaced is remembered where nobody else reads it") {
  const Home home;
  write_file(home.home() / ".pi/agent/models.json",
             R"({"providers": {"openai": {"apiKey": "sk-old-key-0123456789abcdef"}}})");
  const ProcessResult result = home.setup({"pi", "openai"});
  CHECK_THAT(result.out, !Contains("sk-old-key-0123456789abcdef"));
  CHECK_THAT(home.text(".pi/agent/models.json"), !Contains("sk-old-key"));
  const fs::path memory = home.path() / "profile/setup.json";
  CHECK_THAT(read_file(memory), Contains("sk-old-key-0123456789abcdef"));
  CHECK((fs::status(memory).permissions() & fs::perms::all) == static_cast<fs::perms>(0600));
  home.setup({"pi", "--undo"});
  CHECK_THAT(home.text(".pi/agent/models.json"), Contains("sk-old-key-0123456789abcdef"));
}

TEST_CASE("with --dry-run it shows the same and changes nothing") {
  const Home home;
  const std::string before = home.everything();
  const ProcessResult result = home.setup({"codex", "--dry-run"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("--- /dev/null\n") && Contains("+[model_providers.pindus]") &&
                             Contains("Nothing was changed."));
  CHECK(home.everything() == before);
  CHECK_FALSE(fs::exists(home.path() / "profile/setup.json"));
}

TEST_CASE("an account that signed in another way is set up in the way that serves it") {
  const Home home;
  CHECK(home.setup({"claude"}).exit_code == 0);
  CHECK(home.setup({"claude", "--account", "browser"}).exit_code == 0);
  CHECK_FALSE(fs::exists(home.home() / ".claude"));
  CHECK_THAT(home.text(".bashrc"),
             Contains("alias claude='" + home.command("exec anthropic:browser -- claude'")));
  CHECK(home.setup({"codex", "openai:browser"}).exit_code == 0);
  CHECK_THAT(home.text(".codex/config.toml"),
             Contains("[model_providers.pindus.http_headers]\nChatGPT-Account-ID = \"acc-1\"") &&
                 Contains("base_url = \"https://chatgpt.com/backend-api/codex\"") &&
                 Contains(R"(args = ["auth", "key", "openai", "--account", "browser"])"));
  CHECK(home.setup({"claude", "--undo"}).exit_code == 0);
  CHECK_FALSE(fs::exists(home.home() / ".bashrc"));
}

TEST_CASE("files are found where the tool's variables say, and each is set up for itself") {
  Home home;
  CHECK(home.setup({"claude"}).exit_code == 0);
  home.environment["CLAUDE_CONFIG_DIR"] = home.path() / "other claude";
  CHECK(home.setup({"claude"}).exit_code == 0);
  CHECK(fs::exists(home.path() / "other claude/settings.json"));
  CHECK(home.setup({"claude", "--undo"}).exit_code == 0);
  CHECK_FALSE(fs::exists(home.path() / "other claude"));
  CHECK(fs::exists(home.home() / ".claude/settings.json"));
}

TEST_CASE("each shell gets the alias in its own file, and an unknown one is told what to do") {
  Home home;
  home.environment["SHELL"] = "/usr/bin/fish";
  CHECK(home.setup({"gemini"}).exit_code == 0);
  CHECK(fs::exists(home.home() / ".config/fish/config.fish"));
  home.environment["SHELL"] = "/bin/zsh";
  home.environment["ZDOTDIR"] = home.path() / "zsh";
  CHECK(home.setup({"gemini"}).exit_code == 0);
  CHECK(fs::exists(home.path() / "zsh/.zshrc"));
  CHECK_FALSE(fs::exists(home.home() / ".config"));  // the person has another shell now
  home.environment["SHELL"] = "/bin/csh";
  const ProcessResult unknown = home.setup({"qwen"});
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.err, Contains("which file csh reads") &&
                              Contains("put it there: alias qwen=" + std::string("'")));
  CHECK(home.setup({"gemini", "--undo"}).exit_code == 0);
  CHECK_FALSE(fs::exists(home.path() / "zsh"));
}

TEST_CASE("what can't be understood or may not be written is refused, and nothing is changed") {
  const Home home;
  const auto refusal = [&](const char* tool, const char* file, std::string_view text) {
    write_file(home.home() / file, text);
    const std::string before = home.everything();
    const ProcessResult result = home.setup({tool});
    CHECK(result.exit_code == 1);
    CHECK(home.everything() == before);
    CHECK_THAT(result.err, StartsWith("Setup failed: ") && Contains(file));
    return result.err;
  };
  CHECK_THAT(refusal("claude", ".claude/settings.json", "{\n # mine\n}"), Contains("(line 2"));
  CHECK_THAT(refusal("claude", ".claude/settings.json", "[]"), Contains("holds no JSON object"));
  CHECK_THAT(refusal("claude", ".claude/settings.json", std::string(5 << 20, ' ')),
             Contains("is larger than 4 MiB"));
  CHECK_THAT(refusal("codex", ".codex/config.toml", "x = [\n"), Contains("as TOML"));
  CHECK_THAT(refusal("codex", ".codex/config.toml", "[model_providers.pindus]\n"),
             Contains("which pindus didn't write"));
  CHECK_THAT(refusal("gemini", ".bashrc", std::string("a\0b\n", 4)), Contains("is no text"));
  CHECK_THAT(refusal("gemini", ".bashrc", "# >>> pindus gemini google >>>\n"),
             Contains("and not its end"));
  write_file(home.home() / ".bashrc", "x\n");
  REQUIRE(chmod((home.home() / ".bashrc").c_str(), 0444) == 0);
  CHECK_THAT(home.setup({"gemini"}).err, Contains("is read-only") && Contains("chmod u+w"));
  CHECK(home.text(".bashrc") == "x\n");
  CHECK_FALSE(fs::exists(home.path() / "profile/setup.json"));
  fs::remove(home.home() / ".bashrc");
  fs::create_directory(home.home() / ".bashrc");
  CHECK_THAT(home.setup({"gemini"}).err, Contains(".bashrc is not a regular file"));
  fs::remove_all(home.home() / ".codex");
  write_file(home.home() / ".codex", "a file");
  CHECK(home.setup({"codex"}).exit_code == 1);
}

TEST_CASE("a link stays one, and other names of a file see the change") {
  const Home home;
  write_file(home.path() / "dotfiles/bashrc", "x\n");
  fs::create_symlink("../dotfiles/bashrc", home.home() / ".bashrc");
  CHECK(home.setup({"gemini"}).exit_code == 0);
  CHECK(fs::is_symlink(home.home() / ".bashrc"));
  CHECK_THAT(read_file(home.path() / "dotfiles/bashrc"), StartsWith("x\n# >>> pindus"));
  CHECK(home.setup({"gemini", "--undo"}).exit_code == 0);
  CHECK(read_file(home.path() / "dotfiles/bashrc") == "x\n");
  write_file(home.path() / "other name", "{}");
  fs::create_directories(home.home() / ".claude");
  fs::create_hard_link(home.path() / "other name", home.home() / ".claude/settings.json");
  CHECK(home.setup({"claude"}).exit_code == 0);
  CHECK_THAT(read_file(home.path() / "other name"), Contains("apiKeyHelper"));
  fs::create_directories(home.path() / "dotfiles/codex");
  fs::create_symlink("../dotfiles/codex", home.home() / ".codex");
  fs::create_symlink("elsewhere.toml", home.path() / "dotfiles/codex/config.toml");
  CHECK(home.setup({"codex"}).exit_code == 0);
  CHECK(fs::exists(home.path() / "dotfiles/codex/elsewhere.toml"));
  CHECK(fs::is_symlink(home.path() / "dotfiles/codex/config.toml"));
}

TEST_CASE("a tool that nobody has heard of is a file, and its file may have any form") {
  const Home home;
  write_file(home.path() / "profile/clients.d/mytool.json", R"({
    "client": 1, "id": "mytool", "label": "My tool", "commands": ["mytool"],
    "providers": { "openai": {} },
    "setup": { "changes": [
      { "file": "${MYTOOL_HOME:-~/.mytool}/config.json", "format": "json",
        "set": { "/auth/command": ["{program}", "{key_args}"], "/auth/url": "{base_url}/v1" } },
      { "file": "~/.mytoolrc", "format": "block", "comment": ";", "in_quotes": true,
        "lines": ["[auth]", "run = \"{key_command}\"", "what = {} {else}"] } ],
      "notes": ["Start {provider} anew."], "shadowed_by": ["HOME"] } })");
  const ProcessResult result = home.setup({"mytool"});
  CHECK(result.exit_code == 0);
  CHECK(home.text(".mytool/config.json") ==
        "{\n  \"auth\": {\n    \"command\": [\"" + PindusProfile::program().string() +
            "\", \"auth\", \"key\", \"openai\"],\n"
            "    \"url\": \"https://api.openai.com/v1\"\n  }\n}\n");
  CHECK(home.text(".mytoolrc") == "; >>> pindus mytool openai >>>\n[auth]\nrun = \"" +
                                      home.command("key openai") +
                                      "\"\nwhat = {} {else}\n; <<< pindus mytool openai <<<\n");
  CHECK_THAT(result.err,
             Contains("Start openai anew.") && Contains("HOME of the environment wins"));
  CHECK_THAT(home.setup({}).out,
             Contains("  not installed  set up for openai in ~/.mytool/config.json"));
  CHECK(home.setup({"mytool", "--undo"}).exit_code == 0);
  CHECK(fs::is_empty(home.home()));
}

TEST_CASE("what a person got wrong is told with what to do") {
  const Home home;
  const ProcessResult unknown = home.setup({"cloude"});
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, Contains("cloude") && Contains("pindus auth setup claude"));
  CHECK_THAT(home.setup({"claude", "--account", "nobody"}).err,
             Contains("nobody") && Contains("pindus signin --list"));
  CHECK_THAT(home.setup({"claude", "groq"}).err, Contains("can't be set up for keys of groq") &&
                                                     Contains("it takes keys of anthropic"));
  CHECK(home.setup({"--undo"}).exit_code == 2);
  const Home empty;
  fs::remove(empty.path() / "profile/auth.json");
  const ProcessResult early = empty.setup({"claude"});
  CHECK(early.exit_code == 0);
  CHECK_THAT(early.err, Contains("Nothing is stored for anthropic yet: pindus signin anthropic"));
  CHECK_THAT(empty.setup({"pi"}).err, Contains("none of them has an account"));
  CHECK(empty.setup({"pi", "groq"}).exit_code == 0);
  write_file(empty.path() / "profile/setup.json", "{");
  CHECK_THAT(empty.setup({}).err, Contains("setup.json can't be understood"));
}

TEST_CASE("an exported variable that would win is told") {
  Home home;
  home.environment["ANTHROPIC_API_KEY"] = "sk-ant-of-the-shell-012345";
  const ProcessResult result = home.setup({"claude"});
  CHECK_THAT(result.err, Contains("ANTHROPIC_API_KEY of the environment wins over it"));
  CHECK_THAT(result.err + result.out, !Contains("sk-ant-of-the-shell"));
}

TEST_CASE("setups at the same time all come to be") {
  const Home home;
  std::vector<std::unique_ptr<pindus::test::ChildProcess>> running;
  const std::vector<std::string> tools = {"gemini", "qwen", "claude", "codex", "pi", "crush"};
  for (const std::string& tool : tools) {
    running.push_back(std::make_unique<pindus::test::ChildProcess>(
        std::vector<std::string>{PindusProfile::program(), "auth", "setup", tool},
        home.environment));
  }
  for (auto& process : running) {
    const ProcessResult result = process->wait();
    if (result.exit_code != 0) CHECK_THAT(result.err, Contains("meanwhile"));
  }
  for (const std::string& tool : tools) CHECK(home.setup({tool}).exit_code == 0);
  for (const std::string& tool : tools) CHECK(home.setup({tool, "--undo"}).exit_code == 0);
  CHECK(fs::is_empty(home.home()));
}

TEST_CASE("a folder's .envrc is set up for that folder") {
  const Home home;
  fs::create_directories(home.path() / "one");
  fs::create_directories(home.path() / "two");
  const auto in = [&](const char* folder, const std::string& arguments) {
    return run_process({"sh", "-c",
                        "cd '" + (home.path() / folder).string() + "' && exec '" +
                            PindusProfile::program().string() + "' auth setup direnv " + arguments},
                       home.environment);
  };
  CHECK(in("one", "anthropic:work").exit_code == 0);
  CHECK(in("two", "anthropic").exit_code == 0);
  CHECK_THAT(read_file(home.path() / "one/.envrc"),
             Contains("eval \"$(" + home.command("env anthropic:work)\"")) &&
                 Contains("watch_file " + (home.path() / "profile/auth.json").string()));
  CHECK_THAT(home.setup({}).out, Contains("one/.envrc") && Contains("two/.envrc"));
  CHECK(in("one", "--undo").exit_code == 0);
  CHECK_FALSE(fs::exists(home.path() / "one/.envrc"));
  CHECK(fs::exists(home.path() / "two/.envrc"));
}
