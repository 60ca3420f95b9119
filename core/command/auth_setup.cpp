#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>

#include "core/base/near_names.hpp"
#include "core/base/text.hpp"
#include "core/base/text_diff.hpp"
#include "core/command/commands.hpp"
#include "core/command/setup_list.hpp"
#include "core/command/setup_steps.hpp"
#include "core/setup/setup_plan.hpp"
#include "core/vault/file_lock.hpp"
#include "core/vault/private_file.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

struct AuthSetupOptions {
  std::optional<std::string> client;
  std::vector<std::string> names;
  std::optional<std::string> account;
  bool undo = false;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

bool looks_secret(std::string_view word) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return word.size() >= 20 && std::ranges::any_of(word, is_digit) &&
         std::ranges::any_of(word,
                             [&](char c) { return is_ascii_alphanumeric(c) && !is_digit(c); });
}

// What stood in the file may be a key, and a difference is what people paste.
std::string without_secrets(std::string_view line) {
  std::string masked;
  std::string word;
  const auto end_word = [&] {
    masked += looks_secret(word) ? word.substr(0, 4) + "****" : word;
    word.clear();
  };
  for (const char c : line) {
    if (is_ascii_alphanumeric(c) || c == '-' || c == '_') {
      word += c;
      continue;
    }
    end_word();
    masked += c;
  }
  end_word();
  return masked;
}

// Tabs stay: they are what some files are indented with.
std::string shown_line(std::string_view line) {
  const std::string text = without_secrets(line);
  std::string result;
  for (std::size_t at = 0; at <= text.size();) {
    const auto tab = std::min(text.find('\t', at), text.size());
    result += printable(std::string_view(text).substr(at, tab - at), 4096);
    if (tab < text.size()) result += '\t';
    at = tab + 1;
  }
  return result;
}

void show(const SetupPlan& plan, const Context& context) {
  for (const PlannedFile& file : plan.files()) {
    if (!file.changes()) continue;
    const std::string name = printable(file.before.path.native(), 1000);
    const std::string_view after = file.removed ? std::string_view() : file.after;
    context.io().print("--- " + (file.before.text ? name : "/dev/null"));
    context.io().print("+++ " + (file.removed ? "/dev/null" : name));
    for (const std::string& line : unified_hunks(line_diff(file.before.content(), after))) {
      context.io().print(shown_line(line));
    }
  }
}

// Asked only where somebody is there who saw the difference: a program that runs this means it.
Result<void> ask_consent(const AuthSetupOptions& options, const Context& context) {
  if (options.yes || !context.io().interactive()) return {};
  if (TRY(ask_yes_no(context.io(), "Make this change?", true, context.stop()))) return {};
  return fail(FaultKind::aborted, "nothing was changed");
}

Result<const Client*> find_client_named(const Context& context, const std::string& name) {
  const ClientDirectory& directory = context.clients();
  NearNames near_names(name);
  for (const Client& client : directory.clients()) {
    if (!can_be_set_up(client)) continue;
    const bool is_command = std::ranges::find(client.commands, name) != client.commands.end();
    if (equal_ignoring_case(client.id, name) || is_command) return &client;
    near_names.consider(client.id);
  }
  const std::string near = near_names.nearest();
  return std::unexpected(
      CredentialFault{FaultKind::usage, "Unknown tool",
                      fmt::format("pindus doesn't know how {} is set up", printable(name, 80)),
                      near.empty() ? "pindus auth setup lists the tools; pindus auth exec runs any"
                                   : fmt::format("pindus auth setup {}", near)});
}

class Setup {
 public:
  Setup(const AuthSetupOptions& options, Context& context, const Client& client)
      : options_(options), context_(context), client_(client) {}

  Result<void> run() {
    if (!options_.undo) {
      targets_ = TRY(setup_targets(context_, client_, options_.names, options_.account));
    }
    auto memory = TRY(SetupMemory::read(profile()));
    const SetupPlan plan = TRY(make_plan(memory));
    for (const std::string& left : plan.left()) context_.io().notice(left);
    show(plan, context_);
    if (plan.changes() && !options_.dry_run) TRY(ask_consent(options_, context_));
    if (!options_.dry_run) TRY(carry_out(plan));
    tell(plan);
    return {};
  }

 private:
  [[nodiscard]] fs::path profile() const { return *context_.profile(); }

  [[nodiscard]] Result<SetupPlan> make_plan(SetupMemory& memory) const {
    SetupPlan plan(memory);
    if (options_.undo) {
      TRY(plan_undo(plan, memory));
      return plan;
    }
    for (const SetupTarget& target : targets_) {
      for (const SetupStep& old : remembered(memory, target.provider)) {
        const bool stays = std::ranges::any_of(target.steps, [&](const SetupStep& step) {
          return step.place == old.place && step.format == old.format;
        });
        if (!stays && is_here(old)) TRY(plan.take_back(old));
      }
    }
    for (const SetupTarget& target : targets_) {
      for (const SetupStep& step : target.steps) TRY(plan.add(step));
    }
    return plan;
  }

  Result<void> plan_undo(SetupPlan& plan, const SetupMemory& memory) const {
    for (const std::string& provider : providers_to_undo(memory)) {
      std::vector<SetupStep> steps = remembered(memory, provider);
      std::erase_if(steps, [&](const SetupStep& step) { return !is_here(step); });
      for (const SetupStep& step : possible_steps(context_, client_, provider)) {
        const bool is_known = std::ranges::any_of(steps, [&](const SetupStep& other) {
          return other.file == step.file && other.format == step.format;
        });
        std::error_code error;
        if (!is_known && fs::exists(step.file, error)) steps.push_back(step);
      }
      for (auto step = steps.rbegin(); step != steps.rend(); ++step) TRY(plan.take_back(*step));
    }
    return {};
  }

