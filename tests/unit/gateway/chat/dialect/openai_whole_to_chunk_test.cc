// A whole answer as one chunk, however its bytes come.
#include "gateway/chat/dialect/openai_whole_to_chunk.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

namespace tollgate {
namespace {

std::string chunk_of(std::string_view body, std::size_t piece) {
    OpenAiWholeToChunk chunk;
    std::string out;
    for (std::size_t at = 0; at < body.size(); at += piece) chunk.take(body.substr(at, piece), out);
    return out;
}

void expect_chunk(std::string_view body, std::string_view expected) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, body.size()}) {
        const std::string chunk = chunk_of(body, piece);
        EXPECT_EQ(chunk.find_first_of("\r\n"), std::string::npos);
        EXPECT_EQ(boost::json::parse(chunk), boost::json::parse(boost::json::string_view(expected))) << chunk;
    }
}

TEST(OpenAiWholeToChunk, MessagesBecomeDeltas) {
    expect_chunk(
        R"({"id":"a","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"say \"message\":{\\"},"finish_reason":"stop"},)"
        R"({"index":1,"message":{"content":null}}],"usage":{"prompt_tokens":3,"object":"chat.completion"}})",
        R"({"id":"a","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"say \"message\":{\\"},"finish_reason":"stop"},)"
        R"({"index":1,"delta":{"content":null}}],"usage":{"prompt_tokens":3,"object":"chat.completion"}})");
}

TEST(OpenAiWholeToChunk, ToolCallsGetAnIndex) {
    expect_chunk(
        R"({"choices":[{"message":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}","index":7}},{}, {"index":9,"id":"d"},{"id":"e","index":4},{"index":5}]}},)"
        R"({"message":{"tool_calls":[{"id":"f"}],"other":[{"index":3}]}}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}","index":7}},{"index":1},{"index":2,"id":"d"},{"index":3,"id":"e"},{"index":4}]}},)"
        R"({"delta":{"tool_calls":[{"index":0,"id":"f"}],"other":[{"index":3}]}}]})");
}

TEST(OpenAiWholeToChunk, OtherObjectsStayAsTheyAre) {
    for (
        const std::string_view body :
        {R"({"object":"text_completion","choices":[{"text":"message","index":0}],"message":{"message":1}})",
         R"({"choices":[{"delta":{"message":"x","tool_calls":[{"index":2}]},"x":[{"message":{}}]}],"n":[1,[2,{"message":3}]]})",
         R"({"choices":{"a":{"message":1}},"object":7,"a name that is longer than those that matter":"chat.completion"})"}) {
        expect_chunk(body, body);
    }
}

TEST(OpenAiWholeToChunk, StandsOnOneLineWithoutWhatIsBefore) {
    expect_chunk("\xef\xbb\xbf\r\n {\n \"choices\": [\r\n{\n\"message\"\n:\n{\"content\":\"a\\nb\"}\n}\n]\n}\n",
                 R"({"choices":[{"delta":{"content":"a\nb"}}]})");
    EXPECT_EQ(chunk_of("{}x", 1), "{}x");  // that there is more is for others to see
}

}  // namespace
}  // namespace tollgate
