#include "gateway/memory_budget.h"

#include <utility>

namespace tollgate {

bool MemoryBudget::take_from_whole(std::size_t bytes) {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
        if (bytes > bytes_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
}

bool MemoryBudget::take(const Id128& organization, std::size_t held, std::size_t bytes) {
    if (held + bytes <= kSmallBytes) return take_from_whole(bytes);
    const std::size_t counted_before = held > kSmallBytes ? held : 0;
    const std::size_t more = held + bytes - counted_before;
    const std::lock_guard lock(mutex_);
    std::size_t& own = large_[organization];
    const bool only_one = own == counted_before;
    const bool fair = only_one || own + more <= kTimesWhatIsFree * (bytes_ - used());
    const bool taken = fair && take_from_whole(bytes);
    if (taken) own += more;
    if (own == 0) large_.erase(organization);
    return taken;
}

bool MemoryBudget::grow_to(const Id128& organization, std::size_t& held, std::size_t bytes) {
    if (bytes <= held) return true;
    if (!take(organization, held, bytes - held)) return false;
    held = bytes;
    return true;
}

void MemoryBudget::give_back(const Id128& organization, std::size_t& held) {
    if (held == 0) return;
    const std::size_t bytes = std::exchange(held, 0);
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    if (bytes <= kSmallBytes) return;
    const std::lock_guard lock(mutex_);
    const auto own = large_.find(organization);
    own->second -= bytes;
    if (own->second == 0) large_.erase(own);
}

}  // namespace tollgate
