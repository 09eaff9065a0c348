#include "gateway/chat/reader/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {
namespace {

constexpr std::size_t kPlenty = 1000;

// What came, one line each: "name|data", "(comment)" or "(too large)".
std::vector<std::string> events_of(const std::vector<std::string_view>& reads, std::size_t max_event_bytes = kPlenty) {
    SseReader reader;
    reader.begin(max_event_bytes);
    std::vector<std::string> events;
    for (const auto read : reads) {
        const std::vector<char> block(read.begin(), read.end());  // so that a sanitizer sees uses after it is gone
        std::string_view bytes(block.data(), block.size());
        for (auto step = reader.next(bytes); step != SseReader::Step::more; step = reader.next(bytes)) {
            if (step == SseReader::Step::too_large) {
                events.emplace_back("(too large)");
                return events;
            }
            events.push_back(step == SseReader::Step::comment
                                 ? "(comment)"
                                 : std::string(reader.name()) + "|" + std::string(reader.data()));
        }
        EXPECT_TRUE(bytes.empty());
    }
    return events;
}

using Events = std::vector<std::string>;

TEST(SseReader, EventsHaveANameAndData) {
    EXPECT_EQ(events_of({"data: a\n\nevent: delta\ndata: b\n\nevent:x\ndata:c\n\n"}), (Events{"|a", "delta|b", "x|c"}));
    EXPECT_EQ(events_of({"event: one\nevent: two\ndata: a\n\n"}), Events{"two|a"}) << "the last name counts";
    EXPECT_EQ(events_of({"event: lost\n\ndata: a\n\n"}), Events{"|a"}) << "a name without data is no event's";
}

TEST(SseReader, LinesOfDataAreJoinedByASpace) {
    EXPECT_EQ(events_of({"data: a\ndata:  b\ndata:\ndata: c\n\n"}), Events{"|a  b  c"});
}

TEST(SseReader, AnObjectInALineOfItsOwnNeedsNoEmptyLine) {
    const Events two = {"|{\"a\":\"}\"}", "|{\"b\":[{}]}", "|[DONE]"};
    const std::string_view text = "data: {\"a\":\"}\"}\ndata: {\"b\":[{}]}\ndata: [DONE]\n\n";
    EXPECT_EQ(events_of({text}), two);
    for (std::size_t at = 1; at < text.size(); ++at) EXPECT_EQ(events_of({text.substr(0, at), text.substr(at)}), two);
    EXPECT_EQ(events_of({"data: {\"a\":\ndata: {\"b\":1}\ndata: }\n\n"}), Events{"|{\"a\": {\"b\":1} }"});
}

TEST(SseReader, EmptyDataIsNoEvent) {
    EXPECT_EQ(events_of({"data:\n\ndata: \n\ndata\n\n\n\n"}), Events{});
    EXPECT_EQ(events_of({": comment\ndata:\n\n"}), Events{});
}

TEST(SseReader, ABlockOfCommentsIsAComment) {
    EXPECT_EQ(events_of({": a\n: b\n\n:\n\n: c\ndata: d\n\n"}), (Events{"(comment)", "(comment)", "|d"}));
    EXPECT_EQ(events_of({": a\nid: 5\n\n"}), Events{"(comment)"});
}

TEST(SseReader, OtherFieldsAreLeftOut) {
    EXPECT_EQ(events_of({"id: 1\nretry: 5\nfoo\ndatax: 2\n data: 3\neventx: n\ndata: a\n\n"}), Events{"|a"});
}

TEST(SseReader, ErrorsOutsideTheFormatAreEvents) {
    const Events expected{"|a", R"(error|{"code":500})", R"(|{"error":"x"})", "|b"};
    const std::string text = "data: a\n\nerror: {\"code\":500}\n\n{\"error\":\"x\"}\ndata: b\n\n";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        EXPECT_EQ(events_of({text.substr(0, cut), text.substr(cut)}), expected) << cut;
    }
    EXPECT_EQ(events_of({"error:\nerror: \ndata: a\n{\"b\":1}\n\n"}), Events{"|a"})
        << "it says nothing; an event has begun";
    EXPECT_EQ(events_of({"{" + std::string(100, 'x') + "\n"}, 100), Events{"(too large)"});
}

TEST(SseReader, AnUnterminatedEventIsNone) { EXPECT_EQ(events_of({"data: a\n\ndata: b\n", "data: c"}), Events{"|a"}); }

TEST(SseReader, LineEndsAndReadsMakeNoDifference) {
    const std::string_view stream =
        "\xef\xbb\xbf: hi\n\nevent: e1\ndata: first\ndata: second\n\ndata:x\n\n\nevent: long\ndata: third\n\n";
    const Events expected{"(comment)", "e1|first second", "|x", "long|third"};
    for (const std::string_view line_end : {"\n", "\r\n", "\r"}) {
        std::string text;
        for (const char c : stream) c == '\n' ? text += line_end : text += c;
        const std::string_view all = text;
        EXPECT_EQ(events_of({all}), expected) << line_end.size();
        for (std::size_t first = 0; first <= all.size(); ++first) {
            ASSERT_EQ(events_of({all.substr(0, first), all.substr(first)}), expected)
                << line_end.size() << " " << first;
            const std::size_t second = first + (all.size() - first) / 3;
            ASSERT_EQ(events_of({all.substr(0, first), "", all.substr(first, second - first), all.substr(second)}),
                      expected)
                << line_end.size() << " " << first;
        }
    }
}

TEST(SseReader, SizesAreLimited) {
    const std::string most(100, 'x');
    EXPECT_EQ(events_of({"data: " + most + "\n\n"}, 100), Events{"|" + most});
    EXPECT_EQ(events_of({"data: " + most + "y\n\n"}, 100), Events{"(too large)"});
    EXPECT_EQ(events_of({"data: " + most}, 100), Events{"(too large)"}) << "a line that has not ended";
    EXPECT_EQ(events_of({"data: " + most + "\n", "data: y\n"}, 100), Events{"(too large)"}) << "many lines";
    EXPECT_EQ(events_of({std::string(60, ':'), std::string(60, ':')}, 100), Events{"(too large)"}) << "a comment";
    EXPECT_EQ(events_of({"event: " + most + "\ndata: a\n\n"}),
              Events{std::string(SseReader::kMostNameBytes, 'x') + "|a"});
}

TEST(SseReader, BeginForgetsTheStreamBefore) {
    SseReader reader;
    reader.begin(kPlenty);
    std::string_view bytes = "event: old\n: comment\ndata: old\r";
    EXPECT_EQ(reader.next(bytes), SseReader::Step::more);
    bytes = "data: unfinished";
    EXPECT_EQ(reader.next(bytes), SseReader::Step::more);
    reader.release_above(0);
    reader.begin(kPlenty);
    bytes = "\n\xef\xbb\xbf\n\ndata: new\n\n";
    EXPECT_EQ(reader.next(bytes), SseReader::Step::event);
    EXPECT_EQ(reader.data(), "new");
    EXPECT_EQ(reader.name(), "");
    EXPECT_EQ(reader.next(bytes), SseReader::Step::more);
}

}  // namespace
}  // namespace tollgate
