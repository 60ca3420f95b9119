#include "core/base/provider_id.hpp"

#include <catch2/catch.hpp>

#include "core/base/account.hpp"
#include "core/command/command.hpp"
#include "core/providers/manifest.hpp"
#include "core/vault/vault_document.hpp"

using pindus::Account;
using pindus::folded_provider;
using pindus::is_address_id;
using pindus::parse_manifest;
using pindus::parse_named_key;
using pindus::provider_segment;
using pindus::same_provider;
using pindus::SecretText;
using pindus::VaultDocument;

TEST_CASE("a name is compared without case, of an address only scheme and host are") {
  CHECK(same_provider("OpenAI", "openai"));
  CHECK(same_provider("HTTPS://MCP.Example.com/Mcp", "https://mcp.example.com/Mcp"));
  CHECK_FALSE(same_provider("https://mcp.example.com/Mcp", "https://mcp.example.com/mcp"));
  CHECK_FALSE(same_provider("https://a.example?K=1", "https://a.example?k=1"));
  CHECK_FALSE(same_provider("https://a.example", "https://a.example/"));
  CHECK_FALSE(same_provider("https://a.example", "http://a.example"));
  CHECK(same_provider("https://A.example:8443", "https://a.example:8443"));
  CHECK(folded_provider("HTTPS://MCP.Example.com/Mcp") == "https://mcp.example.com/Mcp");
  CHECK(folded_provider("OpenAI") == "openai");
}

TEST_CASE("an address is an id up to 2,048 bytes, without a user and a fragment") {
  CHECK(is_address_id("https://mcp.example.com/mcp"));
  CHECK(is_address_id("http://localhost:3000/mcp?x=1"));
  CHECK(is_address_id("https://[::1]:8443/"));
  CHECK(is_address_id("https://a.example/" + std::string(2030, 'a')));
  CHECK_FALSE(is_address_id("https://a.example/" + std::string(2031, 'a')));
  for (const char* bad : {"https://", "https:///x", "https://u@a.example", "https://a.example/#x",
                          "https://a.example:x", "https://a.example:99999", "https://a.example/a b",
                          "https://a.example/\"", "ftp://a.example", "a.example", "https://[::1",
                          "https://[]/", "https://a.example/\x7f", "https://\xc3\xa4.example"}) {
    INFO(bad);
    CHECK_FALSE(is_address_id(bad));
  }
}

TEST_CASE("a manifest's id may be an address") {
  const auto manifest = parse_manifest(R"({"manifest":1,"id":"HTTPS://A.example/Mcp"})");
  REQUIRE(manifest);
  CHECK(manifest->id == "https://a.example/Mcp");
  const auto refused = parse_manifest(R"({"manifest":1,"id":"https://a.example/#x"})");
  REQUIRE_FALSE(refused);
  CHECK(
      refused.error() ==
      "/id must be an http or https address of at most 2048 bytes, without a user and a fragment");
}

TEST_CASE("accounts of addresses that differ in a path's case are two") {
  const auto vault = VaultDocument::parse(
      SecretText(R"({"https://a.example/x":{"default":{"kind":"apiKey","key":"1"}},)"
                 R"("https://a.example/X":{"default":{"kind":"apiKey","key":"2"}}})"),
      "auth.json");
  REQUIRE(vault);
  CHECK(vault->accounts("HTTPS://A.EXAMPLE/x").size() == 1);
  CHECK(Account{"https://a.example/x"}.lock_byte() != Account{"https://a.example/X"}.lock_byte());
  CHECK(Account{"https://a.example/x"}.lock_byte() == Account{"https://A.example/x"}.lock_byte());
  const auto twice = VaultDocument::parse(
      SecretText(R"({"https://a.example/x":{},"https://A.example/x":{}})"), "auth.json");
  CHECK_FALSE(twice);
}

TEST_CASE("an address with a port is no account of the address without") {
  CHECK(parse_named_key("https://a.example:8443").provider == "https://a.example:8443");
  CHECK_FALSE(parse_named_key("https://a.example:8443").account);
  CHECK(parse_named_key("https://a.example:8443/mcp:work").account == "work");
  CHECK(parse_named_key("https://a.example/mcp:work").provider == "https://a.example/mcp");
  CHECK(parse_named_key("https://a.example:work").account == "work");
  CHECK(parse_named_key("openai:1").account == "1");
}

TEST_CASE("in a path an address is its host and a fingerprint") {
  CHECK(provider_segment("openai") == "openai");
  const std::string segment = provider_segment("https://MCP.example:8443/mcp");
  CHECK(segment.starts_with("mcp.example-8443-"));
  CHECK(segment == provider_segment("https://mcp.example:8443/mcp"));
  CHECK(segment != provider_segment("https://mcp.example:8443/MCP"));
}
