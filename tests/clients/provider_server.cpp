#include "tests/clients/provider_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace pindus::test {
namespace {

// The value of a field; nothing where the request has none.
std::optional<std::string> field(const std::string& request, std::string_view name) {
  const auto head_end = request.find("\r\n\r\n");
  for (std::size_t at = request.find("\r\n"); at < head_end;) {
    const auto end = request.find("\r\n", at + 2);
    const std::string_view line = std::string_view(request).substr(at + 2, end - at - 2);
    const auto colon = line.find(':');
    if (colon != line.npos && ascii_lower(line.substr(0, colon)) == name) {
      return std::string(trimmed(line.substr(colon + 1)));
    }
    at = end;
  }
  return std::nullopt;
}

SeenRequest understood(std::string text) {
  SeenRequest request;
  request.line = text.substr(0, text.find(" HTTP/"));
  for (const char* name : {"x-api-key", "x-goog-api-key", "authorization"}) {
    const auto value = field(text, name);
    if (!value) continue;
    request.header = name;
    request.key = *value;
    for (const char* scheme : {"Bearer ", "bearer ", "token "}) {
      if (request.key.starts_with(scheme)) request.key.erase(0, std::string_view(scheme).size());
    }
    break;
  }
  request.text = std::move(text);
  return request;
}

// A stream of server-sent events; one with a name has it in its first line too.
std::string events(const std::vector<std::pair<std::string, std::string>>& all) {
  std::string stream;
  for (const auto& [name, data] : all) {
    if (!name.empty()) stream += "event: " + name + "\n";
    stream += "data: " + data + "\n\n";
  }
  return stream;
}

std::string event_stream(const std::vector<std::pair<std::string, std::string>>& all) {
  return http_answer("200 OK", events(all),
                     "Content-Type: text/event-stream\r\nConnection: close\r\n");
}

std::string json_answer(std::string_view json) {
  return http_answer("200 OK", json, "Content-Type: application/json\r\nConnection: close\r\n");
}

constexpr std::string_view message_head =
    R"("id":"msg_1","type":"message","role":"assistant","model":"m","stop_sequence":null)";

// A message of one block, in events.
std::string message_stream(std::string_view block, std::string_view delta,
                           std::string_view reason) {
  return event_stream(
      {{"message_start",
        fmt::format(
            R"({{"type":"message_start","message":{{{},"content":[],"stop_reason":null,"usage":{{"input_tokens":1,"output_tokens":1}}}}}})",
            message_head)},
       {"content_block_start",
        fmt::format(R"({{"type":"content_block_start","index":0,"content_block":{}}})", block)},
       {"content_block_delta",
        fmt::format(R"({{"type":"content_block_delta","index":0,"delta":{}}})", delta)},
       {"content_block_stop", R"({"type":"content_block_stop","index":0})"},
       {"message_delta",
        fmt::format(
            R"({{"type":"message_delta","delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"output_tokens":1}}}})",
            reason)},
       {"message_stop", R"({"type":"message_stop"})"}});
}

std::string messages_answer(bool streams) {
  if (streams) {
    return message_stream(R"({"type":"text","text":""})", R"({"type":"text_delta","text":"pong"})",
                          "end_turn");
  }
  return json_answer(fmt::format(
      R"({{{},"content":[{{"type":"text","text":"pong"}}],"stop_reason":"end_turn","usage":{{"input_tokens":1,"output_tokens":1}}}})",
      message_head));
}

// Wants the program to call a tool, with a name to greet.
std::string tool_call(std::string_view tool) {
  return message_stream(
      fmt::format(R"({{"type":"tool_use","id":"toolu_1","name":"{}","input":{{}}}})", tool),
      R"({"type":"input_json_delta","partial_json":"{\"name\":\"pindus\"}"})", "tool_use");
}

std::string responses_answer() {
  constexpr std::string_view item =
      R"({"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"pong","annotations":[]}]})";
  return event_stream(
      {{"response.created",
        R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}})"},
       {"response.output_item.added",
        R"({"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"message","id":"msg_1","status":"in_progress","role":"assistant","content":[]}})"},
       {"response.content_part.added",
        R"({"type":"response.content_part.added","sequence_number":2,"item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}})"},
       {"response.output_text.delta",
        R"({"type":"response.output_text.delta","sequence_number":3,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"pong"})"},
       {"response.output_item.done",
        fmt::format(
            R"({{"type":"response.output_item.done","sequence_number":4,"output_index":0,"item":{}}})",
            item)},
       {"response.completed",
        fmt::format(
            R"({{"type":"response.completed","sequence_number":5,"response":{{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{}],"usage":{{"input_tokens":1,"input_tokens_details":{{"cached_tokens":0}},"output_tokens":1,"output_tokens_details":{{"reasoning_tokens":0}},"total_tokens":2}}}}}})",
            item)}});
}

