#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/oauth_peer.hpp"
#include "tests/integration/pindus_profile.hpp"

namespace pindus::test {

/// Runs `pindus signin PROVIDER`, and pastes what `paste` makes of the URL that was printed.
inline ProcessResult sign_in_by_code(const PindusProfile& profile, const std::string& provider,
                                     const std::string& issuer,
                                     const std::function<std::string(const std::string&)>& paste) {
  ChildProcess process = profile.start({"signin", provider, "--oauth"});
  const std::string url = issuer + "/auth?" + process.wait_for(issuer + "/auth?");
  process.write_input(paste(url) + "\n");
  return process.wait();
}

/// The same, as a person who consents and pastes the last page's address.
inline ProcessResult sign_in_by_code(const PindusProfile& profile, const std::string& provider,
                                     const OAuthPeer& peer) {
  return sign_in_by_code(profile, provider, peer.issuer(),
                         [&](const std::string& url) { return peer.approve_code(url); });
}

/// Runs `pindus signin PROVIDER`, and does `decide` with the code that was shown.
inline ProcessResult sign_in_by_device(const PindusProfile& profile, const std::string& provider,
                                       const std::function<void(const std::string&)>& decide) {
  ChildProcess process = profile.start({"signin", provider, "--oauth"});
  decide(process.wait_until(find_user_code));
  return process.wait();
}

}  // namespace pindus::test
