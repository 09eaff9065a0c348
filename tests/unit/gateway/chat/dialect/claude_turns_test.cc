// What Claude refuses of a conversation, by Anthropic's API and by Bedrock's Converse.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/converse/request_writer.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/dialect/responses/request_writer.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;
using chat_test::SentChat;

constexpr Target kTarget{.model = "claude", .output_bound = 4096, .reasoning = ReasoningControl::budget};

struct Api {
    std::string_view name;
    chat_test::WriteRequest write;
    std::string_view call, id, result;  // members of their blocks; what holds them, if anything
};
constexpr Api kMessages{"messages", write_messages_request, "", "id", "tool_use_id"};
constexpr Api kConverse{"converse", write_converse_request, "toolUse", "toolUseId", "toolUseId"};

class ClaudeTurns : public testing::TestWithParam<Api> {
  protected:
    static SentChat chat(const std::string& messages, const Target& target = kTarget) {
        return chat_test::send_chat(chat_test::chat_of(messages), target, GetParam().write);
    }
    static SentChat with(const std::string& members) {
        return chat_test::send_chat(chat_test::question_with(members), kTarget, GetParam().write);
    }
    static std::string roles(const SentChat& sent) {
        std::string roles;
        const json::value messages = sent.at("messages");
        for (const json::value& message : messages.as_array()) roles += message.at("role").as_string().front();
        return roles;
    }
};

const std::string kQuestion = R"({"role":"user","content":"q"})";
const std::string kCalling =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_0","type":"function","function":{"name":"f","arguments":"{}"}}]})";
const std::string kResult = R"({"role":"tool","tool_call_id":"call_0","content":"r"})";

TEST_P(ClaudeTurns, AnswersOfReasoningAloneAreLeftOut) {
    const std::string unsigned_thought = R"({"role":"assistant","content":"","reasoning_content":"hm"})";
    const std::string signed_thought =
        R"({"role":"assistant","content":"","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"S",)"
        R"("format":"anthropic-claude-v1","index":0}]})";
    for (const std::string& thought : {unsigned_thought, signed_thought}) {
        const SentChat sent = chat(kQuestion + "," + thought + "," + kQuestion);
        EXPECT_EQ(roles(sent), "u") << sent.text;
        EXPECT_EQ(sent.dropped, "reasoning_details");
    }
}

TEST_P(ClaudeTurns, IdsOfCallsAreUnique) {
    const SentChat sent =
        chat(kQuestion + "," + kCalling + "," + kResult + "," + kCalling + "," + kResult + "," + kQuestion);
    const auto id = [&](int message, std::string_view block, std::string_view name) {
        std::string pointer = "/messages/" + std::to_string(message) + "/content/0/";
        if (!block.empty()) (pointer += block) += '/';
        return sent.at(pointer += name);
    };
    const bool converse = GetParam().name == "converse";
    const std::string_view result = converse ? "toolResult" : "";
    EXPECT_EQ(id(1, GetParam().call, GetParam().id), "call_0");
    EXPECT_EQ(id(2, result, GetParam().result), "call_0");
    EXPECT_EQ(id(3, GetParam().call, GetParam().id), "call_0-2");
    EXPECT_EQ(id(4, result, GetParam().result), "call_0-2");
}

TEST_P(ClaudeTurns, InstructionsAloneAreWhatTheUserSays) {
    const SentChat sent = chat(R"({"role":"system","content":"Say hi."})");
    EXPECT_EQ(roles(sent), "u");
    EXPECT_EQ(sent.at("/messages/0/content/0/text"), "<system>\nSay hi.\n</system>");
    EXPECT_EQ(sent.at("system"), "absent");
}

TEST_P(ClaudeTurns, TheFirstMessageIsTheUsers) {
    const SentChat sent = chat(R"({"role":"assistant","content":"Hello!"},)" + kQuestion);
    EXPECT_EQ(roles(sent), "uau");
    EXPECT_EQ(sent.changed, "messages");
}

