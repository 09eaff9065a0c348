// Chat completion requests as they are sent to Google's API. Rows D… are kinds of faults that were reported of other
// gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

struct Translated : chat_test::SentChat {
    json::value setting(const std::string& name) const { return at("/generationConfig/" + name); }
};

constexpr Target kBudget{.model = "gemini"};
constexpr Target kLevel{.model = "gemini", .reasoning = ReasoningControl::level};
const std::string kUser = R"({"role":"user","content":"hi"})";

Translated translate(const std::string& body, const Target& target = kBudget) {
    return {chat_test::send_chat(body, target, write_gemini_request)};
}
Translated with(const std::string& members, const Target& target = kBudget) {
    return translate(chat_test::question_with(members), target);
}
Translated chat(const std::string& messages, const Target& target = kBudget) {
    return translate(chat_test::chat_of(messages), target);
}

std::string call(const std::string& id, const std::string& name, const std::string& arguments = "{}") {
    return R"({"id":")" + id + R"(","type":"function","function":{"name":")" + name + R"(","arguments":)" +
           json::serialize(json::value(arguments)) + "}}";
}
std::string assistant(const std::string& calls) {
    return R"({"role":"assistant","content":null,"tool_calls":[)" + calls + "]}";
}
std::string result(const std::string& id, const std::string& content) {
    return R"({"role":"tool","tool_call_id":")" + id + R"(","content":)" + content + "}";
}

TEST(GeminiRequest, SmallestChat) {
    const Translated sent = chat(R"({"role":"user","content":"h\u00e9 \"x\""})");
    EXPECT_EQ(sent.text, R"({"contents":[{"parts":[{"text":"h\u00e9 \"x\""}],"role":"user"}]})");
    EXPECT_EQ(sent.dropped + sent.changed, "");
}

TEST(GeminiRequest, InstructionsAtTheBeginningStandOutside) {
    const Translated sent = chat(R"({"role":"system","content":"A"},{"role":"developer","content":"B"},)"
                                 R"({"role":"system","content":"  "},)" +
                                 kUser);
    EXPECT_EQ(sent.at("/systemInstruction"), json::parse(R"({"parts":[{"text":"A"},{"text":"B"}]})"));
    EXPECT_EQ(sent.at("/contents").as_array().size(), 1U);
    const Translated alone = chat(R"({"role":"system","content":"A"})");
    EXPECT_EQ(alone.at("/contents"), json::parse(R"([{"parts":[{"text":""}],"role":"user"}])"));
    EXPECT_EQ(
        chat(R"({"role":"system","content":[{"type":"image_url","image_url":{"url":"https://a/b.png"}}]},)" + kUser)
            .error.detail()
            .param,
        "messages[0]");
}

TEST(GeminiRequest, D27InstructionInTheMiddleKeepsItsPlace) {
    const Translated sent = chat(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                                 R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})");
    EXPECT_EQ(sent.at("/systemInstruction"), "absent");
    EXPECT_EQ(sent.at("/contents"), json::parse(R"([{"parts":[{"text":"1"}],"role":"user"},
        {"parts":[{"text":"2"}],"role":"model"},
        {"parts":[{"text":"<system>\nfrom now on French\n</system>"},{"text":"3"}],"role":"user"}])"));
}

TEST(GeminiRequest, NeighboursOfOneRoleAreOneContent) {
    const Translated sent = chat(R"({"role":"user","content":"1"},{"role":"user","content":"2"},)"
                                 R"({"role":"assistant","content":"3"},{"role":"assistant","content":""},)" +
                                 kUser);
    EXPECT_EQ(sent.at("/contents"), json::parse(R"([{"parts":[{"text":"1"},{"text":"2"}],"role":"user"},
        {"parts":[{"text":"3"}],"role":"model"},{"parts":[{"text":"hi"}],"role":"user"}])"));
    EXPECT_EQ(chat(R"({"role":"user","content":""})").at("/contents/0/parts"), json::parse(R"([{"text":""}])"));
}

