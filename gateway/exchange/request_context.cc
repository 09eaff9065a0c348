#include "gateway/exchange/request_context.h"

namespace tollgate {

Caller caller_of(const Principal& principal) {
    return {.kind = caller_kind(principal.kind),
            .key = principal.key,
            .user = principal.creator,
            .organization = principal.organization};
}

void RequestContext::set_id(const Id128& ulid) {
    id = ulid;
    write_ulid(id, request_id_text.data() + kIdPrefix);
    write_ulid(id, generation_id_text.data() + kIdPrefix);
}

void RequestContext::clear() {
    route = &kUnknownRoute;
    operation = nullptr;
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

}  // namespace tollgate