TEST_P(ClaudeTurns, NoReasoningWhereTheAnswerHasBegun) {
    const auto ask = [](const std::string& messages) {
        return chat_test::send_chat(R"({"reasoning_effort":"high","messages":[)" + messages + "]}", kTarget,
                                    GetParam().write);
    };
    const std::string begun = R"({"role":"assistant","content":"Once"})";
    const SentChat sent = ask(kQuestion + "," + begun);
    EXPECT_EQ(sent.text.find("thinking"), std::string::npos) << sent.text;
    EXPECT_EQ(sent.dropped, "reasoning_effort");
    EXPECT_NE(ask(kQuestion + "," + begun + "," + kQuestion).text.find("thinking"), std::string::npos);
}

TEST_P(ClaudeTurns, TemperatureOrTopP) {
    struct Row {
        std::string members;
        bool temperature, top_p;
        std::string_view dropped;
    };
    for (const Row& row :
         {Row{R"("temperature":0.5,"top_p":0.9)", true, false, "top_p"},
          Row{R"("temperature":0.5,"top_p":1)", true, false, ""},
          Row{R"("temperature":1,"top_p":0.9)", false, true, ""}, Row{R"("top_p":0.9)", false, true, ""}}) {
        const SentChat sent = with(row.members);
        EXPECT_EQ(sent.text.find("temperature") != std::string::npos, row.temperature) << sent.text;
        EXPECT_EQ(sent.text.find("top_p") != std::string::npos || sent.text.find("topP") != std::string::npos,
                  row.top_p);
        EXPECT_EQ(sent.dropped, row.dropped);
    }
}

INSTANTIATE_TEST_SUITE_P(Apis, ClaudeTurns, testing::Values(kMessages, kConverse),
                         [](const auto& info) { return std::string(info.param.name); });

SentChat converse(const std::string& messages) {
    return chat_test::send_chat(chat_test::chat_of(messages), kTarget, write_converse_request);
}

TEST(ConverseTurns, NoTextIsBlank) {
    std::string calling = kCalling;
    calling.replace(calling.find("null"), 4, R"("\n\n")");
    std::string result = kResult;
    result.replace(result.find("\"r\""), 3, R"("")");
    const SentChat sent =
        converse(kQuestion + "," + calling + "," + result +
                 R"(,{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" "}]})");
    EXPECT_EQ(sent.at("/messages/1/content").as_array().size(), 1U);
    EXPECT_EQ(sent.at("/messages/2/content/0/toolResult/content/0/text"), "(no output)");
    EXPECT_EQ(sent.at("/messages/2/content").as_array().size(), 2U);
}

TEST(ConverseTurns, ADocumentHasATextBesideIt) {
    const std::string file =
        R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}})";
    const SentChat alone = converse(R"({"role":"user","content":[)" + file + "]}");
    EXPECT_EQ(alone.at("/messages/0/content/1/text"), "a.pdf");
    const SentChat beside = converse(R"({"role":"user","content":[{"type":"text","text":"Read."},)" + file + "]}");
    EXPECT_EQ(beside.at("/messages/0/content").as_array().size(), 2U);
}

TEST(ResponsesTurns, IdsOfCallsHave64Bytes) {
    std::string calling = kCalling, result = kResult;
    const std::string id = "call_" + std::string(100, 'x');
    calling.replace(calling.find("call_0"), 6, id);
    result.replace(result.find("call_0"), 6, id);
    const SentChat sent = chat_test::send_chat(chat_test::chat_of(kQuestion + "," + calling + "," + result), kTarget,
                                               write_responses_request);
    EXPECT_EQ(sent.at("/input/1/call_id").as_string().size(), 64U);
    EXPECT_EQ(sent.at("/input/1/call_id"), sent.at("/input/2/call_id"));
}

}  // namespace
}  // namespace tollgate
