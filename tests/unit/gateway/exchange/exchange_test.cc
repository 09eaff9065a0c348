#include "gateway/exchange/exchange.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

const wire::Clock::time_point kNow{std::chrono::hours(1)};
constexpr std::int64_t kUnixMs = 1'795'219'200'000;

// One customer's request must leave nothing for the next one of the connection.
TEST(Exchange, ARequestBeginsWithNothingOfTheOneBefore) {
    Exchange exchange;
    Head& head = exchange.head;
    head.route = &find_route("/v1/chat/completions");
    head.operation = head.route->find("POST");
    head.inbound = &openrouter_inbound();
    head.head_only = head.expect_continue = head.key_presented = true;
    head.keep_alive = false;
    head.minor_version = 0;
    head.framing = wire::Framing::chunked;
    head.content_length = 9;
    head.method = head.path = head.query = head.idempotency_key = head.app = head.app_title = head.tags = "of another";
    head.presented_key = digest_key("another's");
    exchange.principal.organization = make_uuid7(kUnixMs);
    exchange.principal.policy = std::make_shared<OrganizationPolicy>();
    exchange.received = {.bytes = 1, .reserved_bytes = 2, .ready = kNow};
    exchange.ask.api = ApiType::embeddings;
    exchange.ask.body.model = "another's";
    exchange.ask.body.stream = true;
    exchange.choice = {.model = {.model = "m", .provider = "p", .level = LlmLevel::member},
                       .members = ",1",
                       .first_message = "{}",
                       .output_bound = 1};
    exchange.terms.sent_output_bound = exchange.terms.counted_prompt_tokens = 1;
    exchange.terms.retention_class = 3;
    exchange.attempt.upstream_status = 500;
    exchange.attempt.generated = true;
    exchange.reply.status = exchange.reply.status_sent = 200;
    exchange.reply.cost = {7};

    Exchange fresh;
    const Id128 id = make_uuid7(kUnixMs);
    exchange.begin(id, kNow, kUnixMs);
    fresh.begin(id, kNow, kUnixMs);
    EXPECT_EQ(exchange.head, fresh.head);
    EXPECT_TRUE(exchange.principal.organization.is_nil());
    EXPECT_EQ(exchange.principal.policy, nullptr);
    EXPECT_EQ(exchange.received, ReceivedBody());
    EXPECT_EQ(exchange.ask.api, ApiType::chat);
    EXPECT_TRUE(exchange.ask.body.model.empty());
    EXPECT_FALSE(exchange.ask.body.stream);
    EXPECT_TRUE(exchange.choice.model.model.empty() && exchange.choice.model.provider.empty());
    EXPECT_EQ(exchange.choice.model.level, LlmLevel::none);
    EXPECT_TRUE(exchange.choice.members.empty() && exchange.choice.first_message.empty());
    EXPECT_EQ(exchange.choice.output_bound, 0);
    EXPECT_EQ(exchange.terms.sent_output_bound, 0);
    EXPECT_EQ(exchange.terms.counted_prompt_tokens, 0);
    EXPECT_EQ(exchange.terms.retention_class, 0);
    EXPECT_EQ(exchange.attempt, Attempt());
    EXPECT_EQ(exchange.reply, Reply());
}

TEST(Exchange, ARequestAndItsGenerationHaveOneId) {
    Head head;
    const Id128 id = make_uuid7(kUnixMs);
    head.begin(id, kNow, kUnixMs);
    EXPECT_EQ(head.request_id(), "req_" + to_ulid(id));
    EXPECT_EQ(head.generation_id(), "gen-" + to_ulid(id));
}

}  // namespace
}  // namespace tollgate