  // In the reverse order of the setup, so that what was made last goes first.
  [[nodiscard]] std::vector<std::string> providers_to_undo(const SetupMemory& memory) const {
    std::vector<std::string> providers;
    const auto add = [&](const std::string& provider) {
      if (std::ranges::find(providers, provider) == providers.end()) providers.push_back(provider);
    };
    for (const std::string& name : options_.names) add(ascii_lower(parse_named_key(name).provider));
    if (!providers.empty()) return providers;
    for (const SetupStep& step : remembered(memory, "")) add(step.provider);
    std::ranges::reverse(providers);
    for (const ClientProvider& provider : client_.providers) add(provider.id);
    return providers;
  }

  // The client's steps that are remembered, of one provider or all.
  [[nodiscard]] std::vector<SetupStep> remembered(const SetupMemory& memory,
                                                  std::string_view provider) const {
    std::vector<SetupStep> steps;
    for (const auto& [file, note] : memory.files()) {
      for (const RememberedStep& one : note.steps) {
        const bool is_meant = provider.empty() || one.step.provider == provider;
        if (one.step.client == client_.id && is_meant) steps.push_back(one.step);
      }
    }
    return steps;
  }

  // Whether a step that was made is of the place that its name means now: not of another folder, or
  // of another home of the program's settings.
  [[nodiscard]] bool is_here(const SetupStep& step) const {
    const auto file = setup_file(context_, step.place);
    return file && *file == step.file;
  }

  // Under a lock, on what was read and remembered again: whoever else does the same waits, and what
  // was shown is what is done.
  Result<void> carry_out(const SetupPlan& agreed) {
    TRY(make_private_directory(profile()));
    const VaultPlace place = TRY(VaultPlace::find(profile() / "setup.json"));
    const FileLock lock =
        TRY(FileLock::take(place, {vault_lock_byte}, "what auth setup remembers", context_.stop()));
    auto memory = TRY(SetupMemory::read(profile()));
    SetupPlan plan = TRY(make_plan(memory));
    const auto& files = plan.files();
    const bool is_same =
        std::ranges::equal(files, agreed.files(), [](const PlannedFile& a, const PlannedFile& b) {
          return a.before.path == b.before.path && a.before.text == b.before.text &&
                 a.after == b.after && a.removed == b.removed;
        });
    if (!is_same) {
      return std::unexpected(setup_fault("the files were changed by another program meanwhile",
                                         "nothing was changed; run it again"));
    }
    return plan.carry_out();
  }

  void tell(const SetupPlan& plan) const {
    CredentialIo& io = context_.io();
    if (options_.undo) {
      io.print(!plan.changes() ? fmt::format("{} has nothing of pindus's.", client_.label)
               : options_.dry_run
                   ? std::string("Nothing was changed.")
                   : fmt::format("{} is as it was before pindus set it up.", client_.label));
      return;
    }
    std::string whom;
    for (const SetupTarget& target : targets_) {
      whom += (whom.empty() ? "" : ", ") + described_key(target.provider, target.account);
    }
    if (options_.dry_run && plan.changes()) {
      io.print("Nothing was changed.");
      return;
    }
    io.print(fmt::format("{} {} for {}.", client_.label,
                         plan.changes() ? "is set up" : "is set up already", whom));
    std::set<std::string> told;
    for (const SetupTarget& target : targets_) {
      for (const std::string& note : target.notes) {
        if (told.insert(note).second) io.notice(note);
      }
      if (!target.is_stored) {
        io.notice(fmt::format("Nothing is stored for {} yet: pindus signin {}", target.provider,
                              target.provider));
      }
      for (const std::string& name : target.setup->shadowed_by) {
        if (!context_.environment().get_nonblank(name) || !told.insert(name).second) continue;
        io.notice(fmt::format("{} of the environment wins over it: unset {}", name, name));
      }
    }
  }

  const AuthSetupOptions& options_;
  Context& context_;
  const Client& client_;
  std::vector<SetupTarget> targets_;
};

Result<void> run_auth_setup(const AuthSetupOptions& options, Context& context) {
  if (!options.client) return list_setups(context, options.json);
  const Client* client = TRY(find_client_named(context, *options.client));
  return Setup(options, context, *client).run();
}

}  // namespace

CommandBody declare_auth_setup(CommandOptions& command) {
  const auto options = std::make_shared<AuthSetupOptions>();
  command.positional("TOOL", options->client, "the tool; without one, list them");
  command.positionals("PROVIDER[:ACCOUNT]", options->names,
                      "whose keys it shall ask for; else those that it takes and you have");
  command.value("--account", "NAME", options->account,
                "this account; else whichever counts when the tool asks");
  command.flag("--undo", options->undo, "take back what was changed");
  command.flag("--dry-run", options->dry_run, "only show the change");
  command.flag("--yes", options->yes, "don't ask");
  command.flag("--json", options->json, "print the list as JSON");
  command.check([options]() -> std::optional<std::string> {
    if (!options->client && (options->account || options->undo || options->dry_run)) {
      return "a tool is needed";
    }
    if (options->client && options->json) return "--json is for the list of the tools";
    if (options->undo && options->account) return "--undo takes no account";
    return std::nullopt;
  });
  return
      [options](Context& context, CredentialResult&) { return run_auth_setup(*options, context); };
}

}  // namespace pindus
