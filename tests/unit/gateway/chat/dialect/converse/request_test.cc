// Chat completion requests as they are sent to Bedrock's Converse. Rows D… are kinds of faults that were reported of
// other gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/converse/request_writer.h"
#include "gateway/chat/dialect/converse/tool_id.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

using Translated = chat_test::SentChat;

Target target(ReasoningControl reasoning = ReasoningControl::budget) {
    return {.model = "claude", .output_bound = 4096, .reasoning = reasoning};
}

Translated translate(const std::string& body, const Target& to = target()) {
    return chat_test::send_chat(body, to, write_converse_request);
}
Translated with(const std::string& members, const Target& to = target()) {
    return translate(chat_test::question_with(members), to);
}
Translated chat(const std::string& messages, const Target& to = target()) {
    return translate(chat_test::chat_of(messages), to);
}

json::value messages_of(const Translated& translated) {
    EXPECT_FALSE(translated.error) << translated.error.detail().message;
    return translated.at("/messages");
}

json::value content_of(const std::string& parts) {
    return messages_of(chat(R"({"role":"user","content":[)" + parts + "]}")).at_pointer("/0/content");
}

void expect_refused(const Translated& sent, std::string_view field) {
    ASSERT_TRUE(sent.error);
    EXPECT_EQ(sent.error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(sent.error.retry(), Retry::elsewhere);
    EXPECT_EQ(sent.error.detail().param, field);
}

constexpr std::string_view kTools = R"("tools":[{"type":"function","function":{"name":"f","description":"d",)"
                                    R"("strict":true,"parameters":{"type":"object","properties":{"a":{}}}}},)"
                                    R"({"type":"function","function":{"name":"g"}}])";
const std::string kCalls = R"({"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[)"
                           R"({"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
                           R"({"id":"b","type":"function","function":{"name":"g","arguments":""}}]})";

TEST(ConverseRequest, SmallestChat) {
    const Translated sent = translate(R"({"model":"m","messages":[{"role":"user","content":"h\u00e9 \"x\""}]})");
    EXPECT_EQ(sent.text, R"({"messages":[{"role":"user","content":[{"text":"h\u00e9 \"x\""}]}],)"
                         R"("inferenceConfig":{"maxTokens":4096}})");
    EXPECT_EQ(sent.dropped + sent.changed, "");
}

TEST(ConverseRequest, InstructionsStandOutside) {
    const Translated sent = chat(R"({"role":"system","content":"A"},{"role":"developer","content":[{"type":"text",)"
                                 R"("text":"B","cache_control":{"type":"ephemeral","ttl":"1h"}},)"
                                 R"({"type":"text","text":" "}]},{"role":"user","content":"hi"})");
    EXPECT_EQ(sent.at("/system"), json::parse(R"([{"text":"A"},{"text":"B"},
        {"cachePoint":{"type":"default","ttl":"1h"}}])"));
    EXPECT_EQ(messages_of(sent).as_array().size(), 1U);
}

TEST(ConverseRequest, D6AllResultsOfATurnAreOneMessage) {
    const Translated sent = translate(
        R"({"model":"m",)" + std::string(kTools) + R"(,"messages":[)" + kCalls +
        R"(,{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"},)"
        R"({"role":"user","content":"go on"}]})");
    EXPECT_EQ(messages_of(sent), json::parse(R"([
        {"role":"user","content":[{"text":"q"}]},
        {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{"x":1}}},
                                       {"toolUse":{"toolUseId":"b","name":"g","input":{}}}]},
        {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"1"}]}},
                                  {"toolResult":{"toolUseId":"b","content":[{"text":"2"}]}},{"text":"go on"}]}])"));
}

TEST(ConverseRequest, D6ResultsComeBeforeText) {
    const Translated sent =
        translate(R"({"model":"m",)" + std::string(kTools) + R"(,"messages":[)" + kCalls +
                  R"(,{"role":"tool","tool_call_id":"b","content":"2"},{"role":"user","content":"note"},)"
                  R"({"role":"tool","tool_call_id":"a","content":""}]})");
    EXPECT_EQ(messages_of(sent).at_pointer("/2/content"),
              json::parse(R"x([{"toolResult":{"toolUseId":"b","content":[{"text":"2"}]}},
                               {"toolResult":{"toolUseId":"a","content":[{"text":"(no output)"}]}},{"text":"note"}])x"));
}

