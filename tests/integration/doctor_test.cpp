// What the real program finds wrong, and that what it says to do about it mends it.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>

#include "core/vault/file_lock.hpp"
#include "core/vault/left_over.hpp"
#include "tests/integration/token_endpoint.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using pindus::Json;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::PindusProfile;
using pindus::test::ProcessResult;
using pindus::test::run_process;
using pindus::test::write_file;

namespace {

constexpr const char* healthy = R"({"openai": {"default": {"kind": "apiKey", "isDefault": true,
  "key": "sk-0123456789abcdefghij"}}})";

struct Patient : PindusProfile {
  Patient() {
    write_vault(healthy);
    fs::permissions(profile(), fs::perms::owner_all);
    set_mode("auth.json", 0600);
  }
  [[nodiscard]] fs::path profile(const std::string& file = {}) const {
    return path() / "profile" / file;
  }
  void set_mode(const std::string& file, mode_t mode) const {
    REQUIRE(::chmod(profile(file).c_str(), mode) == 0);
  }
  [[nodiscard]] ProcessResult doctor(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {"auth", "doctor"});
    return run(std::move(arguments));
  }
  void put(const std::string& file, std::string_view text) const {
    write_file(profile(file), text);
    set_mode(file, 0600);
  }
  // Runs the command that stands below the line with `text`.
  void follow_hint(const std::string& out, const std::string& text) const {
    const auto line = out.find(text);
    REQUIRE(line != std::string::npos);
    const auto begin = out.find("\n         ", line) + 10;
    const std::string command = out.substr(begin, out.find('\n', begin) - begin);
    INFO(command);
    pindus::test::Variables variables = environment;
    variables["PATH"] = program().parent_path().string() + ":" + variables["PATH"];
    CHECK(run_process({"/bin/sh", "-c", command}, variables).exit_code == 0);
  }
  // Each file with its mode, size, and what it holds.
  [[nodiscard]] std::string state() const {
    return run_process({"/bin/sh", "-c",
                        "cd \"$1\" && find . -printf '%p %m %s %T@\\n' | sort && cat auth.json",
                        "sh", profile()},
                       environment)
        .out;
  }
};

}  // namespace

TEST_CASE("auth doctor says that all is well, and changes nothing") {
  const Patient patient;
  const std::string before = patient.state();
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("All is well.") && !Contains("wrong"));
  CHECK(result.err.empty());
  CHECK(patient.state() == before);
  const PindusProfile empty;
  CHECK(empty.run({"auth", "doctor"}).exit_code == 0);
  CHECK_FALSE(fs::exists(empty.path() / "profile"));
}

TEST_CASE("modes that let others in are found, with the command that mends them") {
  const Patient patient;
  patient.put("projects.json", "{}");
  patient.set_mode("auth.json", 0644);
  patient.set_mode("projects.json", 0666);
  patient.set_mode("", 0777);
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("Not all is well: 3 things are wrong"));
  patient.follow_hint(result.out, "auth.json is open to others (mode 644)");
  patient.follow_hint(result.out, "projects.json, which says whose key is used");
  patient.follow_hint(result.out, "is writable by everyone");
  CHECK(patient.doctor().exit_code == 0);
}

TEST_CASE("a lock is told with who holds it, and isn't waited for") {
  const Patient patient;
  const auto place = pindus::VaultPlace::find(patient.profile("auth.json"));
  REQUIRE(place.has_value());
  auto lock = pindus::FileLock::take(*place, {pindus::vault_lock_byte}, "the vault", {});
  REQUIRE(lock.has_value());
  lock->say_who_holds();
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("process " + std::to_string(::getpid()) + " (") &&
                             Contains(") keeps the vault locked"));
  CHECK_THAT(result.out, Contains("\n         kill " + std::to_string(::getpid()) + "\n"));
}

