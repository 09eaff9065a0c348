#include "gateway/client/routing_fields.h"

#include <gtest/gtest.h>

#include "accounting/ledger/usage_record.h"

namespace tollgate {
namespace {

std::string session_of(std::string_view path, const std::string& fields) {
    const std::string text = "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
    wire::RequestHead parsed;
    EXPECT_EQ(wire::parse_request_head(text, 100, parsed).status, 0);
    Head head;
    head.begin({}, {}, 0);
    head.route = &find_route(path);
    head.operation = head.route->find("POST");
    note_routing_fields(parsed, head);
    return head.session;
}

TEST(RoutingFields, EachAgentNamesItsSessionInTheApiThatItSpeaks) {
    const std::string claude = "X-Claude-Code-Session-Id: a\r\n", codex = "session-id: b\r\n";
    EXPECT_EQ(session_of("/v1/messages", claude + codex), "a");
    EXPECT_EQ(session_of("/v1/responses", claude + codex), "b");
    EXPECT_EQ(session_of("/v1/chat/completions", claude + codex), "");
}

TEST(RoutingFields, OpenRoutersNameOfItGoesBeforeAnAgents) {
    for (const char* path :
         {"/v1/messages", "/v1/responses", "/v1/chat/completions", "/v1beta/models/m:generateContent"}) {
        EXPECT_EQ(session_of(path, "x-claude-code-session-id: a\r\nsession-id: b\r\nX-Session-Id: c\r\n"), "c") << path;
    }
}

TEST(RoutingFields, ASessionIsWhatARecordCanHold) {
    EXPECT_EQ(session_of("/v1/responses", "session-id: " + std::string(kAttributionBytes - 1, 's') + "\u00e9\r\n"),
              std::string(kAttributionBytes - 1, 's'));
    EXPECT_EQ(session_of("/v1/responses", "session-id: \xff\r\n"), "") << "which is not UTF-8";
}

}  // namespace
}  // namespace tollgate
