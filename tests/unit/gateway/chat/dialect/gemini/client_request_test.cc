// Requests of Google's clients, read, and written as chats for another provider.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/chat/dialect/gemini/request_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"

namespace tollgate {
namespace {

namespace json = boost::json;
using Kind = Part::Kind;

// The body lives as long as the request.
struct Read {
    std::string body;
    ChatRequest request;
    Error error;

    explicit Read(std::string text) : body(std::move(text)) {
        EXPECT_TRUE(is_json(body, 64)) << body;
        error = read_gemini_request(body, request);
    }
    std::string unknown() const {
        std::string all;
        for (const std::string_view name : request.unknown) all += (all.empty() ? "" : ", ") + std::string(name);
        return all;
    }
    const ParameterValue& operator[](Parameter parameter) const { return request[parameter]; }
    const Part& part(std::size_t index) const { return request.parts.at(index); }
};

Read contents(const std::string& contents) { return Read("{\"contents\":[" + contents + "]}"); }
Read parts(const std::string& parts) { return contents(R"({"role":"user","parts":[)" + parts + "]}"); }
Read with(const std::string& members) { return Read(R"({"contents":[{"parts":[{"text":"hi"}]}],)" + members + "}"); }
Read config(const std::string& members) { return with("\"generationConfig\":{" + members + "}"); }

TEST(GeminiClientRequest, TurnsAndTheInstruction) {
    const Read read(
        R"({"systemInstruction":{"role":"user","parts":[{"text":"S"}]},"contents":[)"
        R"({"role":"user","parts":[{"text":"h\u00e9"}]},{"role":"model","parts":[{"text":"a"},{"text":""}]},)"
        R"({"parts":{"text":"b"}}]})");
    ASSERT_FALSE(read.error);
    ASSERT_EQ(read.request.turns.size(), 4U);
    EXPECT_EQ(read.request.turns[0].role, Turn::Role::system);
    EXPECT_EQ(read.request.turns[1].role, Turn::Role::user);
    EXPECT_EQ(read.request.turns[2].role, Turn::Role::assistant);
    EXPECT_EQ(read.request.turns[3].message, 2U);
    EXPECT_EQ(read.part(1).text, R"(h\u00e9)") << "as it is spelt";
    EXPECT_EQ(read.request.parts.size(), 4U);
    EXPECT_EQ(read.request.turns_field, "contents");
    EXPECT_EQ(Read(R"({"contents":"hi"})").part(0).text, "hi");
    EXPECT_EQ(contents(R"({"role":"judge","parts":[]})").error.detail().param, "contents[0].role");
    EXPECT_EQ(Read(R"({"contents":7})").error.detail().param, "contents");
    EXPECT_EQ(parts("7").error.detail().param, "contents[0].parts[0]");
}

TEST(GeminiClientRequest, BothSpellingsOfNames) {
    const Read read(
        R"({"system_instruction":{"parts":[{"text":"S"}]},"contents":[{"role":"user","parts":[)"
        R"({"inline_data":{"mime_type":"image/PNG","data":"iVBO"}},{"file_data":{"file_uri":"gs://b/f"}}]}],)"
        R"("generation_config":{"max_output_tokens":5,"top_k":3,"thinking_config":{"thinking_budget":7}},)"
        R"("tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]}],)"
        R"("tool_config":{"function_calling_config":{"mode":"any","allowed_function_names":["f"]}}})");
    ASSERT_FALSE(read.error) << read.error.detail().message;
    EXPECT_EQ(read.part(1).media.type, "image/png");
    EXPECT_EQ(read.part(2).media.source, Media::Source::file_id) << "no one but Google reads it";
    EXPECT_EQ(read.request.output_bound, 5);
    EXPECT_EQ(read[Parameter::top_k].name, "generationConfig.topK");
    EXPECT_EQ(read.request.reasoning.tokens, 7);
    EXPECT_EQ(read.request.tools.at(0).schema, R"({"type":"object"})");
    EXPECT_EQ(read.request.tool_choice.kind, ToolChoice::Kind::named);
    EXPECT_EQ(read.unknown(), "");
}

