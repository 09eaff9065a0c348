// An answer in the shape that was not asked for: JSON as events, events as JSON.
#include <gmock/gmock.h>

#include <string>

#include "gateway/chat/dialect/openai_from_events.h"
#include "gateway/chat/dialect/openai_to_events.h"

namespace tollgate {
namespace {

std::string events_of(std::string_view json, std::size_t piece = 1'000'000) {
    OpenAiToEvents to_events(1 << 20);
    std::string out;
    for (std::size_t at = 0; at < json.size(); at += piece) {
        const bool end = at + piece >= json.size();
        EXPECT_EQ(to_events.take(json.substr(at, piece), end, out), OpenAiToEvents::State::more);
    }
    return out;
}

std::string answer_of(std::string_view events, std::size_t piece = 1'000'000) {
    OpenAiFromEvents answer(1 << 20, 1 << 20);
    while (!events.empty()) {
        answer.take_bytes(events.substr(0, piece));
        events.remove_prefix(std::min(piece, events.size()));
    }
    EXPECT_TRUE(answer.complete());
    return answer.take();
}

TEST(OpenAiToEvents, ContentThenReasonThenUsage) {
    EXPECT_EQ(events_of(R"({"id":"c-1","object":"chat.completion","created":1,"model":"m","choices":[
                            {"index":0,"message":{"role":"assistant","content":"hi\nyou"},"logprobs":null,
                             "finish_reason":"stop"}],
                            "usage":{"prompt_tokens":3,"completion_tokens":1}})"),
              R"(data: {"id":"c-1","created":1,"model":"m","object":"chat.completion.chunk","choices":[)"
              R"({"index":0,"delta":{"role":"assistant","content":"hi\nyou"},"logprobs":null,"finish_reason":null}]})"
              "\n\n"
              R"(data: {"id":"c-1","created":1,"model":"m","object":"chat.completion.chunk","choices":[)"
              R"({"index":0,"delta":{},"finish_reason":"stop"}]})"
              "\n\n"
              R"(data: {"id":"c-1","created":1,"model":"m","object":"chat.completion.chunk","choices":[],)"
              R"("usage":{"prompt_tokens":3,"completion_tokens":1}})"
              "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiToEvents, ToolCallsAreNumbered) {
    const std::string events = events_of(
        R"({"choices":[{"message":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},)"
        R"({"id":"b"}]},"finish_reason":"tool_calls"}]})");
    EXPECT_THAT(events, testing::HasSubstr(R"("tool_calls":[{"index":0,"id":"a",)"));
    EXPECT_THAT(events, testing::HasSubstr(R"({"index":1,"id":"b"}])"));
}

TEST(OpenAiToEvents, EveryChoiceHasItsEvents) {
    const std::string events = events_of(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"},)"
                                         R"({"message":{"content":"b"},"finish_reason":"length"}]})");
    EXPECT_THAT(events, testing::HasSubstr(R"({"index":1,"delta":{"content":"b"},)"));
    EXPECT_THAT(events, testing::HasSubstr(R"({"index":1,"delta":{},"finish_reason":"length"})"));
}

TEST(OpenAiToEvents, CompletionsKeepTheirText) {
    const std::string events =
        events_of(R"({"object":"text_completion","choices":[{"text":"abc","index":0,"finish_reason":"stop"}]})");
    EXPECT_THAT(events, testing::HasSubstr(R"({"index":0,"text":"abc","finish_reason":null})"));
    EXPECT_THAT(events, testing::HasSubstr(R"({"index":0,"text":"","finish_reason":"stop"})"));
    EXPECT_THAT(events, testing::HasSubstr(R"("object":"text_completion")"));
}

TEST(OpenAiToEvents, AnErrorStaysWhatItIs) {
    EXPECT_EQ(events_of("{\"error\":\n{\"message\":\"no\"}}"), "data: {\"error\": {\"message\":\"no\"}}\n\n");
}

constexpr std::string_view kFirst = R"({"choices":[{"delta":{"content":"[{\"\\"}}]})";
constexpr std::string_view kLast = R"({"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}})";

TEST(OpenAiToEvents, ChunksBecomeEventsHoweverTheyAreFramed) {
    const std::string first(kFirst), last(kLast);
    const std::string events = "data: " + first + "\n\ndata: " + last + "\n\n";
    for (const std::string& json :
         {first + "\n" + last + "\n", first + "\r\n\r\n" + last, first + last, "[" + first + "\n,\r\n" + last + "\n]",
          "\x1e" + first + "\n\x1e" + last + "\n", "\xef\xbb\xbf" + first + " , " + last}) {
        EXPECT_EQ(events_of(json), events) << json;
        EXPECT_EQ(events_of(json, 1), events) << json;
        EXPECT_EQ(events_of(json, 7), events) << json;
    }
    EXPECT_EQ(events_of(first + "\n" + last + "\n[DONE]\n"), events + "data: [DONE]\n\n");
    EXPECT_EQ(events_of(first + "\n" + last + "\nDONE\n"), events + "data: [DONE]\n\n");
}

TEST(OpenAiToEvents, AWholeAnswerInAListIsOne) {
    const std::string answer = R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})";
    EXPECT_EQ(events_of("[" + answer + "]"), events_of(answer));
}

