#include "tests/support/http_message.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>
#include <utility>

namespace pindus::test {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return std::string(text);
}

// Calls `look` with every field's name and value.
template <typename F>
void each_field(std::string_view head, F look) {
  std::size_t at = head.find("\r\n");
  while (at != head.npos && at + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, end - at - 2);
    if (const std::size_t colon = line.find(':'); colon != line.npos) {
      look(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
    at = end;
  }
}

}  // namespace

std::string HttpMessage::line() const {
  return head.substr(0, head.find("\r\n"));
}

int HttpMessage::status() const {
  return head.starts_with("HTTP/") ? std::atoi(head.c_str() + head.find(' ')) : 0;
}

std::optional<std::string> HttpMessage::field(std::string_view name) const {
  std::optional<std::string> found;
  each_field(head, [&](std::string_view field, std::string value) {
    if (!found && same_name(field, name)) found = std::move(value);
  });
  return found;
}

int HttpMessage::count(std::string_view name) const {
  int count = 0;
  each_field(head, [&](std::string_view field, const std::string&) {
    if (same_name(field, name)) ++count;
  });
  return count;
}

bool HttpReader::fill() {
  const std::string bytes = more_();
  buffer_ += bytes;
  return !bytes.empty();
}

std::optional<std::string> HttpReader::line() {
  std::size_t end = buffer_.npos;
  while ((end = buffer_.find("\r\n")) == buffer_.npos) {
    if (!fill()) return std::nullopt;
  }
  std::string text = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return text;
}

bool HttpReader::take(std::string& into, std::size_t size,
                      const std::function<void(std::string_view)>& chunk) {
  while (size > 0) {
    if (buffer_.empty() && !fill()) return false;
    const std::string_view part = std::string_view(buffer_).substr(0, size);
    size -= part.size();
    if (chunk) {
      chunk(part);
    } else {
      into += part;
    }
    buffer_.erase(0, part.size());
  }
  return true;
}

std::optional<HttpMessage> HttpReader::next_head() {
  std::size_t end = buffer_.npos;
  while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
    if (!fill()) return std::nullopt;
  }
  HttpMessage message{.head = buffer_.substr(0, end + 4)};
  buffer_.erase(0, end + 4);
  return message;
}

void HttpReader::read_body(HttpMessage& message,
                           const std::function<void(std::string_view)>& chunk) {
  if (const auto length = message.field("Content-Length")) {
    message.is_whole = take(message.body, std::strtoull(length->c_str(), nullptr, 10), chunk);
  } else if (message.field("Transfer-Encoding")) {
    while (const auto size_text = line()) {
      const auto size = std::strtoull(size_text->c_str(), nullptr, 16);
      if (size == 0) {
        message.is_whole = line() == "";
        return;
      }
      if (!take(message.body, size, chunk) || line() != "") return;
    }
  } else if (message.status() != 0) {  // an answer that ends with its connection
    take(message.body, std::numeric_limits<std::size_t>::max(), chunk);
    message.is_whole = true;
  } else {
    message.is_whole = true;
  }
}

std::optional<HttpMessage> HttpReader::next(bool bodiless) {
  auto message = next_head();
  if (!message) return message;
  const int status = message->status();
  if (bodiless || status == 204 || status == 304 || (status > 0 && status < 200)) {
    message->is_whole = true;
  } else {
    read_body(*message);
  }
  return message;
}

std::string HttpReader::take_some() {
  if (buffer_.empty()) fill();
  return std::exchange(buffer_, {});
}

}  // namespace pindus::test
