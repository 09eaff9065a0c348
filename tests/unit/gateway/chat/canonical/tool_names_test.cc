#include "gateway/chat/canonical/tool_names.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

const std::string kLong = "mcp__" + std::string(80, 'a');

ChatRequest calling(Spelt name) {
    ChatRequest request;
    request.tools = {{.name = "f"}, {.name = name}};
    request.tool_choice = {.kind = ToolChoice::Kind::named, .name = name};
    request.parts = {{.kind = Part::Kind::tool_call, .id = "1", .name = name},
                     {.kind = Part::Kind::text, .text = name}};
    return request;
}

TEST(ToolNames, ThoseThatAreTakenStay) {
    for (const std::string_view dialect : {"chat", "responses", "messages", "converse", "gemini"}) {
        EXPECT_FALSE(with_tool_names_for(dialect, calling("get_Weather-2"))) << dialect;
        EXPECT_FALSE(with_tool_names_for(dialect, calling(R"(\u0066ind)"))) << "however it is spelt";
        EXPECT_FALSE(with_tool_names_for(dialect, calling(""))) << dialect;
    }
    EXPECT_FALSE(with_tool_names_for("gemini", calling("srv.tool")));
    EXPECT_FALSE(with_tool_names_for("messages", calling(kLong)));
    EXPECT_FALSE(with_tool_names_for("chat", calling("7zip")));
}

TEST(ToolNames, OthersAreReplacedEverywhereAndTheClientGetsItsOwn) {
    const auto told = with_tool_names_for("chat", calling("srv.tool"));
    ASSERT_TRUE(told);
    const std::string made(told->tools[1].name);
    EXPECT_TRUE(made.starts_with("srv_tool_")) << made;
    EXPECT_EQ(told->tools[0].name, "f");
    EXPECT_EQ(told->tool_choice.name, made);
    EXPECT_EQ(told->parts[0].name, made);
    EXPECT_EQ(told->parts[1].text, "srv.tool");
    AnswerEvent events[] = {{.kind = AnswerEvent::Kind::call, .name = made},
                            {.kind = AnswerEvent::Kind::call, .name = "f"}};
    restore_tool_names(nullptr, "gemini", events);
    restore_tool_names(&told->echo, "responses", events);
    EXPECT_EQ(events[0].name, made);
    restore_tool_names(&told->echo, "gemini", events);
    EXPECT_EQ(events[0].name, "srv.tool");
    EXPECT_EQ(events[1].name, "f");
    EXPECT_EQ(with_tool_names_for("chat", calling("srv.tool"))->tools[1].name, made) << "the same on every turn";
    EXPECT_NE(with_tool_names_for("chat", calling("srv:tool"))->tools[1].name, made);
}

TEST(ToolNames, AreAsLongAndBeginAsTheApiWantsIt) {
    EXPECT_EQ(with_tool_names_for("responses", calling(kLong))->tools[1].name.size(), 64U);
    EXPECT_NE(with_tool_names_for("converse", calling(kLong))->tools[1].name,
              with_tool_names_for("converse", calling(kLong + "b"))->tools[1].name);
    EXPECT_TRUE(with_tool_names_for("gemini", calling("7zip"))->tools[1].name.starts_with("_7zip_"));
    EXPECT_TRUE(with_tool_names_for("chat", calling("größe"))->tools[1].name.starts_with("gr__")) << "byte by byte";
}

TEST(ToolNames, OneThatAReaderHasMadeIsTheClientsStill) {
    ChatRequest request = calling("space.tool");
    request.echo.tools = {{"space.tool", "tool", "space", false}};
    const auto told = with_tool_names_for("chat", request);
    ASSERT_TRUE(told);
    ASSERT_EQ(told->echo.tools.size(), 1U);
    EXPECT_EQ(told->echo.tools[0], (RenamedTool{std::string(told->tools[1].name), "tool", "space", false}));
}

}  // namespace
}  // namespace tollgate
