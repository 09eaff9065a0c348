// One worker's connections that go with organizations' own keys: a pool for each key, since no two tenants share a
// connection. Made when they are first needed; gone when nothing used them for a while.
#pragma once

#include <memory>
#include <unordered_map>

#include "gateway/upstream/pool.h"

namespace tollgate {

class OwnPools {
  public:
    static constexpr std::size_t kMostIdle = 16;  // of one key, at most as many as of a provider

    OwnPools(const wire::Executor& executor, const IdlePolicy& policy)
        : executor_(executor), policy_{.most = std::min(policy.most, kMostIdle), .idle_timeout = policy.idle_timeout} {}

    // Stays as long as it has a connection, or one is being made.
    UpstreamPool& of(const std::shared_ptr<const Provider>& provider, wire::Clock::time_point now);
    void sweep(wire::Clock::time_point now);
    void close_idle();
    std::size_t size() const { return pools_.size(); }

  private:
    struct Entry {
        Entry(const wire::Executor& executor, std::shared_ptr<const Provider> to, const IdlePolicy& policy)
            : provider(std::move(to)), pool(executor, *provider, policy) {}
        std::shared_ptr<const Provider> provider;
        UpstreamPool pool;
        wire::Clock::time_point used{};
    };

    wire::Executor executor_;
    IdlePolicy policy_;
    std::unordered_map<const Provider*, Entry> pools_;
};

}  // namespace tollgate
