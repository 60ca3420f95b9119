#include "core/services/http_client.hpp"

#include <curl/curl.h>
#include <dirent.h>
#include <fmt/format.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/services/http_rules.hpp"

namespace pindus::http {
namespace {

constexpr long connect_limit_ms = 10'000;
constexpr std::size_t answer_limit = std::size_t{1} << 20;

using Kind = HttpFailure::Kind;
using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// Requests and answers pass through curl's buffers, so whatever curl frees is wiped. What OpenSSL
// and the kernel have buffered is out of reach.
void wiping_free(void* block) {
  if (block == nullptr) return;
  ::explicit_bzero(block, ::malloc_usable_size(block));
  ::free(block);
}

void* wiping_realloc(void* block, std::size_t size) {
  void* bigger = ::malloc(size);
  if (bigger != nullptr && block != nullptr) {
    ::memcpy(bigger, block, std::min(size, ::malloc_usable_size(block)));
    wiping_free(block);
  }
  return bigger;
}

// An answer under way. Its buffer grows by hand, so that no outgrown copy of it stays behind.
class Answer {
 public:
  std::size_t take_body(std::string_view part) {
    if (!count(part)) return 0;
    if (body_.size() + part.size() > body_.capacity()) {
      std::string bigger;
      bigger.reserve(std::max(2 * body_.capacity(), body_.size() + part.size()));
      bigger.append(body_);
      const Secret outgrown(std::exchange(body_, std::move(bigger)));
    }
    body_.append(part);
    return part.size();
  }

  std::size_t take_header(std::string_view line) {
    if (!count(line)) return 0;
    const std::size_t taken = line.size();
    if (line.starts_with("HTTP/")) headers_.clear();  // an interim answer (100) came before
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return taken;
    headers_.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    return taken;
  }

  [[nodiscard]] bool too_large() const noexcept { return too_large_; }

  [[nodiscard]] HttpResponse finish(int status) && {
    return {status, std::move(headers_), Secret(std::move(body_))};
  }

 private:
  bool count(std::string_view part) noexcept {
    too_large_ = part.size() > answer_limit - received_;
    if (!too_large_) received_ += part.size();
    return !too_large_;
  }

  std::vector<std::pair<std::string, std::string>> headers_;
  std::string body_;
  std::size_t received_ = 0;
  bool too_large_ = false;
};

template <std::size_t (Answer::*take)(std::string_view)>
std::size_t receive(char* data, std::size_t, std::size_t size, void* answer) noexcept {
  try {
    return (static_cast<Answer*>(answer)->*take)(std::string_view(data, size));
  } catch (...) {
    return 0;  // out of memory: curl gives the transfer up
  }
}

bool has_hashed_certificates(const char* directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory), &::closedir);
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (std::string_view(entry->d_name).ends_with(".0")) return true;
  }
  return false;
}

const char* nonblank_variable(const char* name) {
  const char* value = ::secure_getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

// A directory by hashes is read a certificate at a time; the bundle takes 23 ms.
void choose_certificate_authorities(CURL* easy) {
  const auto use = [easy](const char* file, const char* directory) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, directory);
  };
  for (const char* variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    if (const char* file = nonblank_variable(variable)) return use(file, nullptr);
  }
  if (const char* directory = nonblank_variable("SSL_CERT_DIR")) return use(nullptr, directory);
  constexpr const char* system_directory = "/etc/ssl/certs";
  if (has_hashed_certificates(system_directory)) use(nullptr, system_directory);
}

void set_limits(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a cancelled look-up isn't waited for
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

List header_list(const HttpRequest& request) {
  List list(nullptr, &curl_slist_free_all);
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    std::ignore = list.release();
    list.reset(longer);
  };
  append("Expect:");  // a server that doesn't know it would cost a second
  for (const auto& [name, value] : request.headers) {
    std::string line;
    line.reserve(name.size() + 2 + value.view().size());
    line += name;
    // curl takes "Name:" as "leave Name out", and "Name;" as "Name is empty".
    line += value.empty() ? ";" : ": ";
    line += value.view();
    const Secret wiped_afterwards(std::move(line));
    append(std::string(wiped_afterwards.view()));
  }
  return list;
}

void set_request(CURL* easy, const HttpRequest& request, const curl_slist* headers) {
  const std::string agent =
      request.user_agent.empty() ? "pindus/" PINDUS_VERSION : request.user_agent;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.time_limit.count()));
  if (request.method == "POST") {
    const std::string_view body = request.body.view();
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  }
  // Only loopback is spoken to in the clear, and a proxy isn't loopback.
  if (!is_encrypted(request.url)) curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

// Whether the server may have seen something of the request.
bool is_under_way(CURL* easy) {
  curl_off_t sending_began_us = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sending_began_us);
  return sending_began_us != 0;
}

