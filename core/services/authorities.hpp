#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pindus::http {

/// A variable of the environment that is set and not empty.
struct Variable {
  std::string name;
  std::string value;
};

/// The certificate authorities that a server is checked against. They are chosen as curl(1) 7.88
/// does: CURL_CA_BUNDLE names a file, else SSL_CERT_DIR a directory, else SSL_CERT_FILE a file;
/// what it names takes the place of the system's file or directory and not of both.
/// NODE_EXTRA_CA_CERTS adds to all of these.
struct Authorities {
  std::optional<std::string> file;       ///< certificates as PEM
  std::optional<std::string> directory;  ///< by hashes; several are separated by ':'
  std::string pem;  ///< not empty: what is used in place of `file`, read from it

  std::vector<Variable> variables;        ///< those that had a say
  std::optional<std::string> system;      ///< what of the system's own is among them
  std::optional<Variable> useless_extra;  ///< NODE_EXTRA_CA_CERTS, where it is of no use

  /// Takes NODE_EXTRA_CA_CERTS away again, since libcurl couldn't read what it names; false where
  /// it is not among them.
  bool give_up_extra();

  /// For the log: "SSL_CERT_FILE=/home/me/ca.pem, /etc/ssl/certs".
  [[nodiscard]] std::string described() const;

  /// What to do where none of them signed a server's certificate.
  [[nodiscard]] std::string hint_where_unknown() const;

  /// What to do where `file` can't be read.
  [[nodiscard]] std::string hint_where_unreadable() const;
};

/// Reads the environment and, where there is one to add, certificate files. `built_in_file` and
/// `built_in_directory` are what libcurl was configured with; null: nothing.
[[nodiscard]] Authorities choose_authorities(const char* built_in_file,
                                             const char* built_in_directory);

}  // namespace pindus::http
