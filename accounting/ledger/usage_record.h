// The record of one request: what is known when its hold is taken (RequestOpened) and when it is settled
// (RequestSettled), with their binary forms in the slot file and in usage-detail blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "accounting/ledger/priced_candidates.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/status.h"

namespace tollgate {

enum class ApiType : std::uint8_t {
    chat,
    completions,
    embeddings,
    messages,
    responses,
    gemini,
    // Calls that pass through: what is said in them is between the client and the provider.
    speech,
    transcriptions,
    translations,
    images,
    moderations,
    realtime,  // of a session, each of its responses
    // The same, of no model: they are about what an account at a provider has stored.
    files,
    batches,
};
constexpr bool passes_through(ApiType type) { return type >= ApiType::speech; }
constexpr bool is_of_account(ApiType type) { return type >= ApiType::files; }
enum class UsageSource : std::uint8_t {
    provider,   // the upstream reported it
    counted,    // counted from what was streamed
    estimated,  // guessed from sizes
    none,       // nothing was generated
};
std::string_view to_string(ApiType type);  // "chat", "completions", "embeddings", …
std::string_view to_string(UsageSource source);

// Longer texts are truncated when encoded, on a UTF-8 boundary; limits in bytes.
inline constexpr std::size_t kAttributionBytes = 128;  // end user, session, app
inline constexpr std::size_t kTagsBytes = 240;         // with their commas
inline constexpr std::size_t kFinishReasonBytes = 32;
inline constexpr std::size_t kErrorCodeBytes = 64;
inline constexpr std::size_t kUpstreamIdBytes = 96;
inline constexpr std::size_t kGitProviderBytes = 10, kGitHostBytes = 64, kGitOrganizationBytes = 72,
                             kGitRepositoryBytes = 128;
// What a slot's room for candidates loses at most to the Git repository of a request that names one.
inline constexpr std::size_t kGitUsageBytes =
    16 + kGitProviderBytes + kGitHostBytes + kGitOrganizationBytes + kGitRepositoryBytes + 4;

// The Git repository that a request named.
struct GitUsage {
    std::string_view provider, host;  // empty: it named none
    std::string_view organization;    // the claimed one, or the one that was named
    std::string_view repository;      // its path; empty: only an organization was named
    Id128 claim = {};                 // by which the organization here was found; nil: by none
    bool named() const { return !provider.empty(); }
    bool operator==(const GitUsage&) const = default;
};

// Texts are views: of the caller when encoding, of the encoded bytes when decoded.
struct RequestOpened {
    Id128 request;  // ULID; the generation is "gen-" + its text
    Id128 organization;
    Id128 project;
    Id128 member;  // the key's creating user
    KeyDigest key;
    std::int64_t created_ms = 0;  // Unix time
    ApiType api = ApiType::chat;
    bool streamed = false;
    std::string_view model_asked;
    std::string_view end_user;  // body `user`
    std::string_view session;
    std::string_view app;         // HTTP-Referer: its address
    std::string_view app_title;   // X-Title
    std::string_view tags;        // as usage_tags.h has them
    GitUsage git;                 // X-Git-...
    PricedCandidates candidates;  // at least one
    NanoUsd hold;
    // Of what was asked, keyed (gateway/exchange/request_digest.h); 0: the organization does not measure repeats.
    std::uint64_t request_digest = 0;
    std::uint8_t retention_class = 0;  // how long this detail is kept: a number the configuration gives to a class
};

struct RequestSettled {
    std::int64_t settled_ms = 0;  // Unix time
    std::uint8_t candidate = 0;   // which of the candidates answered, or was tried last
    TokenUsage usage;
    UsageSource source = UsageSource::none;
    NanoUsd cost;                  // the price of the usage: what the answer's `usage.cost` says, if it was not cut
    NanoUsd charged;               // booked to the organization, <= cost
    NanoUsd overrun;               // cost - charged, booked to platform:overrun
    NanoUsd provider_cost;         // what the upstream is thought to charge
    std::int32_t http_status = 0;  // sent to the client (499: it had left)
    bool cancelled = false;        // the client left before the end
    bool cache_hit = false;
    bool byok = false;
    bool usage_contradictory = false;  // the provider's figure is far from what was generated
    std::int32_t latency_ms = 0;       // request head to last byte
    std::int32_t first_token_ms =
        -1;  // request head to the first generated token, of a plain answer to its first byte; -1: none came
    std::int32_t upstream_status = 0;
    std::string_view finish_reason;  // OpenAI's word; empty if none was seen
    std::string_view error;          // our error code, empty if none
    std::string_view upstream_id;    // the provider's own id; never a key
};

struct UsageRecord {
    RequestOpened opened;
    RequestSettled settled;
};

// The candidate that is charged for.
const PricedCandidate& answered(const RequestOpened& opened, const RequestSettled& settled);
inline const PricedCandidate& answered(const UsageRecord& record) { return answered(record.opened, record.settled); }

// Return the number of bytes written (at most kSlotOpenBytes / kSlotSettlementBytes; `out` must be that large).
std::size_t encode(const RequestOpened& record, std::span<std::byte> out);
std::size_t encode(const RequestSettled& record, std::span<std::byte> out);
Result<RequestOpened> decode_opened(std::span<const std::byte> bytes);
Result<RequestSettled> decode_settled(std::span<const std::byte> bytes);
// Both, which belong together: corrupt also if the settlement names a candidate that there is not.
Result<UsageRecord> decode_record(std::span<const std::byte> open, std::span<const std::byte> settlement);

}  // namespace tollgate