TEST_CASE("a stopped process that holds a lock is told, and goes on as told") {
  std::atomic<bool> asked = false;
  std::atomic<bool> answers = false;
  pindus::test::TokenEndpoint endpoint([&](Connection& connection, const std::string&) {
    asked = true;
    while (!answers && connection.sleep(std::chrono::milliseconds(5))) continue;
    connection.write(pindus::test::token_answer("new-access", "new-refresh"));
  });
  auto holder = endpoint.profile.start({"auth", "key", "acme"});
  for (int tries = 0; tries < 4000 && !asked; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(asked);
  const std::string process = std::to_string(holder.pid());
  const std::string what =
      "process " + process + " (pindus-host) keeps the account default of acme locked";
  const ProcessResult working = endpoint.profile.run({"auth", "doctor"});
  CHECK_THAT(working.out, Contains("note   " + what + "\n"));
  holder.signal(SIGSTOP);
  const ProcessResult stopped = endpoint.profile.run({"auth", "doctor"});
  CHECK(stopped.exit_code == 1);
  CHECK_THAT(stopped.out,
             Contains("wrong  " + what + " and is stopped\n         kill -CONT " + process + "\n"));
  holder.signal(SIGCONT);
  answers = true;
  CHECK(holder.wait().out == "new-access\n");
  CHECK_THAT(endpoint.profile.run({"auth", "doctor"}).out,
             Contains("ok     nobody keeps it locked"));
}

TEST_CASE("another program's lock that it left behind is told, and one in use is not") {
  const Patient patient;
  const fs::path lock = patient.profile("auth.json.lock");
  fs::create_directory(lock);
  CHECK_THAT(patient.doctor().out, !Contains("auth.json.lock"));
  fs::last_write_time(lock, fs::file_time_type::clock::now() - std::chrono::minutes(2));
  const ProcessResult result = patient.doctor();
  CHECK_THAT(result.out, Contains("note   " + lock.native() +
                                  " is the lock of another program that has ended without"));
  patient.follow_hint(result.out, "is the lock of another program");
  CHECK_FALSE(fs::exists(lock));
}

TEST_CASE("a grant that is kept beside the vault is told, and the command below takes it up") {
  const Patient patient;
  const auto vault_with = [](const std::string& token, const std::string& end) {
    return R"({"openai": {"office": {"kind": "oauth", "isDefault": true, "access": "access-)" +
           token + R"(-0123456789", "refresh": "refresh-)" + token +
           R"(-0123456789", "expires": )" + end + "}}}";
  };
  patient.put("auth.json", vault_with("old", "1"));
  const auto place = pindus::VaultPlace::find(patient.profile("auth.json"));
  REQUIRE(place.has_value());
  const pindus::Account account{"openai", "office"};
  const auto vault = pindus::VaultDocument::parse(
      pindus::SecretText(std::string_view(patient.vault_text())), "the vault");
  REQUIRE(vault.has_value());
  const std::string kept = pindus::replacement_name(
      *place, {account.lock_byte(), pindus::token_mark(vault->record(account))});
  patient.put(kept, vault_with("new", "4000000000000"));
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out,
             Contains("what the provider gave for the account office of openai could not "
                      "be stored and is kept in " +
                      patient.profile(kept).native()));
  CHECK_THAT(result.out + result.err, !Contains("access-new") && !Contains("refresh-new"));
  patient.follow_hint(result.out, "what the provider gave for");
  CHECK(patient.stored("/openai/office/refresh") == "refresh-new-0123456789");
  CHECK_FALSE(fs::exists(patient.profile(kept)));
  CHECK_THAT(patient.doctor().out, !Contains("could not be stored"));
}

TEST_CASE("what a crash left is found, and what is under way is not") {
  const Patient patient;
  patient.put(".auth.json.1.0123456789abcdef.new", "{}");
  CHECK(patient.doctor().exit_code == 0);  // it may be under way
  fs::last_write_time(patient.profile(".auth.json.1.0123456789abcdef.new"),
                      fs::file_time_type::clock::now() - std::chrono::hours(2));
  patient.put("auth.json.pindus-memo-1234", "{}");
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out,
             Contains("note   " + patient.profile("auth.json.pindus-memo-1234").string() +
                      " is about an account that is gone"));
  patient.follow_hint(result.out, "is left over from a write");
  CHECK(patient.doctor().exit_code == 0);
}

