#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/sign_in.hpp"

namespace pindus::test {

/// The server of resource-servers.mjs, and a person with a profile of their own.
struct Address {
  explicit Address(const std::string& deviations = "")
      : peer("resource-servers.mjs", {"--deviate", deviations}) {}

  OAuthPeer peer;
  PindusProfile profile;
  std::string opened;
  std::int64_t asked_before_browser = 0;

  [[nodiscard]] std::string one() const { return peer.said("one"); }
  [[nodiscard]] std::string two() const { return peer.said("two"); }

  /// A sign-in that waits for its answer.
  [[nodiscard]] ChildProcess start(const std::string& address,
                                   std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"signin", address, "--oauth"});
    return profile.start(std::move(options));
  }

  /// Waits for the address that it prints for a browser, which is in `opened` then.
  void wait_for_browser(ChildProcess& process) {
    const std::string begin = peer.issuer() + "/auth?";
    opened = begin + process.wait_for(begin);
    asked_before_browser = peer.counter("/before-browser");
  }

  /// As a person who consents and pastes the last page's address, of which `edit` may make
  /// something else.
  ProcessResult sign_in(const std::string& address, std::vector<std::string> options = {},
                        const std::function<std::string(std::string answer)>& edit = {}) {
    auto process = start(address, std::move(options));
    wait_for_browser(process);
    const std::string answer = peer.approve_code(opened);
    process.write_input((edit ? edit(answer) : answer) + "\n");
    return process.wait();
  }

  /// How many tokens the server gave by that grant for that resource.
  [[nodiscard]] std::int64_t grants(const std::string& type, const std::string& resource) const {
    return peer.counter("/grant:" + type + ":" + in_pointer(resource));
  }

  /// A text in an RFC 6901 pointer.
  static std::string in_pointer(std::string text) {
    for (std::size_t i = 0; (i = text.find('/', i)) != std::string::npos; i += 2) {
      text.replace(i, 1, "~1");
    }
    return text;
  }

  /// What the resource answers to whoever has the token.
  [[nodiscard]] ProcessResult ask(const std::string& address) const {
    auto result = profile.run({"auth", "key", address});
    if (result.exit_code != 0) return result;
    result.out.pop_back();
    return run_process({"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-H",
                        "Authorization: Bearer " + result.out, address},
                       plain_environment());
  }

  /// PROFILE/clients.json.
  [[nodiscard]] std::string clients() const {
    return read_file(profile.path() / "profile" / "clients.json");
  }
};

}  // namespace pindus::test
