#include "tests/integration/broker_run.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/integration/oauth_peer.hpp"

namespace pindus::test {
namespace {

constexpr int patience_ms = 30'000;

std::string receive(int descriptor) {
  pollfd one{descriptor, POLLIN, 0};
  if (::poll(&one, 1, patience_ms) <= 0) throw std::runtime_error("nothing came from the broker");
  std::array<char, 64 << 10> buffer{};
  const ssize_t size = ::recv(descriptor, buffer.data(), buffer.size(), 0);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string manifest(const std::string& url, const BrokerRun::Setting& setting) {
  return fmt::format(R"({{"manifest": 1, "id": "acme", "label": "Acme", "env": ["ACME_KEY"],
    {2} "api": {{ {1} "base_url": "{0}/base", "address_env": {{"ACME_URL": "{{base_url}}"}},
    "anonymous": ["HEAD /hello"], "alias": {{"/short": "/v1/long"}},
    "allow": ["GET /*", "POST /*", "PUT /*", "HEAD /*", "DELETE /*"],
    "methods": {{"api-key": {{"headers": {{"x-api-key": "{{key}}"}},
                              "env": {{"ACME_KEY": "{{key}}"}}}},
                 "oauth": {{"headers": {{"authorization": "Bearer {{key}}"}},
                            "env": {{"ACME_KEY": "{{key}}"}}}}}}}}}})",
                     url, setting.api,
                     setting.methods.empty() ? "" : "\"methods\": " + setting.methods + ",");
}

}  // namespace

BrokerClient::BrokerClient(int port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      reader_([this] { return receive(descriptor_); }) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    throw std::runtime_error("the broker can't be reached");
  }
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

BrokerClient::~BrokerClient() {
  close();
}

bool BrokerClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

HttpMessage BrokerClient::answer(bool bodiless) {
  auto message = reader_.next(bodiless);
  if (!message) throw std::runtime_error("no answer came");
  return *std::move(message);
}

HttpMessage BrokerClient::head() {
  auto message = reader_.next_head();
  if (!message) throw std::runtime_error("no answer came");
  return *std::move(message);
}

bool BrokerClient::is_closed() {
  return reader_.take_some().empty();
}

void BrokerClient::finish() const {
  ::shutdown(descriptor_, SHUT_WR);
}

void BrokerClient::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void BrokerClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

TestProvider::TestProvider(Answer answer, Over over) {
  const auto handle = [this, answer = std::move(answer)](Connection& connection) {
    HttpReader reader([&] { return connection.read_some(); });
    while (auto request = reader.next()) {
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(*request);
      }
      answer(connection, *request);
    }
    const std::scoped_lock lock(mutex_);
    ++ended_;
  };
  server_ = std::make_unique<LoopbackServer>(handle, over == Over::tls ? &identity_ : nullptr);
}

std::unique_ptr<TestProvider> TestProvider::raw(std::function<void(Connection&)> handle,
                                                Over over) {
  std::unique_ptr<TestProvider> made(new TestProvider());
  TestProvider* self = made.get();
  made->server_ = std::make_unique<LoopbackServer>(
      [self, handle = std::move(handle)](Connection& connection) {
        handle(connection);
        const std::scoped_lock lock(self->mutex_);
        ++self->ended_;
      },
      over == Over::tls ? &made->identity_ : nullptr);
  return made;
}

std::vector<HttpMessage> TestProvider::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<std::string> TestProvider::fields(std::string_view name) const {
  std::vector<std::string> values;
  for (const HttpMessage& request : requests()) values.push_back(request.field(name).value_or("-"));
  return values;
}

int TestProvider::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

