#include "accounting/ledger/ledger.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "accounting/ledger/ledger_entry.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;
constexpr std::int64_t kHold = 1000;
constexpr std::uint32_t kLanes = 2;

// Lets a test look at the world the moment before and after each commit.
class WatchedStore : public MemoryStore {
  public:
    using MemoryStore::MemoryStore;
    Status commit(const WriteBatch& batch, Durability durability) override {
        if (before) before();
        Status status = MemoryStore::commit(batch, durability);
        if (after) after();
        return status;
    }
    std::function<void()> before, after;
};

// Slot files under names of their own.
class SlotFiles {
  public:
    std::string next() { return directory_.file(std::to_string(++files_)); }

  private:
    TemporaryDirectory directory_;
    int files_ = 0;
};

// What kill -9 leaves behind.
struct Image {
    MemoryStore::Contents contents;
    std::string slot_file;
};

// A gateway's accounting: store, slot file, credits, ledger.
struct Process {
    SlotFiles& files;
    WatchedStore store;
    std::string slot_path;
    std::unique_ptr<SlotFile> slots;
    CreditTable credits;
    std::unique_ptr<Ledger> ledger;
    Status status;  // of opening the ledger
    std::vector<Image> images;

    explicit Process(SlotFiles& in) : files(in), slot_path(in.next()) { open(1, {}); }
    Process(SlotFiles& in, const Image& image, const LedgerOptions& options = {}, bool watched = false)
        : files(in), store(image.contents), slot_path(image.slot_file) {
        if (watched) store.before = store.after = [this] { images.push_back(image_now()); };
        open(2, options);
    }
    ~Process() { store.before = store.after = nullptr; }

    void open(std::uint64_t boot_epoch, const LedgerOptions& options) {
        auto file = SlotFile::open({.path = slot_path, .slots = 64, .workers = kLanes, .boot_epoch = boot_epoch});
        ASSERT_TRUE(file) << file.error().message();
        slots = std::move(*file);
        auto opened = Ledger::open(store, *slots, credits, options, kNow);
        if (opened) {
            ledger = std::move(*opened);
        } else {
            status = opened.error();
        }
    }
    Image image_now() {
        Image image{store.contents(), files.next()};
        std::filesystem::copy_file(slot_path, image.slot_file);
        return image;
    }
    NanoUsd balance(const Id128& organization) { return credits.organization(organization).snapshot().balance(); }
};

PricedCandidates candidates_of(std::initializer_list<PricedCandidate> list) {
    PricedCandidates candidates;
    for (const PricedCandidate& one : list) EXPECT_TRUE(candidates.add(one));
    return candidates;
}

PricedCandidate candidate(std::string_view provider, const Prices& prices, std::int64_t counted_prompt = 10) {
    return {.model = "sample/echo", .provider = provider, .prices = {prices, prices}, .counted_prompt = counted_prompt};
}

class LedgerTest : public testing::Test {
  public:
    SlotFiles files;
    Id128 organization = make_uuid7(kNow);
    KeyDigest key = digest_key("key");
    // Of the requests begun next.
    std::uint8_t retention_class = 0;
    PricedCandidates candidates = candidates_of({candidate("sample", {.prompt = 1000, .completion = 2000})});
    UlidGenerator ids{1};

    void give(Process& process, std::int64_t amount) {
        const auto granted = process.ledger->grant({.organization = organization, .amount = {amount}}, kNow);
        ASSERT_TRUE(granted) << granted.error().message();
    }

