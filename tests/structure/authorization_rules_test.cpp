// The page of the Model Context Protocol's rules and the tests that hold them keep each other true.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::string_view page = "tests/integration/authorization-musts.md";

// "A7 tests/unit/x_test.cpp: what it is called", and of a rule that nobody holds "A7".
using Holds = std::set<std::string>;

std::string whole(const fs::path& file) {
  std::ifstream text(file);
  return {std::istreambuf_iterator<char>(text), {}};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "A7" at the beginning of a text; empty: there is none.
std::string_view number_of(std::string_view text) {
  if (text.empty() || !std::string_view("ADRS").contains(text[0])) return {};
  std::size_t end = 1;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end == 1 ? std::string_view() : text.substr(0, end);
}

Holds said_by_page(const std::string& text) {
  constexpr std::string_view rule = "* **";
  constexpr std::string_view test = "  * `";
  Holds holds;
  std::string number;
  bool is_held = true;
  const auto end_rule = [&] {
    if (!is_held) holds.insert(number);
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(rule)) {
      end_rule();
      number = number_of(std::string_view(line).substr(rule.size()));
      is_held = false;
    } else if (line.starts_with(test)) {
      line.erase(line.find('`', test.size()), 1);
      holds.insert(number + " " + line.substr(test.size()));
      is_held = true;
    }
  }
  end_rule();
  return holds;
}

// The names of a file's tests, each of which may be several literals.
std::vector<std::string> test_names(std::string_view text) {
  constexpr std::string_view begin = "TEST_CASE(";
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = text.find(begin, at)) != text.npos;) {
    at += begin.size();
    std::string name;
    while (true) {
      at = std::min(text.find_first_not_of(" \n", at), text.size());
      if (at == text.size() || text[at] != '"') break;
      const std::size_t end = std::min(text.find('"', at + 1), text.size());
      name += text.substr(at + 1, end - at - 1);
      at = end + 1;
    }
    names.push_back(std::move(name));
  }
  return names;
}

// A name such as "A7, S4: what it is called".
Holds said_by_name(const std::string& file, std::string_view name) {
  std::vector<std::string_view> numbers;
  for (std::string_view left = name;;) {
    const std::string_view number = number_of(left);
    if (number.empty()) return {};
    numbers.push_back(number);
    left.remove_prefix(number.size());
    const bool is_last = left.starts_with(": ");
    if (!is_last && !left.starts_with(", ")) return {};
    left.remove_prefix(2);
    if (!is_last) continue;
    Holds holds;
    for (const std::string_view one : numbers) {
      holds.insert(std::string(one) + " " + file + ": " + std::string(left));
    }
    return holds;
  }
}

Holds said_by_tests(const fs::path& top) {
  Holds holds;
  for (const auto& entry : fs::recursive_directory_iterator(top / "tests")) {
    if (!entry.path().native().ends_with("_test.cpp")) continue;
    const std::string file = fs::relative(entry.path(), top);
    for (const std::string& name : test_names(whole(entry.path()))) {
      holds.merge(said_by_name(file, name));
    }
  }
  return holds;
}

std::string difference(const Holds& all, const Holds& but) {
  std::string text;
  for (const std::string& one : all) {
    if (!but.contains(one)) text += one + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("each rule of a sign-in at an address has tests by its number, and each number a rule") {
  const fs::path top = PINDUS_TEST_SOURCE;
  const Holds of_page = said_by_page(whole(top / page));
  const Holds of_tests = said_by_tests(top);
  CHECK(of_page.size() > 50);
  INFO("in " << page << ", but not the name of a test there");
  CHECK(difference(of_page, of_tests) == "");
  INFO("the other way round");
  CHECK(difference(of_tests, of_page) == "");
}

TEST_CASE("a page and names that differ are told apart") {
  CHECK(said_by_page("* **A1** rule\n  * `a_test.cpp`: one: two\n* **A2** held by nobody\n") ==
        Holds{"A1 a_test.cpp: one: two", "A2"});
  CHECK(said_by_name("a_test.cpp", "A1, S10: one: two") ==
        Holds{"A1 a_test.cpp: one: two", "S10 a_test.cpp: one: two"});
  for (const char* plain : {"A key is got", "A1 is a rule", "4: four", "", "A1, B2: x", "A1,"}) {
    CHECK(said_by_name("a_test.cpp", plain).empty());
  }
  CHECK(test_names("TEST_CASE(\"one\") {}\nTEST_CASE(\n    \"two \"\n    \"three\") {}") ==
        std::vector<std::string>{"one", "two three"});
}
