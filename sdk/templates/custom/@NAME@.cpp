#include <array>

#include <pindus/plugin.hpp>

namespace sdk = pindus::sdk;

// Signs in with a user name and a password at a server of its own kind.
class Plugin {
 public:
  // What a manifest may say to this plugin: `pindus plugin show` prints it, and `check` compares.
  static constexpr std::array options = {
      sdk::option("login_url", "where a user name and a password are traded for a token"),
  };

  explicit Plugin(sdk::Session& session) : session_(session) {}

  sdk::Status sign_in() {
    PINDUS_TRY(const std::string url, session_.option("login_url"));
    PINDUS_TRY(const sdk::Secret user, session_.ask(PINDUS_PROMPT_TEXT, "User name"));
    PINDUS_TRY(const sdk::Secret password, session_.ask(PINDUS_PROMPT_SECRET, "Password"));
    PINDUS_TRY(
        const sdk::Secret body,
        session_.encode_form({{"user", user}, {"password", password}}, sdk::FormFormat::json));
    PINDUS_TRY(const sdk::Response response,
               session_.post(url, {{"Content-Type", "application/json"}}, body));
    PINDUS_TRY(const sdk::Json answer, read(response));
    PINDUS_TRY(const sdk::Secret token, answer.secret("/token"));
    PINDUS_TRY(const int64_t lifetime, answer.integer("/lifetime"));
    PINDUS_CHECK(session_.set("access", token));
    PINDUS_CHECK(session_.set_lifetime(lifetime));
    return session_.commit();
  }

 private:
  // What the body says counts before the status: a server's own errors may come under 429 and 503
  // too, and only what says nothing else is an outage.
  sdk::Result<sdk::Json> read(const sdk::Response& response) const {
    sdk::Result<sdk::Json> json = session_.parse_json(response.body);
    const auto error = json ? json->text("/error") : sdk::Result<std::string>(json.error());
    if ((error && *error == "wrong_password") || response.status == 401) {
      return session_.fail(PINDUS_DENIED, "the server refused the user name or the password");
    }
    if (response.status == 429 || response.status >= 500) {
      return session_.fail(PINDUS_UNAVAILABLE, "the server can't answer just now",
                           "try again in a while");
    }
    if (response.status == 200) return json;
    return session_.fail(PINDUS_PROTOCOL, "the server refused and didn't say why");
  }

  sdk::Session& session_;
};

PINDUS_PLUGIN("@NAME@", "0.1.0", Plugin)
