#include "gateway/api/savings.h"

#include <algorithm>
#include <tuple>

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Of many requests as of one: only what each request costs beside its tokens is counted apart. Where a price depends on
// the prompt's length, the average decides.
NanoUsd cost_of_sum(const RollupCounters& of, const Endpoint& endpoint, const TokenUsage& tokens) {
    const std::int64_t requests = std::max<std::int64_t>(of.requests, 1);
    Prices prices = endpoint.prices_for(of.prompt_tokens / requests);
    const std::int64_t per_request = prices.per_request;
    prices.per_request = 0;
    NanoUsd cost = cost_of(tokens, prices);
    // In pico-USD, rounded half up as cost_of() does.
    const NanoUsdSum each = static_cast<NanoUsdSum>(per_request) * of.requests;
    cost += NanoUsd{static_cast<std::int64_t>((each + 500) / 1000)};
    return cost;
}

TokenUsage tokens_of(const RollupCounters& of) {
    return {.prompt = of.prompt_tokens,
            .completion = of.completion_tokens,
            .cache_read = of.cache_read_tokens,
            .cache_write = of.cache_write_tokens,
            .cache_write_1h = of.cache_write_1h_tokens,
            .reasoning = of.reasoning_tokens};
}

struct Saving {
    const UsageReportRow* row;
    const CatalogueEndpoint* cheapest = nullptr;
    NanoUsd cheapest_cost = {}, saved = {};
};

Saving saving_of(const Catalogue& catalogue, const UsageReportRow& row) {
    Saving saving{.row = &row};
    for (const CatalogueEndpoint& endpoint : catalogue.find(row.model)) {
        const NanoUsd cost = cost_of_sum(row.counters, *endpoint.endpoint, tokens_of(row.counters));
        if (saving.cheapest != nullptr && cost >= saving.cheapest_cost) continue;
        saving.cheapest = &endpoint;
        saving.cheapest_cost = cost;
    }
    const NanoUsd usage{row.counters.cost_nano};
    if (saving.cheapest != nullptr && saving.cheapest_cost < usage) saving.saved = usage - saving.cheapest_cost;
    return saving;
}

// What the endpoint that was used takes less if caches serve `cached` of the prompt's tokens than if they serve none.
NanoUsd cache_saving(const Catalogue& catalogue, const UsageReportRow& row, std::int64_t cached) {
    for (const CatalogueEndpoint& endpoint : catalogue.find(row.model)) {
        if (endpoint.provider->name != row.provider) continue;
        TokenUsage tokens = tokens_of(row.counters);
        tokens.cache_read = tokens.cache_write = tokens.cache_write_1h = 0;
        const NanoUsd uncached = cost_of_sum(row.counters, *endpoint.endpoint, tokens);
        tokens.cache_read = cached;
        const NanoUsd with_cache = cost_of_sum(row.counters, *endpoint.endpoint, tokens);
        return with_cache < uncached ? uncached - with_cache : NanoUsd{};
    }
    return {};
}

void write_saving(const Saving& saving, JsonWriter& json) {
    const UsageReportRow& row = *saving.row;
    json.object().key("model").text(row.model).key("provider_name").text(row.provider);
    json.key("requests").number(row.counters.requests).key("usage").usd(NanoUsd{row.counters.cost_nano});
    const bool known = saving.cheapest != nullptr;
    json.key("cheapest_provider_name").text_or_null(known ? saving.cheapest->provider->name : std::string());
    json.key("cheapest_usage");
    known ? json.usd(saving.cheapest_cost) : json.null();
    json.key("saving").usd(saving.saved).end();
}

}  // namespace

ApiAnswer show_savings(Call& call) {
    UsageReportQuery query{.organization = call.organization().id, .filter = read_filter(call)};
    query.time = read_report_time(call.query, RollupGrain::day, call.request.now_ms);
    const std::uint32_t cache_seconds = call.query.number("cache_seconds", 1, kMostCacheSeconds, kUsualCacheSeconds);
    if (call.error()) return call.refusal();
    query.group_by = {UsageDimension::model, UsageDimension::provider};
    query.budget.ms = kUsualReportMs;
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    const bool measured = call.organization().policy.measure_repeats;
    const UsageListQuery all{.organization = query.organization, .filter = query.filter, .time = report->time};
    const auto repeats = measured ? find_repeats(*call.services.usage, all, std::int64_t{cache_seconds} * 1000)
                                  : Result<Repeats>(Repeats{.from_ms = report->time.from_ms});
    if (!repeats) return api_error(repeats.error());
    const auto catalogue = call.services.catalogue.get();
    std::vector<Saving> savings;
    NanoUsd saved, cached, cacheable;
    for (const UsageReportRow& row : report->rows) {
        if (row.model.empty()) continue;  // nothing was sent anywhere
        savings.push_back(saving_of(*catalogue, row));
        saved += savings.back().saved;
        const NanoUsd by_cache = cache_saving(*catalogue, row, row.counters.cache_read_tokens);
        cached += by_cache;
        cacheable += cache_saving(*catalogue, row, row.counters.prompt_tokens) - by_cache;
    }
    std::ranges::sort(savings, [](const Saving& a, const Saving& b) {
        return std::tuple(b.saved, a.row->model, a.row->provider) < std::tuple(a.saved, b.row->model, b.row->provider);
    });
    const RollupCounters& total = report->total;
    JsonWriter json;
    json.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    json.key("data").array();
    for (const Saving& one : savings) write_saving(one, json);
    json.end().key("usage").usd(NanoUsd{total.cost_nano}).key("saving").usd(saved);
    json.key("cached_share").raw(share_of(total.cache_read_tokens, total.prompt_tokens).text);
    json.key("cached_saving").usd(cached).key("cacheable_saving").usd(cacheable);
    write_repeats(*repeats, measured, cache_seconds, json.key("repeats"));
    json.key("partial").flag(report->partial).end();
    return json_answer(json);
}

}  // namespace tollgate
