// What one request gathers on its way, in the order of its phases. Owned by its connection and reused by the next
// request, so that a warm connection allocates nothing.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "accounting/accounts/caller.h"
#include "accounting/accounts/directory.h"
#include "accounting/ledger/usage_record.h"
#include "gateway/chat/dialect/openai_request.h"
#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/chat/inbound.h"
#include "gateway/exchange/route.h"
#include "gateway/routing/catalogue.h"
#include "gateway/text/error.h"
#include "gateway/wire/asio.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

// Who is asking: copied out of the directory. The policy keeps the snapshot alive that it is in.
struct Principal {
    KeyKind kind = KeyKind::inference;
    KeyDigest key;
    Id128 organization, project, creator;
    std::shared_ptr<const OrganizationPolicy> policy;  // null for the root key
    OrganizationCredit* credit = nullptr;
    Spenders spenders;
};

Caller caller_of(const Principal& principal);  // without its address

inline constexpr std::size_t kIdPrefix = 4;  // "req_", "gen-"

struct RequestContext {
    // Head.
    Id128 id;
    std::array<char, kIdPrefix + kUlidText> request_id_text{'r', 'e', 'q', '_'};
    std::array<char, kIdPrefix + kUlidText> generation_id_text{'g', 'e', 'n', '-'};
    wire::Clock::time_point started{};
    std::int64_t started_ms = 0;                 // Unix time
    const Route* route = &kUnknownRoute;         // never null
    const Operation* operation = nullptr;        // null: the route does not take the method
    const Inbound* inbound = &openai_inbound();  // never null
    bool head_only = false;                      // HEAD
    bool keep_alive = true;
    bool expect_continue = false;
    int minor_version = 1;
    wire::Framing framing = wire::Framing::none;
    std::uint64_t content_length = 0;
    std::string method;
    std::string path;  // without query
    std::string query;
    std::string idempotency_key;
    std::string app;        // HTTP-Referer: the app's address
    std::string app_title;  // X-Title
    KeyDigest presented_key;
    bool key_presented = false;
    // Authenticated.
    Principal principal;
    // Body: in the connection's buffer, `body_bytes` from its beginning.
    std::size_t body_bytes = 0;
    std::size_t reserved_bytes = 0;        // of the worker's body memory
    wire::Clock::time_point body_ready{};  // head and body are in hand
    ApiType api = ApiType::chat;
    BodyFacts body;
    std::uint8_t retention_class = 0;  // of this request's record
    // Admitted.
    RateState request_rate, token_rate;  // what is left of the rates
    std::int64_t sent_output_bound =
        0;  // tokens of a choice that the gateway asks the provider to stay within; 0: none
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    // Plan.
    const CatalogueEndpoint* endpoint = nullptr;
    UpstreamBody upstream_body;
    // Answer.
    int status = 0;       // sent, or what would have been sent to a client that left
    int status_sent = 0;  // 0: no head has left yet
    ErrorKind error = ErrorKind::none;
    bool streamed = false;
    bool cancelled = false;  // the client left before the end
    int upstream_status = 0;
    wire::Clock::time_point sent_upstream{};
    std::int64_t connecting_us = 0;               // spent making a connection
    wire::Clock::time_point upstream_answered{};  // head received
    wire::Clock::time_point first_token{};        // of a stream; of a plain answer, its first byte
    std::int64_t overhead_us = 0;
    std::uint64_t bytes_out = 0;
    bool generated = false;  // a plain answer has begun to come: it was made whole, aborting saves nothing
    bool metered = false;    // the connection's meter is this request's
    TokenUsage usage;
    NanoUsd cost;

    std::string_view request_id() const { return {request_id_text.data(), request_id_text.size()}; }  // req_<ULID>
    std::string_view generation_id() const {
        return {generation_id_text.data(), generation_id_text.size()};
    }  // gen-<ULID>
    void set_id(const Id128& ulid);
    void note_first_token() {
        if (first_token == wire::Clock::time_point{}) first_token = wire::Clock::now();
    }
    void clear();
};

}  // namespace tollgate
