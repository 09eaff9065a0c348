#include "gateway/chat/dialect/openai_upstream_body.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "tests/support/random_json.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessages = R"("messages":[{"content":"hello"}])";

StreamOptions options(bool ask_for_usage) {
    return ask_for_usage ? StreamOptions::ask_for_usage : StreamOptions::untouched;
}

// What goes upstream for `text`.
std::string upstream(const std::string& text, std::string_view model, StreamOptions stream_options,
                     const Additions& added = {}) {
    JsonParser parser;
    BodyFacts facts;
    const simdjson::padded_string padded(text);
    const std::string_view view(padded.data(), padded.size());
    if (const Error error = parse_body(parser, view, 128, kChatNames, facts)) {
        ADD_FAILURE() << error.detail().message << ": " << text;
        return {};
    }
    UpstreamBody body;
    body.build(view, facts, model, stream_options, added);
    std::string out;
    for (const auto piece : body.pieces()) out += piece;
    EXPECT_EQ(body.size(), out.size());
    EXPECT_LE(body.pieces().size(), 12u);
    return out;
}

std::string upstream(const std::string& text, std::string_view model, bool ask_for_usage,
                     const OutputBound& bound = {}) {
    return upstream(text, model, options(ask_for_usage), Additions{.bound = bound});
}

std::string chat(std::string_view before, std::string_view after = "") {
    return "{" + std::string(before) + (before.empty() ? "" : ",") + std::string(kMessages) +
           (after.empty() ? "" : ",") + std::string(after) + "}";
}

void expect_upstream(const std::string& text, bool ask_for_usage, const std::string& expected) {
    SCOPED_TRACE(text);
    const std::string out = upstream(text, "up", ask_for_usage);
    EXPECT_EQ(out, expected);
    json::error_code failed;
    json::parse(out, failed);
    EXPECT_FALSE(failed) << out;
}

TEST(UpstreamBody, StreamOptionsAreLeftOutWhereverTheyStand) {
    const std::string_view option = R"("stream_options":{"include_usage":true})";
    const auto without = [](const std::string& text) { return upstream(text, "up", StreamOptions::leave_out); };
    const std::string model = R"("model":"gpt")";
    EXPECT_EQ(without(chat(model)), chat(R"("model":"up")"));
    EXPECT_EQ(without(chat(std::string(option) + "," + model)), chat(R"("model":"up")"));
    EXPECT_EQ(without(chat(model + "," + std::string(option))), chat(R"("model":"up")"));
    EXPECT_EQ(without(chat(model, option)), chat(R"("model":"up")"));
    EXPECT_EQ(without(chat(model, R"("stream_options":null)")), chat(R"("model":"up")"));
}

TEST(UpstreamBody, MembersAreAddedAtTheEnd) {
    const std::string model = R"("model":"up")", members = R"(,"temperature":0.5,"stop":["x"])";
    const auto with = [&](const std::string& text, const OutputBound& bound = {}) {
        return upstream(text, "up", StreamOptions::untouched, Additions{.bound = bound, .members = members});
    };
    EXPECT_EQ(with(chat(model)), chat(model, members.substr(1)));
    EXPECT_EQ(with(chat(model, R"("preset":"x")")), chat(model, members.substr(1)));
    EXPECT_EQ(with(chat("")), "{" + model + "," + std::string(kMessages) + members + "}");
    EXPECT_EQ(with(chat(model), {.tokens = 7}), chat(model, R"("max_tokens":7)" + members));
}

TEST(UpstreamBody, AMessageGoesBeforeTheOthers) {
    const std::string first = R"({"role":"system","content":"Be brief."})";
    const auto with = [&](const std::string& text) {
        return upstream(text, "up", StreamOptions::untouched, Additions{.first_message = first});
    };
    const std::string_view two = R"("messages": [ {"content":"hello"}, {"content":"again"}])";
    EXPECT_EQ(with(chat(R"("model":"x")")), R"({"model":"up","messages":[)" + first + R"(,{"content":"hello"}]})");
    EXPECT_EQ(with("{" + std::string(two) + "}"),
              R"({"model":"up","messages": [)" + first + R"(, {"content":"hello"}, {"content":"again"}]})");
}

