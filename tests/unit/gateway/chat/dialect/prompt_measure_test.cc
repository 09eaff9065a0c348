// What of a prompt counts as text, and what what is not text counts.
#include "gateway/chat/dialect/prompt_measure.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tollgate {
namespace {

struct Measured {
    std::int64_t text_bytes = 0, tokens = 0;  // without the messages' own
    bool is_text = true;
    bool operator==(const Measured&) const = default;
};

Measured of_body(const std::string& text) {
    JsonParser parser;
    BodyFacts facts;
    const simdjson::padded_string padded(text);
    EXPECT_FALSE(parse_body(parser, std::string_view(padded.data(), padded.size()), 128, kChatNames, facts))
        << text.substr(0, 200);
    return {facts.prompt_bytes, facts.prompt_extra_tokens - kTokensPerMessage, facts.prompt_is_text};
}

Measured of_message(const std::string& members) { return of_body(R"({"messages":[{"role":"user",)" + members + "}]}"); }
Measured of_part(const std::string& part) { return of_message(R"("content":[)" + part + "]"); }
Measured of_beside(const std::string& member) { return of_body(R"({"messages":[{"role":"user"}],)" + member + "}"); }

std::string base64(std::size_t characters) { return std::string(characters, 'A'); }
std::string data_url(const std::string& type, std::size_t characters) {
    return "\"data:" + type + ";base64," + base64(characters) + "\"";
}

Measured tokens(std::int64_t count) { return {0, count, false}; }

constexpr std::size_t kMegabytes = 4'000'000;  // of base64

// What a model must take for the message, as names with spaces between.
std::string media_of_part(const std::string& part, const BodyNames& names = kChatNames) {
    JsonParser parser;
    BodyFacts facts;
    facts.media.add(Medium::video);  // of the request before
    const std::string inner = names.model_in_path
                                  ? R"({"contents":[{"role":"user","parts":[)"
                                  : "{\"" + std::string(names.prompt) + R"(":[{"role":"user","content":[)";
    const simdjson::padded_string padded(inner + part + "]}]}");
    EXPECT_FALSE(parse_body(parser, std::string_view(padded.data(), padded.size()), 128, names, facts)) << part;
    std::string text;
    for (const Medium medium : {Medium::image, Medium::file, Medium::audio, Medium::video}) {
        if (facts.media.has(medium)) (text += text.empty() ? "" : " ") += to_string(medium);
    }
    return text;
}

TEST(PromptMeasure, WhatAModelMustTakeIsKnownOfEachApi) {
    struct Case {
        const BodyNames& names;
        std::string part, media;
    };
    const std::array cases = {
        Case{kChatNames, R"({"type":"text","text":"data:image/png;base64,AAAA"})", ""},
        Case{kChatNames, R"({"type":"image_url","image_url":{"url":"https://a.example/b.png"}})", "image"},
        Case{kChatNames, R"({"type":"image_url","image_url":"data:image/png;base64,AAAA"})", "image"},
        Case{kChatNames, R"({"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}})", "audio"},
        Case{kChatNames, R"({"type":"video_url","video_url":{"url":"https://a.example/b.mp4"}})", "video"},
        Case{kChatNames, R"({"type":"file","file":{"file_id":"file-1"}})", "file"},
        Case{kChatNames, R"({"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA"}})", "file"},
        Case{kChatNames, R"({"type":"file","file":{"file_data":"data:text/csv;base64,AAAA"}})", ""},
        Case{kResponsesNames, R"({"type":"input_image","image_url":"https://a.example/b.png"})", "image"},
        Case{kResponsesNames, R"({"type":"input_image","file_id":"file-1"})", "image"},
        Case{kResponsesNames, R"({"type":"input_file","file_id":"file-1"})", "file"},
        Case{kMessagesNames, R"({"type":"image","source":{"type":"url","url":"https://a.example/b.png"}})", "image"},
        Case{kMessagesNames, R"({"type":"document","source":{"type":"url","url":"https://a.example/b.pdf"}})", "file"},
        Case{kMessagesNames, R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"A"}})",
             ""},
        Case{kMessagesNames, R"({"type":"document","source":{"type":"content","content":"A"}})", ""},
        Case{kMessagesNames, R"({"type":"search_result","source":"https://a.example","title":"A","content":[]})", ""},
        Case{
            kMessagesNames,
            R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]})",
            "image"},
        Case{kMessagesNames, R"({"type":"tool_use","id":"a","name":"b","input":{"image":"c.png","source":{"a":1}}})",
             ""},
        Case{kGeminiNames, R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})", "image"},
        Case{kGeminiNames, R"({"inline_data":{"mime_type":"audio/mp3","data":"AAAA"}},{"text":"A"})", "audio"},
        Case{kGeminiNames, R"({"fileData":{"mimeType":"application/pdf","fileUri":"gs://a/b"}})", "file"},
        Case{kGeminiNames, R"({"file_data":{"mime_type":"video/mp4","file_uri":"gs://a/b"}})", "video"},
        Case{kGeminiNames, R"({"inlineData":{"mimeType":"image/png"}},{"inlineData":{"mimeType":"video/mp4"}})",
             "image video"},
    };
    for (const Case& one : cases) EXPECT_EQ(media_of_part(one.part, one.names), one.media) << one.part;
}

TEST(PromptMeasure, AFileCountsByItsPages) {
    const std::int64_t pages = 61;  // 4,000,000 characters are 3,000,000 bytes, and the head of the data URL some more
    const std::string pdf = data_url("application/pdf", kMegabytes);
    EXPECT_EQ(of_part(R"({"type":"file","file":{"filename":"a.pdf","file_data":)" + pdf + "}}"),
              tokens(pages * kTokensPerPage));
    EXPECT_EQ(of_part(R"({"type":"input_file","filename":"a","file_data":)" + pdf + "}").tokens,
              pages * kTokensPerPage);
    EXPECT_EQ(of_part(R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":")" +
                      base64(kMegabytes) + "\"}}"),
              tokens(60 * kTokensPerPage));
}

TEST(PromptMeasure, AFileThatIsOnlyNamedCountsSomePages) {
    for (const char* const part : {R"({"type":"file","file":{"file_id":"file-1"}})",
                                   R"({"type":"input_file","file_url":"https://a.example/b.pdf"})",
                                   R"({"type":"document_url","document_url":"https://a.example/b.pdf"})"}) {
        EXPECT_EQ(of_part(part), tokens(kPagesOfReference * kTokensPerPage)) << part;
    }
}

TEST(PromptMeasure, AFileOfTextCountsByItsText) {
    const Measured text = of_part(R"({"type":"file","file":{"file_data":)" + data_url("text/csv", 40'000) + "}}");
    EXPECT_EQ(text.tokens, 0);
    EXPECT_NEAR(static_cast<double>(text.text_bytes), 30'000, 20);
    EXPECT_FALSE(text.is_text) << "it teaches nothing";
}

TEST(PromptMeasure, SoundCountsByItsSeconds) {
    const auto sound = [](const char* format) {
        return of_part(R"({"type":"input_audio","input_audio":{"format":")" + std::string(format) + R"(","data":")" +
                       base64(1'280'000) + "\"}}");
    };
    EXPECT_EQ(sound("wav"), tokens(30 * kTokensPerSecondOfSound));
    EXPECT_EQ(sound("mp3"), tokens(120 * kTokensPerSecondOfSound));
}

TEST(PromptMeasure, VideoCountsByItsSeconds) {
    EXPECT_EQ(of_part(R"({"type":"video_url","video_url":{"url":)" + data_url("video/mp4", 1'000'000) + "}}"),
              tokens(7 * kTokensPerSecondOfVideo));
    EXPECT_EQ(of_part(R"({"type":"video_url","video_url":{"url":"https://a.example/b.mp4"}})"),
              tokens(kSecondsOfReference * kTokensPerSecondOfVideo));
}

TEST(PromptMeasure, PicturesCountEachWhateverTheirSizeAndSpelling) {
    const std::string picture = data_url("image/png", kMegabytes);
    EXPECT_EQ(of_part(R"({"type":"image_url","image_url":{"url":)" + picture + "}}"), tokens(kTokensPerImage));
    EXPECT_EQ(of_part(R"({"type":"input_image","image_url":)" + picture + "}"), tokens(kTokensPerImage));
    EXPECT_EQ(of_part(R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":")" +
                      base64(kMegabytes) + "\"}}"),
              tokens(kTokensPerImage));
    EXPECT_EQ(of_part(R"({"type":"image","source":{"type":"url","url":"https://a.example/b.png"}})"),
              tokens(kTokensPerImage));
    EXPECT_EQ(of_message(R"("images":[{"type":"image_url","image_url":{"url":)" + picture + R"(}},{"image_url":"b"}])"),
              tokens(2 * kTokensPerImage))
        << "an assistant's, replayed";
}

TEST(PromptMeasure, PicturesInAToolsResultCount) {
    EXPECT_EQ(of_part(R"({"type":"tool_result","content":[{"type":"text","text":"12345"},{"type":"image","source":{)"
                      R"("media_type":"image/png","data":")" +
                      base64(9000) + "\"}}]}"),
              (Measured{5, kTokensPerImage, false}));
}

TEST(PromptMeasure, SealedReasoningIsNoText) {
    const std::int64_t sealed = 60'000 / kSealedCharactersPerToken;
    const std::string data = "\"" + base64(60'000) + "\"";
    EXPECT_EQ(of_message(R"("reasoning_details":[{"type":"reasoning.encrypted","format":"a","data":)" + data + "}]"),
              tokens(sealed));
    EXPECT_EQ(of_message(R"("encrypted_content":)" + data), tokens(sealed));
    EXPECT_EQ(of_part(R"({"type":"redacted_thinking","data":)" + data + "}"), tokens(sealed));
    EXPECT_EQ(of_part(R"({"type":"thinking","thinking":"12345","signature":)" + data + "}"),
              (Measured{5, sealed, false}));
    const Measured call = of_message(
        R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":)" +
        data + "}}}]");
    EXPECT_EQ(call.tokens, sealed);
    EXPECT_LT(call.text_bytes, 150);
}

TEST(PromptMeasure, ReasoningThatStandsTwiceCountsOnce) {
    const std::string details = R"("reasoning_details":[{"type":"reasoning.text","text":"12345","format":"a"}])";
    EXPECT_EQ(of_message(R"("reasoning":"12345",)" + details).text_bytes, 5);
    EXPECT_EQ(of_message(R"("reasoning_content":"12345",)" + details).text_bytes, 5);
    EXPECT_EQ(of_message(details).text_bytes, 5);
}

TEST(PromptMeasure, WhatProvidersDoNotReadBackCountsNothing) {
    for (const char* const name : {"annotations", "citations", "search_results", "executed_tools", "logprobs"}) {
        EXPECT_EQ(of_message("\"" + std::string(name) + R"(":[{"content":"a whole page of the web"}])"), Measured{})
            << name;
    }
}

TEST(PromptMeasure, TextIsTextWhateverItHolds) {
    const std::string run = base64(50'000);
    const Measured whole{50'000, 0, true};
    EXPECT_EQ(of_message(R"("content":")" + run + "\""), whole);
    EXPECT_EQ(of_part(R"({"type":"text","text":")" + run + "\"}"), whole);
    EXPECT_EQ(of_message(R"("content":"","reasoning_content":")" + run + "\""), whole);
    EXPECT_GE(of_message(R"("tool_calls":[{"function":{"arguments":")" + run + "\"}}]").text_bytes, 50'000);
    EXPECT_GE(of_beside(R"("tools":[{"function":{"description":")" + run + "\"}}]").text_bytes, 50'000);
    EXPECT_EQ(of_message(R"("content":"data:image/png;base64,)" + run + "\"").tokens, 0);
}

TEST(PromptMeasure, MembersThatAreNotKnownCountByWhatTheyLookLike) {
    const std::string run = "\"" + base64(200'000) + "\"";
    EXPECT_EQ(of_message(R"("blob":)" + run), tokens(3 * kTokensPerPage));
    EXPECT_EQ(of_message(R"("blob":)" + data_url("image/png", 200'000)), tokens(kTokensPerImage));
    EXPECT_EQ(of_beside(R"("mask":)" + data_url("image/png", 200'000)), tokens(kTokensPerImage));
    const Measured nested = of_beside(R"("extra":{"a":[{"b":)" + run + "}]}");
    EXPECT_EQ(nested.tokens, 3 * kTokensPerPage);
    EXPECT_LT(nested.text_bytes, 50);
    const std::string words(200'000, ' ');
    EXPECT_EQ(of_message(R"("blob":"a)" + words + "\""), (Measured{200'001, 0, true}));
    EXPECT_EQ(of_message(R"("blob":")" + base64(kLeastTransportBytes - 1) + "\"").text_bytes,
              static_cast<std::int64_t>(kLeastTransportBytes) - 1)
        << "too short to tell";
}

TEST(PromptMeasure, WhatIsToBeKeptForAnHourIsSeenWhereverItIsMarked) {
    JsonParser parser;
    BodyFacts facts;
    const auto keeps = [&](std::string text, std::string_view ttl) {
        text.replace(text.find('@'), 1, ttl);
        const simdjson::padded_string padded(text);
        const std::string_view body(padded.data(), padded.size());
        EXPECT_FALSE(parse_body(parser, body, 128, kChatNames, facts)) << text;
        return facts.keeps_for_an_hour;
    };
    const std::string mark = R"("cache_control":{"type":"ephemeral",@})", run(kLeastTransportBytes, ' ');
    const auto with_message = [](const std::string& members) {
        return R"({"messages":[{"role":"user",)" + members + "}]}";
    };
    const auto beside = [](const std::string& members) { return R"({"messages":[{"role":"user"}],)" + members + "}"; };
    for (const std::string& text :
         {with_message(R"("content":[{"type":"text","text":"a",)" + mark + "}]"),
          with_message(R"("content":[{"type":"tool_result","content":[{"type":"text","text":"a",)" + mark + "}]}]"),
          with_message(R"("content":[{"type":"image_url","image_url":{"url":"a"},)" + mark + "}]"),
          with_message(R"("content":[{"cachePoint":{"type":"default",@}}])"), with_message(R"("content":"a",)" + mark),
          with_message(R"("tool_calls":[{"id":"a","function":{"arguments":"{}"},)" + mark + "}]"), beside(mark),
          beside(R"("system":[{"type":"text","text":"a",)" + mark + "}]"),
          beside(R"("system":[{"type":"text","text":")" + run + "\"," + mark + "}]"),
          beside(R"("tools":[{"type":"function","function":{"name":"f"},)" + mark + "}]"),
          beside(R"("tools":[{"type":"function","function":{"name":"f","description":")" + run + "\"," + mark + "}}]"),
          beside(R"("extra_body":{"tools":[{"function":{"name":"f"},)" + mark + "}]}"),
          beside(R"("cache_control_injection_points":[{"location":"message","control":{@}}])")}) {
        EXPECT_TRUE(keeps(text, R"("ttl":"1h")")) << text;
        EXPECT_TRUE(keeps(text, R"("\u0074tl" : "1\u0068")")) << text;
        for (const std::string_view other : {R"("ttl":"5m")", R"("ttl":null)", R"("x":"1h")"}) {
            EXPECT_FALSE(keeps(text, other)) << other << text;
        }
    }
    EXPECT_FALSE(keeps(with_message(R"("content":"@")"), R"({\"ttl\":\"1h\"})")) << "text is no mark";
    EXPECT_FALSE(keeps(beside(R"("metadata":{@})"), R"("ttl":"1h")")) << "no part of the prompt";
}

}  // namespace
}  // namespace tollgate
