// Answers of Anthropic's Messages API as its own clients get them.
#include <gtest/gtest.h>

#include "gateway/chat/answer_stream.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "tests/unit/gateway/chat/dialect/messages/client_fixture.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;

struct Passing {
    explicit Passing(const AnswerOptions& options = client_options()) {
        writer->begin(options);
        meter.begin();
    }
    void pass(std::string_view name, std::string_view data) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        reader.read(name, data, facts, events);
        meter.add(facts);
        writer->pass(name, data, facts, out);
    }
    void end(const ChargedUsage& usage = kUsage) { writer->append_end(meter, usage, out); }

    std::unique_ptr<PassingWriter> writer = messages_client().passing_writer();
    MessagesEventReader reader;
    AnswerMeter meter;
    std::string out;
};

constexpr std::string_view kStart =
    R"({"type":"message_start", "message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],)"
    R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":812,"output_tokens":1,"service_tier":"standard"}}  })";
constexpr std::string_view kBlock =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""} })";
constexpr std::string_view kText =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\u00e9"}      })";
constexpr std::string_view kBlockStop = R"({"type":"content_block_stop","index":0   })";
constexpr std::string_view kDelta =
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":9,)"
    R"("input_tokens":812,"service_tier":"standard","iterations":[{"type":"message"}]} ,"context_management":{"applied_edits":[]}})";
constexpr std::string_view kStop = R"({"type":"message_stop"   })";

void pass_beginning(Passing& passing) {
    passing.pass("message_start", kStart);
    passing.pass("content_block_start", kBlock);
    passing.pass("content_block_delta", kText);
}

TEST(MessagesPassing, EventsPassByteForByteAndTheEndWaits) {
    Passing passing;
    pass_beginning(passing);
    passing.pass("ping", R"({"type": "ping"})");
    passing.pass("content_block_stop", kBlockStop);
    const auto frame = [](std::string_view name, std::string_view data) {
        return "event: " + std::string(name) + "\ndata: " + std::string(data) + "\n\n";
    };
    const std::string before = frame("message_start", kStart) + frame("content_block_start", kBlock) +
                               frame("content_block_delta", kText) + frame("ping", R"({"type": "ping"})") +
                               frame("content_block_stop", kBlockStop);
    EXPECT_EQ(passing.out, before);
    passing.pass("message_delta", kDelta);
    passing.pass("message_stop", kStop);
    EXPECT_EQ(passing.out, before) << "until the request is settled";
    passing.end();
    EXPECT_EQ(
        passing.out.substr(before.size()),
        frame("message_delta",
              R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":)"
              R"({"output_tokens":5,"input_tokens":25,"service_tier":"standard","iterations":[{"type":"message"}],)"
              R"("cache_read_input_tokens":75,"cost":0.5} ,"context_management":{"applied_edits":[]}})") +
            frame("message_stop", kStop));
}

TEST(MessagesPassing, EventsWithoutNamesGetThem) {
    Passing passing;
    for (const std::string_view data : {kStart, kBlock, kText, kBlockStop, kDelta, kStop}) passing.pass("", data);
    passing.end();
    const ReceivedStream stream(passing.out);
    EXPECT_TRUE(stream.stopped);
    EXPECT_EQ(stream.content.at(0).at("text"), "\xc3\xa9");
}

TEST(MessagesPassing, D41ThePromptIsToldAtOnce) {
    Passing passing(client_options(openrouter_messages_inbound()));
    passing.pass("message_start", kStart);
    const json::object message = json::parse(passing.out.substr(passing.out.find('{'))).at("message").as_object();
    EXPECT_EQ(message.at("usage").at("input_tokens"), 812);
    EXPECT_EQ(message.at("id"), "gen-1");
    EXPECT_EQ(message.at("provider"), "Some");
    EXPECT_EQ(message.at("model"), "author/model");
    EXPECT_EQ(message.at("content"), json::array());
}

TEST(MessagesPassing, AFurtherDeltaDoesNotTakeTheReasonAway) {
    Passing passing;
    pass_beginning(passing);
    passing.pass("content_block_stop", kBlockStop);
    passing.pass("message_delta", kDelta);
    passing.pass("message_delta", R"({"type":"message_delta","delta":{},"usage":{"output_tokens":9}})");
    passing.end();
    EXPECT_EQ(ReceivedStream(passing.out).message.at("stop_reason"), "end_turn");
}

TEST(MessagesPassing, UsageThatIsNotBelievedIsReplacedWhole) {
    Passing passing;
    pass_beginning(passing);
    passing.pass("content_block_stop", kBlockStop);
    passing.pass("message_delta", kDelta);
    passing.end({.counts = {.prompt = 3, .completion = 2}, .reported = false, .cost = "0.1"});
    EXPECT_EQ(ReceivedStream(passing.out).end.at("usage"), json::parse(R"({"input_tokens":3,
        "cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":2,"cost":0.1})"));
}

