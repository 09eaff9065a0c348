#include "accounting/verify/ledger_verifier.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "accounting/ledger/ledger.h"
#include "store/key_space.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;
constexpr std::int64_t kHold = 1000;

// A store as a gateway leaves it: two organizations with grants, and blocks of requests, some of which cost nothing.
class LedgerVerifierTest : public testing::Test {
  public:
    void SetUp() override {
        auto slots = SlotFile::open({.path = directory_.file("slots"), .slots = 64});
        ASSERT_TRUE(slots);
        CreditTable credits;
        LedgerOptions options;
        options.clock_ms = [this] { return now_ms_; };
        options.checkpoint_interval_ms = 0;
        auto ledger = Ledger::open(store, **slots, credits, options, kNow);
        ASSERT_TRUE(ledger) << ledger.error().message();
        for (const Id128& organization : organizations) {
            ASSERT_TRUE((*ledger)->grant({organization, NanoUsd{100'000}, "key", "note"}, kNow));
        }
        for (int block = 0; block < 3; ++block) {
            for (int i = 0; i < 4; ++i) request(**slots, organizations[i % 2], i * 100);
            now_ms_ += 1000;
            (*ledger)->stop();  // writes what is settled
        }
    }

    void request(SlotFile& slots, const Id128& organization, std::int64_t cost) {
        RequestOpened opened;
        opened.request = ids_.next(now_ms_);
        opened.organization = organization;
        opened.project = project;
        opened.key = key;
        opened.created_ms = now_ms_;
        opened.retention_class = organization == organizations[0] ? 0 : 1;
        opened.candidates.add({.model = "sample/echo", .provider = "sample"});
        opened.hold = {kHold};
        const auto slot = slots.acquire(0);
        std::array<std::byte, kSlotOpenBytes> bytes;
        slots.publish_open(*slot, std::span(bytes).first(encode(opened, bytes)));
        RequestSettled settled;
        settled.settled_ms = now_ms_ + 5;
        settled.cost = {cost};
        settled.charged = {cost};
        settled.provider_cost = {cost / 2};
        slots.publish_settled(0, *slot, std::span(bytes).first(encode(settled, bytes)));
    }

    // The difference that is found in a copy of the store in which `change` was made.
    std::string difference_after(const std::function<void(MemoryStore&)>& change) {
        MemoryStore damaged(store.contents());
        change(damaged);
        const VerifyReport report = verify_ledger(damaged);
        return report.difference ? to_string(*report.difference) : "";
    }
    // Flips a bit in every byte of every value; the bytes whose change nobody noticed.
    std::vector<std::string> unnoticed_flips(Family family) {
        std::vector<std::string> unnoticed;
        const auto contents = store.contents();
        for (const auto& [key_bytes, value] : contents[static_cast<std::size_t>(family)]) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                std::string flipped = value;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
                const std::string found =
                    difference_after([&](MemoryStore& damaged) { damaged.overwrite(family, key_bytes, flipped); });
                if (found.empty()) unnoticed.push_back(key_bytes.substr(0, 1) + " byte " + std::to_string(i));
            }
        }
        return unnoticed;
    }
    void erase(MemoryStore& from, Family family, const std::string& key_bytes) {
        WriteBatch batch;
        batch.erase(family, key_bytes);
        ASSERT_TRUE(from.commit(batch, Durability::process).ok());
    }

    const std::array<Id128, 2> organizations = {make_uuid7(kNow), make_uuid7(kNow + 1)};
    const Id128 project = make_uuid7(kNow + 2);
    const KeyDigest key = digest_key("key");
    MemoryStore store;

  private:
    TemporaryDirectory directory_;
    UlidGenerator ids_{1};
    std::int64_t now_ms_ = kNow;
};

TEST_F(LedgerVerifierTest, AStoreThatALedgerWroteIsClean) {
    std::vector<std::uint64_t> progress;
    const VerifyReport report =
        verify_ledger(store, [&](std::uint64_t block, std::uint64_t) { progress.push_back(block); });
    ASSERT_FALSE(report.difference) << to_string(*report.difference);
    EXPECT_EQ(report.blocks, 5u);
    EXPECT_EQ(report.usage_blocks, 3u * 2);  // of two retention classes
    EXPECT_EQ(report.requests, 12u);
    EXPECT_EQ(report.entries, 2u + 9u);
    EXPECT_EQ(report.idempotency_records, 2u);
    EXPECT_EQ(report.checkpoint_block, 5u);
    EXPECT_EQ(report.reference.balance(organizations[0]), 100'000 - 3 * 200);
    EXPECT_EQ(report.reference.balance(organizations[1]), 100'000 - 3 * 400);
    EXPECT_EQ(progress, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(LedgerVerifierTest, AnEmptyStoreIsClean) {
    MemoryStore empty;
    EXPECT_FALSE(verify_ledger(empty).difference);
}

TEST_F(LedgerVerifierTest, AFlippedByteOfAMoneyBlockIsFound) {
    EXPECT_EQ(unnoticed_flips(Family::money), std::vector<std::string>{});
}

TEST_F(LedgerVerifierTest, AFlippedByteOfAUsageBlockIsFound) {
    EXPECT_EQ(unnoticed_flips(Family::usage), std::vector<std::string>{});
}

TEST_F(LedgerVerifierTest, AFlippedByteOfTheBlockIndexIsFound) {
    EXPECT_EQ(unnoticed_flips(Family::block_index), std::vector<std::string>{});
}

TEST_F(LedgerVerifierTest, ABalanceThatIsNotTheSumOfItsEntriesIsNamedWithBothFigures) {
    const std::string row = organization_balance_key(organizations[0].bytes);
    std::string value = *store.get(Family::balances, row);
    value[1 + 8] = static_cast<char>(value[1 + 8] ^ 1);  // granted
    const std::string found =
        difference_after([&](MemoryStore& damaged) { damaged.overwrite(Family::balances, row, value); });
    EXPECT_NE(found.find(to_uuid(organizations[0])), std::string::npos) << found;
    EXPECT_NE(found.find("expected 100000, found 100001"), std::string::npos) << found;
}

TEST_F(LedgerVerifierTest, AMissingRowIsFoundInEveryFamily) {
    for (const Family family :
         {Family::money, Family::usage, Family::block_index, Family::balances, Family::idempotency}) {
        const auto contents = store.contents();
        for (const auto& [key_bytes, value] : contents[static_cast<std::size_t>(family)]) {
            if (family == Family::money && key_bytes == block_key(5)) continue;  // see the next test
            EXPECT_NE(difference_after([&](MemoryStore& damaged) { erase(damaged, family, key_bytes); }), "")
                << static_cast<int>(family);
        }
    }
}

TEST_F(LedgerVerifierTest, ALostEndOfTheJournalIsFoundByWhatItLeavesBehind) {
    EXPECT_NE(difference_after([&](MemoryStore& damaged) {
                  erase(damaged, Family::money, block_key(5));
              }).find("true for a block that the journal lacks"),
              std::string::npos);
}

TEST_F(LedgerVerifierTest, AUsageBlockDroppedByRetentionIsExpiredNotDamage) {
    constexpr std::uint32_t kDay = kNow / 86'400'000;
    const std::string row = usage_key({.retention_class = 1, .day = kDay, .block = 4});
    const auto drop = [&](MemoryStore& from) { erase(from, Family::usage, row); };
    EXPECT_NE(difference_after(drop).find("its retention has not ended"), std::string::npos);

    MemoryStore dropped(store.contents());
    drop(dropped);
    dropped.overwrite(Family::system, retained_from_day_key(1), encode_u64(kDay + 1));
    const VerifyReport report = verify_ledger(dropped);
    ASSERT_FALSE(report.difference) << to_string(*report.difference);
    EXPECT_EQ(report.expired_usage_blocks, 1u);
    EXPECT_EQ(report.usage_blocks, 5u);
}

TEST_F(LedgerVerifierTest, ABlockInThePlaceOfAnotherIsFound) {
    const std::string found = difference_after([&](MemoryStore& damaged) {
        damaged.overwrite(Family::money, block_key(4), *store.get(Family::money, block_key(3)));
    });
    EXPECT_NE(found.find("block 4"), std::string::npos) << found;
}

TEST_F(LedgerVerifierTest, ABlockRewrittenWithItsHashBreaksTheChainOfTheNext) {
    const std::string value = *store.get(Family::money, block_key(2));
    auto block = MoneyBlock::read(value, 2);
    ASSERT_TRUE(block);
    const auto granted = decode_ledger_entry(*block->next());
    ASSERT_TRUE(granted);
    LedgerEntry forged = *granted;  // ten times the money, legs in balance
    for (Leg& leg : std::span(forged.legs_room).first(forged.leg_count)) leg.amount.value *= 10;
    MoneyBlockBuilder builder;
    std::array<std::byte, kLedgerEntryBytes> bytes;
    builder.add(std::span(bytes).first(encode(forged, bytes)));
    const std::string rewritten = builder.finish(block->header()).value;
    const std::string found =
        difference_after([&](MemoryStore& damaged) { damaged.overwrite(Family::money, block_key(2), rewritten); });
    EXPECT_NE(found.find("block 3, money block: the chain is broken"), std::string::npos) << found;
}

TEST_F(LedgerVerifierTest, AUsageBlockThatNoMoneyBlockKnowsIsFound) {
    const std::string found = difference_after(
        [&](MemoryStore& damaged) { damaged.overwrite(Family::usage, usage_key({.block = 77}), "anything"); });
    EXPECT_NE(found.find("found 77"), std::string::npos) << found;
}

}  // namespace
}  // namespace tollgate
