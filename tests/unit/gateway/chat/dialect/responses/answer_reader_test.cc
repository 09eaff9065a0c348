// Answers of OpenAI's Responses API, as clients of other dialects get them. Rows D… are kinds of faults that were
// reported of other gateways.
#include "gateway/chat/dialect/responses/answer_reader.h"

#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "tests/unit/gateway/chat/dialect/responses/answer_fixture.h"

namespace tollgate::responses_test {
namespace {

namespace json = boost::json;
using Kind = AnswerEvent::Kind;

// Events in words: "text 0 hi".
std::string said_by(const std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 11> kKinds = {"begin",     "text",     "refusal", "reasoning",
                                                                "signature", "sealed",   "call",    "arguments",
                                                                "image",     "citation", "finish"};
    std::string said;
    for (const AnswerEvent& event : events) {
        said += kKinds[static_cast<std::size_t>(event.kind)];
        said += " " + std::to_string(event.part);
        if (event.kind == Kind::call || event.kind == Kind::arguments) said += " #" + std::to_string(event.call);
        for (const std::string_view word : {event.id, event.name, event.text, event.value, to_string(event.reason)}) {
            if (!word.empty()) (said += ' ') += word;
        }
        said += '\n';
    }
    return said;
}

std::string body_of(const std::string& output, const std::string& status = "completed",
                    const std::string& members = {}) {
    return R"({"id":"resp_1","object":"response","status":")" + status + R"(","error":null,"output":[)" + output +
           R"(],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":75},"output_tokens":5,)"
           R"("output_tokens_details":{"reasoning_tokens":2},"total_tokens":105})" +
           members + "}";
}

struct Answer {
    std::string body;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    AnswerRead read = AnswerRead::invalid;

    explicit Answer(std::string text) : body(std::move(text)) {
        EXPECT_TRUE(is_json(body, kDepth)) << body;
        read = read_responses_answer(body, facts, events);
    }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
};

constexpr std::string_view kCall =
    R"({"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"x\":1}","status":"completed"})";

TEST(ResponsesAnswer, ItemsOfEveryKind) {
    const Answer answer(body_of(
        R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"why"}],"encrypted_content":"E"},)"
        R"({"type":"web_search_call","id":"ws_1","status":"completed"},)"
        R"({"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"h\u00e9",)"
        R"("annotations":[{"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":1}]}]},)" +
        std::string(kCall)));
    EXPECT_EQ(answer.read, AnswerRead::event);
    EXPECT_EQ(said_by(answer.events), R"(begin 0 resp_1
reasoning 0 rs_1 why
sealed 1 rs_1 E
text 2 h\u00e9
citation 2 {"type":"url_citation","url":"https://a","title":"A","start_index":0,"end_index":1}
call 3 #0 call_1 f
arguments 3 #0 {\"x\":1}
finish 0 tool_calls
)");
    EXPECT_EQ(answer.facts.text.bytes, 3 + 3 + 1 + 7);
    EXPECT_EQ(answer.facts.text.reasoning_bytes, 3);
    EXPECT_EQ(answer.facts.text.tool_calls, 1);
    EXPECT_EQ(answer.facts.usage->prompt, 100);
    EXPECT_EQ(answer.facts.usage->cache_read, 75);
    EXPECT_EQ(answer.facts.usage->reasoning, 2);
    EXPECT_EQ(answer.facts.id, "resp_1");
}

