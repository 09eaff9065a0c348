// Calls of real providers as they were recorded. They are not part of the repository.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::chat_test {

struct RecordedCall {
    std::string provider, name;
    std::string path;     // that was called
    std::string request;  // its body
    std::string body;     // the answer's
};

inline std::string contents_of(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

inline std::string behind_head(const std::string& message) {
    const bool carriage = message.find("\r\n\r\n") < message.find("\n\n");
    const std::string_view end = carriage ? "\r\n\r\n" : "\n\n";
    return message.substr(message.find(end) + end.size());
}

// By name. `kind` is "json", "stream" or "error"; none where there are no recordings.
inline std::vector<RecordedCall> recorded_calls(const std::string& provider, const std::string& kind) {
    std::vector<RecordedCall> found;
    const auto folder = std::filesystem::path(TOLLGATE_TEST_DATA) / "recordings" / provider / kind;
    if (!std::filesystem::exists(folder)) return found;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".response") continue;
        const std::string request = contents_of(std::filesystem::path(file.path()).replace_extension(".request"));
        RecordedCall& call = found.emplace_back();
        call.provider = provider;
        call.name = file.path().filename().string();
        std::istringstream line(request);
        std::string method;
        line >> method >> call.path;
        call.request = behind_head(request);
        call.body = behind_head(contents_of(file.path()));
    }
    std::ranges::sort(found, {}, &RecordedCall::name);
    return found;
}

// Those of all providers whose path has that in it.
inline std::vector<RecordedCall> recorded_calls_of_path(std::string_view part, const std::string& kind) {
    std::vector<RecordedCall> found;
    const auto root = std::filesystem::path(TOLLGATE_TEST_DATA) / "recordings";
    if (!std::filesystem::exists(root)) return found;
    for (const auto& provider : std::filesystem::directory_iterator(root)) {
        for (RecordedCall& call : recorded_calls(provider.path().filename().string(), kind)) {
            if (call.path.contains(part)) found.push_back(std::move(call));
        }
    }
    std::ranges::sort(found, {}, &RecordedCall::name);
    return found;
}

}  // namespace tollgate::chat_test
