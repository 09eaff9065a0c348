// load_generator: a closed loop of HTTP/1.1 clients that checks every answer it times.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <expected>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/load_generator/client.h"

namespace {

struct Arguments {
    std::string url;
    std::string body_file;
    std::string api_key;
    std::string model = "sample/echo";
    std::string sample_script;
    std::vector<std::string> headers;
    std::size_t body_bytes = 1024;
    unsigned connections = 64;
    unsigned threads = 1;
    std::uint64_t requests = 0;
    double duration_s = 0;
    double warmup_s = 0;
    double timeout_s = 60;
    bool stream = false;
    bool json = false;
    bool any_answer = false;
};

struct Url {
    std::string host, port, path;
};

std::expected<Url, std::string> parse_url(const std::string& text) {
    constexpr std::string_view kScheme = "http://";
    if (!text.starts_with(kScheme)) return std::unexpected("only http:// addresses are supported");
    auto rest = text.substr(kScheme.size());
    auto slash = rest.find('/');
    auto authority = rest.substr(0, slash);
    auto colon = authority.rfind(':');
    if (colon == std::string::npos) return std::unexpected("the address has no port");
    auto path = slash == std::string::npos ? "/" : rest.substr(slash);
    return Url{authority.substr(0, colon), authority.substr(colon + 1), path};
}

// A chat request of exactly the wanted size, or of the least size that holds what is asked for.
std::string make_body(const Arguments& arguments) {
    std::string start = R"({"model":")" + arguments.model + R"(",)";
    if (arguments.stream) start += R"("stream":true,)";
    if (!arguments.sample_script.empty()) start += R"("user":"sample:)" + arguments.sample_script + R"(",)";
    start += R"("messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":")";
    std::string end = R"("}]})";
    constexpr std::string_view kWords = "the quick brown fox jumps over the lazy dog and ";
    std::string text;
    while (start.size() + text.size() + end.size() < arguments.body_bytes) text += kWords[text.size() % kWords.size()];
    if (text.empty()) text = "hello";
    return start + text + end;
}

std::expected<std::string, std::string> make_request(const Arguments& arguments, const Url& url) {
    auto body = make_body(arguments);
    if (!arguments.body_file.empty()) {
        std::ifstream file(arguments.body_file, std::ios::binary);
        if (!file) return std::unexpected("cannot read " + arguments.body_file);
        body.assign(std::istreambuf_iterator<char>(file), {});
    }
    std::string request = "POST " + url.path + " HTTP/1.1\r\nHost: " + url.host + ":" + url.port + "\r\n";
    if (!arguments.api_key.empty()) request += "Authorization: Bearer " + arguments.api_key + "\r\n";
    request += "Content-Type: application/json\r\nAccept: */*\r\nUser-Agent: load_generator\r\n";
    for (const auto& header : arguments.headers) request += header + "\r\n";
    return request + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

load::Report run_threads(const load::Load& whole, unsigned threads) {
    std::vector<load::Report> reports(threads);
    std::vector<std::jthread> running;
    for (unsigned i = 0; i < threads; ++i) {
        auto share = whole;
        share.connections = whole.connections / threads + (i < whole.connections % threads ? 1 : 0);
        share.requests = whole.requests / threads + (i < whole.requests % threads ? 1 : 0);
        running.emplace_back([&report = reports[i], share] { report = load::run_load(share); });
    }
    running.clear();
    for (unsigned i = 1; i < threads; ++i) reports[0].merge(reports[i]);
    return std::move(reports[0]);
}

int run(const Arguments& arguments) {
    auto url = parse_url(arguments.url);
    if (!url) {
        std::fprintf(stderr, "load_generator: --url: %s\n", url.error().c_str());
        return 2;
    }
    auto request = make_request(arguments, *url);
    if (!request) {
        std::fprintf(stderr, "load_generator: %s\n", request.error().c_str());
        return 2;
    }
    load::wire::asio::io_context resolving;
    load::wire::Tcp::resolver resolver(resolving);
    load::wire::ErrorCode error;
    auto found = resolver.resolve(url->host, url->port, error);
    if (error || found.empty()) {
        std::fprintf(stderr, "load_generator: cannot resolve %s: %s\n", url->host.c_str(), error.message().c_str());
        return 2;
    }
    load::Load load{.endpoint = found.begin()->endpoint(), .request = *request};
    load.stream = arguments.stream;
    load.connections = arguments.connections;
    load.requests = arguments.requests;
    load.duration_ms = static_cast<std::uint32_t>(arguments.duration_s * 1000);
    load.warmup_ms = static_cast<std::uint32_t>(arguments.warmup_s * 1000);
    load.timeout_ms = static_cast<std::uint32_t>(arguments.timeout_s * 1000);
    load.any_answer = arguments.any_answer;
    auto report = run_threads(load, std::min(arguments.threads, arguments.connections));
    std::fputs(arguments.json ? (report.json() + "\n").c_str() : report.text().c_str(), stdout);
    return arguments.any_answer || (report.errors.empty() && report.completed > 0) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Loads an OpenAI-compatible endpoint and checks every answer; exit 1 where one was wrong");
    app.add_option("--url", arguments.url, "http://HOST:PORT/PATH")->required();
    app.add_option("--connections", arguments.connections, "Keep-alive connections")->check(CLI::Range(1, 100000));
    app.add_option("--threads", arguments.threads, "Threads to spread them over")->check(CLI::Range(1, 64));
    auto* duration = app.add_option("--duration-s", arguments.duration_s, "Send for so long, then await what runs")
                         ->check(CLI::Range(0.01, 86400.0));
    auto* requests = app.add_option("--requests", arguments.requests, "Or send so many")->check(CLI::PositiveNumber);
    duration->excludes(requests);
    app.add_option("--warmup-s", arguments.warmup_s, "Sent before, not counted")->check(CLI::Range(0.0, 3600.0));
    app.add_option("--timeout-s", arguments.timeout_s, "Of one request")->check(CLI::Range(0.1, 86400.0));
    app.add_option("--body-file", arguments.body_file, "Send this body");
    app.add_option("--body-bytes", arguments.body_bytes, "Or a chat request of this size");
    app.add_option("--model", arguments.model, "Model named in it")->capture_default_str();
    app.add_option("--sample-script", arguments.sample_script, "What the sample upstream is to do (user)");
    app.add_option("--api-key", arguments.api_key, "Bearer token");
    app.add_option("--header", arguments.headers, "A further 'Name: value'; may be repeated");
    app.add_flag("--stream", arguments.stream, "Ask for a stream and await its [DONE]");
    app.add_flag("--any-answer", arguments.any_answer, "Wrong answers are expected: counted, no pause, exit 0");
    app.add_flag("--json", arguments.json, "Print the report as JSON");
    CLI11_PARSE(app, argc, argv);
    if (arguments.duration_s == 0 && arguments.requests == 0) arguments.requests = 1;
    return run(arguments);
}
