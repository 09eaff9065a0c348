#include "gateway/api/repeats.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

#include "gateway/text/time_text.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int32_t kOk = 200;

struct Compared {
    std::uint64_t digest;
    std::int64_t created_ms, settled_ms;
    bool whole;  // a cache could keep the answer
    std::int64_t prompt_tokens, completion_tokens;
    NanoUsd cost;
};

Compared compared(const StoredRequest& request) {
    const RequestSettled& settled = request.settled();
    return {.digest = request.opened().request_digest,
            .created_ms = request.opened().created_ms,
            .settled_ms = settled.settled_ms,
            .whole = settled.http_status == kOk && !settled.cancelled && settled.error.empty(),
            .prompt_tokens = settled.usage.prompt,
            .completion_tokens = settled.usage.completion,
            .cost = settled.cost};
}

// As the cache would have met them.
void count(std::vector<Compared>& all, std::int64_t cache_ms, Repeats& repeats) {
    std::ranges::sort(all, {},
                      [](const Compared& one) { return std::tuple(one.digest, one.created_ms, one.settled_ms); });
    const Compared* kept = nullptr;
    for (const Compared& one : all) {
        if (kept != nullptr && kept->digest != one.digest) kept = nullptr;
        const bool served =
            kept != nullptr && one.created_ms >= kept->settled_ms && one.created_ms < kept->settled_ms + cache_ms;
        if (served) {
            ++repeats.repeated;
            repeats.prompt_tokens += one.prompt_tokens;
            repeats.completion_tokens += one.completion_tokens;
            repeats.cost += one.cost;
        } else if (one.whole) {
            kept = &one;
        }
    }
}

}  // namespace

Result<Repeats> find_repeats(UsageIndex& usage, UsageListQuery query, std::int64_t cache_ms) {
    const auto until = wire::Clock::now() + std::chrono::milliseconds(kUsualReportMs);
    Repeats repeats{.from_ms = query.time.from_ms};
    std::vector<Compared> all;
    std::size_t seen = 0;
    query.limit = kMaxUsagePage;
    query.cursor.clear();
    do {
        const auto page = usage.list(query);
        if (!page) return std::unexpected(page.error());
        for (const StoredRequest& one : page->requests) {
            if (one.opened().request_digest != 0) all.push_back(compared(one));
            if (!page->next_cursor.empty()) repeats.from_ms = one.settled().settled_ms;
        }
        seen += page->requests.size();
        query.cursor = page->next_cursor;
        repeats.partial = !query.cursor.empty() && (seen >= kMostRequestsCompared || wire::Clock::now() >= until);
    } while (!query.cursor.empty() && !repeats.partial);
    if (!repeats.partial) repeats.from_ms = query.time.from_ms;
    repeats.compared = static_cast<std::int64_t>(all.size());
    count(all, cache_ms, repeats);
    return repeats;
}

void write_repeats(const Repeats& repeats, bool measured, std::uint32_t cache_seconds, JsonWriter& json) {
    json.object().key("measured").flag(measured).key("cache_seconds").number(cache_seconds);
    json.key("from").text(rfc3339(repeats.from_ms)).key("requests").number(repeats.compared);
    json.key("repeated").number(repeats.repeated);
    json.key("share").raw(share_of(repeats.repeated, repeats.compared).text);
    json.key("prompt_tokens").number(repeats.prompt_tokens);
    json.key("completion_tokens").number(repeats.completion_tokens);
    json.key("usage").usd(repeats.cost).key("partial").flag(repeats.partial).end();
}

}  // namespace tollgate
