// A chat as the upstream of a dialect is sent it.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/text/error.h"

namespace tollgate::chat_test {

// A dialect's writer of requests.
using WriteRequest = Error (*)(const ChatRequest& request, const Target& target, std::string& out,
                               TranslationNotes& notes);

struct SentChat {
    Error error;
    std::string text;
    std::string dropped, changed;

    // By the name of a member of the body, or by a JSON pointer; "absent": there is none.
    boost::json::value at(std::string_view name) const {
        EXPECT_FALSE(error) << error.detail().message;
        const std::string pointer = (name.starts_with('/') ? "" : "/") + std::string(name);
        const boost::json::value body = boost::json::parse(text);
        boost::system::error_code failed;
        const auto* const found = body.find_pointer(pointer, failed);
        return found == nullptr ? boost::json::value("absent") : *found;
    }
};

inline SentChat write_chat(const ChatRequest& request, const Target& target, WriteRequest write) {
    SentChat sent;
    TranslationNotes notes;
    sent.error = write(request, target, sent.text, notes);
    if (!sent.error) EXPECT_TRUE(is_json(sent.text, 64)) << sent.text;
    sent.dropped = notes.dropped.text();
    sent.changed = notes.changed.text();
    return sent;
}

// `body` is a chat completion request.
inline SentChat send_chat(const std::string& body, const Target& target, WriteRequest write,
                          const AddedMembers& added = {}) {
    EXPECT_TRUE(is_json(body, 64)) << body;
    ChatRequest request;
    SentChat sent;
    sent.error = read_chat_request(body, added, request);
    return sent.error ? sent : write_chat(request, target, write);
}

// A chat of these messages, and one of a single question with these further members.
inline std::string chat_of(const std::string& messages) { return R"({"model":"m","messages":[)" + messages + "]}"; }
inline std::string question_with(const std::string& members) {
    return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + members + "}";
}

// Each is in the body or in the notes: none can get lost in silence.
inline void expect_no_parameter_gets_lost(const Target& target, WriteRequest write) {
    const std::string body = chat_of(R"({"role":"user","content":"hi"})");  // requests look into it
    for (std::size_t i = 0; i < kParameters; ++i) {
        ChatRequest request;
        ASSERT_FALSE(read_chat_request(body, {}, request));
        const SentChat before = write_chat(request, target, write);
        request.set(static_cast<Parameter>(i), "its_name", R"({"type":"x"})");
        const SentChat after = write_chat(request, target, write);
        ASSERT_FALSE(before.error || after.error);
        EXPECT_TRUE(before.text != after.text || after.dropped == "its_name") << "parameter " << i;
    }
}

}  // namespace tollgate::chat_test
