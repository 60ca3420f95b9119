// A short run of the comparison with simdjson, the same every time; ./bootstrap fuzz is the long
// one.

#include "tests/fuzz/json_agreement.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/support/random_json.hpp"
#include "tests/support/temporary_directory.hpp"

using pindus::test::Dice;
using pindus::test::disagreement;
using pindus::test::RandomJson;

TEST_CASE("our reader and simdjson agree on the corpus and on every beginning of it") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PINDUS_TEST_SOURCE "/tests/fuzz/corpus/json")) {
    const std::string document = pindus::test::read_file(entry.path());
    for (std::size_t size = 0; size <= document.size(); ++size) {
      const auto difference = disagreement(document.substr(0, size), size);
      if (difference) FAIL(entry.path().filename() << " cut at " << size << ": " << *difference);
    }
    ++files;
  }
  REQUIRE(files > 5);
}

TEST_CASE("our reader and simdjson agree on generated documents, whole and spoilt") {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    Dice dice(seed);
    RandomJson json(dice);
    std::string document = json.blanks() + json.value() + json.blanks();
    if (seed % 3 != 0) document = json.spoil(std::move(document));
    const auto difference = disagreement(document, seed);
    if (difference) FAIL("seed " << seed << ": " << *difference << "\n" << document);
  }
}
