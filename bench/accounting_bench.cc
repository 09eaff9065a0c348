// What the money of a request costs: finding the key, hold and settle, the slot, the journal.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "accounting/accounts/directory_builder.h"
#include "accounting/ledger/usage_record.h"
#include "store/journal.h"
#include "store/slot_file.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;

// `count` keys of one organization; their texts are "key-<number>".
std::shared_ptr<const Directory> directory_of(std::int64_t count) {
    DirectoryBuilder builder;
    Organization organization;
    organization.id = make_uuid7(kNow);
    builder.put(organization);
    Project project;
    project.id = make_uuid7(kNow);
    project.organization = organization.id;
    builder.put(project);
    for (std::int64_t i = 0; i < count; ++i) {
        KeyRecord key;
        key.digest = digest_key("key-" + std::to_string(i));
        key.organization = organization.id;
        key.project = project.id;
        builder.put(std::move(key));
    }
    return std::move(builder).build();
}

void key_lookup(benchmark::State& state) {
    const auto directory = directory_of(state.range(0));
    std::vector<std::string> texts;
    texts.reserve(1024);
    for (std::int64_t i = 0; i < 1024; ++i) texts.push_back("key-" + std::to_string(i * 7919 % state.range(0)));
    std::size_t next = 0;
    for (auto _ : state) {
        const KeyRecord* const key = directory->find_key(digest_key(texts[next++ % texts.size()]));
        if (key == nullptr) state.SkipWithError("a key is missing");
        benchmark::DoNotOptimize(key);
    }
}
BENCHMARK(key_lookup)->Arg(10)->Arg(100'000)->Arg(1'000'000);

void hold_and_settle(benchmark::State& state) {
    OrganizationCredit organization{Id128{}};
    Spender project{LimitScope::project}, member{LimitScope::member}, key{LimitScope::key};
    const Spenders spenders{&project, &member, &key};
    organization.grant({kNanoPerUsd * 1'000'000});
    Limits limits;
    limits.budget = NanoUsd{kNanoPerUsd * 1'000'000};
    limits.reset = LimitReset::daily;
    limits.requests_per_minute = limits.tokens_per_minute = kMostPerMinute;
    if (state.range(0) != 0) organization.set_limits(key, limits);
    Demand demand{.amount = {1000}, .tokens = 100, .unix_ms = kNow, .monotonic_ms = kNow};
    Settlement settlement{.held = {1000}, .cost = {1}, .held_tokens = 100, .tokens = 50, .unix_ms = kNow};
    for (auto _ : state) {
        benchmark::DoNotOptimize(organization.hold(spenders, demand));
        benchmark::DoNotOptimize(organization.settle(spenders, settlement));
    }
}
BENCHMARK(hold_and_settle)->Arg(0)->Arg(1);  // without limits, with all of a key

void cost(benchmark::State& state) {
    const Prices prices{.prompt = 150'000, .completion = 600'000, .cache_read = 75'000, .cache_write = 150'000};
    TokenUsage usage{.prompt = 1000, .completion = 200, .cache_read = 500};
    for (auto _ : state) {
        benchmark::DoNotOptimize(usage);
        benchmark::DoNotOptimize(cost_of(usage, prices));
    }
}
BENCHMARK(cost);

struct Records {
    std::array<std::byte, kSlotOpenBytes> open;
    std::array<std::byte, kSlotSettlementBytes> settlement;
    std::size_t open_bytes = 0, settlement_bytes = 0;

    void encode_both() {
        RequestOpened opened;
        opened.created_ms = kNow;
        opened.model_asked = "openai/gpt-4o-mini";
        opened.candidates.add({.model = opened.model_asked, .provider = "openai"});
        opened.hold = {1000};
        open_bytes = encode(opened, open);
        RequestSettled settled;
        settled.settled_ms = kNow;
        settled.usage = {.prompt = 1000, .completion = 200};
        settled.cost = settled.charged = {270};
        settled.source = UsageSource::provider;
        settled.finish_reason = "stop";
        settled.upstream_id = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012";
        settlement_bytes = encode(settled, settlement);
    }
    auto open_view() const { return std::span(open).first(open_bytes); }
    auto settlement_view() const { return std::span(settlement).first(settlement_bytes); }
};

void slot_of_a_request(benchmark::State& state) {
    const TemporaryDirectory folder;
    auto slots = SlotFile::open({.path = folder.file("slots"), .slots = 1024, .workers = 1, .boot_epoch = 1});
    if (!slots) return state.SkipWithError("no slot file");
    (*slots)->finish_recovery();
    Records records;
    std::uint64_t block = 0;
    for (auto _ : state) {
        const auto slot = (*slots)->acquire(0);
        if (!slot) return state.SkipWithError("no free slot");
        records.encode_both();
        (*slots)->publish_open(*slot, records.open_view());
        (*slots)->publish_settled(0, *slot, records.settlement_view());
        std::array<SlotIndex, 1> taken;
        (*slots)->take_settled(taken);
        (*slots)->mark_taken(taken[0], ++block);
        (*slots)->release_committed(taken[0]);
    }
}
BENCHMARK(slot_of_a_request);

// One usage row and one money entry; a block is sealed (hashed) every 256.
void journal_record(benchmark::State& state) {
    Records records;
    records.encode_both();
    MoneyBlockBuilder money;
    UsageBlockBuilder usage;
    std::uint64_t number = 0;
    for (auto _ : state) {
        money.add(records.settlement_view().first(96));
        usage.add(records.open_view(), records.settlement_view());
        if (usage.rows() < 256) continue;
        const FinishedBlock usage_block = usage.finish(++number);
        benchmark::DoNotOptimize(
            money.finish({.number = number, .commit_ms = kNow, .usage = usage_block.hash}).value.data());
    }
}
BENCHMARK(journal_record);

}  // namespace
}  // namespace tollgate