TEST(ResponsesAnswer, D11WhyItEnded) {
    const auto reason = [](const std::string& body) {
        const Answer answer(body);
        EXPECT_EQ(answer.events.back().kind, Kind::finish);
        EXPECT_EQ(answer.facts.finish_reason, to_string(answer.events.back().reason));
        return std::string(answer.facts.finish_reason) + " " + std::string(answer.events.back().native_reason);
    };
    const std::string text = R"({"type":"message","content":[{"type":"output_text","text":"a"}]})";
    EXPECT_EQ(reason(body_of(text)), "stop completed");
    EXPECT_EQ(reason(body_of(std::string(kCall))), "tool_calls completed");
    EXPECT_EQ(reason(body_of(text, "incomplete", R"(,"incomplete_details":{"reason":"max_output_tokens"})")),
              "length max_output_tokens");
    EXPECT_EQ(
        reason(body_of(std::string(kCall), "incomplete", R"(,"incomplete_details":{"reason":"max_output_tokens"})")),
        "length max_output_tokens")
        << "the call may be cut off";
    EXPECT_EQ(reason(body_of(text, "incomplete", R"(,"incomplete_details":{"reason":"content_filter"})")),
              "content_filter content_filter");
}

TEST(ResponsesAnswer, D38Refusals) {
    const Answer answer(body_of(R"({"type":"message","content":[{"type":"refusal","refusal":"I can't help"}]})"));
    EXPECT_EQ(said_by(answer.events), "begin 0 resp_1\nrefusal 0 I can't help\nfinish 0 content_filter\n");
    std::string text;
    write_chat_answer(answer.events, options_of(openai_inbound()), {.cost = "0"}, text);
    EXPECT_EQ(json::parse(text).at_pointer("/choices/0/message/refusal"), "I can't help");
}

TEST(ResponsesAnswer, WhatIsNoAnswer) {
    EXPECT_EQ(Answer(R"({"error":{"message":"no"}})").read, AnswerRead::error);
    EXPECT_EQ(
        Answer(R"({"id":"resp_1","status":"failed","output":[],"error":{"code":"server_error","message":"m"}})").read,
        AnswerRead::error);
    EXPECT_EQ(Answer(R"({"choices":[]})").read, AnswerRead::invalid);
    EXPECT_EQ(Answer("[]").read, AnswerRead::invalid);
}

// The events of a stream, each by its type (without "response.") and further members.
class Stream {
  public:
    Stream& event(const std::string& type, const std::string& members) {
        body_ += "event: response." + type + "\ndata: {\"type\":\"response." + type + "\"," + members + "}\n\n";
        return *this;
    }
    Stream& created() { return event("created", R"("response":{"id":"resp_1","status":"in_progress","output":[]})"); }
    Stream& completed(const std::string& output = {}) { return event("completed", "\"response\":" + body_of(output)); }
    const std::string& body() const { return body_; }

  private:
    std::string body_;
};

std::string said_in(const std::string& body) {
    ResponsesEventReader reader;
    SseReader sse;
    sse.begin(1 << 20);
    std::string_view bytes = body;
    std::string said;
    while (sse.next(bytes) == SseReader::Step::event) {
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        EXPECT_TRUE(is_json(sse.data(), kDepth)) << sse.data();
        const AnswerRead read = reader.read(sse.name(), sse.data(), facts, events);
        said += said_by(events);
        if (read != AnswerRead::event) {
            static constexpr std::array<std::string_view, 5> kReads = {"event", "ping", "done", "error", "invalid"};
            (said += kReads[static_cast<std::size_t>(read)]) += '\n';
        }
    }
    return said;
}

TEST(ResponsesStream, D3ArgumentsThatComeOnlyAtTheEndAreToldOnce) {
    Stream stream;
    stream.created()
        .event(
            "output_item.added",
            R"("output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":""})")
        .event("function_call_arguments.delta", R"("output_index":0,"item_id":"fc_1","delta":"{\"x\"")")
        .event("function_call_arguments.delta", R"("output_index":0,"item_id":"fc_1","delta":":1}")")
        .event("function_call_arguments.done", R"("output_index":0,"item_id":"fc_1","arguments":"{\"x\":1}")")
        .event("output_item.added",
               R"("output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"b","name":"g"})")
        .event("function_call_arguments.done", R"("output_index":1,"item_id":"fc_2","arguments":"{\"y\":2}")")
        .event("output_item.done",
               R"("output_index":0,"item":{"type":"function_call","call_id":"a","name":"f","arguments":"{\"x\":1}"})")
        .event("output_item.done",
               R"("output_index":1,"item":{"type":"function_call","call_id":"b","name":"g","arguments":"{\"y\":2}"})")
        .event("output_item.added", R"("output_index":2,"item":{"type":"function_call","call_id":"c","name":"h"})")
        .event("output_item.done",
               R"("output_index":2,"item":{"type":"function_call","call_id":"c","name":"h","arguments":""})")
        .event("output_item.done",
               R"("output_index":3,"item":{"type":"function_call","call_id":"d","name":"i","arguments":"{}"})")
        .completed();
    EXPECT_EQ(said_in(stream.body()), R"(begin 0 resp_1
call 0 #0 a f
arguments 0 #0 {\"x\"
arguments 0 #0 :1}
call 1 #1 b g
arguments 1 #1 {\"y\":2}
call 2 #2 c h
arguments 2 #2 {}
call 3 #3 d i
arguments 3 #3 {}
finish 0 tool_calls
done
)");
}

TEST(ResponsesStream, D3ArgumentsOfTheFirstOrTheLastEventAreToldOnce) {
    const auto item = [](const std::string& arguments) {
        return R"({"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":")" + arguments + "\"}";
    };
    const std::string whole = R"({\"x\":1})";
    const std::string told = "begin 0 resp_1\ncall 0 #0 a f\narguments 0 #0 " + whole + "\nfinish 0 tool_calls\ndone\n";
    for (const std::string& first : {std::string(), whole}) {
        for (const std::string& output : {item(whole), item(""), std::string()}) {
            if (first.empty() && output != item(whole)) continue;
            Stream stream;
            stream.created().event("output_item.added", R"("output_index":0,"item":)" + item(first)).completed(output);
            EXPECT_EQ(said_in(stream.body()), told) << first << output;
        }
    }
    Stream streamed;
    streamed.created()
        .event("output_item.added", R"("output_index":0,"item":)" + item(whole))
        .event("function_call_arguments.delta", R"("output_index":0,"delta":"{\"y\":2}")")
        .completed();
    EXPECT_NE(said_in(streamed.body()).find(R"({\"y\":2})"), std::string::npos);
    EXPECT_EQ(said_in(streamed.body()).find(whole), std::string::npos);
    Stream none;
    none.created().event("output_item.added", R"("output_index":0,"item":)" + item("")).completed();
    EXPECT_NE(said_in(none.body()).find("arguments 0 #0 {}\n"), std::string::npos) << "no text is no JSON";
    Stream cut;
    cut.created()
        .event("output_item.added", R"("output_index":0,"item":)" + item(""))
        .event("incomplete", "\"response\":" + body_of("", "incomplete"));
    EXPECT_EQ(said_in(cut.body()), "begin 0 resp_1\ncall 0 #0 a f\nfinish 0 length\ndone\n");
}

TEST(ResponsesStream, WhatOnlyAnItemsEndHasIsTold) {
    const std::string message = R"({"type":"message","content":[{"type":"output_text","text":"x","annotations":)"
                                R"([{"type":"url_citation","url":"1"},{"type":"url_citation","url":"2"}]},)"
                                R"({"type":"output_text","text":"y"}]})";
    const std::string reasoning =
        R"({"type":"reasoning","id":"rs_1","summary":[{"text":"why"}],"encrypted_content":"E"})";
    for (const bool done : {true, false}) {
        Stream stream;
        stream.created()
            .event("reasoning_summary_text.delta",
                   R"("output_index":0,"summary_index":0,"item_id":"rs_1","delta":"why")")
            .event("output_text.delta", R"("output_index":1,"content_index":0,"delta":"x")")
            .event("output_text.annotation.added",
                   R"("output_index":1,"content_index":0,"annotation":{"type":"url_citation","url":"1"})");
        if (done) {
            stream.event("output_item.done", R"("output_index":0,"item":)" + reasoning)
                .event("output_item.done", R"("output_index":1,"item":)" + message);
        }
        stream.completed(reasoning + "," + message);
        const std::string said = said_in(stream.body());
        const auto times = [&said](const std::string& line) {
            std::size_t count = 0;
            for (auto at = said.find(line); at != std::string::npos; at = said.find(line, at + 1)) ++count;
            return count;
        };
        EXPECT_EQ(times(" why\n"), 1) << said;
        EXPECT_EQ(times(" rs_1 E\n"), 1) << said;
        EXPECT_EQ(times(" x\n"), 1) << said;
        EXPECT_EQ(times(" y\n"), 1) << said;
        EXPECT_EQ(times(R"("url":"1")"), 1) << said;
        EXPECT_EQ(times(R"("url":"2")"), 1) << said;
    }
}

TEST(ResponsesStream, TextsInFragmentsOrWhole) {
    Stream stream;
    stream.created()
        .event("output_item.added", R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]})")
        .event("reasoning_summary_text.delta", R"("output_index":0,"summary_index":0,"item_id":"rs_1","delta":"a")")
        .event("reasoning_summary_text.delta", R"("output_index":0,"summary_index":1,"item_id":"rs_1","delta":"b")")
        .event("reasoning_summary_text.done", R"("output_index":0,"summary_index":1,"item_id":"rs_1","text":"b")")
        .event(
            "output_item.done",
            R"("output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"text":"a"},{"text":"b"}],"encrypted_content":"E"})")
        .event("output_item.added", R"("output_index":1,"item":{"type":"message","id":"msg_1","content":[]})")
        .event("output_text.delta", R"("output_index":1,"content_index":0,"delta":"x")")
        .event("output_text.annotation.added",
               R"("output_index":1,"content_index":0,"annotation":{"type":"url_citation"})")
        .event("output_text.done", R"("output_index":1,"content_index":0,"text":"x")")
        .event("output_text.done", R"("output_index":1,"content_index":1,"text":"whole")")
        .event("output_item.done",
               R"("output_index":1,"item":{"type":"message","content":[{"type":"output_text","text":"x"}]})")
        .event("output_item.done",
               R"("output_index":2,"item":{"type":"message","content":[{"type":"refusal","refusal":"no"}]})")
        .completed();
    EXPECT_EQ(said_in(stream.body()), R"(begin 0 resp_1
reasoning 0 rs_1 a
reasoning 1 rs_1 b
sealed 2 rs_1 E
text 3 x
citation 3 {"type":"url_citation"}
text 4 whole
refusal 5 no
finish 0 content_filter
done
)");
}

