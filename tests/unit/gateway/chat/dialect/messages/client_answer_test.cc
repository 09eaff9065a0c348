// Answers of other dialects as clients of Anthropic's Messages API get them, streamed and plain. Rows D… are kinds of
// faults that were reported of other gateways.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <random>

#include "tests/unit/gateway/chat/dialect/messages/client_fixture.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;
using Kind = AnswerEvent::Kind;
using Events = std::vector<AnswerEvent>;

AnswerEvent begin() { return {.kind = Kind::begin, .id = "chatcmpl-1"}; }
AnswerEvent text(Spelt text, std::uint32_t part = 0) { return {.kind = Kind::text, .part = part, .text = text}; }
AnswerEvent call(std::uint32_t call, Spelt id, Spelt name) {
    return {.kind = Kind::call, .part = call + 1, .call = call, .id = id, .name = name};
}
AnswerEvent arguments(std::uint32_t call, Spelt text) {
    return {.kind = Kind::arguments, .part = call + 1, .call = call, .text = text};
}
AnswerEvent finish(FinishReason reason, Spelt native = {}) {
    return {.kind = Kind::finish, .reason = reason, .native_reason = native};
}
AnswerEvent reasoning(Spelt text, ReasoningFormat format = ReasoningFormat::unknown) {
    return {.kind = Kind::reasoning, .text = text, .format = format};
}

// What both forms of an answer say; they say the same.
json::array content_of(const Events& events) {
    const ReceivedStream stream(stream_of(events));
    const json::object plain = answer_of(events);
    EXPECT_EQ(stream.content, plain.at("content"));
    EXPECT_EQ(stream.message.at("stop_reason"), plain.at("stop_reason"));
    EXPECT_TRUE(stream.stopped);
    return stream.content;
}

std::string stop_reason_of(const Events& events) {
    content_of(events);
    return std::string(answer_of(events).at("stop_reason").as_string());
}

TEST(MessagesClient, TextInEventsOfTheApi) {
    const std::string out = stream_of(Events{begin(), text("h\\u00e9"), text("llo"), finish(FinishReason::stop)});
    EXPECT_EQ(out,
              "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"chatcmpl-1\",\"type\":"
              "\"message\",\"role\":\"assistant\",\"model\":\"author/model\",\"content\":[],\"stop_reason\":null,"
              "\"stop_sequence\":null,\"usage\":{\"input_tokens\":12,\"output_tokens\":0}}}\n\n"
              "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
              "{\"type\":\"text\",\"text\":\"\"}}\n\n"
              "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
              "\"text_delta\",\"text\":\"h\\u00e9\"}}\n\n"
              "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
              "\"text_delta\",\"text\":\"llo\"}}\n\n"
              "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
              "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
              "\"stop_sequence\":null},\"usage\":{\"input_tokens\":25,\"cache_creation_input_tokens\":0,"
              "\"cache_read_input_tokens\":75,\"output_tokens\":5,\"cost\":0.5}}\n\n"
              "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

TEST(MessagesClient, PlainTextIsAMessage) {
    EXPECT_EQ(answer_of(Events{begin(), text("hi"), finish(FinishReason::stop)}), json::parse(R"({"id":"chatcmpl-1",
        "type":"message","role":"assistant","model":"author/model","content":[{"type":"text","text":"hi"}],
        "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":0,
        "cache_read_input_tokens":75,"output_tokens":5,"cost":0.5}})"));
}

TEST(MessagesClient, LabelsAreTheGatewaysWhereTheInboundApiHasThem) {
    const AnswerOptions labelled = client_options(openrouter_messages_inbound());
    const Events events{begin(), text("hi"), finish(FinishReason::stop)};
    for (const json::object& message :
         {answer_of(events, labelled), ReceivedStream(stream_of(events, labelled)).message}) {
        EXPECT_EQ(message.at("id"), "gen-1");
        EXPECT_EQ(message.at("provider"), "Some");
    }
}

TEST(MessagesClient, D2FragmentsOfTwoCallsEndInTheirOwnBlocks) {
    const Events events{begin(),
                        call(0, "a", "f"),
                        call(1, "b", "g"),
                        arguments(0, R"({\"x\")"),
                        arguments(1, R"({\"y\":)"),
                        arguments(0, R"(:1})"),
                        arguments(1, R"(2})"),
                        finish(FinishReason::tool_calls)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"tool_use","id":"a","name":"f","input":{"x":1}},
                                                 {"type":"tool_use","id":"b","name":"g","input":{"y":2}}])"));
}

