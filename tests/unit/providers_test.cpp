#include "core/providers/providers.hpp"

#include <catch2/catch.hpp>

#include "providers_tree.hpp"

using Catch::Matchers::Contains;
using pindus::AuthKind;
using pindus::Layer;
using pindus::Method;
using pindus::Provider;
using pindus::ProviderDirectory;

namespace {

constexpr const char* groq_manifest = R"({
  "manifest": 1, "id": "groq", "label": "Groq", "env": ["GROQ_API_KEY"],
  "docs_url": "https://console.groq.com/keys",
  "methods": {"api-key": {"library": "api-key.so", "abi": "1.0",
                          "options": {"key_prefix": "gsk_"}}}})";

constexpr const char* openai_oauth = R"({
  "manifest": 1, "id": "openai", "label": "OpenAI", "future": {"unknown": [1]},
  "methods": {"oauth": {"library": "pkce.so", "abi": "1.0", "future": true,
                        "options": {"token_url": "https://a.example/token", "scope": "openid"}}}})";

constexpr const char* openai_key = R"({
  "manifest": 1, "id": "openai", "env": ["OPENAI_API_KEY"],
  "methods": {"api-key": {"library": "api-key.so"}}})";

}  // namespace

TEST_CASE("a manifest becomes a provider") {
  const DirectoryTree tree;
  const auto file = tree.vendor("groq.api-key.json", groq_manifest);
  const auto library = tree.vendor_library("api-key.so");
  const auto directory = tree.discover();
  CHECK(told_by(directory).empty());
  const Provider& groq = provider(directory, "GROQ");
  CHECK(groq.id == "groq");
  CHECK(groq.label == "Groq");
  CHECK(groq.env == std::vector<std::string>{"GROQ_API_KEY"});
  CHECK(groq.docs_url == "https://console.groq.com/keys");
  CHECK(groq.enabled);
  const Method& key = method(directory, "groq", AuthKind::api_key);
  CHECK(key.library_path == library);
  CHECK(key.option("key_prefix") == "gsk_");
  CHECK(key.option("nothing").empty());
  CHECK(key.layer == Layer::vendor);
  CHECK(key.manifest == file);
  CHECK(groq.method(AuthKind::oauth) == nullptr);
  CHECK(directory.find_provider("") == nullptr);
}

TEST_CASE("no folder at all is a directory without providers and without warnings") {
  const DirectoryTree tree;
  const auto directory = tree.discover();
  CHECK(directory.providers().empty());
  CHECK(told_by(directory).empty());
}

TEST_CASE("the files of one provider are merged, its methods browser sign-in first") {
  const DirectoryTree tree;
  tree.vendor("openai.api-key.json", openai_key);
  tree.vendor("openai.pkce.json", openai_oauth);
  tree.vendor_library("api-key.so");
  tree.vendor_library("pkce.so");
  const auto directory = tree.discover();
  const Provider& openai = provider(directory, "openai");
  CHECK(told_by(directory).empty());
  CHECK(openai.label == "OpenAI");
  CHECK(openai.env == std::vector<std::string>{"OPENAI_API_KEY"});
  REQUIRE(openai.methods.size() == 2);
  CHECK(openai.methods[0].kind == AuthKind::oauth);
  CHECK(openai.methods[1].kind == AuthKind::api_key);
  REQUIRE(openai.files.size() == 2);
}

TEST_CASE("three lines of a user's file move a token endpoint and nothing else") {
  const DirectoryTree tree;
  tree.vendor("openai.pkce.json", openai_oauth);
  const auto library = tree.vendor_library("pkce.so");
  tree.user("moved.json", R"({"manifest": 1, "id": "OpenAI", "methods": {"oauth": {"options":
      {"token_url": "https://b.example/token", "scope": null}}}})");
  const auto directory = tree.discover();
  CHECK(told_by(directory).empty());
  const Method& oauth = method(directory, "openai", AuthKind::oauth);
  CHECK(oauth.option("token_url") == "https://b.example/token");
  CHECK(oauth.options.count("scope") == 0);
  CHECK(oauth.library_path == library);
  CHECK(oauth.layer == Layer::vendor);

  const auto& files = provider(directory, "openai").files;
  REQUIRE(files.size() == 2);
  CHECK(files[0].layer == Layer::vendor);
  CHECK(files[0].hidden == std::vector<std::string>{"/methods/oauth/options/token_url",
                                                    "/methods/oauth/options/scope"});
  CHECK(files[1].layer == Layer::user);
  CHECK(files[1].gave == std::vector<std::string>{"/methods/oauth/options/token_url"});
  CHECK(files[1].hidden.empty());
  CHECK_THAT(provider(directory, "openai").merged.dump(), Contains("https://b.example/token"));
  CHECK_THAT(provider(directory, "openai").merged.dump(), !Contains("https://a.example/token"));
}

