#include "gateway/server.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <latch>
#include <thread>

#include "accounting/accounts/alerts.h"
#include "gateway/api/allowances.h"
#include "gateway/host/host_socket.h"
#include "gateway/host/service_manager.h"
#include "gateway/listen.h"
#include "gateway/master_keys.h"
#include "gateway/open_services.h"
#include "gateway/ops/checkpoints.h"
#include "gateway/ops/metrics.h"
#include "gateway/ops/operations_server.h"
#include "gateway/reload.h"
#include "gateway/worker.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

constexpr std::uint64_t kMostGivingWay = 64;             // idle connections that are told to go, and have not gone yet
constexpr auto kRefusalPause = std::chrono::seconds(5);  // what a kill may lose of refused acts
constexpr auto kAlertLook = std::chrono::seconds(5);     // how late people are told about their money
constexpr auto kAllowanceLook = std::chrono::seconds(10);  // how late a window may be granted
constexpr auto kSessionLook = std::chrono::minutes(10);    // how late sessions end that nobody uses
constexpr auto kCutLimit = std::chrono::seconds(2);        // for cut requests to settle and close
constexpr auto kClosingLimit = std::chrono::seconds(10);   // for the ledger and the store to close, at most
constexpr int kWatchdogShare = 3;                          // it is fed so often in its time
constexpr auto kCheckpointLook = std::chrono::minutes(1);  // between two looks for expired ones

class Server {
  public:
    Server(Services& services, ServiceManager& manager)
        : services_(services), manager_(manager), logger_(services.log->logger(LogComponent::server)) {}

    Status start(std::uint32_t workers) {
        const std::uint64_t part = std::max(services_.config.limits.max_connections / workers, 1U);
        for (std::uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>(services_, i, part));
        if (services_.mailer != nullptr) services_.accounts->on_mail([this] { services_.mailer->wake(); });
        services_.accounts->on_publish(
            [this](const std::shared_ptr<const Directory>& directory) { publish(directory); });
        Status status = open(operations_, "operations_listen", services_.config.operations_listen);
        if (!status.ok()) return status;
        announce();
        status = open(data_, "listen", services_.config.listen);
        if (!status.ok()) return status;
        if (const std::string left = manager_.sockets_left(); !left.empty()) {
            return {StatusCode::invalid,
                    "sockets were handed over that have no use: " + left + "; there are listen and operations_listen"};
        }
        introduce();
        return {};
    }

    void run() {
        std::function<void()> on_commit;
        if (services_.config.ledger.durability == Durability::disk) {
            on_commit = [this] {
                for (auto& worker : workers_) worker->settlements_committed();
            };
        }
        services_.ledger->start(std::move(on_commit));
        services_.usage->start();
        for (auto& worker : workers_) {
            threads_.emplace_back([&worker] { worker->run(); });
            const std::string name = "worker-" + std::to_string(threads_.size() - 1);
            pthread_setname_np(threads_.back().native_handle(), name.c_str());
        }
        for (ThreadPool* pool : pools()) pool->start();
        if (services_.mailer != nullptr) services_.mailer->start();
        listen_to_host();
        wire::asio::co_spawn(control_, accept(), wire::asio::detached);
        wire::asio::co_spawn(
            control_,
            serve_operations(operations_,
                             {metrics_, *services_.ledger, services_.draining, services_.shed_at_ms, checkpoints_,
                              *services_.account_changes, services_.config.operations.hosts}),
            wire::asio::detached);
        const std::chrono::milliseconds max_age(services_.config.operations.checkpoint_max_age_ms);
        repeat(&Server::remove_expired_checkpoints, std::min<std::chrono::milliseconds>(kCheckpointLook, max_age),
               "the removal of checkpoints");
        repeat(&Server::grant_due_allowances, kAllowanceLook, "the granting of allowances");
        repeat(&Server::end_old_sessions, kSessionLook, "the ending of old sessions");
        repeat(&Server::store_refusals, kRefusalPause, "the storing of refused acts");
        if (services_.mailer != nullptr) repeat(&Server::tell_people, kAlertLook, "the telling about money");
        wire::asio::co_spawn(control_, reload_on_signal(), wire::asio::detached);
        wire::asio::co_spawn(control_, stop_on_signal(), wire::asio::detached);
        std::printf("tollgate listening: data %s operations %s\n", services_.instance.data_url.c_str(),
                    services_.instance.operations_url.c_str());
        std::fflush(stdout);
        manager_.tell("READY=1");
        if (const auto limit = manager_.watchdog()) {
            wire::asio::co_spawn(control_, feed_watchdog(*limit / kWatchdogShare), wire::asio::detached);
        }
        control_.run();
        // Workers still run while these end: a change being published waits for each of them.
        host_.reset();
        if (services_.mailer != nullptr) services_.mailer->stop();
        for (ThreadPool* pool : pools()) pool->stop();
        for (auto& worker : workers_) worker->stop();
        for (auto& thread : threads_) thread.join();
        // What still waits in a pool holds a connection, whose socket belongs to a worker.
        services_.parsers.reset();
        services_.readers.reset();
        services_.account_changes.reset();
        services_.outside.reset();
        services_.passwords.reset();
        services_.identity_calls.reset();
        services_.fetchers.reset();
        (void)services_.refusals->flush();
        services_.ledger->stop();
        ::unlink(operations_url_path(services_.config.data_dir).c_str());
        services_.usage->stop();
    }