TEST(GeminiRequest, D8ResultsHaveTheNameOfTheirCall) {
    const Translated sent = chat(kUser + "," + assistant(call("call_1", "read", R"({"p":"a\"b"})")) + "," +
                                 result("call_1", R"("ok \u00e9")"));
    EXPECT_EQ(sent.at("/contents/1"),
              json::parse(
                  R"({"parts":[{"functionCall":{"id":"call_1","name":"read","args":{"p":"a\"b"}}}],"role":"model"})"));
    EXPECT_EQ(
        sent.at("/contents/2"),
        json::parse(
            R"({"parts":[{"functionResponse":{"id":"call_1","name":"read","response":{"output":"ok é"}}}],"role":"user"})"));
    const auto response = [](const std::string& content) {
        return chat(kUser + "," + assistant(call("a", "f")) + "," + result("a", content))
            .at("/contents/2/parts/0/functionResponse/response");
    };
    EXPECT_EQ(response(R"("{\"t\": 21}")"), json::parse(R"({"t":21})")) << "an object is one";
    EXPECT_EQ(response(R"("[1]")"), json::parse(R"({"output":"[1]"})"));
    EXPECT_EQ(response(R"("{no")"), json::parse(R"({"output":"{no"})"));
    EXPECT_EQ(response(R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])"),
              json::parse(R"({"output":"a\nb"})"));
    EXPECT_EQ(response("\"\""), json::parse(R"({"output":""})"));
}

TEST(GeminiRequest, D9AsManyResultsAsCallsInOneContentAndNothingElse) {
    const std::string calls = kUser + "," + assistant(call("a", "f") + "," + call("b", "g"));
    const Translated sent =
        chat(calls + "," + result("b", "\"2\"") + R"(,{"role":"user","content":"go on"},)" + result("a", "\"1\""));
    EXPECT_EQ(sent.at("/contents/2"), json::parse(R"({"parts":[
        {"functionResponse":{"id":"a","name":"f","response":{"output":"1"}}},
        {"functionResponse":{"id":"b","name":"g","response":{"output":"2"}}}],"role":"user"})"));
    EXPECT_EQ(sent.at("/contents/3"), json::parse(R"({"parts":[{"text":"go on"}],"role":"user"})"));
    for (const std::string& wanting : {calls + "," + result("a", "\"1\""), calls, calls + "," + kUser}) {
        const Translated refused = chat(wanting);
        EXPECT_EQ(refused.error.kind(), ErrorKind::invalid_request);
        EXPECT_EQ(refused.error.retry(), Retry::elsewhere);
        EXPECT_EQ(refused.error.detail().param, "messages[1]");
    }
    EXPECT_EQ(chat(kUser + "," + result("z", "\"1\"")).error.detail().param, "messages[0]") << "a result of no call";
}

TEST(GeminiRequest, CallsWithTheSameIdAreToldApartByTheirOrder) {
    const Translated sent = chat(kUser + "," + assistant(call("a", "f") + "," + call("a", "g")) + "," +
                                 result("a", "\"1\"") + "," + result("a", "\"2\""));
    EXPECT_EQ(sent.at("/contents/2/parts/0/functionResponse/response/output"), "1");
    EXPECT_EQ(sent.at("/contents/2/parts/1/functionResponse/response/output"), "2");
    EXPECT_EQ(sent.at("/contents/2/parts/1/functionResponse/name"), "g");
}

TEST(GeminiRequest, ArgumentsThatAreNoObjectAreToldAsTheyAre) {
    const auto args = [](const std::string& arguments) {
        return chat(kUser + "," + assistant(call("a", "f", arguments)) + "," + result("a", "\"\""));
    };
    EXPECT_EQ(args("").at("/contents/1/parts/0/functionCall/args"), json::object());
    const Translated cut = args("{\"a\":");
    EXPECT_EQ(cut.at("/contents/1/parts/0/functionCall/args"), json::parse(R"({"invalid_arguments":"{\"a\":"})"));
    EXPECT_EQ(cut.changed, "messages[1].tool_calls");
}

std::string image_url(const std::string& url) { return R"({"type":"image_url","image_url":{"url":")" + url + "\"}}"; }
std::string user(const std::string& parts) { return R"({"role":"user","content":[)" + parts + "]}"; }

TEST(GeminiRequest, Media) {
    const Translated sent =
        chat(user(image_url("data:image/png;base64,iVBO+/=") + "," + image_url("https://a/b.JPG?x") + "," +
                  image_url("https://a/b.png?x=1") +
                  R"(,{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},)"
                  R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},)"
                  R"({"type":"video_url","video_url":{"url":"https://a/v.mp4"}})"));
    EXPECT_EQ(sent.at("/contents/0/parts"), json::parse(R"([{"inlineData":{"mimeType":"image/png","data":"iVBO+/="}},
        {"fileData":{"fileUri":"https://a/b.JPG?x"}},
        {"fileData":{"mimeType":"image/png","fileUri":"https://a/b.png?x=1"}},
        {"inlineData":{"mimeType":"audio/wav","data":"AAAA"}},
        {"inlineData":{"mimeType":"application/pdf","data":"JVBE"}},
        {"fileData":{"mimeType":"video/mp4","fileUri":"https://a/v.mp4"}}])"));
    EXPECT_EQ(sent.dropped, "filename");
}

TEST(GeminiRequest, D30PicturesOfAKindThatItTakes) {
    EXPECT_EQ(chat(user(image_url("data:image/jpg;base64,/9j/"))).at("/contents/0/parts/0/inlineData/mimeType"),
              "image/jpeg");
    EXPECT_EQ(chat(user(image_url("data:image/PNG;charset=x;base64,iVBO"))).at("/contents/0/parts/0/inlineData"),
              json::parse(R"({"mimeType":"image/png","data":"iVBO"})"));
    const Translated svg = chat(user(image_url("data:image/svg+xml;base64,PHN2")));
    EXPECT_EQ(svg.error.detail().param, "messages[0]");
    EXPECT_EQ(svg.error.retry(), Retry::elsewhere);
}

TEST(GeminiRequest, FilesOfOtherProvidersAndAddressesAreRefusedWhereTheyMeanNothing) {
    const std::string file = user(R"({"type":"file","file":{"file_id":"file-1"}})");
    EXPECT_EQ(chat(file).error.detail().param, "messages[0]");
    Target no_urls = kBudget;
    no_urls.quirks.add(Quirk::no_media_urls);
    EXPECT_EQ(chat(user(image_url("https://a/b.png")), no_urls).error.detail().param, "messages[0]");
    const std::string own = "https://generativelanguage.googleapis.com/v1beta/files/x";
    EXPECT_EQ(chat(user(image_url(own)), no_urls).at("/contents/0/parts/0/fileData/fileUri"), json::value(own));
}

TEST(GeminiRequest, D29PicturesInResults) {
    const std::string messages =
        kUser + "," + assistant(call("a", "f")) + "," +
        result("a", R"([{"type":"text","text":"shot"},)" + image_url("data:image/png;base64,iVBO") + "]");
    const json::value picture = json::parse(R"([{"inlineData":{"mimeType":"image/png","data":"iVBO"}}])");
    const Translated three = chat(messages, kLevel);
    EXPECT_EQ(three.at("/contents/2/parts/0/functionResponse/parts"), picture);
    EXPECT_EQ(three.at("/contents").as_array().size(), 3U);
    const Translated before = chat(messages);
    EXPECT_EQ(before.at("/contents/2/parts/0/functionResponse/response/output"), "shot");
    EXPECT_EQ(before.at("/contents/3/parts"), picture);
}

std::string tool(const std::string& schema, const std::string& more = "") {
    return R"({"type":"function","function":{"name":"f","description":"d")" + more +
           (schema.empty() ? "" : ",\"parameters\":" + schema) + "}}";
}

TEST(GeminiRequest, D18SchemasOfToolsAreWhole) {
    const std::string schema =
        R"({"$schema":"x","type":"object","additionalProperties":false,"properties":{"a":{"const":"x"},)"
        R"("n":{"exclusiveMinimum":0,"anyOf":[{"uniqueItems":true,"propertyNames":{}}]}}})";
    const Translated sent = with("\"tools\":[" + tool(schema) + "," + tool("") + "]");
    EXPECT_NE(sent.text.find("\"parametersJsonSchema\":" + schema), std::string::npos) << "its bytes stay";
    EXPECT_FALSE(sent.at("/tools/0/functionDeclarations/1").as_object().contains("parametersJsonSchema"));
    Target subset = kBudget;
    subset.quirks.add(Quirk::openapi_schemas);
    const Translated reduced = with("\"tools\":[" + tool(schema) + "]", subset);
    EXPECT_EQ(reduced.at("/tools/0/functionDeclarations/0/parameters/properties/a"),
              json::parse(R"({"type":"STRING","enum":["x"]})"));
}

TEST(GeminiRequest, ToolChoice) {
    const auto choice = [](const std::string& members, const std::string& more = "") {
        return with("\"tools\":[" + tool("", more) + "]," + members).at("/toolConfig/functionCallingConfig");
    };
    EXPECT_EQ(choice(R"("tool_choice":"auto")"), json::parse(R"({"mode":"AUTO"})"));
    EXPECT_EQ(choice(R"("tool_choice":"auto")", ",\"strict\":true"), json::parse(R"({"mode":"VALIDATED"})"));
    EXPECT_EQ(choice(R"("tool_choice":"none")"), json::parse(R"({"mode":"NONE"})"));
    EXPECT_EQ(choice(R"("tool_choice":"required")"), json::parse(R"({"mode":"ANY"})"));
    EXPECT_EQ(choice(R"("tool_choice":{"type":"function","function":{"name":"f"}})"),
              json::parse(R"({"mode":"ANY","allowedFunctionNames":["f"]})"));
    EXPECT_EQ(choice(R"("n":1)"), "absent");
    EXPECT_EQ(with("\"tools\":[" + tool("") + R"(],"parallel_tool_calls":false)").dropped, "parallel_tool_calls");
    EXPECT_EQ(with(R"("tool_choice":"auto")").at("/toolConfig"), "absent") << "without tools";
}

TEST(GeminiRequest, StructuredOutput) {
    const std::string format =
        R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})";
    const Translated sent = with(format);
    EXPECT_EQ(sent.setting("responseMimeType"), "application/json");
    EXPECT_EQ(sent.setting("responseJsonSchema"), json::parse(R"({"type":"object"})"));
    EXPECT_EQ(with(R"("response_format":{"type":"json_object"})").at("/generationConfig"),
              json::parse(R"({"responseMimeType":"application/json"})"));
    Target subset = kBudget;
    subset.quirks.add(Quirk::openapi_schemas);
    EXPECT_EQ(with(format, subset).setting("responseSchema"), json::parse(R"({"type":"OBJECT"})"));
}

