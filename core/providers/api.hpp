#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/auth_kind.hpp"
#include "core/base/fault.hpp"

namespace pindus {

struct Provider;

/// Names and what each stands for, in a file's order.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

/// What requests need besides a path, where somebody signed in by one method. Texts may hold
/// placeholders (core/base/placeholders.hpp): `{key}`, a question's answer, a member of the
/// account's record.
struct ApiMethod {
  std::string base_url = {};  ///< without a final slash; empty where no manifest says
  std::string check = {};     ///< "GET /v1/models": a request that only a valid key makes succeed
  NamedTexts headers = {};
  NamedTexts env = {};                  ///< variables that programs read the key from
  std::vector<std::string> allow = {};  ///< see Api::allow; none: what counts for all methods
};

/// A manifest's `api` member: how requests reach a provider.
struct Api {
  std::string base_url = {};
  std::string check = {};
  std::vector<std::string> allow = {};      ///< "POST /v1/messages"; a final `*` is any rest
  std::vector<std::string> anonymous = {};  ///< the same, of requests that need no key
  NamedTexts alias = {};  ///< a path that some programs ask for, and the right one
  bool upgrade = false;   ///< whether a connection may become a WebSocket
  /// Fields of requests that are lists, to which what the program says and what `headers` say both
  /// belong.
  std::vector<std::string> list_headers = {};
  NamedTexts address_env = {};  ///< variables that programs read the provider's address from
  std::string error = {};       ///< how it says errors: JSON, see core/broker/error_answer
  std::map<std::string, ApiMethod, std::less<>> methods = {};  ///< by a method's name or kind
};

/// What counts for accounts that signed in by the method of that name: what its manifest has under
/// the name, else under the kind, with what it has for all methods. Where it has nothing, a token
/// is a bearer token (RFC 6750, section 2.1), and an api key goes into the first of the provider's
/// variables.
[[nodiscard]] ApiMethod api_of(const Provider& provider, AuthKind kind, std::string_view method);

/// The placeholders in a provider's `api` that nothing known gives a value to, a reason each.
[[nodiscard]] std::vector<Reason> api_warnings(const Provider& provider);

}  // namespace pindus
