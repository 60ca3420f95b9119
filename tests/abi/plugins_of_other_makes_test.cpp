#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

#include <pindus/ext/revoke.h>

#include "tests/abi/fake_host.hpp"

namespace pindus::test {
namespace {

const pindus_plugin_1& load(const std::string& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry =
      reinterpret_cast<pindus_plugin_entry_1_fn>(dlsym(library, PINDUS_PLUGIN_ENTRY_1));
  if (entry == nullptr) throw std::runtime_error(dlerror());
  const pindus_plugin_1* table = nullptr;
  REQUIRE(entry(&table) == PINDUS_OK);
  REQUIRE(entry(nullptr) == PINDUS_INVALID_ARGUMENT);
  return *table;
}

/// A host's table in memory of exactly its own size: as it was in minor 0, or grown by slots that
/// this header doesn't know.
class HostTable {
 public:
  HostTable(const pindus_host_1& from, uint32_t size, uint32_t minor)
      : bytes_(new std::byte[size]()) {
    std::memcpy(bytes_.get(), &from, std::min<size_t>(size, sizeof from));
    std::memcpy(bytes_.get() + offsetof(pindus_host_1, size), &size, sizeof size);
    std::memcpy(bytes_.get() + offsetof(pindus_host_1, abi_minor), &minor, sizeof minor);
  }
  [[nodiscard]] const pindus_host_1* get() const {
    return reinterpret_cast<const pindus_host_1*>(bytes_.get());
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
};

int32_t sign_in(const pindus_plugin_1& plugin, FakeHost& host, const HostTable& table) {
  void* instance = nullptr;
  const int32_t created = plugin.create(table.get(), host.session(), &instance);
  if (created != PINDUS_OK) return created;
  const int32_t code = plugin.sign_in(instance);
  plugin.destroy(instance);
  return code;
}

void sign_in_with_a_key(const std::string& file) {
  const pindus_plugin_1& plugin = load(file);
  for (const uint32_t size : {PINDUS_HOST_1_BASE_SIZE, PINDUS_HOST_1_BASE_SIZE + 80}) {
    FakeHost host;
    host.prompts = {"acme-0123456789abcdef0123456789"};
    const HostTable table(*host.table(), size, size == PINDUS_HOST_1_BASE_SIZE ? 0 : 5);
    REQUIRE(sign_in(plugin, host, table) == PINDUS_OK);
    CHECK(host.record.at("key") == "acme-0123456789abcdef0123456789");
    CHECK(host.commits == 1);
  }
  FakeHost host;
  const HostTable short_table(*host.table(), PINDUS_HOST_1_BASE_SIZE - 1, 0);
  CHECK(sign_in(plugin, host, short_table) == PINDUS_UNSUPPORTED);
}

void sign_in_with_a_browser(const std::string& file) {
  const pindus_plugin_1& plugin = load(file);
  for (const uint32_t size : {PINDUS_HOST_1_BASE_SIZE, PINDUS_HOST_1_BASE_SIZE + 80}) {
    FakeHost host;
    host.options = {{"client_id", "client"},
                    {"authorize_url", "https://login.example/authorize"},
                    {"token_url", "https://login.example/token"}};
    host.prompts = {"the-code#{state}"};
    host.server = {{200, R"({"access_token":"a-1","expires_in":60})", {}}};
    const HostTable table(*host.table(), size, size == PINDUS_HOST_1_BASE_SIZE ? 0 : 5);
    REQUIRE(sign_in(plugin, host, table) == PINDUS_OK);
    CHECK(host.record.at("access") == "a-1");
    CHECK(host.live_handles() == 0);
  }
}

// The compilers that some of these want aren't everywhere.
bool is_built(const std::string& file, const char* wanted) {
  if (std::filesystem::exists(file)) return true;
  std::cout << "SKIPPED: " << wanted << " was not there when the tests were built\n";
  return false;
}

TEST_CASE("today's plugins work in a host of minor 0's size and in one that has grown") {
  sign_in_with_a_key(PINDUS_TEST_PLUGINS "/api-key.so");
  sign_in_with_a_browser(PINDUS_TEST_PLUGINS "/pkce.so");
}

TEST_CASE("a plugin built with the header of 1.0 works in today's host") {
  sign_in_with_a_key(PINDUS_TEST_OTHER_MAKES "/released.so");
}

TEST_CASE("a plugin that carries its own C++ runtime works") {
  sign_in_with_a_browser(PINDUS_TEST_OTHER_MAKES "/static-runtime.so");
}

TEST_CASE("a plugin without exceptions and RTTI works") {
  sign_in_with_a_browser(PINDUS_TEST_OTHER_MAKES "/without-exceptions.so");
}

TEST_CASE("a plugin of clang with libc++ works") {
  const std::string file = PINDUS_TEST_OTHER_MAKES "/libcxx.so";
  if (is_built(file, "clang++-19 with libc++")) sign_in_with_a_browser(file);
}

TEST_CASE("a plugin says which extensions it has without an instance, in C, C++ and Rust") {
  struct Case {
    std::string file;
    bool revokes;
  };
  const auto plugin = GENERATE(Case{PINDUS_TEST_PLUGINS "/pkce.so", true},
                               Case{PINDUS_TEST_PLUGINS "/api-key.so", false},
                               Case{PINDUS_TEST_OTHER_MAKES "/released.so", false},
                               Case{PINDUS_TEST_OTHER_MAKES "/acme.so", false});
  CAPTURE(plugin.file);
  if (!is_built(plugin.file, "rustc")) return;
  const auto table_of = [&](std::string_view id) {
    return load(plugin.file).get_extension({id.data(), id.size()});
  };
  CHECK((table_of(PINDUS_EXT_REVOKE_1) != nullptr) == plugin.revokes);
  CHECK(table_of(PINDUS_EXT_REVOKE_1) == table_of(PINDUS_EXT_REVOKE_1));
  CHECK(table_of("pindus.revoke/2") == nullptr);
  CHECK(table_of("") == nullptr);
}

TEST_CASE("a plugin in Rust works") {
  const std::string file = PINDUS_TEST_OTHER_MAKES "/acme.so";
  if (is_built(file, "rustc")) sign_in_with_a_key(file);
}

}  // namespace
}  // namespace pindus::test