TEST(OpenAiToEvents, ObjectsAreBounded) {
    std::string out;
    OpenAiToEvents to_events(100);
    EXPECT_EQ(to_events.take(R"({"a":")" + std::string(50, 'a'), false, out), OpenAiToEvents::State::more);
    EXPECT_EQ(to_events.take(std::string(50, 'a'), false, out), OpenAiToEvents::State::too_large);
}

TEST(OpenAiToEvents, WhatIsNoObjectIsRefused) {
    for (const std::string_view text :
         {"[1]", "\"text\"", "{\"choices\":", "{\"choices\":}", "{]", "", "[]", "[DONE]"}) {
        std::string out;
        EXPECT_EQ(OpenAiToEvents(1 << 20).take(text, true, out), OpenAiToEvents::State::invalid) << text;
        EXPECT_EQ(out, "");
    }
}

constexpr std::string_view kEvents =
    "data: "
    "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
    "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
    ": alive\n\n"
    "data: {\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hel\"}}]}\n\n"
    "data: {\"id\":\"c-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"id\":\"c-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
    "data: [DONE]\n\n";
constexpr std::string_view kAnswer =
    R"({"id":"c-1","created":1,"model":"m","object":"chat.completion","choices":[{"index":0,"message":)"
    R"({"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":)"
    R"({"prompt_tokens":3,"completion_tokens":2}})";

TEST(OpenAiFromEvents, ContentIsPutTogetherWhateverThePieces) {
    EXPECT_EQ(answer_of(kEvents), kAnswer);
    EXPECT_EQ(answer_of(kEvents, 1), kAnswer);
    EXPECT_EQ(answer_of(kEvents, 13), kAnswer);
}

TEST(OpenAiFromEvents, ToolCallsGoByTheirIndex) {
    const std::string answer = answer_of(
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":"
        "{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}},{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\","
        "\"arguments\":\"\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
        "\"arguments\":\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n");
    EXPECT_THAT(answer, testing::HasSubstr(R"("tool_calls":[{"id":"a","type":"function","function":{"name":"f",)"
                                           R"("arguments":"{\"x\":1}"}},{"id":"b",)"));
}

TEST(OpenAiFromEvents, D13D14CallsThatAreAllNumberedZeroStayApartAndEndTheAnswer) {
    const std::string answer = answer_of(
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
        "\"arguments\":\"{}\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\","
        "\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}]}\n\n");
    EXPECT_THAT(answer, testing::HasSubstr(R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},)"
                                           R"({"id":"b","function":{"name":"g","arguments":"{}"}}])"));
    EXPECT_THAT(answer, testing::HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(OpenAiFromEvents, AMessageBehindDeltasFillsInOnlyWhatTheyLack) {
    const std::string answer = answer_of(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n"
        "data: "
        "{\"choices\":[{\"message\":{\"content\":\"ab\",\"reasoning\":\"why\"},\"finish_reason\":\"stop\"}]}\n\n");
    EXPECT_THAT(answer, testing::HasSubstr(R"("content":"ab")"));
    EXPECT_THAT(answer, testing::HasSubstr(R"("reasoning":"why")"));
}

TEST(OpenAiFromEvents, UsageMayComeInPieces) {
    const std::string answer = answer_of(
        "data: "
        "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\n"
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":null,"
        "\"completion_tokens\":2}}\n\n");
    EXPECT_THAT(answer, testing::HasSubstr(R"("usage":{"prompt_tokens":9,"completion_tokens":2})"));
}

TEST(OpenAiFromEvents, AnErrorIsTheAnswer) {
    OpenAiFromEvents answer(1 << 20, 1 << 20);
    EXPECT_EQ(answer.take_bytes("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
                                "data: {\"error\":{\"message\":\"no\"}}\n\ndata: [DONE]\n\n"),
              OpenAiFromEvents::State::failed);
    EXPECT_EQ(answer.take(), R"({"error":{"message":"no"}})");
}

TEST(OpenAiFromEvents, IsBoundedByWhatItKeepsNotByItsEvents) {
    const auto event = [](const std::string& content) {
        return R"(data: {"id":"a","system_fingerprint":")" + std::string(1000, 'f') +
               R"(","choices":[{"index":0,"delta":{"content":")" + content + "\"}}]}\n\n";
    };
    OpenAiFromEvents answer(1 << 20, 20'000);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(answer.take_bytes(event("word ")), OpenAiFromEvents::State::more);
    EXPECT_GE(answer.bytes(), 5000U);
    EXPECT_EQ(answer.take_bytes(event(std::string(15'000, 'x'))), OpenAiFromEvents::State::too_large);
    OpenAiFromEvents many(1 << 20, 20'000);
    auto state = OpenAiFromEvents::State::more;
    for (int i = 0; i < 1000 && state == OpenAiFromEvents::State::more; ++i) {
        state = many.take_bytes(R"(data: {"choices":[{"index":)" + std::to_string(i) +
                                R"(,"delta":{"tool_calls":[{"index":)" + std::to_string(i) + "}]}}]}\n\n");
    }
    EXPECT_EQ(state, OpenAiFromEvents::State::too_large) << "small parts take memory, too";
}

TEST(OpenAiFromEvents, IsIncompleteWithoutAnEnd) {
    OpenAiFromEvents answer(1 << 20, 1 << 20);
    EXPECT_EQ(answer.take_bytes("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"),
              OpenAiFromEvents::State::more);
    EXPECT_FALSE(answer.complete());
}

TEST(OpenAiFromEvents, RefusesWhatIsNoJsonAndWhatIsTooMuch) {
    OpenAiFromEvents odd(1 << 20, 1 << 20);
    EXPECT_EQ(odd.take_bytes("data: {\"id\": oops}\n\n"), OpenAiFromEvents::State::invalid);
    OpenAiFromEvents large(1 << 20, 100);
    EXPECT_EQ(large.take_bytes("data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(100, 'x') + "\"}}]}\n\n"),
              OpenAiFromEvents::State::too_large);
}

}  // namespace
}  // namespace tollgate