  private:
    std::array<ThreadPool*, 7> pools() const {
        return {services_.parsers.get(), services_.readers.get(),   services_.account_changes.get(),
                services_.outside.get(), services_.passwords.get(), services_.identity_calls.get(),
                services_.fetchers.get()};
    }

    // A socket that the service manager handed over goes before the configured address: it stays open while there is no
    // process, so that clients wait for the next one instead of being refused.
    Status open(wire::Acceptor& acceptor, const std::string& option, const std::string& address) {
        const auto handed_over = manager_.take_socket(option);
        if (!handed_over) return listen(acceptor, option, address);
        Status status = adopt_listening(acceptor, option, *handed_over);
        if (status.ok()) logger_.info("a socket was handed over", {{"for", option}, {"url", url_of(acceptor, false)}});
        return status;
    }

    // Only while this loop and every worker's turn: one that hangs lets the service manager end the process.
    wire::Awaitable<void> feed_watchdog(std::chrono::microseconds pause) {
        wire::Timer timer(control_);
        while (true) {
            for (auto& worker : workers_) co_await wire::asio::post(worker->io(), wire::kAwait);
            manager_.tell("WATCHDOG=1");
            timer.expires_after(pause);
            [[maybe_unused]] auto waited = co_await timer.async_wait(wire::kAwait);
        }
    }

    // Where the ledger's tools find this process, before anything answers. They can be told, so that a failure is no
    // reason to stop.
    void announce() const {
        std::ofstream file(operations_url_path(services_.config.data_dir), std::ios::trunc);
        file << url_of(operations_, false) << '\n';
    }

    // For the operator's pages, before anything is served.
    void introduce() {
        RunningInstance& instance = services_.instance;
        instance.data_url = url_of(data_, services_.tls != nullptr);
        instance.operations_url = url_of(operations_, false);
        for (const auto& worker : workers_) instance.workers.push_back(worker.get());
    }

    // Without it the host's commands wait for a stopped gateway: no reason to stop, either.
    void listen_to_host() {
        const std::string& url = services_.config.accounts.public_url;
        const std::string base = url.empty() ? url_of(data_, services_.tls != nullptr) : url;
        auto socket = HostSocket::open(services_.config.data_dir, [this, base](const HostAct& act) {
            return perform(*services_.accounts, act, base, wire::unix_ms_now());
        });
        if (!socket) logger_.error("`tollgate admin` cannot reach this gateway", {{"why", socket.error().message()}});
        if (socket) host_ = std::move(*socket);
    }

    // Returns when every worker has done it, so that what was changed is in force for all later requests. For another
    // thread than theirs.
    void on_every_worker(const std::function<void(Worker&)>& change) {
        std::latch acknowledged(static_cast<std::ptrdiff_t>(workers_.size()));
        for (auto& worker : workers_) {
            wire::asio::post(worker->io(), [&worker, &acknowledged, &change] {
                change(*worker);
                acknowledged.count_down();
            });
        }
        acknowledged.wait();
    }

    void publish(const std::shared_ptr<const Directory>& directory) {
        on_every_worker([&directory](Worker& worker) { worker.set_directory(directory); });
        services_.own_keys->forget_changed(*directory);
    }