TEST(GeminiRequest, D20ModelsBeforeGemini3CallToolsOrWriteJson) {
    const std::string both = "\"tools\":[" + tool("") + R"(],"response_format":{"type":"json_object"})";
    EXPECT_EQ(with(both, kLevel).setting("responseMimeType"), "application/json");
    EXPECT_EQ(with(both, kLevel).dropped, "");
    EXPECT_EQ(with(both).at("/generationConfig"), "absent");
    EXPECT_EQ(with(both).dropped, "response_format");
    const Translated none = with(both + R"(,"tool_choice":"none")");
    EXPECT_EQ(none.setting("responseMimeType"), "application/json");
    EXPECT_EQ(none.at("/tools"), "absent");
    EXPECT_EQ(none.dropped, "");
}

TEST(GeminiRequest, Parameters) {
    const Translated sent = with(R"("max_tokens":7,"temperature":0.50,"top_p":0.9,"top_k":5,"frequency_penalty":0.1,)"
                                 R"("presence_penalty":0.2,"seed":3,"n":2,"service_tier":"auto",)"
                                 R"("modalities":["text","image"],"stop":["a","","b","c","d","e","f"])");
    EXPECT_EQ(sent.at("/generationConfig"), json::parse(R"({"maxOutputTokens":7,"temperature":0.5,"topP":0.9,"topK":5,
        "frequencyPenalty":0.1,"presencePenalty":0.2,"seed":3,"candidateCount":2,
        "stopSequences":["a","b","c","d","e"],"responseModalities":["TEXT","IMAGE"]})"));
    EXPECT_NE(sent.text.find("\"temperature\":0.50"), std::string::npos);
    EXPECT_EQ(sent.dropped, "");
    EXPECT_EQ(sent.changed, "stop");
    EXPECT_EQ(with(R"("n":1,"modalities":["text"],"stop":"")").at("/generationConfig"), "absent");
    EXPECT_EQ(with(R"("modalities":["text","audio"])").dropped, "modalities");
    Target bound = kBudget;
    bound.output_bound = 99;
    EXPECT_EQ(with(R"("n":1)", bound).setting("maxOutputTokens"), 99);
}

