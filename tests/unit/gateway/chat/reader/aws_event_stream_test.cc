#include "gateway/chat/reader/aws_event_stream.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/text/base64.h"
#include "tests/unit/gateway/chat/reader/aws_frames.h"

namespace tollgate {
namespace {

using Step = AwsEventStreamReader::Step;
using aws_frames::event;
using aws_frames::exception;
using aws_frames::frame;
using aws_frames::header;

constexpr std::size_t kPlenty = 1000;

struct Reading {
    std::vector<std::string> events;  // "name|data", with a '!' before it where the service failed
    Step end = Step::more;
    bool cut_off = false;
    bool operator==(const Reading&) const = default;
};

Reading read(std::string_view stream, std::size_t piece_bytes = SIZE_MAX, std::size_t max_event_bytes = kPlenty) {
    AwsEventStreamReader reader;
    reader.begin(max_event_bytes);
    Reading result;
    while (!stream.empty() && result.end == Step::more) {
        const std::string_view piece = stream.substr(0, piece_bytes);
        stream.remove_prefix(piece.size());
        const std::vector<char> block(piece.begin(), piece.end());  // a sanitizer sees uses after it is gone
        std::string_view bytes(block.data(), block.size());
        Step step = reader.next(bytes);
        for (; step == Step::event; step = reader.next(bytes)) {
            result.events.push_back((reader.failed() ? "!" : "") + std::string(reader.name()) + "|" +
                                    std::string(reader.data()));
        }
        result.end = step;
        if (step == Step::more) EXPECT_TRUE(bytes.empty());
    }
    result.cut_off = reader.in_event();
    return result;
}

using Events = std::vector<std::string>;

TEST(AwsEventStream, EventsHaveANameAndData) {
    const Reading reading = read(event("messageStart", R"({"role":"assistant"})") + event("messageStop", "{}"));
    EXPECT_EQ(reading.events, (Events{R"(messageStart|{"role":"assistant"})", "messageStop|{}"}));
    EXPECT_EQ(reading.end, Step::more);
    EXPECT_FALSE(reading.cut_off);
}

TEST(AwsEventStream, PiecesMakeNoDifference) {
    const std::string stream = event("one", R"({"text":"h\u00e9"})") + event("two", "") + event("three", "{}") +
                               exception("throttlingException", R"({"message":"slow"})");
    const Reading whole = read(stream);
    EXPECT_EQ(whole.events.size(), 4U);
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) EXPECT_EQ(read(stream, piece), whole) << piece;
}

TEST(AwsEventStream, EveryBitOfAFrameIsChecked) {
    const std::string good = event("a", R"({"text":"x"})");
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
            for (const std::size_t piece : {std::size_t{1}, SIZE_MAX}) {
                const Reading reading = read(bad + event("b", "{}"), piece);
                EXPECT_EQ(reading.end, Step::corrupt) << at << " " << bit;
                EXPECT_TRUE(reading.events.empty());
            }
        }
    }
}

TEST(AwsEventStream, WhatComesBehindACorruptFrameIsNotRead) {
    AwsEventStreamReader reader;
    reader.begin(kPlenty);
    std::string bad = event("a", "{}");
    bad.back() = static_cast<char>(bad.back() ^ 1);
    std::string_view bytes = bad;
    EXPECT_EQ(reader.next(bytes), Step::corrupt);
    const std::string good = event("b", "{}");
    bytes = good;
    EXPECT_EQ(reader.next(bytes), Step::corrupt);
    reader.begin(kPlenty);
    bytes = good;
    EXPECT_EQ(reader.next(bytes), Step::event) << "another stream";
}

TEST(AwsEventStream, D51AStreamCutInsideAFrameIsTold) {
    const std::string first = event("a", "{}"), second = event("b", "{}");
    for (std::size_t cut = 1; cut < second.size(); ++cut) {
        const Reading reading = read(first + second.substr(0, cut));
        EXPECT_EQ(reading.events, Events{"a|{}"});
        EXPECT_TRUE(reading.cut_off) << cut;
        EXPECT_TRUE(read(first + second.substr(0, cut), 3).cut_off) << cut;
    }
    EXPECT_FALSE(read(first + second).cut_off);
    EXPECT_FALSE(read(first + second, 3).cut_off);
    EXPECT_FALSE(read("").cut_off);
}

TEST(AwsEventStream, SizesAreBoundedBeforeAnythingIsKept) {
    EXPECT_EQ(read(event("a", std::string(10, 'x')), 1, 10).events.size(), 1U);
    EXPECT_EQ(read(event("a", std::string(11, 'x')), 1, 10).end, Step::too_large);
    const std::string prelude = aws_frames::number(UINT32_MAX, 4) + aws_frames::number(10, 4);
    EXPECT_EQ(read(prelude + aws_frames::checksum(prelude)).end, Step::too_large);
    const auto sizes = [](std::uint32_t total, std::uint32_t headers) {
        const std::string text = aws_frames::number(total, 4) + aws_frames::number(headers, 4);
        return read(text + aws_frames::checksum(text)).end;
    };
    EXPECT_EQ(sizes(15, 0), Step::corrupt) << "less than a frame has";
    EXPECT_EQ(sizes(0, 0), Step::corrupt);
    EXPECT_EQ(sizes(30, 15), Step::corrupt) << "more headers than frame";
    EXPECT_EQ(sizes(1 << 20, AwsEventStreamReader::kMostHeaderBytes + 1), Step::too_large);
}

