#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <pindus/plugin.hpp>

namespace pindus::sdk {

namespace detail {

/// Whether a key file's content is JSON; else it is PEM, which may have other text before it.
inline bool is_json_object(std::string_view text) {
  constexpr std::string_view blanks_and_mark = " \t\r\n\xEF\xBB\xBF";
  text.remove_prefix(std::min(text.find_first_not_of(blanks_and_mark), text.size()));
  return text.starts_with('{');
}

inline bool is_pem(std::string_view text) {
  return text.find("-----BEGIN ") != std::string_view::npos && !is_json_object(text);
}

/// A variable may hold PEM with its line breaks as "\n".
inline SensitiveText with_line_breaks(std::string_view text) {
  if (!is_pem(text)) return SensitiveText(text);
  const char* end = text.data() + text.size();
  std::string out;
  out.reserve(text.size());
  for (const char* c = text.data(); c != end; ++c) {
    const bool is_escape = *c == '\\' && c + 1 != end && c[1] == 'n';
    out.push_back(is_escape ? '\n' : *c);
    if (is_escape) ++c;
  }
  return SensitiveText::adopted(std::move(out));
}

inline Result<Secret> file_text(const Session& session, std::string path) {
  constexpr size_t limit = size_t{64} << 10;  // what the private drawer takes
  if (path.starts_with("~/")) {
    const char* home = std::getenv("HOME");
    if (home != nullptr) path.replace(0, 1, home);
  }
  const auto fail = [&](std::string_view why) {
    return session.fail(PINDUS_INVALID_KEY,
                        "can't read the key file " + path + ": " + std::string(why),
                        "give the path of the file, or the whole of what is in it");
  };
  const auto failed = [&] { return fail(std::generic_category().message(errno)); };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return failed();
  struct stat found{};
  const bool is_regular = ::fstat(file, &found) == 0 && S_ISREG(found.st_mode);
  std::string text(limit + 1, '\0');
  size_t size = 0;
  ssize_t count = 1;
  while (is_regular && count > 0 && size < text.size()) {
    count = ::read(file, text.data() + size, text.size() - size);
    if (count > 0) size += static_cast<size_t>(count);
    if (count < 0 && errno == EINTR) count = 1;
  }
  const int error = errno;
  ::close(file);
  const SensitiveText read = SensitiveText::adopted(std::move(text));
  errno = error;
  if (!is_regular) return fail("it is no regular file");
  if (count < 0) return failed();
  if (size > limit) return fail("it is larger than 64 KiB");
  return session.secret(read.view().substr(0, size));
}

}  // namespace detail

/// A private key in PEM or a key file in JSON, as an option or a person gives it: the text itself,
/// or the path of a file that holds it. PINDUS_INVALID_KEY, with the reason said, where that can't
/// be read.
inline Result<Secret> key_text(const Session& session, Secret given) {
  PINDUS_TRY(const SensitiveText text, given.sensitive_text());
  // What lives behind a handle couldn't be named where it is a path.
  {
    const Secret gone = std::move(given);
  }
  if (detail::is_json_object(text.view()) || detail::is_pem(text.view())) {
    return session.secret(detail::with_line_breaks(text.view()));
  }
  return detail::file_text(session, std::string(text.view()));
}

/// What an account needs for each of its tokens.
struct AccountSecret {
  std::string_view option;    ///< the manifest's; "client_secret"
  std::string_view drawer;    ///< its name in the record's private drawer; "clientSecret"
  uint32_t prompt;            ///< PINDUS_PROMPT_*
  std::string_view question;  ///< "Client secret"
};

/// A secret of the account's: the manifest's option; else what the sign-in kept; else, on a
/// sign-in, asked for and kept. PINDUS_REJECTED where a refresh has none. What is asked for as
/// PINDUS_PROMPT_SECRET_TEXT goes through key_text.
inline Result<Secret> account_secret(const Session& session, const AccountSecret& wanted) {
  const bool is_key = wanted.prompt == PINDUS_PROMPT_SECRET_TEXT;
  const std::string what(wanted.question);
  PINDUS_TRY(const auto option, session.option_if_set(wanted.option));
  if (option) {
    PINDUS_TRY(Secret given, session.secret(*option));
    return is_key ? key_text(session, std::move(given)) : Result<Secret>(std::move(given));
  }
  PINDUS_TRY(auto kept, session.private_text(wanted.drawer).if_found());
  if (kept) return std::move(*kept);
  Result<Secret> asked = session.ask(wanted.prompt, wanted.question);
  if (asked.code() == PINDUS_INTERACTION_FORBIDDEN) {
    return session.fail(PINDUS_REJECTED, "the account lacks what it signs in with: " + what,
                        "sign in again");
  }
  if (!asked) return asked;
  PINDUS_TRY(const bool is_missing, asked->is_empty());
  if (is_missing) return session.fail(PINDUS_INVALID_KEY, "nothing was given as: " + what);
  if (is_key) asked = key_text(session, std::move(*asked));
  if (asked) PINDUS_CHECK(session.keep_private(wanted.drawer, *asked));
  return asked;
}

}  // namespace pindus::sdk
