#include <catch2/catch.hpp>
#include <thread>

#include "core/library/oauth.hpp"
#include "tests/unit/session_fakes.hpp"

using pindus::Context;
using pindus::OAuthCredentials;
using pindus::Provider;
using pindus::ProviderDirectory;
using pindus::Question;
using pindus::RefreshFailure;
using pindus::Secret;
using pindus::test::FakeIo;
using pindus::test::SessionFixture;
using pindus::test::store;
using namespace std::chrono_literals;

namespace {

/// A directory of one provider, "acme", whose plugin is the test's script.
struct OAuthFixture {
  explicit OAuthFixture(SessionFixture::Script script) {
    Provider acme = session.provider;
    session.method.options["script"] = std::to_string(reinterpret_cast<std::uintptr_t>(script));
    session.method.questions = {{"host", "Which host", "acme.example", Question::Kind::host}};
    session.method.options["token_url"] = "https://{host}/token";
    acme.methods = {session.method};
    directory.emplace(std::vector{acme});
    make_context(&io);
    current.access = Secret(std::string_view("old"));
  }

  void change(const std::function<void(Provider&)>& edit) {
    Provider acme = *directory->find_provider("acme");
    edit(acme);
    directory.emplace(std::vector{acme});
    make_context(&io);
  }

  void make_context(pindus::CredentialIo* person) {
    owned.emplace(
        pindus::ContextParts{.environment = session.environment,
                             .installation = {.services_module = "/nonexistent/services.so"},
                             .io = person,
                             .discover = [this] { return *directory; }});
  }
  [[nodiscard]] Context& context() { return *owned; }

