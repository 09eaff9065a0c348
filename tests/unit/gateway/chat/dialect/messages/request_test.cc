// Chat completion requests as they are sent to Anthropic's Messages API. Rows D… are kinds of faults that were reported
// of other gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/dialect/messages/tool_id.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

using Translated = chat_test::SentChat;

constexpr Target kTarget{.model = "claude", .output_bound = 4096};

Translated translate(const std::string& body, const Target& target = kTarget, const AddedMembers& added = {}) {
    return chat_test::send_chat(body, target, write_messages_request, added);
}
Translated with(const std::string& members, const Target& target = kTarget) {
    return translate(chat_test::question_with(members), target);
}
Translated chat(const std::string& messages, const Target& target = kTarget) {
    return translate(chat_test::chat_of(messages), target);
}

json::value messages_of(const Translated& translated) {
    EXPECT_FALSE(translated.error) << translated.error.detail().message;
    return translated.at("messages");
}

TEST(AnthropicRequest, SmallestChat) {
    const Translated sent = translate(R"({"model":"m","messages":[{"role":"user","content":"h\u00e9 \"x\""}]})");
    EXPECT_EQ(sent.text, R"({"model":"claude","max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text",)"
                         R"("text":"h\u00e9 \"x\""}]}]})");
    EXPECT_EQ(sent.dropped, "");
    EXPECT_EQ(sent.changed, "");
}

TEST(AnthropicRequest, InstructionsAtTheBeginningStandOutside) {
    const Translated sent = chat(R"({"role":"system","content":"A"},)"
                                 R"({"role":"developer","content":[{"type":"text","text":"B",)"
                                 R"("cache_control":{"type":"ephemeral"}}]},{"role":"user","content":"hi"})");
    EXPECT_EQ(sent.at("system"), json::parse(R"([{"type":"text","text":"A"},
        {"type":"text","text":"B","cache_control":{"type":"ephemeral"}}])"));
    EXPECT_EQ(messages_of(sent).as_array().size(), 1U);
}

TEST(AnthropicRequest, D27InstructionInTheMiddleKeepsItsPlace) {
    const Translated sent = chat(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                                 R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})");
    EXPECT_EQ(sent.at("system"), "absent");
    EXPECT_EQ(messages_of(sent), json::parse(R"([
        {"role":"user","content":[{"type":"text","text":"1"}]},
        {"role":"assistant","content":[{"type":"text","text":"2"}]},
        {"role":"user","content":[{"type":"text","text":"<system>\nfrom now on French\n</system>"},
                                  {"type":"text","text":"3"}]}])"));
}

constexpr std::string_view kTwoCalls =
    R"({"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[)"
    R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},)"
    R"({"id":"b","type":"function","function":{"name":"g","arguments":""}}]},)";

TEST(AnthropicRequest, D6D7ResultsOfATurnStandTogetherAndFirst) {
    const Translated sent = chat(std::string(kTwoCalls) +
                                 R"({"role":"tool","tool_call_id":"b","content":"2"},{"role":"user","content":"note"},)"
                                 R"({"role":"tool","tool_call_id":"a","content":""})");
    EXPECT_EQ(messages_of(sent), json::parse(R"([
        {"role":"user","content":[{"type":"text","text":"go"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":1}},
                                       {"type":"tool_use","id":"b","name":"g","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"2"},
                                  {"type":"tool_result","tool_use_id":"a","content":""},
                                  {"type":"text","text":"note"}]}])"));
}

TEST(AnthropicRequest, D4ForeignIdsOfCallsAreMappedAndStayDifferent) {
    EXPECT_EQ(messages_tool_id("toolu_01Ab-c"), "toolu_01Ab-c");
    EXPECT_EQ(messages_tool_id("functions.Bash:0"), "tg-functions_2eBash_3a0");
    EXPECT_EQ(messages_tool_id("functions_Bash_0"), "functions_Bash_0");
    EXPECT_NE(messages_tool_id("tg-functions_2eBash_3a0"), "tg-functions_2eBash_3a0");
    EXPECT_EQ(messages_tool_id("\\u002e"), "tg-_2e");
    EXPECT_EQ(messages_tool_id(""), "tg-");
    const Translated sent = chat(R"({"role":"user","content":"go"},{"role":"assistant","tool_calls":[)"
                                 R"({"id":"f.0","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
                                 R"({"role":"tool","tool_call_id":"f.0","content":"ok"})");
    const json::array messages = messages_of(sent).as_array();
    EXPECT_EQ(messages[1].at_pointer("/content/0/id"), "tg-f_2e0");
    EXPECT_EQ(messages[2].at_pointer("/content/0/tool_use_id"), "tg-f_2e0");
}

TEST(AnthropicRequest, ArgumentsThatAreNoObjectAreToldAndNoted) {
    const Translated sent = chat(R"({"role":"user","content":"go"},{"role":"assistant","tool_calls":[)"
                                 R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": "}}]},)"
                                 R"({"role":"tool","tool_call_id":"a","content":"bad"})");
    EXPECT_EQ(messages_of(sent).at_pointer("/1/content/0/input/invalid_arguments"), "{\"x\": ");
    EXPECT_EQ(sent.changed, "messages[1].tool_calls");
}

