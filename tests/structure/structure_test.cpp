#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;  // from the top of the tree
  std::vector<std::string> lines;
  std::vector<std::string> includes;  // with their brackets or quotes

  [[nodiscard]] bool is_in(std::string_view folder) const { return path.starts_with(folder); }
  [[nodiscard]] bool is_header() const { return path.ends_with(".h") || path.ends_with(".hpp"); }
};

Source read(const fs::path& top, const fs::path& file) {
  Source source;
  source.path = fs::relative(file, top);
  std::ifstream text(file);
  constexpr std::string_view directive = "#include ";
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with(directive)) {
      const auto end = line.find_first_of(">\"", directive.size() + 1);
      source.includes.push_back(line.substr(directive.size(), end + 1 - directive.size()));
    }
    source.lines.push_back(std::move(line));
  }
  return source;
}

std::vector<Source> sources_below(const fs::path& top) {
  const std::set<std::string> suffixes = {".c", ".h", ".cpp", ".hpp"};
  std::vector<Source> sources;
  for (const char* folder : {"sdk", "core", "host", "library", "plugins", "tests"}) {
    if (!fs::exists(top / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      if (suffixes.contains(entry.path().extension())) sources.push_back(read(top, entry.path()));
    }
  }
  return sources;
}

// Each is a sentence; none is left where all is well.
using Complaints = std::vector<std::string>;

struct Wall {
  std::string_view folder;
  std::vector<std::string_view> never;  // what an include there may not begin with
};

// The house's folders and what stays out of each.
const std::vector<Wall> walls = {
    {"sdk/", {"\"core/", "\"host/", "\"plugins/", "\"tests/", "<core/", "<boost/", "<fmt/"}},
    {"plugins/", {"\"core/", "\"host/", "\"sdk/", "\"tests/", "<core/"}},
    {"core/", {"\"host/", "\"plugins/", "\"tests/", "<termios.h", "<sys/ioctl.h", "<curses"}},
    {"host/", {"\"plugins/", "\"library/", "\"tests/"}},
    {"library/", {"\"host/", "\"plugins/", "\"tests/"}},
};

Complaints check_walls(const std::vector<Source>& sources) {
  Complaints complaints;
  for (const Source& source : sources) {
    for (const Wall& wall : walls) {
      if (!source.is_in(wall.folder)) continue;
      for (const std::string& include : source.includes) {
        // A network's loopback is brought up by the same call as a terminal's settings.
        if (source.path == "core/broker/walls.cpp" && include == "<sys/ioctl.h>") continue;
        if (std::ranges::any_of(wall.never,
                                [&](auto start) { return include.starts_with(start); })) {
          complaints.push_back(source.path + " may not include " + include);
        }
      }
    }
  }
  return complaints;
}

// What each folder of the core stands on. `core` alone is context.hpp, which puts them together.
const std::map<std::string, std::set<std::string>, std::less<>> foundations = {
    {"core/bare", {}},
    {"core/base", {"core/bare"}},
    {"core/vault", {"core/bare", "core/base"}},
    {"core/providers", {"core/bare", "core/base"}},
    {"core/clients", {"core/base", "core/providers"}},
    {"core/setup", {"core/bare", "core/base", "core/vault", "core/clients"}},
    {"core/services", {"core/bare", "core/base"}},
    {"core/session",
     {"core/base", "core/vault", "core/providers", "core/services", "core/session/slots"}},
    {"core/session/slots",
     {"core/bare", "core/base", "core/vault", "core/providers", "core/services", "core/session"}},
    {"core/discovery",
     {"core/bare", "core/base", "core/vault", "core/providers", "core/services", "core/session"}},
    {"core/keys", {"core/bare", "core/base", "core/vault", "core/providers", "core/session"}},
    {"core/import", {"core/bare", "core/base", "core/vault", "core/providers"}},
    {"core",
     {"core/base", "core/vault", "core/providers", "core/clients", "core/session", "core/keys"}},
    {"core/broker",
     {"core", "core/base", "core/vault", "core/providers", "core/services", "core/discovery",
      "core/keys"}},
    {"core/command",
     {"core", "core/base", "core/vault", "core/providers", "core/clients", "core/setup",
      "core/services", "core/session", "core/discovery", "core/keys", "core/import",
      "core/broker"}},
    {"core/library",
     {"core", "core/base", "core/vault", "core/session", "core/keys", "core/command"}},
    {"core/command/doctor",
     {"core", "core/base", "core/vault", "core/providers", "core/clients", "core/session",
      "core/keys", "core/import", "core/command"}},
};

std::string folder_of(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/')));
}

Complaints check_foundations(const std::vector<Source>& sources) {
  Complaints complaints;
  for (const Source& source : sources) {
    if (!source.is_in("core/")) continue;
    const std::string folder = folder_of(source.path);
    const auto known = foundations.find(folder);
    if (known == foundations.end()) {
      complaints.push_back(folder + " is not in the table of who may include whom");
      continue;
    }
    for (const std::string& include : source.includes) {
      if (!include.starts_with("\"core/")) continue;
      const std::string other = folder_of(std::string_view(include).substr(1));
      if (other != folder && !known->second.contains(other)) {
        complaints.push_back(source.path + " may not include " + include);
      }
    }
  }
  return complaints;
}

// The front is linked without a C++ library, so it and what it is made of know only C's headers.
Complaints check_freestanding(const std::vector<Source>& sources) {
  Complaints complaints;
  for (const Source& source : sources) {
    if (!source.is_in("core/bare/") && !source.is_in("host/front/")) continue;
    for (const std::string& include : source.includes) {
      const bool c_header = include.starts_with('<') && include.ends_with(".h>");
      const bool own = include.starts_with("\"core/bare/") ||
                       (source.is_in("host/front/") && include.starts_with("\"host/front/"));
      if (!c_header && !own) complaints.push_back(source.path + " may not include " + include);
    }
  }
  return complaints;
}

Complaints check_third_parties(const std::vector<Source>& sources) {
  struct ThirdParty {
    std::string_view header;
    std::string_view home;         // the folder of the one file that includes it
    std::string_view broker = {};  // or a folder that consists of little else
  };
  const std::vector<ThirdParty> third_parties = {
      {"<boost/dll", "core/session/"},
      {"<boost/asio", "host/broker/", "host/broker/"},
      {"<boost/beast", "host/broker/", "host/broker/"},
      {"<curl/", "core/services/http_client.cpp", "host/broker/"},
      {"<botan/", "core/services/"},
      {"<simdjson", "core/base/json.cpp"},
      {"<qrencode", "core/services/"},
  };
  Complaints complaints;
  for (const ThirdParty& library : third_parties) {
    std::set<std::string> users;
    for (const Source& source : sources) {
      // An example is a program of somebody else's.
      if (source.is_in("tests/") || source.is_in("sdk/examples/")) continue;
      for (const std::string& include : source.includes) {
        // What two programs do alike with libcurl.
        const bool is_shared = source.is_in("core/services/curl_settings.");
        const bool is_at_home = !library.broker.empty() && source.is_in(library.broker);
        if (include.starts_with(library.header) && !is_at_home && !is_shared) {
          users.insert(source.path);
        }
      }
    }
    for (const std::string& user : users) {
      if (!user.starts_with(library.home) || user.ends_with(".hpp") || users.size() > 1) {
        complaints.push_back(user + " is not the one file that may include " +
                             std::string(library.header));
      }
    }
  }
  return complaints;
}

// A port looks at core/base/platform.cpp and nowhere else in the core.
Complaints check_platform(const std::vector<Source>& sources) {
  Complaints complaints;
  for (const Source& source : sources) {
    if (!source.is_in("core/") || source.path == "core/base/platform.cpp") continue;
    // Made of what only Linux has, all of it.
    if (source.path == "core/broker/walls.cpp" || source.path == "core/bare/vault_key.cpp")
      continue;
    for (const std::string& line : source.lines) {
      for (const std::string_view word :
           {"getauxval(", "\"/proc/", "F_OFD_", "<linux/", "SYS_keyctl"}) {
        if (line.contains(word)) complaints.push_back(source.path + ": " + line);
      }
    }
  }
  return complaints;
}

// Literals can't be had otherwise without naming each; all else keeps its name.
Complaints check_using(const std::vector<Source>& sources) {
  constexpr std::string_view directive = "using namespace ";
  Complaints complaints;
  for (const Source& source : sources) {
    for (const std::string& line : source.lines) {
      const bool literals = line.ends_with("_literals;") && !source.is_header();
      const auto start = line.find_first_not_of(' ');
      if (start != std::string::npos && line.substr(start).starts_with(directive) && !literals) {
        complaints.push_back(source.path + ": " + line);
      }
    }
  }
  return complaints;
}

Complaints check_lengths(const std::vector<Source>& sources) {
  constexpr std::size_t most = 400;
  Complaints complaints;
  for (const Source& source : sources) {
    // A contract is one text, mostly comments, that is read from its beginning to its end.
    if (source.path.ends_with("/plugin.h") || source.path.ends_with("/pindus.h")) continue;
    if (source.lines.size() >= most) {
      complaints.push_back(source.path + " has " + std::to_string(source.lines.size()) + " lines");
    }
  }
  return complaints;
}

std::string told(const Complaints& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += complaint + "\n";
  return text;
}

const std::vector<Source>& our_sources() {
  static const std::vector<Source> sources = sources_below(PINDUS_TEST_SOURCE);
  return sources;
}

Source made_up(std::string path, std::vector<std::string> includes) {
  return {std::move(path), {}, std::move(includes)};
}

}  // namespace

