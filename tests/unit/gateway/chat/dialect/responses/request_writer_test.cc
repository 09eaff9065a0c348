// Requests as they are sent to OpenAI's Responses API. Rows D… are kinds of faults that were reported of other
// gateways.
#include "gateway/chat/dialect/responses/request_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/responses/request_reader.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

using Sent = chat_test::SentChat;

constexpr Target kTarget{.model = "gpt", .reasoning = ReasoningControl::none};
constexpr Target kReasoning{.model = "gpt", .reasoning = ReasoningControl::effort};

Sent from_chat(const std::string& body, const Target& target = kTarget) {
    return chat_test::send_chat(body, target, write_responses_request);
}
Sent chat(const std::string& messages, const Target& target = kTarget) {
    return from_chat(chat_test::chat_of(messages), target);
}
Sent with(const std::string& members, const Target& target = kTarget) {
    return from_chat(chat_test::question_with(members), target);
}

TEST(ToResponses, SmallestChat) {
    EXPECT_EQ(chat(R"({"role":"user","content":"h\u00e9"})").text,
              R"({"model":"gpt","store":false,"input":[{"role":"user","content":"h\u00e9"}]})");
}

TEST(ToResponses, TurnsAreItems) {
    const Sent sent =
        chat(R"({"role":"system","content":"A"},{"role":"user","content":[{"type":"text","text":"q"},)"
             R"({"type":"image_url","image_url":{"url":"data:image/jpg;base64,/9j/"}},)"
             R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}]},)"
             R"({"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"f",)"
             R"("arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},)"
             R"({"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":""},)"
             R"({"role":"user","content":"go on"})");
    EXPECT_EQ(sent.at("input"), json::parse(R"([{"role":"system","content":"A"},
        {"role":"user","content":[{"type":"input_text","text":"q"},
            {"type":"input_image","image_url":"data:image/jpeg;base64,/9j/"},
            {"type":"input_file","file_data":"data:application/pdf;base64,JVBE","filename":"file.pdf"}]},
        {"type":"function_call","call_id":"a","name":"f","arguments":"{\"x\":1}"},
        {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
        {"type":"function_call_output","call_id":"a","output":"1"},
        {"type":"function_call_output","call_id":"b","output":""},
        {"role":"user","content":"go on"}])"));
    EXPECT_EQ(sent.dropped, "");
}

// OpenAI takes less; llama.cpp's server does not.
TEST(ToResponses, WhatTheModelSaidIsAnItemInFull) {
    const Sent sent = chat(
        R"({"role":"user","content":"q"},{"role":"assistant","content":"h\u00e9"},{"role":"user","content":"go"})");
    EXPECT_EQ(sent.at("input").at(1), json::parse(R"({"type":"message","role":"assistant",)"
                                                  R"("content":[{"type":"output_text","text":"h\u00e9"}]})"));
}

TEST(ToResponses, D28SeveralInstructionsStayUnlessTheTemplateWantsOne) {
    const std::string messages =
        R"({"role":"system","content":"A"},{"role":"developer","content":"B"},{"role":"user","content":"q"})";
    EXPECT_EQ(chat(messages).at("input").as_array().size(), 3U);
    Target one = kTarget;
    one.quirks.add(Quirk::one_system_message);
    EXPECT_EQ(chat(messages, one).at("input"),
              json::parse(R"([{"role":"system","content":"A\n\nB"},{"role":"user","content":"q"}])"));
}

TEST(ToResponses, D29PicturesInResults) {
    const Sent sent = chat(
        R"({"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
        R"("function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":[)"
        R"({"type":"text","text":"shot"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]})");
    EXPECT_EQ(sent.at("input").at(2).at("output"), json::parse(R"([{"type":"input_text","text":"shot"},
        {"type":"input_image","image_url":"data:image/png;base64,iVBO"}])"));
}

TEST(ToResponses, D33D34TheBeginningOfAnAnswer) {
    const std::string messages = R"({"role":"user","content":"Write"},{"role":"assistant","content":"Once"})";
    EXPECT_EQ(chat(messages).at("input").as_array().size(), 2U);
    Target without = kTarget;
    without.continues_answers = false;
    const Sent refused = chat(messages, without);
    EXPECT_EQ(refused.error.detail().param, "messages[1]");
    EXPECT_EQ(refused.error.retry(), Retry::elsewhere);
    const Sent empty = chat(R"({"role":"user","content":"Write"},{"role":"assistant","content":""})", without);
    ASSERT_FALSE(empty.error);
    EXPECT_EQ(empty.at("input").as_array().size(), 1U);
}

