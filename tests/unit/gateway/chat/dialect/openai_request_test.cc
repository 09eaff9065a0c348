#include "gateway/chat/dialect/openai_request.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gateway/chat/dialect/prompt_measure.h"

namespace tollgate {
namespace {

constexpr std::size_t kDepth = 128;
constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"hello"}])";

struct Read {
    Error error;
    BodyFacts facts;
};

Read read(const std::string& text, const BodyNames& names = kChatNames, std::size_t max_depth = kDepth) {
    JsonParser parser;
    Read result;
    const simdjson::padded_string padded(text);
    result.error = parse_body(parser, std::string_view(padded.data(), padded.size()), max_depth, names, result.facts);
    return result;
}

// A chat body with `members` before the messages.
Read read_with(std::string_view members, const BodyNames& names = kChatNames) {
    const std::string needed = &names == &kChatNames ? std::string(kMessages) : R"("prompt":"hello","input":"hello")";
    return read("{" + std::string(members) + (members.empty() ? "" : ",") + needed + "}", names);
}

void expect_invalid(std::string_view members, std::string_view param, const BodyNames& names = kChatNames) {
    SCOPED_TRACE(members);
    const Read result = read_with(members, names);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(result.error.detail().param, param);
    EXPECT_NE(result.error.detail().message.find(param), std::string::npos) << result.error.detail().message;
}

TEST(RequestBody, FactsOfAPlainBody) {
    const std::string text = R"({"model":"gpt","messages":[{"role":"user","content":"hello"}],"stream":true})";
    const Read result = read(text);
    ASSERT_FALSE(result.error);
    EXPECT_TRUE(result.facts.has_model);
    EXPECT_EQ(result.facts.model, "gpt");
    EXPECT_EQ(result.facts.model_value.of(text), "\"gpt\"");
    EXPECT_TRUE(result.facts.stream);
    EXPECT_FALSE(result.facts.include_usage);
    EXPECT_FALSE(result.facts.has_stream_options);
    EXPECT_EQ(result.facts.output_bound, 0);
    EXPECT_EQ(result.facts.choices, 1);
    EXPECT_EQ(result.facts.prompt_bytes, 5) << "the role is in the tokens of a message";
    EXPECT_EQ(result.facts.prompt_extra_tokens, kTokensPerMessage);
    ASSERT_EQ(result.facts.members.size(), 3u);
    EXPECT_EQ(result.facts.object_begin, 0u);
}

TEST(RequestBody, ModelIsOptionalAndNullIsNone) {
    EXPECT_FALSE(read_with("").facts.has_model);
    const Read null = read_with(R"("model":null)");
    EXPECT_FALSE(null.error);
    EXPECT_TRUE(null.facts.has_model);
    EXPECT_EQ(null.facts.model, "");
}

TEST(RequestBody, ModelRules) {
    expect_invalid(R"("model":5)", "model");
    expect_invalid(R"("model":["gpt"])", "model");
    expect_invalid(R"("model":"gpt","model":"gpt")", "model");
    expect_invalid(R"("model":null,"model":"gpt")", "model");
    expect_invalid("\"model\":\"" + std::string(kMostModelBytes + 1, 'm') + "\"", "model");
    EXPECT_FALSE(read_with("\"model\":\"" + std::string(kMostModelBytes, 'm') + "\"").error);
}

TEST(RequestBody, EscapedNamesMeanTheSame) {
    const Read result = read_with(R"("mod\u0065l":"g\u0070t","\u0073tream":true,"max_\u0074okens":7)");
    ASSERT_FALSE(result.error);
    EXPECT_EQ(result.facts.model, "gpt");
    EXPECT_TRUE(result.facts.stream);
    EXPECT_EQ(result.facts.output_bound, 7);
    expect_invalid(R"("model":"a","mod\u0065l":"b")", "model");
    expect_invalid(R"("stream":true,"\u0073tream":false)", "stream");
    expect_invalid(R"("stream_options":{},"stream\u005foptions":{"include_usage":false})", "stream_options");
}

TEST(RequestBody, StreamRules) {
    EXPECT_TRUE(read_with(R"("stream":true)").facts.stream);
    EXPECT_FALSE(read_with(R"("stream":false)").facts.stream);
    EXPECT_FALSE(read_with(R"("stream":null)").facts.stream);
    for (const std::string_view value : {"1", "\"true\"", "[]", "{}", "0"})
        expect_invalid("\"stream\":" + std::string(value), "stream");
    expect_invalid(R"("stream":false,"stream":true)", "stream");
}

