#include "host/broker/key_desk.hpp"

#include <boost/asio/post.hpp>

namespace pindus::broker {

asio::awaitable<Result<SharedKey>> KeyDesk::get(KeyName name, SharedKey refused) {
  if (!refused) {
    if (SharedKey ready = keys_.ready(name)) co_return ready;
  }
  const std::pair asked(name, refused);
  std::shared_ptr<Question>& open = open_[asked];
  if (!open) {
    open = std::make_shared<Question>(loop_.get_executor());
    asio::post(threads_, [this, asked, question = open] {
      const auto answer = std::make_shared<const Result<SharedKey>>(
          keys_.get(asked.first, asked.second ? asked.second->key.view() : std::string_view()));
      asio::post(loop_, [this, asked, question, answer] {
        question->answer = answer;
        question->answered.tell();
        open_.erase(asked);
      });
    });
  }
  const std::shared_ptr<Question> question = open;
  while (!question->answer) co_await question->answered.wait();
  co_return *question->answer;
}

}  // namespace pindus::broker