TEST(AnthropicRequest, LargeNumbersInArgumentsKeepTheirDigits) {
    const Translated sent =
        chat(R"({"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"a","type":"function",)"
             R"("function":{"name":"f","arguments":"{\"n\":12345678901234567890123}"}}]},)"
             R"({"role":"tool","tool_call_id":"a","content":"ok"})");
    EXPECT_NE(sent.text.find(R"("input":{"n":12345678901234567890123})"), std::string::npos);
}

TEST(AnthropicRequest, D29PictureInAToolsResult) {
    const Translated sent =
        chat(std::string(kTwoCalls) + R"({"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"shot"},)"
                                      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},)"
                                      R"({"role":"tool","tool_call_id":"b","content":"2"})");
    EXPECT_EQ(messages_of(sent).at_pointer("/2/content/0/content"), json::parse(R"([{"type":"text","text":"shot"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}])"));
}

Translated with_picture(const std::string& url) {
    return chat(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":")" + url + R"("}}]})");
}

TEST(AnthropicRequest, D30MediaTypesOfPictures) {
    const auto source = [](const std::string& url) {
        return messages_of(with_picture(url)).at_pointer("/0/content/0/source");
    };
    EXPECT_EQ(source("data:image/jpg;base64,/9j/"),
              json::parse(R"({"type":"base64","media_type":"image/jpeg","data":"/9j/"})"));
    EXPECT_EQ(source("DATA:image\\/PNG;charset=x;base64,iV\\/B"),
              json::parse(R"({"type":"base64","media_type":"image/png","data":"iV/B"})"));
    EXPECT_EQ(source("https://example.com/cat.png"),
              json::parse(R"({"type":"url","url":"https://example.com/cat.png"})"));
    const Translated svg = with_picture("data:image/svg+xml;base64,PHN2Zz4=");
    EXPECT_EQ(svg.error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(svg.error.detail().param, "messages[0]");
    EXPECT_EQ(svg.error.retry(), Retry::elsewhere);
    const Translated text = with_picture("data:image/png,%89PNG");
    EXPECT_EQ(text.error.detail().param, "messages[0].content[0]");
    EXPECT_EQ(text.error.retry(), Retry::never);
}

TEST(AnthropicRequest, Files) {
    const auto file = [](const std::string& members) {
        return chat(R"({"role":"user","content":[{"type":"file","file":{)" + members + "}}]}");
    };
    EXPECT_EQ(messages_of(file(R"("filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE")"))
                  .at_pointer("/0/content/0"),
              json::parse(R"({"type":"document","title":"a.pdf",
                  "source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}})"));
    EXPECT_EQ(file(R"("file_id":"file-1")").error.detail().param, "messages[0]");
    EXPECT_EQ(file(R"("file_data":"data:application/zip;base64,UEs=")").error.kind(), ErrorKind::invalid_request);
}

TEST(AnthropicRequest, SoundIsRefusedAndAnUnknownPartToo) {
    const auto part = [](const std::string& text) { return chat(R"({"role":"user","content":[)" + text + "]}").error; };
    EXPECT_EQ(part(R"({"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}})").retry(), Retry::elsewhere);
    EXPECT_EQ(part(R"({"type":"hologram"})").detail().param, "messages[0].content[0].type");
}

TEST(AnthropicRequest, D26BlankTexts) {
    EXPECT_EQ(chat(R"({"role":"user","content":"\n"})").error.detail().param, "messages[0]");
    EXPECT_EQ(messages_of(chat(R"({"role":"user","content":"a"},{"role":"assistant","content":" "},)"
                               R"({"role":"user","content":"b"})"))
                  .as_array()
                  .size(),
              1U)
        << "an assistant that said nothing";
    EXPECT_EQ(chat(R"({"role":"system","content":"  "},{"role":"user","content":"a"})").at("system"), "absent");
    EXPECT_EQ(chat(R"({"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":""}]},)"
                   R"({"role":"user","content":"a"})")
                  .at("system"),
              json::parse(R"([{"type":"text","text":"a"}])"));
    EXPECT_EQ(
        messages_of(chat(R"({"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" "}]})")),
        json::parse(R"([{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" "}]}])"));
}

