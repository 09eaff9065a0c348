// Rows D… are kinds of faults that were reported of other gateways.
#include <gtest/gtest.h>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "gateway/chat/translation.h"
#include "tests/unit/gateway/chat/dialect/gemini/answer_fixture.h"

namespace tollgate::gemini_test {
namespace {

namespace json = boost::json;

const std::string kUsage = R"("usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3,"totalTokenCount":8},)"
                           R"("modelVersion":"gemini-x","responseId":"r1")";

std::string candidate(const std::string& parts, const std::string& reason = "STOP") {
    return R"({"content":{"parts":[)" + parts + R"(],"role":"model"})" +
           (reason.empty() ? "" : ",\"finishReason\":\"" + reason + "\"") + ",\"index\":0}";
}
std::string response(const std::string& candidates, const std::string& rest = kUsage) {
    return "{\"candidates\":[" + candidates + "]," + rest + "}";
}
std::string body(const std::string& parts, const std::string& reason = "STOP") {
    return response(candidate(parts, reason));
}
std::string event(const std::string& response) { return "data: " + response + "\r\n\r\n"; }

TEST(GeminiAnswer, Text) {
    const Plain plain = read_plain(body(R"({"text":"h\u00e9 "},{"text":"\"x\""})"));
    EXPECT_EQ(plain.answer(), json::parse(R"({"id":"r1","object":"chat.completion","created":7,
        "model":"google/gemini","choices":[{"index":0,"message":{"role":"assistant","content":"hé \"x\"",
        "refusal":null},"logprobs":null,"finish_reason":"stop"}],
        "usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"cost":0.5}})"));
    EXPECT_NE(plain.text.find(R"("content":"h\u00e9 \"x\"")"), std::string::npos) << "as it is spelt";
    EXPECT_EQ(plain.facts->text.bytes, 7);
    EXPECT_EQ(plain.facts->finish_reason, "stop");
    EXPECT_EQ(plain.facts->id, "r1");
    EXPECT_TRUE(plain.facts->choices);
}

TEST(GeminiAnswer, NamesMayBeSpeltInTheOtherWay) {
    const Plain plain =
        read_plain(R"({"candidates":[{"content":{"parts":[{"function_call":{"name":"f","args":{"a":1}},)"
                   R"("thought_signature":"S"}]},"finish_reason":"STOP"}],"usage_metadata":{"prompt_token_count":1},)"
                   R"("response_id":"r"})");
    EXPECT_EQ(plain.message().at_pointer("/tool_calls/0/function/name"), "f");
    EXPECT_EQ(plain.message().at_pointer("/tool_calls/0/extra_content/google/thought_signature"), "S");
    EXPECT_EQ(plain.finish_reason(), "tool_calls");
}

TEST(GeminiAnswer, ThoughtsAreReasoningAndTheirTokensAreOfTheCompletion) {
    const Plain plain =
        read_plain(R"({"candidates":[)" +
                   candidate(R"({"text":"why","thought":true},{"text":" so","thought":true},{"text":"a"})") +
                   R"(],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1,)"
                   R"("thoughtsTokenCount":20,"cachedContentTokenCount":4,"totalTokenCount":31}})");
    EXPECT_EQ(plain.message(), json::parse(R"({"role":"assistant","content":"a","refusal":null,
        "reasoning_content":"why so","reasoning_details":[{"type":"reasoning.text","text":"why so","signature":null,
        "format":"google-gemini-v1","index":0}]})"));
    EXPECT_EQ(plain.facts->text.reasoning_bytes, 6);
    const json::value usage = plain.answer().at("usage");
    EXPECT_EQ(usage.at("completion_tokens"), 21);
    EXPECT_EQ(usage.at_pointer("/completion_tokens_details/reasoning_tokens"), 20);
    EXPECT_EQ(usage.at_pointer("/prompt_tokens_details/cached_tokens"), 4);
}

TEST(GeminiAnswer, CallsWithoutAnIdGetOneThatStays) {
    const std::string parts = R"({"functionCall":{"name":"f","args":{"p":"a\"b","n":12345678901234567890123}}},)"
                              R"({"functionCall":{"id":"own","name":"g"}},{"functionCall":{"name":"f","args":{}}})";
    const json::value calls = read_plain(body(parts)).message().at("tool_calls");
    ASSERT_EQ(calls.as_array().size(), 3U);
    EXPECT_EQ(calls.at_pointer("/0/function/arguments"), R"({"p":"a\"b","n":12345678901234567890123})");
    EXPECT_EQ(calls.at_pointer("/1/id"), "own");
    EXPECT_EQ(calls.at_pointer("/1/function/arguments"), "{}");
    EXPECT_TRUE(calls.at_pointer("/0/id").as_string().starts_with("call_"));
    EXPECT_NE(calls.at_pointer("/0/id"), calls.at_pointer("/2/id"));
    EXPECT_EQ(read_plain(body(parts)).message().at("tool_calls"), calls) << "read again";
    EXPECT_EQ(read_stream(event(body(parts))).deltas().at(1).at_pointer("/tool_calls/0/id"), calls.at_pointer("/0/id"))
        << "and as a stream";
}