    struct Running {
        Id128 id;
        std::uint32_t lane;
        SlotIndex slot;
    };
    Running begin(Process& process, std::uint32_t lane = 0) {
        RequestOpened opened;
        opened.request = ids.next(kNow);
        opened.organization = organization;
        opened.key = key;
        opened.created_ms = kNow;
        opened.candidates = candidates;
        opened.hold = {kHold};
        opened.retention_class = retention_class;
        auto& credit = process.credits.organization(organization);
        Demand demand;
        demand.amount = {kHold};
        demand.unix_ms = kNow;
        EXPECT_FALSE(credit.hold({nullptr, nullptr, &process.credits.key(organization, key)}, demand).refusal);
        const auto slot = process.slots->acquire(lane);
        std::array<std::byte, kSlotOpenBytes> bytes;
        process.slots->publish_open(*slot, std::span(bytes).first(encode(opened, bytes)));
        return {opened.request, lane, *slot};
    }
    void settle(Process& process, const Running& running, std::int64_t cost) {
        auto& credit = process.credits.organization(organization);
        Settlement settlement;
        settlement.held = {kHold};
        settlement.cost = {cost};
        settlement.unix_ms = kNow;
        const Charge charge = credit.settle({nullptr, nullptr, &process.credits.key(organization, key)}, settlement);
        RequestSettled settled;
        settled.settled_ms = kNow + 5;
        settled.cost = {cost};
        settled.charged = charge.charged;
        settled.overrun = charge.overrun;
        settled.provider_cost = {cost / 2};
        settled.finish_reason = "stop";
        std::array<std::byte, kSlotSettlementBytes> bytes;
        process.slots->publish_settled(running.lane, running.slot, std::span(bytes).first(encode(settled, bytes)));
    }
    Id128 request(Process& process, std::int64_t cost, std::uint32_t lane = 0) {
        const Running running = begin(process, lane);
        settle(process, running, cost);
        return running.id;
    }

    // How often each request is in the journal, with what it was charged.
    static std::multimap<Id128, std::int64_t> journaled(Process& process) {
        std::multimap<Id128, std::int64_t> found;
        const Status status = process.ledger->for_each_request([&](const StoredRequest& stored) {
            found.emplace(stored.opened().request, stored.settled().charged.value);
            return true;
        });
        EXPECT_TRUE(status.ok()) << status.message();
        return found;
    }
};

TEST_F(LedgerTest, GrantIsInCreditsWhenItReturnsAndAfterARestart) {
    Process process(files);
    give(process, 5000);
    EXPECT_EQ(process.balance(organization).value, 5000);
    Process next(files, process.image_now());
    EXPECT_EQ(next.balance(organization).value, 5000);
}

TEST_F(LedgerTest, EachRetentionClassOfACommitGroupHasItsOwnUsageBlock) {
    Process process(files);
    give(process, 5000);
    const Id128 kept = request(process, 100);
    retention_class = 2;
    const Id128 shorter = request(process, 200);
    ASSERT_TRUE(process.ledger->find_request(kept));
    ASSERT_TRUE(process.ledger->find_request(shorter));
    const auto usage = process.store.contents()[static_cast<std::size_t>(Family::usage)];
    ASSERT_EQ(usage.size(), 2u);
    const auto [first, second] =
        std::pair(parse_usage_key(usage.begin()->first), parse_usage_key(usage.rbegin()->first));
    EXPECT_EQ(first->block, second->block);
    EXPECT_EQ(first->retention_class, 0);
    EXPECT_EQ(second->retention_class, 2);

    // One class is dropped at the end of its retention: the other's rows stay, and the ledger opens.
    Image image = process.image_now();
    image.contents[static_cast<std::size_t>(Family::usage)].erase(usage.rbegin()->first);
    image.contents[static_cast<std::size_t>(Family::system)][retained_from_day_key(2)] = encode_u64(second->day + 1);
    Process next(files, image);
    ASSERT_TRUE(next.ledger) << next.status.message();
    EXPECT_TRUE(next.ledger->find_request(kept));
    EXPECT_EQ(next.ledger->find_request(shorter).error().code(), StatusCode::expired);
    EXPECT_EQ(journaled(next).size(), 1u);
    EXPECT_EQ(next.balance(organization).value, 4700);
}

TEST_F(LedgerTest, RepeatedIdempotencyKeyAnswersTheFirstGrant) {
    Process process(files);
    process.ledger->start();
    const Grant grant{.organization = organization, .amount = {5000}, .idempotency_key = "payment-1", .note = "hello"};
    const auto first = process.ledger->grant(grant, kNow);
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->repeated);
    Process next(files, process.image_now());
    const auto second = next.ledger->grant(grant, kNow + 1);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->repeated);
    EXPECT_EQ(second->transaction, first->transaction);
    EXPECT_EQ(next.balance(organization).value, 5000);
}

