#include "gateway/command_line/answer_view.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

std::string view(std::string_view json, const ViewOptions& options = {}) {
    const auto shown = view_answer(json, options);
    return shown ? shown->text : "failed: " + shown.error().message();
}

TEST(AnswerView, AnObjectIsALineForEachValue) {
    EXPECT_EQ(view(R"({"id":"1","name":"Ann","limits":{"limit":0.1234567890123456789,"reset":null},"tags":["a","b"]})"),
              "id            1\n"
              "name          Ann\n"
              "limits.limit  0.1234567890123456789\n"
              "tags          a, b\n");
}

TEST(AnswerView, AListIsATableWithoutEmptyColumns) {
    EXPECT_EQ(
        view(R"({"data":[{"id":1,"name":"Ännchen","none":null},{"id":22,"name":"B","none":null}],"next_cursor":null})"),
        "id  name\n"
        "1   Ännchen\n"
        "22  B\n");
}

TEST(AnswerView, ATableThatIsTooWideIsWrittenRowByRow) {
    EXPECT_EQ(view(R"({"data":[{"id":1,"name":"Ann"},{"id":2,"name":"Bob"}]})", {.width = 7}),
              "id    1\nname  Ann\n\nid    2\nname  Bob\n");
    EXPECT_EQ(view(R"({"data":[{"id":1,"name":"Ann"}]})", {.width = 8}), "id  name\n1   Ann\n") << "it fits";
}

TEST(AnswerView, OtherMembersOfAListFollowIt) {
    EXPECT_EQ(view(R"({"data":[{"a":1}],"failed":[{"email":"x"}],"total":{"usage":2.50}})"),
              "a\n1\n\ntotal.usage  2.50\n\nfailed:\nemail\nx\n");
}

TEST(AnswerView, WhatIsInDataIsShownAsTheAnswersOwn) {
    EXPECT_EQ(view(R"({"data":{"hash":"h"},"key":"sk-1"})"), "hash  h\nkey   sk-1\n");
}

TEST(AnswerView, ObjectsInRowsAreColumns) {
    EXPECT_EQ(view(R"({"data":[{"invitation":{"id":"i"},"link":"l"}],"failed":[]})"),
              "invitation.id  link\ni              l\n");
}

TEST(AnswerView, TheNextPageIsNoValue) {
    const auto shown = view_answer(R"({"data":[{"a":1}],"next_cursor":"c","previous_cursor":null})", {});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->next_cursor, "c");
    EXPECT_EQ(shown->text, "a\n1\n");
    EXPECT_EQ(view_answer(R"({"items":[],"next_page_id":"10"})", {})->next_cursor, "10");
}

TEST(AnswerView, ColumnsAreChosenInTheirOrder) {
    EXPECT_EQ(view(R"({"data":[{"a":1,"b":2,"c":null}]})", {.columns = {"c", "b"}}), "c  b\n   2\n");
    EXPECT_EQ(view(R"({"data":[{"a":1,"b":2}]})", {.columns = {"x"}}),
              "failed: --columns: the answer has none of them, but a, b");
}

TEST(AnswerView, AListShowsItsUsualColumnsThatHaveSomething) {
    const ViewOptions usual{.usual = {"c", "b", "a"}};
    EXPECT_EQ(view(R"({"data":[{"a":1,"b":2,"c":null,"d":4}],"total":1})", usual), "b  a\n2  1\n\ntotal  1\n");
    EXPECT_EQ(view(R"({"data":[{"d":4}]})", usual), "d\n4\n") << "a list without any is shown whole";
    EXPECT_EQ(view(R"({"data":[{"a":1,"d":4}]})", {.columns = {"d"}, .usual = {"a"}}), "d\n4\n");
}

TEST(AnswerView, ABareNumberIsAnAnswer) { EXPECT_EQ(view("3"), "3\n"); }

TEST(AnswerView, NothingSteersTheTerminal) {
    EXPECT_EQ(view("{\"name\":\"a\\u001b[2Jb\\u009bc\\nd\"}"), "name  a�[2Jb�c�d\n");
}

TEST(AnswerView, WhatIsNotJsonFails) {
    for (const std::string_view text : {"", "{", "nonsense", "\"text\"", "{\"a\":nul}"}) {
        EXPECT_FALSE(view_answer(text, {})) << text;
    }
    EXPECT_FALSE(view_answer(std::string(100, '['), {}));
}

TEST(MemberText, FindsByPath) {
    constexpr std::string_view kError = R"({"error":{"message":"no","code":404,"param":null}})";
    EXPECT_EQ(member_text(kError, "error.message"), "no");
    EXPECT_EQ(member_text(kError, "error.code"), "404");
    EXPECT_EQ(member_text(kError, "error.param"), "");
    EXPECT_EQ(member_text(kError, "error.reason"), "");
    EXPECT_EQ(member_text("<html>", "error.message"), "");
}

}  // namespace
}  // namespace tollgate