// The second call is told as soon as the first is whole, not at the end.
TEST(MessagesClient, D2ACallThatWaitedIsToldWhenTheOneBeforeIsWhole) {
    std::string out;
    const auto writer = messages_client().event_writer();
    writer->begin(client_options());
    for (const AnswerEvent& event :
         {begin(), call(0, "a", "f"), call(1, "b", "g"), arguments(0, R"({\"s\":\"}\\\"}\")")}) {
        writer->append(event, out);
    }
    EXPECT_EQ(out.find(R"("id":"b")"), std::string::npos);
    writer->append(arguments(0, "}"), out);
    EXPECT_NE(out.find(R"("id":"b")"), std::string::npos);
}

TEST(MessagesClient, D2CallsThatWaitTooLongAreToldTogether) {
    const std::string much(300000, 'x');
    Events events{begin(), call(0, "a", "f"), call(1, "b", "g"), arguments(1, R"({\"y\":\")")};
    for (int i = 0; i < 5; ++i) events.push_back(arguments(1, much));
    events.insert(events.end(),
                  {text("meanwhile", 9), arguments(1, R"(\"})"), arguments(0, "{}"), finish(FinishReason::tool_calls)});
    const ReceivedStream stream(stream_of(events));
    ASSERT_EQ(stream.content.size(), 3U);
    EXPECT_EQ(stream.content[0].at("input"), json::object());
    EXPECT_EQ(stream.content[1].at("input").at("y").as_string().size(), 5 * much.size());
    EXPECT_EQ(stream.content[2].at("text"), "meanwhile");
}

TEST(MessagesClient, D3ArgumentsThatComeInOnePieceAreToldOnce) {
    const Events events{begin(),
                        call(0, "a", "f"),
                        arguments(0, R"({\"x\":)"),
                        arguments(0, "1}"),
                        call(1, "b", "g"),
                        {.kind = Kind::arguments, .part = 2, .call = 1, .value = R"({"p":"a\"b"})"},
                        finish(FinishReason::tool_calls)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"tool_use","id":"a","name":"f","input":{"x":1}},
                                                 {"type":"tool_use","id":"b","name":"g","input":{"p":"a\"b"}}])"));
    const std::vector<std::string> names = ReceivedStream(stream_of(events)).names;
    EXPECT_EQ(std::ranges::count(names, "content_block_delta"), 3);
}

TEST(MessagesClient, ACallWithoutArgumentsHasAnEmptyObject) {
    const Events events{begin(), call(0, "a", "f"), call(1, "b", "g"), finish(FinishReason::tool_calls)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"tool_use","id":"a","name":"f","input":{}},
                                                 {"type":"tool_use","id":"b","name":"g","input":{}}])"));
}