TEST(RequestBody, StreamOptionsRules) {
    EXPECT_TRUE(read_with(R"("stream_options":{"include_usage":true})").facts.include_usage);
    EXPECT_FALSE(read_with(R"("stream_options":{"include_usage":false})").facts.include_usage);
    EXPECT_FALSE(read_with(R"("stream_options":{"include_usage":null})").facts.include_usage);
    EXPECT_FALSE(read_with(R"("stream_options":{"other":1})").facts.include_usage);
    const Read null = read_with(R"("stream_options":null)");
    EXPECT_FALSE(null.error);
    EXPECT_TRUE(null.facts.has_stream_options);
    expect_invalid(R"("stream_options":true)", "stream_options");
    expect_invalid(R"("stream_options":{"include_usage":1})", "stream_options.include_usage");
    expect_invalid(R"("stream_options":{},"stream_options":{})", "stream_options");
}

TEST(RequestBody, OutputBoundIsTheLargerOfTheTwoNames) {
    EXPECT_EQ(read_with(R"("max_tokens":5)").facts.output_bound, 5);
    EXPECT_EQ(read_with(R"("max_completion_tokens":6)").facts.output_bound, 6);
    EXPECT_EQ(read_with(R"("max_tokens":5,"max_completion_tokens":6)").facts.output_bound, 6);
    EXPECT_EQ(read_with(R"("max_completion_tokens":6,"max_tokens":5)").facts.output_bound, 6);
    EXPECT_EQ(read_with(R"("max_tokens":9,"max_tokens":5)").facts.output_bound, 9) << "whichever a provider takes";
    EXPECT_EQ(read_with(R"("max_tokens":null)").facts.output_bound, 0);
}

TEST(RequestBody, CountsAreWholeNumbersInRange) {
    for (const std::string name : {"max_tokens", "max_completion_tokens", "n", "best_of"}) {
        for (const std::string value :
             {"0", "-1", "1.5", "1e2", "\"5\"", "true", "[5]", "9223372036854775808", "1e400", "100000001"}) {
            if (value == "0" && name != "n") continue;  // a schema of OpenAI has it
            if (value == "1e400") {
                EXPECT_TRUE(read_with("\"" + name + "\":" + value).error);  // simdjson: not a usable number
                continue;
            }
            expect_invalid("\"" + name + "\":" + value, name);
        }
    }
    expect_invalid(R"("n":129)", "n");
    EXPECT_EQ(read_with(R"("n":128)").facts.choices, 128);
    EXPECT_EQ(read_with(R"("n":2,"best_of":3)").facts.choices, 3);
    EXPECT_EQ(read_with(R"("max_tokens":100000000)").facts.output_bound, 100'000'000);
}

TEST(RequestBody, AttributionIsTextCutToItsLimit) {
    const Read result = read_with("\"user\":\"u-1\",\"session_id\":\"" + std::string(1000, 's') + "\"");
    EXPECT_EQ(result.facts.end_user, "u-1");
    EXPECT_EQ(result.facts.session, std::string(kMostLabelBytes, 's'));
    expect_invalid(R"("user":5)", "user");
    expect_invalid(R"("session_id":{})", "session_id");
    EXPECT_FALSE(read_with(R"("user":null)").error);
}

TEST(RequestBody, AttributionIsCutBetweenCharacters) {
    const Read result = read_with("\"user\":\"" + std::string(kMostLabelBytes - 1, 'u') + "ü\"");
    ASSERT_FALSE(result.error);
    EXPECT_TRUE(simdjson::validate_utf8(result.facts.end_user)) << "a record with half a character is not JSON later";
}

TEST(RequestBody, TagsOfMetadataAreTheGateways) {
    const Read tagged = read_with(R"("metadata":{"tags":["team=b","a"],"other":5})");
    ASSERT_FALSE(tagged.error);
    EXPECT_EQ(tagged.facts.tags, "a,team=b");
    EXPECT_TRUE(tagged.facts.gateway_only[0]);
    expect_invalid(R"("metadata":{"tags":["a,b"]})", "metadata.tags");
    expect_invalid(R"("metadata":{"tags":[null]})", "metadata.tags");
}

TEST(RequestBody, OtherMetadataIsTheProviders) {
    for (const std::string metadata : {R"({"tags":"a"})", R"({"team":"a"})", "null", "5", "[]"}) {
        SCOPED_TRACE(metadata);
        const Read result = read_with("\"metadata\":" + metadata);
        ASSERT_FALSE(result.error);
        EXPECT_EQ(result.facts.tags, "");
        EXPECT_FALSE(result.facts.gateway_only[0]);
    }
}

