#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "gateway/text/decimal.h"
#include "gateway/text/json_line.h"
#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMs = 1795884004123;  // 2026-11-28T16:40:04.123Z

TEST(JsonWriter, PutsCommasAndBracketsAndEscapes) {
    JsonWriter json;
    json.object().key("a").array().number(1).number(-2).text("x\"\n").end();
    json.key("b").object().end().key("c").flag(true).key("d").null().key("e").time(0).key("f").time(kMs).end();
    EXPECT_EQ(json.take(),
              R"({"a":[1,-2,"x\"\u000a"],"b":{},"c":true,"d":null,"e":null,"f":"2026-11-28T16:40:04.123Z"})");
}

TEST(JsonLine, IsOneObjectAndALineBreak) {
    JsonLine line;
    line.word("a", "b");
    line.number("n", -7);
    const std::uint8_t bytes[] = {0x0f, 0xa0};
    line.hex("h", bytes);
    line.raw("r", "[true]");
    EXPECT_EQ(line.finish(), "{\"a\":\"b\",\"n\":-7,\"h\":\"0fa0\",\"r\":[true]}\n");
}

TEST(JsonLine, ATextThatIsTooLongIsCutShort) {
    JsonLine line;
    const std::string text(2 * JsonLine::kMostBytes, 'x');
    line.word("a", text);
    EXPECT_LE(line.finish().size(), JsonLine::kMostBytes);
}

TEST(Decimal, NumbersOfEveryLengthAreThoseOfTheLibrary) {
    const auto written = [](std::int64_t number) {
        std::array<char, kMostDecimalBytes> text{};
        return std::string(text.data(), write_decimal(text.data(), number));
    };
    std::uint64_t power = 1;
    for (int digits = 1; digits <= 19; ++digits, power *= 10) {
        for (const std::uint64_t number : {power - 1, power, power + 1, power * 3 + 7, power * 9}) {
            const auto value = static_cast<std::int64_t>(number);
            EXPECT_EQ(written(value), std::to_string(value));
            EXPECT_EQ(written(-value), std::to_string(-value));
        }
    }
    for (const std::int64_t number :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(written(number), std::to_string(number));
    }
}

TEST(TimeText, HttpDatesAreThoseOfRfc9110) {
    EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(JsonWriter, AMemberGoesToTheEndOfAnObject) {
    const auto with = [](std::string object) {
        append_last_member(R"("b":{"c":1})", object);
        return object;
    };
    EXPECT_EQ(with(R"({"a":"}"})"), R"({"a":"}","b":{"c":1}})");
    EXPECT_EQ(with("{ }\n"), "{ \"b\":{\"c\":1}}\n");
    EXPECT_EQ(with("[1]"), "[1]") << "no object";
    EXPECT_EQ(with(""), "");
    std::string same = "{}";
    append_last_member({}, same);
    EXPECT_EQ(same, "{}");
}

}  // namespace
}  // namespace tollgate
