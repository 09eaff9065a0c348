// Where instructions may stand for Mistral's API: behind what the user says, not behind an answer or a result.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/chat/request_writer.h"
#include "gateway/chat/dialect/chat/translation_need.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

struct Row {
    std::string messages, roles;
    bool needs;
};
const std::string kUser = R"({"role":"user","content":"u"})", kSystem = R"({"role":"system","content":"mid"})";
const std::string kAnswer = R"({"role":"assistant","content":"a"})";
const std::string kCalled =
    R"({"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f",)"
    R"("arguments":"{}"}}]},{"role":"tool","tool_call_id":"abcdefghi","content":"r"})";

TEST(InstructionPlace, NotBehindAnAnswerOrAResult) {
    const Quirks quirks = Quirks().add(Quirk::no_user_after_tool);
    for (const Row& row : {Row{kUser + "," + kAnswer + "," + kSystem + "," + kUser, "uauu", true},
                           Row{kUser + "," + kCalled + "," + kSystem + "," + kUser, "uatauu", true},
                           Row{kSystem + "," + kUser + "," + kSystem + "," + kAnswer + "," + kUser, "susau", false}}) {
        const std::string body = chat_test::chat_of(row.messages);
        const auto sent = chat_test::send_chat(body, {.model = "m", .quirks = quirks}, write_chat_request);
        std::string roles;
        const boost::json::value messages = sent.at("messages");
        for (const auto& message : messages.as_array()) roles += message.at("role").as_string().front();
        EXPECT_EQ(roles, row.roles);
        EXPECT_NE(sent.text.find("mid"), std::string::npos) << sent.text;
        EXPECT_EQ(needs_translation(quirks, body), row.needs);
    }
}

}  // namespace
}  // namespace tollgate
