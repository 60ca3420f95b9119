// An agent that embeds pindus. The first words that are pindus's own (signin, auth, ...) run its
// commands; everything else is a prompt, which goes to a server in one request that streams.
//
//     c++ -std=c++20 agent.cpp $(pkg-config --cflags --libs pindus libcurl) -o agent
//     ./agent signin acme; AGENT_PROVIDER=acme AGENT_URL=http://127.0.0.1:8080/ ./agent write a
//     poem
#include <curl/curl.h>

#include <cstdlib>
#include <iostream>

#include <pindus/pindus.hpp>

namespace {

int told(const pindus::CredentialFault& fault) {
  std::cerr << pindus::format_credential_fault(fault) << '\n';
  return 1;
}

// A person at a terminal; a real one would not show secrets.
pindus::CredentialIo terminal() {
  pindus::CredentialIo io;
  io.interactive = true;
  io.print = [](std::string_view line) { std::cout << line << '\n'; };
  io.notice = [](std::string_view line) { std::cerr << line << '\n'; };
  io.ask = [](pindus::QuestionKind, std::string_view question) -> std::optional<std::string> {
    std::string answer;
    std::cerr << question << ": ";
    if (!std::getline(std::cin, answer)) return std::nullopt;
    return answer;
  };
  return io;
}

std::size_t print(char* bytes, std::size_t, std::size_t size, void*) {
  std::cout.write(bytes, static_cast<std::streamsize>(size)).flush();
  return size;
}

// Sends the prompt, prints what comes as it comes, and gives the status.
long send(const std::string& url, const std::string& key, const std::string& prompt) {
  CURL* curl = curl_easy_init();
  const std::string authorization = "Authorization: Bearer " + key;
  curl_slist* headers = curl_slist_append(nullptr, authorization.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, prompt.c_str());
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);  // the body of a 401 is no answer
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &print);
  long status = 0;
  curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return status;
}

int answer(const pindus::Context& context, const std::string& prompt) {
  const std::string provider = std::getenv("AGENT_PROVIDER");
  const std::string url = std::getenv("AGENT_URL");
  auto key = context.read_usable_key({.provider = provider});
  if (!key) return told(key.error());
  long status = send(url, key->key, prompt);
  if (status == 401) {
    // Of all agents that run into this at once, one refreshes.
    const std::string refused = key->key;
    key = context.read_usable_key({.provider = provider, .refused = refused});
    if (!key) return told(key.error());
    status = send(url, key->key, prompt);
  }
  return status == 200 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const auto context = pindus::Context::open();
  if (!context) return told(context.error());
  const auto command =
      context->run_credential_command(args, terminal(), {}, pindus::Context::MayBecome::yes);
  if (command.fault) told(*command.fault);
  if (command.handled) return command.exit_code;
  std::string prompt;
  for (const std::string& word : args) prompt += prompt.empty() ? word : " " + word;
  return answer(*context, prompt);
}
