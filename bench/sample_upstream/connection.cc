#include "bench/sample_upstream/connection.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "bench/sample_upstream/http_request.h"
#include "bench/sample_upstream/scripted_answer.h"

namespace sample {
namespace {

namespace asio = wire::asio;

class Connection {
  public:
    Connection(Worker& worker, std::shared_ptr<Channel> channel) : worker_(worker), channel_(std::move(channel)) {
        worker_.stats.add(Counter::connections);
        worker_.stats.open_connections.fetch_add(1, std::memory_order_relaxed);
    }
    ~Connection() { worker_.stats.open_connections.fetch_sub(1, std::memory_order_relaxed); }
    Connection(const Connection&) = delete;

    wire::Awaitable<void> run() {
        if (!co_await channel_->handshake()) co_return;
        auto outcome = Outcome::done;
        while (true) {
            auto read = co_await channel_->read_head();
            if (read == Channel::Read::request && answers_early()) {
                co_await answer_early();
                outcome = Outcome::cut;
                break;
            }
            if (read == Channel::Read::request) read = co_await channel_->read_body();
            if (read == Channel::Read::closed) co_return;
            worker_.stats.in_flight.fetch_add(1, std::memory_order_relaxed);
            if (read == Channel::Read::request) {
                outcome = co_await answer();
            } else {
                response_.keep_alive = false;
                outcome = co_await send_error(400, channel_->error(), {});
            }
            worker_.stats.in_flight.fetch_sub(1, std::memory_order_relaxed);
            count(outcome);
            if (outcome != Outcome::done || !response_.keep_alive) break;
            channel_->drop_request();
        }
        if (outcome == Outcome::reset) channel_->reset();
        co_await channel_->close(outcome == Outcome::done);
    }

  private:
    void count(Outcome outcome) {
        constexpr Counter kCounters[] = {Counter::completed, Counter::aborted, Counter::faulted, Counter::faulted};
        worker_.stats.add(kCounters[static_cast<std::size_t>(outcome)]);
    }

    // Only the default script and the header are known before the body.
    bool answers_early() {
        auto head = *parse_request_head(channel_->head());
        std::string_view rest;
        if (route(head.path, rest) > Endpoint::embeddings) return false;
        script_ = worker_.default_script();
        if (head.sample_script.empty()) return script_.early_status != kUnset;
        if (auto script = parse_script(head.sample_script, script_)) script_ = *script;
        return script_.early_status != kUnset;
    }

    wire::Awaitable<Outcome> answer_early() {
        response_.keep_alive = false;
        response_.id = "early";
        co_return co_await send_error(script_.early_status, "the sample upstream was told to answer early", "early");
    }

    wire::Awaitable<Outcome> send_error(std::uint32_t status, std::string_view message, std::string_view code) {
        worker_.stats.add(Counter::bad_requests);
        response_.body.clear();
        append_error_object(response_.body, message, error_type(status), code);
        co_return co_await response_.send_json(status);
    }

    wire::Awaitable<Outcome> answer() {
        // Parsed again: the buffer may have moved since the channel judged it.
        auto head = *parse_request_head(channel_->head());
        auto body = channel_->body();
        response_.keep_alive = head.keep_alive;
        std::string_view rest;
        auto endpoint = route(head.path, rest);
        worker_.stats.add_request(endpoint);
        response_.id = "chatcmpl-sample-" + std::to_string(worker_.number) + "-" + std::to_string(++worker_.answers);
        bool wants_post = endpoint == Endpoint::chat || endpoint == Endpoint::completions ||
                          endpoint == Endpoint::messages || endpoint == Endpoint::embeddings ||
                          endpoint == Endpoint::stats_reset;
        bool is_post = head.method == "POST";
        if (endpoint == Endpoint::unknown) co_return co_await send_error(404, "no such path", "unknown_url");
        if (endpoint == Endpoint::play && !is_post) co_return co_await send_error(405, "post a response", {});
        if (endpoint != Endpoint::script && endpoint != Endpoint::play && wants_post != is_post) {
            co_return co_await send_error(405, "this path does not take this method", "method_not_allowed");
        }
        if (endpoint >= Endpoint::health) co_return co_await answer_control(endpoint, is_post, body);
        worker_.shared.recorder.record(channel_->head(), body, channel_->peer());
        const auto& key = worker_.shared.options.api_key;
        if (!key.empty() && (!head.authorization.starts_with("Bearer ") || head.authorization.substr(7) != key)) {
            co_return co_await send_error(401, "Incorrect API key provided", "invalid_api_key");
        }
        if (!is_post) co_return co_await answer_models(endpoint, rest);
        if (auto read = request_.read(endpoint, body, worker_.parser); !read) {
            co_return co_await send_error(400, read.error(), {});
        }
        if (!worker_.played().empty()) co_return co_await play();
        script_ = worker_.default_script();
        auto words = !head.sample_script.empty() ? head.sample_script : std::string_view(request_.script);
        if (!words.empty()) {
            auto script = parse_script(words, script_);
            if (!script) co_return co_await send_error(400, script.error(), "bad_sample_script");
            script_ = *script;
        }
        if (script_.chaos > 0) add_chaos();
        co_return co_await scripted_.send(endpoint, request_, script_);
    }