TEST_CASE("a file that says the same again overrides nothing") {
  const DirectoryTree tree;
  tree.vendor("a.json", R"({"manifest":1,"id":"x","label":"Ex","env":["A"]})");
  tree.vendor("b.json", R"({"manifest":1,"id":"x","label":"Ex","env":["B"]})");
  const auto directory = tree.discover();
  const auto& files = provider(directory, "x").files;
  CHECK(files[0].hidden == std::vector<std::string>{"/env"});
  CHECK(files[1].overrides == std::vector<std::string>{"/env"});
  CHECK(files[1].gave == std::vector<std::string>{"/env", "/label"});
}

TEST_CASE("layers go over each other in their order, and the earlier entry of a path wins") {
  DirectoryTree tree;
  const auto labelled = [](std::string_view label) {
    return R"({"manifest":1,"id":"x","label":")" + std::string(label) + "\"}";
  };
  const auto label = [&] { return provider(tree.discover(), "x").label; };
  tree.vendor("x.json", labelled("vendor"));
  CHECK(label() == "vendor");
  tree.vendor("y.json", labelled("vendor, later name"));
  CHECK(label() == "vendor, later name");
  tree.write("etc/providers.d/a.json", labelled("administrator"));
  CHECK(label() == "administrator");
  tree.user("a.json", labelled("user"));
  CHECK(label() == "user");
  tree.write("second/a.json", labelled("second"));
  tree.options.environment_path = {tree.root / "first", tree.root / "second"};
  CHECK(label() == "second");
  tree.write("first/a.json", labelled("first"));
  CHECK(label() == "first");
  tree.write("flag2/a.json", labelled("flag2"));
  tree.write("flag1/a.json", labelled("flag1"));
  tree.options.command_line_path = {tree.root / "flag1", tree.root / "flag2"};
  CHECK(label() == "flag1");
}

TEST_CASE("file names are read in the order of their bytes, hidden ones and others not at all") {
  const DirectoryTree tree;
  tree.vendor("a.json", R"({"manifest":1,"id":"x","label":"a"})");
  tree.vendor("B.json", R"({"manifest":1,"id":"x","label":"B"})");
  tree.vendor(".z.json", R"({"manifest":1,"id":"x","label":"hidden"})");
  tree.vendor("z.json~", R"({"manifest":1,"id":"x","label":"backup"})");
  CHECK(provider(tree.discover(), "x").label == "a");
}

TEST_CASE("a library is looked for in its manifest's layer and then the vendor's") {
  DirectoryTree tree;
  const std::string manifest =
      R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"x.so","abi":"1.0"}}})";
  const auto library = [&] { return method(tree.discover(), "x", AuthKind::oauth).library_path; };
  tree.user("x.json", manifest);
  CHECK(library().empty());
  const auto vendors = tree.vendor_library("x.so");
  CHECK(library() == vendors);
  const auto users = tree.user("x.so", "library");
  CHECK(library() == users);
  // A layer above that only changes something else doesn't move it.
  tree.write("path/x.json", R"({"manifest":1,"id":"x","methods":{"oauth":{"options":{"a":"b"}}}})");
  tree.write("path/x.so", "library");
  tree.options.environment_path = {tree.root / "path"};
  CHECK(library() == users);
  tree.write("path/x.json", manifest);
  CHECK(library() == tree.root / "path/x.so");

  tree.write("etc/providers.d/y.json",
             R"({"manifest":1,"id":"y","methods":{"oauth":{"library":"y.so"}}})");
  const auto administrators = tree.write("local/plugins-1/y.so", "library");
  CHECK(method(tree.discover(), "y", AuthKind::oauth).library_path == administrators);
}

