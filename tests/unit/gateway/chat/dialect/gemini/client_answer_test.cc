// Answers of other dialects as Google's clients get them, and Google's own with what is charged in them.
#include <gtest/gtest.h>

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "tests/unit/gateway/chat/dialect/gemini/answer_fixture.h"

namespace tollgate::gemini_test {
namespace {

namespace json = boost::json;
using Kind = AnswerEvent::Kind;

const ChargedUsage kCharged{.counts = {.prompt = 12, .completion = 9, .cache_read = 3, .reasoning = 4}, .cost = "0.5"};

AnswerOptions options(bool as_list = false) {
    AnswerOptions options = options_of(gemini_inbound());
    options.as_list = as_list;
    return options;
}

AnswerMeter begun_meter() {
    AnswerMeter meter;
    meter.begin();
    return meter;
}

// Events told one by one, and then ended.
std::string streamed(const std::vector<AnswerEvent>& events, bool as_list = false) {
    const auto writer = gemini_client().event_writer();
    std::string out;
    writer->begin(options(as_list));
    for (const AnswerEvent& event : events) writer->append(event, out);
    writer->append_end(begun_meter(), kCharged, out);
    return out;
}

std::vector<json::value> responses(std::string_view out) {
    std::vector<json::value> found;
    SseReader reader;
    reader.begin(1 << 20);
    while (reader.next(out) == SseReader::Step::event) {
        EXPECT_TRUE(reader.name().empty());
        found.push_back(json::parse(reader.data()));
    }
    return found;
}

std::vector<json::value> elements(std::string_view out) {
    const json::array list = json::parse(out).as_array();
    return {list.begin(), list.end()};
}

json::value plain_answer(const std::vector<AnswerEvent>& events) {
    std::string out;
    gemini_client().write_answer(events, options(), kCharged, out);
    EXPECT_TRUE(is_json(out, kDepth)) << out;
    return json::parse(out);
}

const std::vector<AnswerEvent> kTextAndCalls = {
    {.kind = Kind::begin, .id = "up-1"},
    {.kind = Kind::text, .part = 0, .text = R"(h\u00e9)"},
    {.kind = Kind::text, .part = 0, .text = "llo"},
    {.kind = Kind::call, .part = 1, .call = 0, .id = "a", .name = "f"},
    {.kind = Kind::call, .part = 2, .call = 1, .id = "b", .name = "g"},
    {.kind = Kind::arguments, .part = 1, .call = 0, .text = R"({\"x\":)"},
    {.kind = Kind::arguments, .part = 2, .call = 1, .value = R"({"y":2})"},
    {.kind = Kind::arguments, .part = 1, .call = 0, .text = "1}"},
    {.kind = Kind::finish, .reason = FinishReason::tool_calls},
};

TEST(GeminiClientAnswer, Plain) {
    EXPECT_EQ(plain_answer(kTextAndCalls), json::parse(R"({"candidates":[{"content":{"parts":[{"text":"héllo"},
        {"functionCall":{"id":"a","name":"f","args":{"x":1}}},{"functionCall":{"id":"b","name":"g","args":{"y":2}}}],
        "role":"model"},"finishReason":"STOP","index":0}],
        "usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":5,"totalTokenCount":21,
        "cachedContentTokenCount":3,"thoughtsTokenCount":4,"cost":0.5},"modelVersion":"google/gemini","responseId":"up-1"})"));
}

TEST(GeminiClientAnswer, D53AStreamIsResponsesWithoutASentinel) {
    const std::string out = streamed(kTextAndCalls);
    const std::vector<json::value> all = responses(out);
    ASSERT_EQ(all.size(), 4U) << out;
    EXPECT_EQ(all[0], json::parse(R"({"candidates":[{"content":{"parts":[{"text":"hé"}],"role":"model"},"index":0}],
        "modelVersion":"google/gemini","responseId":"up-1"})"));
    EXPECT_EQ(all[2].at_pointer("/candidates/0/content/parts"),
              json::parse(R"([{"functionCall":{"id":"a","name":"f","args":{"x":1}}},
                              {"functionCall":{"id":"b","name":"g","args":{"y":2}}}])"));
    EXPECT_EQ(all[3].at_pointer("/candidates/0/finishReason"), "STOP");
    EXPECT_EQ(all[3].at_pointer("/usageMetadata/promptTokenCount"), 12);
    EXPECT_EQ(all[3].at_pointer("/usageMetadata/cost"), 0.5);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(all[i].as_object().contains("usageMetadata"));
    EXPECT_EQ(out.find("[DONE]"), std::string::npos);
    EXPECT_EQ(out.find("event:"), std::string::npos);
    EXPECT_TRUE(out.starts_with("data: {")) << "Google's Python client wants the space";
}

