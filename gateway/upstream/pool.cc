#include "gateway/upstream/pool.h"

#include <boost/asio/ip/basic_resolver.hpp>

namespace tollgate {
namespace {

constexpr auto kAddressLifetime = std::chrono::seconds(30);  // how long a resolved name is trusted

// As long as it lives.
class CountedConnect {
  public:
    explicit CountedConnect(std::size_t& count) : count_(count) { ++count_; }
    ~CountedConnect() { --count_; }
    CountedConnect(const CountedConnect&) = delete;
    CountedConnect& operator=(const CountedConnect&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace

std::unique_ptr<UpstreamConnection> UpstreamPool::take_idle(wire::Clock::time_point now) {
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        counters_->idle.set(idle_.size());
        // Bytes that came while it was idle belong to no request: handed on, they would answer somebody else's.
        if (policy_.may_use(connection->idle_since, now) && !connection->stream.peer_spoke_or_left()) {
            connection->reused = true;
            counters_->reused.add();
            return connection;
        }
        counters_->closed_idle.add();
    }
    return nullptr;
}

wire::Awaitable<Outcome<std::unique_ptr<UpstreamConnection>>> UpstreamPool::connect(ConnectAttempt& attempt) {
    const CountedConnect counted(connecting_);
    const auto now = wire::Clock::now();
    if (addresses_.empty() || now - resolved_at_ > kAddressLifetime) {
        auto [error, found] = co_await resolver_.async_resolve(provider_.host, provider_.port, wire::kAwait);
        if (error) {
            counters_->failed.add();
            co_return problem(ErrorKind::upstream_unreachable,
                              "provider " + provider_.name + ": name not resolved: " + error.message());
        }
        addresses_ = found;
        resolved_at_ = now;
    }
    wire::ErrorCode failed = wire::asio::error::host_not_found;
    bool not_from_here = false;
    const auto addresses = addresses_;
    for (const auto& address : addresses) {
        if (attempt.abandoned) break;
        const wire::ServerAddress server{address.endpoint().address(), address.endpoint().port()};
        if (provider_.reach != nullptr && !provider_.reach->may_connect(server, provider_.tls)) {
            not_from_here = true;
            continue;
        }
        auto connection = std::make_unique<UpstreamConnection>(wire::Socket(executor_), counters_);
        attempt.stream = &connection->stream;
        auto [error] = co_await connection->stream.socket().async_connect(address.endpoint(), wire::kAwait);
        failed = error;
        if (!failed && provider_.tls) {
            failed = co_await connection->stream.handshake_as_client(*provider_.tls_context, provider_.tls_server_name);
        }
        attempt.stream = nullptr;
        if (attempt.abandoned) break;
        if (failed) continue;
        wire::ErrorCode ignored;
        connection->stream.socket().set_option(wire::Tcp::no_delay(true), ignored);
        counters_->opened.add();
        co_return connection;
    }
    counters_->failed.add();
    addresses_ = {};
    co_return problem(ErrorKind::upstream_unreachable,
                      "provider " + provider_.name + ": no connection: " +
                          (not_from_here ? "its address may not be called from here" : failed.message()));
}

void UpstreamPool::give_back(std::unique_ptr<UpstreamConnection> connection, wire::Clock::time_point now) {
    if (!policy_.may_keep(idle_.size()) || !connection->in.empty()) {
        discard(std::move(connection));
        return;
    }
    connection->idle_since = now;
    connection->in.shrink_to(kUpstreamBufferBytes);
    idle_.push_back(std::move(connection));
    counters_->idle.set(idle_.size());
}

void UpstreamPool::discard(std::unique_ptr<UpstreamConnection> connection) { connection->stream.close_now(); }

void UpstreamPool::sweep(wire::Clock::time_point now) {
    const std::size_t before = idle_.size();
    std::erase_if(idle_, [this, now](const std::unique_ptr<UpstreamConnection>& connection) {
        return !policy_.may_use(connection->idle_since, now) || connection->stream.peer_spoke_or_left();
    });
    counters_->closed_idle.add(before - idle_.size());
    counters_->idle.set(idle_.size());
}

void UpstreamPool::close_idle() {
    idle_.clear();
    counters_->idle.set(0);
}

}  // namespace tollgate