TEST_CASE("a library is never looked for in the current directory") {
  DirectoryTree tree;
  tree.vendor("groq.api-key.json", groq_manifest);
  const auto before = std::filesystem::current_path();
  tree.write("here/api-key.so", "library");
  std::filesystem::current_path(tree.root / "here");
  tree.options.libraries.clear();
  const auto directory = tree.discover();
  std::filesystem::current_path(before);
  CHECK_FALSE(method(directory, "groq", AuthKind::api_key).available());
}

TEST_CASE("a method without its library isn't offered and says which one it lacks") {
  const DirectoryTree tree;
  tree.vendor("openai.pkce.json", openai_oauth);
  tree.vendor("openai.api-key.json", openai_key);
  tree.vendor_library("api-key.so");
  tree.user("groq.json", R"({"manifest":1,"id":"groq","methods":{"api-key":{"options":{}}}})");
  const auto directory = tree.discover();
  CHECK(told_by(directory).empty());
  const Method& oauth = method(directory, "openai", AuthKind::oauth);
  CHECK(oauth.unavailable.message ==
        "pkce.so, the library of the oauth method of openai, is not installed");
  CHECK_THAT(oauth.unavailable.hint, Contains((tree.options.libraries).native()));
  CHECK(method(directory, "groq", AuthKind::api_key).unavailable.message ==
        "no manifest names the library of the api-key method of groq");
  const auto choices = list_login_providers(directory);
  REQUIRE(choices.size() == 1);
  CHECK(choices[0].provider->id == "openai");
  CHECK(choices[0].method->kind == AuthKind::api_key);
}

TEST_CASE("a plugin of a newer interface than ours is named, with the package to upgrade") {
  const DirectoryTree tree;
  tree.vendor_library("pkce.so");
  const auto needs = [&](std::string_view abi) -> Method {
    tree.vendor("x.json",
                R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"pkce.so","abi":")" +
                    std::string(abi) + "\"}}}");
    return method(tree.discover(), "x", AuthKind::oauth);
  };
  CHECK(needs("1.0").available());
  CHECK(needs("1.999").unavailable.message ==
        "pkce.so needs version 1.999 of the plugin interface, and this pindus has 1.0");
  CHECK(needs("1.999").unavailable.hint == "upgrade the package pindus");
  CHECK(needs("2.0").unavailable.hint == "upgrade the package pindus");
  CHECK(needs("0.9").unavailable.hint == "upgrade the package that has pkce.so");
}

TEST_CASE("a provider that is switched off stays known and leaves the menu") {
  const DirectoryTree tree;
  tree.vendor("groq.api-key.json", groq_manifest);
  tree.vendor_library("api-key.so");
  CHECK(list_login_providers(tree.discover()).size() == 1);
  tree.user("off.json", R"({"manifest": 1, "id": "groq", "enabled": false})");
  const auto directory = tree.discover();
  CHECK_FALSE(provider(directory, "groq").enabled);
  CHECK(list_login_providers(directory).empty());
}

TEST_CASE("entries of a search path that can't be used are told") {
  DirectoryTree tree;
  tree.options.environment_path = {"relative/path", tree.root / "gone"};
  tree.options.command_line_path = {tree.root / "missing"};
  CHECK_THAT(told_by(tree.discover()), Contains("\"relative/path\" of PINDUS_PLUGIN_PATH") &&
                                           Contains("/missing is not a") &&
                                           Contains("/gone of PINDUS_PLUGIN_PATH is not there"));
}

