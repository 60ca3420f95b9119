#include <sys/stat.h>

#include <atomic>
#include <memory>

#include "tests/support/child_process.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_support.hpp"

using pindus::HttpFailure;
using pindus::HttpRequest;
using pindus::test::ChildProcess;
using pindus::test::Connection;
using pindus::test::http_answer;
using pindus::test::LoopbackServer;
using pindus::test::services;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;
using Kind = HttpFailure::Kind;

namespace {

// A certificate authority of the test's own and servers with certificates of it.
class Authority {
 public:
  Authority() {
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
             "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=pindus test authority", "-keyout", path("ca.key"), "-out", path("ca.pem")});
    openssl({"req", "-config", path("ca.cnf"), "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=server", "-keyout",
             path("server.key"), "-out", path("server.csr")});
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }

  void openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "openssl");
    const auto result =
        pindus::test::run_process(std::move(arguments), pindus::test::plain_environment());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  void sign(const std::string& extensions, const std::string& from, const std::string& until) {
    openssl({"ca", "-batch", "-notext", "-config", path("ca.cnf"), "-cert", path("ca.pem"),
             "-keyfile", path("ca.key"), "-extensions", extensions, "-startdate", from, "-enddate",
             until, "-in", path("server.csr"), "-out", path("server.pem")});
  }

  // A server that answers any GET with a status page; gives its port.
  int serve(const std::vector<std::string>& options = {}) {
    std::vector<std::string> argv = {"openssl",          "s_server",    "-www",
                                     "-accept",          "127.0.0.1:0", "-cert",
                                     path("server.pem"), "-key",        path("server.key")};
    argv.insert(argv.end(), options.begin(), options.end());
    server_ = std::make_unique<ChildProcess>(std::move(argv), pindus::test::plain_environment());
    return std::stoi(server_->wait_for("ACCEPT 127.0.0.1:"));
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<ChildProcess> server_;
};

constexpr const char* long_ago = "20200101000000Z";
constexpr const char* far_ahead = "20490101000000Z";

std::expected<pindus::HttpResponse, HttpFailure> get(const std::string& url) {
  const std::vector<std::string> allowed = {pindus::url_host(url).value()};
  HttpRequest request;
  request.url = url;
  request.allowed_hosts = allowed;
  return services().send(request, {});
}

std::string at(int port, const std::string& host = "127.0.0.1") {
  return "https://" + host + ":" + std::to_string(port) + "/";
}

void check_refused(const std::string& url, const std::string& message, const std::string& hint) {
  const auto answer = get(url);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == Kind::network);
  CHECK_THAT(answer.error().why.message, Catch::Contains(message));
  CHECK_THAT(answer.error().why.hint, Catch::Contains(hint));
}

// HTTP's CONNECT (RFC 9110, section 9.3.6), and nothing else.
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

}  // namespace

TEST_CASE("a certificate is trusted where the person's own authorities sign it, else refused") {
  services();
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const int port = authority.serve();

  check_refused(at(port), "is not signed by an authority known here", "SSL_CERT_FILE");

  SECTION("SSL_CERT_FILE") {
    ::setenv("SSL_CERT_FILE", authority.path("ca.pem").c_str(), 1);
  }
  SECTION("CURL_CA_BUNDLE") {
    ::setenv("CURL_CA_BUNDLE", authority.path("ca.pem").c_str(), 1);
  }
  SECTION("SSL_CERT_DIR") {
    const std::string hashed = authority.path("hashed");
    REQUIRE(::mkdir(hashed.c_str(), 0700) == 0);
    std::filesystem::copy_file(authority.path("ca.pem"), hashed + "/ca.pem");
    authority.openssl({"rehash", hashed});
    ::setenv("SSL_CERT_DIR", hashed.c_str(), 1);
  }
  const auto answer = get(at(port));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(get(at(port, "localhost")));
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"}) ::unsetenv(name);
  CHECK_FALSE(get(at(port)));
}

TEST_CASE("a certificate that can't be right now is refused with what to look at") {
  services();
  Authority authority;
  ::setenv("SSL_CERT_FILE", authority.path("ca.pem").c_str(), 1);
  SECTION("not valid yet: the clock") {
    authority.sign("here", "20480101000000Z", far_ahead);
    check_refused(at(authority.serve()), "is not valid yet", "clock");
  }
  SECTION("expired: the clock, or the server") {
    authority.sign("here", long_ago, "20210101000000Z");
    check_refused(at(authority.serve()), "has expired", "clock");
  }
  SECTION("for another name") {
    authority.sign("elsewhere", long_ago, far_ahead);
    check_refused(at(authority.serve()), "is for another name", "");
  }
  SECTION("authorities that can't be read") {
    authority.sign("here", long_ago, far_ahead);
    ::setenv("SSL_CERT_FILE", "/nowhere/ca.pem", 1);
    check_refused(at(authority.serve()), "can't be read", "SSL_CERT_FILE");
  }
  ::unsetenv("SSL_CERT_FILE");
}

TEST_CASE("a server that speaks nothing above TLS 1.1 is refused") {
  services();
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  ::setenv("SSL_CERT_FILE", authority.path("ca.pem").c_str(), 1);
  check_refused(at(authority.serve({"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"})), "TLS 1.2", "");
  CHECK(get(at(authority.serve({"-tls1_2"}))));
  ::unsetenv("SSL_CERT_FILE");
}

TEST_CASE("https goes through https_proxy, and around it as no_proxy says") {
  services();
  Authority authority;
  authority.sign("here", long_ago, far_ahead);
  const int port = authority.serve();
  ::setenv("SSL_CERT_FILE", authority.path("ca.pem").c_str(), 1);
  Proxy proxy;
  ::setenv("https_proxy", proxy.server.url().c_str(), 1);

  const auto answer = get(at(port));
  REQUIRE(answer);
  CHECK(proxy.seen.starts_with("CONNECT 127.0.0.1:" + std::to_string(port) + " HTTP/1.1\r\n"));
  for (const auto& [name, value] : answer->headers) CHECK(name != "X-From");

  ::setenv("no_proxy", "127.0.0.1", 1);
  REQUIRE(get(at(port)));
  CHECK(proxy.server.connections() == 1);
  for (const char* name : {"SSL_CERT_FILE", "https_proxy", "no_proxy"}) ::unsetenv(name);
}

TEST_CASE("a proxy that refuses is told apart from the server") {
  services();
  LoopbackServer proxy([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("407 Proxy Authentication Required", ""));
  });
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  check_refused(at(1), "the proxy answered 407 instead of reaching 127.0.0.1:1", "https_proxy");
  ::unsetenv("https_proxy");
}
