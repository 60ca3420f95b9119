#include "core/services/authorities.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace pindus::http {
namespace {

constexpr const char* system_directory = "/etc/ssl/certs";

std::optional<Variable> variable(const char* name) {
  const char* value = ::secure_getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return Variable{name, value};
}

// A directory by hashes is read a certificate at a time; the system's bundle takes 23 ms.
bool has_hashed_certificates(const char* directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory), &::closedir);
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (std::string_view(entry->d_name).ends_with(".0")) return true;
  }
  return false;
}

// Nothing where no certificate is in it: a mistake there is none of the other authorities'. Only of
// a file, since a pipe may never end.
std::optional<std::string> read_certificates(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.find("-----BEGIN ") == std::string::npos) return std::nullopt;
  return text;
}

// In the place of what wasn't named. The directory holds what the bundle does, so that it serves
// for both.
void add_system(Authorities& authorities, const char* built_in_file,
                const char* built_in_directory) {
  if (has_hashed_certificates(system_directory)) {
    authorities.system = system_directory;
    authorities.directory =
        authorities.directory ? *authorities.directory + ":" + system_directory : system_directory;
    return;
  }
  const auto add = [&](std::optional<std::string>& place, const char* built_in) {
    if (place || built_in == nullptr) return;
    place = authorities.system = built_in;
  };
  add(authorities.directory, built_in_directory);
  add(authorities.file, built_in_file);
}

void add_extra(Authorities& authorities, const Variable& extra) {
  auto certificates = read_certificates(extra.value);
  if (!certificates) {
    authorities.useless_extra = extra;
    return;
  }
  if (authorities.file) {
    const auto others = read_certificates(*authorities.file);
    if (!others) return;  // libcurl says of that file what is wrong with it
    certificates->append("\n").append(*others);
  }
  authorities.pem = *std::move(certificates);
  authorities.variables.push_back(extra);
}

}  // namespace

Authorities choose_authorities(const char* built_in_file, const char* built_in_directory) {
  Authorities chosen;
  std::optional<Variable> named = variable("CURL_CA_BUNDLE");
  if (!named) named = variable("SSL_CERT_DIR");
  const bool is_directory = named && named->name == "SSL_CERT_DIR";
  if (!named) named = variable("SSL_CERT_FILE");
  if (named) {
    (is_directory ? chosen.directory : chosen.file) = named->value;
    chosen.variables.push_back(*std::move(named));
  }
  add_system(chosen, built_in_file, built_in_directory);
  if (const auto extra = variable("NODE_EXTRA_CA_CERTS")) add_extra(chosen, *extra);
  return chosen;
}

bool Authorities::give_up_extra() {
  if (pem.empty()) return false;
  pem.clear();
  useless_extra = std::move(variables.back());
  variables.pop_back();
  return true;
}

std::string Authorities::described() const {
  std::vector<std::string> parts;
  for (const auto& [name, value] : variables) parts.push_back(fmt::format("{}={}", name, value));
  if (system) parts.push_back(*system);
  return parts.empty() ? "those of the TLS library" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string Authorities::hint_where_unknown() const {
  if (useless_extra) {
    return fmt::format("{} names {}, in which no certificate can be read", useless_extra->name,
                       useless_extra->value);
  }
  if (variables.empty()) {
    return "behind a proxy that opens TLS, let SSL_CERT_FILE or NODE_EXTRA_CA_CERTS name its "
           "certificate; else install the package ca-certificates";
  }
  return fmt::format("the authorities known here are {}: see whether the right one is among them",
                     described());
}

std::string Authorities::hint_where_unreadable() const {
  for (const auto& [name, value] : variables) {
    if (file == value) return fmt::format("{} names {}: correct it or take it away", name, value);
  }
  return "install the package ca-certificates";
}

}  // namespace pindus::http