TEST(ConverseRequest, D4IdsOfOthersAreMappedAlikeAndStayDifferent) {
    EXPECT_EQ(converse_tool_id("call_1.a:b-c"), "call_1.a:b-c");
    EXPECT_EQ(converse_tool_id("functions Bash/0"), "tg-functions_20Bash_2f0");
    EXPECT_NE(converse_tool_id("a b"), converse_tool_id("a_20b"));
    EXPECT_NE(converse_tool_id("tg-a_20b"), converse_tool_id("a b"));
    EXPECT_NE(converse_tool_id(""), "");
    const std::string long_id(100, 'x');
    EXPECT_EQ(converse_tool_id(long_id).size(), 64U);
    EXPECT_NE(converse_tool_id(long_id), converse_tool_id(long_id + "y"));
    EXPECT_NE(converse_tool_id(std::string(64, 'x')), converse_tool_id(long_id));
}

TEST(ConverseRequest, D27InstructionInTheMiddleKeepsItsPlace) {
    const Translated sent = chat(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                                 R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})");
    EXPECT_EQ(sent.at("/system"), "absent");
    EXPECT_EQ(messages_of(sent), json::parse(R"([
        {"role":"user","content":[{"text":"1"}]},{"role":"assistant","content":[{"text":"2"}]},
        {"role":"user","content":[{"text":"<system>\nfrom now on French\n</system>"},{"text":"3"}]}])"));
}

TEST(ConverseRequest, D26BlankTexts) {
    EXPECT_EQ(messages_of(chat(R"({"role":"user","content":"a"},{"role":"assistant","content":" "},)"
                               R"({"role":"user","content":"b"})")),
              json::parse(R"([{"role":"user","content":[{"text":"a"},{"text":"b"}]}])"))
        << "roles alternate";
    EXPECT_TRUE(chat(R"({"role":"user","content":"\n"})").error);
    EXPECT_EQ(chat(R"({"role":"system","content":" "},{"role":"user","content":"a"})").at("/system"), "absent");
    EXPECT_EQ(content_of(R"({"type":"text","text":""},{"type":"text","text":"a"})"), json::parse(R"([{"text":"a"}])"));
}

TEST(ConverseRequest, D33AnAnswerThatBegan) {
    const std::string messages = R"({"role":"user","content":"Write"},{"role":"assistant","content":"Once"})";
    EXPECT_EQ(messages_of(chat(messages)).as_array().size(), 2U);
    Target to = target();
    to.continues_answers = false;
    expect_refused(chat(messages, to), "messages[1]");
}

TEST(ConverseRequest, D30FormatsOfPictures) {
    const auto image = [](const std::string& head) {
        return R"({"type":"image_url","image_url":{"url":"data:)" + head + R"(,iVBO"}})";
    };
    EXPECT_EQ(content_of(image("image/jpg;base64")),
              json::parse(R"([{"image":{"format":"jpeg","source":{"bytes":"iVBO"}}}])"));
    EXPECT_EQ(content_of(image("image/PNG;charset=x;base64")),
              json::parse(R"([{"image":{"format":"png","source":{"bytes":"iVBO"}}}])"));
    expect_refused(chat(R"({"role":"user","content":[)" + image("image/svg+xml;base64") + "]}"), "messages[0]");
}

// Whoever writes a request fetches what lies at addresses on the web before: tests/integration/test_fetched_media.py.
TEST(ConverseRequest, D31AddressesOfPicturesThatWereNotFetched) {
    const auto image = [](const std::string& url) {
        return R"({"type":"image_url","image_url":{"url":")" + url + "\"}}";
    };
    expect_refused(chat(R"({"role":"user","content":[)" + image("https://example.com/cat.png") + "]}"), "messages[0]");
    EXPECT_EQ(content_of(image("s3://bucket/cat.jpg")),
              json::parse(R"([{"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/cat.jpg"}}}}])"));
}

TEST(ConverseRequest, D37IdsOfFilesAreRefused) {
    expect_refused(chat(R"({"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]})"), "messages[0]");
}

std::string file(const std::string& name, const std::string& type = "application/pdf") {
    const std::string member = name.empty() ? "" : R"("filename":")" + name + "\",";
    return R"({"type":"file","file":{)" + member + R"("file_data":"data:)" + type + R"(;base64,JVBE"}})";
}