TEST(MessagesClient, ArgumentsThatWereCutOffAreToldAsTheyAre) {
    const Events events{begin(), call(0, "a", "f"), arguments(0, R"({\"x\":)"), finish(FinishReason::length)};
    const ReceivedStream stream(stream_of(events));
    EXPECT_EQ(stream.content[0].at("input"), "{\"x\":");
    EXPECT_EQ(stream.message.at("stop_reason"), "max_tokens");
    EXPECT_EQ(answer_of(events).at("content").at(0).at("input"), json::parse(R"({"invalid_arguments":"{\"x\":"})"));
}

TEST(MessagesClient, D11D12StopReasons) {
    EXPECT_EQ(stop_reason_of({begin(), call(0, "a", "f"), finish(FinishReason::tool_calls, "completed")}), "tool_use");
    EXPECT_EQ(stop_reason_of({begin(), text("a"), finish(FinishReason::stop)}), "end_turn");
    EXPECT_EQ(stop_reason_of({begin(), text("a"), finish(FinishReason::length)}), "max_tokens");
    EXPECT_EQ(stop_reason_of({begin(), finish(FinishReason::content_filter)}), "refusal");
    EXPECT_EQ(stop_reason_of({begin(), text("a"), finish(FinishReason::stop, "pause_turn")}), "pause_turn");
    EXPECT_EQ(stop_reason_of({begin(), text("a"), finish(FinishReason::length, "model_context_window_exceeded")}),
              "model_context_window_exceeded");
    AnswerEvent ended = finish(FinishReason::stop);
    ended.stop_sequence = "E\\nND";
    const json::object plain = answer_of(Events{begin(), text("a"), ended});
    EXPECT_EQ(plain.at("stop_reason"), "stop_sequence");
    EXPECT_EQ(plain.at("stop_sequence"), "E\nND");
}

TEST(MessagesClient, D24SealedReasoningOfAnotherProviderIsInTheSignature) {
    const Events events{
        begin(),
        reasoning("so", ReasoningFormat::openai_responses),
        {.kind = Kind::sealed_reasoning, .text = "gAAA+/=", .id = "rs_1", .format = ReasoningFormat::openai_responses},
        text("hi", 1),
        finish(FinishReason::stop)};
    const json::array content = content_of(events);
    EXPECT_EQ(content, json::parse(R"([{"type":"thinking","thinking":"so",
        "signature":"tollgate:openai-responses-v1:sealed:rs_1:gAAA+/="},{"type":"text","text":"hi"}])"));
    const std::string body =
        json::serialize(json::object{{"model", "m"},
                                     {"max_tokens", 9},
                                     {"messages", json::array{{{"role", "user"}, {"content", "go"}},
                                                              {{"role", "assistant"}, {"content", content}}}}});
    ChatRequest request;
    ASSERT_FALSE(messages_client().read_request(body, request));
    ASSERT_EQ(request.parts.size(), 4U);
    EXPECT_EQ(request.parts[1].text, "so");
    EXPECT_EQ(request.parts[1].format, ReasoningFormat::openai_responses);
    EXPECT_EQ(request.parts[2].kind, Part::Kind::sealed_reasoning);
    EXPECT_EQ(request.parts[2].text, "gAAA+/=");
    EXPECT_EQ(request.parts[2].id, "rs_1");
    EXPECT_EQ(request.parts[2].format, ReasoningFormat::openai_responses);
}

TEST(MessagesClient, D21SignaturesOfCallsAndTextsComeBack) {
    const auto signature = [](std::uint32_t part, Spelt text) {
        return AnswerEvent{.kind = Kind::signature, .part = part, .text = text, .format = ReasoningFormat::google};
    };
    const Events events{begin(),
                        text("a"),
                        signature(0, "S0"),
                        call(0, "c1", "f"),
                        arguments(0, "{}"),
                        signature(1, "S1"),
                        finish(FinishReason::tool_calls)};
    const std::string body = json::serialize(json::object{
        {"max_tokens", 9}, {"messages", json::array{{{"role", "assistant"}, {"content", content_of(events)}}}}});
    ChatRequest request;
    ASSERT_FALSE(messages_client().read_request(body, request));
    ASSERT_EQ(request.parts.size(), 4U);
    EXPECT_EQ(request.parts[0].text, "S0");
    EXPECT_EQ(request.parts[1].text, "a");
    EXPECT_EQ(request.parts[2].text, "S1");
    EXPECT_EQ(request.parts[2].id, "c1");
    EXPECT_EQ(request.parts[2].format, ReasoningFormat::google);
    EXPECT_EQ(request.parts[3].kind, Part::Kind::tool_call);
}