TEST_CASE("accounts that can't be used, and those that nobody describes, are found") {
  const Patient patient;
  patient.put("auth.json", R"({
    "openai": {"default": {"kind": "oauth", "isDefault": true, "access": "a", "expires": 1000},
               "work": {"kind": "apiKey", "key": "not a key"}},
    "vanished": {"x": {"kind": "apiKey", "key": "sk-0123456789abcdefghij"}},
    "anthropic": {"odd": {"kind": "oauth", "access": "a", "refresh": "r", "lifetime": 3600,
                          "expires": 99999999999999}}, "groq": 7})");
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out,
             Contains("the account default of openai: expired, and can't be refreshed") &&
                 Contains("pindus signin openai --account work --replace") &&
                 Contains("no manifest describes vanished") &&
                 Contains("the token of the account odd of anthropic ends later") &&
                 Contains("pindus auth refresh --force anthropic:odd") &&
                 Contains("this should be a provider's accounts") && !Contains("not a key"));
}

TEST_CASE("rules and variables that name what isn't there are found, and taken back as told") {
  Patient patient;
  fs::create_directories(patient.path() / "here");
  patient.put("projects.json",
              R"({")" + (patient.path() / "gone").string() + R"(": {"openai": "default"}, ")" +
                  (patient.path() / "here").string() + R"(": {"openai": "nobody"}})");
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  patient.follow_hint(result.out, "gone is for a folder that is gone");
  patient.follow_hint(result.out, "names the account nobody of openai");
  CHECK(patient.doctor().exit_code == 0);
  patient.environment["PINDUS_ACCOUNT_OPENAI"] = "nobody";
  CHECK_THAT(patient.doctor().out, Contains("unset PINDUS_ACCOUNT_OPENAI"));
}

TEST_CASE("a variable that contradicts what is stored is found, and the tools that it misleads") {
  Patient patient;
  patient.environment["OPENAI_API_KEY"] = "sk-0123456789abcdefghij";
  CHECK(patient.doctor().exit_code == 0);  // the same key
  patient.environment["OPENAI_API_KEY"] = "sk-another-89abcdefghij";
  patient.environment["GROQ_API_KEY"] = "gsk_0123456789abcdefghij";
  patient.environment["GROQ_API_KEY_FILE"] = patient.path() / "groq";
  write_file(patient.path() / "groq", "gsk_another-89abcdefghij\n");
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("OPENAI_API_KEY holds another key than the account of openai") &&
                             Contains("\n         unset OPENAI_API_KEY\n") &&
                             Contains("(GROQ_API_KEY_FILE) holds another key than GROQ_API_KEY") &&
                             !Contains("89abcdefghij"));
  patient.put("auth.json", R"({"anthropic": {"default": {"kind": "apiKey", "isDefault": true,
    "key": "sk-ant-0123456789abcdefghij"}}})");
  patient.environment["ANTHROPIC_API_KEY"] = "sk-ant-0123456789abcdefghij";
  CHECK_THAT(patient.doctor().out, !Contains("Claude Code"));
  write_file(patient.path() / "bin/claude", "#!/bin/sh\n");
  fs::permissions(patient.path() / "bin/claude", fs::perms::owner_all);
  patient.environment["PATH"] =
      (patient.path() / "bin").string() + ":" + patient.environment["PATH"];
  CHECK_THAT(patient.doctor().out, Contains("ANTHROPIC_API_KEY is set, and Claude Code takes it"));
}

TEST_CASE("refused manifests, proxies and authorities are told") {
  Patient patient;
  patient.install_manifest("broken", "{");
  patient.put("clients.d/broken.json", "{");
  patient.put("imports.d/broken.json", "{");
  patient.environment["HTTPS_PROXY"] = "http://user:geheim@proxy.example:3128";
  patient.environment["NODE_EXTRA_CA_CERTS"] = "/nowhere.pem";
  const ProcessResult result = patient.doctor();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("plugins/broken.json is not used") &&
                             Contains("clients.d/broken.json is not used") &&
                             Contains("imports.d/broken.json is not used") &&
                             Contains("HTTPS_PROXY=http://...@proxy.example:3128") &&
                             Contains("NODE_EXTRA_CA_CERTS names /nowhere.pem") &&
                             !Contains("geheim"));
}

