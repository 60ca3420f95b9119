#include "host/broker/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <tuple>

#include "core/base/text.hpp"
#include "core/services/services.hpp"

namespace pindus::broker {
namespace {

// So much of an answer lies here at most while the program doesn't read; what curl reads at once
// comes on top.
constexpr std::size_t most_received = std::size_t{64} << 10;

template <typename T>
Transfer& transfer_of(T* self) {
  return *static_cast<Transfer*>(self);
}

}  // namespace

Transfer::Transfer(Upstream& upstream, const UpstreamRequest& request, RequestBody& body,
                   Event& news, Event& sent)
    : upstream_(upstream),
      body_(body),
      news_(news),
      sent_(sent),
      host_(url_host(request.url).value_or("")),
      easy_(upstream.take_handle()),
      lines_(nullptr, &curl_slist_free_all) {
  set_up(request);
  upstream_.add(easy_, *this);
}

Transfer::~Transfer() {
  upstream_.remove(easy_);
}

void Transfer::set_up(const UpstreamRequest& request) {
  const auto line = [this](const std::string& text) {
    curl_slist* longer = curl_slist_append(lines_.get(), text.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    std::ignore = lines_.release();
    lines_.reset(longer);
  };
  const auto says = [&](std::string_view name) {
    return std::ranges::any_of(request.fields, [&](const HeaderField& field) {
      return equal_ignoring_case(field.name, name);
    });
  };
  // What curl would say by itself.
  for (const char* name : {"Accept", "Content-Type", "User-Agent"}) {
    if (!says(name)) line(fmt::format("{}:", name));
  }
  line("Expect:");
  for (const HeaderField& field : request.fields) {
    const std::string_view value = field.value.view();
    const Secret whole(value.empty() ? fmt::format("{};", field.name)
                                     : fmt::format("{}: {}", field.name, value));
    line(std::string(whole.view()));
  }
  curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, lines_.get());
  curl_easy_setopt(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  if (!request.url.starts_with("https:")) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  set_body(request.method);
}

void Transfer::set_body(const std::string& method) {
  const bool expects_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (body_.is_whole() && (body_.has_any() || expects_body)) {
    // curl needs no buffer of its own then.
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(body_.whole().size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body_.whole().data());
  } else if (body_.has_any()) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    const auto length = body_.length();
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE,
                     length ? static_cast<curl_off_t>(*length) : curl_off_t{-1});
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &on_send);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &on_rewind);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  }
  if (method != "HEAD") curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Transfer::body_grew() {
  if (!waits_for_body_) return;
  waits_for_body_ = false;
  upstream_.resume(easy_);
}

std::optional<std::string> Transfer::failure() const {
  if (!outcome_ || *outcome_ == CURLE_OK) return std::nullopt;
  return fmt::format("{}: {}", host_,
                     error_.front() != '\0' ? error_.data() : curl_easy_strerror(*outcome_));
}

Fields Transfer::fields() const {
  return {fields_.begin(), fields_.end()};
}

void Transfer::take_body(std::string& into) {
  into.clear();
  into.swap(received_);
  if (waits_for_program_) {
    waits_for_program_ = false;
    upstream_.resume(easy_);
  }
}

void Transfer::take_header(std::string_view line) {
  line = trimmed(line);
  if (has_head_) return;  // a trailer
  if (line.starts_with("HTTP/")) {
    fields_.clear();
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view rest = trimmed(line.substr(blank));
    std::from_chars(rest.data(), rest.data() + rest.size(), status_);
    reason_ = trimmed(rest.substr(std::min(rest.find(' '), rest.size())));
    return;
  }
  if (line.empty()) {
    has_head_ = status_ >= 200;  // RFC 9110, section 15.2: an interim answer is followed by another
    if (has_head_) news_.tell();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  fields_.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

std::size_t Transfer::take_bytes(std::string_view bytes) {
  if (received_.size() >= most_received) {
    waits_for_program_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  received_.append(bytes);
  news_.tell();
  return bytes.size();
}

std::size_t Transfer::give_bytes(char* out, std::size_t size) {
  const std::size_t taken = body_.take(out, size);
  if (taken == 0 && !body_.is_whole()) {
    waits_for_body_ = true;
    return CURL_READFUNC_PAUSE;
  }
  if (taken != 0) sent_.tell();
  return taken;
}

void Transfer::finish(CURLcode code) {
  outcome_ = code;
  news_.tell();
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* self) noexcept {
  try {
    transfer_of(self).take_header({data, size});
    return size;
  } catch (...) {
    return 0;  // out of memory: curl gives the transfer up
  }
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t size, void* self) noexcept {
  try {
    return transfer_of(self).take_bytes({data, size});
  } catch (...) {
    return 0;
  }
}

std::size_t Transfer::on_send(char* out, std::size_t, std::size_t size, void* self) noexcept {
  try {
    return transfer_of(self).give_bytes(out, size);
  } catch (...) {
    return CURL_READFUNC_ABORT;
  }
}

int Transfer::on_rewind(void* self, curl_off_t offset, int origin) noexcept {
  Transfer& transfer = transfer_of(self);
  if (offset != 0 || origin != SEEK_SET || !transfer.body_.can_begin_again()) {
    return CURL_SEEKFUNC_CANTSEEK;
  }
  transfer.body_.begin_again();
  return CURL_SEEKFUNC_OK;
}

}  // namespace pindus::broker