TEST_F(LedgerTest, IdempotencyKeyWithAnotherAmountIsRefused) {
    Process process(files);
    ASSERT_TRUE(process.ledger->grant({organization, {5000}, "payment-1", ""}, kNow));
    const auto other = process.ledger->grant({organization, {5001}, "payment-1", ""}, kNow);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code(), StatusCode::already_exists);
    EXPECT_EQ(process.balance(organization).value, 5000);
}

TEST_F(LedgerTest, IdempotencyKeysOfTwoOrganizationsAreApart) {
    Process process(files);
    const Id128 other = make_uuid7(kNow);
    ASSERT_TRUE(process.ledger->grant({organization, {5000}, "payment-1", ""}, kNow));
    ASSERT_TRUE(process.ledger->grant({other, {6000}, "payment-1", ""}, kNow));
    EXPECT_EQ(process.balance(other).value, 6000);
}

TEST_F(LedgerTest, GrantThatIsNotAboveZeroOrOutOfRangeIsRefused) {
    Process process(files);
    EXPECT_EQ(process.ledger->grant({organization, {0}, "", ""}, kNow).error().code(), StatusCode::invalid);
    EXPECT_EQ(process.ledger->grant({organization, {-1}, "", ""}, kNow).error().code(), StatusCode::invalid);
    const auto above = process.ledger->grant({organization, kMostAmount + NanoUsd{1}, "", ""}, kNow);
    EXPECT_EQ(above.error().code(), StatusCode::invalid);
    EXPECT_NE(above.error().message().find("1000000000 USD"), std::string::npos) << above.error().message();
    EXPECT_TRUE(process.ledger->accepting());
}

TEST_F(LedgerTest, AnOrganizationIsGivenNoMoreThanTheMostCredit) {
    Process process(files);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(process.ledger->grant({organization, kMostAmount, "", ""}, kNow));
    ASSERT_EQ(process.balance(organization), kMostCredit);
    const auto above = process.ledger->grant({organization, {1}, "", ""}, kNow);
    EXPECT_EQ(above.error().code(), StatusCode::full);
    EXPECT_NE(above.error().message().find("4000000000 USD"), std::string::npos) << above.error().message();
    EXPECT_TRUE(process.ledger->accepting());
}

