#include "gateway/fair_queue.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace tollgate {

void FairQueue::post(const Id128& organization, std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        auto& jobs = waiting_[organization];
        if (jobs.empty()) turns_.push_back(organization);
        jobs.push_back(std::move(job));
    }
    wire::asio::post(executor_, [this] { run_next(); });
}

void FairQueue::run_next() {
    std::function<void()> job;
    {
        const std::lock_guard lock(mutex_);
        const auto next = waiting_.find(turns_.front());
        turns_.pop_front();
        job = std::move(next->second.front());
        next->second.pop_front();
        if (next->second.empty()) {
            waiting_.erase(next);
        } else {
            turns_.push_back(next->first);
        }
    }
    job();
}

}  // namespace tollgate