// As Gemini's own API has it: before the call.
TEST(MessagesClient, D21WhatIsSealedBeforeACallComesBackBeforeIt) {
    for (const ReasoningFormat format :
         {ReasoningFormat::google, ReasoningFormat::xai_responses, ReasoningFormat::bedrock}) {
        const Events events{begin(),
                            {.kind = Kind::sealed_reasoning, .text = "S1", .id = "c1", .format = format},
                            call(0, "c1", "f"),
                            arguments(0, "{}"),
                            finish(FinishReason::tool_calls)};
        const std::string body = json::serialize(json::object{
            {"max_tokens", 9}, {"messages", json::array{{{"role", "assistant"}, {"content", content_of(events)}}}}});
        ChatRequest request;
        ASSERT_FALSE(messages_client().read_request(body, request));
        ASSERT_EQ(request.parts.size(), 2U);
        EXPECT_EQ(request.parts[0].kind, Part::Kind::sealed_reasoning);
        EXPECT_EQ(request.parts[0].text, "S1");
        EXPECT_EQ(request.parts[0].id, "c1");
        EXPECT_EQ(request.parts[0].format, format);
    }
}

TEST(MessagesClient, OwnReasoningIsAsTheApiHasIt) {
    const auto format = ReasoningFormat::anthropic;
    const Events events{begin(),
                        reasoning("th", format),
                        reasoning("ought", format),
                        {.kind = Kind::signature, .text = "S+/=", .format = format},
                        {.kind = Kind::sealed_reasoning, .part = 1, .text = "D", .format = format},
                        text("hi", 2),
                        finish(FinishReason::stop)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"thinking","thinking":"thought","signature":"S+/="},
        {"type":"redacted_thinking","data":"D"},{"type":"text","text":"hi"}])"));
}

TEST(MessagesClient, AThoughtThatIsNotShownHasItsSignature) {
    const Events events{begin(),
                        {.kind = Kind::signature, .text = "S", .format = ReasoningFormat::anthropic},
                        text("hi", 1),
                        finish(FinishReason::stop)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"thinking","thinking":"","signature":"S"},
        {"type":"text","text":"hi"}])"));
}

TEST(MessagesClient, UnsignedReasoningHasAnEmptySignature) {
    EXPECT_EQ(content_of({begin(), reasoning("so"), text("hi", 1), finish(FinishReason::stop)}),
              json::parse(R"([{"type":"thinking","thinking":"so","signature":""},{"type":"text","text":"hi"}])"));
}

TEST(MessagesClient, D38ARefusalIsTextAndTheReason) {
    const Events events{begin(), {.kind = Kind::refusal, .text = "I can't help"}, finish(FinishReason::stop)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"text","text":"I can't help"}])"));
    EXPECT_EQ(stop_reason_of(events), "refusal");
}

TEST(MessagesClient, PicturesAndCitations) {
    const Events events{
        begin(),
        text("see"),
        {.kind = Kind::citation,
         .value = R"({"type":"url_citation","url_citation":{"url":"https://a/b","title":"T","start_index":0}})"},
        {.kind = Kind::image, .part = 1, .text = "iVBO", .media_type = "image/png"},
        finish(FinishReason::stop)};
    EXPECT_EQ(content_of(events), json::parse(R"([{"type":"text","text":"see","citations":[
        {"type":"web_search_result_location","url":"https://a/b","title":"T","cited_text":"","encrypted_index":""}]},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}])"));
}

