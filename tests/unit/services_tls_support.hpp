#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_support.hpp"

namespace pindus::test {

/// A certificate authority of the test's own and servers with certificates of it.
class Authority {
 public:
  explicit Authority(const std::string& name = "pindus test authority") {
    write_file(directory_ / "ca.cnf", "[ca]\ndefault_ca = d\n[d]\ndatabase = " + path("index") +
                                          "\nserial = " + path("serial") +
                                          "\nnew_certs_dir = " + directory_.path().string() +
                                          "\ndefault_md = sha256\npolicy = p\nunique_subject = no\n"
                                          "[p]\ncommonName = supplied\n"
                                          "[req]\ndistinguished_name = n\n[n]\n"
                                          "[root]\nbasicConstraints = critical,CA:TRUE\n"
                                          "[here]\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n"
                                          "[elsewhere]\nsubjectAltName = DNS:elsewhere.example\n");
    write_file(directory_ / "index", "");
    write_file(directory_ / "serial", "01\n");
    openssl({"req", "-x509", "-config", path("ca.cnf"), "-extensions", "root", "-newkey", "ec",
             "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=" + name,
             "-keyout", path("ca.key"), "-out", path("ca.pem")});
    openssl({"req", "-config", path("ca.cnf"), "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server", "-keyout",
             path("server.key"), "-out", path("server.csr")});
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }

  void openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "openssl");
    const auto result = run_process(std::move(arguments), plain_environment());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  void sign(const std::string& extensions, const std::string& from, const std::string& until) {
    openssl({"ca", "-batch", "-notext", "-config", path("ca.cnf"), "-cert", path("ca.pem"),
             "-keyfile", path("ca.key"), "-extensions", extensions, "-startdate", from, "-enddate",
             until, "-in", path("server.csr"), "-out", path("server.pem")});
  }

  /// This authority's certificate alone, in a directory by hashes.
  [[nodiscard]] std::string hashed_directory() const {
    const std::string hashed = path("hashed");
    if (::mkdir(hashed.c_str(), 0700) == 0) {
      std::filesystem::copy_file(path("ca.pem"), hashed + "/ca.pem");
      openssl({"rehash", hashed});
    }
    return hashed;
  }

  /// A server that answers any GET with a status page; gives its port.
  int serve(const std::vector<std::string>& options = {}) {
    std::vector<std::string> argv = {"openssl",          "s_server",    "-www",
                                     "-accept",          "127.0.0.1:0", "-cert",
                                     path("server.pem"), "-key",        path("server.key")};
    argv.insert(argv.end(), options.begin(), options.end());
    server_ = std::make_unique<ChildProcess>(std::move(argv), plain_environment());
    return std::stoi(server_->wait_for("ACCEPT 127.0.0.1:"));
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<ChildProcess> server_;
};

inline constexpr const char* long_ago = "20200101000000Z";
inline constexpr const char* far_ahead = "20490101000000Z";

inline std::string at(int port, const std::string& host = "127.0.0.1") {
  return "https://" + host + ":" + std::to_string(port) + "/";
}

/// HTTP's CONNECT (RFC 9110, section 9.3.6), and nothing else.
struct Proxy {
  std::string seen;
  LoopbackServer server{[this](Connection& connection) {
    seen = connection.read_request();
    const std::size_t colon = seen.find(':');
    if (!seen.starts_with("CONNECT ") || colon == std::string::npos) return;
    connection.write("HTTP/1.1 200 Connection established\r\nX-From: proxy\r\n\r\n");
    connection.tunnel_to(std::stoi(seen.substr(colon + 1)));
  }};
};

/// Fetches what can't be had; gives why.
inline Reason refusal(const std::string& url) {
  const auto answer = fetch(url);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == HttpFailure::Kind::network);
  return answer.error().why;
}

inline void check_refused(const std::string& url, const std::string& message,
                          const std::string& hint) {
  const Reason why = refusal(url);
  CHECK_THAT(why.message, Catch::Contains(message));
  CHECK_THAT(why.hint, Catch::Contains(hint));
}

}  // namespace pindus::test
