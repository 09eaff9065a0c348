#include "store/journal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/key_space.h"

namespace tollgate {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

BlockHash filled(std::uint8_t value) {
    BlockHash hash;
    hash.fill(value);
    return hash;
}

FinishedBlock sample_money_block() {
    MoneyBlockBuilder builder;
    builder.add(bytes("first"));
    builder.add(bytes(""));
    builder.add(bytes("third entry"));
    return builder.finish({.number = 7, .commit_ms = -5, .previous = filled(1), .usage = filled(2)});
}

FinishedBlock sample_usage_block() {
    UsageBlockBuilder builder;
    builder.add(bytes("open one"), bytes("settled one"));
    builder.add(bytes("open two"), bytes(""));
    return builder.finish(7);
}

// A copy on the heap with nothing behind it, so that the address sanitizer sees any over-read.
std::vector<char> exact(std::string_view value) { return {value.begin(), value.end()}; }

std::string_view view(const std::vector<char>& value) { return {value.data(), value.size()}; }

TEST(MoneyBlockTest, ReadsBackWhatWasAdded) {
    const auto finished = sample_money_block();
    auto block = MoneyBlock::read(finished.value, 7);
    ASSERT_TRUE(block) << block.error().message();
    EXPECT_EQ(
        block->header(),
        (MoneyBlockHeader{.number = 7, .commit_ms = -5, .entries = 3, .previous = filled(1), .usage = filled(2)}));
    EXPECT_EQ(block->hash(), finished.hash);
    std::vector<std::string> entries;
    while (const auto entry = block->next()) entries.push_back(text(*entry));
    EXPECT_EQ(entries, (std::vector<std::string>{"first", "", "third entry"}));
    block->rewind();
    EXPECT_EQ(text(block->next().value()), "first");
}

TEST(MoneyBlockTest, BuilderStartsAfreshAfterFinish) {
    MoneyBlockBuilder builder;
    builder.add(bytes("one"));
    (void)builder.finish({.number = 1});
    EXPECT_EQ(builder.entries(), 0u);
    builder.add(bytes("two"));
    const auto second = builder.finish({.number = 2});
    auto block = MoneyBlock::read(second.value, 2);
    ASSERT_TRUE(block);
    EXPECT_EQ(text(block->next().value()), "two");
    EXPECT_FALSE(block->next());
}

TEST(MoneyBlockTest, EmptyBlockIsValid) {
    MoneyBlockBuilder builder;
    const auto finished = builder.finish({.number = 1});
    auto block = MoneyBlock::read(finished.value, 1);
    ASSERT_TRUE(block);
    EXPECT_FALSE(block->next());
}

TEST(MoneyBlockTest, ChainIsCheckedAgainstThePreviousHash) {
    MoneyBlockBuilder builder;
    const auto first = builder.finish({.number = 1});
    const auto second = builder.finish({.number = 2, .previous = first.hash});
    const auto block = MoneyBlock::read(second.value, 2);
    ASSERT_TRUE(block);
    EXPECT_TRUE(block->verify_follows(first.hash).ok());
    EXPECT_EQ(block->verify_follows(second.hash).code(), StatusCode::corrupt);
}

TEST(MoneyBlockTest, BlockUnderAnotherNumberIsCorrupt) {
    const auto finished = sample_money_block();
    const auto block = MoneyBlock::read(finished.value, 8);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code(), StatusCode::corrupt);
    EXPECT_EQ(block.error().message(), "money block 8: its number is 7, expected 8");
}

TEST(MoneyBlockTest, EveryTruncationIsCorrupt) {
    const auto finished = sample_money_block();
    for (std::size_t length = 0; length < finished.value.size(); ++length) {
        const auto cut = exact(finished.value.substr(0, length));
        const auto block = MoneyBlock::read(view(cut), 7);
        ASSERT_FALSE(block) << "length " << length;
        ASSERT_EQ(block.error().code(), StatusCode::corrupt) << "length " << length;
    }
}

