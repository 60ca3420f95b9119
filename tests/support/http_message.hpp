#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pindus::test {

/// A request or an answer as it stood on the wire, its body out of its chunks.
struct HttpMessage {
  std::string head = {};  ///< with the empty line
  std::string body = {};
  bool is_whole = false;  ///< it ended as its head says

  /// The first line, without its end.
  [[nodiscard]] std::string line() const;
  [[nodiscard]] int status() const;
  /// The value of the first field of that name; nothing where there is none.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;
  [[nodiscard]] int count(std::string_view name) const;
};

/// Messages one after the other out of what `more` gives, which is empty at the end.
class HttpReader {
 public:
  explicit HttpReader(std::function<std::string()> more) : more_(std::move(more)) {}

  /// The next head alone, in an HttpMessage without a body; nothing at the end.
  [[nodiscard]] std::optional<HttpMessage> next_head();
  /// Its body; `chunk` gets the pieces as they come.
  void read_body(HttpMessage& message, const std::function<void(std::string_view)>& chunk = {});
  /// Head and body. `bodiless`: an answer to HEAD.
  [[nodiscard]] std::optional<HttpMessage> next(bool bodiless = false);
  /// Whatever comes next, at least one byte; empty at the end.
  [[nodiscard]] std::string take_some();
  /// Puts back what was taken.
  void give_back(std::string_view bytes) { buffer_.insert(0, bytes); }

 private:
  bool fill();
  std::optional<std::string> line();
  bool take(std::string& into, std::size_t size,
            const std::function<void(std::string_view)>& chunk);

  std::function<std::string()> more_;
  std::string buffer_;
};

}  // namespace pindus::test
