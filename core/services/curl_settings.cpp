#include "core/services/curl_settings.hpp"

namespace pindus::http {

void set_protocols(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a cancelled look-up isn't waited for
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void set_authorities(CURL* easy, const Authorities& authorities) {
  if (!authorities.pem.empty()) {
    curl_blob pem{const_cast<char*>(authorities.pem.data()), authorities.pem.size(),
                  CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &pem);
  }
  if (!authorities.file && !authorities.directory) return;
  const auto text = [](const auto& path) { return path ? path->c_str() : nullptr; };
  curl_easy_setopt(easy, CURLOPT_CAINFO, text(authorities.file));
  curl_easy_setopt(easy, CURLOPT_CAPATH, text(authorities.directory));
}

Authorities built_in_authorities() {
  const curl_version_info_data* built = curl_version_info(CURLVERSION_NOW);
  return choose_authorities(built->cainfo, built->capath);
}

}  // namespace pindus::http
