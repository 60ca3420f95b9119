#include "core/services/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/services/address_gate.hpp"
#include "core/services/authorities.hpp"
#include "core/services/curl_settings.hpp"
#include "core/services/http_answer.hpp"
#include "core/services/http_failure.hpp"
#include "core/services/http_rules.hpp"

namespace pindus::http {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr long connect_limit_ms = 10'000;
constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr milliseconds pause_before_repeat{500};

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

template <std::size_t (Answer::*take)(std::string_view)>
std::size_t receive(char* data, std::size_t, std::size_t size, void* answer) noexcept {
  try {
    return (static_cast<Answer*>(answer)->*take)(std::string_view(data, size));
  } catch (...) {
    return 0;  // out of memory: curl gives the transfer up
  }
}

void set_limits(CURL* easy, milliseconds limit) {
  set_protocols(easy);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
}

constexpr std::string_view type_field = "Content-Type";

List header_list(const HttpRequest& request) {
  List list(nullptr, &curl_slist_free_all);
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    std::ignore = list.release();
    list.reset(longer);
  };
  append("Expect:");  // a server that doesn't know it would cost a second
  append("Accept-Encoding:");
  const bool says_type = std::ranges::any_of(request.headers, [](const auto& field) {
    return equal_ignoring_case(field.first, type_field);
  });
  if (!says_type) append(fmt::format("{}:", type_field));  // curl would call every body a form
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

// A name of loopback is looked up nowhere. libcurl knows "localhost" for one, but not "localhost.".
List places_instead(const HttpRequest& request, std::string_view host) {
  if (is_encrypted(request.url) || !is_loopback_name(host)) return {nullptr, &curl_slist_free_all};
  List list(curl_slist_append(nullptr, "::localhost:"), &curl_slist_free_all);
  if (!list) throw std::bad_alloc();
  return list;
}

void set_request(CURL* easy, const HttpRequest& request, const curl_slist* headers) {
  const std::string agent =
      request.user_agent.empty() ? "pindus/" PINDUS_VERSION : request.user_agent;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  // Nothing is asked for, and what some send all the same is undone.
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  const std::string_view body = request.body.view();
  const std::string_view method = request.method;
  // RFC 9110 section 8.6: these say the length of their body also where it is 0.
  const bool expects_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (expects_body || !body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  }
  if (method != "GET" && method != "HEAD" && method != "POST") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
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
std::optional<CURLcode> run(CURLM* multi, CURL* easy, const HttpRequest& request,
                            const std::stop_token& stop) {
  if (curl_multi_add_handle(multi, easy) != CURLM_OK) return CURLE_FAILED_INIT;
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  const auto goes_on = [&] {
    return request.on_stop == OnStop::goes_on ||
           (request.on_stop == OnStop::ends_unless_sent && is_under_way(easy));
  };
  const auto is_stopped = [&] { return stop.stop_requested() && !goes_on(); };
  bool is_told = false;
  int running = 1;
  std::optional<CURLcode> outcome;
  while (running != 0 && !is_stopped()) {
    if (stop.stop_requested() && !is_told && request.stop_delayed) request.stop_delayed();
    is_told = stop.stop_requested();
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

Trouble trouble_of(CURLcode code, long proxy_status) noexcept {
  if (proxy_status >= 300) return Trouble::proxy_refused;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return Trouble::no_address;
    case CURLE_COULDNT_RESOLVE_PROXY: return Trouble::no_proxy_address;
    case CURLE_COULDNT_CONNECT: return Trouble::no_connection;
    case CURLE_PROXY: return Trouble::proxy_refused;
    case CURLE_OPERATION_TIMEDOUT: return Trouble::timeout;
    case CURLE_SSL_CACERT_BADFILE: return Trouble::authorities;
    case CURLE_SSL_CONNECT_ERROR: return Trouble::handshake;
    case CURLE_PEER_FAILED_VERIFICATION: return Trouble::certificate;
    case CURLE_SSL_CLIENTCERT: return Trouble::client_certificate;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: return Trouble::broken_off;
    case CURLE_BAD_CONTENT_ENCODING: return Trouble::encoding;
    default: return Trouble::other;
  }
}

template <typename T>
T known(CURL* easy, CURLINFO what) {
  T value{};
  curl_easy_getinfo(easy, what, &value);
  return value;
}

// What curl tells of a transfer beside its outcome.
struct Trace {
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string proxy_variable;
  std::string proxy;  // host and port

  // curl says nowhere else whether the variables led to a proxy, which no_proxy may forbid.
  void note(std::string_view line) {
    constexpr std::string_view mark = "Uses proxy env variable ";
    if (!line.starts_with(mark)) return;
    line.remove_prefix(mark.size());
    const std::string_view name = line.substr(0, line.find(' '));
    const std::size_t quote = line.find('\'');
    if (equal_ignoring_case(name, "no_proxy") || quote == std::string_view::npos) return;
    proxy_variable = name;
    std::string_view url = line.substr(quote + 1);
    url = url.substr(0, url.find('\''));
    if (const auto scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
    if (const auto user = url.rfind('@'); user != url.npos) url.remove_prefix(user + 1);
    proxy = url.substr(0, url.find('/'));
  }
};

int receive_trace(CURL*, curl_infotype kind, char* text, std::size_t size, void* trace) noexcept {
  try {
    if (kind == CURLINFO_TEXT) static_cast<Trace*>(trace)->note(std::string_view(text, size));
  } catch (...) {
    return 0;  // no memory for a line of the log
  }
  return 0;
}

void set_trace(CURL* easy, Trace& trace) {
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trace.error.data());
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, &receive_trace);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &trace);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

curl_socket_t open_gated_socket(void* gate, curlsocktype, curl_sockaddr* place) noexcept {
  try {
    if (!static_cast<AddressGate*>(gate)->lets(place->addr, place->addrlen)) return CURL_SOCKET_BAD;
    return ::socket(place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
  } catch (...) {
    return CURL_SOCKET_BAD;  // no memory
  }
}

using Outcome = std::expected<HttpResponse, HttpFailure>;

// Never the whole URL: a query may hold a secret.
std::string log_line(const HttpRequest& request, std::string_view host, const Outcome& outcome,
                     milliseconds time, const Trace& trace, const Authorities& authorities) {
  return fmt::format(
      "{} {}: {}, {} ms, {}, {}", request.method, host,
      outcome ? fmt::format("HTTP {}", outcome->status) : outcome.error().why.message, time.count(),
      trace.proxy_variable.empty()
          ? "no proxy"
          : fmt::format("proxy {} by {}", trace.proxy, trace.proxy_variable),
      is_encrypted(request.url) ? "authorities: " + authorities.described() : "no TLS");
}

std::unexpected<HttpFailure> interrupted(std::string_view host) {
  return std::unexpected(
      HttpFailure{Kind::cancelled, {fmt::format("the exchange with {} was interrupted", host)}, 0});
}

struct Attempt {
  Outcome outcome;
  bool may_be_repeated = false;         // nothing was sent, and the same may succeed in a moment
  bool authorities_unreadable = false;  // nothing was sent either
};

Attempt attempt(const HttpRequest& request, const std::string& host, const Authorities& authorities,
                milliseconds limit, const std::stop_token& stop, Trace& trace) {
  const Easy easy(curl_easy_init(), &curl_easy_cleanup);
  const Multi multi(curl_multi_init(), &curl_multi_cleanup);
  if (!easy || !multi) throw std::bad_alloc();
  const List headers = header_list(request);
  const List places = places_instead(request, host);
  Answer answer(request.answer_limit);
  AddressGate gate(request.may_connect, trace.proxy_variable);
  set_limits(easy.get(), limit);
  set_authorities(easy.get(), authorities);
  set_request(easy.get(), request, headers.get());
  set_trace(easy.get(), trace);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECT_TO, places.get());
  if (request.may_connect) {
    curl_easy_setopt(easy.get(), CURLOPT_OPENSOCKETFUNCTION, &open_gated_socket);
    curl_easy_setopt(easy.get(), CURLOPT_OPENSOCKETDATA, &gate);
  }
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &receive<&Answer::take_body>);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &receive<&Answer::take_header>);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &answer);

  const std::optional<CURLcode> code = run(multi.get(), easy.get(), request, stop);
  const int status = static_cast<int>(known<long>(easy.get(), CURLINFO_RESPONSE_CODE));
  if (!code) return {interrupted(host)};
  if (answer.too_large()) {
    return {std::unexpected(
        HttpFailure{Kind::too_large,
                    {fmt::format("the answer of {} is larger than {}", host,
                                 request.answer_limit < mebibyte
                                     ? fmt::format("{} KiB", request.answer_limit >> 10)
                                     : fmt::format("{} MiB", request.answer_limit >> 20))},
                    status})};
  }
  if (*code == CURLE_OK) {
    HttpResponse response = std::move(answer).finish(status);
    if (request.may_connect) {
      response.address = gate.address(known<const char*>(easy.get(), CURLINFO_PRIMARY_IP));
    }
    return {std::move(response)};
  }
  if (!gate.refused().empty() && !is_under_way(easy.get())) {
    return {std::unexpected(HttpFailure{
        Kind::forbidden,
        {fmt::format("{} is at {}, where this request doesn't go", host, gate.refused())},
        0})};
  }
  const long proxy_status = known<long>(easy.get(), CURLINFO_HTTP_CONNECTCODE);
  const FailedTransfer failed{.trouble = trouble_of(*code, proxy_status),
                              .host = host,
                              .proxy_variable = trace.proxy_variable,
                              .proxy_status = proxy_status,
                              .status = status,
                              .verify_result = known<long>(easy.get(), CURLINFO_SSL_VERIFYRESULT),
                              .tls_error = trace.error.data(),
                              .in_words = curl_easy_strerror(*code),
                              .authorities = authorities};
  return {std::unexpected(describe_failure(failed)), !is_under_way(easy.get()) && may_pass(failed),
          failed.trouble == Trouble::authorities};
}

}  // namespace

