#include "gateway/chat/dialect/gemini/embeddings.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstring>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

namespace json = boost::json;

struct Asked {
    Error error;
    std::string text, dropped;
    VectorFormat format = VectorFormat::numbers;
};

Asked ask(const std::string& members) {
    Asked asked;
    TranslationNotes notes;
    asked.error = write_gemini_embeddings("{\"model\":\"m\"," + members + "}", "gemini-embedding", asked.format,
                                          asked.text, notes);
    asked.dropped = notes.dropped.text();
    return asked;
}

TEST(GeminiEmbeddings, OneTextAndSeveral) {
    EXPECT_EQ(ask(R"("input":"h\u00e9")").text,
              R"({"requests":[{"model":"models/gemini-embedding","content":{"parts":[{"text":"h\u00e9"}]}}]})");
    const Asked several = ask(R"("input":["a","b"],"dimensions":768,"user":"u","usage":{},"encoding_format":"float")");
    ASSERT_FALSE(several.error);
    EXPECT_EQ(json::parse(several.text), json::parse(R"({"requests":[
        {"model":"models/gemini-embedding","content":{"parts":[{"text":"a"}]},"outputDimensionality":768},
        {"model":"models/gemini-embedding","content":{"parts":[{"text":"b"}]},"outputDimensionality":768}]})"));
    EXPECT_EQ(several.dropped, "user");
    EXPECT_EQ(several.format, VectorFormat::numbers);
}

TEST(GeminiEmbeddings, D84TokensMeanNothingToAnotherModel) {
    for (const char* const input : {"[[9906,1917]]", "[9906,1917]", R"(["a",[1]])"}) {
        const Asked asked = ask("\"input\":" + std::string(input));
        EXPECT_EQ(asked.error.detail().param, "input") << input;
        EXPECT_EQ(asked.error.retry(), Retry::elsewhere);
    }
    for (const char* const input : {"[]", "7", "{}"}) {
        EXPECT_EQ(ask("\"input\":" + std::string(input)).error.detail().param, "input") << input;
    }
    EXPECT_EQ(ask(R"("dimensions":1)").error.detail().param, "input");
    EXPECT_EQ(ask(R"("input":"a","dimensions":"x")").error.detail().param, "dimensions");
    EXPECT_EQ(ask(R"("input":"a","encoding_format":"int8")").error.detail().param, "encoding_format");
}

const std::string kAnswer = R"({"embeddings":[{"values":[-0.5, 1.0e-2,3]},{"values":[0.25]}],)"
                            R"("usageMetadata":{"promptTokenCount":7}})";
const ChargedUsage kUsage{.counts = {.prompt = 7}, .cost = "0.1"};

TEST(GeminiEmbeddings, NumbersStayAsTheyAreSpelt) {
    std::string out;
    ASSERT_TRUE(write_embeddings_answer(kAnswer, "google/e", VectorFormat::numbers, kUsage, out));
    EXPECT_EQ(out, R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[-0.5, 1.0e-2,3]},)"
                   R"({"object":"embedding","index":1,"embedding":[0.25]}],"model":"google/e",)"
                   R"("usage":{"prompt_tokens":7,"total_tokens":7,"cost":0.1}})");
}

TEST(GeminiEmbeddings, D83Base64IsOfLittleEndianFloats) {
    EXPECT_EQ(ask(R"("input":"a","encoding_format":"base64")").format, VectorFormat::base64);
    std::string out;
    ASSERT_TRUE(write_embeddings_answer(kAnswer, "google/e", VectorFormat::base64, kUsage, out));
    const json::value answer = json::parse(out);
    EXPECT_EQ(answer.at_pointer("/data/1/embedding"), "AACAPg==") << "0.25 is 0x3e800000";
    const auto bytes = from_base64(answer.at_pointer("/data/0/embedding").as_string());
    ASSERT_EQ(bytes->size(), 12U);
    std::array<float, 3> numbers{};
    std::memcpy(numbers.data(), bytes->data(), bytes->size());
    EXPECT_EQ(numbers, (std::array{-0.5F, 0.01F, 3.0F}));
}

TEST(GeminiEmbeddings, WhatIsRead) {
    AnswerDelta facts;
    EXPECT_EQ(read_gemini_embeddings(kAnswer, facts), AnswerRead::event);
    EXPECT_EQ(facts.usage->prompt, 7);
    EXPECT_EQ(read_gemini_embeddings(R"({"error":{"code":404}})", facts), AnswerRead::error);
    EXPECT_TRUE(facts.error);
    EXPECT_EQ(read_gemini_embeddings(R"({"data":[]})", facts), AnswerRead::invalid);
    std::string out;
    EXPECT_FALSE(
        write_embeddings_answer(R"({"embeddings":[{"values":["x"]}]})", "m", VectorFormat::base64, kUsage, out));
    EXPECT_FALSE(write_embeddings_answer(R"({"embeddings":[{}]})", "m", VectorFormat::numbers, kUsage, out));
    EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace tollgate
