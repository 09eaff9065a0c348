// One request and its answer: a value for each phase, in their order. A phase writes its own value and reads those
// before it. Values are new for each request, an Attempt for each attempt; only buffers are used again, so that a warm
// connection allocates nothing.
#pragma once

#include <memory>

#include "accounting/accounts/caller.h"
#include "accounting/accounts/directory.h"
#include "accounting/accounts/project.h"
#include "accounting/ledger/usage_record.h"
#include "gateway/chat/dialect/openai_request.h"
#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/exchange/attribution.h"
#include "gateway/exchange/changed_prompt.h"
#include "gateway/exchange/head.h"
#include "gateway/exchange/translated_request.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/choose_model.h"
#include "gateway/text/error.h"
#include "gateway/wire/clock.h"

namespace tollgate {

// Who is asking: copied out of the directory. The policy keeps the snapshot alive that it is in.
struct Principal {
    KeyKind kind = KeyKind::inference;
    ScopeSet scopes;  // of a personal token
    KeyDigest key;
    // One for the whole request: whose defaults, limits and credit it has. A personal token's is the one that the
    // request names, else the person's current one; its project is that one's default.
    Id128 organization, project;
    Id128 creator;                                     // of a personal token, the person
    std::shared_ptr<const OrganizationPolicy> policy;  // null for the root key, and where the path names another one
    const Directory* directory = nullptr;              // that the policy is in; lives as long as it is held
    const KeyRules* rules = nullptr;                   // of the key, in the same directory; null: it has none
    OrganizationCredit* credit = nullptr;
    Spenders spenders;
    std::shared_ptr<const Session> session;          // of a person who signed in; then `key` is its id
    std::shared_ptr<const Attribution> attribution;  // null: the request names no Git repository
};

Caller caller_of(const Principal& principal);  // without its address

// The body, decoded: in the connection's buffer, from its beginning.
struct ReceivedBody {
    std::size_t bytes = 0;
    std::size_t reserved_bytes = 0;   // of the worker's body memory
    wire::Clock::time_point ready{};  // head and body are in hand
    bool operator==(const ReceivedBody&) const = default;
};

// What is asked of a model.
struct Ask {
    ApiType api = ApiType::chat;
    bool counts_only = false;     // how long the prompt is
    bool events_as_list = false;  // a stream is one JSON list: Google's API without alt=sse
    BodyFacts body;
};

// Which model is to answer, and what the request is given that it does not say itself.
struct Choice {
    ChosenModel model;  // views into the request, the principal's directory or the configuration
    const ProviderPreferences* preset = nullptr;  // of the preset that it names, in the directory; null: none
    SharedProviderPreferences provider{};         // its own; null: none
    std::vector<std::string> fallbacks{};         // models that may answer in place of the chosen one, in order
    std::string members;                          // of its body, as JSON, each after a comma
    std::string first_message;                    // the same: before its own messages
    std::string in_dialect{};                     // both, in the client's dialect where that is not chat completions
    std::int64_t output_bound = 0;                // tokens of a choice, where a default names them; 0: none does
    ProjectMode mode = ProjectMode::credits;      // whose credentials at providers it goes with

    void clear() {
        model = {};
        preset = nullptr;
        provider = nullptr;
        fallbacks.clear();
        members.clear();
        first_message.clear();
        in_dialect.clear();
        output_bound = 0;
        mode = ProjectMode::credits;
    }
};

// On what terms the request was admitted.
struct Terms {
    RateState request_rate, token_rate;  // what is left of the rates
    // Tokens of a choice that the gateway asks the provider to stay within; 0: none.
    std::int64_t sent_output_bound = 0;
    std::int64_t counted_prompt_tokens = 0;  // what the prompt is billed as if the provider does not say
    std::uint64_t request_digest = 0;        // of this request's record; 0: none
    std::uint8_t retention_class = 0;        // of this request's record
};

// One try at one endpoint. The next try begins with a new one.
struct Attempt {
    const CatalogueEndpoint* endpoint = nullptr;  // null: the request got no further than its plan
    PickedKey key{};                              // that it goes with
    wire::Clock::time_point began{};              // of one that follows a failed one
    wire::Clock::time_point tried{};              // of every one, to the tick
    int upstream_status = 0;
    std::int64_t connecting_us = 0;  // spent making a connection
    wire::Clock::time_point sent_upstream{};
    wire::Clock::time_point upstream_answered{};  // head received
    wire::Clock::time_point first_token{};        // of a stream; of a plain answer, its first byte
    bool generated = false;  // a plain answer has begun to come: it was made whole, aborting saves nothing
    bool streamed = false;
    bool binary_events = false;                          // the answer is in AWS's framing
    bool metered = false;                                // the connection's meter is this attempt's
    bool refused_stream_options = false;                 // the next attempt at the same endpoint goes without them
    bool without_stream_options = false;                 // this one does, for that reason
    bool translated = false;                             // the request was written anew for the endpoint
    bool outrun = false;                                 // another one was asked beside it, and answered first
    std::shared_ptr<TranslatedRequest> translation{};    // null: it passes
    std::shared_ptr<const ChangedPrompt> prompt{};       // that it sends; null: the client's
    std::shared_ptr<const std::string> websocket_key{};  // that the provider was sent, of a session; else null

    // Closing the connection would not stop the provider's billing.
    bool bills_when_aborted() const {
        return generated || (endpoint != nullptr && !endpoint->provider->abort_stops_billing);
    }
    void note_first_token() {
        if (first_token == wire::Clock::time_point{}) first_token = wire::Clock::now();
    }
    // Of a plain answer: of its first bytes, which may have come with its head.
    void note_first_bytes(bool with_head) {
        if (!with_head) return note_first_token();
        if (first_token == wire::Clock::time_point{}) first_token = upstream_answered;
    }
    bool operator==(const Attempt&) const = default;
};

// What the client was sent and what it cost.
struct Reply {
    int status = 0;       // sent, or what would have been sent to a client that left
    int status_sent = 0;  // 0: no head has left yet
    // The model ended its answer, which says something, by itself: no limit, filter or failure did.
    bool ended_by_model = false;
    ErrorKind error = ErrorKind::none;
    bool cancelled = false;  // the client left before the end
    std::int64_t overhead_us = 0;
    std::uint64_t bytes_out = 0;
    TokenUsage usage;
    NanoUsd cost;
    NanoUsd provider_cost;  // what the provider is thought to charge
    bool operator==(const Reply&) const = default;
};

class RouteExplanation;

struct Exchange {
    Head head;
    Principal principal;
    ReceivedBody received;
    Ask ask;
    Choice choice;
    Terms terms;
    std::shared_ptr<const Catalogue> catalogue;  // that the attempt's endpoint is of; stays until another is in force
    std::shared_ptr<RouteExplanation> explanation;  // null: nobody asked for it
    Attempt attempt;
    Reply reply;
    std::unique_ptr<CacheUse> cache;  // null: the request does not use the cache of answers
    UpstreamBody upstream_body;       // a buffer: what the attempt sends

    // The conversation's name, by its body or else by its head; empty: it names none.
    const std::string& session() const { return ask.body.session.empty() ? head.session : ask.body.session; }
    // Its answer is one that was made before: nothing is held, used or charged for.
    bool is_kept_answer() const { return cache != nullptr && cache->answer != nullptr; }

    // The next request begins. Body memory of the one before must have been released.
    void begin(const Id128& ulid, wire::Clock::time_point now, std::int64_t unix_ms);
    // It has ended, and the connection may wait long for the next: an organization's secrets do not wait with it.
    void let_go_of_own_keys();
};

}  // namespace tollgate