bool start() noexcept {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, &::malloc, &wiping_free, &wiping_realloc,
                              &::strdup, &::calloc) == CURLE_OK;
}

std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request, std::stop_token stop) {
  if (auto refusal = refuse_request(request)) return std::unexpected(std::move(*refusal));
  const std::string host = url_host(request.url).value_or(std::string{});
  Authorities authorities = built_in_authorities();
  const auto end = Clock::now() + request.time_limit;
  const auto logged_attempt = [&] {
    const auto start = Clock::now();
    Trace trace;
    Attempt made =
        attempt(request, host, authorities, ceil<milliseconds>(end - start), stop, trace);
    const auto time = round<milliseconds>(Clock::now() - start);
    if (request.log) request.log(log_line(request, host, made.outcome, time, trace, authorities));
    return made;
  };
  Attempt made = logged_attempt();
  if (made.authorities_unreadable && authorities.give_up_extra()) made = logged_attempt();
  if (made.may_be_repeated && Clock::now() + pause_before_repeat < end) {
    const bool ends = request.on_stop != OnStop::goes_on;
    if (!wait_unless_stopped(pause_before_repeat, ends ? stop : std::stop_token())) {
      return interrupted(host);
    }
    made = logged_attempt();
  }
  return std::move(made.outcome);
}

}  // namespace pindus::http
