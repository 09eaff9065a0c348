#include "gateway/chat/dialect/openai_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>

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
    writer.append(data, read_openai_chunk(data), out);
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
        {R"({"choices":[{}],"us\u0061ge":{"prompt_tokens":1}})", R"({"choices":[{}]})",
         R"({"id":"gen-1","provider":"p\"","model":"a/b","choices":[{}]})"},
        {R"({"pr\u006fvider":"theirs","x":1})", R"({"pr\u006fvider":"theirs","x":1})",
         R"({"id":"gen-1","provider":"p\"","model":"a/b","x":1})"},
        {"{}", "{}", R"({"id":"gen-1","provider":"p\"","model":"a/b"})"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(written(row.data, without_usage()), "data: " + std::string(row.openai) + "\n\n") << row.data;
        EXPECT_EQ(written(row.data, labelled()), "data: " + std::string(row.openrouter) + "\n\n") << row.data;
    }
}

// Providers that say "stop" and report usage in every event delay nothing.
TEST(OpenAiWriter, EventsPassAtOnceWithoutTheirUsageWhichEndsTheStream) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin({});
    std::string out;
    for (
        const std::string_view data :
        {R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}})",
         R"({"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"x":3}})"}) {
        out.clear();
        writer.append(data, read_openai_chunk(data), out);
        EXPECT_EQ(out, "data: " + std::string(data.substr(0, data.find(",\"usage\""))) + "}\n\n");
    }
    out.clear();
    writer.append_end(meter, {.counts = {.prompt = 1, .completion = 2}, .cost = "0.5"}, out);
    EXPECT_EQ(out, R"(data: {"id":"","model":"","object":"chat.completion.chunk","created":0,"choices":[],)"
                   R"("usage":{"prompt_tokens":1,"completion_tokens":2,"x":3,"cost":0.5}})"
                   "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiWriter, OfManyUsageEventsOnlyTheLastIsKept) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin({});
    std::string out;
    for (const std::string_view data :
         {R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":9}})",
          R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":9},"timings":{}})"}) {
        writer.append(data, read_openai_chunk(data), out);
    }
    EXPECT_EQ(out, "");
    writer.append_end(meter, {.counts = {.prompt = 1, .completion = 2}, .cost = "0.5"}, out);
    EXPECT_EQ(out, R"(data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.5},"timings":{}})"
                   "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiWriter, UsageThatIsNotBelievedIsNotShown) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin();
    writer.begin({});
    std::string out;
    const std::string_view data = R"({"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":"3"}})";
    writer.append(data, read_openai_chunk(data), out);
    writer.append_end(meter, {.counts = {.prompt = 30, .completion = 5}, .reported = false, .cost = "0.5"}, out);
    EXPECT_EQ(out,
              R"(data: {"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":5,"total_tokens":35,"cost":0.5}})"
              "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiWriter, EventsOfOurOwnAreJsonWhateverTheUpstreamsIdIs) {
    for (const std::string_view id : {R"("a\"b\u00fc")", "12345", R"({"a":"b"})", R"("a\x")", "null"}) {
        const std::string data = "{\"id\":" + std::string(id) + R"(,"choices":[{"delta":{"content":"x"}}]})";
        AnswerMeter meter;
        meter.begin();
        meter.add(read_openai_chunk(data).delta);
        OpenAiWriter writer;
        writer.begin({});
        std::string out;
        writer.append_end(meter, {.cost = "0"}, out);
        boost::system::error_code failed;
        const auto event = boost::json::parse(out.substr(6, out.find("\n\n") - 6), failed);
        ASSERT_FALSE(failed) << out;
        EXPECT_TRUE(event.at("id").is_string()) << out;
    }
}

TEST(OpenAiWriter, ACutDropsWhatIsHeldAndTellsTheUsage) {
    OpenAiWriter writer;
    AnswerMeter meter;
    meter.begin();
    AnswerOptions options;
    options.text_completions = true;
    options.model = "m";
    writer.begin(options);
    std::string out;
    const std::string_view usage = R"({"choices":[],"usage":{"prompt_tokens":1}})";
    writer.append(usage, read_openai_chunk(usage), out);
    writer.append_cut(meter, "insufficient_credits", out);
    EXPECT_EQ(out, R"(data: {"id":"","model":"m","object":"text_completion","created":0,"choices":)"
                   R"([{"index":0,"text":"","finish_reason":"length"}],"tollgate":{"cut":"insufficient_credits"}})"
                   "\n\n");
    out.clear();
    writer.append_cut_end(meter, {.counts = {.prompt = 2, .completion = 3}, .cost = "0.25"}, out);
    EXPECT_EQ(out, R"(data: {"id":"","model":"m","object":"text_completion","created":0,"choices":[],"usage":)"
                   R"({"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,"cost":0.25}})"
                   "\n\ndata: [DONE]\n\n");
    writer.begin(without_usage());
    out.clear();
    writer.append_cut_end(meter, {.cost = "0"}, out);
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

}  // namespace
}  // namespace tollgate
