#include "gateway/command_line/list_pages.h"

#include <gtest/gtest.h>

#include "gateway/api/routes.h"

namespace tollgate {
namespace {

const Operation& list_at(std::string_view path) {
    for (const Route& route : routes()) {
        if (route.path == path) return *route.find("GET");
    }
    throw std::runtime_error("no such route");
}

std::string page(std::size_t rows, const std::string& all = {}) {
    std::string body = R"({"data":[)";
    for (std::size_t i = 0; i < rows; ++i) body += i == 0 ? "{}" : ",{}";
    return body + "]" + (all.empty() ? "" : R"(,"total_count":)" + all) + "}";
}

ClientCall call_of(const std::string& target) { return {.method = "GET", .target = target, .body = {}}; }

TEST(ListPages, ACursorIsFollowed) {
    const auto& of = list_at("/api/organizations/{organization}/keys");
    ListPages pages(of, {});
    EXPECT_EQ(pages.first(call_of("/k")).target, "/k?limit=1000");
    const auto next = pages.next(call_of("/k?limit=1000"), page(3), "abc");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/k?limit=1000&cursor=abc");
    EXPECT_EQ(next->option, "--cursor abc");
    EXPECT_FALSE(next->may_be_empty);
    EXPECT_FALSE(pages.next(next->call, page(1000), ""));
}

TEST(ListPages, AnOffsetGoesOnUntilAllAreSeen) {
    const auto& of = list_at("/api/v1/byok");
    ListPages pages(of, {});
    EXPECT_EQ(pages.first(call_of("/b")).target, "/b?limit=100");
    auto next = pages.next(call_of("/b?limit=100"), page(100, "201"), "");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/b?limit=100&offset=100");
    next = pages.next(next->call, page(100, "201"), "");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/b?limit=100&offset=200");
    EXPECT_EQ(next->option, "--offset 200");
    EXPECT_FALSE(next->may_be_empty);
    EXPECT_FALSE(pages.next(next->call, page(1, "201"), ""));
}

TEST(ListPages, AnOffsetGoesOnFromTheOneThatIsGiven) {
    const auto& of = list_at("/api/v1/presets");
    ListPages pages(of, {.path = {}, .fields = {{"offset", {"7"}}, {"limit", {"2"}}}, .body = {}});
    EXPECT_TRUE(pages.one_is_asked_for());
    EXPECT_EQ(pages.first(call_of("/p?offset=7&limit=2")).target, "/p?offset=7&limit=2");
    const auto next = pages.next(call_of("/p?offset=7&limit=2"), page(2, "10"), "");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/p?offset=9&limit=2");
    EXPECT_FALSE(pages.next(next->call, page(1, "10"), ""));
}

TEST(ListPages, WithoutACountOfAllAPageTellsNotWhetherThereIsMore) {
    const auto& of = list_at("/api/v1/keys");
    ListPages pages(of, {});
    EXPECT_EQ(pages.first(call_of("/k")).target, "/k") << "the route has no limit";
    const auto next = pages.next(call_of("/k"), page(100), "");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/k?offset=100");
    EXPECT_TRUE(next->may_be_empty);
    EXPECT_FALSE(pages.next(next->call, page(0), ""));
}

TEST(ListPages, AListThatShrinksMeanwhileEnds) {
    ListPages pages(list_at("/api/v1/byok"), {});
    EXPECT_FALSE(pages.next(call_of("/b"), page(0, "5"), ""));
}

TEST(ListPages, ANumberOfOpenHandsIsFollowedWhereOneIsGiven) {
    ListPages pages(list_at("/api/organizations"), {.path = {}, .fields = {{"page-id", {"0"}}}, .body = {}});
    EXPECT_TRUE(pages.one_is_asked_for());
    EXPECT_EQ(pages.first(call_of("/o?page_id=0")).target, "/o?page_id=0");
    const auto next = pages.next(call_of("/o?page_id=0"), page(2), "2");
    ASSERT_TRUE(next);
    EXPECT_EQ(next->call.target, "/o?page_id=2");
    EXPECT_EQ(next->option, "--page-id 2");
}

TEST(ListPages, WhatIsNotInPagesHasNone) {
    const auto& of = list_at("/api/me");
    EXPECT_FALSE(ListPages::has_pages(of));
    ListPages pages(of, {});
    EXPECT_EQ(pages.first(call_of("/api/me")).target, "/api/me");
    EXPECT_FALSE(pages.next(call_of("/api/me"), page(2, "5"), "abc"));
}

// Each list that leaves rows out by an offset or a cursor is followed.
TEST(ListPages, AreOfEachRouteWithAPlaceToGoOn) {
    for (const Route& route : routes()) {
        const Operation* const get = route.find("GET");
        if (get == nullptr || get->contract.query == nullptr) continue;
        for (const Field& field : get->contract.query->fields) {
            const bool places = field.name == "cursor" || field.name == "offset" || field.name == "page_id";
            if (places) EXPECT_TRUE(ListPages::has_pages(*get)) << route.path;
        }
    }
}

}  // namespace
}  // namespace tollgate