TEST(RequestBody, RequiredFieldOfEachApi) {
    EXPECT_EQ(read("{}").error.detail().param, "messages");
    EXPECT_EQ(read("{}", kCompletionNames).error.detail().param, "prompt");
    EXPECT_EQ(read("{}", kEmbeddingsNames).error.detail().param, "input");
    EXPECT_EQ(read(R"({"messages":[]})").error.detail().param, "messages");
    EXPECT_EQ(read(R"({"messages":"hello"})").error.detail().param, "messages");
    EXPECT_EQ(read(R"({"messages":null})").error.detail().param, "messages");
    EXPECT_FALSE(read(R"({"prompt":"a"})", kCompletionNames).error);
    EXPECT_FALSE(read(R"({"input":["a","b"]})", kEmbeddingsNames).error);
}

TEST(RequestBody, PromptIsMeasured) {
    const auto facts = [](const std::string& text, const BodyNames& names = kChatNames) {
        return read(text, names).facts;
    };
    EXPECT_EQ(facts(R"({"prompt":"12345"})", kCompletionNames).prompt_bytes, 5);
    EXPECT_EQ(facts(R"({"prompt":["12","345"]})", kCompletionNames).prompt_bytes, 5);
    EXPECT_EQ(facts(R"({"input":[1,2,3]})", kEmbeddingsNames).prompt_extra_tokens, 3) << "token ids";
    EXPECT_EQ(facts(R"({"input":[[1,2,3],[4,5]]})", kEmbeddingsNames).prompt_extra_tokens, 5) << "lists of token ids";
    const BodyFacts image = facts(
        R"({"messages":[{"content":[{"type":"text","text":"hello"},{"type":"image_url","image_url":{"url":"data:x"}}]}]})");
    EXPECT_EQ(image.prompt_bytes, 5);
    EXPECT_EQ(image.prompt_extra_tokens, kTokensPerMessage + kTokensPerImage);
    EXPECT_FALSE(image.prompt_is_text);
    const BodyFacts tools = facts(R"({"messages":[{"content":null,"tool_calls":[{"id":"a"}]}],"tools":[{"a":1}]})");
    EXPECT_EQ(tools.prompt_bytes, static_cast<std::int64_t>(sizeof R"([{"id":"a"}])" - 1 + sizeof R"([{"a":1}])" - 1));
    EXPECT_EQ(facts(R"({"messages":["odd",5,{"content":"12"}]})").prompt_bytes, 2);
    EXPECT_EQ(facts("{\"messages\":[{\"content\":\"\\u00fc\"}]}").prompt_bytes, 2) << "bytes, unescaped";
}

TEST(RequestBody, OnlyTextTeachesTokensPerByte) {
    const auto is_text = [](const std::string& text, const BodyNames& names) {
        return read(text, names).facts.prompt_is_text;
    };
    const auto part = [&](const std::string& members) {
        return is_text(R"({"messages":[{"content":[{"type":"text","text":"a"},{)" + members + "}]}]}", kChatNames);
    };
    EXPECT_TRUE(part(R"("type":"text","text":"b","cache_control":{"type":"ephemeral"})"));
    EXPECT_FALSE(part(R"("type":"image_url","image_url":{"url":"data:x"})"));
    EXPECT_FALSE(part(R"("image_url":"data:x")"));
    EXPECT_FALSE(part(R"("type":"input_audio","input_audio":{"data":"x"})"));
    EXPECT_FALSE(part(R"("type":"file","file":{"file_data":"x"})"));
    EXPECT_TRUE(is_text(R"({"input":["a","b"]})", kEmbeddingsNames));
    EXPECT_FALSE(is_text(R"({"input":[[1,2],[3]]})", kEmbeddingsNames));
    EXPECT_FALSE(is_text(R"({"prompt":[1,2]})", kCompletionNames));
}

TEST(RequestBody, ZerosOfOpenAIsSchemaPass) {
    for (const char* const name : {"max_tokens", "max_completion_tokens"}) {
        const Read result = read_with("\"" + std::string(name) + "\":0", kCompletionNames);
        ASSERT_FALSE(result.error);
        EXPECT_EQ(result.facts.output_bound, 1) << "held as one token: a bound all the same";
    }
    const Read best = read_with(R"("best_of":0)", kCompletionNames);
    ASSERT_FALSE(best.error);
    EXPECT_EQ(best.facts.choices, 1);
    expect_invalid(R"("n":0)", "n");
    expect_invalid(R"("max_tokens":-1)", "max_tokens");
}

