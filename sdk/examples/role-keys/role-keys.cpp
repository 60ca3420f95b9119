// The keys of a role, in the manner of AWS IAM Identity Center: a sign-in by device grant, which
// each refresh trades for new keys. For the AWS CLI: credential_process = pindus auth key aws
//
// g++ -std=c++20 -O2 -fno-gnu-unique -shared role-keys.cpp -o role-keys.so
//   $(pkg-config --cflags --libs pindus-plugin-1)
#include <pindus/flows/device_grant.hpp>
namespace sdk = pindus::sdk;

class RoleKeys {
 public:
  static constexpr auto options = sdk::joined(
      sdk::DeviceGrantFlow::options,
      std::array{sdk::option("keys_url", "where a token is traded for the keys of a role")});
  explicit RoleKeys(sdk::Session& session) : session_(session), device_(session) {}

  sdk::Status sign_in() {
    PINDUS_TRY(const auto client, sdk::OAuthClient::from_manifest(session_));
    PINDUS_TRY(const std::string token_url, session_.option("token_url"));
    PINDUS_TRY(const auto signed_in, device_.authorize(client, token_url));
    return keep_and_trade(signed_in);
  }

  sdk::Status refresh() {
    PINDUS_TRY(const auto client, sdk::OAuthClient::from_manifest(session_));
    PINDUS_TRY(const auto token, session_.private_text("refresh").if_found());
    if (!token) return session_.fail(PINDUS_REJECTED, "the sign-in is over", "sign in again");
    PINDUS_TRY(const auto signed_in,
               client.request_token({{"grant_type", "refresh_token"}, {"refresh_token", *token}}));
    const sdk::Status traded = keep_and_trade(signed_in);
    // A new refresh token is kept whatever becomes of the keys: the old one may be used up.
    return traded || !signed_in.json.type("/refresh_token") ? traded : session_.commit();
  }

 private:
  sdk::Status keep_and_trade(const sdk::OAuthAnswer& signed_in) {
    PINDUS_TRY(const auto refresh, token_member(session_, signed_in, "refresh_token"));
    if (refresh) PINDUS_CHECK(session_.keep_private("refresh", *refresh));
    PINDUS_TRY(const sdk::Secret token, signed_in.json.secret("/access_token"));
    PINDUS_TRY(const std::string url, session_.option("keys_url"));
    PINDUS_TRY(const auto response, session_.get(url, {{"x-amz-sso_bearer_token", token}}));
    PINDUS_TRY(const auto answer, read_answer(session_, url, response));
    if (!answer.error.empty()) return refuse(session_, answer);
    PINDUS_TRY(const sdk::Secret id, answer.json.secret("/roleCredentials/accessKeyId"));
    PINDUS_TRY(const sdk::Secret key, answer.json.secret("/roleCredentials/secretAccessKey"));
    PINDUS_TRY(const sdk::Secret session, answer.json.secret("/roleCredentials/sessionToken"));
    PINDUS_TRY(const int64_t end_ms, answer.json.integer("/roleCredentials/expiration"));
    const sdk::Fields all{sdk::Field::json("Version", "1"),
                          {"AccessKeyId", id},
                          {"SecretAccessKey", key},
                          {"SessionToken", session}};
    PINDUS_TRY(const sdk::Secret keys, session_.encode_form(all, sdk::FormFormat::json));
    PINDUS_CHECK(session_.set("access", keys));
    PINDUS_CHECK(session_.set_end(end_ms));
    return session_.commit();
  }

  sdk::Session& session_;
  sdk::DeviceGrantFlow device_;
};
PINDUS_PLUGIN("role-keys", "1.0.0", RoleKeys)
