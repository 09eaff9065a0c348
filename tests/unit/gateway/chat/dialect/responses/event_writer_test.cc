// Answers as clients of OpenAI's Responses API get them: the events of a stream, and response objects. Rows D… are
// kinds of faults that were reported of other gateways.
#include "gateway/chat/dialect/responses/event_writer.h"

#include <set>

#include "gateway/chat/dialect/responses/answer_writer.h"
#include "gateway/chat/dialect/responses/encrypted_reasoning.h"
#include "tests/unit/gateway/chat/dialect/responses/answer_fixture.h"

namespace tollgate::responses_test {
namespace {

namespace json = boost::json;
using Kind = AnswerEvent::Kind;

constexpr TokenCounts kCounts{.prompt = 12, .completion = 5, .cache_read = 3, .reasoning = 2};
constexpr ChargedUsage kUsage{.counts = kCounts, .cost = "0.5"};

struct Written {
    std::string out;
    std::vector<Event> events;

    std::string types() const {
        std::string all;
        for (const Event& event : events) {
            std::string type = event.type();
            if (type.starts_with("response.")) type.erase(0, 9);
            (all += all.empty() ? "" : " ") += type;
        }
        return all;
    }
    const json::object& last(std::string_view type) const {
        static const json::object kNone;
        for (auto event = events.rbegin(); event != events.rend(); ++event) {
            if (event->type() == type) return event->data;
        }
        ADD_FAILURE() << "no " << type << " in " << types();
        return kNone;
    }
    const json::object& response() const { return events.back().data.at("response").as_object(); }
    const json::array& output() const { return response().at("output").as_array(); }
};

// What holds for every stream: names, numbers, and items that open and close once, with the same id and index.
void check(const Written& written) {
    std::int64_t sequence = 0;
    std::map<std::int64_t, std::string> open;
    json::array closed;
    for (const Event& event : written.events) {
        EXPECT_EQ(event.name, event.type());
        EXPECT_EQ(event.data.at("sequence_number").as_int64(), sequence++);
        const auto* const index = event.data.if_contains("output_index");
        if (index == nullptr) continue;
        const auto* const item = event.data.if_contains("item");
        const std::string id(item != nullptr ? item->at("id").as_string() : event.data.at("item_id").as_string());
        if (event.type() == "response.output_item.added") {
            EXPECT_TRUE(open.emplace(index->as_int64(), id).second) << "index is used twice";
            EXPECT_EQ(index->as_int64(), static_cast<std::int64_t>(open.size()) - 1);
        }
        EXPECT_EQ(open.at(index->as_int64()), id) << event.type();
        if (event.type() != "response.output_item.done") continue;
        const auto at = static_cast<std::size_t>(index->as_int64());
        if (at >= closed.size()) closed.resize(at + 1);
        EXPECT_TRUE(closed[at].is_null());
        closed[at] = *item;
    }
    if (!written.events.back().data.contains("response")) return;
    if (written.response().at("status") == "failed") return;
    EXPECT_EQ(written.output(), closed);
    EXPECT_EQ(closed.size(), open.size());
}

Written write(const std::vector<AnswerEvent>& events, const AnswerOptions& options = options_of(openai_inbound())) {
    Written written;
    ResponsesEventWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options);
    for (const AnswerEvent& event : events) writer.append(event, written.out);
    EXPECT_EQ(written.out.find("response.completed"), std::string::npos) << "waits for the settlement";
    writer.append_end(meter, kUsage, written.out);
    written.events = events_in(written.out);
    check(written);
    return written;
}

json::value plain_answer(const std::vector<AnswerEvent>& events,
                         const AnswerOptions& options = options_of(openai_inbound())) {
    std::string text;
    write_responses_answer(events, options, kUsage, text);
    EXPECT_TRUE(is_json(text, kDepth)) << text;
    return json::parse(text);
}

constexpr AnswerEvent kBegin{.kind = Kind::begin, .id = "up_1"};
constexpr AnswerEvent finish(FinishReason reason) { return {.kind = Kind::finish, .reason = reason}; }

TEST(ResponsesEvents, D48EveryEventNamesItsItem) {
    const Written written = write({kBegin,
                                   {.kind = Kind::text, .part = 0, .text = "h\\u00e9 "},
                                   {.kind = Kind::text, .part = 0, .text = "you"},
                                   finish(FinishReason::stop)});
    EXPECT_EQ(written.types(),
              "created in_progress output_item.added content_part.added output_text.delta output_text.delta "
              "output_text.done content_part.done output_item.done completed");
    EXPECT_EQ(written.events[4].data, json::parse(R"({"type":"response.output_text.delta","sequence_number":4,
        "item_id":"msg_gen-1_0","output_index":0,"content_index":0,"delta":"hé ","logprobs":[]})"));
    EXPECT_EQ(written.output(), json::parse(R"([{"type":"message","id":"msg_gen-1_0","status":"completed",
        "role":"assistant","content":[{"type":"output_text","text":"hé you","annotations":[],"logprobs":[]}]}])"));
    EXPECT_EQ(written.out.find("[DONE]"), std::string::npos);
}

