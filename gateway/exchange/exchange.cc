#include "gateway/exchange/exchange.h"

namespace tollgate {

Caller caller_of(const Principal& principal) {
    return {.kind = principal.session != nullptr ? CallerKind::session : caller_kind(principal.kind),
            .key = principal.session != nullptr ? principal.session->id : principal.key,
            .user = principal.creator,
            .organization = principal.organization,
            .scopes = principal.scopes};
}

void Exchange::begin(const Id128& ulid, wire::Clock::time_point now, std::int64_t unix_ms) {
    head.begin(ulid, now, unix_ms);
    principal = {};
    received = {};
    ask.api = ApiType::chat;
    ask.counts_only = ask.events_as_list = false;
    ask.body.clear();
    choice.clear();
    explanation.reset();
    terms = {};
    attempt = {};
    reply = {};
    cache.reset();
}

void Exchange::let_go_of_own_keys() {
    if (catalogue == nullptr || catalogue->own_routes() == nullptr) return;
    attempt.endpoint = nullptr;  // as do the explanation's, it points into the catalogue
    explanation.reset();
    cache.reset();
    catalogue.reset();
}

}  // namespace tollgate
