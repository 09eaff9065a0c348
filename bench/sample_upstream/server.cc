#include "bench/sample_upstream/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>

#include "bench/sample_upstream/connection.h"

namespace sample {

namespace asio = wire::asio;

Script Shared::default_script() const {
    std::lock_guard lock(mutex_);
    return script_;
}

void Shared::set_default_script(const Script& script) {
    std::lock_guard lock(mutex_);
    script_ = script;
    script_version_.fetch_add(1, std::memory_order_release);
}

std::string Shared::played() const {
    std::lock_guard lock(mutex_);
    return played_;
}

void Shared::set_played(std::string_view response) {
    std::lock_guard lock(mutex_);
    played_ = response;
    script_version_.fetch_add(1, std::memory_order_release);
}

void Shared::reset_stats() {
    for (auto& worker : workers) worker->stats.reset();
    recorder.reset();
    bills.reset();
}

std::string Shared::stats_json() const {
    std::string out = "{\"requests\":{";
    auto member = [&out](std::string_view name, std::uint64_t value) {
        if (out.back() != '{') out += ',';
        out += '"';
        out += name;
        out += "\":";
        out += std::to_string(value);
    };
    auto sum = [this](auto read) {
        std::uint64_t total = 0;
        for (const auto& worker : workers) total += static_cast<std::uint64_t>(read(worker->stats));
        return total;
    };
    for (std::size_t i = 0; i < static_cast<std::size_t>(Endpoint::count); ++i) {
        auto endpoint = static_cast<Endpoint>(i);
        member(endpoint_name(endpoint), sum([endpoint](const Stats& stats) { return stats.requests(endpoint); }));
    }
    out += '}';
    auto counter = [&](std::string_view name, Counter which) {
        member(name, sum([which](const Stats& stats) { return stats.get(which); }));
    };
    member("in_flight", sum([](const Stats& stats) { return stats.in_flight.load(std::memory_order_relaxed); }));
    member("open_connections",
           sum([](const Stats& stats) { return stats.open_connections.load(std::memory_order_relaxed); }));
    counter("connections", Counter::connections);
    counter("completed", Counter::completed);
    counter("aborted", Counter::aborted);
    counter("faulted", Counter::faulted);
    counter("bad_requests", Counter::bad_requests);
    counter("prompt_tokens", Counter::prompt_tokens);
    counter("completion_tokens", Counter::completion_tokens);
    counter("billed_prompt_tokens", Counter::billed_prompt_tokens);
    counter("billed_completion_tokens", Counter::billed_completion_tokens);
    return out + '}';
}

void Worker::refresh() {
    auto version = shared.script_version();
    if (version == script_version_) return;
    script_ = shared.default_script();
    played_ = shared.played();
    script_version_ = version;
}

const Script& Worker::default_script() {
    refresh();
    return script_;
}

const std::string& Worker::played() {
    refresh();
    return played_;
}

struct Server::Tls {
    asio::ssl::context context{asio::ssl::context::tls_server};
};

Server::Server(Options options) : shared_(std::move(options)) {
    for (unsigned i = 0; i < std::max(1u, shared_.options.threads); ++i) {
        shared_.workers.push_back(std::make_unique<Worker>(shared_, i));
    }
    if (!shared_.options.tls_certificate_file.empty()) {
        tls_ = std::make_unique<Tls>();
        tls_->context.use_certificate_chain_file(shared_.options.tls_certificate_file);
        tls_->context.use_private_key_file(shared_.options.tls_key_file, asio::ssl::context::pem);
    }
    wire::Tcp::endpoint endpoint(asio::ip::make_address(shared_.options.host), shared_.options.port);
    acceptor_.emplace(shared_.workers.front()->context);
    acceptor_->open(endpoint.protocol());
    acceptor_->set_option(asio::socket_base::reuse_address(true));
    acceptor_->bind(endpoint);
    acceptor_->listen(4096);
    port_ = acceptor_->local_endpoint().port();
}

Server::~Server() = default;

wire::Awaitable<void> Server::accept() {
    constexpr auto kPauseAfterError = std::chrono::milliseconds(20);  // out of descriptors, most likely
    wire::Acceptor& acceptor =
        acceptor_.value();  // NOLINT(bugprone-unchecked-optional-access): made by the constructor
    wire::Timer pause(acceptor.get_executor());
    for (std::size_t next = 0;; ++next) {
        auto& worker = *shared_.workers[next % shared_.workers.size()];
        auto [error, socket] = co_await acceptor.async_accept(worker.context.get_executor(), wire::kAwait);
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            pause.expires_after(kPauseAfterError);
            co_await pause.async_wait(wire::kAwait);
            continue;
        }
        start_connection(worker, std::move(socket), tls_ ? &tls_->context : nullptr);
    }
}

void Server::run() {
    auto& first = shared_.workers.front()->context;
    asio::signal_set signals(first, SIGINT, SIGTERM);
    signals.async_wait([this](const wire::ErrorCode&, int) {
        for (auto& worker : shared_.workers) worker->context.stop();
    });
    asio::co_spawn(first, accept(), asio::detached);
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < shared_.workers.size(); ++i) {
        threads.emplace_back([worker = shared_.workers[i].get()] {
            auto guard = asio::make_work_guard(worker->context);
            worker->context.run();
        });
    }
    first.run();
}

}  // namespace sample
