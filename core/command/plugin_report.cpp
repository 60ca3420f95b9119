#include "core/command/plugin_report.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/fault.hpp"
#include "core/base/json.hpp"

namespace pindus {
namespace {

std::string shown(std::string_view text) {
  return printable(text, std::string_view::npos);
}

bool is_secret(std::string_view pointer) {
  return pointer.ends_with("/options/client_secret");
}

Json text_json(std::string_view text) {
  return Json(std::string(text));
}

Json list_json(const std::vector<std::string>& texts) {
  Json::Array array;
  for (const std::string& text : texts) array.push_back(text_json(text));
  return Json(std::move(array));
}

Json method_json(const Method& method) {
  return Json(Json::Object{
      {"method", text_json(method_name(method.kind))},
      {"library", text_json(method.library)},
      {"abi", text_json(method.abi)},
      {"layer", text_json(layer_name(method.layer))},
      {"manifest", text_json(method.manifest.native())},
      {"available", Json(method.available())},
      {"path", text_json(method.library_path.native())},
      {"reason", text_json(method.unavailable.message)},
      {"hint", text_json(method.unavailable.hint)},
  });
}

Json methods_json(const Provider& provider) {
  Json::Array methods;
  for (const Method& method : provider.methods) methods.push_back(method_json(method));
  return Json(std::move(methods));
}

Json files_json(const Provider& provider) {
  Json::Array files;
  for (const ManifestFile& file : provider.files) {
    files.push_back(Json(Json::Object{
        {"path", text_json(file.path.native())},
        {"layer", text_json(layer_name(file.layer))},
        {"gave", list_json(file.gave)},
        {"overrides", list_json(file.overrides)},
        {"hidden", list_json(file.hidden)},
    }));
  }
  return Json(std::move(files));
}

Json refusal_json(const Provider& provider) {
  if (!provider.refused) return Json();
  return Json(Json::Object{{"reason", text_json(provider.refused->message)},
                           {"hint", text_json(provider.refused->hint)}});
}

Json::Object provider_json(const Provider& provider) {
  return {
      {"id", text_json(provider.id)},      {"label", text_json(provider.label)},
      {"enabled", Json(provider.enabled)}, {"refused", refusal_json(provider)},
      {"methods", methods_json(provider)}, {"files", files_json(provider)},
  };
}

std::string list_as_json(const ProviderDirectory& directory) {
  Json::Array providers;
  for (const Provider& provider : directory.providers()) {
    providers.push_back(Json(provider_json(provider)));
  }
  Json::Array refused;
  for (const DirectoryWarning& warning : directory.warnings()) {
    refused.push_back(Json(Json::Object{
        {"path", text_json(warning.path.native())},
        {"layer", text_json(layer_name(warning.layer))},
        {"message", text_json(warning.why.message)},
        {"hint", text_json(warning.why.hint)},
    }));
  }
  return Json(Json::Object{{"providers", Json(std::move(providers))},
                           {"refused", Json(std::move(refused))}})
      .dump();
}

// The title, and what there is to say of the provider as a whole.
void append_title(std::string& out, const Provider& provider) {
  out += fmt::format("{} ({}){}{}\n", provider.id, shown(provider.label),
                     provider.enabled ? "" : ", switched off", provider.refused ? ", refused" : "");
  if (!provider.refused) return;
  out += fmt::format("  no sign-in, refresh or revocation: {}\n    {}\n",
                     shown(provider.refused->message), shown(provider.refused->hint));
}

void append_methods(std::string& out, const Provider& provider) {
  for (const Method& method : provider.methods) {
    out += fmt::format("  {:<8} {:<18} ", method_name(method.kind),
                       method.library.empty() ? "no library" : method.library);
    if (method.available()) {
      out += shown(method.library_path.native()) + "\n";
    } else {
      out += fmt::format("not offered: {}\n{:30}{}\n", shown(method.unavailable.message), "",
                         shown(method.unavailable.hint));
    }
  }
  if (provider.methods.empty()) out += "  no way to sign in\n";
}

std::string list_as_text(const ProviderDirectory& directory) {
  std::string out;
  for (const Provider& provider : directory.providers()) {
    append_title(out, provider);
    append_methods(out, provider);
    for (const ManifestFile& file : provider.files) {
      out += fmt::format("    {:<13} {}\n", layer_name(file.layer), shown(file.path.native()));
      if (!file.overrides.empty()) {
        out += fmt::format("{:18}overrides {}\n", "",
                           shown(fmt::to_string(fmt::join(file.overrides, " "))));
      }
      if (!file.hidden.empty()) {
        out += fmt::format("{:18}hidden    {}\n", "",
                           shown(fmt::to_string(fmt::join(file.hidden, " "))));
      }
    }
  }
  if (directory.providers().empty()) out += "No providers.\n";
  if (!directory.warnings().empty()) out += "Passed over:\n";
  for (const DirectoryWarning& warning : directory.warnings()) {
    out += fmt::format("  {} ({})\n    {}\n", shown(warning.why.message), layer_name(warning.layer),
                       shown(warning.why.hint));
  }
  out.pop_back();
  return out;
}

// The values of the merge that files gave, by their pointers.
struct GivenValue {
  std::string pointer;
  std::string value;  // as JSON
  std::size_t file = 0;
};

std::vector<GivenValue> given_values(const Provider& provider) {
  std::vector<GivenValue> values;
  const auto merged = Json::parse(provider.merged_json);
  if (!merged) return values;  // a provider that no manifest made
  for (std::size_t file = 0; file < provider.files.size(); ++file) {
    for (const std::string& pointer : provider.files[file].gave) {
      const auto value = merged->at(pointer);
      if (!value || *value == nullptr) continue;
      values.push_back({pointer, is_secret(pointer) ? "\"(not shown)\"" : (*value)->dump(), file});
    }
  }
  std::ranges::sort(values, {}, &GivenValue::pointer);
  return values;
}

std::string show_as_json(const Provider& provider) {
  auto merged = Json::parse(provider.merged_json).value_or(Json());
  Json::Array values;
  for (const GivenValue& value : given_values(provider)) {
    const ManifestFile& file = provider.files[value.file];
    values.push_back(Json(Json::Object{
        {"pointer", text_json(value.pointer)},
        {"value", Json::parse(value.value).value_or(Json())},
        {"file", text_json(file.path.native())},
        {"layer", text_json(layer_name(file.layer))},
    }));
  }
  for (const std::string_view method : {"oauth", "api-key"}) {
    const Json hide(Json::Object{{"client_secret", text_json("(not shown)")}});
    const auto pointer = fmt::format("/methods/{}/options", method);
    const auto options = merged.at(pointer);
    if (!options || *options == nullptr || (*options)->find("client_secret") == nullptr) continue;
    merged.merge_patch(Json(Json::Object{
        {"methods",
         Json(Json::Object{{std::string(method), Json(Json::Object{{"options", hide}})}})}}));
  }
  Json::Object report = provider_json(provider);
  report.emplace_back("manifest", std::move(merged));
  report.emplace_back("values", Json(std::move(values)));
  return Json(std::move(report)).dump();
}

// The files whose value is not the one that counts: ", instead of [1]'s".
std::string instead_of(const Provider& provider, const std::string& pointer) {
  std::string out;
  for (std::size_t i = 0; i < provider.files.size(); ++i) {
    const auto& hidden = provider.files[i].hidden;
    if (std::ranges::find(hidden, pointer) == hidden.end()) continue;
    out += fmt::format("{} [{}]'s", out.empty() ? ", instead of" : " and", i + 1);
  }
  return out;
}

std::string show_as_text(const Provider& provider) {
  std::string out;
  append_title(out, provider);
  append_methods(out, provider);
  out += "Files, each over those before it:\n";
  for (std::size_t i = 0; i < provider.files.size(); ++i) {
    out += fmt::format("  [{}] {:<13} {}\n", i + 1, layer_name(provider.files[i].layer),
                       shown(provider.files[i].path.native()));
  }
  out += "Values, and the file that each is from:\n";
  for (const GivenValue& given : given_values(provider)) {
    out += fmt::format("  [{}] {} = {}{}\n", given.file + 1, shown(given.pointer), given.value,
                       instead_of(provider, given.pointer));
  }
  out.pop_back();
  return out;
}

}  // namespace

std::string plugin_list(const ProviderDirectory& directory, ReportFormat format) {
  return format == ReportFormat::json ? list_as_json(directory) : list_as_text(directory);
}

std::string plugin_show(const Provider& provider, ReportFormat format) {
  return format == ReportFormat::json ? show_as_json(provider) : show_as_text(provider);
}

}  // namespace pindus
