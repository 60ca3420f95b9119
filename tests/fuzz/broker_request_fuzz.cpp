// A request as a program may send it to the broker: the head by Beast's parser, then the gate. What
// the gate lets through has one meaning: Beast and the gate agree where its body ends, a stricter
// reading of the bytes finds no other framing in them, it holds the token or needs none, and what
// would go to the provider holds neither a credential nor a line of its own.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "core/broker/forwarding.hpp"
#include "core/broker/gate.hpp"
#include "host/broker/request_head.hpp"
#include "tests/fuzz/property.hpp"

namespace {

namespace http = boost::beast::http;
using pindus::Secret;
using pindus::broker::Admitted;
using pindus::broker::CallRules;
using pindus::broker::Gate;
using pindus::broker::HeaderField;
using pindus::broker::RequestHead;
using pindus::test::hold;

constexpr std::string_view token = "pnd_token";

const Gate& gate() {
  static const Gate made(Secret(token), "127.0.0.1:8470",
                         {{"acme", CallRules{.allow = {"GET /v1/*", "POST /v1/*"},
                                             .anonymous = {"HEAD /"},
                                             .alias = {{"/messages", "/v1/messages"}},
                                             .upgrade = true}}});
  return made;
}

// Lines end with CRLF, names hold no blank, and nothing is folded (RFC 9112, section 5).
struct StrictReading {
  int lengths = 0;
  int codings = 0;
  bool is_odd = false;
};

StrictReading read_strictly(std::string_view text) {
  StrictReading reading;
  pindus::test::take_part(text, "\r\n");
  while (!text.starts_with("\r\n") && !text.empty()) {
    const std::string_view line = pindus::test::take_part(text, "\r\n");
    const std::size_t colon = line.find(':');
    const std::string name = pindus::ascii_lower(line.substr(0, colon));
    if (colon == line.npos || name.empty() || name.find_first_of(" \t\r\n\f\v") != name.npos ||
        line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos) {
      reading.is_odd = true;
    }
    if (name == "content-length") ++reading.lengths;
    if (name == "transfer-encoding") ++reading.codings;
  }
  return reading;
}

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

void check_admitted(const Admitted& admitted, const pindus::broker::RequestParser& parser,
                    const RequestHead& head, std::string_view bytes) {
  const StrictReading strict = read_strictly(bytes);
  hold(!strict.is_odd || bytes.contains("\r\n ") || bytes.contains("\r\n\t"),
       "what goes on has lines that every server reads alike");
  hold(strict.lengths + strict.codings <= 1, "what goes on says once where its body ends");
  hold(parser.chunked() == !admitted.body.length, "Beast and the gate agree on chunks");
  const auto length = parser.content_length();
  hold(parser.chunked() || length.value_or(0) == admitted.body.length.value_or(0),
       "Beast and the gate agree on the length");
  hold(head.version == 11 || head.version == 10, "only HTTP/1 goes on");
  hold(admitted.path.starts_with('/') && !admitted.path.contains("//") &&
           !admitted.path.contains("/../") && !admitted.path.contains("/./"),
       "a path has one meaning");
  hold(is_clean(admitted.path) && !admitted.path.contains(' ') && is_clean(admitted.query) &&
           !admitted.query.contains(' ') && !admitted.query.contains('#'),
       "a target is one word");
  hold(!admitted.with_key || bytes.contains(token) || bytes.contains('%'),
       "no key without the token");
  std::vector<HeaderField> ours;
  ours.push_back({"x-api-key", Secret(std::string_view("real")), {}});
  for (const HeaderField& field : fields_for_provider(head.fields, ours)) {
    hold(is_clean(field.value.view()) && is_clean(field.name), "a field is one line");
    hold(!pindus::broker::is_credential_slot(field.name) || field.value.view() == "real",
         "no credential of the program's goes on");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = pindus::test::text_of_input(data, size);
  pindus::broker::RequestParser parser;
  parser.header_limit(64 << 10);
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  boost::system::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error || !parser.is_header_done()) return 0;
  const RequestHead head = pindus::broker::head_of(parser);
  if (const auto admitted = gate().judge(head)) check_admitted(*admitted, parser, head, bytes);
  static_cast<void>(gate().recognises(head));
  return 0;
}
