#include "bench/load_generator/report.h"

#include <algorithm>
#include <cstdio>

namespace load {
namespace {

double percentile(const std::vector<std::uint32_t>& sorted, double share) {
    if (sorted.empty()) return 0;
    auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5);
    return static_cast<double>(sorted[index]);
}

std::string percentiles_json(std::vector<std::uint32_t>& values) {
    std::sort(values.begin(), values.end());
    double sum = 0;
    for (auto value : values) sum += value;
    char text[256];
    std::snprintf(text, sizeof text, R"({"mean":%.1f,"p50":%.0f,"p90":%.0f,"p99":%.0f,"max":%.0f})",
                  values.empty() ? 0.0 : sum / static_cast<double>(values.size()), percentile(values, 0.5),
                  percentile(values, 0.9), percentile(values, 0.99), percentile(values, 1.0));
    return text;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void Report::merge(const Report& other) {
    append(latencies_us, other.latencies_us);
    append(first_byte_us, other.first_byte_us);
    for (const auto& [kind, count] : other.errors) errors[kind] += count;
    completed += other.completed;
    warmup += other.warmup;
    events += other.events;
    body_bytes += other.body_bytes;
    connects += other.connects;
    seconds = std::max(seconds, other.seconds);
}

std::string Report::json() {
    std::string out = R"({"completed":)" + std::to_string(completed);
    out += R"(,"warmup_completed":)" + std::to_string(warmup);
    char text[96];
    std::snprintf(text, sizeof text, R"(,"seconds":%.3f,"requests_per_s":%.1f)", seconds,
                  seconds > 0 ? static_cast<double>(completed) / seconds : 0.0);
    out += text;
    out += R"(,"events":)" + std::to_string(events);
    out += R"(,"body_bytes":)" + std::to_string(body_bytes);
    out += R"(,"connects":)" + std::to_string(connects);
    out += R"(,"latency_us":)" + percentiles_json(latencies_us);
    out += R"(,"first_byte_us":)" + percentiles_json(first_byte_us);
    out += R"(,"errors":{)";
    for (const auto& [kind, count] : errors) {
        if (out.back() != '{') out += ',';
        out += '"' + kind + "\":" + std::to_string(count);
    }
    return out + "}}";
}

std::string Report::text() {
    std::sort(latencies_us.begin(), latencies_us.end());
    std::sort(first_byte_us.begin(), first_byte_us.end());
    char text[512];
    std::snprintf(text, sizeof text,
                  "%llu answers in %.2f s (%.0f/s), %llu events, %llu connections\n"
                  "latency    p50 %.0f us, p90 %.0f us, p99 %.0f us\n"
                  "first byte p50 %.0f us, p90 %.0f us, p99 %.0f us\n",
                  static_cast<unsigned long long>(completed), seconds,
                  seconds > 0 ? static_cast<double>(completed) / seconds : 0.0, static_cast<unsigned long long>(events),
                  static_cast<unsigned long long>(connects), percentile(latencies_us, 0.5),
                  percentile(latencies_us, 0.9), percentile(latencies_us, 0.99), percentile(first_byte_us, 0.5),
                  percentile(first_byte_us, 0.9), percentile(first_byte_us, 0.99));
    std::string out = text;
    for (const auto& [kind, count] : errors) out += "error " + kind + ": " + std::to_string(count) + "\n";
    return out;
}

}  // namespace load
