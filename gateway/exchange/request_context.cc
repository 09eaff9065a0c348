#include "gateway/exchange/request_context.h"

namespace tollgate {

void RequestContext::set_id(const Id128& ulid) {
    id = ulid;
    write_ulid(id, request_id_text.data() + kIdPrefix);
    write_ulid(id, generation_id_text.data() + kIdPrefix);
}

void RequestContext::clear() {
    route = Route::unknown;
    inbound = &openai_inbound();
    head_only = expect_continue = key_presented = streamed = cancelled = false;
    keep_alive = true;
    framing = wire::Framing::none;
    content_length = 0;
    method.clear();
    path.clear();
    query.clear();
    idempotency_key.clear();
    app.clear();
    app_title.clear();
    principal = Principal();
    body_bytes = 0;
    body_ready = {};
    connecting_us = 0;
    generated = metered = false;
    body.clear();
    request_rate = token_rate = {};
    endpoint = nullptr;
    status = status_sent = upstream_status = 0;
    error = ErrorKind::none;
    sent_upstream = upstream_answered = first_token = {};
    overhead_us = 0;
    bytes_out = 0;
    sent_output_bound = counted_prompt_tokens = 0;
    usage = {};
    cost = {};
}

Route route_of(std::string_view path, const Inbound*& inbound) {
    inbound = &openai_inbound();
    if (path == "/") return Route::root;
    if (path == "*") return Route::options;
    if (path.starts_with("/v1/")) {
        path.remove_prefix(4);
    } else if (path.starts_with("/api/v1/")) {
        path.remove_prefix(8);
        inbound = &openrouter_inbound();
        if (path == "key" || path == "auth/key") return Route::key;
        if (path == "credits") return Route::credits;
        if (path == "generation") return Route::generation;
        if (path == "activity") return Route::activity;
    } else {
        return path == "/api/organizations" || path.starts_with("/api/organizations/") ? Route::management
                                                                                       : Route::unknown;
    }
    if (path == "chat/completions") return Route::chat;
    if (path == "completions") return Route::completions;
    if (path == "embeddings") return Route::embeddings;
    if (path == "models") return Route::models;
    if (path.starts_with("models/") && path.size() > 7) return Route::model;
    return Route::unknown;
}

std::string_view to_string(Route route) {
    static constexpr std::array<std::string_view, kRouteCount> kNames = {
        "unknown", "chat",       "completions", "embeddings", "models", "model",  "key",
        "credits", "generation", "activity",    "management", "root",   "options"};
    return kNames[static_cast<std::size_t>(route)];
}

std::string_view allowed_methods(Route route) {
    switch (route) {
        case Route::chat:
        case Route::completions:
        case Route::embeddings:
            return "POST, OPTIONS";
        case Route::models:
        case Route::model:
        case Route::key:
        case Route::credits:
        case Route::generation:
        case Route::activity:
        case Route::root:
            return "GET, HEAD, OPTIONS";
        case Route::management:
            return "GET, POST, PUT, PATCH, DELETE, OPTIONS";
        default:
            return "GET, HEAD, POST, OPTIONS";
    }
}

}  // namespace tollgate
