// Answers of the Responses API for its own clients: what passes, and what waits for the settlement.
#include "gateway/chat/dialect/responses/passing_writer.h"

#include "tests/unit/gateway/chat/dialect/responses/answer_fixture.h"

namespace tollgate::responses_test {
namespace {

namespace json = boost::json;

const std::string kCreated =
    "event: response.created\ndata: {\"type\":\"response.created\", \"response\":{\"id\":\"resp_1\",\"model\":\"gpt\"},"
    "\"sequence_number\":0}\n\n";
const std::string kDelta =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,"
    "\"content_index\":0,\"delta\":\"h\\u00e9\",\"obfuscation\":\"x\",\"sequence_number\":1}\n\n";
std::string completed(const std::string& usage) {
    return "event: response.completed\ndata: {\"type\":\"response.completed\", "
           "\"response\":{\"id\":\"resp_1\",\"model\":"
           "\"gpt\", \"status\":\"completed\",\"output\":[]" +
           usage + "},\"sequence_number\":2}\n\n";
}
const std::string kUsage =
    R"(,"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"x":1,"total_tokens":17})";

Streamed pass(const std::string& body, const Inbound& inbound = openai_inbound()) {
    return relay(responses_upstream(), responses_client(), body, SIZE_MAX, options_of(inbound));
}

TEST(ResponsesPass, OnlyTheUsageChanges) {
    const Streamed passed = pass(kCreated + kDelta + completed(kUsage));
    EXPECT_TRUE(passed.facts.done);
    EXPECT_EQ(passed.out, kCreated + kDelta +
                              completed(R"(,"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":3},)"
                                        R"("output_tokens":5,"x":1,"total_tokens":17,"cost":0.5})"));
    EXPECT_EQ(pass(kCreated + kDelta + completed("")).events().back().data.at("response").at("usage").at("cost"), 0.5);
    EXPECT_EQ(pass(kCreated + completed(R"(,"usage":null)")).events().back().data.at("response").at("usage").at("cost"),
              0.5);
}

TEST(ResponsesPass, NamesMayStandInTheDataOnly) {
    std::string body = kCreated + kDelta + completed(kUsage);
    for (auto at = body.find("event: "); at != std::string::npos; at = body.find("event: ")) {
        body.erase(at, body.find('\n', at) + 1 - at);
    }
    const Streamed passed = pass(body);
    EXPECT_EQ(passed.out.find("event:"), std::string::npos);
    EXPECT_EQ(passed.events().back().data.at("response").at("usage").at("cost"), 0.5);
}

TEST(ResponsesPass, OpenRoutersClientsGetItsLabels) {
    const Streamed passed = pass(kCreated + kDelta + completed(kUsage), openrouter_inbound());
    for (const std::size_t at : {0, 2}) {
        const json::value response = passed.events()[at].data.at("response");
        EXPECT_EQ(response.at("id"), "gen-1");
        EXPECT_EQ(response.at("model"), "openai/gpt");
        EXPECT_EQ(response.at("provider"), "openai");
    }
    EXPECT_NE(passed.out.find(kDelta), std::string::npos);
}

TEST(ResponsesPass, PlainAnswersKeepTheirBytes) {
    const std::string body =
        "\n {\"id\" : \"resp_1\",\"object\":\"response\", \"output\":[ ] ,\"usage\" : "
        "{\"input_tokens\":12,\"output_tokens\":5,\"total_tokens\":17} , \"x\":1 }\n";
    Plain plain;
    translate(responses_upstream(), responses_client(), body, plain);
    EXPECT_EQ(plain.text,
              "{\"id\" : \"resp_1\",\"object\":\"response\", \"output\":[ ] ,\"usage\" : "
              "{\"input_tokens\":12,\"output_tokens\":5,\"total_tokens\":17,\"cost\":0.5} , \"x\":1 }");
    Plain labelled;
    translate(responses_upstream(), responses_client(), body, labelled, options_of(openrouter_inbound()));
    EXPECT_EQ(labelled.answer().at("id"), "gen-1");
    EXPECT_EQ(labelled.answer().at("provider"), "openai");
}

struct Broken {
    ResponsesPassingWriter writer;
    AnswerMeter meter;
    std::string out;

    Broken() {
        meter.begin();
        writer.begin(options_of(openai_inbound()));
        AnswerDelta facts;
        facts.id = "resp_1";
        meter.add(facts);
        for (const std::string& event : {kCreated, kDelta}) {
            const auto data = event.find("data: ") + 6;
            writer.pass("response.x", std::string_view(event).substr(data, event.size() - data - 2), facts, out);
        }
        out.clear();
    }
};

TEST(ResponsesPass, ACutStreamGoesOnWithItsNumbers) {
    Broken stream;
    stream.writer.append_cut(stream.meter, "insufficient_credits", stream.out);
    EXPECT_EQ(stream.out, "");
    stream.writer.append_cut_end(stream.meter, {.counts = {.prompt = 1, .completion = 2}, .cost = "0.5"}, stream.out);
    const std::vector<Event> events = events_in(stream.out);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type(), "response.incomplete");
    EXPECT_EQ(events[0].data.at("sequence_number"), 2);
    EXPECT_EQ(events[0].data.at("response").at("id"), "resp_1");
    EXPECT_EQ(events[0].data.at("response").at("usage").at("output_tokens"), 2);
}

TEST(ResponsesPass, ABrokenStreamSaysSo) {
    Broken stream;
    stream.writer.append_error({ErrorKind::upstream_reset, "gone"}, stream.out);
    const std::vector<Event> events = events_in(stream.out);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].type(), "error");
    EXPECT_EQ(events[0].data.at("sequence_number"), 2);
    EXPECT_EQ(events[1].type(), "response.failed");
    EXPECT_EQ(events[1].data.at("response").at("id"), "resp_1");
}

}  // namespace
}  // namespace tollgate::responses_test