TEST(AnthropicRequest, D33TheBeginningOfAnAnswer) {
    const std::string messages = R"({"role":"user","content":"Write"},{"role":"assistant","content":"Once"})";
    EXPECT_EQ(messages_of(chat(messages)).as_array().size(), 2U);
    Target without = kTarget;
    without.continues_answers = false;
    const Translated refused = chat(messages, without);
    EXPECT_EQ(refused.error.detail().param, "messages[1]");
    EXPECT_EQ(refused.error.retry(), Retry::elsewhere);
    const Translated empty = chat(R"({"role":"user","content":"Write"},{"role":"assistant","content":""})", without);
    EXPECT_EQ(messages_of(empty).as_array().size(), 1U);
}

TEST(AnthropicRequest, Tools) {
    const Translated sent =
        with(R"("tools":[{"type":"function","function":{"name":"f","description":"d",)"
             R"("parameters":{"type":"object","properties":{"x":{"const":1.0}},"additionalProperties":false},)"
             R"("strict":true}},{"type":"function","function":{"name":"g"},"cache_control":{"type":"ephemeral"}}])");
    EXPECT_EQ(sent.at("tools"), json::parse(R"([{"name":"f","description":"d","strict":true,
        "input_schema":{"type":"object","properties":{"x":{"const":1.0}},"additionalProperties":false}},
        {"name":"g","input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"}}])"));
    EXPECT_NE(sent.text.find(R"({"const":1.0})"), std::string::npos) << "a schema's bytes stay";
    EXPECT_EQ(with(R"("tools":[{"type":"custom","custom":{"name":"f"}}])").error.detail().param, "tools[0]");
}

TEST(AnthropicRequest, SchemasOfToolsAreOfObjects) {
    const auto sent = [](const std::string& parameters) {
        return with(R"("tools":[{"type":"function","function":{"name":"f","parameters":)" + parameters + "}}]");
    };
    EXPECT_EQ(sent("{}").at("tools").at(0).at("input_schema"), json::parse(R"({"type":"object","properties":{}})"));
    EXPECT_EQ(sent("{}").changed, "");
    const Translated merged = sent(R"({"type":"object","properties":{"a":{}},"oneOf":[{"required":["a"]}]})");
    EXPECT_EQ(merged.at("tools").at(0).at("input_schema"), json::parse(R"({"type":"object","properties":{"a":{}},
        "description":"{oneOf: [{\"required\":[\"a\"]}]}"})"));
    EXPECT_EQ(merged.changed, "tools");
}

TEST(AnthropicRequest, ToolChoice) {
    const auto choice = [](const std::string& members) {
        return with(R"("tools":[{"type":"function","function":{"name":"f"}}],)" + members).at("tool_choice");
    };
    EXPECT_EQ(choice(R"("tool_choice":"auto")"), json::parse(R"({"type":"auto"})"));
    EXPECT_EQ(choice(R"("tool_choice":"none")"), json::parse(R"({"type":"none"})"));
    EXPECT_EQ(choice(R"("tool_choice":"required","parallel_tool_calls":false)"),
              json::parse(R"({"type":"any","disable_parallel_tool_use":true})"));
    EXPECT_EQ(choice(R"("tool_choice":{"type":"function","function":{"name":"f"}})"),
              json::parse(R"({"type":"tool","name":"f"})"));
    EXPECT_EQ(choice(R"("parallel_tool_calls":false)"),
              json::parse(R"({"type":"auto","disable_parallel_tool_use":true})"));
    EXPECT_EQ(with(R"("tool_choice":"auto")").at("tool_choice"), "absent") << "without tools";
    EXPECT_EQ(with(R"("tool_choice":"maybe")").error.detail().param, "tool_choice");
}

TEST(AnthropicRequest, D20StructuredOutputLeavesTheToolsAlone) {
    const Translated sent = with(R"("tools":[{"type":"function","function":{"name":"f"}}],"response_format":)"
                                 R"({"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})");
    EXPECT_EQ(sent.at("output_config"), json::parse(R"({"format":{"type":"json_schema",
        "schema":{"type":"object","additionalProperties":false}}})"));
    EXPECT_EQ(sent.changed, "response_format") << "it is closed";
    EXPECT_EQ(sent.at("tools").as_array().size(), 1U);
    EXPECT_EQ(sent.at("tool_choice"), "absent");
    EXPECT_EQ(with(R"("response_format":{"type":"json_object"})").dropped, "response_format");
}