// As llama.cpp's server sends them.
TEST(ResponsesStream, ItemsWithoutAnIndexAreKnownByTheirIds) {
    Stream stream;
    stream.created()
        .event("output_item.added", R"("item":{"type":"reasoning","id":"rs_1","summary":[]})")
        .event("reasoning_text.delta", R"("item_id":"rs_1","delta":"why")")
        .event("output_item.added", R"("item":{"type":"message","id":"msg_1","content":[]})")
        .event("output_text.delta", R"("item_id":"msg_1","delta":"a")")
        .event("output_item.added", R"("item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f"})")
        .event("output_item.added", R"("item":{"type":"function_call","id":"fc_2","call_id":"call_2","name":"g"})")
        .event("function_call_arguments.delta", R"("item_id":"fc_1","delta":"{\"x\"")")
        .event("function_call_arguments.delta", R"("item_id":"fc_2","delta":"{}")")
        .event("output_text.delta", R"("item_id":"msg_1","delta":"b")")
        .event("function_call_arguments.delta", R"("item_id":"fc_1","delta":":1}")")
        .event("output_text.done", R"("item_id":"msg_1","text":"ab")")
        .event("output_item.done", R"("item":{"type":"message","id":"msg_1","content":[{"text":"ab"}]})")
        .event("output_item.done", R"("item":{"type":"function_call","id":"fc_1","arguments":"{\"x\":1}"})")
        .event("output_item.done", R"("item":{"type":"function_call","id":"fc_2","arguments":"{}"})")
        .completed();
    EXPECT_EQ(said_in(stream.body()), R"(begin 0 resp_1
reasoning 0 rs_1 why
text 1 a
call 2 #0 call_1 f
call 3 #1 call_2 g
arguments 2 #0 {\"x\"
arguments 3 #1 {}
text 1 b
arguments 2 #0 :1}
finish 0 tool_calls
done
)");
}