TEST(GeminiClientAnswer, D53WithoutSseItIsOneList) {
    const std::string out = streamed(kTextAndCalls, true);
    EXPECT_TRUE(is_json(out, kDepth)) << out;
    EXPECT_EQ(elements(out).size(), 4U);
    EXPECT_EQ(elements(out), responses(streamed(kTextAndCalls)));
}

TEST(GeminiClientAnswer, D42TheEndWaitsForTheSettlement) {
    const auto writer = gemini_client().event_writer();
    std::string out;
    writer->begin(options());
    for (const AnswerEvent& event : kTextAndCalls) writer->append(event, out);
    EXPECT_EQ(out.find("finishReason"), std::string::npos);
    EXPECT_EQ(out.find("usageMetadata"), std::string::npos);
    EXPECT_EQ(out.find("functionCall"), std::string::npos) << "fragments may still come behind the reason";
    EXPECT_NE(out.find("llo"), std::string::npos);
}

TEST(GeminiClientAnswer, FinishReasons) {
    const auto finish = [](FinishReason reason) {
        return plain_answer({{.kind = Kind::text, .text = "a"}, {.kind = Kind::finish, .reason = reason}})
            .at_pointer("/candidates/0/finishReason");
    };
    EXPECT_EQ(finish(FinishReason::stop), "STOP");
    EXPECT_EQ(finish(FinishReason::length), "MAX_TOKENS");
    EXPECT_EQ(finish(FinishReason::content_filter), "SAFETY");
    EXPECT_EQ(finish(FinishReason::tool_calls), "STOP");
}

TEST(GeminiClientAnswer, PingsAreNothingThatAClientCouldRead) {
    std::string out;
    gemini_client().event_writer()->append_ping(out);
    EXPECT_EQ(out, "\n");
}

TEST(GeminiClientAnswer, D24ReasoningOfOthersStandsInSignatures) {
    const std::vector<AnswerEvent> events = {
        {.kind = Kind::begin, .id = "m"},
        {.kind = Kind::reasoning, .part = 0, .text = "wh", .format = ReasoningFormat::anthropic},
        {.kind = Kind::reasoning, .part = 0, .text = "y", .format = ReasoningFormat::anthropic},
        {.kind = Kind::signature, .part = 0, .text = "S+/=", .format = ReasoningFormat::anthropic},
        {.kind = Kind::sealed_reasoning, .part = 1, .text = "D", .format = ReasoningFormat::openai_responses},
        {.kind = Kind::text, .part = 2, .text = "a"},
        {.kind = Kind::finish, .reason = FinishReason::stop}};
    const json::value parts = plain_answer(events).at_pointer("/candidates/0/content/parts");
    EXPECT_EQ(parts.at(0).at("text"), "why");
    EXPECT_EQ(parts.at(0).at("thought"), true);
    const auto signature = read_foreign_seal(parts.at(0).at("thoughtSignature").as_string());
    ASSERT_TRUE(signature);
    EXPECT_EQ(signature->text, "S+/=");
    EXPECT_TRUE(signature->signature);
    EXPECT_EQ(parts.at(1).at("text"), "a");
    EXPECT_EQ(read_foreign_seal(parts.at(1).at("thoughtSignature").as_string())->text, "D");
    // Streamed, and sent back as it came.
    json::array contents;
    for (const json::value& one : responses(streamed(events)))
        contents.push_back(one.at_pointer("/candidates/0/content"));
    const std::string body = json::serialize(json::object{{"contents", contents}});
    ChatRequest request;
    ASSERT_FALSE(gemini_client().read_request(body, request));
    ASSERT_EQ(request.parts.size(), 3U);
    EXPECT_EQ(request.parts[0].text, "why");
    EXPECT_EQ(request.parts[0].signature, "S+/=");
    EXPECT_EQ(request.parts[0].format, ReasoningFormat::anthropic);
    EXPECT_EQ(request.parts[1].kind, Part::Kind::sealed_reasoning);
    EXPECT_EQ(request.parts[1].format, ReasoningFormat::openai_responses);
    EXPECT_EQ(request.parts[2].text, "a");
}

