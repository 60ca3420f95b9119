#include <catch2/catch.hpp>

#include "host/cli/browser.hpp"

using Words = std::vector<std::string>;
using Commands = std::vector<Words>;

namespace {

Commands parsed(std::string_view list) {
  return pindus::browser_commands(list, "https://x/?a=1&b='2'%20%s:c");
}

const std::string url = "https://x/?a=1&b='2'%20%s:c";

}  // namespace

TEST_CASE("BROWSER is a list by colons, and the address is each command's last word") {
  CHECK(parsed("firefox") == Commands{{"firefox", url}});
  CHECK(parsed(" firefox  -P  work :w3m:") ==
        Commands{{"firefox", "-P", "work", url}, {"w3m", url}});
  CHECK(parsed("").empty());
  CHECK(parsed(" : ::").empty());
}

TEST_CASE("the address takes the place of each %s, in one word with what is around it") {
  CHECK(parsed("open --url=%s --new") == Commands{{"open", "--url=" + url, "--new"}});
  CHECK(parsed("a '%s' %s") == Commands{{"a", url, url}});
}

TEST_CASE("quotes and backslashes in BROWSER keep blanks and colons as a shell does") {
  CHECK(parsed(R"('/opt/my browser/run' -x)") == Commands{{"/opt/my browser/run", "-x", url}});
  CHECK(parsed(R"("/opt/my browser/run":b)") == Commands{{"/opt/my browser/run", url}, {"b", url}});
  CHECK(parsed(R"(/opt/my\ browser/run)") == Commands{{"/opt/my browser/run", url}});
  CHECK(parsed(R"(a\:b:"c:d")") == Commands{{"a:b", url}, {"c:d", url}});
  CHECK(parsed(R"(a "" "x\"y\\z\n" 'q\')") == Commands{{"a", "", R"(x"y\z\n)", R"(q\)", url}});
  CHECK(parsed(R"(a "not closed:b)") == Commands{{"a", "not closed:b", url}});
}

TEST_CASE("only http and https addresses are opened, and none without a display or a BROWSER") {
  const auto open = [](std::string_view address, std::optional<std::string> browser) {
    const pindus::Environment environment([&](std::string_view name) -> std::optional<std::string> {
      if (name == "BROWSER") return browser;
      return std::nullopt;
    });
    return pindus::open_in_browser(address, environment, {});
  };
  CHECK(open("https://x/", "true"));
  CHECK(open("http://x/", "false:/nonexistent/program:true"));
  CHECK_FALSE(open("https://x/", "false:/nonexistent/program"));
  CHECK_FALSE(open("file:///etc/passwd", "true"));
  CHECK_FALSE(open("https://x/", std::nullopt));
}
