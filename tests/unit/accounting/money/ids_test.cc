#include "accounting/money/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace tollgate {
namespace {

constexpr std::int64_t kSomeMs = 1'795'219'200'123;

TEST(Ids, Uuid7CarriesTimeVersionAndVariant) {
    const Id128 id = make_uuid7(kSomeMs);
    EXPECT_EQ(ulid_time_ms(id), kSomeMs);  // both forms begin with 48 bits of milliseconds
    const std::string text = to_uuid(id);
    EXPECT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '7');
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
}

TEST(Ids, Uuid7OfTheSameMillisecondDiffer) {
    std::set<Id128> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(make_uuid7(kSomeMs));
    EXPECT_EQ(seen.size(), 1000u);
}

TEST(Ids, UuidTextReadsBack) {
    const Id128 id = make_uuid7(kSomeMs);
    EXPECT_EQ(parse_uuid(to_uuid(id)), id);
    EXPECT_EQ(to_uuid(*parse_uuid("0192A3B4-C5D6-7e8f-9012-3456789abcde")), "0192a3b4-c5d6-7e8f-9012-3456789abcde");
}

TEST(Ids, BadUuidTextIsRefused) {
    for (const char* text : {"", "0192a3b4c5d67e8f90123456789abcde", "0192a3b4-c5d6-7e8f-9012-3456789abcdg",
                             "0192a3b4-c5d6-7e8f-9012-3456789abcde0", "0192a3b4-c5d6-7e8f-90123-456789abcde"}) {
        EXPECT_FALSE(parse_uuid(text)) << text;
    }
}

TEST(Ids, UlidTextIsThatOfTheSpecification) {
    // The largest valid ULID, and the time of the specification's example 01ARZ3NDEKTSV4RRFFQ69G5FAV.
    Id128 most;
    most.bytes.fill(0xff);
    EXPECT_EQ(to_ulid(most), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    EXPECT_EQ(to_ulid(Id128{}), "00000000000000000000000000");
    EXPECT_EQ(ulid_time_ms(*parse_ulid("01ARZ3NDEKTSV4RRFFQ69G5FAV")), 1469922850259);
    EXPECT_EQ(to_ulid(*parse_ulid("01arz3ndektsv4rrffq69g5fav")), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
}

TEST(Ids, BadUlidTextIsRefused) {
    for (const char* text :
         {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVV", "81ARZ3NDEKTSV4RRFFQ69G5FAV",
          "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FA-"}) {
        EXPECT_FALSE(parse_ulid(text)) << text;
    }
}

TEST(Ids, UlidsOfOneWorkerAscendEvenWhenTheClockStepsBack) {
    UlidGenerator generator(3);
    const Id128 first = generator.next(kSomeMs);
    const Id128 second = generator.next(kSomeMs);
    const Id128 third = generator.next(kSomeMs - 5000);
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_EQ(ulid_time_ms(third), kSomeMs);
    EXPECT_LT(to_ulid(first), to_ulid(second));
}

TEST(Ids, UlidsFollowAClockThatWasFarAheadAndIsRightAgain) {
    UlidGenerator generator(3);
    (void)generator.next(kSomeMs + 3'600'000);
    EXPECT_EQ(ulid_time_ms(generator.next(kSomeMs)), kSomeMs);
    EXPECT_EQ(ulid_time_ms(generator.next(kSomeMs - UlidGenerator::kMostStepBackMs)), kSomeMs);
}

TEST(Ids, WorkersNeverMakeTheSameUlid) {
    UlidGenerator one(1), two(2);
    std::set<Id128> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(one.next(kSomeMs));
        seen.insert(two.next(kSomeMs));
    }
    EXPECT_EQ(seen.size(), 2000u);
}

TEST(Ids, KeyDigestIsSha256InHex) {
    const KeyDigest digest = digest_key("abc");
    EXPECT_EQ(to_hex(digest), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(parse_key_digest(to_hex(digest)), digest);
    EXPECT_FALSE(parse_key_digest("ba78"));
    EXPECT_FALSE(parse_key_digest(std::string(63, 'a') + "g"));
}

}  // namespace
}  // namespace tollgate
