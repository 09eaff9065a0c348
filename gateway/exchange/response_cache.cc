#include "gateway/exchange/response_cache.h"

#include <utility>

namespace tollgate {

void ResponseCache::Turn::end(Answer answer) {
    if (cache_ == nullptr) return;
    ResponseCache& cache = *std::exchange(cache_, nullptr);
    const std::shared_ptr<Making> making = std::move(making_);
    const std::lock_guard lock(cache.mutex_);
    if (answer != nullptr) cache.keep(key_, answer);
    if (making == nullptr) return;
    making->over = true;
    making->answer = std::move(answer);
    cache.making_.erase(key_);
    for (const auto& wake : making->wakes) wake();
}

bool ResponseCache::Wait::over() const {
    const std::lock_guard lock(cache_->mutex_);
    return making_->over;
}

ResponseCache::Answer ResponseCache::Wait::answer() const {
    const std::lock_guard lock(cache_->mutex_);
    return making_->answer;
}

void ResponseCache::Wait::leave() {
    if (cache_ == nullptr) return;
    ResponseCache& cache = *std::exchange(cache_, nullptr);
    const std::lock_guard lock(cache.mutex_);
    making_->wakes.erase(place_);
    --cache.waiting_;
    cache.count();
}

ResponseCache::Found ResponseCache::look(const CacheKey& key, std::int64_t now_ms, std::function<void()> wake) {
    Found found;
    const std::lock_guard lock(mutex_);
    found.answer = find(key, now_ms);
    if (found.answer != nullptr) return found;
    auto& making = making_[key];
    if (making == nullptr) {
        making = std::make_shared<Making>();
        found.turn = Turn(*this, key, making);
    } else if (waiting_ < limits_.max_waiting) {
        ++waiting_;
        count();
        found.wait.cache_ = this;
        found.wait.making_ = making;
        found.wait.place_ = making->wakes.insert(making->wakes.end(), std::move(wake));
    } else {
        found.turn = Turn(*this, key, nullptr);
    }
    return found;
}

ResponseCache::Turn ResponseCache::make_anew(const CacheKey& key) { return {*this, key, nullptr}; }

ResponseCache::Answer ResponseCache::find(const CacheKey& key, std::int64_t now_ms) {
    const auto kept = kept_.find(key);
    if (kept == kept_.end()) return nullptr;
    if (now_ms >= kept->second.answer->expires_ms) {
        remove(kept);
        return nullptr;
    }
    order_.splice(order_.begin(), order_, kept->second.place);
    Order& own = own_.find(kept->second.answer->organization)->second.order;
    own.splice(own.begin(), own, kept->second.own_place);
    return kept->second.answer;
}

void ResponseCache::keep(const CacheKey& key, Answer answer) {
    if (const auto before = kept_.find(key); before != kept_.end()) remove(before);
    const std::size_t bytes = answer->bytes();
    if (answer->body.size() > limits_.max_answer_bytes || bytes > limits_.max_bytes / kPartsForOthers) return;
    make_room(answer->organization, bytes);
    const auto kept = kept_.emplace(key, Kept{.answer = std::move(answer), .place = {}, .own_place = {}}).first;
    Own& own = own_[kept->second.answer->organization];
    kept->second.place = order_.insert(order_.begin(), &kept->first);
    kept->second.own_place = own.order.insert(own.order.begin(), &kept->first);
    own.bytes += bytes;
    bytes_ += bytes;
    count();
}

// Of the organization's own answers first, if it has its part already; then of all. What was not used for longest goes.
void ResponseCache::make_room(const Id128& organization, std::size_t bytes) {
    const auto least_used = [this, &organization, bytes]() -> const CacheKey* {
        const auto own = own_.find(organization);
        const bool has_its_part = own != own_.end() && own->second.bytes + bytes > limits_.max_bytes / kPartsForOthers;
        if (has_its_part) return own->second.order.back();
        return bytes_ + bytes > limits_.max_bytes ? order_.back() : nullptr;
    };
    while (const CacheKey* const key = least_used()) {
        remove(kept_.find(*key));
        counters_.evicted.add();
    }
}

void ResponseCache::remove(AllKept::iterator kept) {
    const std::size_t bytes = kept->second.answer->bytes();
    const auto own = own_.find(kept->second.answer->organization);
    own->second.order.erase(kept->second.own_place);
    own->second.bytes -= bytes;
    if (own->second.order.empty()) own_.erase(own);
    order_.erase(kept->second.place);
    bytes_ -= bytes;
    kept_.erase(kept);
    count();
}

bool ResponseCache::grow_body(std::size_t held, std::size_t bytes) {
    const std::size_t more = bytes - held;
    const std::size_t before = bodies_.fetch_add(more, std::memory_order_relaxed);
    if (before + more <= limits_.max_bytes / kPartsForBodies) return true;
    bodies_.fetch_sub(more, std::memory_order_relaxed);
    return false;
}

void ResponseCache::count() {
    counters_.answers.set(kept_.size());
    counters_.bytes.set(bytes_);
    counters_.waiting.set(waiting_);
}

}  // namespace tollgate