TEST(ConverseRequest, D32NamesOfDocumentsDifferAndStay) {
    std::string parts;
    std::vector<std::string> before;
    for (const std::string name : {"", "", "report.pdf", "report.docx", "report.pdf", "r\\u00e9sum\\u00e9  (1).pdf",
                                   "document 2", " / ", "a\\nb"}) {
        parts += "," + file(name);
        const json::value content = content_of(R"({"type":"text","text":"t"})" + parts);
        std::vector<std::string> names;
        for (const json::value& block : content.as_array()) {
            if (block.as_object().contains("document"))
                names.emplace_back(block.at_pointer("/document/name").as_string());
        }
        ASSERT_EQ(names.size(), before.size() + 1);
        names.pop_back();
        EXPECT_EQ(names, before) << "the names of old ones stay";
        before.emplace_back(content.as_array().back().at_pointer("/document/name").as_string());
    }
    EXPECT_EQ(before, (std::vector<std::string>{"document", "document 2", "report-pdf", "report-docx", "report-pdf 2",
                                                "r-sum-(1)-pdf", "document 2 2", "document 3", "a-b"}));
}

TEST(ConverseRequest, LongNamesOfDocumentsAreCut) {
    const json::value content = content_of(file(std::string(300, 'x')) + "," + file(std::string(301, 'x')));
    const auto name = [&](std::size_t at) { return content.as_array()[at].at_pointer("/document/name").as_string(); };
    EXPECT_LE(name(1).size(), 200U);
    EXPECT_NE(name(0), name(1));
}

