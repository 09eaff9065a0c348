// The sample upstream as an object: workers, each one thread with its own loop and connections, and what they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/sample_upstream/script.h"
#include "bench/sample_upstream/stats.h"
#include "gateway/wire/asio.h"

namespace sample {

namespace wire = tollgate::wire;

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    unsigned threads = 1;
    std::size_t record = 64;  // requests kept for GET /stats/requests
    std::string api_key;      // empty: none is asked for
    std::vector<std::string> models{"echo", "echo-mini", "embed"};
    std::string tls_certificate_file;  // empty: plain HTTP
    std::string tls_key_file;
    Script script;
};

struct Shared;

struct Worker {
    Worker(Shared& shared_in, unsigned number_in) : shared(shared_in), number(number_in) {}

    Shared& shared;
    const unsigned number;
    Stats stats;
    simdjson::dom::parser parser;
    std::uint64_t answers = 0;
    std::uint64_t chaos_state = 1 + number;  // of the generator of random faults

    // The default script, copied again only when somebody has changed it.
    const Script& default_script();
    // Bytes that answer every request of a model instead; empty where none were posted. Valid until the next call.
    const std::string& played();

  private:
    void refresh();

    Script script_;
    std::string played_;
    std::uint64_t script_version_ = 0;

  public:
    // Last, so that connections, which it destroys, find the rest alive.
    wire::asio::io_context context{1};
};

struct Shared {
    explicit Shared(Options options_in)
        : options(std::move(options_in)), recorder(options.record), bills(options.record) {}

    const Options options;
    Recorder recorder;
    Bills bills;
    std::vector<std::unique_ptr<Worker>> workers;

    Script default_script() const;
    void set_default_script(const Script& script);
    std::string played() const;
    void set_played(std::string_view response);
    std::uint64_t script_version() const { return script_version_.load(std::memory_order_acquire); }
    std::string stats_json() const;
    void reset_stats();

  private:
    mutable std::mutex mutex_;
    Script script_ = options.script;
    std::string played_;
    std::atomic<std::uint64_t> script_version_{1};
};

class Server {
  public:
    // Listens at once, and throws what explains itself where that fails (address, certificate).
    explicit Server(Options options);
    ~Server();
    std::uint16_t port() const { return port_; }
    void run();  // until SIGINT or SIGTERM

  private:
    wire::Awaitable<void> accept();

    Shared shared_;
    struct Tls;
    std::unique_ptr<Tls> tls_;
    std::optional<wire::Acceptor> acceptor_;
    std::uint16_t port_ = 0;
};

}  // namespace sample
