#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "core/broker/gate.hpp"
#include "core/broker/plan.hpp"
#include "core/broker/provider_keys.hpp"
#include "core/broker/run_limits.hpp"
#include "core/broker/run_log.hpp"

namespace pindus::broker {

class Connection;

/// What whoever has one token may ask for, until it is taken back. One thread.
struct Grant {
  explicit Grant(BrokerPlan its_plan);

  BrokerPlan plan;
  Gate gate;
  RunMeter meter;
  RunLog log;
  std::set<Connection*> connections = {};  ///< that have a request of it under way
  std::string_view ended = {};             ///< why nothing of it goes on; empty: it does

  /// Its name in lists and of its log; no secret.
  [[nodiscard]] std::string run() const { return plan.log.stem().string(); }

  /// The provider that paths name by that segment; the segment itself where it is nobody's.
  [[nodiscard]] std::string provider_named(std::string_view segment) const;

  /// How that provider says errors; empty: nobody knows.
  [[nodiscard]] std::string_view error_shape(std::string_view provider) const;

  /// Whose key goes to that provider.
  [[nodiscard]] KeyName key_name(const std::string& provider) const;
};

/// A request that counts against its grant's limits, and ends with it. Both are borrowed.
class UnderWay {
 public:
  UnderWay(Grant& grant, Connection& connection) : grant_(grant), connection_(connection) {
    grant_.connections.insert(&connection_);
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    grant_.connections.erase(&connection_);
    grant_.meter.leave();
  }

 private:
  Grant& grant_;
  Connection& connection_;
};

/// The grants of a broker: one where it stands beside a command, any number where it serves. One
/// thread.
class Grants {
 public:
  /// Timers run on `executor`, in the one thread.
  explicit Grants(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// What it has under way when the plan's time is over ends then.
  void add(BrokerPlan plan);

  /// Takes back the grant of that run or token, or all of them; what it has under way ends at once.
  /// How many there were.
  std::size_t revoke(std::string_view run_or_token);
  std::size_t revoke_all();

  /// The grant that counts for a request: that of its token, else, for one without, the first that
  /// has its provider, else any; null: there is none at all.
  [[nodiscard]] std::shared_ptr<Grant> find(const RequestHead& head) const;

  [[nodiscard]] const std::vector<std::shared_ptr<Grant>>& all() const noexcept { return grants_; }

 private:
  static void end(Grant& grant, std::string_view why);

  boost::asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Grant>> grants_;
};

}  // namespace pindus::broker
