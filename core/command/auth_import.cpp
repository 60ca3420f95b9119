#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "core/base/display_width.hpp"
#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/import/import_plan.hpp"
#include "core/import/source_file.hpp"
#include "core/session/issuer.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::optional<std::string> format;
  std::optional<std::string> file;
  std::optional<std::string> account;
  bool list = false;
  bool all = false;
  bool dry_run = false;
  bool take_over = false;

  [[nodiscard]] bool names_source() const { return format || file; }
};

std::unexpected<CredentialFault> wrong_source(std::string message, const ImportFormats& known) {
  std::vector<std::string_view> ids;
  for (const ImportFormat& format : known.formats) ids.emplace_back(format.id);
  return fail(FaultKind::usage, std::move(message),
              fmt::format("--from takes one of: {}", fmt::join(ids, ", ")));
}

std::unexpected<CredentialFault> not_imported(const Reason& why) {
  return std::unexpected(
      CredentialFault{FaultKind::vault, "Nothing was imported", why.message, why.hint});
}

class Import {
 public:
  Import(const ImportOptions& options, Context& context)
      : options_(options),
        context_(context),
        formats_(ImportFormats::discover(context.directory_options())) {
    context_.tell(formats_.warnings);
  }

  Result<void> run() {
    if (options_.list) return list();
    if (options_.account) TRY(validate_account_name(*options_.account));
    TRY(options_.names_source() ? find_named() : find_all());
    if (options_.names_source() && !sources_.front().failure.message.empty()) {
      return not_imported(sources_.front().failure);
    }
    for (FoundSource& source : sources_) note_issuers(source);
    const VaultDocument before = TRY(context_.vault().storage().read(context_.stop()));
    plan(before);
    const bool would_store = has(ImportFate::is_new);
    if (options_.dry_run || !would_store) {
      print(options_.dry_run ? Tense::future : Tense::past);
      return outcome();
    }
    if (!options_.names_source() && !options_.all) {
      print(Tense::future);
      if (!context_.io().interactive()) {
        context_.io().notice(
            "Nothing was stored. To store what is new: pindus auth import --all, or --from FORMAT");
        return {};
      }
      if (!TRY(is_wanted())) return fail(FaultKind::aborted, "nothing was stored");
    }
    TRY(store());
    print(Tense::past);
    return outcome();
  }

 private:
  enum class Tense { past, future };

  Result<void> list() const {
    std::size_t width = 0;
    for (const ImportFormat& format : formats_.formats) width = std::max(width, format.id.size());
    for (const ImportFormat& format : formats_.formats) {
      const auto file = format.file(context_.environment());
      const std::string where = file ? ", " + printable(file->native(), 1000) : "";
      context_.io().print(
          fmt::format("{:<{}}  {}{}", format.id, width, printable(format.label), where));
    }
    return {};
  }

  // Each format's own place, as far as there is one.
  Result<void> find_all() {
    for (const ImportFormat& format : formats_.formats) {
      const auto file = format.file(context_.environment());
      std::error_code error;
      const bool is_there =
          file && fs::symlink_status(*file, error).type() != fs::file_type::not_found;
      if (format.syntax != ImportFormat::Syntax::environment && (!is_there || error)) continue;
      sources_.push_back(read(format, file.value_or(""), SourceNamed::no));
      if (sources_.back().entries.empty() && sources_.back().failure.message.empty()) {
        sources_.pop_back();
      }
    }
    return {};
  }

  Result<void> find_named() {
    const ImportFormat* format = nullptr;
    if (options_.format) {
      format = formats_.find(*options_.format);
      if (format == nullptr) {
        return wrong_source(fmt::format("no format is called {}", printable(*options_.format, 80)),
                            formats_);
      }
    }
    if (options_.file == "-") return find_in_input(format);
    if (format == nullptr) return find_in_file(options_.file.value_or(""));
    if (options_.file && format->syntax == ImportFormat::Syntax::environment) {
      return wrong_source(fmt::format("{} is no file", format->label), formats_);
    }
    const auto file = options_.file ? fs::path(*options_.file)
                                    : format->file(context_.environment()).value_or("");
    if (file.empty() && format->syntax != ImportFormat::Syntax::environment) {
      return wrong_source(
          fmt::format("nobody knows where {} keeps its file: HOME is not set", format->label),
          formats_);
    }
    sources_.push_back(read(*format, file, options_.file ? SourceNamed::yes : SourceNamed::no));
    return {};
  }

