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

}  // namespace
}  // namespace tollgate
