#include "host/broker/grants.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <tuple>

#include "core/base/provider_id.hpp"
#include "host/broker/connection.hpp"

namespace pindus::broker {
namespace {

constexpr std::string_view revoked = "the grant was taken back";

Gate gate_of(const BrokerPlan& plan) {
  std::map<std::string, CallRules, std::less<>> rules;
  for (const BrokeredProvider& provider : plan.providers) {
    CallRules& of_one = rules.emplace(provider_segment(provider.id), provider.rules).first->second;
    of_one.provider = provider.id;
  }
  return {plan.token.copy(), plan.host, std::move(rules)};
}

}  // namespace

Grant::Grant(BrokerPlan its_plan)
    : plan(std::move(its_plan)),
      gate(gate_of(plan)),
      meter(plan.limits, RunMeter::Clock::now()),
      log(plan.log) {}

std::string Grant::provider_named(std::string_view segment) const {
  const auto part = std::ranges::find(plan.providers, segment, [](const BrokeredProvider& one) {
    return provider_segment(one.id);
  });
  return part == plan.providers.end() ? std::string(segment) : part->id;
}

std::string_view Grant::error_shape(std::string_view provider) const {
  const auto part = std::ranges::find(plan.providers, provider, &BrokeredProvider::id);
  return part == plan.providers.end() ? std::string_view() : part->error;
}

KeyName Grant::key_name(const std::string& provider) const {
  const auto part = std::ranges::find(plan.providers, provider, &BrokeredProvider::id);
  return {provider, part == plan.providers.end() ? std::nullopt : part->account};
}

void Grants::add(BrokerPlan plan) {
  const auto lives = plan.limits.lives;
  const auto grant = std::make_shared<Grant>(std::move(plan));
  grants_.push_back(grant);
  if (!lives) return;
  const auto timer = std::make_shared<boost::asio::steady_timer>(executor_);
  timer->expires_after(*lives);
  timer->async_wait([timer, revocable = std::weak_ptr(grant)](const boost::system::error_code&) {
    if (const auto over = revocable.lock()) end(*over, "the time of the run was over");
  });
}

void Grants::end(Grant& grant, std::string_view why) {
  grant.ended = why;
  for (Connection* connection : grant.connections) {
    boost::system::error_code ignored;
    std::ignore = connection->socket().close(ignored);
  }
}

std::size_t Grants::revoke(std::string_view run_or_token) {
  return std::erase_if(grants_, [&](const std::shared_ptr<Grant>& grant) {
    if (grant->run() != run_or_token && !grant->gate.is_token(run_or_token)) return false;
    end(*grant, revoked);
    return true;
  });
}

std::size_t Grants::revoke_all() {
  for (const auto& grant : grants_) end(*grant, revoked);
  const std::size_t count = grants_.size();
  grants_.clear();
  return count;
}

std::shared_ptr<Grant> Grants::find(const RequestHead& head) const {
  if (grants_.empty()) return nullptr;
  if (grants_.size() == 1) return grants_.front();
  const auto own = std::ranges::find_if(
      grants_, [&](const auto& grant) { return grant->gate.recognises(head); });
  if (own != grants_.end()) return *own;
  const auto target = parse_target(head.target);
  const auto other = std::ranges::find_if(grants_, [&](const auto& grant) {
    return target && std::ranges::any_of(grant->plan.providers, [&](const auto& provider) {
             return provider_segment(provider.id) == target->provider;
           });
  });
  return other == grants_.end() ? grants_.front() : *other;
}

}  // namespace pindus::broker