TEST(AnthropicRequest, D35StopSequencesThatAreBlankAreLeftOut) {
    EXPECT_EQ(with(R"("stop":"END")").at("stop_sequences"), json::parse(R"(["END"])"));
    const Translated sent = with(R"("stop":["","\n\n","END"])");
    EXPECT_EQ(sent.at("stop_sequences"), json::parse(R"(["END"])"));
    EXPECT_EQ(sent.changed, "stop");
    EXPECT_EQ(with(R"("stop":"\n")").at("stop_sequences"), "absent");
    EXPECT_EQ(with(R"("stop":[1])").error.detail().param, "stop");
}

TEST(AnthropicRequest, Parameters) {
    const Translated sent = with(R"("max_tokens":7,"temperature":0.5,"top_k":5,"user":"u",)"
                                 R"("n":1,"service_tier":"auto","cache_control":{"type":"ephemeral"})");
    EXPECT_EQ(sent.at("max_tokens"), 7);
    EXPECT_EQ(sent.at("temperature"), 0.5);
    EXPECT_EQ(sent.at("top_k"), 5);
    EXPECT_EQ(sent.at("metadata"), json::parse(R"({"user_id":"u"})"));
    EXPECT_EQ(sent.at("cache_control"), json::parse(R"({"type":"ephemeral"})"));
    EXPECT_EQ(sent.dropped, "");
    const Translated hot = with(R"("temperature":1.7)");
    EXPECT_EQ(hot.at("temperature"), 1);
    EXPECT_EQ(hot.changed, "temperature");
}

TEST(AnthropicRequest, WhatCannotBeExpressedIsNamed) {
    const Translated sent = with(R"("seed":1,"logit_bias":{"1":2},"n":2,"frequency_penalty":1,"logprobs":false,)"
                                 R"("min_p":null,"service_tier":"priority","x_new":1,"provider":{"order":["a"]},)"
                                 R"("stream":true,"stream_options":{"include_usage":true})");
    EXPECT_EQ(sent.dropped, "frequency_penalty, seed, logit_bias, n, service_tier, x_new");
    EXPECT_EQ(json::parse(sent.text).as_object().size(), 3U) << sent.text;
}

TEST(AnthropicRequest, WhatIsInsideAndCannotBeExpressedIsNamedToo) {
    const Translated sent = translate(
        R"({"messages":[{"role":"user","name":"ann","content":[{"type":"image_url","image_url":)"
        R"({"url":"https://a/b.png","detail":"high"},"x":1}]},{"role":"assistant","content":"a","audio":null}],)"
        R"("tools":[{"type":"function","function":{"name":"f","y":1}}],"reasoning":{"effort":"none","exclude":true},)"
        R"("response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{}}}})");
    EXPECT_EQ(sent.dropped,
              "response_format.json_schema.description, messages[].name, messages[].content[].image_url.detail, "
              "messages[].content[].x, tools[].function.y, reasoning.exclude");
}

TEST(AnthropicRequest, AnInstructionIsText) {
    const std::string picture =
        R"([{"type":"image_url","image_url":{"url":"https://a/b.png"}},{"type":"text","text":"a"}])";
    EXPECT_EQ(
        chat(R"({"role":"system","content":)" + picture + R"(},{"role":"user","content":"a"})").error.detail().param,
        "messages[0]");
    EXPECT_EQ(chat(R"({"role":"user","content":"a"},{"role":"system","content":)" + picture + "}").error.detail().param,
              "messages[1]");
}

TEST(AnthropicRequest, NoParameterGetsLost) {
    chat_test::expect_no_parameter_gets_lost(kTarget, write_messages_request);
}

TEST(AnthropicRequest, ReasoningByBudget) {
    const Translated sent = with(R"("max_tokens":10000,"reasoning_effort":"high","temperature":0.3)");
    EXPECT_EQ(sent.at("thinking"), json::parse(R"({"type":"enabled","budget_tokens":8000})"));
    EXPECT_EQ(sent.at("temperature"), "absent");
    EXPECT_EQ(sent.dropped, "temperature");
    EXPECT_EQ(with(R"("max_tokens":10000,"reasoning":{"max_tokens":2000})").at("thinking"),
              json::parse(R"({"type":"enabled","budget_tokens":2000})"));
    EXPECT_EQ(with(R"("max_tokens":1500,"reasoning_effort":"high")").at("thinking"),
              json::parse(R"({"type":"enabled","budget_tokens":1200})"));
    const Translated narrow = with(R"("max_tokens":1024,"reasoning_effort":"high")");
    EXPECT_EQ(narrow.at("thinking"), "absent");
    EXPECT_EQ(narrow.dropped, "reasoning_effort");
    EXPECT_EQ(with(R"("reasoning_effort":"none")").at("thinking"), "absent");
    EXPECT_EQ(with(R"("reasoning":{"enabled":false})").at("thinking"), "absent");
    EXPECT_EQ(with(R"("reasoning_effort":"immense")").error.detail().param, "reasoning_effort");
}

