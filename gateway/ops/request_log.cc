#include "gateway/ops/request_log.h"

#include <span>

#include "gateway/exchange/request_context.h"
#include "gateway/text/json_line.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::uint64_t us_since(wire::Clock::time_point from, wire::Clock::time_point to) {
    return static_cast<std::uint64_t>(wire::us_between(from, to));
}

constexpr std::size_t kKeyPrefixBytes = 6;  // of a key's public id: enough to tell keys apart in a log

constexpr std::size_t kMethodBytes = 16;  // a token, so without quotes

}  // namespace

void count_request(Worker& worker, const RequestContext& request) {
    const std::size_t endpoint = request.endpoint == nullptr ? 0 : request.endpoint->number;
    EndpointCounters& counters = worker.counters().of(request.route->number, endpoint);
    counters.requests.add(request.status);
    counters.duration.observe(kDurationBoundsUs, us_since(request.started, wire::Clock::now()));
    if (request.cancelled) counters.cancelled.add();
    if (request.status_sent != 0) {
        counters.overhead.observe(kOverheadBoundsUs, static_cast<std::uint64_t>(request.overhead_us));
    }
    if (endpoint == 0) return;
    if (request.first_token != wire::Clock::time_point{}) {
        counters.first_token.observe(kDurationBoundsUs, us_since(request.started, request.first_token));
    }
    counters.prompt_tokens.add(static_cast<std::uint64_t>(request.usage.prompt));
    counters.completion_tokens.add(static_cast<std::uint64_t>(request.usage.completion));
    counters.cache_read_tokens.add(static_cast<std::uint64_t>(request.usage.cache_read));
    counters.cache_write_tokens.add(static_cast<std::uint64_t>(request.usage.cache_write));
    counters.reasoning_tokens.add(static_cast<std::uint64_t>(request.usage.reasoning));
    counters.cost_nano.add(static_cast<std::uint64_t>(request.cost.value));
}

void log_request(Worker& worker, const RequestContext& request) {
    JsonLine line;
    line.number("time_ms", request.started_ms);
    line.word("request_id", request.request_id());
    line.word("method", request.method.size() <= kMethodBytes ? std::string_view(request.method) : "LONG");
    line.word("route", request.route->name);
    line.number("status", request.status);
    if (request.error != ErrorKind::none) {
        line.word("error", code_of(request.error));
        line.word("error_source", to_string(source_of(request.error)));
    }
    if (request.principal.policy != nullptr) line.word("organization", request.principal.policy->organization_text);
    if (request.key_presented && request.principal.credit != nullptr) {
        line.hex("key", std::span(request.principal.key.bytes).first(kKeyPrefixBytes));
    }
    if (request.endpoint != nullptr) {
        line.raw("model", request.endpoint->model_json);
        line.raw("provider", request.endpoint->provider_json);
        line.raw("streamed", request.streamed ? "true" : "false");
        line.number("prompt_tokens", request.usage.prompt);
        line.number("completion_tokens", request.usage.completion);
        line.usd("cost", request.cost);
    }
    if (request.upstream_status != 0) line.number("upstream_status", request.upstream_status);
    if (request.cancelled) line.raw("cancelled", "true");
    line.number("duration_us", static_cast<std::int64_t>(us_since(request.started, wire::Clock::now())));
    line.number("overhead_us", request.overhead_us);
    line.number("bytes_out", static_cast<std::int64_t>(request.bytes_out));
    worker.log(line.finish());
}

}  // namespace tollgate
