#include "gateway/exchange/generate_path.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

struct Read {
    Ask ask;
    Error error;

    explicit Read(std::string_view call, std::string_view preset = {}) {
        Head head;
        (head.path = "/v1beta/models/") += call;
        ask.body.preset = preset;  // the body's
        error = read_generate_path(head, ask);
    }
    std::string message() const { return error ? error.detail().message : "no error"; }
};

TEST(GeneratePath, NamesTheModelAndWhatIsAsked) {
    const Read plain("maker/model:generateContent"), stream("m:free:streamGenerateContent"), count("m:countTokens");
    EXPECT_EQ(plain.message(), "no error");
    EXPECT_EQ(plain.ask.body.model, "maker/model");
    EXPECT_FALSE(plain.ask.body.stream);
    EXPECT_EQ(stream.ask.body.model, "m:free");
    EXPECT_TRUE(stream.ask.body.stream);
    EXPECT_TRUE(count.ask.counts_only);
    EXPECT_EQ(Read("m:embedContent").error.kind(), ErrorKind::not_found);
    EXPECT_EQ(Read(":generateContent").error.kind(), ErrorKind::invalid_request);
}

TEST(GeneratePath, APresetStandsBehindTheModelOrAlone) {
    for (const std::string_view call : {"m@preset/sys:generateContent", "m%40preset%2Fsys:generateContent"}) {
        const Read read(call);
        EXPECT_EQ(read.message(), "no error");
        EXPECT_EQ(read.ask.body.model, "m");
        EXPECT_EQ(read.ask.body.preset, "sys");
    }
    const Read alone("@preset/sys:generateContent");
    EXPECT_EQ(alone.ask.body.model, "");
    EXPECT_EQ(alone.ask.body.preset, "sys");
    EXPECT_EQ(Read("m@preset/sys:countTokens", "sys").message(), "no error");
    EXPECT_EQ(Read("m@preset/sys:countTokens", "other").message(), "the request names two presets");
    EXPECT_EQ(Read("m@preset/:countTokens").message(), "'model' names no preset");
}

TEST(GeneratePath, ANameIsOnOneLine) {
    for (const std::string_view call : {"box/a%0D%0ASet-Cookie:x:generateContent", "a%00:countTokens",
                                        "a%7F:countTokens", "m@preset/a%0A:generateContent"}) {
        EXPECT_EQ(Read(call).message(), "'model' must have no control characters") << call;
    }
    EXPECT_EQ(Read("box/%C3%A9:generateContent").ask.body.model, "box/\u00e9");
}

TEST(GeneratePath, ACountIsOfTheRequestInItsBody) {
    const auto counted = [](std::string_view method, std::string_view body) {
        Head head;
        (head.path = "/v1beta/models/m:") += method;
        return std::string(counted_body(head, body, 8));
    };
    EXPECT_EQ(counted("countTokens", R"( {"generateContentRequest":{"contents":"hi"}})"), R"({"contents":"hi"})");
    EXPECT_EQ(counted("countTokens", R"({"generate_content_request":{"contents":"hi"}})"), R"({"contents":"hi"})");
    for (const std::string_view all : {R"({"contents":"hi"})", R"({"generateContentRequest":7})", "7",
                                       R"({"generateContentRequest":{"contents":"hi"}} x)"}) {
        EXPECT_EQ(counted("countTokens", all), all);
    }
    constexpr std::string_view kWhole = R"({"generateContentRequest":{"contents":"hi"}})";
    EXPECT_EQ(counted("generateContent", kWhole), kWhole);
}

}  // namespace
}  // namespace tollgate
