// The head of a client's request, as the phases after it need it. Written once, when it has been read.
#pragma once

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/chat/inbound.h"
#include "gateway/exchange/attribution.h"
#include "gateway/exchange/cache_use.h"
#include "gateway/exchange/route.h"
#include "gateway/wire/clock.h"
#include "gateway/wire/content_decoder.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

inline constexpr std::size_t kIdPrefix = 4;  // "req_", "gen-"

struct PageFields;
struct UpgradeFields;

struct Head {
    Id128 id;  // names the request and its generation
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
    wire::ContentCoding body_coding = wire::ContentCoding::identity;
    int minor_version = 1;
    wire::Framing framing = wire::Framing::none;
    std::uint64_t content_length = 0;
    // Their memory is used again by the next head of the connection.
    std::string method;
    std::string path;  // without query
    std::string query;
    std::string idempotency_key;
    std::string if_match;                  // of changes
    std::string forwarded;                 // lines that are sent on to the provider, each with CRLF
    std::string api_version;               // line of it that a message is written for, with CRLF; empty: none is named
    std::string organization;              // X-Org-Id: that the request names
    std::shared_ptr<const GitFields> git;  // null: none
    std::shared_ptr<const UpgradeFields> upgrade;  // null: the connection is to stay HTTP
    std::shared_ptr<const PageFields> page;        // of the management API (client/page_fields.h); null: no browser's
    std::string content_type;                      // of the body of a call that passes through
    std::string accept_encoding;                   // of who asks for a file
    std::string if_none_match;                     // the same
    std::string app;                               // HTTP-Referer: the app's address
    std::string app_title;                         // X-Title
    std::string tags;                              // X-Tollgate-Tags, not looked at yet
    CacheFields cache;                             // what is asked of the cache of answers
    std::string session;                           // the conversation's name (client/routing_fields.h)
    std::string cors_fields;                       // lines of every answer to a page of another origin (client/cors.h)
    boost::asio::ip::address address;              // of the client (client/client_address.h), of management calls alone
    KeyDigest presented_key;
    bool key_presented = false;
    bool explain = false;  // why the request goes where it goes

    std::string_view request_id() const { return {request_id_text.data(), request_id_text.size()}; }  // req_<ULID>
    std::string_view generation_id() const {
        return {generation_id_text.data(), generation_id_text.size()};
    }  // gen-<ULID>

    bool calls_model() const { return operation != nullptr && operation->runs_on == RunsOn::exchange; }

    // A request that begins now, of which nothing else is known yet.
    void begin(const Id128& ulid, wire::Clock::time_point now, std::int64_t unix_ms);
    bool operator==(const Head&) const = default;
};

}  // namespace tollgate
