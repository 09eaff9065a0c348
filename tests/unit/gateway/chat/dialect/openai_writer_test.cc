#include "gateway/chat/dialect/openai_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

AnswerOptions labelled() {
    AnswerOptions options;
    options.inbound = &openrouter_inbound();
    options.generation = "gen-1";
    options.provider = "p\"";
    options.model = "a/b";
    options.created = 5;
    return options;
}

AnswerOptions without_usage() {
    AnswerOptions options;
    options.client_asked_for_usage = false;
    return options;
}

// What goes out now for an event in the middle of an answer.
std::string written(std::string_view data, const AnswerOptions& options) {
    OpenAiWriter writer;
    writer.begin(options);
    std::string out;
    writer.append(data, read_openai_chunk(data), false, out);
    return out;
}

TEST(OpenAiWriter, AnEventPassesAsItIs) {
    const std::string_view data = R"({ "id" : "c1" , "choices":[{"delta":{"content":"h\u00fc"}}] })";
    EXPECT_EQ(written(data, {}), "data: " + std::string(data) + "\n\n");
}

TEST(OpenAiWriter, OnlyWhatMustChangeIsSpliced) {
    const struct {
        std::string_view data, openai, openrouter;
    } rows[] = {
        {R"({"id":"c","choices":[],"usage":null,"x":1})", R"({"id":"c","choices":[],"x":1})",
         R"({"id":"gen-1","provider":"p\"","model":"a/b","choices":[],"x":1})"},
        {R"({"usage":null,"x":1})", R"({"x":1})", R"({"id":"gen-1","provider":"p\"","model":"a/b","x":1})"},
        {R"({"error":null,"x": 1})", R"({"x": 1})", R"({"id":"gen-1","provider":"p\"","model":"a/b","x": 1})"},
        {R"({"x":1,"model":"m","usage":null,"error":{}})", R"({"x":1,"model":"m"})",
         R"({"id":"gen-1","provider":"p\"","model":"a/b","x":1})"},
        {R"({"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}})", R"({"choices":[{"delta":{}}]})",
         R"({"id":"gen-1","provider":"p\"","model":"a/b","choices":[{"delta":{}}]})"},
        {"{}", "{}", R"({"id":"gen-1","provider":"p\"","model":"a/b"})"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(written(row.data, without_usage()), "data: " + std::string(row.openai) + "\n\n") << row.data;
        EXPECT_EQ(written(row.data, labelled()), "data: " + std::string(row.openrouter) + "\n\n") << row.data;
    }
}

TEST(OpenAiWriter, FromTheFinalUsageOnEverythingIsHeld) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin(1);
    writer.begin({});
    std::string out;
    writer.append_ping(out);
    EXPECT_EQ(out, ": ping\n");
    out.clear();
    const std::string_view last = R"({"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}})";
    writer.append(last, read_openai_chunk(last), true, out);
    const std::string_view more = R"({"x":1})";
    writer.append(more, read_openai_chunk(more), true, out);
    writer.append_ping(out);
    EXPECT_EQ(out, "") << "pings too: they would overtake what is held";
    EXPECT_GT(writer.held_bytes(), 0u);
    writer.append_held(meter, {}, "0.5", out);
    EXPECT_EQ(out, R"(data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1,"cost":0.5}})"
                   "\n\ndata: {\"x\":1}\n\ndata: [DONE]\n\n");
    EXPECT_EQ(writer.held_bytes(), 0u);
}

TEST(OpenAiWriter, ACutDropsWhatIsHeldAndTellsTheUsage) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin(1);
    AnswerOptions options;
    options.text_completions = true;
    options.model = "m";
    writer.begin(options);
    std::string out;
    const std::string_view usage = R"({"choices":[],"usage":{"prompt_tokens":1}})";
    writer.append(usage, read_openai_chunk(usage), false, out);
    writer.append_cut(meter, "insufficient_credits", out);
    EXPECT_EQ(out, R"(data: {"id":"","model":"m","object":"text_completion","created":0,"choices":)"
                   R"([{"index":0,"text":"","finish_reason":"length"}],"tollgate":{"cut":"insufficient_credits"}})"
                   "\n\n");
    out.clear();
    writer.append_cut_end(meter, {.prompt = 2, .completion = 3}, "0.25", out);
    EXPECT_EQ(out, R"(data: {"id":"","model":"m","object":"text_completion","created":0,"choices":[],"usage":)"
                   R"({"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,"cost":0.25}})"
                   "\n\ndata: [DONE]\n\n");
    writer.begin(without_usage());
    out.clear();
    writer.append_cut_end(meter, {}, "0", out);
    EXPECT_EQ(out, "data: [DONE]\n\n");
}

TEST(OpenAiWriter, AnErrorEndsTheStreamInTheClientsShape) {
    const Error error(ErrorKind::upstream_error, "it \"broke\"");
    OpenAiWriter writer;
    writer.begin({});
    std::string out;
    writer.append_error(error, out);
    EXPECT_EQ(out, "data: " + openai_inbound().error_body(error, 502) + "\n\n");
    writer.begin(labelled());
    out.clear();
    writer.append_error(error, out);
    ASSERT_TRUE(out.starts_with("data: ") && out.ends_with("\n\n"));
    const auto event = boost::json::parse(out.substr(6));
    EXPECT_EQ(event.at("id").as_string(), "gen-1");
    EXPECT_EQ(event.at("object").as_string(), "chat.completion.chunk");
    EXPECT_EQ(event.at("created").as_int64(), 5);
    EXPECT_EQ(event.at("model").as_string(), "a/b");
    EXPECT_EQ(event.at("provider").as_string(), "p\"");
    EXPECT_EQ(event.at("error").at("code").as_int64(), 502);
    EXPECT_EQ(event.at("error").at("message").as_string(), "it \"broke\"");
    EXPECT_EQ(event.at("choices").at(0).at("finish_reason").as_string(), "error");
}

TEST(OpenAiWriter, WrittenUsageIsReadBack) {
    const TokenCounts usage{.prompt = 9, .completion = 4};
    const std::string text = usage_json(usage, "1.5");
    EXPECT_EQ(text, R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":1.5})");
    TokenCounts read;
    EXPECT_TRUE(parse_usage(text, read));
    EXPECT_EQ(read, usage);
}

TEST(OpenAiWriter, TheLargestCountsAreWrittenWithoutOverflow) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    TokenCounts usage;
    parse_usage(R"({"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807})", usage);
    const auto total = boost::json::parse(usage_json(usage, "0")).at("total_tokens");
    EXPECT_TRUE(total.is_uint64() || (total.is_int64() && total.as_int64() >= 0)) << "a sum of counts is not negative";
    EXPECT_LE(usage.prompt, kMost);
}

}  // namespace
}  // namespace tollgate
