// What is answered at once is what would be answered after a look at the whole vault.

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "core/base/epoch_time.hpp"
#include "core/keys/choose_key.hpp"
#include "core/vault/memory_storage.hpp"
#include "tests/end-to-end/front_vaults.hpp"

using pindus::bare::KeyAnswer;
using pindus::test::Dice;
using pindus::test::RandomVault;

namespace {

// Never sure at once, so that the whole vault is read.
class SlowStorage final : public pindus::MemoryStorage {
 public:
  using MemoryStorage::MemoryStorage;
  KeyAnswer find_ready_key(const pindus::bare::KeyRequest&, pindus::bare::TextBuffer&) override {
    return KeyAnswer::not_sure;
  }
};

std::optional<std::string> with_care(const std::string& text, const pindus::KeyRequest& request) {
  pindus::Vault vault(std::make_shared<SlowStorage>(text));
  const auto key = stored_key(vault, nullptr, request);
  if (!key) return vault.list_providers() ? std::optional(key.error().message) : std::nullopt;
  if (!*key) return "nothing";
  return std::string((*key)->key.key.view()) + "\n" + std::string((*key)->key.json.view()) +
         (*key)->key.warning;
}

std::optional<std::string> at_once(const std::string& text, const pindus::KeyRequest& request) {
  pindus::MemoryStorage storage(text);
  const auto ask = [&](pindus::bare::KeyForm form) -> std::optional<std::string> {
    pindus::bare::KeyRequest asked;
    asked.provider = pindus::bare_text(request.provider);
    if (request.account) asked.account = pindus::bare_text(*request.account);
    asked.form = form;
    asked.now_ms = pindus::now_ms();
    std::string memory(32 * 1024, '\0');
    pindus::bare::TextBuffer out(memory.data(), memory.size());
    if (storage.find_ready_key(asked, out) != KeyAnswer::ready) return std::nullopt;
    return memory.substr(0, out.size);
  };
  const auto plain = ask(pindus::bare::KeyForm::plain);
  const auto json = ask(pindus::bare::KeyForm::json);
  CHECK(plain.has_value() == json.has_value());
  if (!plain || !json) return std::nullopt;
  return *plain + "\n" + *json;
}

}  // namespace

TEST_CASE("on generated vaults a ready key is the one that the whole vault gives") {
  int sure = 0;
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    Dice dice(seed);
    const std::string text = RandomVault(dice).vault();
    for (const char* provider : {"anthropic", "openai", "groq", "mine", "github-copilot"}) {
      for (const char* account : {"", "default", "work", "a_b-1", "me@example.com"}) {
        pindus::KeyRequest request{.provider = provider};
        if (*account != '\0') request.account = account;
        const auto ready = at_once(text, request);
        if (!ready) continue;
        // Where the rest of the vault is broken, nobody looks at it for a ready key.
        const auto careful = with_care(text, request);
        if (!careful) continue;
        ++sure;
        if (*ready != *careful) {
          FAIL("seed " << seed << ", " << provider << " " << account << "\nat once: " << *ready
                       << "\nwith care: " << *careful << "\n"
                       << text);
        }
      }
    }
  }
  CHECK(sure > 1000);
}