  Result<void> find_in_input(const ImportFormat* format) {
    if (format == nullptr || format->syntax == ImportFormat::Syntax::environment) {
      return wrong_source("standard input needs --from with the format of a file", formats_);
    }
    const Secret text = TRY(context_.io().read_input(context_.stop()));
    FoundSource source{.format = format, .file = "standard input", .is_named = true};
    take(source, text.view());
    sources_.push_back(std::move(source));
    return {};
  }

  // By what the file is called, else by what it holds.
  Result<void> find_in_file(const fs::path& file) {
    const auto text = read_source_file(file, SourceNamed::yes, context_.stop());
    if (!text) return not_imported(text.error());
    const std::string name = file.filename();
    const bool is_dotenv = name.starts_with(".env") || name.ends_with(".env");
    const auto is_known = [&](const FoundEntry& entry) {
      return context_.providers().find_provider(entry.provider) != nullptr;
    };
    for (const ImportFormat& format : formats_.formats) {
      if (format.syntax == ImportFormat::Syntax::environment) continue;
      if (is_dotenv != (format.syntax == ImportFormat::Syntax::dotenv)) continue;
      FoundSource source{.format = &format, .file = file, .is_named = true};
      take(source, *text);
      if (!is_dotenv && std::ranges::none_of(source.entries, is_known)) continue;
      sources_.push_back(std::move(source));
    }
    if (sources_.size() == 1) return {};
    return wrong_source(fmt::format("neither its name nor what it holds says which program's file "
                                    "{} is",
                                    printable(file.native(), 1000)),
                        formats_);
  }

  FoundSource read(const ImportFormat& format, const fs::path& file, SourceNamed named) const {
    FoundSource source{.format = &format, .file = file, .is_named = options_.names_source()};
    if (format.syntax == ImportFormat::Syntax::environment) {
      source.file.clear();
      source.entries =
          read_environment_entries(format, context_.environment(), context_.providers());
      return source;
    }
    const auto text = read_source_file(file, named, context_.stop());
    if (text) {
      take(source, *text);
    } else {
      source.failure = text.error();
    }
    return source;
  }

  void take(FoundSource& source, std::string_view text) const {
    auto entries = read_entries(*source.format, text, context_.providers());
    if (entries) {
      source.entries = *std::move(entries);
    } else {
      source.failure = {fmt::format("{} can't be used: {}", printable(source.file.native(), 1000),
                                    entries.error()),
                        ""};
    }
  }

  // A token goes to nobody but the server that the manifests name today.
  void note_issuers(FoundSource& source) const {
    for (FoundEntry& entry : source.entries) {
      if (entry.kind != AuthKind::oauth) continue;
      const auto session = stored_session(context_.providers(), {entry.provider, "default"},
                                          entry.oauth, context_.session());
      const auto endpoint = session ? token_endpoint(*session) : std::nullopt;
      if (endpoint) entry.oauth.members.emplace_back(issuer_member, *endpoint);
    }
  }

  void plan(const VaultDocument& vault) {
    const ImportWishes wishes{
        .rotating = options_.take_over ? RotatingTokens::take_over : RotatingTokens::leave,
        .account = options_.account};
    steps_ = plan_import(sources_, vault, context_.providers(), wishes);
  }

  [[nodiscard]] bool has(ImportFate fate) const {
    return std::ranges::find(steps_, fate, &ImportStep::fate) != steps_.end();
  }

  Result<bool> is_wanted() {
    const auto count = std::ranges::count(steps_, ImportFate::is_new, &ImportStep::fate);
    return ask_yes_no(context_.io(),
                      fmt::format("Store {}?", count == 1 ? "what is new" : "all that is new"),
                      false, context_.stop());
  }

  // In one change, for which everything is decided anew: the vault may be another by now.
  Result<void> store() {
    return context_.vault().storage().change(
        [&](const VaultDocument& now) {
          plan(now);
          return with_imported(now, steps_);
        },
        context_.stop());
  }

  static std::string name_of(const FoundEntry& entry) {
    std::string name = printable(entry.name, 40);
    if (entry.account.empty()) return name;
    return fmt::format("{} ({})", name, printable(entry.account, 50));
  }

