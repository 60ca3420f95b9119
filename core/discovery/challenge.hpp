#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pindus::discovery {

/// One challenge of a WWW-Authenticate field (RFC 9110, section 11.3).
struct Challenge {
  std::string scheme;  ///< in lower case: "bearer"
  /// In their order, names in lower case; of one name the first counts.
  std::vector<std::pair<std::string, std::string>> parameters = {};

  /// A parameter's value; nothing where there is none of that name (in lower case).
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
};

/// The challenges of one field's value, of which there may be several (RFC 9110, section 11.6.1).
/// Values may be quoted or not, also those that would have to be (an address without quotes ends at
/// a comma or blank). What makes no sense ends the list; never fails. Any thread.
[[nodiscard]] std::vector<Challenge> parse_challenges(std::string_view field);

/// What a server says of how requests to it are authorized.
struct BearerChallenge {
  std::string resource_metadata = {};  ///< RFC 9728, section 5.1; empty: nothing
  std::string scope = {};              ///< RFC 6750, section 3; empty: nothing
  std::string error = {};              ///< RFC 6750, section 3.1: "insufficient_scope"
};

/// The first Bearer challenge among an answer's header fields that names resource metadata, else
/// the first; nothing where there is none. Any thread.
[[nodiscard]] std::optional<BearerChallenge> find_bearer_challenge(
    const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace pindus::discovery