TEST(ResponsesEvents, D42TheLastEventHasUsageAndModel) {
    const Written written = write({kBegin, {.kind = Kind::text, .text = "a"}, finish(FinishReason::stop)});
    EXPECT_EQ(written.response().at("usage"), json::parse(R"({"input_tokens":12,"input_tokens_details":
        {"cached_tokens":3,"cache_write_tokens":0},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},
        "total_tokens":17,"cost":0.5})"));
    EXPECT_EQ(written.response().at("model"), "openai/gpt");
    EXPECT_EQ(written.response().at("status"), "completed");
    EXPECT_EQ(written.response().at("id"), "up_1");
    for (const std::string_view member :
         {"object", "created_at", "error", "incomplete_details", "instructions", "tools", "parallel_tool_calls",
          "metadata", "tool_choice", "temperature", "top_p"}) {
        EXPECT_TRUE(written.response().contains(member)) << member;
    }
    EXPECT_TRUE(written.events[0].data.at("response").at("usage").is_null());
    const Written labelled = write({kBegin, finish(FinishReason::stop)}, options_of(openrouter_inbound()));
    EXPECT_EQ(labelled.response().at("id"), "gen-1");
    EXPECT_EQ(labelled.response().at("provider"), "openai");
}

TEST(ResponsesEvents, D49EachItemHasItsIndex) {
    const Written written = write({kBegin,
                                   {.kind = Kind::reasoning, .part = 0, .text = "why"},
                                   {.kind = Kind::call, .part = 1, .call = 0, .id = "a", .name = "f"},
                                   {.kind = Kind::call, .part = 2, .call = 1, .id = "b", .name = "g"},
                                   {.kind = Kind::arguments, .part = 1, .call = 0, .text = "{\\\"x\\\""},
                                   {.kind = Kind::arguments, .part = 2, .call = 1, .value = R"({"y":"z"})"},
                                   {.kind = Kind::arguments, .part = 1, .call = 0, .text = ":1}"},
                                   {.kind = Kind::call, .part = 3, .call = 2, .id = "c", .name = "h"},
                                   finish(FinishReason::tool_calls)});
    const json::array& output = written.output();
    ASSERT_EQ(output.size(), 4U);
    EXPECT_EQ(output[0], json::parse(R"({"type":"reasoning","id":"rs_gen-1_0","summary":[],
        "content":[{"type":"reasoning_text","text":"why"}]})"));
    EXPECT_EQ(output[1], json::parse(R"({"type":"function_call","id":"fc_gen-1_1","status":"completed","call_id":"a",
        "name":"f","arguments":"{\"x\":1}"})"));
    EXPECT_EQ(output[2].at("arguments"), R"({"y":"z"})");
    EXPECT_EQ(output[3].at("arguments"), "{}");
    EXPECT_NE(output[1].at("id"), output[1].at("call_id"));
    EXPECT_EQ(written.last("response.function_call_arguments.done").at("name"), "h");
    EXPECT_LT(written.out.find("output_item.done\",\"sequence_number\":7"), written.out.find("function_call\""));
}

