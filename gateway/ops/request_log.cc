#include "gateway/ops/request_log.h"

#include <span>

#include "gateway/exchange/exchange.h"
#include "gateway/ops/own_key_series.h"
#include "gateway/text/json_line.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::uint64_t us_since(wire::Clock::time_point from, wire::Clock::time_point to) {
    return static_cast<std::uint64_t>(wire::us_between(from, to));
}

constexpr std::size_t kKeyPrefixBytes = 6;  // of a key's public id: enough to tell keys apart in a log

constexpr std::size_t kMethodBytes = 16;  // a token, so without quotes

std::size_t series_of(const Exchange& request) {
    const CatalogueEndpoint* const endpoint = request.attempt.endpoint;
    if (endpoint == nullptr) return 0;
    return endpoint->own == nullptr ? endpoint->number : own_key_series(*request.catalogue);
}

}  // namespace

void count_request(Worker& worker, const Exchange& request, std::int64_t duration_us) {
    const std::size_t endpoint = series_of(request);
    EndpointCounters& counters = worker.counters().of(request.head.route->number, endpoint);
    counters.requests.add(request.reply.status);
    counters.duration.observe(kDurationBoundsUs, static_cast<std::uint64_t>(duration_us));
    if (request.reply.cancelled) counters.cancelled.add();
    if (request.reply.error != ErrorKind::none) {
        worker.counters().errors[static_cast<std::size_t>(request.reply.error)].add();
    }
    if (request.reply.status_sent != 0) {
        counters.overhead.observe(kOverheadBoundsUs, static_cast<std::uint64_t>(request.reply.overhead_us));
    }
    if (endpoint == 0) return;
    if (request.attempt.first_token != wire::Clock::time_point{}) {
        counters.first_token.observe(kDurationBoundsUs, us_since(request.head.started, request.attempt.first_token));
    }
    counters.prompt_tokens.add(static_cast<std::uint64_t>(request.reply.usage.prompt));
    counters.completion_tokens.add(static_cast<std::uint64_t>(request.reply.usage.completion));
    counters.cache_read_tokens.add(static_cast<std::uint64_t>(request.reply.usage.cache_read));
    counters.cache_write_tokens.add(static_cast<std::uint64_t>(request.reply.usage.cache_write));
    counters.cache_write_1h_tokens.add(static_cast<std::uint64_t>(request.reply.usage.cache_write_1h));
    counters.reasoning_tokens.add(static_cast<std::uint64_t>(request.reply.usage.reasoning));
    counters.cost_nano.add(static_cast<std::uint64_t>(request.reply.cost.value));
}

void log_request(Worker& worker, const Exchange& request, std::int64_t duration_us) {
    JsonLine line;
    line.number("time_ms", request.head.started_ms);
    line.word("request_id", request.head.request_id());
    line.word("method", request.head.method.size() <= kMethodBytes ? std::string_view(request.head.method) : "LONG");
    line.word("route", request.head.route->name);
    line.number("status", request.reply.status);
    if (request.reply.error != ErrorKind::none) {
        line.word("error", code_of(request.reply.error));
        line.word("error_source", to_string(source_of(request.reply.error)));
    }
    if (request.principal.policy != nullptr) line.word("organization", request.principal.policy->organization_text);
    if (request.head.key_presented && request.principal.credit != nullptr) {
        line.hex("key", std::span(request.principal.key.bytes).first(kKeyPrefixBytes));
    }
    if (request.attempt.endpoint != nullptr) {
        line.raw("model", request.attempt.endpoint->model_json);
        line.raw("provider", request.attempt.endpoint->provider_json);
        line.raw("streamed", request.attempt.streamed ? "true" : "false");
        line.number("prompt_tokens", request.reply.usage.prompt);
        line.number("completion_tokens", request.reply.usage.completion);
        line.usd("cost", request.reply.cost);
    }
    if (request.attempt.upstream_status != 0) line.number("upstream_status", request.attempt.upstream_status);
    if (request.reply.cancelled) line.raw("cancelled", "true");
    line.number("duration_us", duration_us);
    line.number("overhead_us", request.reply.overhead_us);
    line.number("bytes_out", static_cast<std::int64_t>(request.reply.bytes_out));
    worker.log(line.finish());
}

}  // namespace tollgate
