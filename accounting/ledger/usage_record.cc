// Both records begin with a version byte; fields are little-endian, in the order written here.
#include "accounting/ledger/usage_record.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"
#include "store/slot_file.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kOpenedVersion = 1;
constexpr std::uint8_t kSettledVersion = 1;

constexpr std::uint8_t kStreamed = 1, kAppTitle = 2, kGit = 4, kTags = 8, kDigest = 16;    // flags of an opened record
constexpr std::uint8_t kAbortStopsBilling = 1, kProviderPrices = 2, kOwnKey = 4;           // of a candidate
constexpr std::uint8_t kCancelled = 1, kCacheHit = 2, kByok = 4, kUsageContradictory = 8;  // of a settled record

constexpr std::size_t kOpenedFixedBytes = 1 + 4 * 16 + 32 + 8 + 1 + 1 + 8 + 1 + 8 + 1;
constexpr std::size_t kOpenedTextBytes = kModelNameBytes + 4 * kAttributionBytes + 5;
static_assert(kOpenedFixedBytes + kOpenedTextBytes + kCandidateRoomBytes <= kSlotOpenBytes);
constexpr std::size_t kPricesBytes = 6 * kMostCountBytes;
constexpr std::size_t kCandidateBytes =
    kModelNameBytes + kProviderNameBytes + 2 + 1 + kMostCountBytes + 2 * kPricesBytes;
static_assert(kLeastCandidates * kCandidateBytes <= kCandidateRoomBytes);
static_assert((kLeastCandidates - 1) * kCandidateBytes + kGitUsageBytes <= kCandidateRoomBytes);
static_assert(kCandidateBytes + kGitUsageBytes + 1 + kTagsBytes <= kCandidateRoomBytes);
constexpr std::size_t kSettledFixedBytes = 1 + 8 + 1 + 6 * 8 + 1 + 4 * 8 + 4 + 1 + 3 * 4;
constexpr std::size_t kSettledTextBytes = kFinishReasonBytes + kErrorCodeBytes + kUpstreamIdBytes + 3;
static_assert(kSettledFixedBytes + kSettledTextBytes <= kSlotSettlementBytes);

std::uint8_t flag(bool set, std::uint8_t bit) { return set ? bit : std::uint8_t{0}; }

void write_prices(ByteWriter& out, const Prices& prices) {
    for (const std::int64_t price : {prices.prompt, prices.completion, prices.cache_read, prices.cache_write,
                                     prices.cache_write_1h, prices.per_request}) {
        out.count(price);
    }
}

Prices read_prices(ByteReader& in) {
    Prices prices;
    for (std::int64_t* price : {&prices.prompt, &prices.completion, &prices.cache_read, &prices.cache_write,
                                &prices.cache_write_1h, &prices.per_request}) {
        *price = in.count();
    }
    return prices;
}

void write_candidate(ByteWriter& out, const PricedCandidate& candidate) {
    const bool own_prices = candidate.prices.provider != candidate.prices.customer;
    out.text(candidate.model, kModelNameBytes);
    out.text(candidate.provider, kProviderNameBytes);
    out.integer(static_cast<std::uint8_t>(flag(candidate.abort_stops_billing, kAbortStopsBilling) |
                                          flag(own_prices, kProviderPrices) | flag(candidate.own_key, kOwnKey)));
    out.count(candidate.counted_prompt);
    write_prices(out, candidate.prices.customer);
    if (own_prices) write_prices(out, candidate.prices.provider);
}

PricedCandidate read_candidate(ByteReader& in) {
    PricedCandidate candidate;
    candidate.model = in.text();
    candidate.provider = in.text();
    const auto flags = in.integer<std::uint8_t>();
    candidate.abort_stops_billing = (flags & kAbortStopsBilling) != 0;
    candidate.own_key = (flags & kOwnKey) != 0;
    candidate.counted_prompt = in.count();
    candidate.prices.customer = read_prices(in);
    candidate.prices.provider = (flags & kProviderPrices) != 0 ? read_prices(in) : candidate.prices.customer;
    return candidate;
}

