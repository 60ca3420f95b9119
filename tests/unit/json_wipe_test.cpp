#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <catch2/catch.hpp>
#include <new>

#include "core/base/json.hpp"

using pindus::Json;

// Every block that this program frees is looked at first.
namespace {

constexpr std::string_view marker = "do-not-leave-me-behind";
bool watching = false;
int left_behind = 0;

void look_at(void* block) noexcept {
  if (!watching || block == nullptr) return;
  const auto* found = ::memmem(block, ::malloc_usable_size(block), marker.data(), marker.size());
  if (found != nullptr) ++left_behind;
}

}  // namespace

void* operator new(std::size_t size) {
  void* block = ::calloc(1, size);  // nothing of an earlier block's
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return ::calloc(1, size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return ::calloc(1, size);
}
void operator delete(void* block) noexcept {
  look_at(block);
  ::free(block);
}
void operator delete[](void* block) noexcept {
  operator delete(block);
}
void operator delete(void* block, std::size_t) noexcept {
  operator delete(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  operator delete(block);
}

TEST_CASE("nothing of a document's strings is left on the heap once it is wiped") {
  const std::string many(200, ' ');
  const std::string text =
      GENERATE_COPY(R"({"access_token":")" + std::string(marker) + R"("})",
                    R"(["\u0064o-not-leave-me-behind",{")" + std::string(marker) + R"(":[1,2]}])",
                    // What ends in the middle, or breaks a rule after the secret.
                    R"({"access_token":")" + std::string(marker) + R"(","x":)" + many,
                    R"({"access_token":")" + std::string(marker) + "\",\"x\":\"\xff\"}");
  CAPTURE(text);
  left_behind = 0;
  watching = true;
  {
    auto parsed = Json::parse(text);
    if (parsed) parsed->wipe();
  }
  watching = false;
  CHECK(left_behind == 0);
}

TEST_CASE("what looks at freed memory finds what is left there") {
  left_behind = 0;
  watching = true;
  delete new std::string(marker);
  watching = false;
  CHECK(left_behind > 0);
}