TEST(GeminiAnswer, FinishReasons) {
    const auto reason = [](const std::string& native, const std::string& parts = R"({"text":"a"})") {
        return std::string(read_plain(body(parts, native)).finish_reason().as_string());
    };
    EXPECT_EQ(reason("STOP"), "stop");
    EXPECT_EQ(reason("MAX_TOKENS"), "length");
    for (const char* const native : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
                                     "MODEL_ARMOR", "LANGUAGE"}) {
        EXPECT_EQ(reason(native), "content_filter") << native;
    }
    EXPECT_EQ(reason("MALFORMED_FUNCTION_CALL", ""), "error");
    EXPECT_EQ(reason("OTHER"), "error");
    EXPECT_EQ(reason("A_NEW_ONE"), "stop");
    EXPECT_EQ(reason("MAX_TOKENS", R"({"functionCall":{"name":"f"}})"), "length");
    const Plain plain = read_plain(body(R"({"text":"a"})", "MALFORMED_FUNCTION_CALL"), openrouter_inbound());
    EXPECT_EQ(plain.answer().at_pointer("/choices/0/native_finish_reason"), "MALFORMED_FUNCTION_CALL");
}

TEST(GeminiAnswer, ABlockedPromptIsARefusal) {
    const Plain plain = read_plain(R"({"promptFeedback":{"blockReason":"MODEL_ARMOR",)"
                                   R"("blockReasonMessage":"no \"way\""},"usageMetadata":{"promptTokenCount":4}})");
    EXPECT_EQ(plain.message().at("refusal"), "no \"way\"");
    EXPECT_EQ(plain.message().at("content"), "");
    EXPECT_EQ(plain.finish_reason(), "content_filter");
    EXPECT_EQ(plain.facts->finish_reason, "content_filter");
    EXPECT_TRUE(plain.facts->choices);
    const Plain bare = read_plain(R"({"promptFeedback":{"blockReason":"SAFETY"}})");
    EXPECT_EQ(bare.finish_reason(), "content_filter");
    const Streamed stream = read_stream(event(R"({"promptFeedback":{"blockReason":"OTHER"},"responseId":"r"})"));
    EXPECT_EQ(stream.chunks().at(1).at("choices").at_pointer("/0/finish_reason"), "content_filter");
}

TEST(GeminiAnswer, PicturesAreImages) {
    const Plain plain = read_plain(body(R"({"text":"see"},{"inlineData":{"mimeType":"image/png","data":"iVBO/+="}})"));
    EXPECT_EQ(plain.message().at("content"), "see");
    EXPECT_EQ(plain.message().at("images"),
              json::parse(R"([{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO/+="}}])"));
    EXPECT_TRUE(plain.facts->text.other_output);
}