TEST(GeminiRequest, WhatCannotBeExpressedIsNamed) {
    const Translated sent =
        translate(R"({"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":)"
                  R"({"type":"ephemeral"}}]}],"logit_bias":{"1":2},"min_p":0.1,"logprobs":true,"top_logprobs":2,)"
                  R"("user":"u","service_tier":"priority","x_new":1,"store":false})");
    EXPECT_EQ(sent.dropped, "cache_control, min_p, logit_bias, logprobs, top_logprobs, user, service_tier, x_new");
}

TEST(GeminiRequest, NoParameterGetsLost) { chat_test::expect_no_parameter_gets_lost(kBudget, write_gemini_request); }

TEST(GeminiRequest, ReasoningByBudget) {
    const auto thinking = [](const std::string& members) { return with(members).setting("thinkingConfig"); };
    EXPECT_EQ(thinking(R"("reasoning_effort":"low")"),
              json::parse(R"({"thinkingBudget":1024,"includeThoughts":true})"));
    EXPECT_EQ(thinking(R"("reasoning_effort":"high","max_tokens":1000)"),
              json::parse(R"({"thinkingBudget":800,"includeThoughts":true})"))
        << "words have room";
    EXPECT_EQ(thinking(R"("reasoning":{"max_tokens":2000})"),
              json::parse(R"({"thinkingBudget":2000,"includeThoughts":true})"));
    EXPECT_EQ(thinking(R"("reasoning":{"enabled":true})"),
              json::parse(R"({"thinkingBudget":-1,"includeThoughts":true})"));
    EXPECT_EQ(thinking(R"("reasoning_effort":"none")"), json::parse(R"({"thinkingBudget":0,"includeThoughts":false})"));
    Target none = kBudget;
    none.reasoning = ReasoningControl::none;
    EXPECT_EQ(with(R"("reasoning_effort":"low")", none).dropped, "reasoning_effort");
    EXPECT_EQ(with(R"("reasoning_effort":"none")", none).dropped, "");
}

