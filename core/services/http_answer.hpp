#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/services/services.hpp"

namespace pindus::http {

/// An answer under way, of up to so many bytes. Its buffer grows by hand, so that no outgrown copy
/// of it stays behind.
class Answer {
 public:
  explicit Answer(std::size_t limit) : limit_(limit) {}

  /// Takes what curl has received of the body; 0, which ends the transfer, where it is too large.
  std::size_t take_body(std::string_view part) {
    if (!count(part)) return 0;
    if (body_.size() + part.size() > body_.capacity()) {
      std::string bigger;
      bigger.reserve(std::max(2 * body_.capacity(), body_.size() + part.size()));
      bigger.append(body_);
      const Secret outgrown(std::exchange(body_, std::move(bigger)));
    }
    body_.append(part);
    return part.size();
  }

  /// The same for a line of the head.
  std::size_t take_header(std::string_view line) {
    if (!count(line)) return 0;
    const std::size_t taken = line.size();
    if (line.starts_with("HTTP/")) headers_.clear();  // an interim answer (100) came before
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return taken;
    headers_.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    return taken;
  }

  /// Whether that has ended the transfer.
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }

  /// The answer as a whole. Nothing else may be asked of this object afterwards.
  [[nodiscard]] HttpResponse finish(int status) && {
    return {status, std::move(headers_), Secret(std::move(body_))};
  }

 private:
  bool count(std::string_view part) noexcept {
    too_large_ = part.size() > limit_ - received_;
    if (!too_large_) received_ += part.size();
    return !too_large_;
  }

  std::vector<std::pair<std::string, std::string>> headers_;
  std::string body_;
  std::size_t received_ = 0;
  std::size_t limit_;
  bool too_large_ = false;
};

}  // namespace pindus::http
