#include "gateway/worker.h"

#include <poll.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "gateway/client/connection.h"
#include "gateway/ops/own_key_series.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

// Ticks between looks whether waiting clients have hung up: noticed within a second, at one system call for all of
// them.
constexpr int kTicksPerWatch = 3;
constexpr int kTicksPerPoolSweep = 5;
constexpr int kTicksPerLogFlush = 2;

IdlePolicy idle_policy(const Config& config) {
    return {config.limits.max_idle_upstream_connections,
            std::chrono::milliseconds(config.timeouts.upstream_idle_timeout_ms)};
}

}  // namespace

Worker::Worker(Services& services, std::uint32_t number, std::uint64_t most_connections)
    : services_(services),
      number_(number),
      most_connections_(most_connections),
      logger_(services.log->logger(LogComponent::worker)),
      counters_(route_names().size(), own_key_series(*services.catalogue.get())),
      work_(io_.get_executor()),
      timer_(io_),
      ulids_(number),
      retry_budgets_(services.catalogue.get()->room_for_numbers() + 1),
      own_pools_(io_.get_executor(), idle_policy(services.config)) {
    const auto& config = services.config;
    const IdlePolicy policy = idle_policy(config);
    for (const Provider& provider : services.providers) {
        pools_.push_back(std::make_unique<UpstreamPool>(io_.get_executor(), provider, policy));
    }
    // Parser memory is taken now, with the configured depth.
    constexpr std::size_t kUsualBodyBytes = 65536;
    if (json.allocate(kUsualBodyBytes, config.limits.max_json_depth) != simdjson::SUCCESS) throw std::bad_alloc();
    set_directory(services.accounts->directory());
    set_catalogue(services.catalogue.get());
    set_tls(services.tls);
    update_date();
}

Worker::~Worker() = default;

void Worker::run() {
    wire::FrameMemory frames;
    const wire::FrameMemory::Scope scope(frames);
    wire::asio::co_spawn(io_, tick(), wire::asio::detached);
    io_.run();
}

void Worker::adopt(int descriptor, wire::Tcp protocol) {
    load_.fetch_add(1, std::memory_order_relaxed);
    wire::asio::post(io_, [this, descriptor, protocol] {
        wire::Socket socket(io_);
        wire::ErrorCode failed;
        socket.assign(protocol, descriptor, failed);
        if (failed) {
            ::close(descriptor);
            load_.fetch_sub(1, std::memory_order_relaxed);
            return;
        }
        counters_.connections_accepted.add();
        counters_.connections_open.add();
        auto connection = std::make_shared<Connection>(*this, std::move(socket));
        connections_.insert(connection.get());
        wire::asio::co_spawn(io_, Connection::serve(connection), wire::asio::detached);
    });
}

void Worker::make_room() {
    wire::asio::post(io_, [this] {
        const auto rank = [](const Connection& connection) {
            return std::pair(!connection.idle(), connection.idle_since());
        };
        Connection* first = nullptr;
        for (Connection* connection : connections_) {
            if (!connection->between_requests() || connection->stopped()) continue;
            if (first == nullptr || rank(*connection) < rank(*first)) first = connection;
        }
        if (first == nullptr) return;
        counters_.idle_connections_closed.add();
        first->idle() ? first->shut_down() : first->stop();
    });
}

std::uint64_t Worker::idle_connections() const {
    const std::uint64_t running = counters_.requests_running.get(), open = load();
    return open > running ? open - running : 0;
}

