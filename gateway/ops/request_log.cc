#include "gateway/ops/request_log.h"

#include <charconv>
#include <span>

#include "gateway/request/request_context.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::uint64_t us_between(net::Clock::time_point from, net::Clock::time_point to) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(to - from).count());
}

constexpr std::size_t kKeyPrefixBytes = 6;   // of a key's public id: enough to tell keys apart in a log

class JsonLine {
  public:
    explicit JsonLine(std::string& out) : out_(out) { out_ = "{"; }
    void text(std::string_view name, std::string_view value) {
        begin(name);
        append_json_string(out_, value);
    }
    void number(std::string_view name, std::int64_t value) {
        begin(name);
        char digits[20];
        out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    void hex(std::string_view name, std::span<const std::uint8_t> bytes) {
        static constexpr char kHex[] = "0123456789abcdef";
        begin(name);
        out_ += '"';
        for (const std::uint8_t byte : bytes) {
            out_ += kHex[byte >> 4];
            out_ += kHex[byte & 15];
        }
        out_ += '"';
    }
    void raw(std::string_view name, std::string_view value) {
        begin(name);
        out_ += value;
    }
    void end() { out_ += "}\n"; }

  private:
    void begin(std::string_view name) {
        out_.append(out_.size() > 1 ? ",\"" : "\"").append(name).append("\":");
    }
    std::string& out_;
};

}  // namespace

void count_request(Worker& worker, const RequestContext& request) {
    const std::size_t endpoint = request.endpoint == nullptr ? 0 : request.endpoint->number;
    EndpointCounters& counters = worker.counters().of(request.route, endpoint);
    counters.requests.add(request.status);
    counters.duration.observe(kDurationBoundsUs, us_between(request.started, net::Clock::now()));
    if (request.cancelled) counters.cancelled.add();
    if (request.status_sent != 0) {
        counters.overhead.observe(kOverheadBoundsUs, static_cast<std::uint64_t>(request.overhead_us));
    }
    if (endpoint == 0) return;
    if (request.first_byte != net::Clock::time_point{}) {
        counters.first_byte.observe(kDurationBoundsUs, us_between(request.started, request.first_byte));
    }
    counters.prompt_tokens.add(static_cast<std::uint64_t>(request.usage.prompt));
    counters.completion_tokens.add(static_cast<std::uint64_t>(request.usage.completion));
    counters.cache_read_tokens.add(static_cast<std::uint64_t>(request.usage.cache_read));
    counters.cache_write_tokens.add(static_cast<std::uint64_t>(request.usage.cache_write));
    counters.reasoning_tokens.add(static_cast<std::uint64_t>(request.usage.reasoning));
    counters.cost_nano.add(static_cast<std::uint64_t>(request.cost.value));
}

void log_request(Worker& worker, const RequestContext& request) {
    std::string& out = worker.scratch;
    JsonLine line(out);
    line.number("time_ms", request.started_ms);
    line.text("request_id", request.ulid());
    line.text("method", request.method);
    line.text("route", to_string(request.route));
    line.number("status", request.status);
    if (request.error != ErrorKind::none) line.text("error", code_of(request.error));
    if (request.principal.policy != nullptr) line.text("organization", request.principal.policy->organization_text);
    if (request.key_presented && request.principal.credit != nullptr) {
        line.hex("key", std::span(request.principal.key.bytes).first(kKeyPrefixBytes));
    }
    if (request.endpoint != nullptr) {
        line.text("model", request.endpoint->model->id);
        line.text("provider", request.endpoint->provider->name);
        line.raw("streamed", request.streamed ? "true" : "false");
        line.number("prompt_tokens", request.usage.prompt);
        line.number("completion_tokens", request.usage.completion);
        char cost[kUsdText];
        line.raw("cost", {cost, write_usd(request.cost, cost)});
    }
    if (request.upstream_status != 0) line.number("upstream_status", request.upstream_status);
    if (request.cancelled) line.raw("cancelled", "true");
    line.number("duration_us", static_cast<std::int64_t>(us_between(request.started, net::Clock::now())));
    line.number("overhead_us", request.overhead_us);
    line.number("bytes_out", static_cast<std::int64_t>(request.bytes_out));
    line.end();
    worker.log(out);
}

}  // namespace tollgate