BrokerRun::BrokerRun(const std::string& url, const TlsIdentity& identity, Setting setting) {
  profile.install_manifest("acme", manifest(url, setting));
  if (setting.vault.empty()) {
    store_key(real_key);
  } else {
    profile.write_vault(setting.vault);
  }
  const auto authority = profile.path() / "authority.pem";
  write_file(authority, identity.certificate_pem());
  profile.environment["SSL_CERT_FILE"] = authority;
  for (const auto& [name, value] : setting.variables) profile.environment[name] = value;
  std::vector<std::string> arguments = {"auth", "exec", "--broker"};
  arguments.insert(arguments.end(), setting.options.begin(), setting.options.end());
  for (const std::string& word :
       {std::string("acme"), std::string("--"), std::string("sh"), std::string("-c"),
        "echo broker=$ACME_URL token=$ACME_KEY; " + setting.script}) {
    arguments.push_back(word);
  }
  arguments.insert(arguments.begin(), PindusProfile::program());
  command = std::make_unique<ChildProcess>(std::move(arguments), profile.environment);
  const std::string where = command->wait_for("broker=http://127.0.0.1:");
  port = std::stoi(where);
  token = where.substr(where.find("token=") + 6);
}

std::string BrokerRun::request(std::string_view method_and_path, std::string_view fields,
                               std::string_view version) const {
  const std::size_t blank = method_and_path.find(' ');
  return fmt::format("{} /acme{} {}\r\nHost: 127.0.0.1:{}\r\nx-api-key: {}\r\n{}\r\n",
                     method_and_path.substr(0, blank), method_and_path.substr(blank + 1), version,
                     port, token, fields);
}

HttpMessage BrokerRun::ask(std::string_view method_and_path, std::string_view body,
                           std::string_view fields) const {
  BrokerClient connection(port);
  const std::string length = body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size());
  const std::string head =
      request(method_and_path, std::string(fields) + length + "Connection: close\r\n");
  connection.send(head + std::string(body));
  return connection.answer(method_and_path.starts_with("HEAD"));
}

void BrokerRun::store_key(std::string_view key) const {
  const std::string text =
      key.empty() ? "{}"
                  : fmt::format(R"({{"acme": {{"default": {{"kind": "apiKey", "isDefault": true,
    "key": "{}"}}}}}})",
                                key);
  // As all who write it do.
  const auto vault = profile.path() / "profile/auth.json";
  write_file(vault.string() + ".new", text);
  std::filesystem::rename(vault.string() + ".new", vault);
}

std::string BrokerRun::log_text() const {
  std::string text;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(profile.path() / "profile/runs", error)) {
    text += content_of(entry.path());
  }
  return text;
}

std::vector<std::string> BrokerRun::log_lines(std::size_t count) const {
  std::vector<std::string> lines;
  static_cast<void>(eventually([&] {
    lines.clear();
    std::istringstream text(log_text());
    for (std::string line; std::getline(text, line);) {
      if (line.contains("\"method\":")) lines.push_back(line);
    }
    return lines.size() >= count;
  }));
  return lines;
}

std::vector<pid_t> BrokerRun::broker_processes() const {
  std::vector<pid_t> found;
  const std::string program = PINDUS_TEST_BUILD "/libexec/pindus/pindus-broker";
  const std::string ours =
      "INDUSAGI_CODING_AGENT_DIR=" + profile.environment.at("INDUSAGI_CODING_AGENT_DIR");
  bool is_hidden = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), process).ec != std::errc())
      continue;
    const std::string arguments = content_of(entry.path() / "cmdline");
    if (arguments.c_str() != program) continue;
    const std::string environment = content_of(entry.path() / "environ");
    is_hidden = is_hidden || environment.empty();
    if (environment.contains(ours)) found.push_back(process);
  }
  if (found.empty() && is_hidden) skip("only root sees whose broker a process is");
  std::ranges::sort(found);
  return found;
}

pid_t BrokerRun::broker_child() const {
  pid_t child = 0;
  const bool is_there = eventually([&] {
    const auto processes = broker_processes();
    for (const pid_t process : processes) {
      const std::string status = content_of(fmt::format("/proc/{}/status", process));
      for (const pid_t parent : processes) {
        if (status.contains(fmt::format("PPid:\t{}\n", parent))) child = process;
      }
    }
    return child != 0;
  });
  if (!is_there) throw std::runtime_error("there is no broker");
  return child;
}

ProcessResult BrokerRun::end() {
  return command->wait();
}

void say_fine(Connection& connection, const HttpMessage&) {
  connection.write(ok());
}

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string pattern(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1;
  for (char& c : text) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    c = static_cast<char>(state >> 32U);
  }
  return text;
}

std::string ok(std::string_view body, std::string_view fields) {
  return http_answer("200 OK", body, fields);
}

}  // namespace pindus::test