TEST(AwsEventStream, FailuresAreErrorsAsOtherProvidersWriteThem) {
    EXPECT_EQ(
        read(exception("throttlingException", R"({"message":"Too many \"tokens\""})")).events,
        Events{R"(!throttlingException|{"error":{"type":"throttlingException","message":"Too many \"tokens\""}})"});
    EXPECT_EQ(read(exception("internalServerException", "{ }")).events,
              Events{R"(!internalServerException|{"error":{"type":"internalServerException"}})"});
    EXPECT_EQ(read(exception("validationException", "bad \"x\"")).events,
              Events{R"(!validationException|{"error":{"type":"validationException","message":"bad \"x\""}})"});
    EXPECT_EQ(read(frame(header(":message-type", "error") + header(":error-code", "InternalError") +
                             header(":error-message", "went wrong"),
                         ""))
                  .events,
              Events{R"(!InternalError|{"error":{"type":"InternalError","message":"went wrong"}})"});
}

TEST(AwsEventStream, ChunksAreUnwrapped) {
    EXPECT_EQ(read(event("chunk", R"({"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc"})")).events,
              Events{R"(chunk|{"type":"ping"})"});
    EXPECT_EQ(read(event("chunk", R"({"bytes":"no base64!"})")).end, Step::corrupt);
    EXPECT_EQ(read(event("chunk", R"({"other":1})")).events, Events{R"(chunk|{"other":1})"});
}

// Data is written on as a line of server-sent events: a break in it would begin a line of the provider's own.
TEST(AwsEventStream, DataIsOneLine) {
    const std::string wrapped = R"({"bytes":")" + base64("{\r\n\"type\":\"ping\"\n}") + "\"}";
    const std::string stream = event("one", "{\n\r\"a\":1}") + event("chunk", wrapped) + event("chunk", "{\n\"a\":1}") +
                               exception("throttlingException", "{\n\"message\":\r\"slow\"}");
    EXPECT_EQ(read(stream).events,
              (Events{R"(one|{  "a":1})", R"(chunk|{  "type":"ping" })", R"(chunk|{ "a":1})",
                      R"(!throttlingException|{"error":{"type":"throttlingException","message": "slow"}})"}));
    EXPECT_EQ(read(stream, 1).events, read(stream).events);
}

TEST(AwsEventStream, HeadersOfAnyTypeAreSkipped) {
    using aws_frames::number;
    const std::string others = std::string("\1a\0", 3) + std::string("\1b\1", 3) + "\1c\2x" + "\1d\3xx" + "\1e\4xxxx" +
                               "\1f\5xxxxxxxx" + std::string("\1g\6", 3) + number(2, 2) + "xx" + "\1h\x08xxxxxxxx" +
                               "\1i\x09xxxxxxxxxxxxxxxx";
    const std::string known = header(":message-type", "event") + header(":event-type", "a");
    EXPECT_EQ(read(frame(others + known + others, "{}")).events, Events{"a|{}"});
}

TEST(AwsEventStream, MalformedHeadersAreCorrupt) {
    const std::string type = header(":message-type", "event"), name = header(":event-type", "a");
    EXPECT_EQ(read(frame(type, "{}")).end, Step::corrupt) << "without a name";
    EXPECT_EQ(read(frame(name, "{}")).end, Step::corrupt) << "without a type";
    EXPECT_EQ(read(frame("", "{}")).end, Step::corrupt);
    EXPECT_EQ(read(frame(header(":message-type", "other") + name, "{}")).end, Step::corrupt);
    EXPECT_EQ(read(frame(type + header(":event-type", "a\"b"), "{}")).end, Step::corrupt);
    EXPECT_EQ(read(frame(type + name + std::string("\1a\x0a", 3), "{}")).end, Step::corrupt) << "an unknown type";
    EXPECT_EQ(read(frame(type + name + std::string("\0\7", 2), "{}")).end, Step::corrupt) << "a name of no bytes";
    const std::string whole = type + name;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        if (size == type.size()) continue;
        EXPECT_EQ(read(frame(whole.substr(0, size), "{}")).end, Step::corrupt) << size;
    }
}

TEST(AwsEventStream, MemoryIsGivenBack) {
    AwsEventStreamReader reader;
    reader.begin(1 << 20);
    const std::string big = event("a", std::string(100'000, 'x'));
    std::string_view first = std::string_view(big).substr(0, 50'000), second = std::string_view(big).substr(50'000);
    EXPECT_EQ(reader.next(first), Step::more);
    EXPECT_EQ(reader.next(second), Step::event);
    reader.release_above(1000);
    reader.begin(1 << 20);
    const std::string small = event("b", "{}");
    std::string_view bytes = small;
    EXPECT_EQ(reader.next(bytes), Step::event);
    EXPECT_EQ(reader.name(), "b");
}

}  // namespace
}  // namespace tollgate