// Runs the transfer; nothing where it was stopped.
std::optional<CURLcode> run(CURLM* multi, CURL* easy, WhenSent when_sent,
                            const std::stop_token& stop) {
  if (curl_multi_add_handle(multi, easy) != CURLM_OK) return CURLE_FAILED_INIT;
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  const auto is_stopped = [&] {
    return stop.stop_requested() && !(when_sent == WhenSent::finishes && is_under_way(easy));
  };
  int running = 1;
  std::optional<CURLcode> outcome;
  while (running != 0 && !is_stopped()) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running != 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  if (running == 0) {
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &left);
    outcome = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  } else if (!is_stopped()) {
    outcome = CURLE_FAILED_INIT;
  }
  curl_multi_remove_handle(multi, easy);
  return outcome;
}

HttpFailure describe_certificate(CURL* easy, const std::string& host) {
  long verify_result = 0;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
  // The numbers are OpenSSL's (X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED).
  switch (verify_result) {
    case 9:
      return {Kind::network, fmt::format("the certificate of {} is not valid yet", host),
              "Check this computer's clock."};
    case 10:
      return {Kind::network, fmt::format("the certificate of {} has expired", host),
              "Check this computer's clock; if it is right, the server is at fault."};
    case 1:  // the name is looked at first, and nothing else then
      return {Kind::network, fmt::format("the certificate of {} is for another name", host),
              "Something between here and the server may be answering in its place."};
    default:
      return {Kind::network,
              fmt::format("the certificate of {} is not signed by an authority known here", host),
              "Behind a proxy that opens TLS, let SSL_CERT_FILE name its certificate; else "
              "install the package ca-certificates."};
  }
}

bool uses_proxy() {
  constexpr const char* variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  return std::ranges::any_of(variables, [](const char* name) { return nonblank_variable(name); });
}

// Never curl's own text: it may quote the URL.
HttpFailure describe_failure(CURLcode code, CURL* easy, const std::string& host) {
  long proxy_status = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (proxy_status >= 300) {
    return {Kind::network,
            fmt::format("the proxy answered {} instead of reaching {}", proxy_status, host),
            "Check https_proxy, and no_proxy for hosts that need none."};
  }
  const std::string check_network = uses_proxy()
                                        ? "https_proxy is set: check that the proxy is right."
                                        : "Check the network; behind a proxy, set https_proxy.";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Kind::network, fmt::format("no address is known for {}", host), check_network};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Kind::network, fmt::format("no address is known for the proxy to {}", host),
              "Check https_proxy."};
    case CURLE_COULDNT_CONNECT:
      return {Kind::network, fmt::format("{} can't be reached", host), check_network};
    case CURLE_OPERATION_TIMEDOUT:
      return {Kind::timeout, fmt::format("{} did not answer in time", host), check_network};
    case CURLE_PEER_FAILED_VERIFICATION: return describe_certificate(easy, host);
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::network,
              fmt::format("the certificate authorities to check {} against can't be read", host),
              "Check SSL_CERT_FILE, CURL_CA_BUNDLE and SSL_CERT_DIR; else install the package "
              "ca-certificates."};
    case CURLE_SSL_CONNECT_ERROR:
      return {Kind::network, fmt::format("{} offers no TLS 1.2 or later", host), check_network};
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {Kind::network,
              fmt::format("{} closed the connection before its answer was complete", host),
              "Try again."};
    default:
      return {Kind::network,
              fmt::format("the exchange with {} failed: {}", host, curl_easy_strerror(code)),
              check_network};
  }
}

}  // namespace

bool start() noexcept {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, &::malloc, &wiping_free, &wiping_realloc,
                              &::strdup, &::calloc) == CURLE_OK;
}

std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request, std::stop_token stop) {
  if (auto refusal = refuse_request(request)) return std::unexpected(std::move(*refusal));
  const std::string host = url_host(request.url).value();

  const Easy easy(curl_easy_init(), &curl_easy_cleanup);
  const Multi multi(curl_multi_init(), &curl_multi_cleanup);
  if (!easy || !multi) throw std::bad_alloc();
  const List headers = header_list(request);
  Answer answer;
  set_limits(easy.get());
  choose_certificate_authorities(easy.get());
  set_request(easy.get(), request, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &receive<&Answer::take_body>);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &receive<&Answer::take_header>);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer);

  const std::optional<CURLcode> outcome = run(multi.get(), easy.get(), request.when_sent, stop);
  if (!outcome) {
    return std::unexpected(HttpFailure{
        Kind::cancelled, fmt::format("the exchange with {} was interrupted", host), {}});
  }
  if (answer.too_large()) {
    return std::unexpected(HttpFailure{
        Kind::too_large, fmt::format("the answer of {} is larger than 1 MiB", host), {}});
  }
  if (*outcome != CURLE_OK) {
    return std::unexpected(describe_failure(*outcome, easy.get(), host));
  }
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return std::move(answer).finish(static_cast<int>(status));
}

}  // namespace pindus::http