TEST_CASE("auth doctor --network asks the hosts in use, without a key, and looks at their clocks") {
  std::mutex mutex;
  std::string request;
  LoopbackServer server([&](Connection& connection) {
    const std::scoped_lock lock(mutex);
    request = connection.read_request();
    connection.write(
        "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Length: 0\r\n\r\n");
  });
  int closed = 0;
  {
    const LoopbackServer gone([](Connection&) {});
    closed = gone.port();
  }
  const Patient patient;
  const auto install = [&](const char* id, const std::string& url) {
    patient.install_manifest(id, std::string(R"({"manifest":1,"id":")") + id +
                                     R"(","api":{"base_url":")" + url +
                                     R"(","methods":{"api-key":{"headers":{"X-Key":"{key}"}}}}})");
  };
  install("acme", "http://" + server.host());
  install("down", "http://127.0.0.1:" + std::to_string(closed));
  patient.put("auth.json", R"({"acme": {"x": {"kind": "apiKey", "key": "key-of-acme-0123456789"}},
    "down": {"x": {"kind": "apiKey", "key": "key-of-down-0123456789"}}})");
  CHECK(patient.doctor().exit_code == 0);
  const ProcessResult result = patient.doctor({"--network"});
  CHECK(result.exit_code == 1);
  CHECK(server.connections() == 1);
  CHECK(request.starts_with("HEAD / "));
  CHECK_THAT(request, !Contains("key-of-acme"));
  CHECK_THAT(result.out, Contains("s ahead of that of http://" + server.host()) &&
                             Contains("127.0.0.1:" + std::to_string(closed) + " can't be reached"));
}

TEST_CASE("auth doctor works where everything is broken") {
  Patient patient;
  patient.put("auth.json", "{ no JSON");
  patient.put("projects.json", "[1]");
  const std::string before = patient.state();
  const ProcessResult broken = patient.doctor();
  CHECK(broken.exit_code == 1);
  CHECK_THAT(broken.out, Contains("auth.json") && Contains("projects.json can't be understood") &&
                             Contains("?      every account can be used: that can't be told"));
  CHECK(patient.state() == before);
  const Json json = Json::parse(patient.doctor({"--json"}).out).value();
  CHECK((*json.at("/version").value()).as_integer() == 1);
  CHECK(*(*json.at("/ok").value()).as_boolean() == false);
  CHECK((*json.at("/checks/4/ok").value()).is_null());
  CHECK(*(*json.at("/checks/1/findings/0/weight").value()).as_string() == "wrong");
  // Broken rules hide nothing of the accounts.
  patient.put("auth.json", R"({"openai": {"default": {"kind": "apiKey", "key": "a b"}}})");
  CHECK_THAT(patient.doctor().out, Contains("the account default of openai: a key that"));
  fs::remove(patient.profile("auth.json"));
  fs::create_directories(patient.profile("auth.json"));
  CHECK(patient.doctor().exit_code == 1);
  fs::remove_all(patient.profile());
  write_file(patient.path() / "profile", "a file");
  CHECK(patient.doctor().exit_code == 1);
}

TEST_CASE("auth doctor needs no home") {
  const PindusProfile profile;
  pindus::test::Variables variables = profile.environment;
  variables.erase("INDUSAGI_CODING_AGENT_DIR");
  variables["HOME"] = "/nonexistent/home";
  const ProcessResult result = run_process({PindusProfile::program(), "auth", "doctor"}, variables);
  CHECK_THAT(result.out, Contains("the profile is yours alone"));
}

TEST_CASE("a profile on a read-only disk is told") {
  const Patient patient;
  const ProcessResult result = patient.run_with_mounts(
      "mount --bind \"$PROFILE\" \"$PROFILE\"; mount -o remount,ro,bind \"$PROFILE\"; "
      "\"$PINDUS\" auth doctor");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.out, Contains("can't be written: Read-only file system"));
}
