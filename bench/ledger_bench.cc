// What accounting costs a request, over all threads: hold, both records, the slot, settlement, and the ledger's writer
// with everything behind it (journal, usage detail, listings and rollups, RocksDB's own threads), on a real store.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/usage/usage_index.h"
#include "store/rocks_store.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kSlots = 16384;
constexpr std::size_t kOrganizations = 64;
constexpr NanoUsd kHold{2'460'000}, kCost{270'000};

std::int64_t unix_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

double cpu_us() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

// A store in a folder of its own, a slot file, a running ledger; one worker's part is play().
class Books {
  public:
    Books() {
        auto store = RocksStore::open(folder_.path().string());
        auto slots = SlotFile::open({.path = folder_.file("slots"), .slots = kSlots, .workers = 1, .boot_epoch = 1});
        if (!store || !slots) return;
        store_ = std::move(*store);
        slots_ = std::move(*slots);
        LedgerOptions options;
        options.commit_interval_ms = 25;  // the gateway's default
        auto ledger = Ledger::open(*store_, *slots_, credits_, options, unix_ms());
        if (!ledger) return;
        for (std::size_t i = 0; i < kOrganizations; ++i) {
            Payer payer;
            payer.organization = make_uuid7(unix_ms());
            payer.project = make_uuid7(unix_ms());
            payer.digest = digest_key("key-" + std::to_string(i));
            payer.credit = &credits_.organization(payer.organization);
            payer.spenders = {.project = &credits_.project(payer.project),
                              .key = &credits_.key(payer.organization, payer.digest)};
            const auto granted =
                (*ledger)->grant({.organization = payer.organization, .amount = {kNanoPerUsd * 1'000'000}}, unix_ms());
            if (!granted) return;
            payers_.push_back(payer);
        }
        auto usage = UsageIndex::open(*store_, {});
        if (!usage) return;
        usage_ = std::move(*usage);
        usage_->start();
        ledger_ = std::move(*ledger);
        ledger_->start();
    }
    ~Books() {
        ledger_.reset();
        usage_.reset();
        slots_.reset();
        store_.reset();
    }
    Books(const Books&) = delete;

    bool ready() const { return ledger_ != nullptr; }

    // One request from its hold to its settlement. False: no slot is free.
    bool play(std::size_t number) {
        const Payer& payer = payers_[number % payers_.size()];
        const std::int64_t now_ms = unix_ms();
        const auto slot = slots_->acquire(0);
        if (!slot) return false;
        const Demand demand{.amount = kHold, .tokens = 5096, .unix_ms = now_ms, .monotonic_ms = now_ms};
        if (payer.credit->hold(payer.spenders, demand).refusal) return false;
        RequestOpened opened;
        opened.request = ids_.next(now_ms);
        opened.organization = payer.organization;
        opened.project = payer.project;
        opened.key = payer.digest;
        opened.created_ms = now_ms;
        constexpr Prices kPrices{.prompt = 150'000, .completion = 600'000};
        opened.model_asked = number % 3 == 0 ? "openai/gpt-4o-mini" : "anthropic/claude-sonnet-4";
        opened.candidates.add({.model = opened.model_asked,
                               .provider = number % 3 == 0 ? "openai" : "anthropic",
                               .prices = {kPrices, kPrices}});
        opened.end_user = "user-42";
        opened.hold = kHold;
        slots_->publish_open(*slot, std::span(bytes_).first(encode(opened, bytes_)));
        slots_->publish_progress(*slot, 200);
        RequestSettled settled;
        settled.settled_ms = now_ms + 900;
        settled.usage = {.prompt = 1000, .completion = 200};
        settled.cost = settled.provider_cost = kCost;
        settled.charged =
            payer.credit
                ->settle(payer.spenders,
                         {.held = kHold, .cost = kCost, .held_tokens = 5096, .tokens = 1200, .unix_ms = now_ms})
                .charged;
        settled.source = UsageSource::provider;
        settled.http_status = settled.upstream_status = 200;
        settled.latency_ms = 900;
        settled.first_token_ms = 210;
        settled.finish_reason = "stop";
        settled.upstream_id = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012";
        slots_->publish_settled(0, *slot, std::span(bytes_).first(encode(settled, bytes_)));
        return true;
    }
    std::uint32_t waiting() const { return slots_->awaiting_journal(); }
    Status index_the_rest() {
        usage_->stop();
        return usage_->flush();
    }

  private:
    struct Payer {
        Id128 organization, project;
        KeyDigest digest;
        OrganizationCredit* credit = nullptr;
        Spenders spenders;
    };
    TemporaryDirectory folder_;
    std::unique_ptr<RocksStore> store_;
    std::unique_ptr<SlotFile> slots_;
    CreditTable credits_;
    std::vector<Payer> payers_;
    std::unique_ptr<Ledger> ledger_;
    std::unique_ptr<UsageIndex> usage_;
    UlidGenerator ids_{0};
    std::array<std::byte, kSlotOpenBytes> bytes_{};
};

// Calls `work` a thousand times a second, `milliseconds` times.
template <class Work>
void every_millisecond(std::size_t milliseconds, const Work& work) {
    auto next = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < milliseconds; ++i) {
        work();
        next += std::chrono::milliseconds(1);
        std::this_thread::sleep_until(next);
    }
}

constexpr std::int64_t kMostPerSecond = 50'000;
double us_at_most_load = 0;

// At so many requests a second, for some seconds, until all is in the journal and in the listings. The processor time
// of the whole process is counted, less that of keeping the pace.
void accounting_of_a_request(benchmark::State& state) {
    constexpr std::size_t kMilliseconds = 4000;
    const double start_us = cpu_us();
    every_millisecond(kMilliseconds, [] {});
    const double pace_us = cpu_us() - start_us;
    Books books;
    if (!books.ready()) return state.SkipWithError("the ledger cannot be opened");
    const auto per_ms = static_cast<std::size_t>(state.range(0) / 1000);
    std::size_t played = 0, refused = 0;
    const double before_us = cpu_us();
    for (auto _ : state) {
        every_millisecond(kMilliseconds, [&] {
            for (std::size_t i = 0; i < per_ms; ++i) books.play(played) ? ++played : ++refused;
        });
        while (books.waiting() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (!books.index_the_rest().ok()) return state.SkipWithError("the usage index failed");
    }
    const double us = (cpu_us() - before_us - pace_us) / static_cast<double>(played);
    state.counters["cpu_us_per_request"] = us;
    if (state.range(0) == kMostPerSecond) us_at_most_load = us;
    state.counters["requests"] = static_cast<double>(played);
    state.counters["no_slot"] = static_cast<double>(refused);
}
BENCHMARK(accounting_of_a_request)
    ->Arg(5'000)
    ->Arg(20'000)
    ->Arg(kMostPerSecond)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tollgate

// As benchmark_main's, with --most_us=N: the exit code says whether a request at the greatest load cost more than that.
int main(int argc, char** argv) {
    constexpr std::string_view kOption = "--most_us=";
    double most_us = std::numeric_limits<double>::infinity();
    if (argc > 1 && std::string_view(argv[argc - 1]).starts_with(kOption)) {
        most_us = std::strtod(argv[--argc] + kOption.size(), nullptr);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    const double us = tollgate::us_at_most_load;
    if (us > 0 && us <= most_us) return 0;
    if (most_us == std::numeric_limits<double>::infinity()) return 0;
    std::fprintf(stderr, "ledger_bench: %.2f us a request, at most %.2f wanted (0: not measured)\n", us, most_us);
    return 1;
}