TEST_CASE("the sources are found at all") {
  CHECK(our_sources().size() > 50);
}

TEST_CASE("no folder includes what stays out of it") {
  CHECK(told(check_walls(our_sources())) == "");
}

TEST_CASE("each folder of the core stands only on those below it") {
  CHECK(told(check_foundations(our_sources())) == "");
}

TEST_CASE("the front and what it is made of include only C's headers") {
  CHECK(told(check_freestanding(our_sources())) == "");
}

TEST_CASE("each third party's headers stay inside one file") {
  CHECK(told(check_third_parties(our_sources())) == "");
}

TEST_CASE("what is Linux and not POSIX stands in one file of the core") {
  CHECK(told(check_platform(our_sources())) == "");
}

TEST_CASE("no namespace is used as a whole") {
  CHECK(told(check_using(our_sources())) == "");
}

TEST_CASE("no file has 400 lines") {
  CHECK(told(check_lengths(our_sources())) == "");
}

TEST_CASE("the rules find what is against them") {
  CHECK(told(check_walls({made_up("plugins/x/x.cpp", {"\"core/base/json.hpp\""})})) ==
        "plugins/x/x.cpp may not include \"core/base/json.hpp\"\n");
  CHECK(check_walls({made_up("core/command/x.cpp", {"<termios.h>"})}).size() == 1);
  CHECK(check_walls({made_up("core/x.cpp", {"<pindus/plugin.h>", "\"core/base/json.hpp\""})})
            .empty());
  CHECK(told(check_foundations({made_up("core/vault/x.cpp", {"\"core/keys/choose_key.hpp\""})})) ==
        "core/vault/x.cpp may not include \"core/keys/choose_key.hpp\"\n");
  CHECK(check_foundations({made_up("core/base/x.cpp", {"\"core/context.hpp\""})}).size() == 1);
  CHECK(check_foundations({made_up("core/new/x.cpp", {})}).size() == 1);
  CHECK(check_foundations({made_up("core/keys/x.cpp", {"\"core/vault/vault.hpp\""})}).empty());
  CHECK(check_freestanding({made_up("core/bare/x.hpp", {"<cstdint>"})}).size() == 1);
  CHECK(check_freestanding({made_up("host/front/x.cpp", {"\"core/base/fault.hpp\""})}).size() == 1);
  CHECK(check_third_parties({made_up("core/services/a.cpp", {"<botan/aead.h>"}),
                             made_up("core/services/b.cpp", {"<botan/aead.h>"})})
            .size() == 2);
  CHECK(check_third_parties({made_up("core/services/a.hpp", {"<botan/aead.h>"})}).size() == 1);
  CHECK(check_third_parties({made_up("core/keys/a.cpp", {"<curl/curl.h>"})}).size() == 1);
  CHECK(check_third_parties({made_up("host/cli/a.cpp", {"<boost/asio.hpp>"})}).size() == 1);
  CHECK(check_third_parties({made_up("host/broker/a.hpp", {"<boost/asio.hpp>"})}).empty());
  CHECK(check_third_parties({made_up("host/a.cpp", {"<simdjson.h>"})}).size() == 1);
  Source source = made_up("core/x.cpp", {});
  source.lines = {"  using namespace std;", "using namespace std::chrono_literals;"};
  CHECK(told(check_using({source})) == "core/x.cpp:   using namespace std;\n");
  source.lines.assign(400, "");
  CHECK(check_lengths({source}).size() == 1);
  source.lines = {"open(\"/proc/self/maps\")", "syscall(SYS_keyctl, 10)"};
  CHECK(check_platform({source}).size() == 2);
}
