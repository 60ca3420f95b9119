#include "core/broker/control.hpp"

#include <fmt/format.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/json.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"

namespace pindus::broker {
namespace {

namespace fs = std::filesystem;

constexpr timeval patience{5, 0};

Result<sockaddr_un> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof(address.sun_path)) {
    return fail(FaultKind::vault,
                fmt::format("the path of the socket {} is too long", printable(path.native())),
                "give a shorter one");
  }
  ::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

FileDescriptor new_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool connects(const FileDescriptor& socket, const sockaddr_un& address) {
  return socket.is_open() &&
         ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::unexpected<CredentialFault> no_broker(const fs::path& socket) {
  return std::unexpected(CredentialFault{
      FaultKind::not_found, "No broker",
      fmt::format("no broker serves at {}", printable(socket.native())), "pindus auth serve"});
}

std::unexpected<CredentialFault> no_answer(std::string_view why) {
  return fail(FaultKind::vault, fmt::format("the broker doesn't answer: {}", printable(why)),
              "pindus auth serve --list");
}

Result<Json> ask(const fs::path& profile, std::string_view request) {
  const fs::path path = control_socket(profile);
  const sockaddr_un address = TRY(address_of(path));
  const FileDescriptor socket = new_socket();
  if (!connects(socket, address)) return no_broker(path);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  SecretText line(request);
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t sent = ::send(socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return no_answer(::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 1; size > 0 && !text.ends_with('\n');) {
    size = ::read(socket.get(), buffer.data(), buffer.size());
    if (size > 0) text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  auto answer = Json::parse(text);
  if (!answer) return no_answer("it is of another version, or ends");
  const Json* error = answer->find("error");
  if (error != nullptr && error->as_string() != nullptr) return no_answer(*error->as_string());
  return *std::move(answer);
}

std::int64_t done_in(const Json& answer) {
  const Json* done = answer.find("done");
  return done == nullptr ? 0 : done->as_integer().value_or(0);
}

}  // namespace

fs::path control_socket(const fs::path& profile) {
  return profile / "broker.sock";
}

Result<FileDescriptor> listen_on_socket(const fs::path& path) {
  const sockaddr_un address = TRY(address_of(path));
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode) || connects(new_socket(), address)) {
      return std::unexpected(CredentialFault{
          FaultKind::name_collision, "Can't serve",
          S_ISSOCK(status.st_mode)
              ? fmt::format("somebody serves at {} already", printable(path.native()))
              : fmt::format("{} is something else than a socket", printable(path.native())),
          "pindus auth serve --list"});
    }
    ::unlink(path.c_str());
  }
  FileDescriptor socket = new_socket();
  // Nobody else's for a moment, either.
  const mode_t usual = ::umask(0177);
  const bool is_bound =
      socket.is_open() &&
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      ::listen(socket.get(), SOMAXCONN) == 0;
  const int error = errno;
  ::umask(usual);
  if (!is_bound) return std::unexpected(file_fault(path, "made", error));
  return socket;
}

Result<FileDescriptor> listen_for_control(const fs::path& profile) {
  TRY(make_private_directory(profile));
  return listen_on_socket(control_socket(profile));
}

Result<ServedAt> served_at(const fs::path& profile) {
  const Json answer = TRY(ask(profile, R"({"list":true})"));
  const Json* host = answer.find("host");
  const Json* socket = answer.find("socket");
  if (host == nullptr || host->as_string() == nullptr || socket == nullptr ||
      socket->as_string() == nullptr) {
    return no_answer("it is of another version");
  }
  return ServedAt{*host->as_string(), *socket->as_string()};
}

Result<void> grant(const fs::path& profile, const BrokerPlan& plan) {
  const Secret text = plan.dump();
  static_cast<void>(TRY(ask(profile, text.view())));
  return {};
}

Result<std::int64_t> revoke(const fs::path& profile, std::string_view run_or_token) {
  Json request(Json::Object{{"revoke", Json(std::string(run_or_token))}});
  const Secret text(request.dump());
  request.wipe();
  return done_in(TRY(ask(profile, text.view())));
}

Result<std::int64_t> revoke_all(const fs::path& profile) {
  return done_in(TRY(ask(profile, R"({"revoke_all":true})")));
}

Result<std::vector<std::string>> granted_runs(const fs::path& profile) {
  const Json answer = TRY(ask(profile, R"({"list":true})"));
  std::vector<std::string> names;
  const Json* runs = answer.find("runs");
  if (runs != nullptr && runs->as_array() != nullptr) {
    for (const Json& run : *runs->as_array()) {
      if (run.as_string() != nullptr) names.push_back(*run.as_string());
    }
  }
  return names;
}

}  // namespace pindus::broker
