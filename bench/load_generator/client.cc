#include "bench/load_generator/client.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>

#include "bench/load_generator/response_reader.h"

namespace load {
namespace {

namespace asio = wire::asio;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr auto kPauseAfterError = std::chrono::milliseconds(10);
constexpr auto kWatchInterval = std::chrono::milliseconds(100);

std::uint32_t microseconds(wire::Clock::duration duration) {
    auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, UINT32_MAX));
}

// What the clients of a thread share.
struct Run {
    explicit Run(const Load& load_in) : load(load_in) {}

    const Load& load;
    asio::io_context context{1};
    Report report;
    wire::Clock::time_point measure_from;
    wire::Clock::time_point end;
    wire::Clock::time_point last_answer;
    std::uint64_t sent = 0;
    unsigned active = 0;

    bool wants_more(wire::Clock::time_point now) { return load.requests > 0 ? sent < load.requests : now < end; }
};

class Client {
  public:
    explicit Client(Run& run) : run_(run), socket_(run.context), pause_(run.context) {}

    wire::Awaitable<void> loop() {
        auto now = wire::Clock::now();
        while (run_.wants_more(now)) {
            ++run_.sent;
            started_ = now;
            busy_ = true;
            auto error = co_await one_request();
            busy_ = false;
            now = wire::Clock::now();
            note(error, now);
            const bool whole = error.empty() || (run_.load.any_answer && answered_ && !reader_.saw_error());
            if (!whole || !reader_.keep_alive()) close();
            if (!error.empty() && !run_.load.any_answer) {
                pause_.expires_after(kPauseAfterError);
                co_await pause_.async_wait(wire::kAwait);
                now = wire::Clock::now();
            }
        }
        --run_.active;
    }

    // Called by the watchdog: closing the socket ends the pending operation.
    void check_timeout(wire::Clock::time_point now) {
        if (!busy_ || now - started_ < std::chrono::milliseconds(run_.load.timeout_ms)) return;
        timed_out_ = true;
        close();
    }

  private:
    void close() {
        wire::ErrorCode ignored;
        socket_.close(ignored);
    }

    void note(const std::string& error, wire::Clock::time_point now) {
        auto& report = run_.report;
        if (!error.empty()) {
            ++report.errors[error];
            return;
        }
        if (started_ < run_.measure_from) {
            ++report.warmup;
            return;
        }
        ++report.completed;
        report.events += reader_.events();
        report.body_bytes += reader_.body_bytes();
        report.latencies_us.push_back(microseconds(now - started_));
        report.first_byte_us.push_back(microseconds(first_byte_ - started_));
        run_.last_answer = now;
    }

    std::string name(const char* otherwise) const { return timed_out_ ? "timeout" : otherwise; }

    // Empty where the answer is correct, else the kind of error.
    wire::Awaitable<std::string> one_request() {
        reader_.start();
        timed_out_ = answered_ = false;
        if (!socket_.is_open()) {
            ++run_.report.connects;
            auto [error] = co_await socket_.async_connect(run_.load.endpoint, wire::kAwait);
            if (error) co_return name("connect");
            socket_.set_option(wire::Tcp::no_delay(true));
        }
        std::string_view request = run_.load.request;
        while (!request.empty()) {
            auto [error, bytes] =
                co_await socket_.async_write_some(asio::buffer(request.data(), request.size()), wire::kAwait);
            if (error) co_return name("write");
            request.remove_prefix(bytes);
        }
        co_return co_await read_answer();
    }

    wire::Awaitable<std::string> read_answer() {
        bool first = true;
        while (true) {
            auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(buffer_), wire::kAwait);
            if (error == asio::error::eof) {
                if (reader_.end_of_file()) co_return verdict();
                co_return reader_.started() ? "truncated" : "closed_unanswered";
            }
            if (error) co_return error == asio::error::connection_reset ? "reset" : name("read");
            if (first) first_byte_ = wire::Clock::now();
            first = false;
            auto state = reader_.feed({buffer_.data(), bytes});
            if (state == ResponseReader::State::bad) co_return "malformed";
            if (state == ResponseReader::State::done) co_return verdict();
        }
    }

    std::string verdict() {
        answered_ = true;
        if (reader_.status() != 200) return "status_" + std::to_string(reader_.status());
        if (reader_.is_stream() != run_.load.stream) return "wrong_content_type";
        if (reader_.saw_error()) return "error_event";
        if (run_.load.stream && !reader_.saw_done()) return "no_done";
        if (reader_.body_bytes() == 0) return "empty_body";
        return {};
    }

    Run& run_;
    wire::Socket socket_;
    wire::Timer pause_;
    ResponseReader reader_;
    std::vector<char> buffer_ = std::vector<char>(kReadBytes);
    wire::Clock::time_point started_;
    wire::Clock::time_point first_byte_;
    bool busy_ = false;
    bool timed_out_ = false;
    bool answered_ = false;  // framed as it should be, whatever it says
};

wire::Awaitable<void> watch(Run& run, std::vector<std::unique_ptr<Client>>& clients) {
    wire::Timer timer(run.context);
    while (run.active > 0) {
        timer.expires_after(kWatchInterval);
        co_await timer.async_wait(wire::kAwait);
        for (auto& client : clients) client->check_timeout(wire::Clock::now());
    }
}

}  // namespace

Report run_load(const Load& load) {
    Run run(load);
    run.measure_from = wire::Clock::now() + std::chrono::milliseconds(load.warmup_ms);
    run.end = run.measure_from + std::chrono::milliseconds(load.duration_ms);
    run.last_answer = run.measure_from;
    std::vector<std::unique_ptr<Client>> clients;
    for (unsigned i = 0; i < load.connections; ++i) {
        clients.push_back(std::make_unique<Client>(run));
        ++run.active;
        asio::co_spawn(run.context, clients.back()->loop(), asio::detached);
    }
    asio::co_spawn(run.context, watch(run, clients), asio::detached);
    run.context.run();
    run.report.seconds = std::chrono::duration<double>(run.last_answer - run.measure_from).count();
    return std::move(run.report);
}

}  // namespace load
