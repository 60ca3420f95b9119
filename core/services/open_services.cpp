#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include "core/bare/binding.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/base/shared_object.hpp"
#include "core/base/whose_program.hpp"
#include "core/services/crypto.hpp"
#include "core/services/services.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> unusable(const std::filesystem::path& module,
                                          std::string_view why) {
  return fail(FaultKind::vault, fmt::format("{} {}", module.string(), why),
              "install pindus again, which this file belongs to");
}

std::unexpected<CredentialFault> broken_module(const std::filesystem::path& module,
                                               std::string_view why) {
  return unusable(module, fmt::format("can't be loaded: {}", why));
}

// dlerror names a library that isn't there as "libcurl.so.4: cannot open shared object file: ...",
// and only the first of them: so the hint has all that the module needs beyond the host.
std::unexpected<CredentialFault> explain_dlerror(const std::filesystem::path& module,
                                                 std::string_view text) {
  const std::string_view library = text.substr(0, text.find(':'));
  if (library.starts_with('/') || text.find(": cannot open shared object file") == text.npos) {
    return broken_module(module, text);
  }
  return fail(FaultKind::vault,
              fmt::format("{}, which {} needs, is not installed", library, module.string()),
              "install your system's packages of libcurl, Botan 2 and libqrencode; on Debian: "
              "apt install libcurl4 libbotan-2-19 libqrencode4");
}

// The function of that name in a module of ours, which stays open.
template <typename Factory>
Result<Factory> load_factory(const std::filesystem::path& module, const char* name) {
  if (!module.is_absolute()) return broken_module(module, "its path is not absolute");
  const FileDescriptor file(::open(module.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return broken_module(module, std::generic_category().message(errno));
  // An update that was cut short must not end us by a SIGBUS.
  if (const auto flaw = flaw_of_file(file.get())) return unusable(module, flaw->why.message);

  // The module itself is linked with -z now. To bind at once all that libcurl's forty libraries
  // might ever call of each other would take a third of a whole refresh.
  const int binding = whose_program() == WhoseProgram::ours ? 0 : bare::mode_bound_to_itself();
  void* handle = ::dlopen(module.c_str(), RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE | binding);
  if (handle == nullptr) return explain_dlerror(module, ::dlerror());
  const auto factory = reinterpret_cast<Factory>(::dlsym(handle, name));
  if (factory == nullptr) return broken_module(module, ::dlerror());
  return factory;
}

// Of one module for the whole process.
Result<Crypto*> open_crypto(const std::filesystem::path& module) {
  static std::mutex mutex;
  static Crypto* opened = nullptr;
  const std::lock_guard lock(mutex);
  if (opened == nullptr) {
    opened = TRY(load_factory<CryptoFactory>(module, crypto_factory_name))();
  }
  if (opened == nullptr) return broken_module(module, "there is no memory left");
  return opened;
}

Result<Services*> load_services(const std::filesystem::path& module) {
  // Botan would lock half a megabyte of memory while it is loaded, which takes longer than all that
  // we want of it; what we keep secret is not kept there. It reads this once, then. The environment
  // of another program isn't ours to change, and it waits that time.
  if (whose_program() == WhoseProgram::ours) ::setenv("BOTAN_MLOCK_POOL_SIZE", "0", 0);
  const auto factory = TRY(load_factory<ServicesFactory>(module, services_factory_name));
  const auto crypto = module.parent_path() / "pindus-crypto.so";
  Services* services = factory([crypto] { return open_crypto(crypto); });
  if (services == nullptr) return broken_module(module, "libcurl can't be started");
  return services;
}

}  // namespace

Result<Services*> open_services(const std::filesystem::path& module) {
  static std::mutex mutex;
  static Services* opened = nullptr;
  const std::lock_guard lock(mutex);
  if (opened == nullptr) opened = TRY(load_services(module));
  return opened;
}

}  // namespace pindus