TEST(GeminiClientRequest, D63Media) {
    const Read read = parts(
        R"({"text":"see"},{"inlineData":{"mimeType":"image/png","data":"AA=="}},{"inlineData":{"mimeType":"audio/wav",)"
        R"("data":"BB=="}},{"fileData":{"mimeType":"video/mp4","fileUri":"https://a/v"}},)"
        R"({"inlineData":{"mimeType":"application/pdf","data":"CC==","displayName":"a.pdf"}})");
    ASSERT_EQ(read.request.parts.size(), 5U);
    EXPECT_EQ(read.part(1).kind, Kind::image);
    EXPECT_EQ(read.part(1).media.value, "AA==");
    EXPECT_EQ(read.part(2).kind, Kind::audio);
    EXPECT_EQ(read.part(3).kind, Kind::video);
    EXPECT_EQ(read.part(3).media.source, Media::Source::url);
    EXPECT_EQ(read.part(4).kind, Kind::file);
    EXPECT_EQ(read.part(4).media.name, "a.pdf");
}

std::string call(const std::string& name, const std::string& id = "", const std::string& more = "") {
    return R"({"functionCall":{"name":")" + name + "\"" + (id.empty() ? "" : ",\"id\":\"" + id + "\"") +
           R"(,"args":{"x":1}})" + more + "}";
}
std::string response(const std::string& name, const std::string& id = "",
                     const std::string& said = R"({"output":"ok"})") {
    return R"({"functionResponse":{"name":")" + name + "\"" + (id.empty() ? "" : ",\"id\":\"" + id + "\"") +
           ",\"response\":" + said + "}}";
}
std::string model(const std::string& parts) { return R"({"role":"model","parts":[)" + parts + "]}"; }
std::string user(const std::string& parts) { return R"({"role":"user","parts":[)" + parts + "]}"; }

TEST(GeminiClientRequest, CallsAndResultsWithoutIdsFindEachOther) {
    const Read read = contents(user(R"({"text":"go"})") + "," + model(call("f") + "," + call("g") + "," + call("f")) +
                               "," + user(response("g") + "," + response("f") + "," + response("f")));
    ASSERT_FALSE(read.error);
    EXPECT_EQ(read.part(1).id, "call_1_0");
    EXPECT_EQ(read.part(4).id, read.part(2).id) << "g's";
    EXPECT_EQ(read.part(5).id, read.part(1).id) << "the first of f";
    EXPECT_EQ(read.part(6).id, read.part(3).id);
    EXPECT_EQ(contents(user(response("f"))).error.detail().param, "contents[0].parts[0]") << "of no call";
}

TEST(GeminiClientRequest, IdsAreTheClientsOwnWhereThereAreSome) {
    const Read read = contents(model(call("f", "a")) + "," + user(response("f", "a")));
    EXPECT_EQ(read.part(0).id, "a");
    EXPECT_EQ(read.part(0).argument_object, R"({"x":1})");
    EXPECT_EQ(read.part(1).id, "a");
}

// gemini-cli makes ids for the results of calls that have none: google-gemini/gemini-cli#6974.
TEST(GeminiClientRequest, AResultWithAnIdThatNoCallHasIsPairedByNameAndOrder) {
    const Read read = contents(model(call("f") + "," + call("f", "a") + "," + call("f")) + "," +
                               user(response("f", "f-1") + "," + response("f", "a") + "," + response("f")));
    ASSERT_FALSE(read.error);
    EXPECT_EQ(read.part(3).id, read.part(0).id);
    EXPECT_EQ(read.part(4).id, "a");
    EXPECT_EQ(read.part(5).id, read.part(2).id) << "each call has one result";
    const Read other = contents(model(call("f", "a")) + "," + user(response("f", "b")));
    EXPECT_EQ(other.part(1).id, "a");
    const Read orphan = contents(model(call("f", "a")) + "," + user(response("g", "b")));
    EXPECT_EQ(orphan.part(1).id, "b") << "of no call: whoever reads it says so";
}

