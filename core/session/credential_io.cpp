#include "core/session/credential_io.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pindus {

Result<bool> ask_yes_no(CredentialIo& io, std::string_view question, bool usual,
                        const std::stop_token& stop) {
  const std::string asked = fmt::format("{} [{}]", question, usual ? "Y/n" : "y/N");
  for (int tries = io.tries(); tries > 0; --tries) {
    const Secret line = TRY(io.ask(asked, stop));
    const std::string answer = ascii_lower(trimmed(line.view()));
    if (answer.empty()) return usual;
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
    io.notice("Please answer with y or n.");
  }
  return fail(FaultKind::aborted, "the question was answered with neither y nor n");
}

}  // namespace pindus