TEST(RequestBody, FieldsThatAreTakenOutAndDoNothingAreNamed) {
    const auto named = [](std::string_view members) {
        std::string out;
        append_removed(read_with(members).facts, out);
        return out;
    };
    EXPECT_EQ(named(R"("transforms":[],"rout\u0065":"fallback","seed":1)"), "route") << "transforms are served";
    EXPECT_EQ(named(R"("provider":{},"models":["a"],"seed":1)"), "") << "they say where it goes";
    EXPECT_EQ(named(R"("plugins":[{"id":"web"}])"), "plugins");
    EXPECT_EQ(named(R"("session_id":"a","usage":{"include":true},"provider":null)"), "") << "served, or nothing";
}

TEST(RequestBody, OpenRoutersFieldsAreTheGateways) {
    const Read result = read_with(R"("models":[],"provider":{},"route":"a","plugins":[],"preset":"a","transforms":[],)"
                                  R"("session_id":"a","trace":{},"debug":{},"usage":{},"mod\u0065ls":[],"seed":1)");
    ASSERT_FALSE(result.error);
    ASSERT_EQ(result.facts.gateway_only.size(), 13u);
    for (std::size_t i = 0; i < 11; ++i) EXPECT_TRUE(result.facts.gateway_only[i]) << i;
    EXPECT_FALSE(result.facts.gateway_only[11]) << "seed";
    EXPECT_FALSE(result.facts.gateway_only[12]) << "messages";
}

TEST(RequestBody, APresetIsNamedByAMemberOrBehindTheModel) {
    const auto named = [](std::string_view members) {
        const Read result = read_with(members);
        return result.error ? result.error.detail().param : result.facts.model + " " + result.facts.preset;
    };
    EXPECT_EQ(named(R"("preset":"a")"), " a");
    EXPECT_EQ(named(R"("model":"@preset/a")"), " a");
    EXPECT_EQ(named(R"("model":"maker/chat@preset/a","preset":"a")"), "maker/chat a");
    EXPECT_EQ(named(R"("model":"@cf/maker/chat","preset":null)"), "@cf/maker/chat ");
    EXPECT_EQ(named(R"("model":"maker/chat@preset/a","preset":"b")"), "preset");
    EXPECT_EQ(named(R"("preset":"b","model":"maker/chat@preset/a")"), "model");
    EXPECT_EQ(named(R"("preset":["a"])"), "preset");
    EXPECT_EQ(named(R"("preset":"")"), "preset");
    EXPECT_EQ(named(R"("model":"maker/chat@preset/")"), "model");
    EXPECT_EQ(named("\"preset\":\"" + std::string(kMostModelBytes + 1, 'a') + "\""), "preset");
}

TEST(RequestBody, WhetherAChatHasASystemPrompt) {
    const auto has_one = [](std::string_view role) {
        return read(R"({"messages":[{"role":"user","content":"x"},{"content":"x","r\u006fle":")" + std::string(role) +
                    R"("}]})")
            .facts.has_system_message;
    };
    EXPECT_TRUE(has_one("system"));
    EXPECT_TRUE(has_one("developer"));
    EXPECT_FALSE(has_one("assistant"));
    EXPECT_FALSE(has_one("systems"));
}

TEST(RequestBody, MembersAreLimited) {
    std::string members = "\"m0\":0";
    for (std::size_t i = 1; i < kMaxMembers - 1; ++i) members += ",\"m" + std::to_string(i) + "\":0";
    EXPECT_FALSE(read_with(members).error);
    EXPECT_EQ(read_with(members + ",\"more\":0").error.kind(), ErrorKind::invalid_request);
}