TEST(MessagesClient, D40CacheStandsBesideTheInput) {
    const auto usage_of = [](const TokenCounts& counts) {
        const Events events{begin(), text("a"), finish(FinishReason::stop)};
        const ChargedUsage usage{.counts = counts, .cost = "1"};
        const json::value plain = answer_of(events, client_options(), usage).at("usage");
        EXPECT_EQ(ReceivedStream(stream_of(events, client_options(), usage)).message.at("usage"), plain);
        return plain;
    };
    EXPECT_EQ(usage_of({.prompt = 100, .completion = 5, .cache_read = 75}), json::parse(R"({"input_tokens":25,
        "cache_creation_input_tokens":0,"cache_read_input_tokens":75,"output_tokens":5,"cost":1})"));
    EXPECT_EQ(usage_of({.prompt = 100,
                        .completion = 5,
                        .cache_read = 20,
                        .cache_write = 30,
                        .reasoning = 2,
                        .cache_write_1h = 10}),
              json::parse(R"({"input_tokens":50,"cache_creation_input_tokens":30,"cache_read_input_tokens":20,
        "output_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},
        "output_tokens_details":{"thinking_tokens":2},"cost":1})"));
    EXPECT_EQ(usage_of({.prompt = 10, .completion = 0, .cache_read = 11}).at("input_tokens"), 0);
}

TEST(MessagesClient, D41TheBeginningTellsWhatTheGatewayCounted) {
    const ReceivedStream stream(stream_of(Events{begin()}));
    EXPECT_NE(stream_of(Events{begin()}).find("\"input_tokens\":12,\"output_tokens\":0"), std::string::npos);
    EXPECT_EQ(stream.message.at("usage").at("input_tokens"), 25);
}

TEST(MessagesClient, AnEmptyAnswerBeginsAndEnds) {
    const ReceivedStream stream(stream_of({}));
    EXPECT_EQ(stream.names, (std::vector<std::string>{"message_start", "message_delta", "message_stop"}));
    EXPECT_EQ(stream.message.at("id"), "gen-1");
}

TEST(MessagesClient, D51D54AStreamThatBrokeEndsWithItsError) {
    std::string out;
    const auto writer = messages_client().event_writer();
    writer->begin(client_options());
    for (const AnswerEvent& event : {begin(), text("a")}) writer->append(event, out);
    Error error(ErrorKind::upstream_error, "it failed");
    error.detail().provider = ProviderError{.message = "Overloaded", .type = "overloaded_error"};
    writer->append_error(error, out);
    EXPECT_TRUE(
        out.ends_with("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                      "\"message\":\"Overloaded\",\"code\":\"upstream_error\"}}\n\n"))
        << out;
    EXPECT_EQ(out.find("message_stop"), std::string::npos);
}

TEST(MessagesClient, AStreamThatIsCutEndsAsTooLong) {
    std::string out;
    AnswerMeter meter;
    meter.begin();
    const auto writer = messages_client().event_writer();
    writer->begin(client_options());
    for (const AnswerEvent& event : {begin(), call(0, "a", "f"), call(1, "b", "g")}) writer->append(event, out);
    writer->append_cut(meter, "insufficient_credits", out);
    EXPECT_EQ(out.find("message_delta"), std::string::npos) << "the usage waits for the settlement";
    writer->append_cut_end(meter, kUsage, out);
    const ReceivedStream stream(out);
    EXPECT_EQ(stream.content.size(), 1U);
    EXPECT_EQ(stream.message.at("stop_reason"), "max_tokens");
    EXPECT_EQ(stream.message.at("usage").at("cost"), 0.5);
    EXPECT_EQ(stream.end.at("tollgate").at("cut"), "insufficient_credits");
}