TEST(MoneyBlockTest, EveryFlippedByteIsCorrupt) {
    const auto finished = sample_money_block();
    for (std::size_t at = 0; at < finished.value.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            auto flipped = exact(finished.value);
            flipped[at] = static_cast<char>(flipped[at] ^ mask);
            const auto block = MoneyBlock::read(view(flipped), 7);
            ASSERT_FALSE(block) << "byte " << at << " mask " << mask;
            ASSERT_EQ(block.error().code(), StatusCode::corrupt) << "byte " << at;
        }
    }
}

TEST(UsageBlockTest, ReadsBackWhatWasAdded) {
    const auto finished = sample_usage_block();
    auto block = UsageBlock::read(finished.value, 7, finished.hash);
    ASSERT_TRUE(block) << block.error().message();
    EXPECT_EQ(block->rows(), 2u);
    const auto first = block->next();
    ASSERT_TRUE(first);
    EXPECT_EQ(text(first->open), "open one");
    EXPECT_EQ(text(first->settlement), "settled one");
    const auto second = block->next();
    ASSERT_TRUE(second);
    EXPECT_EQ(text(second->open), "open two");
    EXPECT_EQ(text(second->settlement), "");
    EXPECT_FALSE(block->next());
}

TEST(UsageBlockTest, HashOfAnotherBlockIsCorrupt) {
    const auto finished = sample_usage_block();
    const auto block = UsageBlock::read(finished.value, 7, filled(9));
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().message(), "usage block 7: its SHA-256 is not the one in its money block");
}

TEST(UsageBlockTest, NewerVersionIsTooNew) {
    auto finished = sample_usage_block();
    finished.value[5] = kJournalVersion + 1;
    const auto block = UsageBlock::read(finished.value, 7);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code(), StatusCode::too_new);
    EXPECT_EQ(block.error().message(), "usage block 7: format version 2, this program reads 1");
}

TEST(UsageBlockTest, EveryTruncationIsCorruptEvenWithoutTheHash) {
    const auto finished = sample_usage_block();
    for (std::size_t length = 0; length < finished.value.size(); ++length) {
        const auto cut = exact(finished.value.substr(0, length));
        const auto block = UsageBlock::read(view(cut), 7);
        ASSERT_FALSE(block) << "length " << length;
        ASSERT_EQ(block.error().code(), StatusCode::corrupt) << "length " << length;
    }
}

// Without the hash a changed record passes, but nothing may be read beyond the block.
TEST(UsageBlockTest, NoFlippedByteIsReadBeyondTheBlock) {
    const auto finished = sample_usage_block();
    for (std::size_t at = 0; at < finished.value.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            auto flipped = exact(finished.value);
            flipped[at] = static_cast<char>(flipped[at] ^ mask);
            ASSERT_FALSE(UsageBlock::read(view(flipped), 7, finished.hash)) << "byte " << at;
            auto block = UsageBlock::read(view(flipped), 7);
            if (!block) continue;
            std::size_t read = 0;
            while (const auto row = block->next()) read += text(row->open).size() + text(row->settlement).size();
            ASSERT_LE(read, flipped.size()) << "byte " << at;
        }
    }
}

// Rows of one organization: the same ids and names again and again, as in a real block.
std::string repetitive_row(int i) { return "organization, project, key, model, provider, prices " + std::to_string(i); }

