#include "gateway/chat/dialect/truncate_middle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

std::string many(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(TruncateMiddle, KeepsBothEndsWithinTheBound) {
    const std::string text = "begin" + std::string(1000, '.') + "end";
    const std::string cut = truncate_middle(text, 101);
    EXPECT_EQ(bytes_spelt(cut), 101U);
    EXPECT_TRUE(cut.starts_with("begin") && cut.ends_with("end")) << cut;
    EXPECT_NE(cut.find(R"(\n\n[...]\n\n)"), std::string::npos);
    EXPECT_EQ(truncate_middle("short", 5), "short");
}

// Whatever the bound: no half of an escape, of a pair of surrogates or of a character.
TEST(TruncateMiddle, CutsNoCharacterAndNoEscape) {
    const std::vector<std::string> characters = {R"(\n)",           R"(\\)", R"(\")", R"(\u00e9)",
                                                 R"(\ud83d\ude00)", "é",     "€",     "😀"};
    for (const std::string& one : characters) {
        const std::string text = many(one, 40);
        for (std::size_t most = 9; most <= bytes_spelt(text); ++most) {
            const std::string cut = truncate_middle(text, most);
            EXPECT_LE(bytes_spelt(cut), most);
            EXPECT_TRUE(is_json('"' + cut + '"', 4)) << cut;
            const std::size_t mark = cut.find(R"(\n\n[...]\n\n)");
            if (mark == std::string::npos) continue;
            EXPECT_EQ(mark % one.size(), 0U) << cut;
        }
    }
}

TEST(TruncateMiddle, OnlyWhatUsersAndToolsSayMayLoseSomething) {
    const auto texts_in = [](const std::string& item) {
        std::vector<Spelt> texts;
        append_texts(item, texts);
        std::string all;
        for (const Spelt text : texts) all.append(text).append(" ");
        return all;
    };
    EXPECT_EQ(texts_in(R"({"role":"user","content":"a"})"), "a ");
    EXPECT_EQ(texts_in(R"({"role":"user","content":[{"type":"text","text":"a"},
                           {"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"b"}]})"),
              "a b ");
    EXPECT_EQ(texts_in(R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[
                           {"type":"text","text":"a"}]},{"type":"document","source":{"type":"text","data":"d"}}]})"),
              "a ");
    EXPECT_EQ(texts_in(R"({"type":"function_call_output","call_id":"i","output":"a"})"), "a ");
    EXPECT_EQ(texts_in(R"({"role":"user","parts":[{"functionResponse":{"name":"n","response":{"x":"a","y":1}}}]})"),
              "a ");
    EXPECT_EQ(texts_in(R"({"role":"user","parts":[{"text":"a","thoughtSignature":"s"},{"text":"b"}]})"), "b ");
    EXPECT_EQ(texts_in(many(R"({"content":[)", 20) + R"({"text":"a"})" + many("]}", 20)), "") << "no API nests so deep";
}

}  // namespace
}  // namespace tollgate
