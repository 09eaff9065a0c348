// One worker's connections to one provider. IdlePolicy is the sans-I/O decision which idle connections may be used;
// UpstreamPool keeps them and opens new ones. Connections come back last-in first-out, so that few stay warm.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/ops/counters.h"
#include "gateway/routing/provider.h"
#include "gateway/text/error.h"
#include "gateway/wire/buffer.h"
#include "gateway/wire/chunked.h"
#include "gateway/wire/stream.h"

namespace tollgate {

inline constexpr std::size_t kUpstreamBufferBytes = 16384;

struct PoolCounters {
    Counter opened, reused, failed, closed_idle;  // events
    Counter open, idle;                           // now
};

struct UpstreamConnection {
    UpstreamConnection(wire::Socket socket, std::shared_ptr<PoolCounters> pool_counters)
        : stream(std::move(socket)), in(kUpstreamBufferBytes), counters(std::move(pool_counters)) {
        counters->open.add();
    }
    ~UpstreamConnection() { counters->open.subtract(); }
    UpstreamConnection(const UpstreamConnection&) = delete;
    UpstreamConnection& operator=(const UpstreamConnection&) = delete;

    wire::Stream stream;
    wire::Buffer in;                                        // received, not yet consumed
    std::string out;                                        // the head of the request that it carries
    std::array<std::string_view, wire::kMaxGather> pieces;  // of that request, as they go out: head, then body
    wire::Clock::time_point idle_since;
    bool reused = false;  // has carried an answer before
    std::shared_ptr<PoolCounters> counters;
};

// A connection being made, for whoever may have to give it up.
struct ConnectAttempt {
    wire::Stream* stream = nullptr;
    bool abandoned = false;  // also between two addresses, or while the name is resolved
    void abandon() {
        abandoned = true;
        if (stream != nullptr) stream->cancel();
    }
};

// Limits on what is kept.
struct IdlePolicy {
    std::size_t most;
    wire::Clock::duration idle_timeout;

    bool may_keep(std::size_t idle_now) const { return idle_now < most; }
    bool may_use(wire::Clock::time_point idle_since, wire::Clock::time_point now) const {
        return now - idle_since < idle_timeout;
    }
};

class UpstreamPool {
  public:
    UpstreamPool(const wire::Executor& executor, const Provider& provider, IdlePolicy policy)
        : executor_(executor), provider_(provider), policy_(policy), resolver_(executor) {}

    const Provider& provider() const { return provider_; }

    // The newest usable idle connection, or null.
    std::unique_ptr<UpstreamConnection> take_idle(wire::Clock::time_point now);
    // Resolves, connects and, for TLS, verifies, until `attempt` is abandoned.
    wire::Awaitable<Outcome<std::unique_ptr<UpstreamConnection>>> connect(ConnectAttempt& attempt);
    // The answer was read to its end and the connection may carry another.
    void give_back(std::unique_ptr<UpstreamConnection> connection, wire::Clock::time_point now);
    void discard(std::unique_ptr<UpstreamConnection> connection);
    // Closes what has been idle too long or was closed by the provider.
    void sweep(wire::Clock::time_point now);
    void close_idle();
    const PoolCounters& counters() const { return *counters_; }
    // Whether anything refers to it: a connection, or one that is being made.
    bool is_in_use() const { return connecting_ > 0 || counters_->open.get() > 0; }

  private:
    using Resolver = wire::asio::ip::basic_resolver<wire::Tcp, wire::Executor>;

    wire::Executor executor_;
    const Provider& provider_;
    IdlePolicy policy_;
    Resolver resolver_;
    Resolver::results_type addresses_;
    wire::Clock::time_point resolved_at_{};
    std::size_t connecting_ = 0;
    std::vector<std::unique_ptr<UpstreamConnection>> idle_;
    const std::shared_ptr<PoolCounters> counters_ = std::make_shared<PoolCounters>();
};

}  // namespace tollgate