    // On the API thread, which may block.
    wire::Awaitable<void> reload() {
        if (const Status status = services_.access_log->reopen(); !status.ok()) logger_.error(status.message());
        const auto reloaded = read_again(services_.config, *services_.catalogue.get());
        if (!reloaded) {
            logger_.error("nothing was reloaded but the access log", {{"why", reloaded.error().message()}});
            co_return;
        }
        services_.log->set_levels(reloaded->log);
        use_master_keys(*services_.accounts, reloaded->master_keys, logger_);
        services_.catalogue.set(reloaded->catalogue);
        services_.options.set({.options = records_in_force(started_with_, reloaded->options, reloaded->waiting),
                               .catalogue = reloaded->catalogue_paths,
                               .read_ms = wire::unix_ms_now()});
        if (reloaded->tls != nullptr) services_.certificate_expires_s = expiry_of(*reloaded->tls);
        on_every_worker([&reloaded](Worker& worker) {
            worker.set_catalogue(reloaded->catalogue);
            if (reloaded->tls != nullptr) worker.set_tls(reloaded->tls);
        });
        for (const std::string& option : reloaded->waiting) {
            logger_.warning("this option has changed and waits for a restart", {{"option", option}});
        }
        logger_.info("reloaded", {{"file", services_.config.file}});
    }

    // A chore that fails must not end the process.
    wire::Awaitable<void> on_side_thread(wire::Awaitable<void> chore, std::string_view name) {
        auto [failed] =
            co_await wire::asio::co_spawn(services_.account_changes->executor(), std::move(chore), wire::kAwait);
        if (!failed) co_return;
        try {
            std::rethrow_exception(failed);
        } catch (const std::exception& unexpected) {
            logger_.error(std::string(name) + " failed", {{"what", unexpected.what()}});
        }
    }

    wire::Awaitable<void> reload_on_signal() {
        while (true) {
            auto [error, signal] = co_await reload_signal_.async_wait(wire::kAwait);
            if (error) co_return;
            co_await on_side_thread(reload(), "the reload");
        }
    }

    wire::Awaitable<void> remove_expired_checkpoints() {
        for (const std::string& name : checkpoints_.remove_expired(wire::unix_ms_now())) {
            logger_.warning("a checkpoint that no tool deleted has expired", {{"checkpoint", name}});
        }
        co_return;
    }

    wire::Awaitable<void> store_refusals() {
        const Status stored = services_.refusals->flush();
        if (!stored.ok()) logger_.error("refused acts could not be stored", {{"why", stored.message()}});
        co_return;
    }

    wire::Awaitable<void> end_old_sessions() {
        Change change(*services_.accounts, {.kind = CallerKind::job, .job = "sessions"}, "session.expire",
                      wire::unix_ms_now());
        (void)tollgate::end_old_sessions(change, {.idle_ms = services_.config.accounts.session_idle_timeout_ms});
        const Status ended = change.commit();
        if (!ended.ok()) logger_.error("old sessions could not be ended", {{"why", ended.message()}});
        co_return;
    }

    wire::Awaitable<void> grant_due_allowances() {
        const Status granted = grant_allowances(services_, wire::unix_ms_now());
        if (!granted.ok()) logger_.error("an allowance could not be granted", {{"why", granted.message()}});
        co_return;
    }

    wire::Awaitable<void> tell_people() {
        const Status told = look_for_alerts(*services_.accounts, wire::unix_ms_now());
        if (!told.ok()) logger_.error("people could not be told about their money", {{"why", told.message()}});
        co_return;
    }

    using Chore = wire::Awaitable<void> (Server::*)();
    wire::Awaitable<void> in_turn(Chore chore, std::chrono::milliseconds pause, std::string_view name) {
        wire::Timer timer(control_);
        while (operations_.is_open()) {
            co_await on_side_thread((this->*chore)(), name);
            timer.expires_after(pause);
            [[maybe_unused]] auto waited = co_await timer.async_wait(wire::kAwait);
        }
    }
    void repeat(Chore chore, std::chrono::milliseconds pause, std::string_view name) {
        wire::asio::co_spawn(control_, in_turn(chore, pause, name), wire::asio::detached);
    }

    std::uint64_t open_connections() const {
        std::uint64_t total = 0;
        for (const auto& worker : workers_) total += worker->load();
        return total;
    }

    // Clients keep few, long connections: each is placed on the worker that has the fewest.
    Worker& least_loaded() {
        Worker* best = workers_.front().get();
        for (auto& worker : workers_) {
            if (worker->load() < best->load()) best = worker.get();
        }
        return *best;
    }

    // An idle connection gives way to a newcomer: its client opens another when it needs one. A running request is
    // never ended for one.
    bool make_room() {
        const auto most_idle = std::ranges::max_element(
            workers_, {}, [](const std::unique_ptr<Worker>& worker) { return worker->idle_connections(); });
        if ((*most_idle)->idle_connections() == 0) return false;
        (*most_idle)->make_room();
        return true;
    }

