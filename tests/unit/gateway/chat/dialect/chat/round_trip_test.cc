// A chat that is written for an upstream of chat completions and read as a client's is the same chat, for all that both
// express.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/chat/request_writer.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"
#include "tests/unit/gateway/chat/dialect/chat/shipped_quirks.h"

namespace tollgate {
namespace {

using chat_test::ChatFeatures;
using chat_test::described;

std::vector<Parameter> parameters_but(std::initializer_list<Parameter> without) {
    std::vector<Parameter> all;
    for (std::size_t i = 0; i < kParameters; ++i) {
        const auto parameter = static_cast<Parameter>(i);
        if (std::ranges::find(without, parameter) == without.end()) all.push_back(parameter);
    }
    return all;
}

void expect_round_trip(ChatFeatures features, Quirks quirks) {
    features.failed_results = false;    // chat completions do not say so
    features.media_in_results = false;  // they have none
    std::mt19937_64 random(11);
    int changed = 0;
    for (int i = 0; i < 3000; ++i) {
        const ChatRequest chat = chat_test::random_chat(random, features);
        std::string text;
        TranslationNotes notes;
        ASSERT_FALSE(write_chat_request(chat, {.model = "m", .quirks = quirks}, text, notes));
        ASSERT_TRUE(is_json(text, 64)) << text;
        ASSERT_EQ(notes.dropped.text() + notes.changed.text(), "") << text;
        ChatRequest read;
        ASSERT_FALSE(read_chat_request(text, {}, read)) << text;
        ASSERT_EQ(described(read), described(chat)) << text;
        changed += text.size() > 500 ? 1 : 0;
    }
    EXPECT_GT(changed, 1000) << "chats of some size";
}

TEST(ChatRoundTrip, WithOpenRouterAllComesBack) {
    expect_round_trip({.file_ids = true,
                       .audio = true,
                       .video = true,
                       .unsigned_reasoning = true,
                       // Their values are not those of this dialect, or longer than it takes.
                       .parameters = parameters_but({Parameter::user})},
                      chat_test::shipped_quirks("openrouter"));
}

TEST(ChatRoundTrip, WithOpenAi) {
    ChatFeatures features{
        .audio = true,
        .reasoning = false,
        .sealed_reasoning = false,
        .cache_marks = false,
        .reasoning_tokens = false,
        .parameters = parameters_but({Parameter::user, Parameter::top_k, Parameter::min_p, Parameter::top_a,
                                      Parameter::repetition_penalty, Parameter::cache_control})};
    features.files = false;  // one without a name gets one
    features.media_urls = true;
    expect_round_trip(features, {});
}

}  // namespace
}  // namespace tollgate
