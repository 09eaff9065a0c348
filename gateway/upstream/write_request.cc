#include "gateway/upstream/write_request.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <string_view>

#include "gateway/exchange/upgrade_fields.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/text/buffered_text.h"

namespace tollgate {
namespace {

// Of the features that a client tries, a provider is told of those of its own API only.
bool is_for(std::string_view line, const Provider& provider) {
    const bool messages = provider.dialect == &messages_upstream();
    return !(messages ? line.starts_with("openai-") : line.starts_with("anthropic-"));
}

void append_forwarded_lines(std::string_view lines, const Provider& provider, BufferedText& out) {
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n') + 1);
        if (is_for(line, provider)) out += line;
        lines.remove_prefix(line.size());
    }
}

// The client's own where its request passes as it came. What is translated or added is of the one that we write.
std::string_view version_line(const Exchange& request, const Provider& provider) {
    if (provider.version_line.empty()) return {};
    const bool ours = request.attempt.translated || !request.choice.in_dialect.empty();
    return ours || request.head.api_version.empty() ? provider.version_line : request.head.api_version;
}

constexpr std::string_view kOpenAiPrefix = "/v1/";  // of the calls that pass through
constexpr std::string_view kJson = "application/json";

// A session's request has no body and asks for its connection to become a WebSocket.
bool upgrades(const Exchange& request) { return request.ask.api == ApiType::realtime; }

void append_target(const Exchange& request, BufferedText& out) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    const ModelCall call = model_call_of(request.ask.api);
    const std::string& model = endpoint.endpoint->upstream_model;
    if (call == ModelCall::passed) {
        const std::string_view path = request.head.path;
        endpoint.provider->append_passed_path(path.substr(kOpenAiPrefix.size()), model, out);
        if (is_of_account(request.ask.api) && !request.head.query.empty()) {
            out += '?';
            out += request.head.query;
        }
        if (!upgrades(request)) return;
        out += endpoint.provider->path.contains('?') ? "&model=" : "?model=";
        out += boost::urls::encode(model, boost::urls::unreserved_chars);
    } else {
        endpoint.provider->append_path(call, request.ask.body.stream, model, out);
    }
}

// What the body is, and what may come: of what passes through, only the provider can say it.
void append_types(const Exchange& request, BufferedText& out) {
    const bool passes = passes_through(request.ask.api);
    const std::string_view own = request.head.content_type;
    out += "content-type: ";
    out += passes && !own.empty() ? own : kJson;
    out += "\r\naccept: ";
    out += passes ? "*/*" : request.ask.body.stream ? "text/event-stream" : kJson;
}

void append_upgrade(const Exchange& request, BufferedText& out) {
    const std::string& beta = request.head.upgrade->beta;
    if (!beta.empty()) ((out += "openai-beta: ") += beta) += "\r\n";
    out += "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ";
    out += *request.attempt.websocket_key;
}

// Of a model only things are asked; what an account has is looked at and deleted, too.
std::string_view method_of(const Exchange& request) {
    if (!is_of_account(request.ask.api)) return upgrades(request) ? "GET" : "POST";
    return request.head.head_only ? std::string_view("GET") : request.head.method;
}

// What authenticates a request that is signed as it leaves.
Error append_signature(const Exchange& request, const UpstreamBody& body, const Credential& credential,
                       std::string& lines) {
    std::string target;
    {
        BufferedText out(target);
        append_target(request, out);
    }
    return credential.append_lines({.method = method_of(request),
                                    .target = target,
                                    .host = request.attempt.endpoint->provider->host_header,
                                    .body = body.pieces(),
                                    .unix_ms = wire::unix_ms_now()},
                                   lines);
}

bool takes_stream_options(ApiType api) { return api == ApiType::chat || api == ApiType::completions; }

}  // namespace

Error write_request_head(const Exchange& request, const UpstreamBody& body, const Credential& credential,
                         std::string& to) {
    const Provider& provider = *request.attempt.endpoint->provider;
    std::string signature;
    if (credential.signer != nullptr) {
        if (Error error = append_signature(request, body, credential, signature)) return error;
    }
    to.clear();
    BufferedText out(to);
    out += method_of(request);
    out += ' ';
    append_target(request, out);
    out += " HTTP/1.1\r\n";
    out += provider.fixed_headers;
    out += version_line(request, provider);
    out += credential.signer == nullptr ? credential.lines() : std::string_view(signature);
    append_forwarded_lines(request.head.forwarded, provider, out);
    if (upgrades(request)) {
        append_upgrade(request, out);
    } else if (is_of_account(request.ask.api) && body.size() == 0 && method_of(request) != "POST") {
        out += "accept: */*";  // of a body that there is not, nothing is said
    } else {
        append_types(request, out);
        out += "\r\ncontent-length: ";
        out.number(static_cast<std::int64_t>(body.size()));
    }
    out += "\r\n\r\n";
    return {};
}

void build_body(const Exchange& request, std::string_view text, std::int64_t now_ms, UpstreamBody& body) {
    if (request.attempt.translated) return;  // it has been written
    if (upgrades(request)) {
        body.whole();
        return body.set_whole();
    }
    const std::string& model = request.attempt.endpoint->endpoint->upstream_model;
    if (is_of_account(request.ask.api)) return body.pass(text);
    if (passes_through(request.ask.api)) return body.build_passed(text, request.ask.body, model);
    StreamOptions stream_options = StreamOptions::untouched;
    if (request.ask.body.stream && takes_stream_options(request.ask.api)) {
        const bool taken =
            !request.attempt.without_stream_options && request.attempt.endpoint->takes_stream_options(now_ms);
        stream_options = taken ? StreamOptions::ask_for_usage : StreamOptions::leave_out;
    }
    const Choice& choice = request.choice;
    Additions added;
    if (request.head.inbound->speaks_chat()) {
        added = {.members = choice.members, .first_message = choice.first_message};
    } else {
        added.members = choice.in_dialect;
    }
    if (const ChangedPrompt* const prompt = request.attempt.prompt.get()) {
        added.messages = prompt->messages.of(prompt->body);
        if (prompt->instructions) added.instructions = *prompt->instructions;
    }
    added.bound.tokens = choice.output_bound > 0 ? choice.output_bound : request.terms.sent_output_bound;
    if (request.ask.api == ApiType::chat) {
        added.bound.parameter = request.attempt.endpoint->provider->output_bound_parameter;
    } else if (request.ask.api == ApiType::responses) {
        added.bound.parameter = OutputBoundParameter::max_output_tokens;
    }
    body.build(text, request.ask.body, model, stream_options, added);
}

}  // namespace tollgate
