// The random chats that the dialects' tests draw: they are the same for a seed, and have all that they may have.
#include "tests/unit/gateway/chat/canonical/random_chat.h"

#include <gtest/gtest.h>

namespace tollgate::chat_test {
namespace {

ChatFeatures everything() {
    ChatFeatures features{.file_ids = true, .audio = true, .video = true, .unsigned_reasoning = true};
    for (std::size_t i = 0; i < kParameters; ++i) features.parameters.push_back(static_cast<Parameter>(i));
    return features;
}

TEST(RandomChat, IsTheSameForASeed) {
    std::mt19937_64 first(7), second(7), other(8);
    const std::string drawn = described(random_chat(first, everything()));
    EXPECT_EQ(described(random_chat(second, everything())), drawn);
    EXPECT_NE(described(random_chat(other, everything())), drawn);
}

TEST(RandomChat, HasAllThatItMay) {
    std::mt19937_64 random(1);
    std::string all;
    for (int i = 0; i < 500; ++i) all += described(random_chat(random, everything()));
    for (const std::string_view said : {"system\n",
                                        "\n  text text=",
                                        "\n  image data=",
                                        "\n  image url=",
                                        "type=image/webp",
                                        "\n  audio data=",
                                        "\n  video url=",
                                        "\n  file data=",
                                        "\n  file url=",
                                        "file id=file-",
                                        "file name=",
                                        "\n  call id=",
                                        "arguments={}",
                                        "failed=true",
                                        "\n    text text=",
                                        "\n    image ",
                                        "\n  reasoning text=",
                                        "signature=",
                                        "\n  sealed reasoning ",
                                        "\n  refusal ",
                                        "cache=",
                                        "tool name=",
                                        " strict=true",
                                        "kind=auto",
                                        "kind=none",
                                        "kind=required",
                                        "kind=named name=tool_",
                                        "one at a time=true",
                                        "output=object",
                                        "output=schema name=",
                                        "effort=",
                                        "tokens=1",
                                        " stop=",
                                        "parameter 0=0.",
                                        "parameter 23={}"}) {
        EXPECT_NE(all.find(said), std::string::npos) << said;
    }
}

TEST(RandomChat, HasNothingThatItMayNot) {
    std::mt19937_64 random(1);
    const ChatFeatures nothing{.instructions = false,
                               .instruction_in_middle = false,
                               .images = false,
                               .files = false,
                               .refusals = false,
                               .calls = false,
                               .reasoning = false,
                               .sealed_reasoning = false,
                               .cache_marks = false,
                               .json_object = false,
                               .json_schema = false,
                               .effort = false,
                               .reasoning_tokens = false,
                               .stop = false};
    for (int i = 0; i < 100; ++i) {
        const std::string chat = described(random_chat(random, nothing));
        for (const std::string_view said : {"system\n", "image", "file", "call", "reasoning", "refusal",
                                            "cache=", "tool", "output=", "effort=", "stop=", "parameter"}) {
            EXPECT_EQ(chat.find(said), std::string::npos) << said << " in\n" << chat;
        }
    }
}

TEST(RandomChat, NeighboursOfOneRoleAreOneTurn) {
    ChatRequest apart, together;
    apart.parts = together.parts = {{.text = "a"}, {.text = "b"}};
    apart.turns = {{.begin = 0, .end = 1}, {.begin = 1, .end = 2}};
    together.turns = {{.begin = 0, .end = 2}};
    EXPECT_EQ(described(apart), described(together));
    together.parts[1].text = "c";
    EXPECT_NE(described(apart), described(together));
}

}  // namespace
}  // namespace tollgate::chat_test