TEST(GeminiClientRequest, WhatAFunctionSaid) {
    const auto said = [](const std::string& said) {
        const Read read = contents(model(call("f", "a")) + "," + user(response("f", "a", said)));
        const Part& result = read.part(1);
        EXPECT_EQ(result.end - result.begin, 1U);
        return (result.failed ? "failed: " : "") + plain(read.request.result_parts.at(result.begin).text);
    };
    EXPECT_EQ(said(R"({"output":"o\"k"})"), "o\"k");
    EXPECT_EQ(said(R"({"error":"no"})"), "failed: no");
    EXPECT_EQ(said(R"({"error":{"code":1}})"), R"(failed: {"code":1})");
    EXPECT_EQ(said(R"({"t":21,"output":"x"})"), R"({"t":21,"output":"x"})");
    EXPECT_EQ(said(R"({"output":5})"), R"({"output":5})");
    const Read picture =
        contents(model(call("f", "a")) + "," +
                 user(R"({"functionResponse":{"name":"f","id":"a","response":{"output":"shot"},"parts":[)"
                      R"({"inlineData":{"mimeType":"image/png","data":"AA=="}}]}})"));
    EXPECT_EQ(picture.request.result_parts.at(1).media.value, "AA==");
}

TEST(GeminiClientRequest, SignaturesStandBeforeTheirParts) {
    const Read read = contents(model(R"({"text":"t","thought":true,"thoughtSignature":"S0"},)"
                                     R"({"text":"a","thoughtSignature":"S1"},)" +
                                     call("f", "", R"(,"thoughtSignature":"S2")")));
    ASSERT_EQ(read.request.parts.size(), 5U);
    EXPECT_EQ(read.part(0).kind, Kind::reasoning);
    EXPECT_EQ(read.part(0).signature, "S0");
    EXPECT_EQ(read.part(0).format, ReasoningFormat::google);
    EXPECT_EQ(read.part(1).kind, Kind::sealed_reasoning);
    EXPECT_EQ(read.part(1).text, "S1");
    EXPECT_EQ(read.part(2).text, "a");
    EXPECT_EQ(read.part(3).text, "S2");
    EXPECT_EQ(read.part(3).id, read.part(4).id) << "its call's";
}

TEST(GeminiClientRequest, D24ReasoningOfOthersComesBackAsItWas) {
    const std::string seal = write_foreign_seal({ReasoningFormat::anthropic, true, "S+/="});
    const Read read =
        contents(user(R"({"text":"go"})") + "," +
                 model(R"({"text":"wh","thought":true},)"
                       R"({"text":"y","thought":true})") +
                 "," + model(R"({"text":"","thought":true,"thoughtSignature":")" + seal + "\"}," + call("f", "a")) +
                 "," + user(response("f", "a")));
    ASSERT_FALSE(read.error);
    EXPECT_EQ(read.part(1).text, "why");
    EXPECT_EQ(read.part(1).signature, "S+/=");
    EXPECT_EQ(read.part(1).format, ReasoningFormat::anthropic);
    std::string out;
    TranslationNotes notes;
    ASSERT_FALSE(write_messages_request(read.request, {.model = "m", .output_bound = 9}, out, notes));
    EXPECT_NE(out.find(R"({"type":"thinking","thinking":"why","signature":"S+/="},{"type":"tool_use")"),
              std::string::npos)
        << out;
}

TEST(GeminiClientRequest, SealsOfOthersMayComeBackInTheOtherAlphabet) {
    const ForeignSeal seal{ReasoningFormat::openai_responses, false, "a\xc3\xbf>?~~\xc3\xbf\xc3\xbe"};
    std::string text = write_foreign_seal(seal);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (text.ends_with('=')) text.pop_back();
    const auto read = read_foreign_seal(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->format, seal.format);
    EXPECT_EQ(read->text, seal.text);
    EXPECT_FALSE(read->signature);
    for (const auto format : {ReasoningFormat::unknown, ReasoningFormat::bedrock, ReasoningFormat::xai_responses}) {
        EXPECT_EQ(read_foreign_seal(write_foreign_seal({format, true, "S"}))->format, format);
    }
    EXPECT_FALSE(read_foreign_seal("EtkBCtYBAXLI2nw"));
    EXPECT_FALSE(read_foreign_seal("dG9sbGdhdGUtdjE6"));
    EXPECT_FALSE(read_foreign_seal("dG9sbGdhdGUtdjE6*"));
    EXPECT_FALSE(read_foreign_seal(write_foreign_seal({ReasoningFormat::anthropic, true, "a\"b"}))) << "no JSON string";
}

