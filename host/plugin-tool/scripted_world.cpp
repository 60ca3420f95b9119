#include "host/plugin-tool/scripted_world.hpp"

#include <fmt/format.h>

#include <ranges>
#include <stdexcept>
#include <utility>

#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/services/http_rules.hpp"
#include "core/session/form_encoding.hpp"

namespace pindus::plugin_tool {
namespace {

const Secret* header(const HttpRequest& request, std::string_view name) {
  for (const auto& [other, value] : request.headers) {
    if (equal_ignoring_case(other, name)) return &value;
  }
  return nullptr;
}

std::optional<std::string> field_text(std::string_view form, std::string_view name) {
  const auto field = form_field(form, name);
  if (!field) return std::nullopt;
  const auto& value = *field;
  if (!value) return std::nullopt;
  return std::string(value->view());
}

// One member of the request's body, as its Content-Type says to read it.
std::optional<std::string> body_member(const HttpRequest& request, std::string_view name) {
  const Secret* type = header(request, "Content-Type");
  if (type != nullptr && type->view().find("json") != std::string_view::npos) {
    const auto body = Json::parse(request.body.view());
    const Json* member = body ? body->find(name) : nullptr;
    if (member == nullptr) return std::nullopt;
    if (const auto* text = member->as_string()) return *text;
    return member->dump();
  }
  return field_text(request.body.view(), name);
}

// What differs between the request and the script; empty: nothing.
std::string difference_between(const HttpRequest& request, const Exchange& expected) {
  if (request.method != expected.method || request.url != expected.url) {
    return fmt::format("asked {} {} where the script expects {} {}", request.method, request.url,
                       expected.method, expected.url);
  }
  for (const auto& [name, value] : expected.headers) {
    const Secret* sent = header(request, name);
    if (sent == nullptr || sent->view() != value) {
      return fmt::format("sent another header {} to {} than the script expects", name,
                         expected.url);
    }
  }
  if (const auto* text = expected.body.as_string(); text != nullptr) {
    if (request.body.view() != *text) {
      return fmt::format("sent another body to {} than the script expects", expected.url);
    }
  } else if (const auto* members = expected.body.as_object(); members != nullptr) {
    for (const auto& [name, value] : *members) {
      const auto sent = body_member(request, name);
      const auto* string = value.as_string();
      if (!sent || *sent != (string != nullptr ? *string : value.dump())) {
        return fmt::format("sent {} \"{}\" to {}", sent ? "another value of" : "no", name,
                           expected.url);
      }
    }
  }
  return {};
}

}  // namespace

Result<Secret> ScriptedPerson::ask(std::string_view question, std::stop_token stop) {
  said_.emplace_back(question);
  if (silent_) {
    waiting_ = true;
    wait_until_stopped(stop);
  }
  if (stop.stop_requested()) return fail(FaultKind::aborted, "the session was interrupted");
  if (answers_.empty()) return fail(FaultKind::aborted, "the script has no further answer");
  std::string answer = std::move(answers_.front());
  answers_.pop_front();
  constexpr std::string_view placeholder = "{state}";
  if (const auto at = answer.find(placeholder); at != std::string::npos) {
    for (const auto part : std::views::split(answer, '#')) {
      const std::string pasted(part.begin(), part.end());
      if (pasted != placeholder && !pasted.contains("://")) secrets_.push_back(pasted);
    }
    answer.replace(at, placeholder.size(), state_);
    secrets_.push_back(answer);
  }
  return Secret(std::move(answer));
}

Result<Secret> ScriptedPerson::ask_secret(std::string_view question, std::stop_token stop) {
  auto answer = ask(question, std::move(stop));
  if (answer) secrets_.emplace_back(answer->view());
  return answer;
}

Result<Secret> ScriptedPerson::read_input(std::stop_token stop) {
  return ask("", std::move(stop));
}

bool ScriptedPerson::open_url(std::string_view url, std::stop_token /*stop*/) {
  said_.emplace_back(url);
  const auto query = url.find('?');
  if (query != std::string_view::npos) {
    state_ = field_text(url.substr(query + 1), "state").value_or("");
  }
  return false;
}

std::expected<HttpResponse, HttpFailure> ScriptedServices::send(const HttpRequest& request,
                                                                std::stop_token stop) {
  if (auto refused = http::refuse_request(request)) return std::unexpected(*std::move(refused));
  if (silent_) {
    waiting_ = true;
    wait_until_stopped(stop);
  }
  if (stop.stop_requested() && request.on_stop != OnStop::goes_on) {
    return std::unexpected(
        HttpFailure{HttpFailure::Kind::cancelled, {"the session was interrupted"}});
  }
  const auto refuse = [&](std::string what) {
    if (difference_.empty()) difference_ = std::move(what);
    return std::unexpected(HttpFailure{HttpFailure::Kind::network, {difference_}});
  };
  asked_ = true;
  goes_another_way_ = exchanges_.empty() || request.url != exchanges_.front().url;
  if (exchanges_.empty()) {
    return refuse(
        fmt::format("asked {} {} after the script's last exchange", request.method, request.url));
  }
  const Exchange exchange = std::move(exchanges_.front());
  exchanges_.pop_front();
  if (auto what = difference_between(request, exchange); !what.empty()) {
    return refuse(std::move(what));
  }
  return HttpResponse{exchange.status, exchange.answer_headers, Secret(exchange.answer_body)};
}

}  // namespace pindus::plugin_tool