TEST(GeminiAnswer, SeveralCandidatesAreChoices) {
    const Plain plain = read_plain(
        response(candidate(R"({"text":"a"})") +
                 R"(,{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP","index":1})"));
    const json::value choices = plain.answer().at("choices");
    ASSERT_EQ(choices.as_array().size(), 2U);
    EXPECT_EQ(choices.at_pointer("/0/message/content"), "a");
    EXPECT_EQ(choices.at_pointer("/0/finish_reason"), "stop");
    EXPECT_EQ(choices.at_pointer("/1/finish_reason"), "tool_calls");
    EXPECT_EQ(plain.facts->finish_reasons, 2);
}

TEST(GeminiAnswer, PartsOfItsOwnToolsAreNoPartOfTheAnswer) {
    const Plain plain =
        read_plain(body(R"({"executableCode":{"language":"PYTHON","code":"1"}},{"codeExecutionResult":{"output":"1"}},)"
                        R"({"toolCall":{"toolType":"X"}},{"text":"found"})"));
    EXPECT_EQ(plain.message(), json::parse(R"({"role":"assistant","content":"found","refusal":null})"));
}

TEST(GeminiAnswer, SourcesAreAnnotationsOnce) {
    const std::string grounding =
        R"("groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a","title":"A \"1\""}},)"
        R"({"retrievedContext":{"uri":"https://b"}},{"web":{"uri":"https://a"}}]})";
    const std::string with = R"({"content":{"parts":[{"text":"x"}]},)" + grounding;
    EXPECT_EQ(read_plain(response(with + R"(,"finishReason":"STOP"})")).message().at("annotations"), json::parse(R"([
        {"type":"url_citation","url_citation":{"url":"https://a","title":"A \"1\"","start_index":0,"end_index":0}},
        {"type":"url_citation","url_citation":{"url":"https://b","title":"","start_index":0,"end_index":0}}])"));
    const Streamed stream =
        read_stream(event(response(with + "}")) + event(response(with + R"(,"finishReason":"STOP"})")));
    int told = 0;
    for (const json::value& delta : stream.deltas()) told += delta.as_object().contains("annotations") ? 1 : 0;
    EXPECT_EQ(told, 2);
}

TEST(GeminiAnswer, AListOfResponsesIsAnAnswerToo) {
    const Plain plain = read_plain("[" + body(R"({"text":"a"})", "") + ",\n" + body(R"({"text":"b"})") + "]");
    EXPECT_EQ(plain.message().at("content"), "ab");
    EXPECT_EQ(plain.finish_reason(), "stop");
    EXPECT_EQ(plain.answer().at_pointer("/usage/prompt_tokens"), 5);
    EXPECT_EQ(read_plain("[" + body(R"({"text":"a"})", "") + R"(,{"error":{"code":503}}])").read, AnswerRead::error);
}

TEST(GeminiAnswer, WhatIsNoAnswer) {
    EXPECT_EQ(read_plain(R"({"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}})").read, AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"choices":[]})").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain("[]").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain("7").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain(R"({"candidates":[{"index":128}]})").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain(R"({"candidates":["x"]})").read, AnswerRead::invalid);
}

TEST(GeminiStream, Text) {
    const Streamed stream = read_stream(event(body(R"({"text":"h\u00e9"})", "")) + event(body(R"({"text":"llo"})")));
    const std::vector<json::value> deltas = stream.deltas();
    ASSERT_EQ(deltas.size(), 4U) << stream.out;
    EXPECT_EQ(deltas[0], json::parse(R"({"role":"assistant","content":""})"));
    EXPECT_EQ(deltas[1], json::parse(R"({"content":"hé"})"));
    EXPECT_EQ(deltas[2], json::parse(R"({"content":"llo"})"));
    EXPECT_TRUE(stream.out.ends_with("data: [DONE]\n\n"));
    EXPECT_EQ(stream.facts.content_events, 2);
    EXPECT_EQ(stream.facts.text.bytes, 6);
    EXPECT_EQ(stream.facts.finish_reason, "stop");
    EXPECT_EQ(stream.chunks().back().at("usage").at("prompt_tokens"), 5);
}