TEST(UpstreamBody, ARefusalThatNamesStreamOptionsIsAboutThem) {
    EXPECT_TRUE(refuses_stream_options(422, R"({"detail":[{"loc":["body","stream_options"]}]})"));
    EXPECT_TRUE(refuses_stream_options(400, "unknown field stream_options"));
    EXPECT_FALSE(refuses_stream_options(400, "max_tokens is too large"));
    EXPECT_FALSE(refuses_stream_options(500, "stream_options"));
}

TEST(UpstreamBody, OnlyTheModelsNameChanges) {
    const std::string text =
        "{ \"temperature\" : 0.70 ,\n\t\"model\" : \"gpt\" , \"x\\u0041\":\"\\u00fc\\/\", "
        "\"big\":12345678901234567890, \"small\":1.50e-7, " +
        std::string(kMessages) + "\r\n}\n";
    std::string expected = text;
    expected.replace(expected.find("\"gpt\""), 5, "\"up\"");
    EXPECT_EQ(upstream(text, "up", false), expected);
}

TEST(UpstreamBody, ModelIsReplacedWhereverItStands) {
    expect_upstream(chat(R"("model":"gpt")"), false, chat(R"("model":"up")"));
    expect_upstream(chat("", R"("model":"gpt")"), false, chat("", R"("model":"up")"));
    expect_upstream(chat(R"("a":1,"model":"gpt","b":2)"), false, chat(R"("a":1,"model":"up","b":2)"));
    expect_upstream(chat(R"("model":null)"), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("mod\u0065l":"gpt")"), false, chat(R"("mod\u0065l":"up")"));
}

TEST(UpstreamBody, ModelIsInsertedWhereThereIsNone) {
    expect_upstream(chat(""), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("metadata":{"model":"gpt"})"), false, chat(R"("model":"up","metadata":{"model":"gpt"})"));
    expect_upstream(chat(R"("route":"x")"), false, chat(R"("model":"up")"));
}

TEST(UpstreamBody, ABoundIsAddedUnderTheProvidersName) {
    const OutputBound tokens{.tokens = 256};
    const OutputBound completion_tokens{.tokens = 4096, .parameter = OutputBoundParameter::max_completion_tokens};
    struct Row {
        std::string text;
        OutputBound bound;
        std::string expected;
    };
    const Row rows[] = {
        {chat(R"("model":"gpt")"), tokens, chat(R"("model":"up")", R"("max_tokens":256)")},
        {chat(R"("model":"gpt")"), completion_tokens, chat(R"("model":"up")", R"("max_completion_tokens":4096)")},
        {chat(""), tokens, chat(R"("model":"up")", R"("max_tokens":256)")},
        {chat("", R"("provider":{})"), tokens, chat(R"("model":"up")", R"("max_tokens":256)")},
        // A name never stands twice: the client's null is replaced.
        {chat(R"("max_tokens": null ,"model":"gpt")"), tokens, chat(R"("max_tokens": 256 ,"model":"up")")},
        {chat(R"("model":"gpt","max_completion_tokens":null)"), completion_tokens,
         chat(R"("model":"up","max_completion_tokens":4096)")},
        {chat(R"("model":"gpt","max_tokens":null)"), completion_tokens,
         chat(R"("model":"up","max_tokens":null)", R"("max_completion_tokens":4096)")},
        {chat(R"("model":"gpt","max\u005ftokens":null)"), tokens, chat(R"("model":"up","max\u005ftokens":256)")},
    };
    for (const Row& row : rows) EXPECT_EQ(upstream(row.text, "up", false, row.bound), row.expected) << row.text;
}

TEST(UpstreamBody, ModelNamesAreWrittenAsJson) {
    const auto object = json::parse(upstream(chat(R"("model":"gpt")"), "a\"b\\c\n/ü", false)).as_object();
    EXPECT_EQ(object.at("model").as_string(), "a\"b\\c\n/ü");
}

TEST(UpstreamBody, GatewaysFieldsAreRemovedWhereverTheyStand) {
    expect_upstream(chat(R"("provider":{"a":[1]},"model":"gpt")"), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("model":"gpt","route":"x")"), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("model":"gpt")", R"("usage":{"include":true})"), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("route":"x","models":["y"],"model":"gpt","preset":"z")", R"("trace":1,"debug":2)"), false,
                    chat(R"("model":"up")"));
    expect_upstream(chat(R"("rou\u0074e":"x","model":"gpt")"), false, chat(R"("model":"up")"));
    expect_upstream(chat(R"("route":"x","route":"y","model":"gpt")"), false, chat(R"("model":"up")"));
}

TEST(UpstreamBody, FieldsOfThatNameInsideOthersStay) {
    const std::string text = chat(R"("model":"up","metadata":{"route":"x","usage":1})");
    expect_upstream(text, false, text);
}

TEST(UpstreamBody, UsageIsAskedForWhereThereAreNoStreamOptions) {
    expect_upstream(chat(R"("model":"gpt","stream":true)"), true,
                    chat(R"("model":"up","stream":true)", R"("stream_options":{"include_usage":true})"));
    expect_upstream(chat(R"("stream":true)", R"("usage":{})"), true,
                    chat(R"("model":"up","stream":true)", R"("stream_options":{"include_usage":true})"));
}

TEST(UpstreamBody, StreamOptionsAreExtended) {
    expect_upstream(chat(R"("model":"gpt","stream_options":{})"), true,
                    chat(R"("model":"up","stream_options":{"include_usage":true})"));
    expect_upstream(chat(R"("model":"gpt","stream_options":{ })"), true,
                    chat(R"("model":"up","stream_options":{"include_usage":true })"));
    expect_upstream(chat(R"("model":"gpt","stream_options":{"include_obfuscation":false})"), true,
                    chat(R"("model":"up","stream_options":{"include_usage":true,"include_obfuscation":false})"));
}

TEST(UpstreamBody, StreamOptionsThatSayNoAreReplaced) {
    expect_upstream(chat(R"("model":"gpt","stream_options":{"include_usage": false ,"a":1})"), true,
                    chat(R"("model":"up","stream_options":{"include_usage": true ,"a":1})"));
    expect_upstream(chat(R"("model":"gpt","stream_options":{"a":1,"include_usage":null})"), true,
                    chat(R"("model":"up","stream_options":{"a":1,"include_usage":true})"));
    expect_upstream(chat(R"("model":"gpt","stream_options":null)"), true,
                    chat(R"("model":"up","stream_options":{"include_usage":true})"));
}

TEST(UpstreamBody, StreamOptionsThatAskAlreadyStay) {
    const std::string text = chat(R"("model":"up","stream_options": { "include_usage" : true })");
    expect_upstream(text, true, text);
}

TEST(UpstreamBody, StreamOptionsStayIfNothingIsAsked) {
    const std::string text = chat(R"("model":"up","stream_options":{"include_usage":false})");
    expect_upstream(text, false, text);
}

// Who could make a provider leave the usage out would be charged by a count instead. Providers differ in whether the
// first or the last of two members counts.
TEST(UpstreamBody, UsageCannotBeTurnedOffByWritingItOddly) {
    for (const std::string_view options :
         {R"({"include_usage":true,"include_usage":false})", R"({"include_usage":false,"include_usage":true})",
          R"({"include_usage":false,"include_usage":false})", R"({"include_us\u0061ge":false})",
          R"({"include_usage":true,"include_us\u0061ge":false})", R"({"include_us\u0061ge":null,"a":1})"}) {
        SCOPED_TRACE(options);
        const std::string text = chat("\"model\":\"gpt\",\"stream\":true,\"stream_options\":" + std::string(options));
        JsonParser parser;
        BodyFacts facts;
        const simdjson::padded_string padded(text);
        if (parse_body(parser, std::string_view(padded.data(), padded.size()), 128, kChatNames, facts))
            continue;  // refused: fine
        const std::string out = upstream(text, "up", true);
        simdjson::dom::parser check;
        simdjson::dom::object sent;
        ASSERT_EQ(check.parse(out)["stream_options"].get(sent), simdjson::SUCCESS) << out;
        for (const auto field : sent) {
            if (field.key == "include_usage") EXPECT_TRUE(field.value.is_bool() && bool(field.value)) << out;
        }
    }
}

TEST(UpstreamBody, ManyPiecesAreJoined) {
    std::string text = "{";
    std::string expected = "{\"model\":\"up\",";
    for (int i = 0; i < 30; ++i) {
        text += "\"route\":" + std::to_string(i) + ", \"k" + std::to_string(i) + "\":" + std::to_string(i) + " ,";
        expected += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    }
    expected.insert(expected.size() - 1, " ");  // what stands between two members that stay is sent as it stands
    expect_upstream(text + std::string(kMessages) + "}", false, expected + std::string(kMessages) + "}");
}

TEST(UpstreamBody, AnObjectIsReusedWithoutLeftovers) {
    JsonParser parser;
    BodyFacts facts;
    UpstreamBody body;
    for (int round = 0; round < 3; ++round) {
        const simdjson::padded_string padded(chat(R"("model":"gpt","stream_options":{"a":1},"route":"x")"));
        const std::string_view view(padded.data(), padded.size());
        ASSERT_FALSE(parse_body(parser, view, 128, kChatNames, facts));
        body.build(view, facts, round == 1 ? "other" : "up", options(round != 1));
        std::string out;
        for (const auto piece : body.pieces()) out += piece;
        EXPECT_EQ(out, round == 1 ? chat(R"("model":"other","stream_options":{"a":1})")
                                  : chat(R"("model":"up","stream_options":{"include_usage":true,"a":1})"));
    }
}

// The value of what goes upstream is the value that came, but for what must change.
TEST(UpstreamBody, RandomBodiesMeanTheSameUpstream) {
    RandomJson random(3);
    static constexpr std::string_view kNames[] = {"\"a\"",     "\"b\\u0041\"", "\"route\"", "\"provider\"",
                                                  "\"usage\"", "\"seed\"",     "\"debug\""};
    for (int round = 0; round < 3000; ++round) {
        std::string text = "{" + random.space();
        const int members = random.below(6);
        const int messages_at = random.below(members + 1);
        const int model_at = random.below(members + 3);
        for (int i = 0; i <= members; ++i) {
            if (i > 0) text += random.space() + "," + random.space();
            if (i == messages_at) {
                text += kMessages;
            } else if (i == model_at) {
                text += "\"model\"" + random.space() + ":" + random.space() + "\"gpt\"";
            } else {
                text += std::string(kNames[random.below(7)]) + random.space() + ":" + random.space() + random.value(2);
            }
        }
        text += random.space() + "}" + random.space();
        const bool ask = random.below(2) == 0;
        json::object expected = json::parse(text).as_object();
        for (const auto name : {"route", "provider", "usage", "debug"}) expected.erase(name);
        expected["model"] = "up";
        if (ask) expected["stream_options"] = {{"include_usage", true}};
        const std::string out = upstream(text, "up", ask);
        json::error_code failed;
        const json::value sent = json::parse(out, failed);
        ASSERT_FALSE(failed) << text << "\n" << out;
        ASSERT_EQ(sent, json::value(expected)) << text << "\n" << out;
    }
}

}  // namespace
}  // namespace tollgate