  SessionFixture session;
  std::optional<ProviderDirectory> directory;
  OAuthCredentials current;
  FakeIo io;
  std::optional<Context> owned;
};

int32_t store_host(const pindus_host_1* host, pindus_session session) {
  return store(host, session, pindus::test::option(host, session, "token_url"));
}

template <int32_t code>
int32_t end_with(const pindus_host_1* /*host*/, pindus_session /*session*/) {
  return code;
}

int32_t wait_long(const pindus_host_1* host, pindus_session session) {
  return host->sleep_ms(session, 20'000);
}

}  // namespace

TEST_CASE("a sign-in asks the questions that nobody answered yet") {
  OAuthFixture fixture(store_host);
  fixture.io.answers = {"ghe.example.com"};
  const auto asked = start_oauth_login(fixture.context(), {.provider = "ACME"});
  REQUIRE(asked);
  CHECK(asked->access.view() == "https://ghe.example.com/token");
  CHECK(fixture.io.questions == std::vector<std::string>{"Which host [acme.example]"});

  const auto told = start_oauth_login(fixture.context(),
                                      {.provider = "acme", .answers = {{"host", "other.example"}}});
  REQUIRE(told);
  CHECK(told->access.view() == "https://other.example/token");
  const auto wrong =
      start_oauth_login(fixture.context(), {.provider = "acme", .answers = {{"tenant", "x"}}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().kind == pindus::FaultKind::usage);
}

TEST_CASE("a blank answer is the default, and where there is none it is refused") {
  OAuthFixture fixture(store_host);
  fixture.change([](Provider& p) {
    p.methods[0].questions = {{"host", "Host", "", Question::Kind::host, true},
                              {"note", "Note", "", Question::Kind::text, false}};
  });
  fixture.io.answers = {" ", "ghe.example.com", ""};
  const auto asked = start_oauth_login(fixture.context(), {.provider = "acme"});
  REQUIRE(asked);
  CHECK(asked->access.view() == "https://ghe.example.com/token");
  CHECK(fixture.io.questions == std::vector<std::string>{"Host", "Host", "Note"});
  CHECK(fixture.io.said("host is without an answer"));

  const auto blank = start_oauth_login(
      fixture.context(), {.provider = "acme", .answers = {{"host", ""}, {"note", ""}}});
  REQUIRE_FALSE(blank);
  CHECK(blank.error().kind == pindus::FaultKind::usage);
  CHECK(blank.error().hint.contains("--set host=VALUE"));

  // As another program, or an older manifest, has left it.
  const auto refreshed =
      fixture.context().refresher().refresh({"acme", "work"}, fixture.current, {});
  REQUIRE_FALSE(refreshed);
  CHECK(refreshed.error().fault.hint == "pindus signin acme --account work --replace");
}

TEST_CASE("a sign-in fails as what it is: unknown, disabled, given up, refused") {
  OAuthFixture fixture(end_with<PINDUS_DENIED>);
  fixture.make_context(nullptr);
  const auto unknown = start_oauth_login(fixture.context(), {.provider = "acne"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == pindus::FaultKind::unknown_provider);
  const auto denied = start_oauth_login(fixture.context(), {.provider = "acme"});
  REQUIRE_FALSE(denied);
  CHECK(denied.error().label == "Sign-in failed");
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = start_oauth_login(fixture.context(), {.provider = "acme"}, stop.get_token());
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == pindus::FaultKind::aborted);
  fixture.change([](Provider& p) { p.enabled = false; });
  const auto disabled = start_oauth_login(fixture.context(), {.provider = "acme"});
  REQUIRE_FALSE(disabled);
  CHECK(disabled.error().message.contains("out of use"));
}

TEST_CASE("a refresh uses the stored answers, and goes where the sign-in went") {
  OAuthFixture fixture(store_host);
  fixture.current.members = {{"host", "ghe.example.com"}};
  auto& refresher = fixture.context().refresher();
  const auto fresh = refresher.refresh({"acme", "work"}, fixture.current, {});
  REQUIRE(fresh);
  CHECK(fresh->access.view() == "https://ghe.example.com/token");
  CHECK(fresh->members == fixture.current.members);
}

TEST_CASE("a sign-in by another method than the first notes it, and its refresh goes that way") {
  OAuthFixture fixture(store_host);
  fixture.change([](Provider& p) {
    p.methods.push_back(p.methods[0]);
    p.methods[1].name = "device";
    p.methods[1].options["token_url"] = "https://device.example/token";
    p.methods[1].questions.clear();
  });
  const auto first =
      start_oauth_login(fixture.context(), {.provider = "acme", .answers = {{"host", ""}}});
  REQUIRE(first);
  CHECK(first->member("method").empty());
  const auto second =
      start_oauth_login(fixture.context(), {.provider = "acme", .method = "device"});
  REQUIRE(second);
  CHECK(second->member("method") == "device");
  CHECK(second->access.view() == "https://device.example/token");

  fixture.current.members = second->members;
  const auto fresh = fixture.context().refresher().refresh({"acme", "work"}, fixture.current, {});
  REQUIRE(fresh);
  CHECK(fresh->access.view() == "https://device.example/token");
  fixture.change([](Provider& p) { p.methods.pop_back(); });
  const auto gone = fixture.context().refresher().refresh({"acme", "work"}, fixture.current, {});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == RefreshFailure::Kind::transient);
  CHECK(gone.error().fault.message == "the manifests of acme name no method \"device\"");
  const auto unknown = start_oauth_login(fixture.context(), {.provider = "acme", .method = "saml"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.contains("\"saml\""));
}

TEST_CASE("a failed refresh says whether a new sign-in, another try or neither helps") {
  using Kind = RefreshFailure::Kind;
  struct Case {
    SessionFixture::Script script;
    Kind kind;
    std::string hint;
  };
  const std::string again = "pindus signin acme --account work --replace";
  const auto failure = GENERATE_COPY(Case{end_with<PINDUS_REJECTED>, Kind::permanent, again},
                                     Case{end_with<PINDUS_DENIED>, Kind::permanent, again},
                                     Case{end_with<PINDUS_EXPIRED>, Kind::permanent, again},
                                     Case{end_with<PINDUS_NETWORK>, Kind::transient, ""},
                                     Case{end_with<PINDUS_TIMEOUT>, Kind::transient, ""},
                                     Case{end_with<PINDUS_UNAVAILABLE>, Kind::transient, ""},
                                     Case{end_with<PINDUS_PROTOCOL>, Kind::transient, ""},
                                     Case{end_with<PINDUS_UNSUPPORTED>, Kind::permanent, again},
                                     Case{end_with<PINDUS_INTERNAL>, Kind::transient, ""});
  OAuthFixture fixture(failure.script);
  const auto refreshed =
      refresh_oauth_credentials(fixture.context(), {"acme", "work"}, fixture.current);
  REQUIRE_FALSE(refreshed);
  CHECK(refreshed.error().kind == failure.kind);
  CHECK(refreshed.error().fault.hint == failure.hint);
  CHECK(refreshed.error().fault.message.contains("scripted.so"));
}

TEST_CASE("a refresh that was interrupted is nobody's failure") {
  OAuthFixture fixture(end_with<PINDUS_CANCELLED>);
  const auto refreshed =
      refresh_oauth_credentials(fixture.context(), {"acme", "work"}, fixture.current);
  REQUIRE_FALSE(refreshed);
  CHECK(refreshed.error().kind == RefreshFailure::Kind::cancelled);
  CHECK(refreshed.error().fault.kind == pindus::FaultKind::aborted);
  CHECK(refreshed.error().fault.message == "the refresh at Acme was interrupted");
}

TEST_CASE("the policy comes from the manifest, within its bounds") {
  OAuthFixture fixture(store_host);
  auto& plain = fixture.context().refresher();
  CHECK(plain.policy("acme", {}).margin == 330s);
  CHECK(plain.policy("acme", {}).rotates);
  CHECK(plain.policy("nobody", {}).margin == 330s);
  fixture.change([](Provider& p) {
    p.methods[0].options["refresh_margin_s"] = "3600";
    p.methods[0].options["rotates"] = "false";
  });
  auto& set = fixture.context().refresher();
  CHECK(set.policy("acme", {}).margin == 600s);
  CHECK_FALSE(set.policy("acme", {}).rotates);
  fixture.change([](Provider& p) { p.methods[0].options["refresh_margin_s_env"] = "ACME_MARGIN"; });
  fixture.session.variables["ACME_MARGIN"] = "45";
  CHECK(fixture.context().refresher().policy("acme", {}).margin == 45s);
  fixture.session.variables.clear();
  fixture.change([](Provider& p) { p.methods[0].options["refresh_margin_s"] = "-5"; });
  CHECK(fixture.context().refresher().policy("acme", {}).margin == 330s);
}

TEST_CASE("the async forms run side by side, and a stop ends them") {
  OAuthFixture fixture(wait_long);
  fixture.make_context(nullptr);
  std::stop_source stop;
  auto first = async_refresh_oauth_credentials(fixture.context(), {"acme", "a"},
                                               std::move(fixture.current), stop.get_token());
  auto second = async_start_oauth_login(fixture.context(), {.provider = "acme"}, stop.get_token());
  CHECK(first.wait_for(50ms) == std::future_status::timeout);
  CHECK(second.wait_for(0ms) == std::future_status::timeout);
  const auto stopped = std::chrono::steady_clock::now();
  stop.request_stop();
  const auto refreshed = first.get();
  const auto signed_in = second.get();
  CHECK(std::chrono::steady_clock::now() - stopped < 200ms);
  REQUIRE_FALSE(refreshed);
  CHECK(refreshed.error().kind == RefreshFailure::Kind::cancelled);
  REQUIRE_FALSE(signed_in);
  CHECK(signed_in.error().kind == pindus::FaultKind::aborted);
}

TEST_CASE("only a web address is opened") {
  FakeIo io;
  CHECK(open_login_url(io, "https://acme.example/").value_or(false));
  for (const auto* url : {"javascript:alert(1)", "file:///etc/passwd", "acme.example", ""}) {
    const auto refused = open_login_url(io, url);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == pindus::FaultKind::usage);
  }
  CHECK(pindus::async_open_login_url(io, "https://b.example/").get().value_or(false));
  CHECK(io.opened.size() == 2);
}
