// A media type is what the client says it is: quotes and control characters in it stay its own.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

namespace json = boost::json;

// What each dialect says of a sound or a file whose type would end its string.
constexpr std::string_view kType = R"(A/\"\u0022:\"injected\"\f)";

struct Client {
    const ClientDialect& dialect;
    std::string_view before, after;
};

const std::array kClients = {
    Client{chat_client(),
           R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:)",
           R"(;base64,AAAA"}}]}]})"},
    Client{chat_client(),
           R"({"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"format":")",
           R"(","data":"AAAA"}}]}]})"},
    Client{messages_client(),
           R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":)"
           R"({"type":"base64","data":"AAAA","media_type":")",
           R"("}}]}]})"},
    Client{responses_client(),
           R"({"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_data":"data:)",
           R"(;base64,AAAA"}]}]})"},
    Client{responses_client(),
           R"({"model":"m","input":[{"role":"user","content":[{"type":"input_audio","input_audio":{"format":")",
           R"(","data":"AAAA"}}]}]})"},
    Client{gemini_client(), R"({"contents":[{"role":"user","parts":[{"inlineData":{"data":"AAAA","mimeType":")",
           R"("}}]}]})"},
};

TEST(MediaTypes, CannotEndTheStringTheyStandIn) {
    for (const Client& client : kClients) {
        const std::string body = std::string(client.before) + std::string(kType) + std::string(client.after);
        ChatRequest request;
        const Error unread = client.dialect.read_request(body, request);
        ASSERT_FALSE(unread) << body << unread.detail().message;
        int written = 0;
        for (const UpstreamDialect* upstream : {&chat_upstream(), &messages_upstream(), &responses_upstream(),
                                                &gemini_upstream(), &converse_upstream()}) {
            std::string sent;
            TranslationNotes notes;
            if (upstream->write_request(request, {.model = "m", .output_bound = 9}, sent, notes)) continue;
            ++written;
            EXPECT_TRUE(is_json(sent, 64)) << sent;
            EXPECT_EQ(sent.find(R"("injected")"), std::string::npos) << sent;
        }
        EXPECT_GT(written, 0) << body;
    }
}

}  // namespace
}  // namespace tollgate