    wire::Awaitable<void> accept() {
        wire::Timer pause(control_);
        while (data_.is_open()) {
            wire::Socket socket(control_);
            auto [error] = co_await data_.async_accept(socket, wire::kAwait);
            if (error == wire::asio::error::operation_aborted) co_return;
            if (error) {  // no descriptors, most likely: try again when some may be free
                pause.expires_after(std::chrono::milliseconds(50));
                [[maybe_unused]] auto waited = co_await pause.async_wait(wire::kAwait);
                continue;
            }
            const std::uint64_t open = open_connections(), most = services_.config.limits.max_connections;
            // Room is made also for one that is refused: it is the next one's.
            if (open >= most && (!make_room() || open >= most + kMostGivingWay)) {
                services_.connections_refused.fetch_add(1, std::memory_order_relaxed);
                continue;  // closed by going out of scope
            }
            // Only the descriptor changes hands: everything that a worker's loop knows is touched by its thread alone.
            const auto protocol = data_.local_endpoint(error).protocol();
            const int descriptor = socket.release(error);
            if (!error) least_loaded().adopt(descriptor, protocol);
        }
    }

    wire::Awaitable<void> stop_on_signal() {
        [[maybe_unused]] auto received = co_await signals_.async_wait(wire::kAwait);
        logger_.info("stopping: running requests have " +
                     std::to_string(services_.config.timeouts.shutdown_timeout_ms) + " ms");
        const auto limit_ms = std::chrono::milliseconds(services_.config.timeouts.shutdown_timeout_ms);
        const std::chrono::microseconds needed = limit_ms + kCutLimit + kClosingLimit;
        manager_.tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(needed.count()));
        services_.draining = true;
        wire::ErrorCode ignored;
        data_.close(ignored);
        for (auto& worker : workers_) worker->shut_down();
        wire::Timer timer(control_);
        const auto limit = wire::Clock::now() + limit_ms;
        bool cut = false;
        while (open_connections() > 0 && wire::Clock::now() < limit + kCutLimit) {
            if (!cut && wire::Clock::now() >= limit) {
                cut = true;
                for (auto& worker : workers_) worker->stop_connections();
            }
            timer.expires_after(std::chrono::milliseconds(20));
            [[maybe_unused]] auto waited = co_await timer.async_wait(wire::kAwait);
        }
        operations_.close(ignored);
        control_.stop();
    }

    Services& services_;
    ServiceManager& manager_;
    const Logger logger_;
    const std::vector<OptionRecord> started_with_ = services_.options.get()->options;
    wire::asio::io_context control_{1};  // accepts, signals, operations: nothing that blocks
    // Taken from the beginning: one that comes while the gateway starts stops it orderly as soon as it runs.
    wire::asio::basic_signal_set<wire::Executor> signals_{control_, SIGTERM, SIGINT};
    wire::asio::basic_signal_set<wire::Executor> reload_signal_{control_, SIGHUP};
    wire::Acceptor data_{control_}, operations_{control_};
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::unique_ptr<HostSocket> host_;
    Metrics metrics_{{workers_, services_.catalogue, services_.providers, *services_.slots, *services_.ledger,
                      *services_.usage, *services_.log, services_.connections_refused, services_.accounts->vault(),
                      services_.mailer.get(), services_.response_cache->counters(), *services_.health,
                      services_.certificate_expires_s, services_.config.data_dir}};
    // The store is the RocksStore that open_books() opened.
    Checkpoints checkpoints_{static_cast<RocksStore&>(*services_.store), *services_.slots, *services_.ledger,
                             services_.config.data_dir, services_.config.operations.checkpoint_max_age_ms};
};

}  // namespace

Status serve(ReadConfig read, std::string_view commit) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);   // until there is something to reload
    std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is a failed write, which the ledger knows how to bear
    auto manager = ServiceManager::from_environment();
    if (!manager) return manager.error();
    Services services;
    const Config& config = read.config;
    services.worker_count = config.workers == 0 ? std::max(1U, std::thread::hardware_concurrency()) : config.workers;
    services.config = std::move(read.config);
    services.instance.started_ms = wire::unix_ms_now();
    services.instance.commit = commit;
    services.options.set({.options = std::move(read.options),
                          .catalogue = services.config.catalogue,
                          .read_ms = services.instance.started_ms});
    Status status = open_services(services);
    if (!status.ok()) return status;
    Server server(services, *manager);
    status = server.start(services.worker_count);
    if (!status.ok()) return status;
    server.run();
    return {};
}

}  // namespace tollgate
