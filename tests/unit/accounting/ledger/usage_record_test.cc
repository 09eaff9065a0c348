#include "accounting/ledger/usage_record.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "store/slot_file.h"

namespace tollgate {
namespace {

RequestOpened some_opened() {
    RequestOpened record;
    record.request = UlidGenerator(1).next(1'795'000'000'000);
    record.organization = make_uuid7(1);
    record.project = make_uuid7(2);
    record.member = make_uuid7(3);
    record.key = digest_key("key");
    record.created_ms = 1'795'000'000'000;
    record.api = ApiType::embeddings;
    record.openrouter_flavour = true;
    record.abort_stops_billing = false;
    record.model_asked = "gpt-4o-mini";
    record.model = "openai/gpt-4o-mini";
    record.provider = "openai";
    record.end_user = "user-1";
    record.session = "session-1";
    record.app = "https://app.example";
    record.app_title = "An app";
    record.prices = {1, 2, 3, 4, 5};
    record.hold = {6};
    record.counted_prompt = 7;
    record.output_bound = 8;
    record.retention_class = 3;
    return record;
}

RequestSettled some_settled() {
    RequestSettled record;
    record.settled_ms = 1'795'000'001'234;
    record.usage = {10, 20, 3, 4, 5};
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
    EXPECT_EQ(out->openrouter_flavour, true);
    EXPECT_EQ(out->streamed, false);
    EXPECT_EQ(out->abort_stops_billing, false);
    EXPECT_EQ(out->model_asked, in.model_asked);
    EXPECT_EQ(out->model, in.model);
    EXPECT_EQ(out->provider, in.provider);
    EXPECT_EQ(out->end_user, in.end_user);
    EXPECT_EQ(out->session, in.session);
    EXPECT_EQ(out->app, in.app);
    EXPECT_EQ(out->app_title, in.app_title);
    EXPECT_EQ(out->prices, in.prices);
    EXPECT_EQ(out->hold, in.hold);
    EXPECT_EQ(out->counted_prompt, 7);
    EXPECT_EQ(out->output_bound, 8);
}

TEST(UsageRecord, TheProvidersOwnPricesAreOptional) {
    RequestOpened in = some_opened();
    EXPECT_FALSE(decode_opened(encoded(in))->provider_prices);
    in.provider_prices = Prices{5, 4, 3, 2, 1};
    const auto bytes = encoded(in);
    const auto out = decode_opened(bytes);
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->provider_prices, in.provider_prices);
    EXPECT_FALSE(decode_opened(std::span(bytes).first(bytes.size() - 1))) << "cut short";
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
    for (auto* field : {&opened.model_asked, &opened.model, &opened.provider, &opened.end_user, &opened.session,
                        &opened.app, &opened.app_title}) {
        *field = text;
    }
    RequestSettled settled = some_settled();
    for (auto* field : {&settled.finish_reason, &settled.error, &settled.upstream_id}) *field = text;
    std::array<std::byte, kSlotOpenBytes> open_bytes;
    std::array<std::byte, kSlotSettlementBytes> settled_bytes;
    const std::size_t open_size = encode(opened, open_bytes);
    const std::size_t settled_size = encode(settled, settled_bytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->model.size(), kModelNameBytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->app.size(), kAttributionBytes);
    EXPECT_EQ(decode_opened(std::span(open_bytes).first(open_size))->app_title.size(), kAttributionBytes);
    EXPECT_EQ(decode_settled(std::span(settled_bytes).first(settled_size))->upstream_id.size(), kUpstreamIdBytes);
}

TEST(UsageRecord, LongTextIsCutOnAUtf8Boundary) {
    RequestSettled record = some_settled();
    const std::string reason = std::string(kFinishReasonBytes - 1, 'a') + "\xc3\xa9";
    record.finish_reason = reason;
    const auto bytes = encoded(record);
    EXPECT_EQ(decode_settled(bytes)->finish_reason, std::string(kFinishReasonBytes - 1, 'a'));
}

constexpr std::size_t kAppendedBytes = 1;  // by which an opened record has grown since version 1 was first written

TEST(UsageRecord, OpenedRecordOfAnEarlierProgramHasTheFirstRetentionClass) {
    RequestOpened record = some_opened();
    record.app_title = {};
    auto bytes = encoded(record);
    EXPECT_EQ(decode_opened(bytes)->retention_class, 3);
    bytes.resize(bytes.size() - kAppendedBytes);
    const auto out = decode_opened(bytes);
    ASSERT_TRUE(out) << out.error().message();
    EXPECT_EQ(out->retention_class, 0);
}

TEST(UsageRecord, ImpossibleRetentionClassIsCorrupt) {
    RequestOpened record = some_opened();
    record.retention_class = 16;
    EXPECT_EQ(decode_opened(encoded(record)).error().code(), StatusCode::corrupt);
}

TEST(UsageRecord, EveryShorterRecordIsCorrupt) {
    const auto opened = encoded(some_opened());
    for (std::size_t size = 0; size < opened.size() - kAppendedBytes; ++size) {
        const auto out = decode_opened(std::span(opened).first(size));
        ASSERT_FALSE(out) << size;
        EXPECT_EQ(out.error().code(), StatusCode::corrupt);
    }
    const auto settled = encoded(some_settled());
    for (std::size_t size = 0; size < settled.size(); ++size) {
        EXPECT_FALSE(decode_settled(std::span(settled).first(size))) << size;
    }
}

TEST(UsageRecord, FieldsAppendedByALaterProgramAreIgnored) {
    auto bytes = encoded(some_settled());
    bytes.resize(bytes.size() + 20, std::byte{0x5a});
    const auto out = decode_settled(bytes);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->upstream_id, "chatcmpl-123");
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