TEST(ConverseRequest, FormatsOfDocuments) {
    for (const auto& [type, format] :
         {std::pair<std::string, std::string>{"text/plain", "txt"},
          {"text/csv", "csv"},
          {"text/markdown", "md"},
          {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"}}) {
        EXPECT_EQ(content_of(file("a", type)).at_pointer("/0/document/format").as_string(), format);
    }
    expect_refused(chat(R"({"role":"user","content":[)" + file("a", "application/zip") + "]}"), "messages[0]");
}

TEST(ConverseRequest, D29PicturesInResultsOfTools) {
    const Translated sent =
        translate(R"({"model":"m",)" + std::string(kTools) + R"(,"messages":[)" + kCalls +
                  R"(,{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"shot"},{"type":"image_url",)"
                  R"("image_url":{"url":"data:image/png;base64,iVBO"}}]}]})");
    EXPECT_EQ(messages_of(sent).at_pointer("/2/content/0/toolResult/content"),
              json::parse(R"([{"text":"shot"},{"image":{"format":"png","source":{"bytes":"iVBO"}}}])"));
}

TEST(ConverseRequest, CacheMarksAreBlocks) {
    EXPECT_EQ(
        content_of(R"({"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"})"),
        json::parse(R"([{"text":"a"},{"cachePoint":{"type":"default"}},{"text":"b"}])"));
}

TEST(ConverseRequest, D46NoMarkRightBehindADocumentOfText) {
    std::string marked = file("a", "text/plain");
    marked.insert(1, R"("cache_control":{"type":"ephemeral"},)");
    Translated sent = chat(R"({"role":"user","content":[{"type":"text","text":"t"},)" + marked + "]}");
    EXPECT_EQ(messages_of(sent).at_pointer("/0/content/1"), json::parse(R"({"cachePoint":{"type":"default"}})"));
    EXPECT_EQ(sent.changed, "messages[0].content[].cache_control");
    sent = chat(R"({"role":"user","content":[)" + marked + R"(,{"type":"text","text":"t"}]})");
    EXPECT_EQ(messages_of(sent).at_pointer("/0/content").as_array().size(), 2U);
    EXPECT_EQ(sent.dropped, "messages[0].content[].cache_control");
    marked = file("a");
    marked.insert(1, R"("cache_control":{"type":"ephemeral"},)");
    EXPECT_EQ(content_of(marked).at_pointer("/1"), json::parse(R"({"cachePoint":{"type":"default"}})"));
}

TEST(ConverseRequest, Tools) {
    const Translated sent = with(std::string(kTools) + R"(,"tool_choice":"required")");
    EXPECT_EQ(sent.at("/toolConfig"), json::parse(R"({"tools":[
        {"toolSpec":{"name":"f","description":"d","strict":true,
            "inputSchema":{"json":{"type":"object","properties":{"a":{}},"additionalProperties":false}}}},
        {"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}}],
        "toolChoice":{"any":{}}})"));
    const auto choice = [](const std::string& of) {
        return with(std::string(kTools) + R"(,"tool_choice":)" + of).at("/toolConfig/toolChoice");
    };
    EXPECT_EQ(choice("\"auto\""), json::parse(R"({"auto":{}})"));
    EXPECT_EQ(choice(R"({"type":"function","function":{"name":"g"}})"), json::parse(R"({"tool":{"name":"g"}})"));
    EXPECT_EQ(with(std::string(kTools) + R"(,"parallel_tool_calls":false)").dropped, "parallel_tool_calls");
}

TEST(ConverseRequest, NoToolIsNoneThatIsTold) {
    EXPECT_EQ(with(std::string(kTools) + R"(,"tool_choice":"none")").at("/toolConfig"), "absent");
    const Translated sent =
        translate(R"({"model":"m",)" + std::string(kTools) + R"(,"tool_choice":"none","messages":[)" + kCalls +
                  R"(,{"role":"tool","tool_call_id":"a","content":"1"}]})");
    EXPECT_EQ(sent.at("/toolConfig/tools").as_array().size(), 2U) << "there are calls: the API wants their tools";
    EXPECT_EQ(sent.dropped, "tool_choice");
}

TEST(ConverseRequest, CallsWithoutToolsDeclareThem) {
    const Translated sent = chat(kCalls + R"(,{"role":"tool","tool_call_id":"a","content":"1"})");
    EXPECT_EQ(sent.at("/toolConfig/tools/0/toolSpec/name"), "f");
    EXPECT_EQ(sent.at("/toolConfig/tools/1/toolSpec/name"), "g");
    EXPECT_EQ(sent.changed, "tools");
}

TEST(ConverseRequest, ArgumentsThatAreNoneAreToldAsTheyAre) {
    const Translated sent = chat(R"({"role":"user","content":"q"},{"role":"assistant","tool_calls":[{"id":"a",)"
                                 R"("type":"function","function":{"name":"f","arguments":"{\"x\":"}}]})");
    EXPECT_EQ(messages_of(sent).at_pointer("/1/content/0/toolUse/input"),
              json::parse(R"({"invalid_arguments":"{\"x\":"})"));
}

TEST(ConverseRequest, Sampling) {
    const Translated sent =
        with(R"("temperature":1.5,"top_p":0.5,"top_k":7,"stop":["\n","END"],"max_tokens":9,"seed":1,"user":"u")");
    EXPECT_EQ(sent.at("/inferenceConfig"), json::parse(R"({"maxTokens":9,"stopSequences":["END"],"temperature":1})"));
    EXPECT_EQ(sent.at("/additionalModelRequestFields"), json::parse(R"({"top_k":7})"));
    EXPECT_EQ(sent.at("/additionalModelResponseFieldPaths"), json::parse(R"(["/delta/stop_sequence"])"));
    EXPECT_EQ(sent.dropped, "top_p, seed, user");
    EXPECT_EQ(sent.changed, "stop, temperature");
}

TEST(ConverseRequest, AModelsOwnBoundIsLeftToIt) {
    Target to = target();
    to.output_bound = 0;
    EXPECT_EQ(with(R"("n":1)", to).text, R"({"messages":[{"role":"user","content":[{"text":"hi"}]}]})");
}

TEST(ConverseRequest, HowModelsAreToldToReason) {
    const auto fields = [](ReasoningControl control) {
        return with(R"("reasoning_effort":"high","temperature":0.5)", target(control));
    };
    Translated sent = fields(ReasoningControl::budget);
    EXPECT_EQ(sent.at("/additionalModelRequestFields"),
              json::parse(R"({"thinking":{"type":"enabled","budget_tokens":3276}})"));
    EXPECT_EQ(sent.dropped, "temperature");
    sent = fields(ReasoningControl::adaptive);
    EXPECT_EQ(sent.at("/additionalModelRequestFields"), json::parse(R"({"thinking":{"type":"adaptive"}})"));
    EXPECT_EQ(sent.at("/outputConfig"), json::parse(R"({"effort":"high"})"));
    sent = fields(ReasoningControl::effort);
    EXPECT_EQ(sent.at("/additionalModelRequestFields"), json::parse(R"({"reasoning_effort":"high"})"));
    EXPECT_EQ(sent.at("/inferenceConfig/temperature"), json::value(0.5));
    sent = fields(ReasoningControl::level);
    EXPECT_EQ(sent.at("/additionalModelRequestFields"),
              json::parse(R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}})"));
    sent = fields(ReasoningControl::none);
    EXPECT_EQ(sent.at("/additionalModelRequestFields"), "absent");
    EXPECT_EQ(sent.dropped, "reasoning_effort");
}