TEST(ToResponses, D36OnlyMembersOfTheApiAreSent) {
    const Sent sent = with(R"("prompt_cache_key":"k","seed":1,"stop":["x"],"logit_bias":{"1":1},"n":1,"store":true,)"
                           R"("frequency_penalty":0.1,"x_new":1)");
    EXPECT_EQ(sent.at("prompt_cache_key"), "k");
    EXPECT_EQ(json::parse(sent.text).as_object().size(), 4U) << sent.text;
    EXPECT_EQ(sent.at("store"), false);
    EXPECT_EQ(sent.dropped, "stop, frequency_penalty, seed, logit_bias, store, x_new");
}

TEST(ToResponses, D37WhatTheApiDoesNotTakeIsRefusedByName) {
    const auto refused = [](const std::string& part) {
        const Sent sent = chat(R"({"role":"user","content":[)" + part + "]}");
        EXPECT_EQ(sent.error.retry(), Retry::elsewhere) << part;
        return sent.error.detail().param;
    };
    EXPECT_EQ(refused(R"({"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}})"), "messages[0]");
    EXPECT_EQ(refused(R"({"type":"video_url","video_url":{"url":"https://a/b.mp4"}})"), "messages[0]");
    EXPECT_EQ(refused(R"({"type":"file","file":{"file_id":"file-1"}})"), "messages[0]");
}

TEST(ToResponses, Tools) {
    const Sent sent = with(R"("tools":[{"type":"function","function":{"name":"f","description":"d",)"
                           R"("parameters":{"const":1.0},"strict":true}},{"type":"function","function":{"name":"g"}}],)"
                           R"("tool_choice":{"type":"function","function":{"name":"g"}},"parallel_tool_calls":false)");
    EXPECT_EQ(sent.at("tools"), json::parse(R"([{"type":"function","name":"f","description":"d",
        "parameters":{"type":"object","properties":{},"const":1.0},"strict":true},{"type":"function","name":"g",
        "parameters":{"type":"object","properties":{}},"strict":false}])"));
    EXPECT_EQ(sent.at("tool_choice"), json::parse(R"({"type":"function","name":"g"})"));
    EXPECT_EQ(sent.at("parallel_tool_calls"), false);
    Target quirky = kTarget;
    quirky.quirks.add(Quirk::no_named_tool_choice).add(Quirk::no_parallel_tool_calls);
    const Sent near = with(R"("tools":[{"type":"function","function":{"name":"g"}}],"parallel_tool_calls":false,)"
                           R"("tool_choice":{"type":"function","function":{"name":"g"}})",
                           quirky);
    EXPECT_EQ(near.at("tool_choice"), "required");
    EXPECT_EQ(near.at("parallel_tool_calls"), "absent");
    EXPECT_EQ(near.changed, "tool_choice");
    EXPECT_EQ(near.dropped, "parallel_tool_calls");
}

TEST(ToResponses, TextFormat) {
    const std::string schema =
        R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}})";
    const Sent sent = with(schema + R"(,"verbosity":"low")");
    EXPECT_EQ(sent.at("text"), json::parse(R"({"format":{"type":"json_schema","name":"n","schema":{"type":"object"},
        "strict":true},"verbosity":"low"})"));
    EXPECT_EQ(with(R"("response_format":{"type":"json_object"})").at("text"),
              json::parse(R"({"format":{"type":"json_object"}})"));
    Target without = kTarget;
    without.quirks.add(Quirk::no_json_schema);
    const Sent near = with(schema, without);
    EXPECT_EQ(near.at("text"), json::parse(R"({"format":{"type":"json_object"}})"));
    EXPECT_EQ(near.changed, "response_format");
    EXPECT_EQ(near.at("input").at(0).at("content"),
              R"(Answer with a JSON object that this JSON Schema describes: {"type":"object"})");
}

TEST(ToResponses, ANameOfTheUserThatIsTooLongIsLeftOut) {
    EXPECT_EQ(with("\"user\":\"" + std::string(64, 'u') + "\"").at("user").as_string(), std::string(64, 'u'));
    const Sent sent = with("\"user\":\"" + std::string(65, 'u') + "\"");
    EXPECT_EQ(sent.at("user"), "absent");
    EXPECT_EQ(sent.dropped, "user");
}