TEST(CompressedBlockTest, RowsReadBackFromAFractionOfTheirBytes) {
    UsageBlockBuilder builder;
    for (int i = 0; i < 100; ++i) builder.add(bytes(repetitive_row(i)), bytes("settled " + std::to_string(i)));
    const std::size_t plain_bytes = builder.bytes();
    const auto finished = builder.finish(7);
    EXPECT_LT(finished.value.size(), plain_bytes / 3);
    auto block = UsageBlock::read(finished.value, 7, finished.hash);
    ASSERT_TRUE(block) << block.error().message();
    UsageBlock moved = std::move(*block);
    for (int i = 0; i < 100; ++i) {
        const auto row = moved.next();
        ASSERT_TRUE(row);
        EXPECT_EQ(text(row->open), repetitive_row(i));
        EXPECT_EQ(text(row->settlement), "settled " + std::to_string(i));
    }
    EXPECT_FALSE(moved.next());
}

TEST(CompressedBlockTest, EveryFlippedByteOfAMoneyBlockIsCorrupt) {
    MoneyBlockBuilder builder;
    for (int i = 0; i < 100; ++i) builder.add(bytes(repetitive_row(i)));
    const auto finished = builder.finish({.number = 7});
    ASSERT_TRUE(MoneyBlock::read(finished.value, 7));
    for (std::size_t at = 0; at < finished.value.size(); ++at) {
        auto flipped = exact(finished.value);
        flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
        ASSERT_FALSE(MoneyBlock::read(view(flipped), 7)) << "byte " << at;
    }
}

TEST(CompressedBlockTest, NoFlippedByteIsReadBeyondTheBlockEvenWithoutTheHash) {
    UsageBlockBuilder builder;
    for (int i = 0; i < 100; ++i) builder.add(bytes(repetitive_row(i)), bytes(""));
    const auto finished = builder.finish(7);
    for (std::size_t at = 0; at < finished.value.size(); ++at) {
        auto flipped = exact(finished.value);
        flipped[at] = static_cast<char>(flipped[at] ^ 0x81);
        auto block = UsageBlock::read(view(flipped), 7);
        if (!block) continue;
        std::uint32_t rows = 0;
        while (block->next()) ++rows;
        ASSERT_EQ(rows, block->rows()) << "byte " << at;
    }
}