TEST(GeminiStream, APromptThatWasEstimatedIsCountedAsTheEndHasIt) {
    const Streamed stream =
        read_stream(event(response(candidate(R"({"text":"a"})", ""),
                                   R"("usageMetadata":{"promptTokenCount":169,"totalTokenCount":169})")) +
                    event(response(candidate(R"({"text":"b"})"),
                                   R"("usageMetadata":{"promptTokenCount":79,"candidatesTokenCount":2})")));
    EXPECT_EQ(stream.chunks().back().at("usage").at("prompt_tokens"), 79);
}

TEST(GeminiStream, D12CallsEndAnAnswerWhereverItsReasonStands) {
    const Streamed stream =
        read_stream(event(body(R"({"functionCall":{"name":"f","args":{}}})", "")) + event(body(R"({"text":""})")));
    int finishes = 0;
    for (const json::object& chunk : stream.chunks()) {
        for (const json::value& choice : chunk.at("choices").as_array()) {
            if (choice.at("finish_reason").is_null()) continue;
            ++finishes;
            EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
        }
    }
    EXPECT_EQ(finishes, 1);
    EXPECT_EQ(stream.facts.finish_reason, "tool_calls");
    EXPECT_EQ(stream.facts.finished, 1);
}

TEST(GeminiStream, AReasonInEachPieceIsToldOnce) {
    const Streamed stream = read_stream(event(body(R"({"text":"a"})")) + event(body(R"({"text":"b"})")));
    EXPECT_EQ(stream.facts.text.bytes, 2);
}

TEST(GeminiStream, D12AReasonInEachPieceIsToldInTheLastChunk) {
    for (const std::string second : {R"({"text":"b"})", R"({"functionCall":{"name":"f","args":{}}})"}) {
        const Streamed stream = read_stream(event(body(R"({"text":"a"})")) + event(body(second)));
        std::vector<json::value> reasons;
        for (const json::object& chunk : stream.chunks()) {
            for (const json::value& choice : chunk.at("choices").as_array())
                reasons.push_back(choice.at("finish_reason"));
        }
        ASSERT_FALSE(reasons.empty());
        EXPECT_EQ(reasons.back(), second.contains("text") ? "stop" : "tool_calls");
        reasons.pop_back();
        for (const json::value& reason : reasons) EXPECT_TRUE(reason.is_null()) << stream.out;
    }
}

TEST(GeminiStream, PiecesThatSayNothingEndNoAnswer) {
    const std::string idle = event(R"({"modelVersion":"gemini","responseId":"r"})");
    const Streamed stream =
        read_stream(idle + event(body(R"({"text":"a"})", "")) + idle + event(body(R"({"text":"b"})")) + idle);
    EXPECT_FALSE(stream.facts.invalid);
    std::string text;
    for (const json::value& delta : stream.deltas()) {
        if (const auto* const words = delta.as_object().if_contains("content")) text += words->as_string();
    }
    EXPECT_EQ(text, "ab");
    EXPECT_EQ(read_plain(R"({"responseId":"r"})").read, AnswerRead::invalid) << "an answer says something";
}

TEST(GeminiStream, CommentsAndEndMarksThatAreDataSayNothing) {
    GeminiEventReader reader;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    EXPECT_EQ(read_event(reader, {}, ": keepalive", facts, events), AnswerRead::ping);
    EXPECT_EQ(read_event(reader, {}, "[DONE]", facts, events), AnswerRead::ping);
    EXPECT_EQ(read_event(reader, {}, "{", facts, events), AnswerRead::invalid);
}

