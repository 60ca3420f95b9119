#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <set>

#include "core/broker/plan.hpp"
#include "core/broker/run_limits.hpp"
#include "core/broker/run_log.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using pindus::Secret;
using pindus::broker::begin_run;
using pindus::broker::BrokerPlan;
using pindus::broker::find_run;
using pindus::broker::list_runs;
using pindus::broker::make_token;
using pindus::broker::parse_request_line;
using pindus::broker::RequestLine;
using pindus::broker::RunLimits;
using pindus::broker::RunLog;
using pindus::broker::RunMeter;
using pindus::test::read_file;
using pindus::test::TemporaryDirectory;

namespace {

constexpr RunMeter::Clock::time_point start{};

// "" where a request may begin, else the rule that says no.
std::string enter(RunMeter& meter, RunMeter::Clock::duration after = 0s) {
  const auto refusal = meter.enter(start + after);
  return refusal ? std::to_string(refusal->status) + " " + std::string(refusal->rule) : "";
}

}  // namespace

TEST_CASE("a run without limits asks for as much as it likes") {
  RunMeter meter({}, start);
  for (int i = 0; i < 10'000; ++i) REQUIRE(enter(meter).empty());
}

TEST_CASE("a run's requests are counted in all, and those that were refused aren't") {
  RunMeter meter({.requests = 2, .streams = 1}, start);
  CHECK(enter(meter).empty());
  CHECK(enter(meter) == "429 streams");
  meter.leave();
  CHECK(enter(meter).empty());
  meter.leave();
  CHECK(enter(meter, 24h) == "403 requests");
}

TEST_CASE("so many streams at the same time, and another when one has ended") {
  RunMeter meter({.streams = 2}, start);
  CHECK(enter(meter).empty());
  CHECK(enter(meter).empty());
  CHECK(enter(meter) == "429 streams");
  meter.leave();
  CHECK(enter(meter).empty());
  CHECK(enter(meter) == "429 streams");
}

TEST_CASE("a minute's worth may come at once, and then as time goes") {
  RunMeter meter({.per_minute = 6}, start);
  for (int i = 0; i < 6; ++i) CHECK(enter(meter).empty());
  CHECK(enter(meter) == "429 rate");
  CHECK(enter(meter, 9s) == "429 rate");
  CHECK(enter(meter, 11s).empty());
  CHECK(enter(meter, 11s) == "429 rate");
  // A night's rest isn't saved up.
  for (int i = 0; i < 6; ++i) CHECK(enter(meter, 8h).empty());
  CHECK(enter(meter, 8h) == "429 rate");
}

TEST_CASE("when a run's time is over, nothing goes any more") {
  RunMeter meter({.lives = 90s}, start);
  CHECK(enter(meter, 89s).empty());
  CHECK(enter(meter, 90s) == "403 time");
}

TEST_CASE("a plan arrives as it was sent") {
  BrokerPlan plan{.token = Secret(std::string_view("pnd_x")),
                  .host = "127.0.0.1:1",
                  .limits = {.requests = 3, .per_minute = 4, .streams = 5, .lives = 7200s},
                  .log = "/profile/runs/a \"b\".jsonl",
                  .profile = "/profile"};
  plan.providers = {{.id = "acme",
                     .account = "work",
                     .rules = {.allow = {"GET /a", "POST /b"},
                               .anonymous = {"HEAD /"},
                               .alias = {{"/x", "/y"}},
                               .upgrade = true},
                     .error = R"({"error":"{message}"})"},
                    {.id = "other"}};
  plan.plugin_path = {"/one", "/two"};
  const Secret dumped = plan.dump();
  const auto parsed = BrokerPlan::parse(dumped.view());
  REQUIRE(parsed);
  CHECK(parsed->dump().view() == dumped.view());
  CHECK(parsed->token.view() == "pnd_x");
  CHECK(parsed->limits.requests == 3U);
  CHECK(parsed->limits.per_minute == 4U);
  CHECK(parsed->limits.streams == 5U);
  CHECK(parsed->limits.lives == 7200s);
  REQUIRE(parsed->providers.size() == 2);
  CHECK(parsed->providers[0].account == "work");
  CHECK(parsed->providers[0].rules.allow == std::vector<std::string>{"GET /a", "POST /b"});
  CHECK(parsed->providers[0].rules.anonymous == std::vector<std::string>{"HEAD /"});
  CHECK(parsed->providers[0].rules.alias.at("/x") == "/y");
  CHECK(parsed->providers[0].rules.upgrade);
  CHECK(parsed->providers[0].error == R"({"error":"{message}"})");
  CHECK(parsed->providers[1].account == std::nullopt);
  CHECK_FALSE(parsed->providers[1].rules.upgrade);
  CHECK(parsed->plugin_path.size() == 2);
  CHECK(parsed->log == plan.log);
}

TEST_CASE("what isn't a plan is refused with a sentence") {
  for (const char* none : {"", "{", "[]", "{}", R"({"token":1})", R"({"token":"x","host":"h"})"}) {
    INFO(none);
    const auto parsed = BrokerPlan::parse(none);
    REQUIRE_FALSE(parsed);
    CHECK_FALSE(parsed.error().empty());
  }
}

TEST_CASE("no two tokens are alike, and people and programs know one when they see it") {
  std::set<std::string> tokens;
  std::string tail;
  for (int i = 0; i < 100; ++i) {
    const Secret made = make_token();
    const std::string shown(made.view());
    CHECK(shown.starts_with("pnd_"));
    CHECK(shown.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(shown.size() == 4 + 43 + 20);
    // By which some programs remember that a key was allowed.
    if (tail.empty()) tail = shown.substr(shown.size() - 20);
    CHECK(shown.ends_with(tail));
    tokens.insert(shown);
  }
  CHECK(tokens.size() == 100);
}

TEST_CASE("a run's file is its owner's, and its lines come back as they were") {
  const TemporaryDirectory profile;
  const auto file = begin_run(profile.path(), {.command = "claude\n{}",
                                               .process = 4711,
                                               .time_ms = 1'795'000'000'000,
                                               .providers = {"acme", "other"}});
  REQUIRE(file);
  struct stat status{};
  REQUIRE(::stat(file->c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  REQUIRE(::stat(file->parent_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
  const RunLog log(*file);
  log.add({.time_ms = 1,
           .provider = "acme",
           .method = "POST",
           .path = "/v1/mess\"ages",
           .status = 200,
           .sent = 5'000'000'000,
           .received = 7,
           .took_ms = 9,
           .end = "the program\nwent"});
  log.add({.time_ms = 2, .method = "GET", .status = 403, .rule = "token"});
  std::ifstream lines(*file);
  std::string line;
  std::getline(lines, line);
  CHECK_FALSE(parse_request_line(line));
  std::getline(lines, line);
  const auto first = parse_request_line(line);
  REQUIRE(first);
  CHECK(first->provider == "acme");
  CHECK(first->path == "/v1/mess\"ages");
  CHECK(first->sent == 5'000'000'000U);
  CHECK(first->received == 7U);
  CHECK(first->took_ms == 9);
  CHECK(first->status == 200);
  CHECK(first->rule.empty());
  CHECK_THAT(first->end, Contains("the program"));
  std::getline(lines, line);
  CHECK(parse_request_line(line)->rule == "token");
  CHECK_FALSE(std::getline(lines, line));
  for (const char* none : {"", "{", "[]", "{}", "null"}) CHECK_FALSE(parse_request_line(none));
}

TEST_CASE("the runs are listed with their totals, the newest first, and found by name") {
  const TemporaryDirectory profile;
  REQUIRE(list_runs(profile.path()));
  CHECK(list_runs(profile.path())->empty());
  const auto older = begin_run(profile.path(), {.command = "a", .process = 1, .time_ms = 1000});
  const auto newer = begin_run(
      profile.path(), {.command = "b", .process = 2, .time_ms = 5'000'000, .providers = {"acme"}});
  REQUIRE(older);
  REQUIRE(newer);
  const RunLog log(*newer);
  log.add({.method = "POST", .status = 200, .sent = 10, .received = 20});
  log.add({.method = "POST", .status = 403, .rule = "token"});
  std::ofstream(*newer, std::ios::app) << "half a li";
  const auto runs = list_runs(profile.path());
  REQUIRE(runs);
  REQUIRE(runs->size() == 2);
  CHECK(runs->at(0).head.command == "b");
  CHECK(runs->at(0).head.providers == std::vector<std::string>{"acme"});
  CHECK(runs->at(0).requests == 2U);
  CHECK(runs->at(0).refused == 1U);
  CHECK(runs->at(0).sent == 10U);
  CHECK(runs->at(0).received == 20U);
  CHECK(runs->at(1).head.command == "a");
  const auto found = find_run(profile.path(), runs->at(1).head.run);
  REQUIRE(found);
  CHECK(*found == *older);
  for (const char* none : {"", "..", "../auth", "19700101"}) {
    CHECK_FALSE(find_run(profile.path(), none));
  }
}

TEST_CASE("of more than 200 runs the oldest go") {
  const TemporaryDirectory profile;
  for (int i = 0; i < 205; ++i) {
    REQUIRE(begin_run(profile.path(), {.process = i, .time_ms = 1'000'000'000'000 + i * 1000}));
  }
  const auto runs = list_runs(profile.path());
  REQUIRE(runs);
  CHECK(runs->size() == 200);
  CHECK(runs->back().head.process == 5);
}

TEST_CASE("a log that can't be opened holds nothing up") {
  RunLog("/no/such/file").add({.method = "GET"});
  const TemporaryDirectory directory;
  std::filesystem::create_symlink(directory / "target", directory / "link");
  pindus::test::write_file(directory / "target", "");
  RunLog(directory / "link").add({.method = "GET"});
  CHECK(read_file(directory / "target").empty());
}