TEST(GeminiClientRequest, D15WhatGooglesToolsDidStaysAsText) {
    const Read read = contents(model(R"({"executableCode":{"language":"PYTHON","code":"1+1"}},)"
                                     R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"2"}},)"
                                     R"({"toolCall":{"toolType":"X"}},{"text":"a","videoMetadata":{"fps":1}})"));
    ASSERT_FALSE(read.error);
    ASSERT_EQ(read.request.parts.size(), 3U);
    EXPECT_EQ(read.part(0).text, "1+1");
    EXPECT_EQ(read.part(1).text, "2");
    EXPECT_EQ(read.unknown(), "contents[].parts[].toolCall, contents[].parts[].videoMetadata");
}

TEST(GeminiClientRequest, Tools) {
    const Read read = with(R"("tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":)"
                           R"({"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}},)"
                           R"({"name":"g","parametersJsonSchema":{"type":"object","x":1.0},"behavior":"BLOCKING"}]},)"
                           R"({"googleSearch":{}}])");
    ASSERT_FALSE(read.error);
    ASSERT_EQ(read.request.tools.size(), 2U);
    EXPECT_EQ(json::parse(read.request.tools[0].schema),
              json::parse(R"({"type":"object","properties":{"a":{"type":["string","null"]}}})"));
    EXPECT_EQ(read.request.tools[1].schema, R"({"type":"object","x":1.0})");
    EXPECT_EQ(read.unknown(), "tools[].functionDeclarations[].behavior, tools[].googleSearch");
    EXPECT_TRUE(with(R"("tools":[{"functionDeclarations":[{"description":"d"}]}])").error);
    EXPECT_EQ(with(R"("tools":7)").error.detail().param, "tools");
}

TEST(GeminiClientRequest, ToolChoice) {
    const auto choice = [](const std::string& config) {
        return with(R"("tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"},{"name":"h"}]}],)"
                    R"("toolConfig":{"functionCallingConfig":{)" +
                    config + "}}");
    };
    EXPECT_EQ(choice(R"("mode":"AUTO")").request.tool_choice.kind, ToolChoice::Kind::automatic);
    EXPECT_EQ(choice(R"("mode":"NONE")").request.tool_choice.kind, ToolChoice::Kind::none);
    EXPECT_EQ(choice(R"("mode":"ANY")").request.tool_choice.kind, ToolChoice::Kind::required);
    const Read named = choice(R"("mode":"ANY","allowedFunctionNames":["g"])");
    EXPECT_EQ(named.request.tool_choice.name, "g");
    EXPECT_EQ(named.request.tools.size(), 3U);
    const Read several = choice(R"("mode":"ANY","allowedFunctionNames":["g","h"])");
    EXPECT_EQ(several.request.tool_choice.kind, ToolChoice::Kind::required);
    EXPECT_EQ(several.request.tools.size(), 2U) << "others may not be called";
    const Read validated = choice(R"("mode":"VALIDATED")");
    EXPECT_EQ(validated.request.tool_choice.kind, ToolChoice::Kind::automatic);
    EXPECT_EQ(validated.request.tools.at(1).strict, "") << "its schema is open, or it has none";
    EXPECT_EQ(validated.request.restated, std::vector<std::string_view>(1, "toolConfig.functionCallingConfig.mode"));
    const Read closed = with(
        R"("tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object","properties":{},"additionalProperties":false}}]}],)"
        R"("toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}})");
    EXPECT_EQ(closed.request.tools.at(0).strict, "true");
    EXPECT_TRUE(closed.request.restated.empty());
    EXPECT_EQ(choice(R"("mode":"SOME")").error.detail().param, "toolConfig.functionCallingConfig");
}

