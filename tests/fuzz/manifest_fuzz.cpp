// Manifests as anybody may write them, from files to what a plugin is told: the input's first line
// answers every question, then come up to three files with an empty line between them. What is
// refused is refused in a printable sentence; what the files say together is again a manifest, and
// alone in a file the same provider; and an answer fills its place in an address and no more.

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/providers/manifest_checks.hpp"
#include "core/providers/merge.hpp"
#include "core/session/session.hpp"
#include "tests/fuzz/property.hpp"
#include "tests/unit/providers_tree.hpp"

namespace {

using pindus::Provider;
using pindus::test::hold;

constexpr auto file_names = std::to_array<std::string_view>({"1.json", "2.json", "3.json"});

std::vector<std::string_view> files_in(std::string_view input) {
  std::vector<std::string_view> files;
  do {
    files.push_back(pindus::test::take_part(input, "\n\n"));
  } while (!input.empty() && files.size() < file_names.size());
  return files;
}

// The same id in all of them or not: the merge is of what it is given.
void merge(const std::vector<std::string_view>& files) {
  std::vector<pindus::Manifest> manifests;
  for (const auto file : files) {
    auto manifest = pindus::parse_manifest(file);
    if (!manifest) {
      hold(pindus::is_printable(manifest.error()), "why a manifest is refused is printable");
      continue;
    }
    hold(!manifest->id.empty() && manifest->id.size() <= pindus::manifest_id_limit,
         "an id has 1 to 64 characters");
    manifests.push_back(*std::move(manifest));
  }
  const auto merged = pindus::merge_manifests(manifests);
  hold(merged.files.size() == manifests.size(), "each file has its part in the merge");
  auto once_more = pindus::Json::parse(merged.json.dump());
  hold(once_more.has_value(), "a merge is JSON");
  hold(once_more->dump() == merged.json.dump(), "a merge says the same when it is read again");
}

pindus::ProviderDirectory discover(const std::vector<std::string_view>& files) {
  static const DirectoryTree tree;
  for (std::size_t i = 0; i < file_names.size(); ++i) {
    // Always a new file: to cut an old one makes some file systems wait for the disk.
    std::filesystem::remove(tree.root / "profile/plugins" / file_names[i]);
    if (i < files.size()) tree.user(file_names[i], files[i]);
  }
  auto directory = tree.discover();
  for (const auto& warning : directory.warnings()) {
    hold(pindus::is_printable(warning.why.message), "a warning is printable");
  }
  return directory;
}

bool same(const pindus::Method& a, const pindus::Method& b) {
  const auto same_question = [](const pindus::Question& x, const pindus::Question& y) {
    return x.name == y.name && x.ask == y.ask && x.default_answer == y.default_answer &&
           x.kind == y.kind && x.required == y.required;
  };
  return a.name == b.name && a.kind == b.kind && a.label == b.label && a.library == b.library &&
         a.abi == b.abi && a.options == b.options &&
         std::ranges::equal(a.questions, b.questions, same_question);
}

bool same(const Provider& a, const Provider& b) {
  const auto same_method = [](const pindus::Method& x, const pindus::Method& y) {
    return same(x, y);
  };
  return a.id == b.id && a.label == b.label && a.env == b.env && a.docs_url == b.docs_url &&
         a.enabled == b.enabled && a.merged.dump() == b.merged.dump() &&
         std::ranges::equal(a.methods, b.methods, same_method);
}

std::ptrdiff_t delimiters_in(std::string_view address) {
  return std::ranges::count_if(address,
                               [](char c) { return std::string_view("/?#@&= ").contains(c); });
}

// What the plugin of a method is told of its options.
void fill_in(const Provider& provider, const pindus::Method& method, std::string_view answer) {
  pindus::Answers given;
  for (const auto& question : method.questions) given[question.name] = answer;
  const auto answers = pindus::normal_answers(method, given);
  if (!answers) {
    hold(pindus::is_printable(answers.error().message), "why an answer is refused is printable");
    return;
  }
  const pindus::Environment environment([](std::string_view) { return std::nullopt; });
  pindus::SessionRequest request;
  request.provider = &provider;
  request.method = &method;
  request.answers = *answers;
  request.environment = &environment;
  const pindus::OpenSession session(request);
  for (const auto& [name, text] : method.options) {
    const auto option = session->option(name);
    hold(option.has_value(), "an option of the manifest is there");
    if (name.ends_with("_url") || name.ends_with("_params")) {
      hold(delimiters_in(*option) == delimiters_in(text), "an answer stays in its place");
    }
    if (!name.ends_with("_url")) continue;
    for (const auto& question : method.questions) {
      hold(option->find("{" + question.name + "}") == option->npos, "every place is filled in");
    }
  }
  for (const auto& host : session->allowed_hosts()) {
    hold(pindus::is_printable(host) && delimiters_in(host) == 0, "a host is one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  const auto answer = pindus::test::take_line(input);
  const auto files = files_in(input);
  merge(files);
  const auto directory = discover(files);
  for (const Provider& provider : directory.providers()) {
    const auto alone = discover({provider.merged.dump()});
    const Provider* again = alone.find_provider(provider.id);
    hold(again != nullptr, "a merge is a manifest");
    hold(same(provider, *again), "a merge alone in a file is the same provider");
    for (const auto& method : provider.methods) fill_in(provider, method, answer);
  }
  return 0;
}
