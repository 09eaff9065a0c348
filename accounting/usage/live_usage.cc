#include "accounting/usage/live_usage.h"

#include <algorithm>

namespace tollgate {

std::unique_ptr<LiveUsage::Watcher> LiveUsage::watch(const Id128& organization) {
    const std::lock_guard lock(mutex_);
    if (watchers_.load(std::memory_order_relaxed) >= kMostWatchers) return nullptr;
    Channel& channel = channels_[organization];
    if (channel.watchers >= kMostWatchersOfOrganization) return nullptr;
    ++channel.watchers;
    watchers_.fetch_add(1, std::memory_order_relaxed);
    std::unique_ptr<Watcher> watcher(new Watcher(*this, organization));
    watcher->seen_ = channel.count;
    return watcher;
}

void LiveUsage::add(const Id128& organization, const UsageRow& row) {
    if (watchers_.load(std::memory_order_relaxed) == 0) return;
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(organization);
    if (found == channels_.end()) return;
    auto request = StoredRequest::decode(row.open, row.settlement);
    if (!request) return;  // it could not have been written
    Channel& channel = found->second;
    channel.newest.push_back(std::move(*request));
    if (channel.newest.size() > kMostLiveRequests) channel.newest.pop_front();
    ++channel.count;
}

LiveUsage::Watcher::~Watcher() {
    const std::lock_guard lock(live_.mutex_);
    const auto found = live_.channels_.find(organization_);
    if (--found->second.watchers == 0) live_.channels_.erase(found);
    live_.watchers_.fetch_sub(1, std::memory_order_relaxed);
}

LiveUsage::Watcher::Taken LiveUsage::Watcher::take() {
    const std::lock_guard lock(live_.mutex_);
    const Channel& channel = live_.channels_.at(organization_);
    const std::uint64_t first = channel.count - channel.newest.size();
    Taken taken;
    taken.lost = first > seen_ ? first - seen_ : 0;
    const auto begin = static_cast<std::ptrdiff_t>(std::max(seen_, first) - first);
    taken.requests.assign(channel.newest.begin() + begin, channel.newest.end());
    seen_ = channel.count;
    return taken;
}

bool LiveUsage::Watcher::waiting() const {
    const std::lock_guard lock(live_.mutex_);
    return live_.channels_.at(organization_).count != seen_;
}

}  // namespace tollgate