TEST(AnthropicRequest, ReasoningByEffort) {
    Target adaptive = kTarget;
    adaptive.reasoning = ReasoningControl::adaptive;
    const Translated sent = with(R"("reasoning":{"effort":"low"},"response_format":)"
                                 R"({"type":"json_schema","json_schema":{"name":"n","schema":{}}})",
                                 adaptive);
    EXPECT_EQ(sent.at("thinking"), json::parse(R"({"type":"adaptive"})"));
    EXPECT_EQ(sent.at("output_config"), json::parse(R"({"effort":"low","format":{"type":"json_schema","schema":{}}})"));
}

TEST(AnthropicRequest, D10ReasoningGivesWayToAForcedTool) {
    const Translated sent = with(R"("max_tokens":10000,"reasoning_effort":"high","tool_choice":"required",)"
                                 R"("tools":[{"type":"function","function":{"name":"f"}}])");
    EXPECT_EQ(sent.at("thinking"), "absent");
    EXPECT_EQ(sent.at("tool_choice"), json::parse(R"({"type":"any"})"));
    EXPECT_EQ(sent.dropped, "reasoning_effort");
}

std::string tool_turn(const std::string& reasoning) {
    return R"({"model":"m","max_tokens":10000,"reasoning_effort":"high","messages":[{"role":"user","content":"go"},)"
           R"({"role":"assistant","content":"t",)" +
           reasoning +
           R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
           R"({"role":"tool","tool_call_id":"a","content":"ok"}]})";
}

TEST(AnthropicRequest, D22SignedReasoningReturnsUnchangedAtTheHeadOfItsTurn) {
    const Translated sent = translate(tool_turn(
        R"("reasoning":"th\u006fught","reasoning_details":[{"type":"reasoning.text","text":"th\u006fught",)"
        R"("signature":"S+/=","format":"anthropic-claude-v1","index":0},{"type":"reasoning.encrypted","data":"D",)"
        R"("format":"anthropic-claude-v1","index":1}],)"));
    EXPECT_NE(sent.text.find(R"({"type":"thinking","thinking":"th\u006fught","signature":"S+/="},)"
                             R"({"type":"redacted_thinking","data":"D"},{"type":"text","text":"t"},)"
                             R"({"type":"tool_use")"),
              std::string::npos)
        << sent.text;
    EXPECT_EQ(sent.at("thinking").at("type"), "enabled");
    EXPECT_EQ(sent.dropped, "");
}

TEST(AnthropicRequest, D22WithoutItTheTurnWorksAndSaysSo) {
    const Translated sent = translate(tool_turn(""));
    EXPECT_EQ(sent.at("thinking"), "absent");
    EXPECT_EQ(sent.dropped, "reasoning_effort");
}

TEST(AnthropicRequest, D24ReasoningOfAnotherProviderIsLeftOutAndNamed) {
    const Translated sent = translate(tool_turn(
        R"("reasoning_details":[{"type":"reasoning.encrypted","data":"D","format":"openai-responses-v1"}],)"));
    EXPECT_EQ(sent.text.find("redacted"), std::string::npos);
    EXPECT_EQ(sent.dropped, "reasoning_effort, reasoning_details");
}

TEST(AnthropicRequest, WhatTheGatewayAddsIsTranslatedToo) {
    const Translated sent =
        translate(R"({"messages":[{"role":"user","content":"hi"}]})", kTarget,
                  {.members = R"(,"temperature":0.2,"seed":3)", .first_message = R"({"role":"system","content":"S"})"});
    EXPECT_EQ(sent.at("temperature"), 0.2);
    EXPECT_EQ(sent.at("system"), json::parse(R"([{"type":"text","text":"S"}])"));
    EXPECT_EQ(sent.dropped, "seed");
}

TEST(AnthropicRequest, AStreamIsAskedFor) {
    Target target = kTarget;
    target.stream = true;
    EXPECT_EQ(with(R"("stream":true)", target).at("stream"), true);
}

}  // namespace
}  // namespace tollgate
