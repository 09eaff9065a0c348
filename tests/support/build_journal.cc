// Fills a new data directory with requests, their listings and rollups, as a gateway would over a long time, and prints
// the root key: build_journal DATA_DIR REQUESTS [ORGANIZATIONS [FIRST_MS STEP_MS]]. Without a step, 10,000 a second.
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/ledger/ledger.h"
#include "accounting/usage/usage_index.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace {

using namespace tollgate;

constexpr std::int64_t kFirstMs = 1'795'219'200'000;
constexpr std::uint32_t kSlots = 4096;
constexpr std::int64_t kRequestsPerBlock = 250;  // what 10,000 requests/s make in 25 ms
constexpr std::int64_t kCost = 12'345;
constexpr NanoUsd kCredit{1'000'000 * kNanoPerUsd};

int fail(const Status& status) {
    std::fprintf(stderr, "build_journal: %s\n", status.message().c_str());
    return 1;
}

template <class Make>
auto change(Accounts& accounts, std::int64_t now_ms, Make make) -> decltype(make(std::declval<Change&>())) {
    Change change(accounts, Caller{}, "build_journal", now_ms);
    auto made = make(change);
    if (!made) return made;
    if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
    return made;
}

void add_request(SlotFile& slots, const Id128& request, const Id128& organization, std::int64_t now_ms) {
    RequestOpened opened;
    opened.request = request;
    opened.organization = organization;
    opened.created_ms = now_ms;
    constexpr Prices kPrices{.prompt = 150'000, .completion = 600'000};
    opened.model_asked = "test/chat";
    opened.candidates.add({.model = "test/chat", .provider = "sample", .prices = {kPrices, kPrices}});
    opened.hold = {kCost};
    RequestSettled settled;
    settled.settled_ms = now_ms + 700;
    settled.usage = {.prompt = 40 + now_ms % 100, .completion = 10};
    settled.source = UsageSource::provider;
    settled.cost = settled.charged = settled.provider_cost = {kCost};
    settled.http_status = 200;
    settled.finish_reason = "stop";
    settled.upstream_id = "chatcmpl-0123456789abcdef";
    const SlotIndex slot = slots.acquire(0).value();
    std::array<std::byte, kSlotOpenBytes> bytes;
    slots.publish_open(slot, std::span(bytes).first(encode(opened, bytes)));
    slots.publish_settled(0, slot, std::span(bytes).first(encode(settled, bytes)));
}

struct Pace {
    std::int64_t first_ms, step_ms, requests_per_step;
};

int build(const std::string& directory, std::int64_t requests, std::int64_t organization_count, const Pace& pace) {
    auto store = RocksStore::open(directory);
    if (!store) return fail(store.error());
    const auto epoch = (*store)->next_boot_epoch();
    if (!epoch) return fail(epoch.error());
    CreditTable credits;
    auto accounts = Accounts::load(**store, credits);
    if (!accounts) return fail(accounts.error());
    const auto root = change(**accounts, pace.first_ms, [](Change& change) { return create_root_key(change); });
    if (!root) return fail(root.error());
    auto slots =
        SlotFile::open({.path = slot_file_path(directory), .slots = kSlots, .workers = 1, .boot_epoch = *epoch});
    if (!slots) return fail(slots.error());
    std::int64_t now_ms = pace.first_ms;
    LedgerOptions options;
    options.clock_ms = [&now_ms] { return now_ms; };
    auto ledger = Ledger::open(**store, **slots, credits, options, now_ms);
    if (!ledger) return fail(ledger.error());
    std::vector<Id128> organizations;
    for (std::int64_t i = 0; i < organization_count; ++i) {
        const auto organization = change(
            **accounts, now_ms, [](Change& change) { return create_organization(change, {.name = "Organization"}); });
        if (!organization) return fail(organization.error());
        organizations.push_back(*organization);
        const auto granted = (*ledger)->grant({.organization = *organization, .amount = kCredit}, now_ms);
        if (!granted) return fail(granted.error());
    }
    UlidGenerator ids(0);
    for (std::int64_t i = 0; i < requests; ++i) {
        add_request(**slots, ids.next(now_ms), organizations[static_cast<std::size_t>(i % organization_count)], now_ms);
        if ((i + 1) % pace.requests_per_step == 0) {
            now_ms += pace.step_ms;
            (*ledger)->flush();
        }
    }
    (*ledger)->stop();
    if (!(*ledger)->accepting()) return fail(Status(StatusCode::io, (*ledger)->why_read_only()));
    auto index = UsageIndex::open(**store, {});
    if (!index) return fail(index.error());
    if (Status status = (*index)->catch_up(); !status.ok()) return fail(status);
    if (Status status = (*index)->flush(); !status.ok()) return fail(status);
    std::printf("%s\n", root->plaintext.c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::int64_t requests = argc > 2 ? std::atoll(argv[2]) : 0;
    const std::int64_t organizations = argc > 3 ? std::atoll(argv[3]) : 1000;
    Pace pace{.first_ms = kFirstMs, .step_ms = 25, .requests_per_step = kRequestsPerBlock};
    if (argc == 6) pace = {.first_ms = std::atoll(argv[4]), .step_ms = std::atoll(argv[5]), .requests_per_step = 1};
    if (argc < 3 || argc == 5 || argc > 6 || requests < 1 || organizations < 1 || pace.first_ms < 1) {
        std::fprintf(stderr, "usage: build_journal DATA_DIR REQUESTS [ORGANIZATIONS [FIRST_MS STEP_MS]]\n");
        return 2;
    }
    return build(argv[1], requests, organizations, pace);
}
