// sample_upstream: our own OpenAI-compatible server, for the quickstart, the tests and the benchmarks.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench/sample_upstream/server.h"

namespace {

// "HOST:PORT", IPv6 in brackets.
bool split_listen(const std::string& listen, sample::Options& options) {
    auto colon = listen.rfind(':');
    if (colon == std::string::npos || colon + 1 == listen.size()) return false;
    auto digits = listen.substr(colon + 1);
    if (digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) return false;
    auto port = std::stoul(digits);
    if (port > 65535) return false;
    options.host = listen.substr(0, colon);
    if (options.host.starts_with('[') && options.host.ends_with(']')) {
        options.host = options.host.substr(1, options.host.size() - 2);
    }
    options.port = static_cast<std::uint16_t>(port);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    sample::Options options;
    std::string listen = "127.0.0.1:0";
    std::string words;
    CLI::App app("An OpenAI-compatible server that answers as scripted (bench/README.md)");
    app.add_option("--listen", listen, "HOST:PORT; port 0 picks a free one")->capture_default_str();
    app.add_option("--threads", options.threads, "Loops, a thread each")->check(CLI::Range(1, 64));
    app.add_option("--api-key", options.api_key, "Ask for this bearer token");
    app.add_option("--script", words, "Default script for requests without one");
    app.add_option("--record", options.record, "Requests kept for GET /stats/requests")->check(CLI::Range(0, 100000));
    app.add_option("--model", options.models, "A model to list; may be repeated");
    auto* certificate = app.add_option("--tls-cert", options.tls_certificate_file, "PEM certificate chain");
    auto* key = app.add_option("--tls-key", options.tls_key_file, "PEM private key");
    certificate->needs(key);
    key->needs(certificate);
    CLI11_PARSE(app, argc, argv);
    if (!split_listen(listen, options)) {
        std::fprintf(stderr, "sample_upstream: --listen wants HOST:PORT, not '%s'\n", listen.c_str());
        return 2;
    }
    auto script = sample::parse_script(words, sample::Script{});
    if (!script) {
        std::fprintf(stderr, "sample_upstream: --script: %s\n", script.error().c_str());
        return 2;
    }
    options.script = *script;
    auto host = options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
    try {
        sample::Server server(std::move(options));
        std::printf("sample_upstream listening on %s:%u\n", host.c_str(), static_cast<unsigned>(server.port()));
        std::fflush(stdout);
        server.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "sample_upstream: cannot serve on %s: %s\n", listen.c_str(), error.what());
        return 1;
    }
    return 0;
}