TEST(GeminiRequest, ReasoningByLevel) {
    const auto sent = [](const std::string& members) { return with(members, kLevel); };
    EXPECT_EQ(sent(R"("reasoning_effort":"medium")").setting("thinkingConfig"),
              json::parse(R"({"thinkingLevel":"medium","includeThoughts":true})"));
    EXPECT_EQ(sent(R"("reasoning_effort":"medium")").changed, "");
    EXPECT_EQ(sent(R"("reasoning_effort":"max")").setting("thinkingConfig").at("thinkingLevel"), "high");
    EXPECT_EQ(sent(R"("reasoning_effort":"max")").changed, "reasoning_effort");
    EXPECT_EQ(sent(R"("reasoning_effort":"none")").setting("thinkingConfig"),
              json::parse(R"({"thinkingLevel":"minimal","includeThoughts":false})"));
    EXPECT_EQ(sent(R"("reasoning_effort":"none")").changed, "reasoning_effort");
    EXPECT_EQ(sent(R"("reasoning":{"max_tokens":2000})").setting("thinkingConfig").at("thinkingBudget"), 2000);
}

TEST(GeminiRequest, D24ReasoningOfAnotherProviderIsLeftOutAndNamed) {
    const Translated sent =
        chat(kUser +
             R"(,{"role":"assistant","content":"a","reasoning_details":[)"
             R"({"type":"reasoning.encrypted","data":"D","format":"openai-responses-v1"},)"
             R"({"type":"reasoning.text","text":"t","signature":"S","format":"anthropic-claude-v1"}]},)" +
             kUser);
    EXPECT_EQ(sent.at("/contents/1/parts"), json::parse(R"([{"text":"a"}])"));
    EXPECT_EQ(sent.dropped, "reasoning_details");
}

// Of a client whose dialect has the signature in the call.
TEST(GeminiRequest, D21ASignatureMayStandInItsCall) {
    ChatRequest request;
    request.parts = {{.kind = Part::Kind::text, .text = "go"},
                     {.kind = Part::Kind::tool_call,
                      .id = "a",
                      .name = "f",
                      .argument_object = "{}",
                      .format = ReasoningFormat::google,
                      .signature = "S"},
                     {.kind = Part::Kind::tool_result, .id = "a"}};
    request.turns = {{.role = Turn::Role::user, .begin = 0, .end = 1},
                     {.role = Turn::Role::assistant, .begin = 1, .end = 2},
                     {.role = Turn::Role::user, .begin = 2, .end = 3}};
    std::string out;
    TranslationNotes notes;
    ASSERT_FALSE(write_gemini_request(request, kLevel, out, notes));
    EXPECT_EQ(json::parse(out).at_pointer("/contents/1/parts/0/thoughtSignature"), "S");
}

TEST(GeminiRequest, D33TheBeginningOfAnAnswer) {
    const std::string begun = kUser + R"(,{"role":"assistant","content":"Once"})";
    EXPECT_EQ(chat(begun).at("/contents/1"), json::parse(R"({"parts":[{"text":"Once"}],"role":"model"})"));
    Target no_prefill = kBudget;
    no_prefill.continues_answers = false;
    EXPECT_EQ(chat(begun, no_prefill).error.detail().param, "messages[1]");
    EXPECT_EQ(chat(kUser + R"(,{"role":"assistant","content":""})").at("/contents").as_array().size(), 1U);
}

TEST(GeminiRequest, FieldsAreNamedAsTheClientNamesThem) {
    ChatRequest request;
    ASSERT_FALSE(
        read_chat_request(R"({"messages":[)" + user(R"({"type":"file","file":{"file_id":"x"}})") + "]}", {}, request));
    request.turns_field = "input";
    std::string out;
    TranslationNotes notes;
    EXPECT_EQ(write_gemini_request(request, kBudget, out, notes).detail().param, "input[0]");
}

}  // namespace
}  // namespace tollgate
