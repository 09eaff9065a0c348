// Which addresses of pictures and files are collected from a chat, and how their data takes their place.
#include "gateway/chat/canonical/media_addresses.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "gateway/chat/dialect/client_dialect.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;

struct ReadChat {
    std::string body;
    ChatRequest chat;

    ReadChat(const ClientDialect& dialect, std::string text) : body(std::move(text)) {
        EXPECT_FALSE(dialect.read_request(body, chat));
    }
};

std::string chat_of(const std::string& content) {
    return R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[)" + content + "]}]}";
}

std::string image(const std::string& address) {
    return R"({"type":"image_url","image_url":{"url":")" + address + "\"}}";
}

TEST(MediaAddresses, OfAChatAreNamedAsItsClientDoes) {
    const ReadChat read(chat_client(),
                        chat_of(R"({"type":"text","text":"q"},)" + image("https://a.example/1.png?x=\\u0026y") + "," +
                                image("HTTP://a.example/2.png")));
    EXPECT_EQ(
        media_addresses(read.chat),
        (std::vector<MediaAddress>{{"messages[1].content[1].image_url", "https://a.example/1.png?x=&y", Kind::image},
                                   {"messages[1].content[2].image_url", "HTTP://a.example/2.png", Kind::image}}));
}

TEST(MediaAddresses, OfResultsOfToolsAreFoundToo) {
    const ReadChat read(messages_client(), R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},
        {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"t"},
            {"type":"image","source":{"type":"url","url":"https://a.example/1.png"}}]},
            {"type":"document","source":{"type":"url","url":"https://a.example/2.pdf"}}]}]})");
    EXPECT_EQ(media_addresses(read.chat),
              (std::vector<MediaAddress>{
                  {"messages[2].content[0].content[1].source.url", "https://a.example/1.png", Kind::image},
                  {"messages[2].content[1].source.url", "https://a.example/2.pdf", Kind::file}}));
}

TEST(MediaAddresses, OfResponsesAndOfGemini) {
    const ReadChat responses(responses_client(), R"({"model":"m","input":[{"role":"user","content":[
        {"type":"input_image","image_url":"https://a.example/1.png"},
        {"type":"input_file","file_url":"https://a.example/2.pdf"}]}]})");
    EXPECT_EQ(media_addresses(responses.chat),
              (std::vector<MediaAddress>{{"input[0].content[0].image_url", "https://a.example/1.png", Kind::image},
                                         {"input[0].content[1].file_url", "https://a.example/2.pdf", Kind::file}}));
    const ReadChat gemini(gemini_client(), R"({"contents":[{"role":"user","parts":[{"text":"q"},
        {"fileData":{"mimeType":"image/png","fileUri":"https://a.example/1.png"}}]}]})");
    EXPECT_EQ(
        media_addresses(gemini.chat),
        (std::vector<MediaAddress>{{"contents[0].parts[1].fileData.fileUri", "https://a.example/1.png", Kind::image}}));
}

TEST(MediaAddresses, OnlyOfTheWebAndOnlyPicturesAndFiles) {
    const ReadChat read(chat_client(),
                        chat_of(image("s3://bucket/cat.png") + "," + image("data:image/png;base64,iVBO") + "," +
                                image("file:///etc/passwd") + "," + image("https") +
                                R"(,{"type":"video_url","video_url":{"url":"https://a.example/1.mp4"}})"));
    EXPECT_THAT(media_addresses(read.chat), testing::IsEmpty());
}

TEST(MediaAddresses, AreReplacedWhereTheDataIsKnown) {
    ReadChat read(chat_client(), chat_of(image("https://a.example/1.png") + "," + image("https://a.example/2.png") +
                                         "," + image("https://a.example/1.png")));
    put_media_data(read.chat, [](std::string_view address) {
        return address == "https://a.example/1.png" ? MediaData{"image/png", "iVBO"} : MediaData();
    });
    std::vector<std::string> values;
    for (const Part& part : read.chat.parts) {
        if (part.kind == Kind::image)
            values.emplace_back(std::string(part.media.type) + " " + std::string(part.media.value));
    }
    EXPECT_THAT(values, testing::ElementsAre("image/png iVBO", " https://a.example/2.png", "image/png iVBO"));
    EXPECT_EQ(media_addresses(read.chat).size(), 1U) << "what is not known stays an address";
}

}  // namespace
}  // namespace tollgate