// False: more than a slot has room for.
bool read_candidates(ByteReader& in, PricedCandidates& candidates) {
    for (std::size_t left = in.integer<std::uint8_t>(); left > 0 && in.ok(); --left) {
        if (!candidates.add(read_candidate(in))) return false;
    }
    return true;
}

std::size_t count_bytes(std::int64_t value) {
    return (static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(value) | 1)) + 6) / 7;
}

std::size_t prices_bytes(const Prices& prices) {
    return count_bytes(prices.prompt) + count_bytes(prices.completion) + count_bytes(prices.cache_read) +
           count_bytes(prices.cache_write) + count_bytes(prices.cache_write_1h) + count_bytes(prices.per_request);
}

void write_git(ByteWriter& out, const GitUsage& git) {
    out.bytes(git.claim.bytes);
    out.text(git.provider, kGitProviderBytes);
    out.text(git.host, kGitHostBytes);
    out.text(git.organization, kGitOrganizationBytes);
    out.text(git.repository, kGitRepositoryBytes);
}

GitUsage read_git(ByteReader& in) {
    GitUsage git;
    git.claim.bytes = in.bytes<16>();
    git.provider = in.text();
    git.host = in.text();
    git.organization = in.text();
    git.repository = in.text();
    return git;
}

void write_usage(ByteWriter& out, const TokenUsage& usage) {
    for (const std::int64_t tokens :
         {usage.prompt, usage.completion, usage.cache_read, usage.cache_write, usage.cache_write_1h, usage.reasoning}) {
        out.integer(tokens);
    }
}

TokenUsage read_usage(ByteReader& in) {
    TokenUsage usage;
    for (std::int64_t* tokens : {&usage.prompt, &usage.completion, &usage.cache_read, &usage.cache_write,
                                 &usage.cache_write_1h, &usage.reasoning}) {
        *tokens = in.integer<std::int64_t>();
    }
    return usage;
}

Status check_version(std::string_view what, std::span<const std::byte> bytes, std::uint8_t known) {
    if (bytes.empty()) return Status(StatusCode::corrupt, std::string(what) + " record: empty");
    const auto version = std::to_integer<std::uint8_t>(bytes.front());
    if (version == known) return {};
    return Status(version > known ? StatusCode::too_new : StatusCode::corrupt,
                  std::string(what) + " record: version " + std::to_string(version) + ", this program knows " +
                      std::to_string(known));
}

}  // namespace

std::string_view to_string(ApiType type) {
    switch (type) {
        case ApiType::chat:
            return "chat";
        case ApiType::completions:
            return "completions";
        case ApiType::embeddings:
            return "embeddings";
        case ApiType::messages:
            return "messages";
        case ApiType::responses:
            return "responses";
        case ApiType::gemini:
            return "gemini";
        case ApiType::speech:
            return "speech";
        case ApiType::transcriptions:
            return "transcriptions";
        case ApiType::translations:
            return "translations";
        case ApiType::images:
            return "images";
        case ApiType::moderations:
            return "moderations";
        case ApiType::realtime:
            return "realtime";
        case ApiType::files:
            return "files";
        case ApiType::batches:
            return "batches";
    }
    return "unknown";
}

std::string_view to_string(UsageSource source) {
    switch (source) {
        case UsageSource::provider:
            return "provider";
        case UsageSource::counted:
            return "counted";
        case UsageSource::estimated:
            return "estimated";
        case UsageSource::none:
            return "none";
    }
    return "unknown";
}

std::size_t encoded_bytes(const PricedCandidate& candidate) {
    constexpr std::size_t kLengthsAndFlags = 3;
    return kLengthsAndFlags + std::min(candidate.model.size(), kModelNameBytes) +
           std::min(candidate.provider.size(), kProviderNameBytes) + count_bytes(candidate.counted_prompt) +
           prices_bytes(candidate.prices.customer) + prices_bytes(candidate.prices.provider);
}

