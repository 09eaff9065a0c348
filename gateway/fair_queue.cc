#include "gateway/fair_queue.h"

#include <algorithm>
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

std::pair<Id128, std::function<void()>> FairQueue::take() {
    const std::lock_guard lock(mutex_);
    const auto may_run = [this](const Id128& organization) {
        const auto running = running_.find(organization);
        return running == running_.end() || running->second < most_of_one_;
    };
    const auto turn = std::ranges::find_if(turns_, may_run);
    if (turn == turns_.end()) {
        ++left_waiting_;
        return {};
    }
    const Id128 organization = *turn;
    turns_.erase(turn);
    const auto next = waiting_.find(organization);
    std::function<void()> job = std::move(next->second.front());
    next->second.pop_front();
    if (next->second.empty()) {
        waiting_.erase(next);
    } else {
        turns_.push_back(organization);
    }
    ++running_[organization];
    return {organization, std::move(job)};
}

void FairQueue::leave(const Id128& organization) {
    {
        const std::lock_guard lock(mutex_);
        const auto running = running_.find(organization);
        if (--running->second == 0) running_.erase(running);
        if (left_waiting_ == 0) return;
        --left_waiting_;
    }
    wire::asio::post(executor_, [this] { run_next(); });
}

void FairQueue::run_next() {
    const auto [organization, job] = take();
    if (!job) return;
    job();
    leave(organization);
}

}  // namespace tollgate
