#include "gateway/routing/conversation.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/routing/sticky_routes.h"

namespace tollgate {
namespace {

Id128 id_of(std::uint8_t number) {
    Id128 id;
    id.bytes[0] = number;
    return id;
}

std::uint64_t digest(std::string_view messages, std::uint8_t organization = 1, std::string_view model = "m") {
    return conversation_key({.organization = id_of(organization), .messages = messages}, model).digest;
}

constexpr std::string_view kFirst = R"([{"role":"system","content":"be brief"},{"role":"user","content":"hi ] }"}])";
constexpr std::string_view kLater = R"([{"role":"system","content":"be brief"},{"role":"user","content":"hi ] }"},
    {"role":"assistant","content":"hello"},{"role":"user","content":"and now?"}])";

TEST(Conversation, LaterTurnsAreOfTheSameConversation) {
    EXPECT_NE(digest(kFirst), 0U);
    EXPECT_EQ(digest(kLater), digest(kFirst));
    EXPECT_NE(digest(R"([{"role":"system","content":"be brief"},{"role":"user","content":"ho"}])"), digest(kFirst));
    EXPECT_NE(digest(R"([{"role":"system","content":"be long"},{"role":"user","content":"hi ] }"}])"), digest(kFirst));
}

TEST(Conversation, OfAnotherTenantOrModelItIsAnother) {
    EXPECT_NE(digest(kFirst, 2), digest(kFirst, 1));
    EXPECT_NE(digest(kFirst, 1, "n"), digest(kFirst, 1, "m"));
}

TEST(Conversation, TheFirstNameThatThereIsDecides) {
    const ConversationFacts all{.organization = id_of(1), .session = "s", .cache_key = "k", .messages = kFirst};
    ConversationFacts other = all;
    other.cache_key = "k2";
    other.messages = kLater;
    EXPECT_EQ(conversation_key(all, "m").digest, conversation_key(other, "m").digest);
    EXPECT_TRUE(conversation_key(all, "m").named);
    other.session = {};
    EXPECT_NE(conversation_key(all, "m").digest, conversation_key(other, "m").digest);
    EXPECT_TRUE(conversation_key(other, "m").named);
    other.cache_key = {};
    EXPECT_FALSE(conversation_key(other, "m").named);
    const ConversationFacts as_session{.organization = id_of(1), .session = "k"};
    const ConversationFacts as_cache{.organization = id_of(1), .cache_key = "k"};
    EXPECT_NE(conversation_key(as_session, "m").digest, conversation_key(as_cache, "m").digest);
}

TEST(Conversation, WhatIsNoListOfMessagesIsNone) {
    for (const std::string_view text : {"", "[]", "[", "[1,2]", R"([{"role":)", "{}", "[null]"}) {
        EXPECT_EQ(digest(text), 0U) << text;
    }
}

TEST(StickyRoutes, APlaceIsKeptForTenMinutesAfterTheLastAnswer) {
    const auto routes = std::make_unique<StickyRoutes>();
    const std::uint64_t key = 0xdeadbeef12345678;
    EXPECT_EQ(routes->find(key, 1000), 0U);
    routes->note(key, 7, 1000);
    EXPECT_EQ(routes->find(key, 1000), 7U);
    EXPECT_EQ(routes->find(key ^ (1ULL << 60), 1000), 0U) << "another conversation in the same place";
    routes->note(key, 7, 500'000);
    EXPECT_EQ(routes->find(key, 1'000'000), 7U);
    EXPECT_EQ(routes->find(key, 500'000 + StickyRoutes::kStaysMs + 10'000), 0U);
}

TEST(StickyRoutes, AnOldPlaceStaysOldForDays) {
    const auto routes = std::make_unique<StickyRoutes>();
    for (std::int64_t noted = 0; noted < 400'000'000; noted += 9'999'999) {
        routes->note(5, 3, noted);
        for (std::int64_t later = StickyRoutes::kStaysMs + 10'000; later < 80 * 3'600'000; later += 3'000'000) {
            ASSERT_EQ(routes->find(5, noted + later), 0U) << noted << " " << later;
        }
    }
}

}  // namespace
}  // namespace tollgate