TEST(ConverseRequest, D10ReasoningGivesWayToAForcedTool) {
    const Translated sent = with(std::string(kTools) + R"(,"tool_choice":"required","reasoning_effort":"high")");
    EXPECT_EQ(sent.at("/additionalModelRequestFields"), "absent");
    EXPECT_EQ(sent.dropped, "reasoning_effort");
}

TEST(ConverseRequest, D22ReasoningComesBack) {
    const auto turn = [](const std::string& details) {
        return R"({"model":"m","reasoning_effort":"low","max_tokens":9000,)" + std::string(kTools) +
               R"(,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,)" + details +
               R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
               R"({"role":"tool","tool_call_id":"a","content":"1"}]})";
    };
    const Translated sent = translate(
        turn(R"("reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s",)"
             R"("format":"anthropic-claude-v1"},{"type":"reasoning.encrypted","data":"RXRr","format":)"
             R"("amazon-bedrock-v1"},{"type":"reasoning.encrypted","data":"EtkE","format":"anthropic-claude-v1"}],)"));
    EXPECT_EQ(messages_of(sent).at_pointer("/1/content"), json::parse(R"([
        {"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},
        {"reasoningContent":{"redactedContent":"RXRr"}},{"reasoningContent":{"redactedContent":"RXRrRQ=="}},
        {"toolUse":{"toolUseId":"a","name":"f","input":{}}}])"));
    EXPECT_NE(sent.at("/additionalModelRequestFields/thinking"), "absent");
    EXPECT_EQ(sent.dropped, "");
    const Translated poor = translate(turn(""));
    EXPECT_EQ(poor.at("/additionalModelRequestFields"), "absent");
    EXPECT_EQ(poor.dropped, "reasoning_effort");
    const Translated foreign = translate(
        turn(R"("reasoning_details":[{"type":"reasoning.encrypted","data":"x","format":"openai-responses-v1"}],)"));
    EXPECT_EQ(foreign.dropped, "reasoning_effort, reasoning_details");
}

TEST(ConverseRequest, D20SchemasStandBesideTools) {
    const Translated sent =
        with(std::string(kTools) + R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n",)"
                                   R"("description":"d","schema":{"type":"object","title":"a\"b"}}})");
    EXPECT_EQ(sent.at("/outputConfig"), json::parse(R"({"textFormat":{"type":"json_schema","structure":{"jsonSchema":{
        "schema":"{\"type\":\"object\",\"title\":\"a\\\"b\",\"additionalProperties\":false}","name":"n","description":"d"}}}})"));
    EXPECT_EQ(sent.at("/toolConfig/tools").as_array().size(), 2U);
    EXPECT_EQ(sent.changed, "tools, response_format") << "they are closed";
    EXPECT_EQ(with(R"("response_format":{"type":"json_object"})").dropped, "response_format");
}

TEST(ConverseRequest, MetadataAndTiers) {
    EXPECT_EQ(with(R"("metadata":{"trace":"t 1"})").at("/requestMetadata"), json::parse(R"({"trace":"t 1"})"));
    EXPECT_EQ(with(R"("metadata":{"trace":"\u00e9"})").dropped, "metadata");
    EXPECT_EQ(with(R"("service_tier":"flex")").at("/serviceTier"), json::parse(R"({"type":"flex"})"));
    EXPECT_EQ(with(R"("service_tier":"auto")").at("/serviceTier"), "absent");
    EXPECT_EQ(with(R"("service_tier":"scale")").dropped, "service_tier");
}

TEST(ConverseRequest, EveryParameterIsSentOrNoted) {
    for (std::size_t i = 0; i < kParameters; ++i) {
        ChatRequest request;
        request.parts.push_back({.text = "hi"});
        request.turns.push_back({.begin = 0, .end = 1});
        request.set(static_cast<Parameter>(i), "the_parameter", "77");
        std::string text;
        TranslationNotes notes;
        ASSERT_FALSE(write_converse_request(request, target(), text, notes));
        EXPECT_TRUE(text.find("77") != std::string::npos || notes.dropped.text() == "the_parameter" ||
                    notes.changed.text() == "the_parameter")
            << i << text;
    }
}

}  // namespace
}  // namespace tollgate