TEST(GeminiClientAnswer, PicturesRefusalsSourcesAndChoices) {
    const std::vector<AnswerEvent> events = {
        {.kind = Kind::begin, .id = "m"},
        {.kind = Kind::refusal, .part = 0, .text = "no"},
        {.kind = Kind::image, .part = 1, .text = "iVBO", .media_type = "image/png"},
        {.kind = Kind::citation,
         .part = 1,
         .value = R"({"type":"url_citation","url_citation":{"url":"https://a","title":"A"}})"},
        {.kind = Kind::text, .choice = 1, .text = "second"},
        {.kind = Kind::finish, .reason = FinishReason::content_filter},
        {.kind = Kind::finish, .choice = 1, .reason = FinishReason::stop}};
    const json::value candidates = plain_answer(events).at("candidates");
    EXPECT_EQ(candidates.at(0).at_pointer("/content/parts"),
              json::parse(R"([{"text":"no"},{"inlineData":{"mimeType":"image/png","data":"iVBO"}}])"));
    EXPECT_EQ(candidates.at(0).at("groundingMetadata"),
              json::parse(R"({"groundingChunks":[{"web":{"uri":"https://a","title":"A"}}]})"));
    EXPECT_EQ(candidates.at(1).at_pointer("/content/parts/0/text"), "second");
    const json::value last = responses(streamed(events)).back();
    EXPECT_EQ(last.at("candidates").as_array().size(), 2U);
    EXPECT_EQ(last.at_pointer("/candidates/0/groundingMetadata/groundingChunks/0/web/uri"), "https://a");
}

TEST(GeminiClientAnswer, ArgumentsThatAreNoObjectAreToldAsTheyAre) {
    const auto args = [](Spelt text) {
        return plain_answer({{.kind = Kind::call, .name = "f"}, {.kind = Kind::arguments, .text = text}})
            .at_pointer("/candidates/0/content/parts/0/functionCall/args");
    };
    EXPECT_EQ(args(R"( {\"a\":1})"), json::parse(R"({"a":1})"));
    EXPECT_EQ(args(R"({\"a\":)"), json::parse(R"({"invalid_arguments":"{\"a\":"})"));
    EXPECT_EQ(args(""), json::object());
}

TEST(GeminiClientAnswer, AStreamThatIsCutEndsAsOneThatWasTooLong) {
    for (const bool as_list : {false, true}) {
        const auto writer = gemini_client().event_writer();
        std::string out;
        writer->begin(options(as_list));
        writer->append({.kind = Kind::text, .text = "a"}, out);
        writer->append_cut(begun_meter(), "insufficient_credits", out);
        writer->append_cut_end(begun_meter(), kCharged, out);
        const std::vector<json::value> all = as_list ? elements(out) : responses(out);
        ASSERT_EQ(all.size(), 3U);
        EXPECT_EQ(all[1].at_pointer("/candidates/0/finishReason"), "MAX_TOKENS");
        EXPECT_EQ(all[1].at_pointer("/tollgate/cut"), "insufficient_credits");
        EXPECT_EQ(all[2].at_pointer("/usageMetadata/totalTokenCount"), 21);
    }
}

TEST(GeminiClientAnswer, D52AStreamThatBreaksSaysSo) {
    for (const bool as_list : {false, true}) {
        const auto writer = gemini_client().event_writer();
        std::string out;
        writer->begin(options(as_list));
        writer->append({.kind = Kind::text, .text = "a"}, out);
        writer->append_error(Error(ErrorKind::upstream_error, "busy"), out);
        const json::value last = (as_list ? elements(out) : responses(out)).back();
        EXPECT_EQ(last.at_pointer("/error/message"), "busy");
        EXPECT_EQ(last.at_pointer("/error/status"), "UNAVAILABLE");
    }
}

// --- Google's own

const std::string kFirst =
    R"({"candidates": [{"content": {"parts": [{"text": "h\u00e9"}],"role": "model"},"index": 0}],)"
    R"("usageMetadata": {"promptTokenCount": 12,"totalTokenCount": 12},"modelVersion": "gemini-x","responseId": "r"})";
const std::string kLast =
    R"({"candidates": [{"content": {"parts": [{"text": "llo"}],"role": "model"},"finishReason": "STOP","index": 0}],)"
    R"("usageMetadata": {"promptTokenCount": 12,"candidatesTokenCount": 5,"totalTokenCount": 21,)"
    R"("thoughtsTokenCount": 4,"cachedContentTokenCount": 3,"trafficType": "ON_DEMAND"},"responseId": "r"})";

std::string passed(std::string_view stream, std::size_t piece = SIZE_MAX, bool as_list = false) {
    const auto writer = gemini_client().passing_writer();
    return read_stream_into(*writer, stream, options(as_list), piece).out;
}

TEST(GeminiPassing, OnlyTheUsageChanges) {
    const std::string stream = "data: " + kFirst + "\r\n\r\ndata: " + kLast + "\r\n\r\n";
    const std::string out = passed(stream);
    EXPECT_TRUE(out.starts_with(
        R"(data: {"candidates": [{"content": {"parts": [{"text": "h\u00e9"}],"role": "model"},"index": 0}],)"
        R"("modelVersion": "gemini-x","responseId": "r"})"
        "\n\n"))
        << out;
    const std::vector<json::value> all = responses(out);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].at("usageMetadata"), json::parse(R"({"promptTokenCount":12,"candidatesTokenCount":5,
        "totalTokenCount":21,"thoughtsTokenCount":4,"cachedContentTokenCount":3,"trafficType":"ON_DEMAND","cost":0.5})"));
    EXPECT_EQ(passed(stream, 1), out);
    EXPECT_EQ(json::parse(passed(stream, SIZE_MAX, true)).as_array().size(), 2U);
}

TEST(GeminiPassing, WhatEndsTheAnswerWaits) {
    const auto writer = gemini_client().passing_writer();
    writer->begin(options());
    std::string out;
    AnswerDelta last;
    last.finished.set(0);
    last.text.bytes = 3;
    writer->pass({}, kFirst, {}, out);
    const std::size_t before = out.size();
    EXPECT_GT(before, 0U);
    writer->pass({}, kLast, last, out);
    writer->pass({}, R"({"candidates":[{"groundingMetadata":{}}]})", {}, out);
    EXPECT_EQ(out.size(), before);
    writer->append_end(begun_meter(), kCharged, out);
    const std::vector<json::value> all = responses(out);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_FALSE(all[1].as_object().contains("usageMetadata"));
    EXPECT_TRUE(all[2].as_object().contains("usageMetadata"));
}

TEST(GeminiPassing, WordsDoNotWaitBecauseAProviderSaysStopInEachResponse) {
    const std::string stream = "data: " + kLast + "\n\ndata: " + kLast + "\n\ndata: " + kLast + "\n\n";
    EXPECT_EQ(responses(passed(stream)).size(), 3U);
}

TEST(GeminiPassing, AnAnswerThatIsNotBelievedHasOurCounts) {
    std::string out;
    ChargedUsage ours = kCharged;
    ours.reported = false;
    gemini_client().pass_answer(kLast, options(), ours, out);
    EXPECT_EQ(json::parse(out).at("usageMetadata"), json::parse(R"({"promptTokenCount":12,"candidatesTokenCount":5,
        "totalTokenCount":21,"cachedContentTokenCount":3,"thoughtsTokenCount":4,"cost":0.5})"));
}

TEST(GeminiPassing, PlainAnswersKeepTheirBytes) {
    std::string out;
    gemini_client().pass_answer(kLast, options(), kCharged, out);
    EXPECT_TRUE(out.starts_with(R"({"candidates": [{"content": {"parts": [{"text": "llo"}],"role": "model"},)")) << out;
    EXPECT_EQ(json::parse(out).at_pointer("/usageMetadata/cost"), 0.5);
    std::string list;
    gemini_client().pass_answer("[" + kFirst + "," + kLast + "]", options(), kCharged, list);
    const json::value all = json::parse(list);
    EXPECT_FALSE(all.at(0).as_object().contains("usageMetadata"));
    EXPECT_EQ(all.at(1).at_pointer("/usageMetadata/cost"), 0.5);
    std::string without;
    gemini_client().pass_answer(R"({"candidates":[]})", options(), kCharged, without);
    EXPECT_EQ(json::parse(without).at_pointer("/usageMetadata/promptTokenCount"), 12);
}

TEST(GeminiPassing, TokensThatToolsReadStandBesideThePrompt) {
    std::string out;
    gemini_client().pass_answer(
        R"({"usageMetadata":{"promptTokenCount":2,"toolUsePromptTokenCount":10,"candidatesTokenCount":9}})", options(),
        {.counts = {.prompt = 12, .completion = 9}, .cost = "1"}, out);
    EXPECT_EQ(json::parse(out).at("usageMetadata"), json::parse(R"({"promptTokenCount":2,"toolUsePromptTokenCount":10,
        "candidatesTokenCount":9,"totalTokenCount":21,"cost":1})"));
}

TEST(GeminiPassing, AStreamThatIsCut) {
    const auto writer = gemini_client().passing_writer();
    writer->begin(options());
    std::string out;
    writer->pass({}, kFirst, {}, out);
    writer->append_cut(begun_meter(), "budget_exceeded", out);
    writer->append_cut_end(begun_meter(), kCharged, out);
    const std::vector<json::value> all = responses(out);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].at_pointer("/tollgate/cut"), "budget_exceeded");
    EXPECT_EQ(all[2].at_pointer("/usageMetadata/cost"), 0.5);
}

