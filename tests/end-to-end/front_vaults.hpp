#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/random_json.hpp"

namespace pindus::test {

/// Vaults as pindus, its ancestor and careless people write them.
class RandomVault {
 public:
  explicit RandomVault(Dice& dice) : dice_(dice), json_(dice) {}

  std::string vault() {
    if (dice_.one_in(40)) return dice_.one_in(2) ? "" : json_.value();
    std::string text = (dice_.one_in(15) ? "\xef\xbb\xbf" : "") + json_.blanks() + "{";
    const std::size_t providers = 1 + dice_.roll(4);
    for (std::size_t i = 0; i < providers; ++i) {
      stored_.push_back(provider());
      text += (i == 0 ? "" : ",") + json_.blanks() + "\"" + stored_.back() + "\"" + json_.blanks() +
              ":" + json_.blanks() + accounts() + json_.blanks();
    }
    text += "}" + json_.blanks();
    return dice_.one_in(10) ? json_.spoil(std::move(text)) : text;
  }

  /// What may stand behind `auth key`, mostly with a provider of the vault.
  std::vector<std::string> arguments() {
    const bool is_stored = !stored_.empty() && !dice_.one_in(4);
    std::vector<std::string> words = {is_stored ? dice_.pick(stored_) : provider()};
    const auto insert = [&](std::vector<std::string> more) {
      const auto at = static_cast<std::ptrdiff_t>(dice_.roll(words.size() + 1));
      words.insert(words.begin() + at, more.begin(), more.end());
    };
    if (dice_.one_in(2)) insert({"--json"});
    if (dice_.one_in(4)) insert({"--valid-for", dice_.one_in(2) ? "60" : "2000000000"});
    if (dice_.one_in(3)) {
      if (dice_.one_in(2)) {
        insert({"--account", account()});
      } else {
        insert({"--account=" + account()});
      }
    }
    if (dice_.one_in(12)) {
      static const std::vector<std::string> odd = {
          "--json", "--account",     "--account=",    "--",       "-h",
          "--help", "--acc",         "--json=true",   "-j",       "",
          "extra",  "--account=a b", "--plugin-path", "--version"};
      insert({dice_.pick(odd)});
    }
    return words;
  }

 private:
  std::string provider() {
    static const std::vector<std::string> ids = {"anthropic",
                                                 "Anthropic",
                                                 "ANTHROPIC",
                                                 "openai",
                                                 "groq",
                                                 "mine",
                                                 "o\\u0070enai",
                                                 "github-copilot",
                                                 "https://a.example/mcp",
                                                 "HTTPS://A.example/mcp",
                                                 "https://a.example/MCP"};
    return dice_.pick(ids);
  }

  std::string account() {
    static const std::vector<std::string> names = {"default", "default", "work",
                                                   "Work",    "a_b-1",   "me@example.com"};
    return dice_.pick(names);
  }

  std::string accounts() {
    if (dice_.one_in(30)) {
      static const std::vector<std::string> records = {
          R"({"accessToken":"a","refreshToken":"r","expiresAt":4102444800000})",
          R"({"accessToken":"a","refreshToken":"r","expiresAt":null})",
          R"({"type":"api_key","key":"an-example-of-a-key-0001"})"};
      return dice_.pick(records);
    }
    if (dice_.one_in(30)) return json_.value();
    std::string text = "{";
    const std::size_t count = dice_.roll(4);
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "\"" : ",\"") + account() + "\":" + json_.blanks() + record();
    }
    return text + json_.blanks() + "}";
  }

  std::string record() {
    if (dice_.one_in(25)) return json_.value();
    std::vector<std::string> members;
    if (dice_.one_in(12)) {
      members.push_back("\"apiKey\":" + key());
    } else if (dice_.one_in(2)) {
      members.push_back(R"("kind":"apiKey")");
      members.push_back("\"key\":" + key());
    } else {
      members.push_back(R"("kind":"oauth")");
      members.push_back("\"access\":" + key());
      if (!dice_.one_in(8)) members.push_back("\"refresh\":" + key());
      if (!dice_.one_in(6)) members.push_back("\"expires\":" + expires());
      if (dice_.one_in(4)) members.push_back("\"lifetime\":" + lifetime());
      if (dice_.one_in(20)) members.erase(members.begin() + 1);
    }
    if (!dice_.one_in(4)) {
      members.push_back(std::string("\"isDefault\":") + (dice_.one_in(3) ? "true" : "false"));
    }
    if (dice_.one_in(4)) members.push_back(R"("baseUrl":"https://example.test")");
    if (dice_.one_in(8)) members.push_back(json_.string() + ":" + json_.value());
    if (dice_.one_in(10)) members.push_back(foreign_member());
    if (dice_.one_in(30)) members.push_back(members[dice_.roll(members.size())]);
    std::string text = "{";
    while (!members.empty()) {
      const std::size_t next = dice_.one_in(3) ? dice_.roll(members.size()) : 0;
      text += (text.size() == 1 ? "" : ",") + json_.blanks() + members[next];
      members.erase(members.begin() + static_cast<std::ptrdiff_t>(next));
    }
    return text + json_.blanks() + "}";
  }

  // Of an older form, or what is never shown.
  std::string foreign_member() {
    static const std::vector<std::string> strings = {"apiKey",       "accessToken", "refreshToken",
                                                     "access_token", "idToken",     "clientSecret",
                                                     "key",          "access"};
    switch (dice_.roll(3)) {
      case 0: return "\"" + dice_.pick(strings) + "\":" + key();
      case 1: return "\"expiresAt\":" + expires();
      default: return "\"private\":" + json_.value();
    }
  }

  std::string key() {
    if (dice_.one_in(12)) return json_.string();
    static const std::vector<std::string> keys = {R"("an-example-of-a-key-0001")",
                                                  R"("\u0061n-escaped-key\/")",
                                                  R"("with \"quotes\" and \\")",
                                                  "\"k\xc3\xa9y\"",
                                                  R"("")",
                                                  R"("line\nbreak")",
                                                  R"("with a line end\n")",
                                                  R"("line-end-0001\r\n")",
                                                  R"("'in-quotes'")",
                                                  R"("your-api-key-here")",
                                                  R"("sk-xxxx-0001")",
                                                  R"("MY_KEY=abc1")",
                                                  R"("half\ud83d")",
                                                  R"("un\known")",
                                                  "5",
                                                  "null",
                                                  "\"" + std::string(9000, 'k') + "\"",
                                                  "\"" + std::string(3000, 'j') + "\""};
    return dice_.one_in(3) ? dice_.pick(keys) : keys[0];
  }

  std::string lifetime() {
    static const std::vector<std::string> lives = {"9999999999", "3600", "0",
                                                   "-1",         "null", "\"60\""};
    return dice_.pick(lives);
  }

  std::string expires() {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const std::vector<std::string> times = {"4102444800000",
                                            "4102444800000",
                                            "4102444800000.5",
                                            std::to_string(now - 1000),
                                            std::to_string(now + 300'000),
                                            std::to_string(now + 900'000),
                                            "0",
                                            "-1",
                                            "null",
                                            "4.1e12",
                                            "\"4102444800000\"",
                                            "\"\"",
                                            "\"soon\"",
                                            "true",
                                            "99999999999999999999"};
    return dice_.pick(times);
  }

  Dice& dice_;
  RandomJson json_;
  std::vector<std::string> stored_;  // the providers of the vault
};

}  // namespace pindus::test