TEST(GeminiAnswer, AnAnswerWithoutAReasonHasOne) {
    EXPECT_EQ(read_plain(body(R"({"text":"a"})", "")).finish_reason(), "stop");
    EXPECT_EQ(read_plain(body(R"({"functionCall":{"name":"f"}})", "")).finish_reason(), "tool_calls");
}

TEST(GeminiStream, D13CallsAreCountedOverTheWholeAnswer) {
    const Streamed stream =
        read_stream(event(body(R"({"functionCall":{"name":"f","args":{"a":1}}})", "")) +
                    event(body(R"({"functionCall":{"name":"f","args":{"a":2}}})", "")) + event(body(R"({"text":""})")));
    const std::vector<json::value> deltas = stream.deltas();
    ASSERT_EQ(deltas.size(), 6U);
    const json::value first = deltas[1].at_pointer("/tool_calls/0"), second = deltas[3].at_pointer("/tool_calls/0");
    EXPECT_EQ(first.at("index"), 0);
    EXPECT_EQ(second.at("index"), 1);
    EXPECT_NE(first.at("id"), second.at("id"));
    EXPECT_EQ(deltas[2], json::parse(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]})"));
    EXPECT_EQ(deltas[4], json::parse(R"({"tool_calls":[{"index":1,"function":{"arguments":"{\"a\":2}"}}]})"));
}

TEST(GeminiStream, D52ThoughtsArgumentsAndAnErrorInTheMiddle) {
    const Streamed stream = read_stream(event(body(R"({"thought":true,"text":"t"})", "")) +
                                        event(body(R"({"functionCall":{"name":"f","args":{"p":"a\"b"}}})", "")) +
                                        event(R"({"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}})"));
    const std::vector<json::value> deltas = [&] {
        Streamed good = stream;
        good.out.resize(good.out.rfind("data: "));
        return good.deltas();
    }();
    EXPECT_EQ(deltas.at(1).at("reasoning_content"), "t");
    EXPECT_EQ(deltas.at(3).at_pointer("/tool_calls/0/function/arguments"), R"({"p":"a\"b"})");
    EXPECT_TRUE(stream.facts.error_event);
    ASSERT_TRUE(stream.facts.error);
    EXPECT_EQ(stream.facts.error->status, 503);
    EXPECT_EQ(stream.chunks().back().at("error").at("message"), "busy");
    EXPECT_EQ(stream.out.find("[DONE]"), std::string::npos);
}

// --- D21: signatures come back to the parts that they came with

// What the client of a chat got is sent back, with a result for each call.
std::string sent_back(json::object message, const Target& target = {.model = "m"}) {
    json::array messages{{{"role", "user"}, {"content", "go"}}};
    message["role"] = "assistant";
    messages.push_back(message);
    if (const auto* const calls = message.if_contains("tool_calls")) {
        for (const json::value& call : calls->as_array()) {
            messages.push_back({{"role", "tool"}, {"tool_call_id", call.at("id")}, {"content", "ok"}});
        }
    }
    const std::string body = json::serialize(json::object{{"messages", messages}});
    ChatRequest request;
    EXPECT_FALSE(read_chat_request(body, {}, request));
    std::string text;
    TranslationNotes notes;
    EXPECT_FALSE(write_gemini_request(request, target, text, notes));
    EXPECT_EQ(notes.dropped.text() + notes.changed.text(), "");
    return json::serialize(json::parse(text).at_pointer("/contents/1/parts"));
}

const std::string kSignedCall = R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"S1+/="})";

