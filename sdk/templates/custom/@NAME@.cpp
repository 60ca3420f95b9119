#include <pindus/plugin.hpp>

namespace sdk = pindus::sdk;

// Signs in with a user name and a password at a server of its own kind.
class Plugin {
 public:
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
    if (response.status != 200) {
      return session_.fail(PINDUS_DENIED, "the server refused the user name or the password");
    }
    PINDUS_TRY(const sdk::Json answer, session_.parse_json(response.body));
    PINDUS_TRY(const sdk::Secret token, answer.secret("/token"));
    PINDUS_TRY(const int64_t lifetime, answer.integer("/lifetime"));
    PINDUS_CHECK(session_.set("access", token));
    PINDUS_CHECK(session_.set_lifetime(lifetime));
    return session_.commit();
  }

 private:
  sdk::Session& session_;
};

PINDUS_PLUGIN("@NAME@", "0.1.0", Plugin)