TEST_CASE("near names are found by id and by label, the nearest first") {
  const auto named = [](std::string id, std::string label) {
    Provider provider;
    provider.id = std::move(id);
    provider.label = std::move(label);
    return provider;
  };
  const ProviderDirectory directory({named("anthropic", "Anthropic (Claude)"),
                                     named("openai", "OpenAI"), named("openrouter", "OpenRouter"),
                                     named("groq", "Groq"), named("xai", "xAI (Grok)"),
                                     named("kimi", "Kimi (Moonshot)"), named("zai", "Z.ai")});
  using Names = std::vector<std::string>;
  CHECK(directory.near_names("antrhopic") == Names{"anthropic"});
  CHECK(directory.near_names("CLAUDE") == Names{"anthropic"});
  CHECK(directory.near_names("opneai") == Names{"openai"});
  CHECK(directory.near_names("open") == Names{"openai", "openrouter"});
  CHECK(directory.near_names("grok") == Names{"xai", "groq"});
  CHECK(directory.near_names("moonshoot") == Names{"kimi"});
  CHECK(directory.near_names("").empty());
  CHECK(directory.near_names("qwertyuiop").empty());
  CHECK(directory.near_names(std::string(1'000'000, 'a')).empty());
}

TEST_CASE("the menu has browser sign-in first and a provider with both methods twice") {
  const DirectoryTree tree;
  tree.vendor("openai.api-key.json", openai_key);
  tree.vendor("openai.pkce.json", openai_oauth);
  tree.vendor("groq.api-key.json", groq_manifest);
  tree.vendor_library("api-key.so");
  tree.vendor_library("pkce.so");
  const auto directory = tree.discover();
  std::string menu;
  for (const auto& choice : list_login_providers(directory)) {
    menu += choice.provider->id + " " + choice.method->name + "\n";
  }
  CHECK(menu == "openai oauth\ngroq api-key\nopenai api-key\n");
}

TEST_CASE("the folders are found from where the program is") {
  const pindus::Environment environment([](std::string_view name) -> std::optional<std::string> {
    if (name != "PINDUS_PLUGIN_PATH") return std::nullopt;
    return "/a::/b:c";
  });
  for (const char* program : {"/opt/p/bin/pindus", "/opt/p/" PINDUS_LIBEXECDIR "/pindus/host"}) {
    const auto options = pindus::DirectoryOptions::beside(program, "/home/me/.p", environment);
    CHECK(options.executable == program);
    CHECK(options.manifests == "/opt/p/" PINDUS_DATADIR "/pindus/providers.d");
    CHECK(options.libraries == "/opt/p/" PINDUS_LIBDIR "/pindus/plugins-1");
    CHECK(options.profile == "/home/me/.p");
    CHECK(options.environment_path == std::vector<std::filesystem::path>{"/a", "/b", "c"});
  }
}

TEST_CASE("the manifests that we ship are taken without a warning") {
  const DirectoryTree tree;
  for (const auto& plugin : std::filesystem::directory_iterator(PINDUS_TEST_SOURCE "/plugins")) {
    if (!plugin.is_directory()) continue;
    for (const auto& entry : std::filesystem::directory_iterator(plugin)) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream file(entry.path());
      tree.vendor(entry.path().filename().native(),
                  std::string(std::istreambuf_iterator<char>(file), {}));
    }
  }
  const auto directory = tree.discover();
  CHECK(told_by(directory).empty());
  CHECK(directory.providers().size() == 15);
  CHECK(provider(directory, "anthropic").methods.size() == 2);
}

TEST_CASE("a revocation endpoint is older where a later file names the token endpoint") {
  const DirectoryTree tree;
  tree.vendor_library("pkce.so");
  const auto named = [](std::string_view options) {
    return R"({"manifest":1,"id":"x","methods":{"oauth":{"library":"pkce.so","options":{)" +
           std::string(options) + "}}}}";
  };
  constexpr const char* token = R"("token_url":"https://a.example/t")";
  constexpr const char* moved = R"("token_url":"https://b.example/t")";
  constexpr const char* revoke = R"("revoke_url":"https://a.example/r")";
  const auto is_older = [&] {
    return method(tree.discover(), "x", AuthKind::oauth).revoke_url_is_older;
  };
  tree.vendor("x.json", named(token));
  CHECK_FALSE(is_older());
  tree.vendor("x.json", named(std::string(token) + "," + revoke));
  CHECK_FALSE(is_older());
  tree.user("x.json", named(moved));
  CHECK(is_older());
  tree.user("x.json", named(std::string(moved) + R"(,"revoke_url":"https://c.example/r")"));
  CHECK_FALSE(is_older());
  tree.user("x.json", named(R"("revoke_url":"https://c.example/r")"));
  CHECK_FALSE(is_older());
}