TEST(GeminiAnswer, D21SignatureOfACallReturnsToIt) {
    for (const Inbound* const inbound : {&openai_inbound(), &openrouter_inbound()}) {
        const Plain plain =
            read_plain(body(kSignedCall + R"(,{"functionCall":{"name":"g","args":{"x":1}}})"), *inbound);
        const json::value message = plain.message();
        EXPECT_EQ(message.at_pointer("/tool_calls/0/extra_content/google/thought_signature"), "S1+/=");
        EXPECT_FALSE(message.at_pointer("/tool_calls/1").as_object().contains("extra_content"));
        const std::string parts = sent_back(message.as_object());
        const std::string id(message.at_pointer("/tool_calls/0/id").as_string());
        EXPECT_EQ(json::parse(parts).at(0), json::parse(R"({"functionCall":{"id":")" + id +
                                                        R"(","name":"f","args":{}},"thoughtSignature":"S1+/="})"));
        EXPECT_FALSE(json::parse(parts).at(1).as_object().contains("thoughtSignature"));
    }
}

TEST(GeminiAnswer, D21ClientsOfOpenRouterReturnItAmongTheDetails) {
    json::object message = read_plain(body(kSignedCall), openrouter_inbound()).message().as_object();
    EXPECT_EQ(message.at("reasoning_details").at_pointer("/0/data"), "S1+/=");
    message.at("tool_calls").at(0).as_object().erase("extra_content");
    EXPECT_EQ(json::parse(sent_back(message)).at(0).at("thoughtSignature"), "S1+/=");
}

TEST(GeminiAnswer, D21SignatureOfTextReturnsToIt) {
    const json::value message = read_plain(body(R"({"text":"a","thoughtSignature":"S2"})")).message();
    EXPECT_EQ(message.at_pointer("/extra_content/google/thought_signature"), "S2");
    EXPECT_FALSE(message.as_object().contains("reasoning_details"));
    EXPECT_EQ(json::parse(sent_back(message.as_object())), json::parse(R"([{"text":"a","thoughtSignature":"S2"}])"));
}

TEST(GeminiStream, D21SignaturesOfCallsAndOfNothingElse) {
    const Streamed stream = read_stream(event(body(R"({"text":"a"})", "")) + event(body(kSignedCall, "")) +
                                        event(body(R"({"text":"","thoughtSignature":"S3"})")));
    const std::vector<json::value> deltas = stream.deltas();
    EXPECT_EQ(deltas.at(2).at_pointer("/tool_calls/0/extra_content/google/thought_signature"), "S1+/=");
    EXPECT_EQ(deltas.at(4), json::parse(R"({"extra_content":{"google":{"thought_signature":"S3"}}})"));
    EXPECT_EQ(stream.out.find("reasoning_details"), std::string::npos);
}

TEST(GeminiStream, D21ClientsOfOpenRouterHaveTheDetailsToo) {
    const Streamed stream = read_stream(event(body(kSignedCall)), SIZE_MAX, openrouter_inbound());
    const std::vector<json::value> deltas = stream.deltas();
    const json::value detail = deltas.at(1).at_pointer("/reasoning_details/0");
    EXPECT_EQ(detail.at("type"), "reasoning.encrypted");
    EXPECT_EQ(detail.at("data"), "S1+/=");
    EXPECT_EQ(detail.at("format"), "google-gemini-v1");
    EXPECT_EQ(detail.at("id"), deltas.at(2).at_pointer("/tool_calls/0/id"));
}

TEST(GeminiAnswer, D21WhereTheClientKeptNoneGemini3IsToldSo) {
    json::object message = read_plain(body(kSignedCall)).message().as_object();
    message.at("tool_calls").at(0).as_object().erase("extra_content");
    const json::value parts = json::parse(sent_back(message, {.model = "m", .reasoning = ReasoningControl::level}));
    EXPECT_EQ(parts.at(0).at("thoughtSignature"), "skip_thought_signature_validator");
    EXPECT_FALSE(json::parse(sent_back(message)).at(0).as_object().contains("thoughtSignature"));
}

}  // namespace
}  // namespace tollgate::gemini_test