TEST(MessagesClient, PingsAreEvents) {
    std::string out;
    const auto writer = messages_client().event_writer();
    writer->begin(client_options());
    writer->append_ping(out);
    EXPECT_EQ(out, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
}

// Answers of several parts whose fragments are mixed, as providers may send them. Each fragment of a text is another.
class RandomAnswer {
  public:
    explicit RandomAnswer(std::uint64_t seed) : random_(seed) {}

    Events draw() {
        Events events{begin()};
        std::vector<Events> parts;
        for (std::uint32_t part = 0, count = 1 + below(5); part < count; ++part) parts.push_back(fragments(part));
        while (!parts.empty()) {
            // Mostly one part after the other.
            const std::size_t at = below(3) == 0 ? below(static_cast<std::uint32_t>(parts.size())) : 0;
            events.push_back(parts[at].front());
            parts[at].erase(parts[at].begin());
            if (parts[at].empty()) parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
        }
        events.push_back(finish(calls_ > 0 ? FinishReason::tool_calls : FinishReason::stop));
        return events;
    }

  private:
    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    Spelt keep(std::string text) { return kept_.emplace_back(std::move(text)); }

    Events fragments(std::uint32_t part) {
        const std::uint32_t kind = below(4);
        Events events;
        for (std::uint32_t i = kind < 2 ? 1 + below(4) : 0; i > 0; --i) {
            const std::string name = std::to_string(part) + "." + std::to_string(i);
            events.push_back({.kind = kind == 0 ? Kind::text : Kind::reasoning,
                              .part = part,
                              .text = keep("<" + name + R"(\n\u00e9{\">)"),
                              .format = kind == 0 ? ReasoningFormat::unknown : ReasoningFormat::anthropic});
        }
        return events.empty() ? call_of(part) : events;
    }
    Events call_of(std::uint32_t part) {
        static constexpr std::array<std::array<Spelt, 4>, 3> kArguments = {{
            {R"({\"a\":\"}\",)", R"(\"b\":[{}],)", R"(\"c\":\"\\\"{\")", "}"},
            {"{", "", R"(\n\"d\")", R"(:1\u007d)"},
            {"", "", "{}", ""},
        }};
        Events events{
            {.kind = Kind::call, .part = part, .call = calls_, .id = keep("id" + std::to_string(part)), .name = "f"}};
        for (const Spelt text : kArguments[below(3)]) {
            events.push_back({.kind = Kind::arguments, .part = part, .call = calls_, .text = text});
        }
        ++calls_;
        return events;
    }

    std::mt19937_64 random_;
    std::deque<std::string> kept_;
    std::uint32_t calls_ = 0;
};

// By part: all of its fragments.
std::map<std::uint32_t, std::string> texts_by_part(const Events& events, Kind kind) {
    std::map<std::uint32_t, std::string> texts;
    for (const AnswerEvent& event : events) {
        if (event.kind == kind) texts[event.part] += plain(event.text);
    }
    return texts;
}

std::string joined(const json::array& content, std::string_view type, std::string_view name) {
    std::string text;
    for (const json::value& block : content) {
        if (block.at("type") == json::string_view(type)) text += block.at(name).as_string();
    }
    return text;
}

// Whether the text has each part's fragments in their order, and nothing else.
void expect_texts(const Events& events, Kind kind, const std::string& text) {
    std::size_t bytes = 0;
    for (const auto& [part, expected] : texts_by_part(events, kind)) {
        std::string found;
        for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
            const std::string fragment = text.substr(at, text.find('>', at) + 1 - at);
            if (fragment.starts_with("<" + std::to_string(part) + ".")) found += fragment;
        }
        EXPECT_EQ(found, expected);
        bytes += expected.size();
    }
    EXPECT_EQ(text.size(), bytes);
}

void expect_calls(const Events& events, const json::array& content) {
    std::map<std::string, json::value> expected, found;
    const auto arguments = texts_by_part(events, Kind::arguments);
    for (const AnswerEvent& event : events) {
        if (event.kind == Kind::call) expected[std::string(event.id)] = json::parse(arguments.at(event.part));
    }
    for (const json::value& block : content) {
        if (block.at("type") == "tool_use") found[std::string(block.at("id").as_string())] = block.at("input");
    }
    EXPECT_EQ(found, expected);
}

TEST(MessagesClient, D2D3RandomAnswersKeepWhatTheySay) {
    for (std::uint64_t seed = 0; seed < 500 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        RandomAnswer random(seed);
        const Events events = random.draw();
        const ReceivedStream stream(stream_of(events));
        const json::array whole = answer_of(events).at("content").as_array();
        for (const json::array& content : {stream.content, whole}) {
            expect_calls(events, content);
            expect_texts(events, Kind::text, joined(content, "text", "text"));
            expect_texts(events, Kind::reasoning, joined(content, "thinking", "thinking"));
        }
    }
}

}  // namespace
}  // namespace tollgate::messages_test
