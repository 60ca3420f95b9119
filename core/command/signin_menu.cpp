#include "core/command/signin_menu.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/display_width.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"

namespace pindus {
namespace {

using Choices = std::vector<LoginChoice>;

std::string kind_of_sign_in(const Method& method) {
  if (!method.label.empty()) return printable(method.label);
  return method.kind == AuthKind::oauth ? "browser sign-in" : "api key";
}

void show(const Choices& choices, CredentialIo& io) {
  std::size_t label_width = 0;
  std::size_t id_width = 0;
  for (const LoginChoice& choice : choices) {
    label_width = std::max(label_width, display_width(choice.provider->label));
    id_width = std::max(id_width, display_width(choice.provider->id));
  }
  io.tell("Sign in at");
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Provider& provider = *choices[i].provider;
    io.tell(fmt::format("{:>4}  {}  {}  {}", i + 1, padded(provider.label, label_width),
                        padded(provider.id, id_width), kind_of_sign_in(*choices[i].method)));
  }
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Whether each word of the answer stands somewhere in the row.
bool is_meant(const LoginChoice& choice, std::string_view answer) {
  const std::string row =
      ascii_lower(fmt::format("{} {} {} {}", choice.provider->label, choice.provider->id,
                              choice.method->name, kind_of_sign_in(*choice.method)));
  return std::ranges::all_of(split(answer, " "),
                             [&](std::string_view word) { return row.contains(word); });
}

// Those that the answer can mean. A provider's whole id means no other whose id it begins.
Choices meant_by(std::string_view answer, const Choices& choices) {
  Choices meant;
  if (const auto number = number_in(answer)) {
    if (*number >= 1 && *number <= choices.size()) meant.push_back(choices[*number - 1]);
    return meant;
  }
  const std::string lower = ascii_lower(answer);
  std::ranges::copy_if(choices, std::back_inserter(meant), [&](const LoginChoice& choice) {
    return same_provider(choice.provider->id, answer);
  });
  if (!meant.empty()) return meant;
  std::ranges::copy_if(choices, std::back_inserter(meant),
                       [&](const LoginChoice& choice) { return is_meant(choice, lower); });
  return meant;
}

std::string what_else(const Choices& meant, std::size_t count) {
  if (meant.empty()) {
    return fmt::format("Please answer with a number from 1 to {}, or with a part of a name.",
                       count);
  }
  std::vector<std::string_view> ids;
  for (const LoginChoice& choice : meant) {
    if (ids.empty() || ids.back() != choice.provider->id) ids.emplace_back(choice.provider->id);
  }
  std::ranges::sort(ids);
  const auto doubles = std::ranges::unique(ids);
  ids.erase(doubles.begin(), doubles.end());
  return fmt::format("That can be {}.", fmt::join(ids, " or "));
}

}  // namespace

Result<LoginChoice> choose_from_menu(const std::optional<std::string>& method,
                                     const Context& context) {
  CredentialIo& io = context.io();
  auto choices = list_login_providers(context.providers());
  if (method) {
    std::erase_if(choices, [&](const LoginChoice& choice) {
      return choice.method->name != *method && kind_name(choice.method->kind) != *method;
    });
  }
  if (choices.empty()) {
    return fail(FaultKind::unknown_provider, "no provider can be signed in at here",
                "pindus plugin list shows why");
  }
  show(choices, io);
  for (;;) {
    const Secret line = TRY(io.ask("Number or name, or q to give up", context.stop()));
    const std::string_view answer = trimmed(line.view());
    if (answer.empty() || equal_ignoring_case(answer, "q")) {
      return fail(FaultKind::aborted, "no provider was chosen",
                  "pindus signin PROVIDER needs no menu");
    }
    const Choices meant = meant_by(answer, choices);
    // Of one provider's methods the first in the menu is preferred, as without a menu.
    const bool same_provider = std::ranges::all_of(
        meant, [&](const LoginChoice& c) { return c.provider == meant[0].provider; });
    if (!meant.empty() && same_provider) return meant[0];
    io.tell(what_else(meant, choices.size()));
  }
}

}  // namespace pindus
