#include <catch2/catch.hpp>
#include <string>

#include "core/bare/profile.hpp"

using pindus::bare::find_profile;
using pindus::bare::ProfileFound;
using pindus::bare::ProfileInputs;
using pindus::bare::TextBuffer;

namespace {

std::string profile(const ProfileInputs& inputs) {
  char memory[64];
  TextBuffer path(memory);
  switch (find_profile(inputs, path)) {
    case ProfileFound::yes: return {memory, path.size};
    case ProfileFound::home_needed: return "home needed";
    case ProfileFound::too_long: break;
  }
  return "too long";
}

}  // namespace

TEST_CASE("the first variable that isn't blank names the profile") {
  CHECK(profile({"/agent", "/indus", "/home/me", "/cwd"}) == "/agent");
  CHECK(profile({nullptr, "/indus", "/home/me", "/cwd"}) == "/indus");
  CHECK(profile({" \t", "", "/home/me", "/cwd"}) == "/home/me/.pindusagi");
  CHECK(profile({nullptr, nullptr, nullptr, "/cwd"}) == "home needed");
  CHECK(profile({nullptr, nullptr, " ", "/cwd"}) == "home needed");
}

TEST_CASE("a tilde is the home directory, alone or before a slash only") {
  CHECK(profile({"~", nullptr, "/home/me", "/cwd"}) == "/home/me");
  CHECK(profile({"~/a/b/", nullptr, "/home/me", "/cwd"}) == "/home/me/a/b");
  CHECK(profile({"~you/a", nullptr, "/home/me", "/cwd"}) == "/cwd/~you/a");
  CHECK(profile({"~/a", "/indus", nullptr, "/cwd"}) == "home needed");
}

TEST_CASE("a relative value starts at the working directory, where one is given") {
  CHECK(profile({"a/b", nullptr, nullptr, "/cwd"}) == "/cwd/a/b");
  CHECK(profile({"a/b", nullptr, nullptr, nullptr}) == "a/b");
  CHECK(profile({nullptr, nullptr, "me", "/cwd"}) == "/cwd/me/.pindusagi");
  CHECK(profile({"/", nullptr, nullptr, "/cwd"}) == "/");
}

TEST_CASE("a path that doesn't fit is told") {
  const std::string longest = "/" + std::string(63, 'x');
  CHECK(profile({longest.c_str(), nullptr, nullptr, nullptr}) == longest);
  CHECK(profile({(longest + "x").c_str(), nullptr, nullptr, nullptr}) == "too long");
}
