#include "accounting/ledger/usage_record.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "store/slot_file.h"

namespace tollgate {
namespace {

constexpr Prices kPrices{1, 2, 3, 4, 5, 6};
constexpr Prices kProviderPrices{6, 5'000'000'000, 4, 3, 2, 1};

PricedCandidate some_candidate() {
    return {.model = "openai/gpt-4o-mini",
            .provider = "openai",
            .prices = {kPrices, kPrices},
            .counted_prompt = 7,
            .abort_stops_billing = false,
            .own_key = true};
}

RequestOpened some_opened() {
    RequestOpened record;
    record.request = UlidGenerator(1).next(1'795'000'000'000);
    record.organization = make_uuid7(1);
    record.project = make_uuid7(2);
    record.member = make_uuid7(3);
    record.key = digest_key("key");
    record.created_ms = 1'795'000'000'000;
    record.api = ApiType::embeddings;
    record.model_asked = "gpt-4o-mini";
    record.end_user = "user-1";
    record.session = "session-1";
    record.app = "https://app.example";
    record.app_title = "An app";
    record.tags = "env=prod,team=search";
    record.request_digest = 0x0123456789abcdef;
    record.git = {.provider = "gitlab",
                  .host = "git.example.com:8443",
                  .organization = "acme/team",
                  .repository = "acme/team/sub/shop",
                  .claim = make_uuid7(4)};
    record.candidates.add(some_candidate());
    record.candidates.add({.model = "meta/llama", .provider = "other", .prices = {kPrices, kProviderPrices}});
    record.hold = {6};
    record.retention_class = 3;
    return record;
}

RequestSettled some_settled() {
    RequestSettled record;
    record.settled_ms = 1'795'000'001'234;
    record.candidate = 1;
    record.usage = {10, 20, 3, 5, 4, 6};
    record.source = UsageSource::counted;
    record.cost = {100};
    record.charged = {70};
    record.overrun = {30};
    record.provider_cost = {90};
    record.http_status = 499;
    record.cancelled = true;
    record.byok = true;
    record.latency_ms = 1234;
    record.first_token_ms = -1;
    record.upstream_status = 200;
    record.finish_reason = "length";
    record.error = "client_left";
    record.upstream_id = "chatcmpl-123";
    return record;
}

template <class Record>
std::vector<std::byte> encoded(const Record& record) {
    std::vector<std::byte> bytes(kSlotOpenBytes);
    bytes.resize(encode(record, bytes));
    return bytes;
}

TEST(UsageRecord, OpenedReadsBack) {
    const RequestOpened in = some_opened();
    const auto bytes = encoded(in);
    const auto out = decode_opened(bytes);
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->request, in.request);
    EXPECT_EQ(out->organization, in.organization);
    EXPECT_EQ(out->project, in.project);
    EXPECT_EQ(out->member, in.member);
    EXPECT_EQ(out->key, in.key);
    EXPECT_EQ(out->created_ms, in.created_ms);
    EXPECT_EQ(out->api, in.api);
    EXPECT_EQ(out->streamed, false);
    EXPECT_EQ(out->model_asked, in.model_asked);
    EXPECT_EQ(out->end_user, in.end_user);
    EXPECT_EQ(out->session, in.session);
    EXPECT_EQ(out->app, in.app);
    EXPECT_EQ(out->app_title, in.app_title);
    EXPECT_EQ(out->tags, in.tags);
    EXPECT_EQ(out->request_digest, in.request_digest);
    EXPECT_EQ(out->git, in.git);
    EXPECT_EQ(out->hold, in.hold);
    EXPECT_EQ(out->retention_class, 3);
    ASSERT_EQ(out->candidates.size(), 2u);
    EXPECT_EQ(out->candidates[0].model, "openai/gpt-4o-mini");
    EXPECT_EQ(out->candidates[0].provider, "openai");
    EXPECT_EQ(out->candidates[0].prices, (PricePair{kPrices, kPrices}));
    EXPECT_EQ(out->candidates[0].counted_prompt, 7);
    EXPECT_FALSE(out->candidates[0].abort_stops_billing);
    EXPECT_TRUE(out->candidates[0].own_key);
    EXPECT_EQ(out->candidates[1].model, "meta/llama");
    EXPECT_EQ(out->candidates[1].prices, (PricePair{kPrices, kProviderPrices}));
    EXPECT_TRUE(out->candidates[1].abort_stops_billing);
    EXPECT_FALSE(out->candidates[1].own_key);
}

TEST(UsageRecord, TheSettlementNamesTheCandidateThatAnswered) {
    const auto open = encoded(some_opened());
    RequestSettled settled = some_settled();
    const auto record = decode_record(open, encoded(settled));
    ASSERT_TRUE(record) << record.error().message();
    EXPECT_EQ(answered(*record).provider, "other");
    settled.candidate = 2;
    EXPECT_EQ(decode_record(open, encoded(settled)).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, AsManyCandidatesAreTakenAsTheSlotHasRoomFor) {
    PricedCandidates usual;
    for (std::size_t i = 0; i < kMostCandidates; ++i) {
        EXPECT_TRUE(usual.add(
            {.model = "anthropic/claude-sonnet-4.5",
             .provider = "amazon-bedrock",
             .prices = {{3'000'000, 15'000'000, 300'000, 3'750'000, 0}, {2'700'000, 13'500'000, 270'000, 3'375'000, 0}},
             .counted_prompt = 100'000}));
    }
    EXPECT_FALSE(usual.add({.model = "a", .provider = "b"}));

    const std::string text(1000, 'x');
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const PricedCandidate longest{
        .model = text,
        .provider = text,
        .prices = {{kMost, kMost, kMost, kMost, kMost, kMost}, {0, kMost, kMost, kMost, kMost, kMost}},
        .counted_prompt = kMost};
    PricedCandidates long_ones;
    while (long_ones.add(longest)) EXPECT_LE(long_ones.size(), kMostCandidates);
    EXPECT_GE(long_ones.size(), kLeastCandidates);
    for (const PricedCandidates& candidates : {usual, long_ones}) {
        RequestOpened record = some_opened();
        record.candidates = candidates;
        const auto bytes = encoded(record);
        const auto out = decode_opened(bytes);
        ASSERT_TRUE(out) << out.error().message();
        EXPECT_EQ(out->candidates.size(), candidates.size());
        EXPECT_EQ(out->candidates[1].prices, candidates[1].prices);
    }
}

TEST(UsageRecordDeathTest, ARequestWithoutACandidateAborts) {
    EXPECT_DEATH((void)encoded(RequestOpened{}), "without a candidate");
}

TEST(UsageRecord, NoCandidateOrMoreThanThereIsRoomForIsCorrupt) {
    RequestOpened one = some_opened();
    one.candidates = {};
    one.candidates.add({.model = "", .provider = ""});
    auto bytes = encoded(one);
    std::byte& count = bytes[bytes.size() - encoded_bytes(one.candidates[0]) + 6 - 1];  // own prices are left out
    ASSERT_EQ(count, std::byte{1});
    count = std::byte{0};
    EXPECT_EQ(decode_opened(bytes).error().code(), StatusCode::corrupt);
    count = std::byte{kMostCandidates + 1};
    bytes.resize(kSlotOpenBytes, std::byte{0});
    EXPECT_EQ(decode_opened(bytes).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, AContradictionIsKept) {
    RequestSettled in = some_settled();
    EXPECT_FALSE(decode_settled(encoded(in))->usage_contradictory);
    in.usage_contradictory = true;
    EXPECT_TRUE(decode_settled(encoded(in))->usage_contradictory);
}

TEST(UsageRecord, SettledReadsBack) {
    const RequestSettled in = some_settled();
    const auto bytes = encoded(in);
    const auto out = decode_settled(bytes);
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->settled_ms, in.settled_ms);
    EXPECT_EQ(out->usage, in.usage);
    EXPECT_EQ(out->source, in.source);
    EXPECT_EQ(out->cost, in.cost);
    EXPECT_EQ(out->charged, in.charged);
    EXPECT_EQ(out->overrun, in.overrun);
    EXPECT_EQ(out->provider_cost, in.provider_cost);
    EXPECT_EQ(out->http_status, 499);
    EXPECT_EQ(out->cancelled, true);
    EXPECT_EQ(out->cache_hit, false);
    EXPECT_EQ(out->byok, true);
    EXPECT_EQ(out->latency_ms, 1234);
    EXPECT_EQ(out->first_token_ms, -1);
    EXPECT_EQ(out->upstream_status, 200);
    EXPECT_EQ(out->finish_reason, in.finish_reason);
    EXPECT_EQ(out->error, in.error);
    EXPECT_EQ(out->upstream_id, in.upstream_id);
}

TEST(UsageRecord, LongestTextsFitTheSlot) {
    const std::string text(1000, 'x');
    RequestOpened opened = some_opened();
    for (auto* field : {&opened.model_asked, &opened.end_user, &opened.session, &opened.app, &opened.app_title}) {
        *field = text;
    }
    opened.git = {.provider = text, .host = text, .organization = text, .repository = text, .claim = make_uuid7(1)};
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const Prices longest{kMost, kMost, kMost, kMost, kMost}, other{0, kMost, kMost, kMost, kMost};
    opened.tags = text;
    opened.candidates = PricedCandidates(kGitUsageBytes + kTagsBytes + 1);
    while (
        opened.candidates.add({.model = text, .provider = text, .prices = {longest, other}, .counted_prompt = kMost})) {
    }
    EXPECT_EQ(opened.candidates.size(), kLeastCandidates - 2);
    RequestSettled settled = some_settled();
    for (auto* field : {&settled.finish_reason, &settled.error, &settled.upstream_id}) *field = text;
    std::array<std::byte, kSlotOpenBytes> open_bytes;
    std::array<std::byte, kSlotSettlementBytes> settled_bytes;
    const std::size_t open_size = encode(opened, open_bytes);
    const std::size_t settled_size = encode(settled, settled_bytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->candidates[0].model.size(), kModelNameBytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->app.size(), kAttributionBytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->app_title.size(), kAttributionBytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->tags.size(), kTagsBytes);
    const GitUsage git = decode_opened(std::span(open_bytes).first(open_size))->git;
    EXPECT_EQ(git.provider.size() + git.host.size() + git.organization.size() + git.repository.size() + 16 + 4,
              kGitUsageBytes);
    EXPECT_EQ(decode_settled(std::span(settled_bytes).first(settled_size))->upstream_id.size(), kUpstreamIdBytes);
}

TEST(UsageRecord, LongTextIsCutOnAUtf8Boundary) {
    RequestSettled record = some_settled();
    const std::string reason = std::string(kFinishReasonBytes - 1, 'a') + "\xc3\xa9";
    record.finish_reason = reason;
    const auto bytes = encoded(record);
    EXPECT_EQ(decode_settled(bytes)->finish_reason, std::string(kFinishReasonBytes - 1, 'a'));
}

TEST(UsageRecord, ImpossibleRetentionClassIsCorrupt) {
    RequestOpened record = some_opened();
    record.retention_class = 16;
    EXPECT_EQ(decode_opened(encoded(record)).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, EveryShorterRecordIsCorrupt) {
    const auto opened = encoded(some_opened());
    for (std::size_t size = 0; size < opened.size(); ++size) {
        const auto out = decode_opened(std::span(opened).first(size));
        ASSERT_FALSE(out) << size;
        EXPECT_EQ(out.error().code(), StatusCode::corrupt);
    }
    const auto settled = encoded(some_settled());
    for (std::size_t size = 0; size < settled.size(); ++size) {
        EXPECT_FALSE(decode_settled(std::span(settled).first(size))) << size;
    }
}

TEST(UsageRecord, BytesBehindARecordAreCorrupt) {
    auto opened = encoded(some_opened());
    opened.push_back(std::byte{0x5a});
    EXPECT_EQ(decode_opened(opened).error().code(), StatusCode::corrupt);
    auto settled = encoded(some_settled());
    settled.push_back(std::byte{0x5a});
    EXPECT_EQ(decode_settled(settled).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, LaterVersionIsTooNew) {
    auto bytes = encoded(some_opened());
    bytes[0] = std::byte{200};
    EXPECT_EQ(decode_opened(bytes).error().code(), StatusCode::too_new);
}

TEST(UsageRecord, MoneyThatDoesNotAddUpIsCorrupt) {
    RequestSettled record = some_settled();
    record.overrun = {31};
    EXPECT_EQ(decode_settled(encoded(record)).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, NamesOfTypesAreThePublishedOnes) {
    EXPECT_EQ(to_string(ApiType::chat), "chat");
    EXPECT_EQ(to_string(ApiType::completions), "completions");
    EXPECT_EQ(to_string(ApiType::embeddings), "embeddings");
    EXPECT_EQ(to_string(UsageSource::provider), "provider");
    EXPECT_EQ(to_string(UsageSource::counted), "counted");
    EXPECT_EQ(to_string(UsageSource::estimated), "estimated");
    EXPECT_EQ(to_string(UsageSource::none), "none");
}

}  // namespace
}  // namespace tollgate