std::string completions_answer(bool streams) {
  if (!streams) {
    return json_answer(
        R"({"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"pong"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})");
  }
  constexpr std::string_view head =
      R"("id":"c","object":"chat.completion.chunk","created":1,"model":"m")";
  return event_stream(
      {{"",
        fmt::format(
            R"({{{},"choices":[{{"index":0,"delta":{{"role":"assistant","content":"pong"}},"finish_reason":null}}]}})",
            head)},
       {"", fmt::format(R"({{{},"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}})",
                        head)},
       {"",
        fmt::format(
            R"({{{},"choices":[],"usage":{{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}}})",
            head)},
       {"", "[DONE]"}});
}

std::string generate_answer(bool streams) {
  constexpr std::string_view json =
      R"({"candidates":[{"content":{"role":"model","parts":[{"text":"pong"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2},"modelVersion":"m"})";
  return streams ? event_stream({{"", std::string(json)}}) : json_answer(json);
}

std::string answer_to(const SeenRequest& request) {
  const std::string& line = request.line;
  const bool streams =
      request.text.contains(R"("stream":true)") || request.text.contains(R"("stream": true)");
  if (line.contains("count_tokens")) return json_answer(R"({"input_tokens":1})");
  if (line.contains("/messages")) {
    const bool has_greet = request.text.contains(greet_tool);
    if (has_greet && !request.text.contains("tool_result")) return tool_call(greet_tool);
    return messages_answer(streams);
  }
  if (line.contains("/responses")) return responses_answer();
  if (line.contains("/chat/completions")) return completions_answer(streams);
  if (line.contains("streamGenerateContent")) return generate_answer(true);
  if (line.contains("generateContent")) return generate_answer(false);
  if (line.contains("countTokens")) return json_answer(R"({"totalTokens":1})");
  if (line.ends_with("/models")) {
    return json_answer(R"({"object":"list","data":[{"id":"m","object":"model"}],"models":[]})");
  }
  if (line.contains("/user")) return json_answer(R"({"login":"somebody"})");
  return http_answer("404 Not Found", "{}",
                     "Content-Type: application/json\r\nConnection: close\r\n");
}

}  // namespace

ProviderServer::ProviderServer()
    : server_([this](Connection& connection) { answer(connection); }) {}

void ProviderServer::answer(Connection& connection) {
  const std::string text = connection.read_request();
  if (text.empty()) return;
  const SeenRequest request = understood(text);
  {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
  }
  if (is_denied(request)) {
    connection.write(http_answer(
        "401 Unauthorized",
        R"({"type":"error","error":{"type":"authentication_error","message":"invalid key"}})",
        "Content-Type: application/json\r\nConnection: close\r\nWWW-Authenticate: Basic "
        "realm=\"git\"\r\n"));
    return;
  }
  connection.write(answer_to(request));
}

void ProviderServer::deny(const std::string& key, std::string_view path, int times) {
  const std::scoped_lock lock(mutex_);
  denied_[key] = {std::string(path), times};
}

bool ProviderServer::is_denied(const SeenRequest& request) {
  const std::scoped_lock lock(mutex_);
  const auto found = denied_.find(request.key);
  if (found == denied_.end() || !request.line.contains(found->second.path)) return false;
  int& left = found->second.times;
  if (left == 0) return false;
  if (left > 0) --left;
  return true;
}

std::vector<SeenRequest> ProviderServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<std::string> ProviderServer::keys_at(std::string_view path) const {
  std::vector<std::string> keys;
  for (const SeenRequest& request : requests()) {
    if (request.line.contains(path)) keys.push_back(request.key);
  }
  return keys;
}

std::string ProviderServer::protocol() const {
  std::string lines;
  for (const SeenRequest& request : requests()) {
    lines += request.line + " " + request.header + ": " + request.key + "\n";
  }
  return lines;
}

}  // namespace pindus::test
