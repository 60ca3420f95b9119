#include "core/command/setup_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/command/setup_steps.hpp"
#include "core/setup/setup_plan.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

// Something that we set up.
struct OurSetup {
  std::string provider;
  std::string account;  // empty: whichever counts when the program asks
  fs::path file;
  bool stands = false;  // as it was made
};

// What a program does today, as far as its files say. Of the last two at most one, and only where
// nothing is ours.
struct ToolState {
  std::vector<OurSetup> ours = {};
  std::optional<fs::path> own_setting = {};
  std::optional<fs::path> own_sign_in = {};
};

// A path as people write it.
std::string shown(const fs::path& path, const Context& context) {
  const auto home = context.environment().get_nonblank("HOME");
  const std::string text = printable(path.native(), 1000);
  return home && text.starts_with(*home + "/") ? "~" + text.substr(home->size()) : text;
}

// Whether a step that was made is still what the file says.
bool is_in_place(const fs::path& file, const RememberedStep& remembered) {
  const auto text = read_text_file(file);
  if (!text) return false;
  const auto taken = take_step_back(text->content(), remembered.step, remembered.memo);
  return taken && taken->left.empty() && taken->text != text->content();
}

std::optional<fs::path> own_setting_of(const Context& context, const Client& client) {
  for (const ClientProvider& provider : client.providers) {
    for (const SetupStep& step : possible_steps(context, client, provider.id)) {
      const auto text = read_text_file(step.file);
      const auto other = text ? has_other(text->content(), step) : Edit<bool>(false);
      if (other.value_or(false)) return step.file;
    }
  }
  return std::nullopt;
}

std::optional<fs::path> own_sign_in_of(const Context& context, const Client& client) {
  for (const std::string& name : client.own_sign_in) {
    const auto file = setup_file(context, name);
    std::error_code error;
    if (file && fs::exists(*file, error)) return *file;
  }
  return std::nullopt;
}

ToolState state_of(const Context& context, const Client& client, const SetupMemory& memory) {
  ToolState state;
  for (const auto& [file, note] : memory.files()) {
    for (const RememberedStep& one : note.steps) {
      if (one.step.client != client.id) continue;
      state.ours.push_back({one.step.provider, one.step.account, file, is_in_place(file, one)});
    }
  }
  if (!state.ours.empty()) return state;
  state.own_setting = own_setting_of(context, client);
  if (!state.own_setting) state.own_sign_in = own_sign_in_of(context, client);
  return state;
}

std::string in_words(const ToolState& state, const Context& context) {
  // Those of one file together.
  std::vector<std::string> parts;
  for (auto one = state.ours.begin(); one != state.ours.end();) {
    const auto next = std::find_if(one, state.ours.end(),
                                   [&](const OurSetup& other) { return other.file != one->file; });
    for (const bool stands : {true, false}) {
      std::string names;
      for (const OurSetup& ours : std::ranges::subrange(one, next)) {
        if (ours.stands != stands) continue;
        names += (names.empty() ? "" : ", ") + described_key(ours.provider, ours.account);
      }
      if (names.empty()) continue;
      parts.push_back(fmt::format("{} for {} in {}", stands ? "set up" : "no more as it was set up",
                                  names, shown(one->file, context)));
    }
    one = next;
  }
  if (!parts.empty()) return fmt::format("{}", fmt::join(parts, "; "));
  if (state.own_setting) {
    return fmt::format("has a setting of its own in {}", shown(*state.own_setting, context));
  }
  if (state.own_sign_in) {
    return fmt::format("has a sign-in of its own in {}", shown(*state.own_sign_in, context));
  }
  return "not set up";
}

Json json_text(std::string_view text) {
  return Json(std::string(text));
}

Json path_or_null(const std::optional<fs::path>& path) {
  return path ? json_text(path->native()) : Json();
}

Json tool_json(const Client& client, const ToolState& state, const Context& context) {
  Json::Array setups;
  for (const OurSetup& ours : state.ours) {
    setups.push_back(Json(Json::Object{
        {"provider", json_text(ours.provider)},
        {"account", ours.account.empty() ? Json() : json_text(ours.account)},
        {"file", json_text(ours.file.native())},
        {"inPlace", Json(ours.stands)},
    }));
  }
  return Json(Json::Object{
      {"tool", json_text(client.id)},
      {"label", json_text(client.label)},
      {"program", path_or_null(client.installed(context.environment()))},
      {"setups", Json(std::move(setups))},
      {"ownSetting", path_or_null(state.own_setting)},
      {"ownSignIn", path_or_null(state.own_sign_in)},
  });
}

}  // namespace

std::string described_key(std::string_view provider, std::string_view account) {
  return account.empty() ? std::string(provider) : fmt::format("{} as {}", provider, account);
}

Result<void> list_setups(Context& context, bool as_json_line) {
  const auto memory = TRY(SetupMemory::read(*context.profile()));
  std::vector<const Client*> clients;
  std::size_t width = 0;
  for (const Client& client : context.clients().clients()) {
    if (!can_be_set_up(client)) continue;
    clients.push_back(&client);
    width = std::max(width, client.id.size());
  }
  Json::Array tools;
  for (const Client* client : clients) {
    const ToolState state = state_of(context, *client, memory);
    if (as_json_line) {
      tools.push_back(tool_json(*client, state, context));
      continue;
    }
    const bool is_installed = client->installed(context.environment()).has_value();
    context.io().print(fmt::format("{:<{}}  {:<13}  {}", client->id, width,
                                   is_installed ? "installed" : "not installed",
                                   in_words(state, context)));
  }
  if (as_json_line) {
    context.io().print(
        Json(Json::Object{{"version", Json(std::int64_t{1})}, {"tools", Json(std::move(tools))}})
            .dump());
  }
  return {};
}

}  // namespace pindus
