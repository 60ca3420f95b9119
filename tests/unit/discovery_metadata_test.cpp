#include <catch2/catch.hpp>

#include "core/discovery/metadata.hpp"
#include "core/services/neighbourhood.hpp"

using Catch::Contains;
using pindus::Neighbourhood;
using pindus::private_block;
using pindus::discovery::is_scope;
using pindus::discovery::parse_resource_metadata;
using pindus::discovery::parse_server_metadata;
using pindus::discovery::resource_metadata_places;
using pindus::discovery::server_metadata_places;
using pindus::discovery::united_scopes;
using Places = std::vector<std::string>;
using Address = std::vector<std::uint8_t>;

TEST_CASE("D4: resource metadata is at the path, then at the root") {
  CHECK(resource_metadata_places("https://a.example/x/mcp") ==
        Places{"https://a.example/.well-known/oauth-protected-resource/x/mcp",
               "https://a.example/.well-known/oauth-protected-resource"});
  CHECK(resource_metadata_places("https://a.example") ==
        Places{"https://a.example/.well-known/oauth-protected-resource"});
  CHECK(resource_metadata_places("https://a.example/") ==
        Places{"https://a.example/.well-known/oauth-protected-resource"});
  // RFC 9728, section 3.1: only the slash behind the host goes.
  CHECK(resource_metadata_places("https://a.example:8443/mcp/?k=1").front() ==
        "https://a.example:8443/.well-known/oauth-protected-resource/mcp/?k=1");
}

TEST_CASE("D7, D8: server metadata is asked for in the specified order") {
  CHECK(server_metadata_places("https://a.example/tenant1") ==
        Places{"https://a.example/.well-known/oauth-authorization-server/tenant1",
               "https://a.example/.well-known/openid-configuration/tenant1",
               "https://a.example/tenant1/.well-known/openid-configuration"});
  CHECK(server_metadata_places("https://a.example") ==
        Places{"https://a.example/.well-known/oauth-authorization-server",
               "https://a.example/.well-known/openid-configuration"});
  CHECK(server_metadata_places("https://a.example/") ==
        server_metadata_places("https://a.example"));
  CHECK(server_metadata_places("https://a.example/t/") ==
        server_metadata_places("https://a.example/t"));
}

TEST_CASE("metadata says what it is missing") {
  CHECK(parse_resource_metadata("[]").error() == "is not a JSON object");
  CHECK(parse_resource_metadata("{}").error() == "names no \"resource\"");
  CHECK(parse_server_metadata("{}").error() == "names no \"issuer\"");
  CHECK(parse_server_metadata(R"({"issuer":"https://a.example"})").error() ==
        "names no \"token_endpoint\"");
  CHECK(parse_server_metadata(std::string(70'000, ' ')).error() == "is larger than 64 KiB");
}

TEST_CASE("A12: an address in metadata is one, and a scope could be asked for") {
  for (const char* bad : {"ftp://a.example", "https://", "https://user@a.example/", "//a.example",
                          "https://a.example/#x", "https://a.example/a b", "javascript:alert(1)",
                          "https://a.example\\\\@b.example/", "https://a.example:0/", "a"}) {
    INFO(bad);
    const std::string json =
        R"({"issuer":"https://a.example","token_endpoint":")" + std::string(bad) + "\"}";
    CHECK_THAT(parse_server_metadata(json).error(), Contains("no http or https address"));
  }
  CHECK(parse_server_metadata(R"({"issuer":1})").error() ==
        "has a \"issuer\" that is no text of at most 2048 bytes");
  const auto resource = parse_resource_metadata(
      R"({"resource":"https://a.example","scopes_supported":["a","b c","","\"","d:e"]})");
  REQUIRE(resource);
  CHECK(resource->scopes_supported == Places{"a", "d:e"});
}

TEST_CASE("scopes are united, each once, in their order") {
  CHECK(united_scopes("a b", "b c") == "a b c");
  CHECK(united_scopes("", "a") == "a");
  CHECK(united_scopes("a", "") == "a");
  CHECK(is_scope("a b:c"));
  CHECK_FALSE(is_scope("a  b"));
  CHECK_FALSE(is_scope(""));
  CHECK_FALSE(is_scope("a\"b"));
}

TEST_CASE("private blocks are known by the address, however it is written") {
  CHECK(private_block(Address{93, 184, 216, 34}).empty());
  CHECK(private_block(Address{10, 1, 2, 3}) == "10.0.0.0/8");
  CHECK(private_block(Address{172, 31, 0, 1}) == "172.16.0.0/12");
  CHECK(private_block(Address{172, 32, 0, 1}).empty());
  CHECK(private_block(Address{100, 127, 0, 1}) == "100.64.0.0/10");
  CHECK(private_block(Address{0, 0, 0, 0}) == "0.0.0.0/8");
  CHECK(private_block(Address{127, 9, 9, 9}) == "loopback");
  CHECK(private_block(Address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) == "loopback");
  CHECK(private_block(Address{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) ==
        "fe80::/10");
  CHECK(private_block(Address{0x20, 1, 0x0d, 0xb9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}).empty());
  // 64:ff9b::10.1.2.3, 2002:7f00:1::, ::ffff:192.168.0.1, ::10.0.0.1
  CHECK(private_block(Address{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 1, 2, 3}) ==
        "10.0.0.0/8");
  CHECK(private_block(Address{0x20, 2, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) == "loopback");
  CHECK(private_block(Address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 0, 1}) ==
        "192.168.0.0/16");
  CHECK(private_block(Address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1}) == "::/96");
}

TEST_CASE("a neighbourhood is the public network and the resource's own private block") {
  const Neighbourhood far(Address{93, 184, 216, 34});
  CHECK(far.has(Address{8, 8, 8, 8}));
  CHECK_FALSE(far.has(Address{10, 0, 0, 1}));
  CHECK_FALSE(far.has(Address{127, 0, 0, 1}));
  CHECK_FALSE(far.may_have("localhost:80"));
  CHECK_FALSE(far.may_have("127.0.0.1"));
  CHECK_FALSE(far.may_have("[::1]:8080"));
  CHECK_FALSE(far.may_have("[fd00::1]"));
  CHECK(far.may_have("a.example:8443"));
  const Neighbourhood office(Address{10, 0, 0, 7});
  CHECK(office.has(Address{10, 200, 0, 1}));
  CHECK(office.has(Address{8, 8, 8, 8}));
  CHECK_FALSE(office.has(Address{192, 168, 0, 1}));
  CHECK_FALSE(office.has(Address{127, 0, 0, 1}));
  CHECK_FALSE(office.is_loopback());
  const Neighbourhood here(Address{127, 0, 0, 1});
  CHECK(here.is_loopback());
  CHECK(here.may_have("localhost:3000"));
  CHECK_FALSE(here.has(Address{10, 0, 0, 1}));
}

TEST_CASE("what hands credentials out to its cloud is asked only by who is there itself") {
  const Address cloud{169, 254, 169, 254};
  CHECK_FALSE(Neighbourhood(Address{169, 254, 0, 9}).has(cloud));
  CHECK(Neighbourhood(Address{169, 254, 0, 9}).has(Address{169, 254, 3, 3}));
  CHECK(Neighbourhood(cloud).has(cloud));
  CHECK_FALSE(Neighbourhood(std::string_view("169.254.0.0/16")).has(cloud));
  CHECK_FALSE(Neighbourhood(Address{100, 100, 1, 1}).has(Address{100, 100, 100, 200}));
}
