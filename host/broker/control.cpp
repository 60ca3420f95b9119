#include "host/broker/control.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "core/base/json.hpp"

namespace pindus::broker {
namespace {

using asio::redirect_error;
using asio::use_awaitable;

constexpr std::size_t longest_line = std::size_t{1} << 20;

Json done(std::size_t count) {
  return Json(Json::Object{{"done", Json(static_cast<std::int64_t>(count))}});
}

Json not_done(std::string why) {
  return Json(Json::Object{{"error", Json(std::move(why))}});
}

Json listed(const Grants& grants, const ServedAt& place) {
  Json::Array runs;
  for (const auto& grant : grants.all()) {
    runs.emplace_back(grant->run());
  }
  return Json(Json::Object{{"runs", Json(std::move(runs))},
                           {"host", Json(place.host)},
                           {"socket", Json(place.socket.string())}});
}

Json answer_to(Grants& grants, const ServedAt& place, std::string_view line) {
  auto request = Json::parse(line);
  if (!request) return not_done(std::move(request).error());
  if (const Json* token = request->find("revoke"); token != nullptr && token->as_string()) {
    const std::size_t count = grants.revoke(*token->as_string());
    request->wipe();
    return done(count);
  }
  if (request->find("revoke_all") != nullptr) return done(grants.revoke_all());
  if (request->find("list") != nullptr) return listed(grants, place);
  auto plan = BrokerPlan::parse(line);
  request->wipe();
  if (!plan) return not_done(std::move(plan).error());
  grants.add(*std::move(plan));
  return done(1);
}

}  // namespace

asio::awaitable<void> serve_control(Grants& grants, const ServedAt& place, Socket socket) {
  std::string line;
  boost::system::error_code error;
  const std::size_t size = co_await asio::async_read_until(
      socket, asio::dynamic_buffer(line, longest_line), '\n', redirect_error(use_awaitable, error));
  if (error) co_return;
  const Secret request(line.substr(0, size));
  const Secret wiped(std::move(line));
  const std::string answer = answer_to(grants, place, request.view()).dump() + "\n";
  co_await asio::async_write(socket, asio::buffer(answer), redirect_error(use_awaitable, error));
}

}  // namespace pindus::broker
