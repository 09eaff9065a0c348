#include "bench/sample_upstream/stats.h"

#include <algorithm>

namespace sample {

void Stats::reset() {
    for (auto& counter : counters_) counter.store(0, std::memory_order_relaxed);
    for (auto& counter : requests_) counter.store(0, std::memory_order_relaxed);
}

void Recorder::record(std::string_view head, std::string_view body, std::string_view peer) {
    if (ring_.empty()) return;
    std::lock_guard lock(mutex_);
    auto& record = ring_[seen_++ % ring_.size()];
    record.head.assign(head);
    record.body.assign(body.substr(0, kMaxRecordedBytes));
    record.peer.assign(peer);
    record.body_bytes = body.size();
}

std::string Recorder::json() const {
    std::lock_guard lock(mutex_);
    std::string out = R"({"seen":)" + std::to_string(seen_) + R"(,"requests":[)";
    auto kept = std::min<std::uint64_t>(seen_, ring_.size());
    for (auto i = seen_ - kept; i < seen_; ++i) {
        const auto& record = ring_[i % ring_.size()];
        if (out.back() != '[') out += ',';
        out += R"({"number":)" + std::to_string(i) + R"(,"connection":")";
        append_escaped(out, record.peer);
        out += R"(","head":")";
        append_escaped(out, record.head);
        out += R"(","body_bytes":)" + std::to_string(record.body_bytes) + R"(,"body":")";
        append_escaped(out, record.body);
        out += "\"}";
    }
    return out + "]}";
}

void Bills::record(const Bill& bill) {
    if (ring_.empty()) return;
    std::lock_guard lock(mutex_);
    ring_[seen_++ % ring_.size()] = bill;
}

std::string Bills::json() const {
    std::lock_guard lock(mutex_);
    std::string out = R"({"seen":)" + std::to_string(seen_) + R"(,"bills":[)";
    for (auto i = seen_ - std::min<std::uint64_t>(seen_, ring_.size()); i < seen_; ++i) {
        const auto& bill = ring_[i % ring_.size()];
        if (out.back() != '[') out += ',';
        out += R"({"id":")" + bill.id + R"(","prompt_tokens":)" + std::to_string(bill.prompt_tokens) +
               R"(,"generated_tokens":)" + std::to_string(bill.generated_tokens) + R"(,"billed_tokens":)" +
               std::to_string(bill.billed_tokens) + R"(,"complete":)" + (bill.complete ? "true}" : "false}");
    }
    return out + "]}";
}

void Bills::reset() {
    std::lock_guard lock(mutex_);
    seen_ = 0;
}

void Recorder::reset() {
    std::lock_guard lock(mutex_);
    seen_ = 0;
}

}  // namespace sample