    // A posted response, byte for byte; its end is the connection's.
    wire::Awaitable<Outcome> play() {
        response_.output = worker_.played();
        response_.keep_alive = false;
        co_return co_await channel_->send(response_.output) ? Outcome::done : Outcome::left;
    }

    // One fault of those that upstreams have, for some requests; the same ones in every run.
    void add_chaos() {
        constexpr std::string_view kFaults[] = {
            "status=500",   "status=429",   "status=503",    "error_body",       "reset_head",           "close_head",
            "garbage=head", "garbage=json", "garbage=chunk", "error_at=2",       "reset_at=2",           "close_at=2",
            "no_done",      "usage=none",   "usage=zero",    "usage=cumulative", "no_finish close_at=3", "split=7"};
        auto& state = worker_.chaos_state;  // Knuth's MMIX generator; its high bits are the good ones
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        const auto random = state >> 33;
        if (random % 1000 >= script_.chaos) return;
        if (auto script = parse_script(kFaults[random / 1000 % std::size(kFaults)], script_)) script_ = *script;
    }

    wire::Awaitable<Outcome> answer_control(Endpoint endpoint, bool is_post, std::string_view body) {
        response_.body = R"({"status":"ok"})";
        if (endpoint == Endpoint::stats) response_.body = worker_.shared.stats_json();
        if (endpoint == Endpoint::stats_requests) response_.body = worker_.shared.recorder.json();
        if (endpoint == Endpoint::stats_bills) response_.body = worker_.shared.bills.json();
        if (endpoint == Endpoint::play) worker_.shared.set_played(body);
        if (endpoint == Endpoint::stats_reset) worker_.shared.reset_stats();
        if (endpoint == Endpoint::script && is_post) {
            // The words replace what was posted before; the command line's script stays underneath.
            auto script = parse_script(body, worker_.shared.options.script);
            if (!script) co_return co_await send_error(400, script.error(), "bad_sample_script");
            worker_.shared.set_default_script(*script);
        }
        co_return co_await response_.send_json(200);
    }

    void append_model(std::string_view model) {
        response_.body += R"({"id":")";
        append_escaped(response_.body, model);
        response_.body += R"(","object":"model","created":1700000000,"owned_by":"sample"})";
    }

    wire::Awaitable<Outcome> answer_models(Endpoint endpoint, std::string_view wanted) {
        const auto& models = worker_.shared.options.models;
        response_.body.clear();
        if (endpoint == Endpoint::model) {
            if (std::ranges::find(models, wanted) == models.end()) {
                co_return co_await send_error(404, "The model does not exist", "model_not_found");
            }
            append_model(wanted);
            co_return co_await response_.send_json(200);
        }
        response_.body = R"({"object":"list","data":[)";
        for (const auto& model : models) {
            if (response_.body.back() != '[') response_.body += ',';
            append_model(model);
        }
        response_.body += "]}";
        co_return co_await response_.send_json(200);
    }

    Worker& worker_;
    std::shared_ptr<Channel> channel_;
    Response response_{*channel_};
    ModelRequest request_;
    Script script_;
    ScriptedAnswer scripted_{worker_, response_};
};

wire::Awaitable<void> serve(Worker& worker, std::shared_ptr<Channel> channel) {
    Connection connection(worker, std::move(channel));
    co_await connection.run();
}

}  // namespace

void start_connection(Worker& worker, wire::Socket socket, asio::ssl::context* tls) {
    auto channel = std::make_shared<Channel>(std::move(socket), tls);
    asio::co_spawn(worker.context, serve(worker, std::move(channel)), asio::detached);
}

}  // namespace sample