  static std::string what_of(const ImportStep& step) {
    if (step.entry->kind == AuthKind::oauth) return "browser sign-in";
    if (!step.shows_end) return "api key";
    const std::string_view key = without_line_ends(step.entry->key.view());
    return fmt::format("api key (...{})", key.substr(key.size() - 4));
  }

  static std::string outcome_of(const ImportStep& step, Tense tense) {
    const std::string as = fmt::format("as {}", printable(step.account.name));
    const std::string note = step.note.empty() ? "" : "; " + printable(step.note);
    switch (step.fate) {
      case ImportFate::is_new:
        return fmt::format("{} {}{}", tense == Tense::past ? "stored" : "new,", as, note);
      case ImportFate::is_there: return fmt::format("is there already, {}{}", as, note);
      case ImportFate::if_named: return fmt::format("new, {}, but only if it is named{}", as, note);
      case ImportFate::if_taken_over:
      case ImportFate::not_usable: break;
    }
    return "not taken: " + printable(step.note);
  }

  static std::string hint_of(const ImportStep& step) {
    if (step.fate != ImportFate::if_named) return step.hint;
    return fmt::format("pindus auth import {}", shell_word(step.source->file.native()));
  }

  void print(Tense tense) const {
    CredentialIo& io = context_.io();
    if (sources_.empty()) io.print("No other program keeps a key in a place that pindus knows.");
    std::size_t name_width = 0;
    std::size_t what_width = 0;
    for (const ImportStep& step : steps_) {
      name_width = std::max(name_width, display_width(name_of(*step.entry)));
      what_width = std::max(what_width, display_width(what_of(step)));
    }
    for (const FoundSource& source : sources_) {
      io.print(source.described());
      if (!source.failure.message.empty()) {
        io.print(fmt::format("  {}", printable(source.failure.message, 1000)));
        if (!source.failure.hint.empty()) io.print(fmt::format("    {}", source.failure.hint));
      } else if (source.entries.empty()) {
        io.print("  no key");
      }
      for (const ImportStep& step : steps_) {
        if (step.source != &source) continue;
        io.print(fmt::format("  {}  {}  {}", padded(name_of(*step.entry), name_width),
                             padded(what_of(step), what_width), outcome_of(step, tense)));
        if (const std::string hint = hint_of(step); !hint.empty()) {
          io.print(fmt::format("    {}", printable(hint, 1000)));
        }
      }
    }
  }

  // Whoever names a source wants all of it.
  [[nodiscard]] Result<void> outcome() const {
    if (!options_.names_source()) return {};
    const FoundSource& source = sources_.front();
    const auto is_left = [](const ImportStep& step) {
      return step.fate != ImportFate::is_new && step.fate != ImportFate::is_there;
    };
    const auto left = std::ranges::count_if(steps_, is_left);
    if (!steps_.empty() && left == 0) return {};
    return std::unexpected(CredentialFault{
        FaultKind::not_found, steps_.empty() ? "No key" : "Not all was taken",
        steps_.empty() ? fmt::format("{} holds no key that pindus knows", source.described())
                       : fmt::format("{} of {} in {} {} left there", left, steps_.size(),
                                     source.described(), left == 1 ? "was" : "were"),
        ""});
  }

  const ImportOptions& options_;
  Context& context_;
  ImportFormats formats_;
  std::vector<FoundSource> sources_;
  std::vector<ImportStep> steps_;
};

}  // namespace

CommandBody declare_auth_import(CommandOptions& command) {
  const auto options = std::make_shared<ImportOptions>();
  command.positional("FILE", options->file, "a file, or - for standard input");
  command.value("--from", "FORMAT", options->format,
                "whose form it has, and without FILE where it is: codex, env, ...");
  command.value("--account", "NAME", options->account, "the name of the account here");
  command.flag("--list", options->list, "only list the formats, and where their files are");
  command.flag("--all", options->all, "store what is new in every place that is known");
  command.flag("--dry-run", options->dry_run, "only show what would be done");
  command.flag("--take-over", options->take_over,
               "also take sign-ins of which the other program then loses its own");
  command.check([options]() -> std::optional<std::string> {
    if (options->all && options->names_source()) return "--all is for all places, not for one";
    if (options->account && !options->names_source()) return "--account needs --from or a file";
    if (options->list && (options->names_source() || options->all)) return "--list stands alone";
    return std::nullopt;
  });
  return [options](Context& context, CredentialResult&) -> Result<void> {
    return Import(*options, context).run();
  };
}

}  // namespace pindus