TEST_F(LedgerTest, BalanceIsGrantedLessChargedOverTwoLanes) {
    Process process(files);
    process.ledger->start();
    give(process, 100'000);
    std::int64_t charged = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
        request(process, 10 + i, i % kLanes);
        charged += 10 + i;
    }
    process.ledger->stop();
    EXPECT_EQ(process.slots->in_use(), 0u);
    EXPECT_EQ(process.ledger->counters().entries, 41u);
    std::int64_t sum = 0;
    for (const auto& [id, amount] : journaled(process)) sum += amount;
    EXPECT_EQ(sum, charged);
    EXPECT_EQ(process.balance(organization).value, 100'000 - charged);
    Process next(files, process.image_now());
    EXPECT_EQ(next.balance(organization).value, 100'000 - charged);
}

TEST_F(LedgerTest, RequestIsFoundAtOnceAfterItsSettlement) {
    Process source(files);
    // So long an interval that only the look-up itself can bring the request into the journal.
    Process process(files, source.image_now(), {.commit_interval_ms = 3'600'000});
    process.ledger->start();
    give(process, 10'000);
    const Id128 first = request(process, 70, 0);
    const Id128 second = request(process, 80, 1);
    const auto found = process.ledger->find_request(second);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->settled().cost.value, 80);
    EXPECT_EQ(found->answered().model, "sample/echo");
    const StoredRequest copy = *process.ledger->find_request(first);
    EXPECT_EQ(copy.settled().finish_reason, "stop");
}

TEST_F(LedgerTest, RequestsAreFoundInOldBlocksWhateverTheClockDid) {
    Process source(files);
    std::int64_t clock = kNow + 1000;
    Process process(files, source.image_now(), {.clock_ms = [&] { return clock; }});
    give(process, 100'000);
    const Running slow = begin(process);
    std::vector<Id128> known;
    for (int i = 0; i < 10; ++i) {
        known.push_back(request(process, i));
        EXPECT_TRUE(process.ledger->find_request(known.back()));  // flushes: a block each
        clock += i % 2 == 0 ? 1000 : -100'000;
    }
    settle(process, slow, 77);
    known.push_back(slow.id);
    EXPECT_EQ(process.ledger->counters().blocks, 11u);
    for (const Id128& id : known) EXPECT_TRUE(process.ledger->find_request(id));
}

TEST_F(LedgerTest, UnknownRequestIsNotFound) {
    Process process(files);
    EXPECT_EQ(process.ledger->find_request(ids.next(kNow)).error().code(), StatusCode::not_found);
    give(process, 10'000);
    request(process, 5);
    for (const std::int64_t at : {std::int64_t{0}, kNow, kNow * 2}) {
        EXPECT_EQ(process.ledger->find_request(UlidGenerator(7).next(at)).error().code(), StatusCode::not_found);
    }
}

TEST_F(LedgerTest, RequestThatMovedNoMoneyHasARowAndNoEntry) {
    Process process(files);
    give(process, 10'000);
    const Id128 id = request(process, 0);
    EXPECT_TRUE(process.ledger->find_request(id));
    const std::string value = *process.store.get(Family::money, block_key(2));
    const auto block = MoneyBlock::read(value, 2);
    ASSERT_TRUE(block);
    EXPECT_EQ(block->header().entries, 0u);
    EXPECT_NE(block->header().usage, BlockHash{});
}

TEST_F(LedgerTest, SettledSlotsThatTheJournalLacksAreAppendedAtStart) {
    Process process(files);
    give(process, 10'000);
    const Id128 first = request(process, 300), second = request(process, 400, 1);
    Process next(files, process.image_now());
    EXPECT_EQ(next.ledger->counters().recovered_settled, 2u);
    EXPECT_EQ(journaled(next), (std::multimap<Id128, std::int64_t>{{first, 300}, {second, 400}}));
    EXPECT_EQ(next.balance(organization).value, 9300);
    EXPECT_EQ(next.slots->in_use(), 0u);
    EXPECT_EQ(next.credits.key(organization, key).spent.total.value, 700);
}

TEST_F(LedgerTest, OpenSlotIsChargedForItsProgressUpToItsHold) {
    Process process(files);
    give(process, 10'000);
    const Running some = begin(process), much = begin(process), none = begin(process);
    process.slots->publish_progress(some.slot, 20);
    process.slots->publish_progress(much.slot, 1'000'000);
    Process next(files, process.image_now());
    EXPECT_EQ(next.ledger->counters().recovered_open, 3u);
    const auto charged = next.ledger->find_request(some.id);
    ASSERT_TRUE(charged);
    EXPECT_EQ(charged->settled().cost.value, 10 * 1 + 20 * 2);
    EXPECT_EQ(charged->settled().source, UsageSource::counted);
    EXPECT_EQ(charged->settled().error, "gateway_restarted");
    EXPECT_EQ(next.ledger->find_request(much.id)->settled().cost.value, kHold);
    EXPECT_EQ(next.ledger->find_request(none.id)->settled().cost.value, 0);
    EXPECT_EQ(next.ledger->find_request(none.id)->settled().error, "gateway_restarted");
    EXPECT_EQ(next.balance(organization).value, 10'000 - 50 - kHold);
}

TEST_F(LedgerTest, OpenSlotIsChargedUpToTheHoldAsItHadGrown) {
    Process process(files);
    give(process, 10'000);
    const Running running = begin(process);
    process.slots->publish_hold(running.slot, 3 * kHold);
    process.slots->publish_progress(running.slot, 1'000'000);
    Process next(files, process.image_now());
    EXPECT_EQ(next.ledger->find_request(running.id)->settled().charged.value, 3 * kHold);
}

TEST_F(LedgerTest, OpenSlotIsChargedByTheCandidateInUse) {
    Process process(files);
    give(process, 10'000);
    candidates = candidates_of({candidate("first", {.prompt = 1000, .completion = 2000}),
                                candidate("second", {.prompt = 3000, .completion = 5000}, 12)});
    const Running stayed = begin(process), moved = begin(process), silent = begin(process), mad = begin(process);
    for (const Running& running : {stayed, moved, silent, mad}) process.slots->publish_progress(running.slot, 20);
    process.slots->publish_candidate(moved.slot, 1);
    process.slots->publish_progress(moved.slot, 30);
    process.slots->publish_candidate(silent.slot, 1);
    process.slots->publish_candidate(mad.slot, 2);  // as a slot may say after a power cut
    process.slots->publish_progress(mad.slot, 30);
    Process next(files, process.image_now());
    const auto check = [&](const Running& running, std::string_view provider, std::int64_t cost) {
        const auto found = next.ledger->find_request(running.id);
        ASSERT_TRUE(found) << found.error().message();
        EXPECT_EQ(found->answered().provider, provider);
        EXPECT_EQ(found->settled().cost.value, cost) << provider;
        EXPECT_EQ(found->settled().provider_cost.value, cost) << provider;
    };
    check(stayed, "first", 10 * 1 + 20 * 2);
    check(moved, "second", 12 * 3 + 30 * 5);
    check(silent, "second", 0);
    check(mad, "first", 0);
}

TEST_F(LedgerTest, OpenSlotSaysWhetherAnOwnKeyWasInUse) {
    Process process(files);
    give(process, 10'000);
    PricedCandidate own = candidate("own", {.prompt = 1000, .completion = 2000});
    own.prices.customer = {};
    own.own_key = true;
    candidates = candidates_of({own, candidate("operators", {.prompt = 3000, .completion = 5000}, 12)});
    const Running stayed = begin(process), moved = begin(process);
    for (const Running& running : {stayed, moved}) process.slots->publish_progress(running.slot, 20);
    process.slots->publish_candidate(moved.slot, 1);
    process.slots->publish_progress(moved.slot, 30);
    Process next(files, process.image_now());
    const auto by_own = next.ledger->find_request(stayed.id), by_operators = next.ledger->find_request(moved.id);
    ASSERT_TRUE(by_own && by_operators);
    EXPECT_TRUE(by_own->settled().byok);
    EXPECT_EQ(by_own->settled().charged.value, 0);
    EXPECT_EQ(by_own->settled().provider_cost.value, 10 * 1 + 20 * 2);
    EXPECT_FALSE(by_operators->settled().byok);
    EXPECT_EQ(by_operators->settled().charged.value, 12 * 3 + 30 * 5);
}

TEST_F(LedgerTest, OpenSlotIsFreeWhereOrphansAreAndItsUsageIsKnown) {
    Process process(files);
    give(process, 10'000);
    const Running running = begin(process);
    process.slots->publish_progress(running.slot, 20);
    LedgerOptions options;
    options.orphans = OrphanPolicy::free;
    Process next(files, process.image_now(), options);
    const auto found = next.ledger->find_request(running.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->settled().cost.value, 0);
    EXPECT_EQ(found->settled().usage.completion, 20);
    EXPECT_EQ(found->settled().provider_cost.value, 10 * 1 + 20 * 2);
    EXPECT_EQ(next.balance(organization).value, 10'000);
}

TEST_F(LedgerTest, CrashAroundACommitNeitherLosesNorRepeatsARequest) {
    Process process(files);
    give(process, 10'000);
    const Id128 first = request(process, 300), second = request(process, 400, 1);
    process.store.before = process.store.after = [&] { process.images.push_back(process.image_now()); };
    EXPECT_TRUE(process.ledger->find_request(first));
    ASSERT_EQ(process.images.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        Process next(files, process.images[i]);
        EXPECT_EQ(next.ledger->counters().recovered_settled, i == 0 ? 2u : 0u);
        EXPECT_EQ(journaled(next), (std::multimap<Id128, std::int64_t>{{first, 300}, {second, 400}}));
        EXPECT_EQ(next.balance(organization).value, 9300);
    }
}

// After a power cut the disk may have a slot's page from before its block took it.
TEST_F(LedgerTest, RequestIsNotBookedAgainWhenItsSlotIsOlderThanItsBlock) {
    Process process(files);
    give(process, 10'000);
    const Running running = begin(process);
    process.slots->publish_progress(running.slot, 20);
    const std::string open = process.image_now().slot_file;
    settle(process, running, 300);
    const std::string settled = process.image_now().slot_file;
    EXPECT_TRUE(process.ledger->find_request(running.id));
    for (const std::string& older : {open, settled}) {
        Process next(files, Image{process.store.contents(), older});
        EXPECT_EQ(journaled(next), (std::multimap<Id128, std::int64_t>{{running.id, 300}}));
        EXPECT_EQ(next.balance(organization).value, 9700);
    }
}

TEST_F(LedgerTest, CrashAtAnyCommitOfRecoveryEndsTheSame) {
    Process process(files);
    give(process, 10'000);
    std::multimap<Id128, std::int64_t> expected;
    for (int i = 1; i <= 5; ++i) expected.emplace(request(process, 100 * i), 100 * i);
    for (int i = 1; i <= 3; ++i) {
        const Running open = begin(process);
        process.slots->publish_progress(open.slot, 20);
        expected.emplace(open.id, 50);
    }
    const LedgerOptions small_blocks{.max_entries_per_block = 3};
    Process recovering(files, process.image_now(), small_blocks, true);
    ASSERT_EQ(recovering.images.size(), 8u);  // before and after three blocks and the checkpoint
    for (const Image& image : recovering.images) {
        Process next(files, image, small_blocks);
        ASSERT_TRUE(next.ledger) << next.status.message();
        EXPECT_EQ(journaled(next), expected);
        EXPECT_EQ(next.balance(organization).value, 10'000 - 1500 - 150);
    }
}

TEST_F(LedgerTest, CheckpointAndFullReplayGiveTheSameBalances) {
    Process process(files);
    process.ledger->start();
    give(process, 50'000);
    for (int i = 0; i < 20; ++i) request(process, 11 * i, static_cast<std::uint32_t>(i) % kLanes);
    process.ledger->stop();
    ASSERT_TRUE(process.store.get(Family::system, kCheckpointBlockKey));
    give(process, 1000);  // above the checkpoint
    Image image = process.image_now();
    Process with(files, image);
    image = process.image_now();
    image.contents[static_cast<std::size_t>(Family::balances)].clear();
    image.contents[static_cast<std::size_t>(Family::system)].erase(std::string(kCheckpointBlockKey));
    Process without(files, image);
    for (Process* next : {&with, &without}) {
        EXPECT_EQ(next->balance(organization), process.balance(organization));
        EXPECT_EQ(next->credits.organization(organization).snapshot().granted.value, 51'000);
        const SpendWindows& spent = next->credits.key(organization, key).spent;
        EXPECT_EQ(spent.total, process.credits.key(organization, key).spent.total);
        EXPECT_EQ(spent.recent.back().last.charged, spent.total);
        EXPECT_EQ(spent, process.credits.key(organization, key).spent);
    }
}

TEST_F(LedgerTest, BrokenChainIsCorrupt) {
    Process process(files);
    for (int i = 0; i < 3; ++i) give(process, 100);
    Image forged = process.image_now();
    MoneyBlockBuilder builder;
    std::array<std::byte, kLedgerEntryBytes> bytes;
    builder.add(std::span(bytes).first(encode(grant_entry(ids.next(kNow), organization, {900}, kNow), bytes)));
    auto& money = forged.contents[static_cast<std::size_t>(Family::money)];
    const auto original = MoneyBlock::read(money[block_key(2)], 2);
    money[block_key(2)] = builder.finish(original->header()).value;  // valid alone; the next block gives it away
    EXPECT_EQ(Process(files, forged).status.code(), StatusCode::corrupt);

    Image flipped = process.image_now();
    flipped.contents[static_cast<std::size_t>(Family::money)][block_key(2)][120] ^= 1;
    EXPECT_EQ(Process(files, flipped).status.code(), StatusCode::corrupt);

    Image missing = process.image_now();
    missing.contents[static_cast<std::size_t>(Family::money)].erase(block_key(2));
    EXPECT_EQ(Process(files, missing).status.code(), StatusCode::corrupt);
}

TEST_F(LedgerTest, FailedCommitStopsAdmissionAndLosesNothing) {
    Process process(files);
    give(process, 10'000);
    const Id128 id = request(process, 300);
    process.store.fail_after(0);
    EXPECT_FALSE(process.ledger->find_request(id));
    EXPECT_FALSE(process.ledger->accepting());
    EXPECT_EQ(process.ledger->counters().failures, 1u);
    EXPECT_EQ(process.ledger->grant({organization, {1}, "", ""}, kNow).error().code(), StatusCode::read_only);
    EXPECT_EQ(process.slots->in_use(), 1u);
    Process next(files, process.image_now());
    EXPECT_EQ(journaled(next), (std::multimap<Id128, std::int64_t>{{id, 300}}));
}

TEST_F(LedgerTest, FailedBatchIsWrittenAgainOnceAndAdmissionOpens) {
    for (const bool stored :
         {false, true}) {  // whether the batch whose answer was an error had been stored all the same
        Process process(files);
        give(process, 10'000);
        const Id128 first = request(process, 300);
        if (stored) {
            process.store.fail_after_storing(0);
        } else {
            process.store.fail_after(0);
        }
        EXPECT_EQ(process.ledger->find_request(first).error().code(), StatusCode::read_only);
        const Id128 second = request(process, 50);  // settles meanwhile
        EXPECT_EQ(process.slots->in_use(), 2u);
        process.ledger->stop();  // one more attempt
        EXPECT_TRUE(process.ledger->accepting());
        EXPECT_EQ(process.ledger->counters().resumes, 1u);
        EXPECT_EQ(process.slots->in_use(), 0u);
        const std::multimap<Id128, std::int64_t> both{{first, 300}, {second, 50}};
        EXPECT_EQ(journaled(process), both);
        Process next(files, process.image_now());
        EXPECT_EQ(journaled(next), both);
        EXPECT_EQ(next.balance(organization), NanoUsd{9650});
    }
}

TEST_F(LedgerTest, WriterTriesAgainUntilTheCauseIsGoneAndSaysSo) {
    Process source(files);
    std::mutex mutex;
    std::vector<std::string> lines;
    const LedgerOptions options{.retry_interval_ms = 5, .report = [&](const std::string& line) {
                                    const std::lock_guard lock(mutex);
                                    lines.push_back(line);
                                }};
    Process process(files, source.image_now(), options);
    give(process, 1000);
    process.ledger->start();
    process.store.set_broken(true);
    process.store.fail_after(0);
    const Id128 id = request(process, 10);
    const auto wait_until = [](const auto& condition) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        return condition();
    };
    ASSERT_TRUE(wait_until([&] { return process.store.resumes() >= 3; }));
    EXPECT_FALSE(process.ledger->accepting());
    EXPECT_EQ(process.ledger->why_read_only(), "still broken on the test's demand");
    process.store.set_broken(false);
    ASSERT_TRUE(wait_until([&] { return process.ledger->accepting(); }));
    EXPECT_TRUE(process.ledger->find_request(id));
    process.ledger->stop();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_THAT(lines[0], testing::HasSubstr("read-only: write failed on the test's demand"));
    EXPECT_THAT(lines[1], testing::HasSubstr("written again after"));
}

TEST_F(LedgerTest, AtDiskASettlementThatIsWaitedForIsCommittedAtOnceAndItsLaneHearsOfIt) {
    Process source(files);
    give(source, 10'000);
    // The writer's own interval would be a minute: only wake() makes it write.
    Process process(files, source.image_now(), {.durability = Durability::disk, .commit_interval_ms = 60'000});
    std::atomic<int> heard{0};
    process.ledger->start([&] {
        heard.fetch_add(1);
        heard.notify_one();
    });
    for (int i = 1; i <= 20; ++i) {
        const int before = heard.load();
        const Running running = begin(process, 1);
        EXPECT_LT(process.slots->committed(1), static_cast<std::uint64_t>(i));
        settle(process, running, 10);
        process.ledger->wake();
        heard.wait(before);
        EXPECT_EQ(process.slots->committed(1), static_cast<std::uint64_t>(i));
    }
    process.ledger->stop();
    EXPECT_EQ(heard.load(), 20);
}

TEST_F(LedgerTest, AWorkerShortOfSlotsWakesTheWriterAtDurabilityProcessToo) {
    Process source(files);
    give(source, 10'000);
    Process process(files, source.image_now(), {.durability = Durability::process, .commit_interval_ms = 60'000});
    std::atomic<int> heard{0};
    process.ledger->start([&] {
        heard.fetch_add(1);
        heard.notify_one();
    });
    for (int i = 0; i < 20; ++i) {
        settle(process, begin(process, 1), 10);
        process.ledger->wake();
        heard.wait(i);
        EXPECT_EQ(heard.load(), i + 1);
    }
    process.ledger->stop();
}

TEST_F(LedgerTest, GrantWhoseCommitFailedIsBookedOnceWhenTheLedgerIsWrittenAgain) {
    Process process(files);
    process.store.fail_after(0);
    const Grant grant{.organization = organization, .amount = {70}, .idempotency_key = "once"};
    EXPECT_EQ(process.ledger->grant(grant, kNow).error().code(), StatusCode::io);
    EXPECT_EQ(process.balance(organization), NanoUsd{});
    process.ledger->stop();
    EXPECT_EQ(process.balance(organization), NanoUsd{70});
    const auto repeated = process.ledger->grant(grant, kNow);
    ASSERT_TRUE(repeated) << repeated.error().message();
    EXPECT_TRUE(repeated->repeated);
    EXPECT_EQ(process.balance(organization), NanoUsd{70});
}

TEST_F(LedgerTest, FailureOfAnotherWriterOfTheStoreIsNoticedAndRepaired) {
    Process source(files);
    Process process(files, source.image_now(), {.retry_interval_ms = 1});
    process.store.fail_after(0);
    WriteBatch batch;
    batch.put(Family::accounts, "key", "value");
    ASSERT_FALSE(process.store.commit(batch, Durability::disk).ok());
    process.ledger->start();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (process.ledger->counters().resumes == 0 && std::chrono::steady_clock::now() < limit)
        std::this_thread::yield();
    EXPECT_FALSE(process.store.read_only());
    give(process, 5);
}

TEST_F(LedgerTest, CheckpointIsWrittenWithABlockWhenItIsDue) {
    Process source(files);
    Process process(files, source.image_now(), {.checkpoint_interval_ms = 0});
    give(process, 100);
    EXPECT_EQ(decode_u64(*process.store.get(Family::system, kCheckpointBlockKey)), 1u);
}

TEST(LedgerEntry, UsageReadsBackWithItsLegs) {
    RequestOpened opened;
    opened.request = UlidGenerator(1).next(kNow);
    opened.organization = make_uuid7(kNow);
    opened.key = digest_key("key");
    opened.candidates.add({.model = "sample/echo", .provider = "sample"});
    RequestSettled settled;
    settled.settled_ms = kNow;
    settled.cost = {100};
    settled.charged = {70};
    settled.overrun = {30};
    settled.provider_cost = {60};
    std::array<std::byte, kLedgerEntryBytes> bytes;
    const std::size_t size = encode(usage_entry({opened, settled}), bytes);
    const auto entry = decode_ledger_entry(std::span(bytes).first(size));
    ASSERT_TRUE(entry) << entry.error().message();
    EXPECT_EQ(entry->kind, EntryKind::usage);
    EXPECT_EQ(entry->event, opened.request);
    EXPECT_EQ(entry->key, opened.key);
    EXPECT_EQ(entry->moved(AccountKind::organization_available, opened.organization).value, -70);
    EXPECT_EQ(entry->moved(AccountKind::platform_overrun, {}).value, -30);
    EXPECT_EQ(entry->moved(AccountKind::platform_revenue, {}).value, 100);
    EXPECT_EQ(entry->moved(AccountKind::provider_payable, provider_account("sample")).value, 60);
    for (std::size_t shorter = 0; shorter < size; ++shorter) {
        EXPECT_FALSE(decode_ledger_entry(std::span(bytes).first(shorter))) << shorter;
    }
}

TEST(LedgerEntry, LegsThatDoNotSumToZeroAreCorrupt) {
    std::array<std::byte, kLedgerEntryBytes> bytes;
    const std::size_t size = encode(grant_entry(UlidGenerator(1).next(kNow), make_uuid7(kNow), {5}, kNow), bytes);
    bytes[size - 8] ^= std::byte{2};  // the last leg's amount
    EXPECT_EQ(decode_ledger_entry(std::span(bytes).first(size)).error().code(), StatusCode::corrupt);
}

TEST(LedgerEntryDeathTest, EncodingLegsThatDoNotSumToZeroAborts) {
    LedgerEntry entry;
    entry.add_leg(AccountKind::organization_available, make_uuid7(kNow), {5});
    entry.add_leg(AccountKind::platform_grants, {}, {-4});
    std::array<std::byte, kLedgerEntryBytes> bytes;
    EXPECT_DEATH((void)encode(entry, bytes), "sum to zero");
}

}  // namespace
}  // namespace tollgate
