#include "accounting/money/ids.h"

#include <gtest/gtest.h>

#include <array>
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

TEST(Ids, WorkersAndNodesNeverMakeTheSameUlid) {
    UlidGenerator generators[] = {UlidGenerator(1), UlidGenerator(2), UlidGenerator(1, 1), UlidGenerator(1023, 1023)};
    std::set<std::array<std::uint8_t, 3>> origins;
    std::set<Id128> seen;
    for (UlidGenerator& generator : generators) {
        for (int i = 0; i < 1000; ++i) {
            const Id128 id = generator.next(kSomeMs);
            seen.insert(id);
            origins.insert({id.bytes[6], id.bytes[7], static_cast<std::uint8_t>(id.bytes[8] & 0xf0)});
        }
    }
    EXPECT_EQ(seen.size(), 4000u);
    EXPECT_EQ(origins.size(), 4u) << "node and worker alone tell them apart";
}

TEST(Ids, MoreUlidsThanAMillisecondHasRoomForGoOnInTheNext) {
    UlidGenerator generator(3);
    Id128 last = generator.next(kSomeMs);
    for (int i = 1; i < 140'000; ++i) {
        const Id128 id = generator.next(kSomeMs);
        ASSERT_LT(last, id) << i;
        last = id;
    }
    EXPECT_EQ(ulid_time_ms(last), kSomeMs + 2);
    EXPECT_LT(last, generator.next(kSomeMs + 1));
}

// Each of the last 44 bits changes about every other time, whatever the other bits do.
TEST(Ids, AUlidCannotBeGuessedFromTheOneBefore) {
    constexpr int kIds = 4000;
    UlidGenerator generator(3);
    std::array<int, 44> changes{}, changes_with_the_lowest{};
    Id128 last = generator.next(kSomeMs);
    for (int i = 0; i < kIds; ++i) {
        const Id128 id = generator.next(kSomeMs + i);
        const auto changed = [&](std::size_t bit) {
            return ((id.bytes[15 - bit / 8] ^ last.bytes[15 - bit / 8]) >> (bit % 8) & 1) != 0;
        };
        for (std::size_t bit = 0; bit < changes.size(); ++bit) {
            changes[bit] += changed(bit) ? 1 : 0;
            changes_with_the_lowest[bit] += changed(bit) == changed(0) ? 1 : 0;
        }
        last = id;
    }
    for (std::size_t bit = 0; bit < changes.size(); ++bit) {
        EXPECT_NEAR(changes[bit], kIds / 2, kIds / 10) << bit;
        if (bit > 0) EXPECT_NEAR(changes_with_the_lowest[bit], kIds / 2, kIds / 10) << bit;
    }
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
