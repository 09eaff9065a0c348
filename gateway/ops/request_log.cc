#include "gateway/ops/request_log.h"

#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "gateway/exchange/request_context.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

std::uint64_t us_since(wire::Clock::time_point from, wire::Clock::time_point to) {
    return static_cast<std::uint64_t>(wire::us_between(from, to));
}

constexpr std::size_t kKeyPrefixBytes = 6;  // of a key's public id: enough to tell keys apart in a log

constexpr std::size_t kMethodBytes = 16;  // a token, so without quotes
constexpr std::size_t kLineBytes = 2048;  // all values are bounded well below

// One line of JSON in a buffer of its own: appended to byte by byte, it would cost as much as parsing the request.
class JsonLine {
  public:
    JsonLine() { *end_++ = '{'; }
    // `value` is one of our own words: it needs no escape.
    void word(std::string_view name, std::string_view value) {
        begin(name);
        *end_++ = '"';
        put(value);
        *end_++ = '"';
    }
    void number(std::string_view name, std::int64_t value) {
        begin(name);
        end_ = std::to_chars(end_, line_.data() + line_.size(), value).ptr;
    }
    void usd(std::string_view name, NanoUsd value) {
        begin(name);
        end_ += write_usd(value, end_);
    }
    void hex(std::string_view name, std::span<const std::uint8_t> bytes) {
        static constexpr char kHex[] = "0123456789abcdef";
        begin(name);
        *end_++ = '"';
        for (const std::uint8_t byte : bytes) {
            *end_++ = kHex[byte >> 4];
            *end_++ = kHex[byte & 15];
        }
        *end_++ = '"';
    }
    void raw(std::string_view name, std::string_view value) {
        begin(name);
        put(value);
    }
    std::string_view finish() {
        put("}\n");
        return {line_.data(), static_cast<std::size_t>(end_ - line_.data())};
    }

  private:
    void begin(std::string_view name) {
        if (end_ - line_.data() > 1) *end_++ = ',';
        *end_++ = '"';
        put(name);
        put("\":");
    }
    void put(std::string_view value) {
        const auto room = static_cast<std::size_t>(line_.data() + line_.size() - end_) - kLastBytes;
        const std::size_t size = std::min(value.size(), room);
        std::memcpy(end_, value.data(), size);
        end_ += size;
    }

    static constexpr std::size_t kLastBytes = 64;
    std::array<char, kLineBytes> line_;
    char* end_ = line_.data();
};

}  // namespace

void count_request(Worker& worker, const RequestContext& request) {
    const std::size_t endpoint = request.endpoint == nullptr ? 0 : request.endpoint->number;
    EndpointCounters& counters = worker.counters().of(request.route, endpoint);
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
    line.word("route", to_string(request.route));
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