TEST(BlockIndexTest, ReadsBackAndRefusesEveryOtherLength) {
    BlockIndexEntry entry{.commit_ms = 1'700'000'000'000, .min_request = {}, .max_request = {}, .usage = {}};
    entry.usage.push_back({.retention_class = 0, .day = 20'000, .rows = 12, .hash = {}});
    entry.usage.push_back({.retention_class = 3, .day = 20'000, .rows = 1, .hash = {}});
    entry.usage.back().hash.fill(7);
    entry.min_request.fill(1);
    entry.max_request.fill(0xfe);
    const std::string value = encode(entry);
    const auto decoded = decode_block_index(value, 5);
    ASSERT_TRUE(decoded) << decoded.error().message();
    EXPECT_EQ(*decoded, entry);
    for (std::size_t length = 0; length < value.size(); ++length) {
        const auto cut = exact(value.substr(0, length));
        ASSERT_FALSE(decode_block_index(view(cut), 5)) << length;
    }
    EXPECT_FALSE(decode_block_index(value + "x", 5));
}

TEST(BlockIndexTest, SeveralUsageBlocksAreProvenByOneHash) {
    UsagePart first{.retention_class = 0, .day = 1, .rows = 1, .hash = {}}, second = first;
    first.hash.fill(1);
    second.hash.fill(2);
    EXPECT_EQ(usage_hash({}), BlockHash{});
    EXPECT_EQ(usage_hash(std::array{first}), first.hash);
    EXPECT_NE(usage_hash(std::array{first, second}), usage_hash(std::array{second, first}));
}

TEST(KeySpaceTest, OrganizationUsageKeysSortByClassThenDayThenOrganizationThenPlace) {
    OrganizationUsageKey key{.retention_class = 2, .day = 20'000, .organization = {}, .block = 77, .row = 5};
    key.organization.fill(9);
    EXPECT_EQ(parse_organization_usage_key(organization_usage_key(key)), key);
    OrganizationUsageKey later = key;
    later.row = 6;
    EXPECT_LT(organization_usage_key(key), organization_usage_key(later));
    EXPECT_LT(organization_usage_key(later), usage_day_begin(2, 20'001));
    EXPECT_FALSE(parse_organization_usage_key("short"));
}

TEST(KeySpaceTest, RollupKeysLieInTheirBucket) {
    RollupKey key{.grain = 1, .day = 20'000, .organization = {}, .bucket = 480'001, .dimensions = {}};
    key.organization.fill(9);
    key.dimensions.fill(0xff);
    EXPECT_EQ(parse_rollup_key(rollup_key(key)), key);
    EXPECT_LT(rollup_bucket_begin(1, 20'000, key.organization, 480'001), rollup_key(key));
    EXPECT_GT(rollup_bucket_begin(1, 20'000, key.organization, 480'002), rollup_key(key));
    EXPECT_FALSE(parse_rollup_key(""));
}

TEST(KeySpaceTest, BlockKeysSortByNumber) {
    EXPECT_LT(block_key(255), block_key(256));
    EXPECT_EQ(parse_block_key(block_key(0x0102030405060708)), 0x0102030405060708u);
    EXPECT_FALSE(parse_block_key("short"));
}

TEST(KeySpaceTest, UsageKeysSortByClassThenDayThenBlock) {
    const UsageKey key{.retention_class = 2, .day = 20'000, .block = 77};
    EXPECT_EQ(parse_usage_key(usage_key(key)), key);
    EXPECT_LT(usage_key(key), usage_key({.retention_class = 2, .day = 20'001, .block = 1}));
    EXPECT_LT(usage_key(key), usage_key({.retention_class = 3, .day = 1, .block = 1}));
    EXPECT_LE(usage_day_begin(2, 20'000), usage_key({.retention_class = 2, .day = 20'000, .block = 0}));
    EXPECT_GT(usage_day_begin(2, 20'001), usage_key({.retention_class = 2, .day = 20'000, .block = UINT64_MAX}));
    EXPECT_FALSE(parse_usage_key(usage_day_begin(2, 20'000)));
}

TEST(KeySpaceTest, BalanceKeysTellOrganizationsFromKeys) {
    OrganizationIdBytes organization;
    organization.fill(0x11);
    std::string key(kSpenderKeyBytes, '\x22');
    EXPECT_EQ(parse_organization_balance_key(organization_balance_key(organization)), organization);
    EXPECT_FALSE(is_spender_balance_key(key)) << "no such prefix";
    for (const char prefix :
         {kKeySpenderPrefix, kProjectSpenderPrefix, kMemberSpenderPrefix, kOrganizationSpenderPrefix}) {
        key.front() = prefix;
        EXPECT_TRUE(is_spender_balance_key(key));
        EXPECT_FALSE(is_spender_balance_key(key.substr(1)));
        EXPECT_FALSE(parse_organization_balance_key(key));
    }
    EXPECT_FALSE(is_spender_balance_key(organization_balance_key(organization)));
}

TEST(KeySpaceTest, IdempotencyKeysKeepScopeAndKeyApart) {
    EXPECT_EQ(idempotency_key("grant", "a").size(), 32u);
    EXPECT_EQ(idempotency_key("grant", "a"), idempotency_key("grant", "a"));
    EXPECT_NE(idempotency_key("grant", "a"), idempotency_key("refund", "a"));
    EXPECT_NE(idempotency_key("grant", "sa"), idempotency_key("grants", "a"));
}

TEST(KeySpaceTest, PrefixEndIsTheLeastKeyAboveThePrefix) {
    EXPECT_EQ(prefix_end("org/"), "org0");
    EXPECT_EQ(prefix_end(std::string("a\xff\xff", 3)), "b");
    EXPECT_EQ(prefix_end("\xff"), "");
    EXPECT_EQ(prefix_end(""), "");
}

}  // namespace
}  // namespace tollgate