TEST(GeminiClientRequest, Settings) {
    const Read read =
        config(R"("temperature":0.50,"topP":0.9,"topK":40,"frequencyPenalty":0.1,"presencePenalty":0.2,"seed":7,)"
               R"("candidateCount":2,"responseLogprobs":true,"logprobs":3,"responseModalities":["TEXT","IMAGE"],)"
               R"("speechConfig":{},"stopSequences":["a","b"],"maxOutputTokens":9,"mediaResolution":"LOW")");
    ASSERT_FALSE(read.error);
    EXPECT_EQ(read[Parameter::temperature].value, "0.50");
    EXPECT_EQ(read[Parameter::temperature].name, "generationConfig.temperature");
    EXPECT_EQ(read[Parameter::choices].value, "2");
    EXPECT_EQ(read[Parameter::logprobs].value, "true");
    EXPECT_EQ(read[Parameter::top_logprobs].value, "3");
    EXPECT_EQ(read[Parameter::modalities].value, R"(["text","image"])");
    EXPECT_EQ(read[Parameter::audio].name, "generationConfig.speechConfig");
    EXPECT_EQ(read.request.stop.size(), 2U);
    EXPECT_EQ(read.request.output_bound, 9);
    EXPECT_EQ(read.unknown(), "generationConfig.mediaResolution");
    EXPECT_TRUE(config(R"("stopSequences":[1])").error);
    EXPECT_TRUE(config(R"("maxOutputTokens":"x")").error);
}

TEST(GeminiClientRequest, Output) {
    const Read whole =
        config(R"("responseMimeType":"application/json","responseJsonSchema":{"type":"object","x":1.0})");
    EXPECT_EQ(whole.request.output.kind, OutputFormat::Kind::json_schema);
    EXPECT_EQ(whole.request.output.schema, R"({"type":"object","x":1.0})");
    EXPECT_EQ(whole.request.output_field, "generationConfig.responseJsonSchema");
    const Read subset = config(R"("responseMimeType":"application/json","responseSchema":{"type":"OBJECT"})");
    EXPECT_EQ(subset.request.output.schema, R"({"type":"object"})");
    EXPECT_EQ(config(R"("responseMimeType":"application/json")").request.output.kind, OutputFormat::Kind::json_object);
    EXPECT_EQ(config(R"("responseMimeType":"text/plain")").unknown(), "");
    EXPECT_EQ(config(R"("responseMimeType":"text/x.enum","responseSchema":{})").unknown(),
              "generationConfig.responseMimeType, generationConfig.responseSchema");
}

TEST(GeminiClientRequest, Thinking) {
    const auto wish = [](const std::string& thinking) {
        const Read read = config("\"thinkingConfig\":{" + thinking + "}");
        EXPECT_FALSE(read.error);
        return read.request.reasoning;
    };
    EXPECT_EQ(wish(R"("thinkingLevel":"HIGH")").effort, Effort::high);
    EXPECT_EQ(wish(R"("thinkingLevel":"minimal")").effort, Effort::minimal);
    EXPECT_EQ(wish(R"("thinkingBudget":1024)").tokens, 1024);
    EXPECT_FALSE(wish(R"("thinkingBudget":0)").wanted());
    EXPECT_TRUE(wish(R"("thinkingBudget":-1)").wanted());
    EXPECT_TRUE(wish(R"("includeThoughts":true)").wanted());
    EXPECT_FALSE(wish(R"("includeThoughts":false)").wanted());
    EXPECT_EQ(wish(R"("thinkingBudget":5)").field, "generationConfig.thinkingConfig");
    EXPECT_TRUE(config(R"("thinkingConfig":{"thinkingLevel":"huge"})").error);
    EXPECT_TRUE(config(R"("thinkingConfig":{"thinkingBudget":"x"})").error);
}

TEST(GeminiClientRequest, WhatStandsBesideTheContents) {
    const Read read =
        with(R"("safetySettings":[{"category":"X"}],"labels":{"a":"b"},"model":"m","serviceTier":"flex")");
    EXPECT_EQ(read.unknown(), "safetySettings");
    EXPECT_EQ(read[Parameter::metadata].name, "labels");
    EXPECT_EQ(read[Parameter::service_tier].value, "\"flex\"");
    const Read cached = with(R"("cachedContent":"cachedContents/x")");
    EXPECT_EQ(cached.error.detail().param, "cachedContent") << "what it holds would be lost";
    EXPECT_EQ(cached.error.retry(), Retry::elsewhere);
}

}  // namespace
}  // namespace tollgate