void Worker::leave(Connection& connection) {
    connections_.erase(&connection);
    counters_.connections_open.subtract();
    load_.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::set_directory(const std::shared_ptr<const Directory>& directory) {
    directory_ = std::make_shared<const Directory>(*directory);
}

void Worker::set_catalogue(const std::shared_ptr<const Catalogue>& catalogue) {
    const auto own = std::make_shared<const std::shared_ptr<const Catalogue>>(catalogue);
    catalogue_ = {own, own->get()};  // this worker's own reference count
}

void Worker::shut_down() {
    wire::asio::post(io_, [this] {
        shutting_down_ = true;
        for (Connection* connection : connections_) connection->shut_down();
    });
}

void Worker::stop_connections() {
    wire::asio::post(io_, [this] {
        connections_stopped_ = true;
        for (Connection* connection : connections_) connection->stop();
        end_waits_for_disk(true);
    });
}

void Worker::stop() {
    wire::asio::post(io_, [this] {
        timer_.cancel();
        for (auto& pool : pools_) pool->close_idle();
        own_pools_.close_idle();
        flush_log();
        work_.reset();
        io_.stop();
    });
}

void Worker::settlements_committed() {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // see settled_on_disk
    if (waiting_for_disk_.load(std::memory_order_relaxed) == 0 || disk_wake_posted_.exchange(true)) return;
    wire::asio::post(io_, [this] {
        disk_wake_posted_.store(false);
        end_waits_for_disk(false);
    });
}

void Worker::end_waits_for_disk(bool all) {
    const std::uint64_t committed = services_.slots->committed(number_);
    while (!waits_for_disk_.empty() && (all || waits_for_disk_.front().ticket <= committed)) {
        waits_for_disk_.front().timer->cancel();
        waits_for_disk_.pop_front();
    }
}

wire::Awaitable<bool> Worker::settled_on_disk(std::uint64_t ticket) {
    const SlotFile& slots = *services_.slots;
    waiting_for_disk_.fetch_add(1, std::memory_order_relaxed);
    services_.ledger->wake();  // its fence: the writer sees that somebody waits, or the commit is seen here
    if (slots.committed(number_) < ticket && !connections_stopped_) {
        wire::Timer timer(io_);
        timer.expires_after(std::chrono::milliseconds(config().timeouts.disk_wait_timeout_ms));
        waits_for_disk_.push_back({ticket, &timer});
        auto [cancelled] = co_await timer.async_wait(wire::kAwait);
        if (!cancelled) std::erase_if(waits_for_disk_, [&](const WaitForDisk& wait) { return wait.timer == &timer; });
    }
    waiting_for_disk_.fetch_sub(1, std::memory_order_relaxed);
    co_return slots.committed(number_) >= ticket;
}

void Worker::log(std::string_view line) {
    log_lines_ += line;
    if (log_lines_.size() >= kLogBatchBytes) flush_log();
}

void Worker::flush_log() {
    if (!log_lines_.empty() && !services_.access_log->hand_over(log_lines_)) counters_.log_batches_dropped.add();
}

wire::Awaitable<void> Worker::tick() {
    for (int ticks = 0;; ++ticks) {
        timer_.expires_after(kTick);
        auto [error] = co_await timer_.async_wait(wire::kAwait);
        if (error) co_return;
        const auto now = wire::Clock::now();
        tick_time_ = now;
        update_date();
        sweep_connections(now);
        if (ticks % kTicksPerWatch == 0) {
            watch_clients();
            watch_upstreams();
        }
        if (ticks % kTicksPerPoolSweep == 0) {
            for (auto& pool : pools_) pool->sweep(now);
            own_pools_.sweep(now);
            if (lane() == 0) services_.own_keys->forget_idle(wire::monotonic_ms(now));
        }
        if (ticks % kTicksPerLogFlush == 0) flush_log();
    }
}

void Worker::update_date() { http_date_ = tollgate::http_date(wire::unix_ms_now()); }

void Worker::sweep_connections(wire::Clock::time_point now) {
    for (Connection* connection : connections_) {
        connection->tick(now);
    }
}

// A client that hangs up is seen by POLLRDHUP, also behind bytes it sent earlier and while nothing is read from it.
void Worker::watch_clients() {
    std::vector<pollfd> descriptors;
    std::vector<Connection*> watched;
    for (Connection* connection : connections_) {
        if (!connection->client_waits()) continue;
        watched.push_back(connection);
        descriptors.push_back({connection->stream().descriptor(), POLLRDHUP, 0});
    }
    if (descriptors.empty() || ::poll(descriptors.data(), descriptors.size(), 0) <= 0) return;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        if ((descriptors[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) watched[i]->client_left();
    }
}

// A reset that comes together with the bytes before it is told once, with them: the read that waits for more is told of
// nothing (wire/receive_op.h).
void Worker::watch_upstreams() {
    std::vector<pollfd> descriptors;
    std::vector<wire::Stream*> watched;
    for (Connection* connection : connections_) {
        wire::Stream* const upstream = connection->awaited_upstream();
        if (upstream == nullptr) continue;
        watched.push_back(upstream);
        descriptors.push_back({upstream->descriptor(), 0, 0});
    }
    if (descriptors.empty() || ::poll(descriptors.data(), descriptors.size(), 0) <= 0) return;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        if ((descriptors[i].revents & (POLLHUP | POLLERR)) != 0 && watched[i]->is_broken()) watched[i]->cancel();
    }
}

}  // namespace tollgate
