#include "host/plugin-tool/borrowed_text.hpp"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace pindus::plugin_tool {
namespace {

// Far more than a scripted run shows; only what is used is ever memory.
constexpr std::size_t arena_size = std::size_t{256} << 20;

// Pages that are each used for one text. A child process has one arena, from one test to its end.
struct Arena {
  char* begin = nullptr;
  std::size_t used = 0;
  sigjmp_buf touched;
};
Arena arena;

void on_fault(int signal, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const auto begin = reinterpret_cast<std::uintptr_t>(arena.begin);
  if (address >= begin && address - begin < arena_size) siglongjmp(arena.touched, 1);
  ::signal(signal, SIG_DFL);  // some other fault, which happens again on return
}

std::size_t whole_pages(std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (size / page + 1) * page;
}

}  // namespace

bool touches_returned_text(const std::function<void()>& body) {
  void* pages =
      mmap(nullptr, arena_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::runtime_error("no address space for the texts that are lent");
  arena.begin = static_cast<char*>(pages);
  struct sigaction action{};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, nullptr);
  if (sigsetjmp(arena.touched, 1) != 0) return true;
  body();
  return false;
}

void lend_text(pindus_read read, void* context, pindus_str text) {
  void (*callback)(void*, pindus_str) = read;
  const std::size_t size = whole_pages(text.size);
  char* place = arena.begin + arena.used;
  const bool has_room = arena.begin != nullptr && size <= arena_size - arena.used;
  if (!has_room || mprotect(place, size, PROT_READ | PROT_WRITE) != 0) {
    callback(context, text);
    return;
  }
  arena.used += size;
  memcpy(place, text.data, text.size);
  callback(context, {place, text.size});
  explicit_bzero(place, text.size);
  mprotect(place, size, PROT_NONE);
}

}  // namespace pindus::plugin_tool