TEST(ToResponses, Reasoning) {
    const Sent sent = with(R"("reasoning_effort":"high")", kReasoning);
    EXPECT_EQ(sent.at("reasoning"), json::parse(R"({"effort":"high","summary":"auto"})"));
    EXPECT_EQ(sent.at("include"), json::parse(R"(["reasoning.encrypted_content"])"));
    EXPECT_EQ(with(R"("reasoning_effort":"none")", kReasoning).at("reasoning"), json::parse(R"({"effort":"none"})"));
    EXPECT_EQ(with(R"("reasoning":{"max_tokens":2000})", kReasoning).changed, "reasoning");
    EXPECT_EQ(with(R"("n":1)", kReasoning).at("reasoning"), "absent");
    const Sent without = with(R"("reasoning_effort":"high")");
    EXPECT_EQ(without.at("reasoning"), "absent");
    EXPECT_EQ(without.at("include"), "absent");
    EXPECT_EQ(without.dropped, "reasoning_effort");
}

TEST(ToResponses, D22D24SealedReasoningComesBackAsItsItem) {
    const std::string details =
        R"("reasoning_details":[{"type":"reasoning.text","text":"a","format":"openai-responses-v1"},)"
        R"({"type":"reasoning.text","text":"b","format":"openai-responses-v1"},)"
        R"({"type":"reasoning.encrypted","data":"E+/=","id":"rs_1","format":"openai-responses-v1"}])";
    const Sent sent =
        chat(R"({"role":"user","content":"q"},{"role":"assistant","content":"x",)" + details + "}", kReasoning);
    EXPECT_EQ(sent.at("input").at(1), json::parse(R"({"type":"reasoning","id":"rs_1","summary":[
        {"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"E+/="})"));
    EXPECT_EQ(sent.dropped, "");
    const Sent foreign =
        chat(R"({"role":"user","content":"q"},{"role":"assistant","content":"x","reasoning_details":[)"
             R"({"type":"reasoning.text","text":"a","signature":"S","format":"anthropic-claude-v1"}]})",
             kReasoning);
    EXPECT_EQ(foreign.at("input").as_array().size(), 2U);
    EXPECT_EQ(foreign.dropped, "reasoning_details");
}

TEST(ToResponses, D25PlainReasoningGoesToThoseThatWantIt) {
    Target target = kReasoning;
    target.quirks.add(Quirk::reasoning_content);
    const Sent sent = chat(R"({"role":"user","content":"q"},{"role":"assistant","content":"x",)"
                           R"("reasoning_content":"why"})",
                           target);
    EXPECT_EQ(sent.at("input").at(1),
              json::parse(R"({"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"why"}]})"));
}

TEST(ToResponses, TooSmallABoundIsRaised) {
    const Sent sent = with(R"("max_tokens":1)");
    EXPECT_EQ(sent.at("max_output_tokens"), 16);
    EXPECT_EQ(sent.changed, "max_tokens");
    EXPECT_EQ(with(R"("max_tokens":100)").at("max_output_tokens"), 100);
    Target bound = kTarget;
    bound.output_bound = 50;
    bound.stream = true;
    EXPECT_EQ(with(R"("n":1)", bound).at("max_output_tokens"), 50);
    EXPECT_EQ(with(R"("n":1)", bound).at("stream"), true);
}

TEST(ToResponses, NoParameterGetsLost) { chat_test::expect_no_parameter_gets_lost(kTarget, write_responses_request); }

// What is written for the API and read as its clients are is the same chat.
TEST(ToResponses, RandomChatsComeBack) {
    chat_test::ChatFeatures features{.failed_results = false,
                                     .reasoning = false,
                                     .cache_marks = false,
                                     .reasoning_tokens = false,
                                     .stop = false,
                                     .reasoning_format = ReasoningFormat::openai_responses};
    features.parameters = {Parameter::temperature, Parameter::top_p,        Parameter::user,
                           Parameter::metadata,    Parameter::service_tier, Parameter::prompt_cache_key,
                           Parameter::verbosity};
    std::mt19937_64 random(20261129);
    for (int i = 0; i < 2000; ++i) {
        ChatRequest chat = chat_test::random_chat(random, features);
        for (Part& part : chat.parts) {  // the API wants a name beside a file's data
            const bool nameless = part.kind == Part::Kind::file && part.media.name.empty();
            if (nameless && part.media.source == Media::Source::data) part.media.name = "a.pdf";
        }
        std::string body;
        TranslationNotes notes;
        ASSERT_FALSE(write_responses_request(chat, kReasoning, body, notes));
        EXPECT_EQ(notes.dropped.text() + notes.changed.text(), "");
        ASSERT_TRUE(is_json(body, 64)) << body;
        ChatRequest back;
        ASSERT_FALSE(read_responses_request(body, back)) << body;
        ASSERT_EQ(chat_test::described(back), chat_test::described(chat)) << body;
    }
}

}  // namespace
}  // namespace tollgate