bool PricedCandidates::add(const PricedCandidate& candidate) {
    const std::size_t bytes = bytes_ + encoded_bytes(candidate);
    if (size_ == kMostCandidates || bytes > kCandidateRoomBytes) return false;
    std::construct_at(at(size_++), candidate);
    bytes_ = static_cast<std::uint32_t>(bytes);
    return true;
}

const PricedCandidate& answered(const RequestOpened& opened, const RequestSettled& settled) {
    if (settled.candidate >= opened.candidates.size()) money_violation("a candidate that there is not has answered");
    return opened.candidates[settled.candidate];
}

std::size_t encode(const RequestOpened& record, std::span<std::byte> out) {
    ByteWriter writer(out);
    writer.integer(kOpenedVersion);
    writer.bytes(record.request.bytes);
    writer.bytes(record.organization.bytes);
    writer.bytes(record.project.bytes);
    writer.bytes(record.member.bytes);
    writer.bytes(record.key.bytes);
    writer.integer(record.created_ms);
    writer.integer(static_cast<std::uint8_t>(record.api));
    writer.integer(static_cast<std::uint8_t>(
        flag(record.streamed, kStreamed) | flag(!record.app_title.empty(), kAppTitle) | flag(record.git.named(), kGit) |
        flag(!record.tags.empty(), kTags) | flag(record.request_digest != 0, kDigest)));
    writer.integer(record.hold.value);
    writer.integer(record.retention_class);
    writer.text(record.model_asked, kModelNameBytes);
    writer.text(record.end_user, kAttributionBytes);
    writer.text(record.session, kAttributionBytes);
    writer.text(record.app, kAttributionBytes);
    if (!record.app_title.empty()) writer.text(record.app_title, kAttributionBytes);
    if (!record.tags.empty()) writer.text(record.tags, kTagsBytes);
    if (record.git.named()) write_git(writer, record.git);
    if (record.request_digest != 0) writer.integer(record.request_digest);
    if (record.candidates.empty()) money_violation("a request without a candidate that can answer it");
    writer.integer(static_cast<std::uint8_t>(record.candidates.size()));
    for (const PricedCandidate& candidate : record.candidates) write_candidate(writer, candidate);
    return writer.size();
}

std::size_t encode(const RequestSettled& record, std::span<std::byte> out) {
    ByteWriter writer(out);
    writer.integer(kSettledVersion);
    writer.integer(record.settled_ms);
    writer.integer(record.candidate);
    write_usage(writer, record.usage);
    writer.integer(static_cast<std::uint8_t>(record.source));
    writer.integer(record.cost.value);
    writer.integer(record.charged.value);
    writer.integer(record.overrun.value);
    writer.integer(record.provider_cost.value);
    writer.integer(record.http_status);
    writer.integer(static_cast<std::uint8_t>(flag(record.cancelled, kCancelled) | flag(record.cache_hit, kCacheHit) |
                                             flag(record.byok, kByok) |
                                             flag(record.usage_contradictory, kUsageContradictory)));
    writer.integer(record.latency_ms);
    writer.integer(record.first_token_ms);
    writer.integer(record.upstream_status);
    writer.text(record.finish_reason, kFinishReasonBytes);
    writer.text(record.error, kErrorCodeBytes);
    writer.text(record.upstream_id, kUpstreamIdBytes);
    return writer.size();
}

