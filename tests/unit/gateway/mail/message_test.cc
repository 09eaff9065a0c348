#include "gateway/mail/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kNow = 1'795'938'000'000;  // 2026-11-29T07:40:00Z

Envelope envelope(const std::string& name = {}) {
    return {.from = {.email = "gate@example.com", .name = "Gate"},
            .to = {.email = "ann@example.org", .name = name},
            .id = "1.1",
            .date_ms = kNow};
}

std::string message(const Letter& letter, const std::string& name = {}) {
    const auto made = message_of(envelope(name), letter);
    EXPECT_TRUE(made) << made.error().message();
    return made.value_or(std::string());
}

std::string head_of(const std::string& text) { return text.substr(0, text.find("\r\n\r\n")); }

TEST(Message, HasTheHeadOfAPlainMail) {
    EXPECT_EQ(message({.subject = "Hello", .text = "One\nTwo\n"}),
              "Date: Sun, 29 Nov 2026 07:40:00 +0000\r\n"
              "From: \"Gate\" <gate@example.com>\r\n"
              "To: ann@example.org\r\n"
              "Subject: Hello\r\n"
              "Message-ID: <1.1@example.com>\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: 7bit\r\n\r\n"
              "One\r\nTwo\r\n");
}

TEST(Message, NothingThatPeopleWriteAddsALineToTheHead) {
    for (const std::string& bad : {std::string("Ann\r\nBcc: eve@example.com"), std::string("Ann\nBcc: eve@example.com"),
                                   std::string("Ann\rBcc: eve@example.com"), std::string("Änn\r\nBcc: x@example.com"),
                                   std::string("a\0b\x7f", 4)}) {
        const std::string head = head_of(message({.subject = bad, .text = "x"}, bad));
        EXPECT_THAT(head, Not(HasSubstr("\nBcc")));
        EXPECT_THAT(head, Not(HasSubstr("\rBcc")));
        EXPECT_EQ(std::ranges::count(head, '\n'), std::ranges::count(head, '\r'));
    }
}

TEST(Message, AnAddressThatCouldEndItselfIsRefused) {
    for (const char* bad : {"", "ann", "ann@x@y", "ann@x\r\nRCPT TO:<eve@y>", "<ann@x>", "ann@x,eve@y", "ann lee@x",
                            "änn@x", "\"ann\"@x", "ann@x>"}) {
        Envelope wrong = envelope();
        wrong.to.email = bad;
        EXPECT_EQ(message_of(wrong, {}).error().code(), StatusCode::invalid) << bad;
        wrong = envelope();
        wrong.from.email = bad;
        EXPECT_FALSE(message_of(wrong, {})) << bad;
    }
}

TEST(Message, NamesAreQuotedOrEncoded) {
    EXPECT_THAT(message({}, "Ann \"A\" \\ Lee"), HasSubstr("To: \"Ann \\\"A\\\" \\\\ Lee\" <ann@example.org>\r\n"));
    EXPECT_THAT(message({}, "Änn"), HasSubstr("To: =?utf-8?B?w4Rubg==?= <ann@example.org>\r\n"));
}

TEST(Message, LongTextsOfOtherScriptsAreEncodedInPiecesThatEndBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "日";
    const std::string words = encoded_words(text);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < words.size();) {
        const auto end = std::min(words.find("\r\n ", at), words.size());
        const std::string word = words.substr(at, end - at);
        EXPECT_LE(word.size(), 75U);
        EXPECT_TRUE(word.starts_with("=?utf-8?B?") && word.ends_with("?=")) << word;
        EXPECT_EQ((word.size() - 12) % 4, 0U);
        ++lines;
        at = end + 3;
    }
    EXPECT_EQ(lines, 4U);
    EXPECT_THAT(words, Not(HasSubstr("77+9"))) << "no replacement characters";
}

TEST(Message, TextThatLooksEncodedIsEncoded) {
    EXPECT_EQ(encoded_words("plain (text), quoted: \"it\""), "plain (text), quoted: \"it\"");
    EXPECT_THAT(encoded_words("=?utf-8?B?w4Rubg==?="), ::testing::StartsWith("=?utf-8?B?PT91"));
}

TEST(Message, ABodyOfOtherCharactersIsBase64InShortLines) {
    const std::string text = message({.subject = "x", .text = std::string(300, 'a') + "ä\n"});
    const std::string body = text.substr(text.find("\r\n\r\n") + 4);
    EXPECT_THAT(head_of(text), HasSubstr("Content-Transfer-Encoding: base64"));
    for (std::size_t at = 0; at < body.size();) {
        const auto end = body.find("\r\n", at);
        ASSERT_NE(end, std::string::npos);
        EXPECT_LE(end - at, 76U);
        at = end + 2;
    }
}

TEST(Message, ALineThatIsTooLongForMailIsNotSentAsItIs) {
    EXPECT_THAT(message({.subject = "x", .text = std::string(998, 'a') + "\n"}), HasSubstr("7bit"));
    EXPECT_THAT(message({.subject = "x", .text = std::string(999, 'a') + "\n"}), HasSubstr("base64"));
}

}  // namespace
}  // namespace tollgate