TEST(ResponsesEvents, SeveralTextsAreOneMessage) {
    const Written written = write({kBegin,
                                   {.kind = Kind::text, .part = 0, .text = "a"},
                                   {.kind = Kind::citation,
                                    .part = 0,
                                    .value = R"({"type":"url_citation",)"
                                             R"("url_citation":{"url":"https://a"}})"},
                                   {.kind = Kind::text, .part = 1, .text = "b"},
                                   {.kind = Kind::refusal, .part = 2, .text = "no"},
                                   finish(FinishReason::content_filter)});
    EXPECT_EQ(written.output().at(0).at("content"), json::parse(R"([
        {"type":"output_text","text":"a","annotations":[{"type":"url_citation","url":"https://a"}],"logprobs":[]},
        {"type":"output_text","text":"b","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"no"}])"));
    EXPECT_EQ(written.last("response.output_text.annotation.added").at("annotation_index"), 0);
    EXPECT_EQ(written.last("response.refusal.done").at("content_index"), 2);
    EXPECT_EQ(written.events.back().type(), "response.completed") << "the answer says itself why";
}

TEST(ResponsesEvents, D24ReasoningOfOthersIsCarried) {
    const Written written =
        write({kBegin,
               {.kind = Kind::reasoning, .part = 0, .text = "th", .format = ReasoningFormat::anthropic},
               {.kind = Kind::reasoning, .part = 0, .text = "ought", .format = ReasoningFormat::anthropic},
               {.kind = Kind::signature, .part = 0, .text = "S+", .format = ReasoningFormat::anthropic},
               {.kind = Kind::signature, .part = 0, .text = "/=", .format = ReasoningFormat::anthropic},
               {.kind = Kind::sealed_reasoning, .part = 1, .text = "D", .format = ReasoningFormat::anthropic},
               {.kind = Kind::text, .part = 2, .text = "a"},
               finish(FinishReason::stop)});
    ASSERT_EQ(written.output().size(), 3U);
    EXPECT_EQ(written.output()[0], json::parse(R"({"type":"reasoning","id":"rs_gen-1_0","summary":[
        {"type":"summary_text","text":"thought"}],
        "encrypted_content":"tollgate:anthropic-claude-v1:signature::S+/="})"));
    EXPECT_EQ(written.output()[1].at("encrypted_content"), "tollgate:anthropic-claude-v1:sealed::D");
    EXPECT_EQ(written.types(),
              "created in_progress output_item.added reasoning_summary_part.added reasoning_summary_text.delta "
              "reasoning_summary_text.delta reasoning_summary_text.done reasoning_summary_part.done output_item.done "
              "output_item.added output_item.done output_item.added content_part.added output_text.delta "
              "output_text.done content_part.done output_item.done completed");
}

TEST(ResponsesEvents, D21SignaturesOfCallsStandBeforeThemWithIdsOfTheirOwn) {
    const auto google = ReasoningFormat::google;
    const Written written =
        write({kBegin,
               {.kind = Kind::sealed_reasoning, .part = 0, .text = "S1", .id = "call_1", .format = google},
               {.kind = Kind::call, .part = 1, .id = "call_1", .name = "f"},
               {.kind = Kind::arguments, .part = 1, .value = "{}"},
               finish(FinishReason::tool_calls)});
    ASSERT_EQ(written.output().size(), 2U);
    EXPECT_EQ(written.output()[0].at("id"), "rs_gen-1_0");
    EXPECT_EQ(written.output()[1].at("call_id"), "call_1");
}

TEST(ResponsesEvents, ReasoningOfTheApiItselfStaysOneItem) {
    const auto openai = ReasoningFormat::openai_responses;
    const Written written =
        write({kBegin,
               {.kind = Kind::reasoning, .part = 0, .text = "a", .id = "rs_9", .format = openai},
               {.kind = Kind::reasoning, .part = 1, .text = "b", .id = "rs_9", .format = openai},
               {.kind = Kind::sealed_reasoning, .part = 2, .text = "E", .id = "rs_9", .format = openai},
               finish(FinishReason::stop)});
    ASSERT_EQ(written.output().size(), 1U);
    EXPECT_EQ(written.output()[0], json::parse(R"({"type":"reasoning","id":"rs_9","summary":[
        {"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"E"})"));
}

TEST(ResponsesEvents, EncryptedReasoningIsRead) {
    for (const auto format : {ReasoningFormat::anthropic, ReasoningFormat::google, ReasoningFormat::unknown,
                              ReasoningFormat::openai_responses}) {
        for (const bool signature : {true, false}) {
            const EncryptedReasoning carried{format, signature, "a:b+/="};
            std::string text;
            append_encrypted(carried, text);
            EXPECT_EQ(read_encrypted(text), carried) << text;
        }
    }
    EXPECT_EQ(read_encrypted("tollgate:else").data, "tollgate:else");
}

const AnswerEcho kEcho{
    .tools = {{"apply_patch", "apply_patch", "", true}, {"term__exec", "exec", "term", false}},
    .members = R"(,"temperature":0.5,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","metadata":{})"};

TEST(ResponsesEvents, D16CustomToolsComeBackAsTheyWereDeclared) {
    const AnswerOptions options = options_of(openai_inbound(), &kEcho);
    const std::vector<AnswerEvent> events = {
        kBegin,
        {.kind = Kind::call, .part = 0, .call = 0, .id = "c1", .name = "apply_patch"},
        {.kind = Kind::arguments, .part = 0, .call = 0, .text = R"({\"input\":\"*** Be)"},
        {.kind = Kind::arguments, .part = 0, .call = 0, .text = R"(gin\\n\\\"x\\\"\"})"},
        finish(FinishReason::tool_calls)};
    const Written written = write(events, options);
    EXPECT_EQ(written.types(),
              "created in_progress output_item.added custom_tool_call_input.delta custom_tool_call_input.delta "
              "custom_tool_call_input.done output_item.done completed");
    EXPECT_EQ(written.events[3].data.at("delta"), "*** Be");
    EXPECT_EQ(written.last("response.custom_tool_call_input.done").at("input"), "*** Begin\n\"x\"");
    EXPECT_EQ(written.output()[0], json::parse(R"({"type":"custom_tool_call","id":"ctc_gen-1_0","status":"completed",
        "call_id":"c1","name":"apply_patch","input":"*** Begin\n\"x\""})"));
    EXPECT_EQ(plain_answer(events, options).at("output"), written.output());
    EXPECT_EQ(written.response().at("temperature"), 0.5);
}

TEST(ResponsesEvents, D17NamesInNamespacesComeBack) {
    const Written written = write({kBegin,
                                   {.kind = Kind::call, .id = "c1", .name = "term__exec"},
                                   {.kind = Kind::arguments, .value = "{}"},
                                   finish(FinishReason::tool_calls)},
                                  options_of(openai_inbound(), &kEcho));
    EXPECT_EQ(written.last("response.output_item.added").at("item").at("name"), "exec");
    EXPECT_EQ(written.last("response.output_item.added").at("item").at("namespace"), "term");
    EXPECT_EQ(written.last("response.function_call_arguments.done").at("name"), "exec");
    EXPECT_EQ(written.output()[0].at("namespace"), "term");
}

TEST(ResponsesEvents, HowAnswersEnd) {
    const auto end = [](FinishReason reason) {
        const Written written = write({kBegin,
                                       {.kind = Kind::text, .text = "a"},
                                       {.kind = Kind::call, .part = 1, .id = "c", .name = "f"},
                                       finish(reason)});
        return written.events.back().type() + " " + json::serialize(written.response().at("incomplete_details")) + " " +
               json::serialize(written.output().at(1).at("status"));
    };
    EXPECT_EQ(end(FinishReason::length), R"(response.incomplete {"reason":"max_output_tokens"} "incomplete")");
    EXPECT_EQ(end(FinishReason::content_filter), R"(response.incomplete {"reason":"content_filter"} "incomplete")");
    EXPECT_EQ(end(FinishReason::tool_calls), R"(response.completed null "completed")");
}

TEST(ResponsesEvents, PlainAnswersSayTheSame) {
    const std::vector<AnswerEvent> events = {
        kBegin,
        {.kind = Kind::reasoning, .part = 0, .text = "why", .format = ReasoningFormat::google},
        {.kind = Kind::text, .part = 1, .text = "a"},
        {.kind = Kind::image, .part = 2, .text = "iVBO", .media_type = "image/png"},
        {.kind = Kind::call, .part = 3, .call = 0, .id = "c", .name = "f"},
        {.kind = Kind::arguments, .part = 3, .call = 0, .value = R"({"n":12345678901234567890123})"},
        {.kind = Kind::text, .choice = 1, .text = "another choice"},
        finish(FinishReason::tool_calls)};
    const Written written = write(events);
    EXPECT_EQ(plain_answer(events), written.response());
    EXPECT_EQ(written.output().at(2), json::parse(R"({"type":"image_generation_call","id":"ig_gen-1_2",
        "status":"completed","result":"iVBO"})"));
    EXPECT_EQ(written.output().at(3).at("arguments"), R"({"n":12345678901234567890123})");
}

TEST(ResponsesEvents, AStreamThatIsCutEndsAsOneThatIsTooLong) {
    ResponsesEventWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin(options_of(openai_inbound()));
    Written written;
    writer.append(kBegin, written.out);
    writer.append({.kind = Kind::text, .text = "a"}, written.out);
    writer.append_cut(meter, "insufficient_credits", written.out);
    EXPECT_NE(written.out.find("response.output_item.done"), std::string::npos);
    EXPECT_EQ(written.out.find("response.incomplete"), std::string::npos);
    writer.append_cut_end(meter, kUsage, written.out);
    written.events = events_in(written.out);
    check(written);
    EXPECT_EQ(written.events.back().type(), "response.incomplete");
    EXPECT_EQ(written.response().at("tollgate"), json::parse(R"({"cut":"insufficient_credits"})"));
    EXPECT_EQ(written.response().at("usage").at("cost"), 0.5);
}

TEST(ResponsesEvents, D54ErrorsInAStream) {
    const auto after = [](const std::vector<AnswerEvent>& events, const Error& error) {
        ResponsesEventWriter writer;
        writer.begin(options_of(openai_inbound()));
        Written written;
        for (const AnswerEvent& event : events) writer.append(event, written.out);
        writer.append_error(error, written.out);
        written.events = events_in(written.out);
        check(written);
        return written;
    };
    Error error(ErrorKind::upstream_error, "it \"failed\"");
    error.detail().provider = ProviderError{.message = "Overloaded", .code = "\"overloaded_error\""};
    const Written written = after({kBegin, {.kind = Kind::text, .text = "a"}}, error);
    EXPECT_EQ(written.types(),
              "created in_progress output_item.added content_part.added output_text.delta error failed");
    EXPECT_EQ(written.events[5].data, json::parse(R"({"type":"error","sequence_number":5,"code":"overloaded_error",
        "message":"Overloaded","param":null})"));
    EXPECT_EQ(written.response().at("error"), json::parse(R"({"code":"server_error","message":"Overloaded"})"));
    EXPECT_EQ(written.response().at("status"), "failed");
    EXPECT_EQ(after({}, {ErrorKind::requests_rate_limited, "slow"}).response().at("error").at("code"),
              "rate_limit_exceeded");
}

TEST(ResponsesEvents, TextsBeyondTheLimitAreNotRepeated) {
    ResponseOutput output;
    output.begin("gen-1", nullptr, 5);
    std::int64_t sequence = 0;
    std::string out;
    output.append({.kind = Kind::text, .text = "123"}, sequence, &out);
    output.append({.kind = Kind::text, .text = "456"}, sequence, &out);
    output.close(false, sequence, &out);
    EXPECT_NE(out.find(R"("delta":"456")"), std::string::npos);
    EXPECT_NE(output.items().find(R"("text":"123")"), std::string::npos);
}

}  // namespace
}  // namespace tollgate::responses_test
