// The lines of an event stream (WHATWG HTML 9.2.6): however they end and wherever the reads split them.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_stream.h"

namespace tollgate {
namespace {

AnswerStream::Options without_usage() {
    AnswerStream::Options options;
    options.client_asked_for_usage = false;
    return options;
}

struct Outcome {
    std::string out;
    std::string facts;  // all of them as text, to be compared at once
};

Outcome run(const std::vector<std::string_view>& pieces, const AnswerStream::Options& options = {}) {
    AnswerStream meter;
    meter.begin(options);
    Outcome result;
    for (const auto piece : pieces) {
        const std::vector<char> block(piece.begin(), piece.end());  // so that a sanitizer sees reads behind it
        meter.feed({block.data(), block.size()}, result.out);
    }
    const StreamFacts& facts = meter.facts();
    meter.append_end({.counts = billed_usage(facts.usage, {}).counts, .cost = "0.000000005"}, result.out);
    for (const std::int64_t number : {std::int64_t{facts.has_usage}, facts.usage.prompt, facts.usage.completion,
                                      facts.content_events, facts.text.bytes, std::int64_t{facts.done},
                                      std::int64_t{facts.error_event}, std::int64_t{facts.invalid}, facts.events}) {
        result.facts += std::to_string(number) + ' ';
    }
    result.facts += facts.finish_reason + ' ' + facts.upstream_id;
    return result;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string out;
    for (const char c : text) c == '\n' ? out += line_end : out += c;
    return out;
}

constexpr std::string_view kStream =
    "\xef\xbb\xbf: welcome\n\n"
    "id: 1\nevent: message\nretry: 10\ndata: {\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"h\\u00fc\"}}]}\n\n"
    ": ping\n\n"
    "data:{\"id\":\"c1\",\"choices\":[{\"delta\":{\"content\":\"two\"}}],\"usage\":null}\n\n"
    "data: {\"id\":\"c1\",\ndata: \"choices\":[],\ndata:\"x\":1}\n\n"
    "\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"error\":null}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
    "data: [DONE]\n\n";

TEST(AnswerStreamLines, EverySplitInTwoGivesTheSame) {
    for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
        const std::string text = with_line_ends(kStream, line_end);
        const Outcome whole = run({text});
        EXPECT_TRUE(whole.facts.starts_with("1 7 3 2 ")) << whole.facts;
        for (std::size_t at = 0; at <= text.size(); ++at) {
            const std::string_view all = text;
            const Outcome split = run({all.substr(0, at), all.substr(at)});
            ASSERT_EQ(split.out, whole.out) << line_end.size() << " at " << at;
            ASSERT_EQ(split.facts, whole.facts) << line_end.size() << " at " << at;
        }
    }
}

TEST(AnswerStreamLines, PiecesOfEverySizeGiveTheSame) {
    for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
        const std::string text = with_line_ends(kStream, line_end);
        const Outcome whole = run({text});
        for (std::size_t size = 1; size < 40; ++size) {
            std::vector<std::string_view> pieces;
            for (std::size_t at = 0; at < text.size(); at += size)
                pieces.push_back(std::string_view(text).substr(at, size));
            ASSERT_EQ(run(pieces).out, whole.out) << size;
            ASSERT_EQ(run(pieces).facts, whole.facts) << size;
        }
    }
}

TEST(AnswerStreamLines, AllLineEndsGiveTheSame) {
    const Outcome feeds = run({kStream});
    EXPECT_EQ(run({with_line_ends(kStream, "\r\n")}).out, feeds.out);
    EXPECT_EQ(run({with_line_ends(kStream, "\r")}).out, feeds.out);
    EXPECT_EQ(run({with_line_ends(kStream, "\r\n")}).facts, feeds.facts);
    EXPECT_EQ(run({with_line_ends(kStream, "\r")}).facts, feeds.facts);
}

TEST(AnswerStreamLines, EmptyReadsChangeNothing) {
    const std::string_view all = kStream;
    EXPECT_EQ(run({"", all.substr(0, 60), "", all.substr(60), ""}).out, run({all}).out);
}

