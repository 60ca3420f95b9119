#include "host/broker/server.hpp"

#include <curl/curl.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "core/context.hpp"
#include "host/broker/connection.hpp"

namespace pindus::broker {
namespace {

using asio::redirect_error;
using asio::use_awaitable;

Gate gate_of(const BrokerPlan& plan) {
  std::map<std::string, CallRules, std::less<>> rules;
  for (const BrokeredProvider& provider : plan.providers)
    rules.emplace(provider.id, provider.rules);
  return {plan.token.copy(), plan.host, std::move(rules)};
}

asio::awaitable<void> serve_connection(Run& run, tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto connection = std::make_unique<Connection>(run, std::move(socket));
  co_await connection->serve();
}

asio::awaitable<void> accept(Run& run, tcp::acceptor& acceptor) {
  // Without a descriptor left, the next one may be there in a moment.
  asio::steady_timer pause(acceptor.get_executor());
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      pause.expires_after(std::chrono::milliseconds(20));
      co_await pause.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    asio::co_spawn(acceptor.get_executor(), serve_connection(run, std::move(socket)),
                   asio::detached);
  }
}

}  // namespace

int serve(const BrokerPlan& plan, FileDescriptor listener) {
  ::signal(SIGPIPE, SIG_IGN);
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 1;
  Context context({.installation = Installation::of_this_program(),
                   .profile = plan.profile,
                   .plugin_path = plan.plugin_path});
  ProviderKeys keys(context, plan.providers);
  const Gate gate = gate_of(plan);
  RunMeter meter(plan.limits, RunMeter::Clock::now());
  const RunLog log(plan.log);

  asio::io_context loop(1);
  Upstream upstream(loop);
  KeyDesk desk(loop, keys);
  Run run{plan, gate, meter, log, desk, upstream};
  tcp::acceptor acceptor(loop, tcp::v4(), ::dup(listener.get()));
  asio::signal_set ends(loop, SIGTERM);
  ends.async_wait([&](const boost::system::error_code&, int) { loop.stop(); });
  asio::co_spawn(loop, accept(run, acceptor), asio::detached);
  loop.run();
  // Connections hold on to what ends before they do: the process is what ends them.
  ::_exit(0);
}

}  // namespace pindus::broker