TEST(RequestBody, DepthIsLimitedWherever) {
    const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    EXPECT_FALSE(read("{\"metadata\":" + nested(10) + "," + std::string(kMessages) + "}", kChatNames, 16).error);
    const Read deep = read("{\"metadata\":" + nested(20) + "," + std::string(kMessages) + "}", kChatNames, 16);
    EXPECT_EQ(deep.error.kind(), ErrorKind::invalid_json);
    EXPECT_NE(deep.error.detail().message.find("16"), std::string::npos);
    EXPECT_TRUE(read("{\"metadata\":" + nested(100'000) + "," + std::string(kMessages) + "}").error);
}

TEST(RequestBody, OnlyAnObjectIsABody) {
    for (const std::string text : {"[]", "5", "\"a\"", "null"})
        EXPECT_EQ(read(text).error.kind(), ErrorKind::invalid_request) << text;
    for (const std::string text :
         {"", " ", "{", "{}{}", "{} x", "{\"a\":1,}", "{'a':1}", "\xff", "{\"a\":\"\xff\"}", "{\"a\":NaN}"})
        EXPECT_EQ(read(text).error.kind(), ErrorKind::invalid_json) << text;
}

TEST(RequestBody, TruncatedBodiesAreNotJson) {
    const std::string whole = R"({"model":"gpt","messages":[{"role":"user","content":"h\u00fc\"llo"}],"stream":true})";
    for (std::size_t size = 0; size < whole.size(); ++size)
        ASSERT_EQ(read(whole.substr(0, size)).error.kind(), ErrorKind::invalid_json) << size;
}

TEST(RequestBody, NothingOfOneBodyIsLeftInTheNext) {
    JsonParser parser;
    BodyFacts facts;
    const simdjson::padded_string full(std::string(
        R"({"model":"a","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,"n":2,"user":"u","session_id":"s","metadata":{"tags":["t"]},"messages":[1]})"));
    ASSERT_FALSE(parse_body(parser, std::string_view(full.data(), full.size()), kDepth, kChatNames, facts));
    const simdjson::padded_string bare(std::string(R"({"messages":[1]})"));
    ASSERT_FALSE(parse_body(parser, std::string_view(bare.data(), bare.size()), kDepth, kChatNames, facts));
    EXPECT_FALSE(facts.has_model || facts.stream || facts.include_usage || facts.has_stream_options);
    EXPECT_EQ(facts.output_bound, 0);
    EXPECT_EQ(facts.choices, 1);
    EXPECT_EQ(facts.end_user + facts.session + facts.model + facts.tags, "");
    EXPECT_EQ(facts.members.size(), 1u);
}

// `json` as a value deep inside a field that nobody reads.
bool accepts(const std::string& json) {
    // Inside an object, so that text after a whole value is in nobody's way but the parser's.
    return !read("{\"metadata\":" + json + "," + std::string(kMessages) + "}").error;
}

TEST(RequestBody, WhatIsNotJsonIsRefusedAlsoWhereNobodyReads) {
    for (const std::string json :
         {"null", "-0", "1E+9", "[]", " [ 1 , {\"\" : [true]} ] ", "\"\\u00FC\\\\ \\/\"", "\"\xf0\x9f\x98\x80\""}) {
        EXPECT_TRUE(accepts(json)) << json;
    }
    for (const std::string json : {"",
                                   "nul",
                                   "True",
                                   "01",
                                   "+1",
                                   "1.",
                                   ".5",
                                   "1e",
                                   "0x1",
                                   "NaN",
                                   "Infinity",
                                   "[1,]",
                                   "[,1]",
                                   "[1 2]",
                                   "{\"a\":1,}",
                                   "{\"a\"}",
                                   "{a:1}",
                                   "{\"a\" 1}",
                                   "{'a':1}",
                                   "[",
                                   "]",
                                   "[1}",
                                   "\"",
                                   "\"\\x\"",
                                   "\"\\u00G0\"",
                                   "\"\n\"",
                                   "\"\t\"",
                                   "\"\xff\"",
                                   "\"\xc0\xaf\"",
                                   "\"\xed\xa0\x80\"",
                                   "1 // comment",
                                   "/**/1",
                                   "1;",
                                   "\"a\" \"b\""}) {
        EXPECT_FALSE(accepts(json)) << json;
    }
}

// The same for all of https://github.com/nst/JSONTestSuite, which is not part of the repository.
TEST(RequestBody, JsonTestSuiteAsMetadata) {
    const std::filesystem::path folder = std::filesystem::path(TOLLGATE_TEST_DATA) / "json-parsing";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "JSONTestSuite is not in the repository; none in " << folder;
    int accepted = 0, refused = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const std::string name = file.path().filename().string();
        if (!name.ends_with(".json")) continue;
        std::stringstream value;
        value << std::ifstream(file.path(), std::ios::binary).rdbuf();
        if (name.starts_with("y_")) {
            EXPECT_TRUE(accepts(value.str())) << name;
            ++accepted;
        } else if (name.starts_with("n_")) {
            EXPECT_FALSE(accepts(value.str())) << name;
            ++refused;
        }
    }
    EXPECT_GT(accepted, 90);
    EXPECT_GT(refused, 180);
}

}  // namespace
}  // namespace tollgate