TEST(AnswerStreamLines, AByteOrderMarkInPiecesIsStripped) {
    const std::string_view text =
        "\xef\xbb\xbf"
        "data: {\"a\":1}\n\n";
    for (std::size_t first = 0; first <= 4; ++first) {
        for (std::size_t second = first; second <= 4; ++second) {
            const Outcome result =
                run({text.substr(0, first), text.substr(first, second - first), text.substr(second)}, without_usage());
            EXPECT_EQ(result.out, "data: {\"a\":1}\n\ndata: [DONE]\n\n") << first << ' ' << second;
        }
    }
}

TEST(AnswerStreamLines, AByteOrderMarkLaterIsNoMark) {
    EXPECT_EQ(run({"\n\xef\xbb\xbf"
                   "data: {\"a\":1}\n\n"},
                  without_usage())
                  .out,
              "data: [DONE]\n\n")
        << "a field of another name";
}

TEST(AnswerStreamLines, DataOfSeveralLinesIsOneEventOfOneLine) {
    const Outcome result = run({"data: {\"a\":\ndata:1,\ndata: \"b\":2}\n\n"}, without_usage());
    EXPECT_EQ(result.out, "data: {\"a\": 1, \"b\":2}\n\ndata: [DONE]\n\n");
}

TEST(AnswerStreamLines, CommentsBecomePings) {
    EXPECT_EQ(run({": OPENROUTER PROCESSING\n\n"}, without_usage()).out, ": ping\ndata: [DONE]\n\n");
    EXPECT_EQ(run({":\n\n"}, without_usage()).out, ": ping\ndata: [DONE]\n\n");
    EXPECT_EQ(run({"data: : wrapped comment\n\n"}, without_usage()).out, ": ping\ndata: [DONE]\n\n");
    EXPECT_EQ(run({": inside\ndata: {\"a\":1}\n\n"}, without_usage()).out, "data: {\"a\":1}\n\ndata: [DONE]\n\n");
}

TEST(AnswerStreamLines, OtherFieldsAreLeftOut) {
    const Outcome result = run(
        {"event: x\nid: 5\nretry: 1\nfoo: bar\ndatax: 1\ndata\ndata: {\"a\":1}\n\nevent: empty\n\n"}, without_usage());
    EXPECT_EQ(result.out, "data: {\"a\":1}\n\ndata: [DONE]\n\n");
}

TEST(AnswerStreamLines, OneSpaceBehindTheColonIsNotData) {
    for (const std::string_view text : {"data:{\"a\":1}\n\n", "data: {\"a\":1}\n\n", "data: {\"a\":1}   \n\n"})
        EXPECT_EQ(run({text}, without_usage()).out, "data: {\"a\":1}\n\ndata: [DONE]\n\n") << text;
}

TEST(AnswerStreamLines, AnUnterminatedEventIsDropped) {
    for (const std::string_view text : {"data: {\"a\":1}", "data: {\"a\":1}\n"}) {
        EXPECT_EQ(run({text}, without_usage()).out, "data: [DONE]\n\n") << text;
    }
}

TEST(AnswerStreamLines, EventsAreLimited) {
    AnswerStream::Options options;
    options.max_event_bytes = 1000;
    const auto of_size = [](std::size_t bytes) { return "data: {\"a\":\"" + std::string(bytes - 8, 'x') + "\"}\n\n"; };
    AnswerStream meter;
    const auto feed = [&meter, &options](const std::vector<std::string>& pieces) {
        std::string out;
        meter.begin(options);
        for (const auto& piece : pieces) meter.feed(piece, out);
        EXPECT_EQ(meter.facts().too_large, meter.facts().invalid);
        return meter.facts().invalid;
    };
    EXPECT_FALSE(feed({of_size(1000)}));
    EXPECT_TRUE(feed({of_size(1001)}));
    EXPECT_TRUE(feed({"data: {\"a\":\"" + std::string(2000, 'x')})) << "before its end";
    EXPECT_TRUE(feed({std::string(500, ':'), std::string(600, ':')})) << "a comment that never ends";
    std::vector<std::string> lines;
    for (int i = 0; i < 100; ++i) lines.push_back("data: xxxxxxxxxxxxxxx\n");
    EXPECT_TRUE(feed(lines)) << "many short lines";
}

TEST(AnswerStreamLines, NothingFollowsAnInvalidEvent) {
    const Outcome result = run({"data: x\n\n", "data: {\"a\":1}\n\n"}, without_usage());
    EXPECT_EQ(result.out, "data: [DONE]\n\n");
}

}  // namespace
}  // namespace tollgate
