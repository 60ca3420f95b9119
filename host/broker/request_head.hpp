#pragma once

#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>
#include <string_view>

#include "core/broker/message.hpp"

namespace pindus::broker {

namespace beast = boost::beast;
using RequestParser = beast::http::request_parser<beast::http::buffer_body>;

[[nodiscard]] inline std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// What Beast has read, as the rules of core/broker take it; borrowed.
[[nodiscard]] inline Fields fields_of(const beast::http::fields& parsed) {
  Fields fields;
  for (const auto& field : parsed) {
    fields.emplace_back(view_of(field.name_string()), view_of(field.value()));
  }
  return fields;
}

[[nodiscard]] inline RequestHead head_of(const RequestParser& parser) {
  return {.method = view_of(parser.get().method_string()),
          .target = view_of(parser.get().target()),
          .fields = fields_of(parser.get()),
          .version = parser.get().version()};
}

}  // namespace pindus::broker