Result<RequestOpened> decode_opened(std::span<const std::byte> bytes) {
    if (const Status status = check_version("opened", bytes, kOpenedVersion); !status.ok()) {
        return std::unexpected(status);
    }
    ByteReader reader(bytes.subspan(1));
    RequestOpened record;
    record.request.bytes = reader.bytes<16>();
    record.organization.bytes = reader.bytes<16>();
    record.project.bytes = reader.bytes<16>();
    record.member.bytes = reader.bytes<16>();
    record.key.bytes = reader.bytes<32>();
    record.created_ms = reader.integer<std::int64_t>();
    const auto api = reader.integer<std::uint8_t>();
    const auto flags = reader.integer<std::uint8_t>();
    record.streamed = (flags & kStreamed) != 0;
    record.hold.value = reader.integer<std::int64_t>();
    record.retention_class = reader.integer<std::uint8_t>();
    record.model_asked = reader.text();
    record.end_user = reader.text();
    record.session = reader.text();
    record.app = reader.text();
    if ((flags & kAppTitle) != 0) record.app_title = reader.text();
    if ((flags & kTags) != 0) record.tags = reader.text();
    if ((flags & kGit) != 0) record.git = read_git(reader);
    if ((flags & kDigest) != 0) record.request_digest = reader.integer<std::uint64_t>();
    const bool fit = read_candidates(reader, record.candidates);
    if (!reader.ok()) return failure(StatusCode::corrupt, "opened record: ends too early");
    if (reader.left() > 0 && fit) return failure(StatusCode::corrupt, "opened record: bytes after its end");
    if (!fit || record.candidates.empty()) {
        return failure(StatusCode::corrupt, "opened record: an impossible number of candidates");
    }
    if (api > static_cast<std::uint8_t>(ApiType::batches)) {
        return failure(StatusCode::corrupt, "opened record: unknown API type " + std::to_string(api));
    }
    if (record.retention_class >= kMaxRetentionClasses) {
        return failure(StatusCode::corrupt,
                       "opened record: impossible retention class " + std::to_string(record.retention_class));
    }
    record.api = static_cast<ApiType>(api);
    if (record.hold < NanoUsd{}) return failure(StatusCode::corrupt, "opened record: negative hold");
    return record;
}

Result<RequestSettled> decode_settled(std::span<const std::byte> bytes) {
    if (const Status status = check_version("settled", bytes, kSettledVersion); !status.ok()) {
        return std::unexpected(status);
    }
    ByteReader reader(bytes.subspan(1));
    RequestSettled record;
    record.settled_ms = reader.integer<std::int64_t>();
    record.candidate = reader.integer<std::uint8_t>();
    record.usage = read_usage(reader);
    const auto source = reader.integer<std::uint8_t>();
    for (NanoUsd* amount : {&record.cost, &record.charged, &record.overrun, &record.provider_cost}) {
        amount->value = reader.integer<std::int64_t>();
    }
    record.http_status = reader.integer<std::int32_t>();
    const auto flags = reader.integer<std::uint8_t>();
    record.cancelled = (flags & kCancelled) != 0;
    record.cache_hit = (flags & kCacheHit) != 0;
    record.byok = (flags & kByok) != 0;
    record.usage_contradictory = (flags & kUsageContradictory) != 0;
    record.latency_ms = reader.integer<std::int32_t>();
    record.first_token_ms = reader.integer<std::int32_t>();
    record.upstream_status = reader.integer<std::int32_t>();
    record.finish_reason = reader.text();
    record.error = reader.text();
    record.upstream_id = reader.text();
    if (!reader.ok()) return failure(StatusCode::corrupt, "settled record: ends too early");
    if (reader.left() > 0) return failure(StatusCode::corrupt, "settled record: bytes after its end");
    if (source > static_cast<std::uint8_t>(UsageSource::none)) {
        return failure(StatusCode::corrupt, "settled record: unknown usage source " + std::to_string(source));
    }
    record.source = static_cast<UsageSource>(source);
    if (record.charged < NanoUsd{} || record.overrun < NanoUsd{} || record.provider_cost < NanoUsd{} ||
        record.charged.value > record.cost.value || record.cost.value - record.charged.value != record.overrun.value) {
        return failure(StatusCode::corrupt, "settled record: charged and overrun do not add up to the cost");
    }
    return record;
}

Result<UsageRecord> decode_record(std::span<const std::byte> open, std::span<const std::byte> settlement) {
    auto opened = decode_opened(open);
    if (!opened) return std::unexpected(opened.error());
    auto settled = decode_settled(settlement);
    if (!settled) return std::unexpected(settled.error());
    if (settled->candidate >= opened->candidates.size()) {
        return failure(StatusCode::corrupt, "settled record: it names a candidate that there is not");
    }
    return UsageRecord{std::move(*opened), *settled};
}

}  // namespace tollgate
