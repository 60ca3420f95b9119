#include "core/session/session.hpp"

#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <shared_mutex>
#include <unordered_map>

#include "core/session/inside_plugin.hpp"

namespace pindus {
namespace {

struct Sessions {
  std::shared_mutex mutex;
  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> by_id;
};

// Never destroyed: a thread that a plugin left behind may ask while the process ends.
Sessions& sessions() {
  static auto& all = *new Sessions;
  return all;
}

std::uint32_t next_session_number() noexcept {
  static std::atomic<std::uint32_t> last = 0;
  return ++last;
}

constexpr std::size_t max_log_lines = 256;

// Most texts are shorter, so that their place in memory stays the session's until its end.
constexpr std::size_t shown_reserve = 4096;

}  // namespace

const Secret* CredentialDraft::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(
      members, name, [](const auto& member) { return std::string_view(member.first); });
  return found == members.end() ? nullptr : &found->second;
}

Session::Session(const SessionRequest& session_request, std::uint32_t number)
    : request(session_request),
      id(make_handle(HandleKind::session, number, 0)),
      secrets(HandleKind::secret, number),
      documents(HandleKind::json, number),
      number_(number),
      stop_(request.stop),
      logging_((request.io != nullptr || request.say) &&
               request.environment->get_nonblank("PINDUS_LOG")),
      plugin_(request.method->library),
      services_(request.services) {
  shown_.reserve(shown_reserve);
}

Result<Services*> services_of(const SessionRequest& request) {
  if (request.services != nullptr) return request.services;
  return open_services(request.services_module);
}

std::chrono::milliseconds Session::time_left() const {
  using Clock = std::chrono::steady_clock;
  if (!request.deadline) return std::chrono::milliseconds::max();
  return std::chrono::floor<std::chrono::milliseconds>(*request.deadline - Clock::now());
}

Coded<Services*> Session::services() {
  if (services_ == nullptr) {
    auto opened = services_of(request);
    if (!opened) {
      fail(PINDUS_INTERNAL, opened.error().message, opened.error().hint);
      return std::unexpected(PINDUS_INTERNAL);
    }
    services_ = *opened;
  }
  return services_;
}

void Session::notice(std::string_view line) {
  if (request.io == nullptr) return;
  clear_countdown();
  request.io->tell(line);
}

void Session::tell_of_delayed_stop(std::string_view host,
                                   std::chrono::steady_clock::time_point end) {
  if (!request.say || std::exchange(delayed_stop_told_, true)) return;
  const auto left = std::chrono::ceil<std::chrono::seconds>(end - std::chrono::steady_clock::now());
  request.say(fmt::format(
      "Waiting up to {} s for the answer of {}, so that the sign-in isn't lost; a second "
      "Ctrl-C ends this at once",
      left.count(), host));
}

void Session::show_countdown() {
  if (request.io == nullptr || !code_expires) return;
  const auto left =
      std::chrono::ceil<std::chrono::seconds>(*code_expires - std::chrono::steady_clock::now());
  request.io->countdown(std::max(left, std::chrono::seconds(0)));
  countdown_shown_ = true;
}

void Session::clear_countdown() {
  if (!countdown_shown_) return;
  countdown_shown_ = false;
  request.io->countdown(std::nullopt);
}

bool Session::log(std::string line) {
  if (!logging_) return true;
  const std::lock_guard lock(log_mutex_);
  if (log_lines_.size() == max_log_lines) return false;
  log_lines_.emplace_back(std::move(line));
  return true;
}

void Session::print_log() {
  if (!logging_) return;
  std::vector<Secret> lines;
  {
    const std::lock_guard lock(log_mutex_);
    lines.swap(log_lines_);
  }
  clear_countdown();
  for (const auto& line : lines) {
    const std::string seen = said(line.view());
    request.io != nullptr ? request.io->notice(seen) : request.say(seen);
  }
}

Code Session::fail(int32_t code, Reason why, std::string_view rule) {
  refusal_ = why.message;
  error = SessionError{SessionError::Source::host, code, std::move(why), rule};
  return code;
}

Code Session::broken(std::string_view rule, std::string_view what) {
  return fail(
      PINDUS_INTERNAL,
      Reason{fmt::format("the plugin {} {}", plugin(), what), "report it to the plugin's author"},
      rule);
}

Code Session::refuse(int32_t code, std::string_view argument, std::string_view why) {
  refusal_ = fmt::format("{} {}", argument, why);
  return code;
}

Code Session::show(std::string_view text, pindus_read read, void* context) {
  if (read == nullptr) return PINDUS_INVALID_ARGUMENT;
  struct Wipe {
    Session& session;
    ~Wipe() {
      explicit_bzero(session.shown_.data(), session.shown_.size());
      session.showing_ = false;
    }
  };
  shown_.assign(text);
  showing_ = true;
  const Wipe wipe{*this};
  const InsidePlugin inside(request.method->library_path.c_str());
  void (*callback)(void*, pindus_str) = read;  // what it throws, against P6, can then be caught
  try {
    callback(context, borrowed(shown_));
  } catch (...) {
    return broken("P6", "threw an exception out of a callback");
  }
  return PINDUS_OK;
}

Coded<HeldSecret> Session::joined(const pindus_value& value) {
  const std::string_view text = TRY(text_of(value.text));
  std::string_view bytes;
  HeldSecret joined;
  if (value.secret.id != 0) {
    const HeldSecret* secret = secrets.find(value.secret.id);
    if (secret == nullptr) return std::unexpected(PINDUS_INVALID_HANDLE);
    bytes = secret->bytes.view();
    joined.visibility = secret->visibility;
  }
  const bool is_open = joined.visibility == Visibility::open;
  if (is_open && text.size() + bytes.size() > max_value_size) {
    return std::unexpected(PINDUS_TOO_LARGE);
  }
  std::string whole;
  whole.reserve(text.size() + bytes.size());
  whole.append(text).append(bytes);
  joined.bytes = Secret(std::move(whole));
  return joined;
}

Code Session::give(HeldSecret secret, pindus_secret* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const bool is_open = secret.visibility == Visibility::open;
  if (is_open && secret.bytes.view().size() > max_value_size) return PINDUS_TOO_LARGE;
  out->id = secrets.add(std::move(secret));
  return PINDUS_OK;
}

Coded<std::string_view> text_of(pindus_str text) noexcept {
  if (text.size == 0) return std::string_view();
  if (text.data == nullptr) return std::unexpected(PINDUS_INVALID_ARGUMENT);
  if (text.size > max_value_size) return std::unexpected(PINDUS_TOO_LARGE);
  return std::string_view(text.data, text.size);
}

OpenSession::OpenSession(const SessionRequest& request)
    : session_(std::make_shared<Session>(request, next_session_number())) {
  const std::unique_lock lock(sessions().mutex);
  sessions().by_id.emplace(session_->id, session_);
}

OpenSession::~OpenSession() {
  {
    const std::unique_lock lock(sessions().mutex);
    sessions().by_id.erase(session_->id);
  }
  session_->print_log();
  session_->clear_countdown();
}

std::shared_ptr<Session> find_session(std::uint64_t id) {
  const std::shared_lock lock(sessions().mutex);
  const auto found = sessions().by_id.find(id);
  return found == sessions().by_id.end() ? nullptr : found->second;
}

}  // namespace pindus