// --- Errors

json::value error_of(const Error& error, int status) {
    return json::parse(gemini_inbound().error_body(error, status)).at("error");
}

TEST(GeminiErrors, D55HaveGooglesShape) {
    EXPECT_EQ(error_of(Error(ErrorKind::invalid_request, "it \"failed\"", "contents[0]"), 400),
              json::parse(R"({"code":400,
        "message":"it \"failed\"","status":"INVALID_ARGUMENT","details":[
        {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"invalid_request","domain":"tollgate"},
        {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents[0]"}]}]})"));
    const auto status = [](int status) {
        return std::string(error_of(Error(ErrorKind::internal, "x"), status).at("status").as_string());
    };
    EXPECT_EQ(status(401), "UNAUTHENTICATED");
    EXPECT_EQ(status(402), "FAILED_PRECONDITION");
    EXPECT_EQ(status(404), "NOT_FOUND");
    EXPECT_EQ(status(413), "INVALID_ARGUMENT");
    EXPECT_EQ(status(429), "RESOURCE_EXHAUSTED");
    EXPECT_EQ(status(500), "INTERNAL");
    EXPECT_EQ(status(502), "UNAVAILABLE");
    EXPECT_EQ(status(504), "DEADLINE_EXCEEDED");
    EXPECT_EQ(status(529), "UNAVAILABLE");
}

TEST(GeminiErrors, OfEveryKindAreOneLineOfJson) {
    for (std::size_t kind = 1; kind < kErrorKinds; ++kind) {
        Error error(static_cast<ErrorKind>(kind), "it \"failed\"\n\\ ü", "model");
        error.detail().extra = "\"needed\":0.5";
        const std::string body = gemini_inbound().error_body(error, status_of(error));
        EXPECT_EQ(body.find('\n'), std::string::npos);
        EXPECT_EQ(json::parse(body).at_pointer("/error/message"), "it \"failed\"\n\\ ü");
        EXPECT_EQ(json::parse(body).at_pointer("/error/needed"), 0.5);
    }
}

TEST(GeminiErrors, ProvidersWordsAndDetailsStay) {
    Error error(ErrorKind::upstream_error, "ours");
    error.detail().provider = read_provider_error(
        R"({"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"3s"}]}})");
    EXPECT_EQ(error_of(error, 429), json::parse(R"({"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED",
        "details":[{"retryDelay":"3s"}]})"));
}

}  // namespace
}  // namespace tollgate::gemini_test
