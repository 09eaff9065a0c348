// Calls of Anthropic's Messages API as they were recorded.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/gateway/chat/recorded_calls.h"

namespace tollgate::messages_test {

struct Recording {
    std::string name, body;
};

// What was answered, or was asked.
inline std::vector<Recording> recordings(const std::string& kind, const std::string& extension = ".response") {
    std::vector<Recording> found;
    for (chat_test::RecordedCall& call : chat_test::recorded_calls("anthropic", kind)) {
        found.push_back({call.name, std::move(extension == ".request" ? call.request : call.body)});
    }
    return found;
}

// The content of a message, as the API has it; of a stream, put together block by block.
inline boost::json::object message_of_stream(const std::string& body) {
    boost::json::object message;
    boost::json::array content;
    std::vector<std::string> inputs;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.starts_with("data:")) continue;
        boost::json::object event = boost::json::parse(line.substr(5)).as_object();
        const std::string type(event.at("type").as_string());
        if (type == "message_start") message = event.at("message").as_object();
        if (type == "content_block_start") {
            content.push_back(event.at("content_block"));
            inputs.emplace_back();
        }
        if (type == "content_block_delta") {
            const auto index = static_cast<std::size_t>(event.at("index").as_int64());
            for (const auto& [name, value] : event.at("delta").as_object()) {
                if (name == "partial_json") inputs[index] += value.as_string();
                if (name != "text" && name != "thinking" && name != "signature") continue;
                content[index].as_object()[name].as_string() += value.as_string();
            }
        }
        if (type == "message_delta") {
            message["stop_reason"] = event.at("delta").at("stop_reason");
            for (const auto& [name, value] : event.at("usage").as_object()) message["usage"].as_object()[name] = value;
        }
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs[i].empty()) content[i].as_object()["input"] = boost::json::parse(inputs[i]);
    }
    message["content"] = content;
    return message;
}

inline std::int64_t count(const boost::json::object& usage, std::string_view name) {
    const auto* const value = usage.if_contains(name);
    return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace tollgate::messages_test
