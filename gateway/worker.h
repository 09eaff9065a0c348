// One core: an event loop with its connections, its upstream pools, its counters. Workers share nothing but what
// Services holds, which is immutable or made for several threads.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "gateway/chat/dialect/openai_request.h"
#include "gateway/client/arriving_bodies.h"
#include "gateway/ops/counters.h"
#include "gateway/routing/health/retry_budget.h"
#include "gateway/services.h"
#include "gateway/upstream/own_pools.h"
#include "gateway/upstream/pool.h"
#include "gateway/wire/asio.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

class Connection;

class Worker {
  public:
    // One timer per worker serves every deadline: it looks at each connection this often.
    static constexpr auto kTick = std::chrono::milliseconds(100);

    // Most_connections: its part of limits.max_connections.
    Worker(Services& services, std::uint32_t number, std::uint64_t most_connections);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void run();                                      // the thread's body; returns after stop()
    void adopt(int descriptor, wire::Tcp protocol);  // any thread: an accepted connection becomes this worker's
    // Any thread: closes a connection that has no request in hand, if there is one, for a newcomer. Idle ones go first,
    // and of those the longest idle.
    void make_room();
    // How many connections have no request in hand, roughly.
    std::uint64_t idle_connections() const;
    // This worker's thread: what a change of accounts, or a reload, puts in force for later requests.
    void set_directory(const std::shared_ptr<const Directory>& directory);
    void set_catalogue(const std::shared_ptr<const Catalogue>& catalogue);
    void set_tls(const std::shared_ptr<wire::asio::ssl::context>& tls) { tls_ = tls; }
    // Two-phase stop, any thread: idle connections go at once, running requests may finish; stop_connections() ends
    // what is left.
    void shut_down();
    void stop_connections();
    void stop();

    // Journal writer: more settlements are on disk. Wakes this worker once if any request waits for one.
    void settlements_committed();

    wire::asio::io_context& io() { return io_; }
    std::uint64_t load() const { return load_.load(std::memory_order_relaxed); }  // connections placed here

    // --- For connections, on this worker's thread.
    Services& services() { return services_; }
    const Config& config() const { return services_.config; }
    const Logger& logger() const { return logger_; }
    // This worker's own reference count: what requests keep alive costs other workers nothing.
    const std::shared_ptr<const Directory>& directory() const { return directory_; }
    const std::shared_ptr<const Catalogue>& catalogue() const { return catalogue_; }
    wire::asio::ssl::context* tls() const { return tls_.get(); }  // for the next handshake; null: plain HTTP
    WorkerCounters& counters() { return counters_; }
    const WorkerCounters& counters() const { return counters_; }
    UpstreamPool& pool(const CatalogueEndpoint& endpoint) {
        if (endpoint.own != nullptr) return own_pools_.of(endpoint.own->key->provider(), tick_time_);
        return *pools_[endpoint.provider->index];
    }
    const std::vector<std::unique_ptr<UpstreamPool>>& pools() const { return pools_; }
    std::uint32_t lane() const { return number_; }
    std::uint64_t most_connections() const { return most_connections_; }
    Id128 next_id(std::int64_t unix_ms) { return ulids_.next(unix_ms); }
    void log(std::string_view line);
    void flush_log();
    void leave(Connection& connection);
    // A request was refused because slots or memory are exhausted for everybody: readiness says so for a while.
    void note_shedding() { services_.shed_at_ms.store(wire::monotonic_ms(tick_time_), std::memory_order_relaxed); }
    // When the timer last looked: good enough for deadlines, and free.
    wire::Clock::time_point tick_time() const { return tick_time_; }
    std::string_view http_date() const { return http_date_; }  // RFC 9110 5.6.7, now to the tick
    // Of an organization's requests for a model, by the number of its first endpoint in the catalogue.
    RetryBudget& retry_budget(std::size_t endpoint, const Id128& organization) {
        return retry_budgets_[endpoint].of(organization);
    }
    bool may_drain() const { return counters_.drains_running.get() < config().limits.max_drains; }

    // Durability disk: the end of an answer waits until its settlement (HeldRequest::ticket) is on disk. False: it was
    // not in time, or the gateway is shutting down; the client must not see the answer complete.
    bool settles_to_disk() const { return config().ledger.durability == Durability::disk; }
    wire::Awaitable<bool> settled_on_disk(std::uint64_t ticket);

    // Scratch that is never held across a suspension.
    wire::RequestHead request_head;
    wire::ResponseHead response_head;
    JsonParser json;
    std::string scratch;
    ArrivingBodies arriving_bodies;

  private:
    struct WaitForDisk {
        std::uint64_t ticket;
        wire::Timer* timer;  // the waiting coroutine's; cancelled when the wait is over
    };

    wire::Awaitable<void> tick();
    void end_waits_for_disk(bool all);
    void sweep_connections(wire::Clock::time_point now);
    void watch_clients();
    void watch_upstreams();
    void update_date();

    Services& services_;
    const std::uint32_t number_;
    const std::uint64_t most_connections_;
    const Logger logger_;
    WorkerCounters counters_;  // before io_: requests cut off with it still count
    // One thread runs it. Sockets are touched by that thread alone once they are adopted, so their operations need no
    // lock; posting from other threads stays legal.
    wire::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    wire::asio::executor_work_guard<wire::Executor> work_;
    wire::Timer timer_;
    std::shared_ptr<const Directory> directory_;
    std::shared_ptr<const Catalogue> catalogue_;
    std::shared_ptr<wire::asio::ssl::context> tls_;
    UlidGenerator ulids_;
    std::vector<RetryBudgets> retry_budgets_;
    std::vector<std::unique_ptr<UpstreamPool>> pools_;
    OwnPools own_pools_;
    std::unordered_set<Connection*> connections_;
    std::atomic<std::uint64_t> load_{0};
    std::string log_lines_;
    std::deque<WaitForDisk> waits_for_disk_;  // by ticket
    std::atomic<std::uint32_t> waiting_for_disk_{0};
    std::atomic<bool> disk_wake_posted_{false};
    bool connections_stopped_ = false;
    std::string http_date_;
    wire::Clock::time_point tick_time_ = wire::Clock::now();
    bool shutting_down_ = false;
};

}  // namespace tollgate
