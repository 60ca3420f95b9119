#include "core/clients/clients.hpp"

#include <algorithm>
#include <filesystem>

#include "core/base/text.hpp"
#include "core/providers/layered_documents.hpp"

namespace pindus {

ClientDirectory ClientDirectory::discover(const DirectoryOptions& options) {
  LayeredDocuments documents = read_layered_documents(options, "clients.d", parse_client);
  std::vector<Client> clients;
  for (const auto& [id, json] : documents.by_id) clients.push_back(read_client(id, json));
  return ClientDirectory(std::move(clients), std::move(documents.warnings));
}

ClientDirectory ClientDirectory::discover_for(std::string_view command, DirectoryOptions options) {
  options.about = {std::filesystem::path(command).filename()};
  ClientDirectory directory = discover(options);
  // Another file of the same client needn't name the command.
  const Client* client = directory.find_by_command(command);
  if (client == nullptr || equal_ignoring_case(client->id, options.about[0])) return directory;
  options.about.push_back(client->id);
  return discover(options);
}

const Client* ClientDirectory::find_by_command(std::string_view command) const {
  const std::string name = std::filesystem::path(command).filename();
  const auto found = std::ranges::find_if(clients_, [&](const Client& client) {
    return std::ranges::find(client.commands, name) != client.commands.end();
  });
  return found == clients_.end() ? nullptr : &*found;
}

}  // namespace pindus
