// What questions about usage cost: builds a store of many requests as the ledger would, then asks, and says the median
// of the times. Exit status 1 where a limit given on the command line is passed.
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>

#include "accounting/usage/usage_index.h"
#include "store/rocks_store.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/usage_journal.h"

namespace {

using namespace tollgate;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kBegin = 1'795'219'200'000;  // midnight UTC
constexpr std::uint32_t kModels = 20, kKeys = 50;
constexpr std::uint32_t kRowsPerBlock = 1000;
constexpr int kQuestions = 21;

struct Sizes {
    std::uint64_t requests = 100'000;
    std::uint32_t organizations = 1000;
    std::uint32_t days = 30;
};

// The first organization has a tenth of all requests, spread over every model and key; the others share the rest.
UsageSample sample_of(std::uint64_t number, const Sizes& sizes, const std::vector<Id128>& organizations,
                      UlidGenerator& ids) {
    static std::vector<std::string> models;
    while (models.size() < kModels) models.push_back("maker/model-" + std::to_string(models.size()));
    static std::vector<KeyDigest> keys;
    while (keys.size() < kKeys) keys.push_back(digest_key("key-" + std::to_string(keys.size())));
    const std::uint64_t mixed = number * 0x9e3779b97f4a7c15u >> 20;
    UsageSample one;
    const auto days_ms = static_cast<std::uint64_t>(sizes.days * kDayMs);
    const std::int64_t at_ms = kBegin + static_cast<std::int64_t>(number * (days_ms / sizes.requests));
    one.opened.request = ids.next(at_ms);
    one.opened.organization = organizations[number % 10 == 0 ? 0 : mixed % organizations.size()];
    one.opened.key = keys[mixed / 7 % kKeys];
    one.opened.created_ms = at_ms - 900;
    one.opened.model_asked = models[mixed / 411 % kModels];
    one.opened.candidates = only_candidate(one.opened.model_asked, "provider");
    one.opened.end_user = "user-42";
    one.settled.settled_ms = at_ms;
    one.settled.usage = {.prompt = 1000, .completion = 200};
    one.settled.cost = one.settled.charged = one.settled.provider_cost = {270'000};
    one.settled.http_status = one.settled.upstream_status = 200;
    one.settled.latency_ms = static_cast<std::int32_t>(300 + mixed % 4000);
    one.settled.first_token_ms = static_cast<std::int32_t>(50 + mixed % 300);
    one.settled.finish_reason = "stop";
    one.settled.upstream_id = "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012";
    return one;
}

double seconds_of(const std::function<void()>& work) {
    const auto began = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// Of this thread: what a question costs, whatever else the machine does.
double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Processor time of one question; infinite if an answer was wrong.
double processor_ms(const char* what, const std::function<bool()>& ask) {
    std::vector<double> times;
    times.reserve(kQuestions);
    bool right = true;
    const double cpu_before = cpu_seconds();
    for (int i = 0; i < kQuestions; ++i) times.push_back(seconds_of([&] { right = ask() && right; }) * 1000);
    const double cpu_ms = (cpu_seconds() - cpu_before) * 1000 / kQuestions;
    std::ranges::sort(times);
    std::printf("%-40s median %8.3f ms, slowest %8.3f ms, processor %8.3f ms%s\n", what, times[times.size() / 2],
                times.back(), cpu_ms, right ? "" : ", WRONG ANSWER");
    return right ? cpu_ms : std::numeric_limits<double>::infinity();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Times questions about usage against a store of many requests.");
    Sizes sizes;
    double most_list_ms = 5, most_report_ms = 20;
    app.add_option("--requests", sizes.requests, "How many requests")->check(CLI::Range(10'000u, 1'000'000'000u));
    app.add_option("--organizations", sizes.organizations, "Among how many")->check(CLI::Range(2u, 1'000'000u));
    app.add_option("--most-list-ms", most_list_ms, "Limit of the newest 100, of processor time");
    app.add_option("--most-report-ms", most_report_ms, "Limit of the report by model, of processor time");
    CLI11_PARSE(app, argc, argv);

    const TemporaryDirectory folder;
    int result = 1;
    if (auto store = RocksStore::open(folder.file("data"))) {
        auto index = UsageIndex::open(**store, {});
        if (!index) return 1;
        std::vector<Id128> organizations;
        while (organizations.size() < sizes.organizations) organizations.push_back(make_uuid7(kBegin));
        UsageJournal journal(**store);
        UlidGenerator ids(1);
        std::vector<UsageSample> block;
        double taking_in = 0;
        Status status;
        for (std::uint64_t i = 0; i < sizes.requests && status.ok(); ++i) {
            block.push_back(sample_of(i, sizes, organizations, ids));
            if (block.size() < kRowsPerBlock && i + 1 < sizes.requests) continue;
            status = journal.commit(block);
            block.clear();
            if (journal.last() % 60 != 0) continue;  // a minute of a thousand requests a second: the index's interval
            const double before = cpu_seconds();
            status = (*index)->catch_up();
            if (status.ok()) status = (*index)->flush();
            taking_in += cpu_seconds() - before;
        }
        if (status.ok()) status = (*index)->catch_up();
        if (status.ok()) status = (*index)->flush();
        if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
        std::printf("%llu requests of %u organizations; taking in: %.2f us of processor each\n",
                    static_cast<unsigned long long>(sizes.requests), sizes.organizations,
                    taking_in * 1e6 / static_cast<double>(sizes.requests));
        const auto list = [&](const Id128& organization, std::size_t expected) {
            const auto page = (*index)->list({.organization = organization});
            return page && page->requests.size() >= expected;
        };
        const double large =
            processor_ms("newest 100 of the largest organization", [&] { return list(organizations[0], 100); });
        const double small =
            processor_ms("newest 100 of a small organization", [&] { return list(organizations[1], 1); });
        const double report = processor_ms("30 days by model, largest organization", [&] {
            const auto found =
                (*index)->report({.organization = organizations[0], .group_by = {UsageDimension::model}});
            return found && found->rows.size() == kModels;
        });
        result = status.ok() && std::max(large, small) <= most_list_ms && report <= most_report_ms ? 0 : 1;
    }
    return result;
}