TEST(MessagesPassing, WhatWasWrittenToTheCacheIsToldAsItIsCharged) {
    std::string out;
    messages_client().pass_answer(
        R"({"usage":{"input_tokens":1,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":9},)"
        R"("cache_read_input_tokens":0,"output_tokens":2,"cost":99,"server_tool_use":{"web_search_requests":1}}})",
        client_options(),
        {.counts = {.prompt = 30, .completion = 2, .cache_write = 20, .cache_write_1h = 5}, .cost = "1"}, out);
    EXPECT_EQ(json::parse(out).at("usage"), json::parse(R"({"input_tokens":10,"cache_creation_input_tokens":20,
        "cache_creation":{"ephemeral_5m_input_tokens":15,"ephemeral_1h_input_tokens":5},"cache_read_input_tokens":0,
        "output_tokens":2,"server_tool_use":{"web_search_requests":1},"cost":1})"));
}

TEST(MessagesPassing, AStreamThatIsCutStopsItsBlocksAndEndsAsTooLong) {
    Passing passing;
    pass_beginning(passing);
    passing.writer->append_cut(passing.meter, "budget_exceeded", passing.out);
    passing.writer->append_cut_end(passing.meter, kUsage, passing.out);
    const ReceivedStream stream(passing.out);
    EXPECT_TRUE(stream.stopped);
    EXPECT_EQ(stream.message.at("stop_reason"), "max_tokens");
    EXPECT_EQ(stream.end.at("tollgate").at("cut"), "budget_exceeded");
    EXPECT_EQ(stream.message.at("usage").at("output_tokens"), 5);
}

TEST(MessagesPassing, AStreamThatBrokeEndsWithItsError) {
    Passing passing;
    pass_beginning(passing);
    passing.writer->append_error({ErrorKind::upstream_incomplete, "it ended"}, passing.out);
    EXPECT_TRUE(
        passing.out.ends_with("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
                              "\"message\":\"it ended\",\"code\":\"upstream_incomplete\"}}\n\n"))
        << passing.out;
}

TEST(MessagesPassing, APlainAnswerChangesInItsUsageOnly) {
    std::string out;
    messages_client().pass_answer(
        R"( {"id":"msg_1", "content":[{"type":"x-new"}],"usage": {"input_tokens":1,"output_tokens":2} ,"z":1})",
        client_options(), kUsage, out);
    EXPECT_EQ(out, R"({"id":"msg_1", "content":[{"type":"x-new"}],"usage": {"input_tokens":25,"output_tokens":5,)"
                   R"("cache_read_input_tokens":75,"cost":0.5} ,"z":1})");
    out.clear();
    messages_client().pass_answer(R"({"id":"msg_1","content":[]})", client_options(), kUsage, out);
    EXPECT_EQ(json::parse(out).at("usage").at("cost"), 0.5);
    out.clear();
    messages_client().pass_answer(" {}", client_options(), kUsage, out);
    EXPECT_EQ(json::parse(out).at("usage").at("cost"), 0.5);
    out.clear();
    messages_client().pass_answer(R"({"id":"msg_1","model":"m","content":[],"usage":{}})",
                                  client_options(openrouter_messages_inbound()), kUsage, out);
    EXPECT_EQ(json::parse(out).at("id"), "gen-1");
    EXPECT_EQ(json::parse(out).at("model"), "author/model");
}

TEST(MessagesPassing, APlainAnswerInPlaceOfAStreamIsToldInEvents) {
    AnswerOptions options = client_options();
    options.upstream = &messages_upstream();
    AnswerStream stream;
    stream.begin(options);
    stream.expect_whole();
    std::string out;
    stream.feed(R"(data: {"id":"msg_1","type":"message","role":"assistant","content":[)"
                R"({"type":"thinking","thinking":"Hm.","signature":"S"},{"type":"text","text":"ok"}],)"
                R"("stop_reason":"max_tokens","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}})"
                "\n\n",
                out);
    EXPECT_TRUE(stream.facts().done);
    stream.append_end(kUsage, out);
    const ReceivedStream received(out);
    EXPECT_EQ(received.content, json::parse(R"([{"type":"thinking","thinking":"Hm.","signature":"S"},)"
                                            R"({"type":"text","text":"ok"}])"));
    EXPECT_EQ(received.message.at("stop_reason"), "max_tokens");
    EXPECT_TRUE(received.stopped);
}

}  // namespace
}  // namespace tollgate::messages_test
