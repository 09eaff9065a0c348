// What the steps of a request cost, each alone: the data path's parsers.
#include <benchmark/benchmark.h>

#include <string>

#include "gateway/chat/answer_stream.h"
#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/wire/chunked.h"
#include "gateway/wire/http_head.h"

namespace tollgate {
namespace {

// As the official Python SDK sends it.
constexpr std::string_view kRequestHead =
    "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway.example:8080\r\nAccept-Encoding: gzip, deflate\r\nConnection: "
    "keep-alive\r\n"
    "Accept: application/json\r\nContent-Type: application/json\r\nUser-Agent: OpenAI/Python "
    "2.1.0\r\nX-Stainless-Lang: python\r\n"
    "X-Stainless-Package-Version: 2.1.0\r\nX-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\nX-Stainless-Runtime: "
    "CPython\r\n"
    "X-Stainless-Runtime-Version: 3.11.2\r\nAuthorization: Bearer "
    "sk-tg-v1-0123456789012345678901234567890123456789012345678\r\n"
    "X-Stainless-Async: false\r\nx-stainless-retry-count: 0\r\nx-stainless-read-timeout: 600\r\nContent-Length: "
    "1024\r\n\r\n";
constexpr std::string_view kResponseHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\nDate: Sat, 21 "
    "Nov 2026 00:00:00 GMT\r\n"
    "openai-processing-ms: 217\r\nopenai-version: 2020-10-01\r\nx-ratelimit-limit-requests: "
    "10000\r\nx-ratelimit-remaining-requests: 9999\r\n"
    "x-request-id: req_0123456789abcdef\r\nServer: cloudflare\r\n\r\n";

void request_head(benchmark::State& state) {
    wire::RequestHead head;
    for (auto _ : state) {
        const std::size_t end = wire::find_head_end(kRequestHead, 0);
        benchmark::DoNotOptimize(wire::parse_request_head(kRequestHead.substr(0, end), 100, head).status);
    }
}
BENCHMARK(request_head);

void response_head(benchmark::State& state) {
    wire::ResponseHead head;
    for (auto _ : state) {
        const std::size_t end = wire::find_head_end(kResponseHead, 0);
        benchmark::DoNotOptimize(wire::parse_response_head(kResponseHead.substr(0, end), 100, false, head).status);
    }
}
BENCHMARK(response_head);

// A chat of about `bytes` bytes in messages of 400.
std::string chat_body(std::size_t bytes) {
    std::string body = R"({"model":"gpt-4o-mini","stream":true,"max_tokens":256,"messages":[)";
    const std::string message = R"({"role":"user","content":")" + std::string(370, 'w') + R"("})";
    bool first = true;
    while (first || body.size() + message.size() < bytes) {
        body += (first ? "" : ",") + message;
        first = false;
    }
    return body + "]}";
}

void body_read_and_splice(benchmark::State& state) {
    const simdjson::padded_string padded(chat_body(static_cast<std::size_t>(state.range(0))));
    const std::string_view text(padded.data(), padded.size());
    JsonParser parser;
    BodyFacts facts;
    UpstreamBody body;
    for (auto _ : state) {
        if (parse_body(parser, text, 128, kChatNames, facts)) state.SkipWithError("the body was refused");
        body.build(text, facts, "gpt-4o-mini-2024-07-18", StreamOptions::ask_for_usage);
        benchmark::DoNotOptimize(body.size());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(body_read_and_splice)->Arg(1'000)->Arg(100'000);

constexpr std::string_view kEvent =
    "data: "
    "{\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"object\":\"chat.completion.chunk\",\"created\":1795219200,"
    "\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\","
    "\"choices\":[{\"index\":0,"
    "\"delta\":{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";

void answer_stream_event(benchmark::State& state) {
    AnswerStream stream;
    AnswerStream::Options options;
    options.inbound = state.range(0) != 0 ? &openrouter_inbound() : &openai_inbound();
    options.generation = "gen-01KAHX0000000000000000000";
    options.provider = "openai";
    options.model = "openai/gpt-4o-mini";
    stream.begin(options);
    std::string out;
    for (auto _ : state) {
        stream.feed(kEvent, out);
        benchmark::DoNotOptimize(out.data());
        out.clear();
    }
}
BENCHMARK(answer_stream_event)->ArgName("openrouter")->Arg(0)->Arg(1);

void chunk_decode_event(benchmark::State& state) {
    wire::ChunkDecoder decoder;
    char head[18];
    const std::string chunk =
        std::string(head, wire::write_chunk_head(kEvent.size(), head)) + std::string(kEvent) + "\r\n";
    std::string buffer = chunk;
    for (auto _ : state) {
        buffer.assign(chunk);
        benchmark::DoNotOptimize(decoder.decode(buffer.data(), buffer.size()).payload);
    }
}
BENCHMARK(chunk_decode_event);

}  // namespace
}  // namespace tollgate