TEST(ResponsesStream, ItemsWithNeitherIndexNorIdAreKnownByTheirOrder) {
    Stream stream;
    stream.created()
        .event("output_item.added", R"("item":{"type":"message","content":[]})")
        .event("output_text.delta", R"("delta":"a")")
        .event("output_item.done", R"("item":{"type":"message","content":[{"text":"a"}]})")
        .event("output_item.added", R"("item":{"type":"function_call","call_id":"call_1","name":"f"})")
        .event("output_item.done", R"("item":{"type":"function_call","arguments":"{}"})")
        .completed(R"({"type":"message","content":[{"text":"a"}]},{"type":"function_call","arguments":"{}"})");
    EXPECT_EQ(said_in(stream.body()), R"(begin 0 resp_1
text 0 a
call 1 #0 call_1 f
arguments 1 #0 {}
finish 0 tool_calls
done
)");
}

TEST(ResponsesStream, WhatOnlyTheLastEventHasIsTold) {
    Stream stream;
    stream.created().completed(R"({"type":"message","content":[{"type":"output_text","text":"all"}]})");
    EXPECT_EQ(said_in(stream.body()), "begin 0 resp_1\ntext 0 all\nfinish 0 stop\ndone\n");
}

TEST(ResponsesStream, Failures) {
    Stream stream;
    stream.created().event("failed", R"("response":{"id":"resp_1","status":"failed","output":[],)"
                                     R"("error":{"code":"rate_limit_exceeded","message":"slow down"}})");
    EXPECT_EQ(said_in(stream.body()), "begin 0 resp_1\nerror\n");
    const std::string_view data = std::string_view(stream.body()).substr(stream.body().rfind("data: ") + 6);
    const auto error = read_provider_error(data);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "slow down");
    EXPECT_EQ(error->code, "\"rate_limit_exceeded\"");
    EXPECT_EQ(error->type, "");
    EXPECT_EQ(said_in("event: error\ndata: {\"type\":\"error\",\"code\":\"x\",\"message\":\"m\"}\n\n"), "error\n");
    EXPECT_EQ(said_in("data: {\"error\":{\"message\":\"m\"}}\n\n"), "error\n");
    EXPECT_EQ(said_in("data: {\"type\":\"keepalive\",\"sequence_number\":3}\n\n"), "ping\n");
    EXPECT_EQ(said_in("data: {\"type\":\"response.output_text.delta\",\"output_index\":-1,\"delta\":\"a\"}\n\n"),
              "begin 0\ninvalid\n");
    EXPECT_EQ(said_in("data: {\"type\":\"response.output_text.delta\",\"output_index\":99999,\"delta\":\"a\"}\n\n"),
              "begin 0\ninvalid\n");
}

// The official chat client sees the role at once.
TEST(ResponsesStream, D50TheRoleComesFirst) {
    Stream stream;
    stream.created();
    ChatEventWriter writer;
    writer.begin(options_of(openai_inbound()));
    ResponsesEventReader reader;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    std::string_view bytes = stream.body(), data = bytes.substr(bytes.find("data: ") + 6);
    reader.read({}, data.substr(0, data.find('\n')), facts, events);
    std::string out;
    for (const AnswerEvent& event : events) writer.append(event, out);
    const std::vector<Event> chunks = events_in(out);
    ASSERT_EQ(chunks.size(), 1U);
    EXPECT_EQ(chunks[0].data.at("choices").at(0).at("delta").at("role"), "assistant");
    EXPECT_EQ(chunks[0].data.at("id"), "resp_1");
}

}  // namespace
}  // namespace tollgate::responses_test
