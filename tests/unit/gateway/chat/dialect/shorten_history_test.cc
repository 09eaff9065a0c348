// What goes of a prompt that is too long, and what stays.
#include "gateway/chat/dialect/shorten_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/chat/dialect/history_units.h"
#include "gateway/chat/dialect/prompt_measure.h"

namespace tollgate {
namespace {

// Words: what might be base64 counts otherwise.
std::string text_of(std::size_t bytes) {
    std::string text(bytes, 'x');
    for (std::size_t i = 3; i < bytes; i += 8) text[i] = ' ';
    return text;
}

std::string message(std::string_view role, std::string_view content) {
    return std::string(R"({"role":")").append(role).append(R"(","content":")").append(content).append("\"}");
}

std::string list_of(const std::vector<std::string>& items) {
    std::string list = "[";
    for (const std::string& item : items) (list += list.size() > 1 ? "," : "") += item;
    return list + "]";
}

std::int64_t tokens_of(Json list) {
    std::int64_t tokens = 0;
    for (const PromptSize& size : message_sizes(list)) tokens += (size.text_bytes + 3) / 4 + size.extra_tokens;
    return tokens;
}

// A turn of about 100 tokens.
std::vector<std::string> talk(int turns) {
    std::vector<std::string> items = {message("system", "be brief")};
    for (int i = 0; i < turns; ++i) {
        items.push_back(message(i % 2 == 0 ? "user" : "assistant", std::to_string(i) + " " + text_of(370)));
    }
    return items;
}

bool holds(const std::string& list, int turn) {
    return list.find('"' + std::to_string(turn) + " x") != std::string::npos;
}

TEST(ShortenHistory, TheMiddleGoesFirst) {
    const std::string list = list_of(talk(21));
    const auto shortened = shorten_history(list, {.tokens = 900});
    ASSERT_TRUE(shortened);
    EXPECT_TRUE(is_json(shortened->list, 8));
    EXPECT_LE(tokens_of(shortened->list), tokens_of(list) - 900);
    for (const int kept : {0, 1, 2, 18, 19, 20}) EXPECT_TRUE(holds(shortened->list, kept)) << kept;
    for (const int gone : {9, 10, 11}) EXPECT_FALSE(holds(shortened->list, gone)) << gone;
    EXPECT_NE(shortened->list.find("be brief"), std::string::npos);
    EXPECT_EQ(shortened->truncated, 0U);
    EXPECT_GE(shortened->left_out, 9U);
    EXPECT_LE(shortened->left_out, 11U);
}

TEST(ShortenHistory, TurnsStillAlternateWhereSomethingWent) {
    for (std::int64_t tokens = 1; tokens < 2000; tokens += 37) {
        const std::string list = list_of(talk(21));
        const auto shortened = shorten_history(list, {.tokens = tokens});
        ASSERT_TRUE(shortened) << tokens;
        HistoryRole before = HistoryRole::assistant;
        for (const HistoryRole role : split_history(shortened->list).roles) {
            if (role == HistoryRole::system) continue;
            EXPECT_NE(before, role) << tokens;
            before = role;
        }
    }
}

TEST(ShortenHistory, NothingGoesWhereNothingMust) {
    const std::string list = list_of(talk(5));
    const auto shortened = shorten_history(list, {.tokens = 0});
    ASSERT_TRUE(shortened);
    EXPECT_EQ(shortened->left_out + shortened->truncated, 0U);
}

TEST(ShortenHistory, OfTooManyMessagesHalfOfBothEndsStay) {
    const auto shortened = shorten_history(list_of(talk(41)), {.tokens = 0, .most_messages = 12});
    ASSERT_TRUE(shortened);
    const History history = split_history(shortened->list);
    EXPECT_LE(history.items.size(), 12U);
    EXPECT_GE(history.items.size(), 10U);
    for (const int kept : {0, 1, 2, 3, 38, 39, 40}) EXPECT_TRUE(holds(shortened->list, kept)) << kept;
}

TEST(ShortenHistory, AQuestionThatIsTooLongLosesItsMiddle) {
    const std::string question = "first " + text_of(40'000) + " last";
    const auto shortened =
        shorten_history(list_of({message("system", "s"), message("user", question)}), {.tokens = 5000});
    ASSERT_TRUE(shortened);
    EXPECT_EQ(shortened->truncated, 1U);
    EXPECT_EQ(shortened->left_out, 0U);
    EXPECT_LE(tokens_of(shortened->list),
              tokens_of(list_of({message("system", "s"), message("user", question)})) - 5000);
    EXPECT_NE(shortened->list.find("first x"), std::string::npos);
    EXPECT_NE(shortened->list.find("x last"), std::string::npos);
}

TEST(ShortenHistory, AStringLosesItsMiddle) {
    const auto shortened = shorten_history('"' + text_of(4000) + '"', {.tokens = 500});
    ASSERT_TRUE(shortened);
    EXPECT_LE(shortened->list.size(), 2006U);
    EXPECT_TRUE(is_json(shortened->list, 2));
}

TEST(ShortenHistory, WhatCannotBeMadeToFitIsLeftAlone) {
    EXPECT_FALSE(shorten_history(list_of({message("system", text_of(4000)), message("user", "a")}), {.tokens = 900}));
    EXPECT_FALSE(shorten_history(R"("short")", {.tokens = 1}));
}

// An agent's loop: each call has its result, and each is signed. One result is larger than all the rest.
std::string loop_of_messages(int turns) {
    std::vector<std::string> items = {message("user", "do it")};
    for (int i = 0; i < turns; ++i) {
        const std::string id = "toolu_" + std::to_string(i);
        items.push_back(R"({"role":"assistant","content":[{"type":"thinking","thinking":")" + text_of(200) +
                        R"(","signature":"sig)" + std::to_string(i) + R"("},{"type":"tool_use","id":")" + id +
                        R"(","name":"f","input":{}}]})");
        items.push_back(R"({"role":"user","content":[{"type":"tool_result","tool_use_id":")" + id + R"(","content":")" +
                        text_of(i + 1 == turns ? 20'000 : 400) + R"("}]})");
    }
    return list_of(items);
}

std::string loop_of_contents(int turns) {
    std::vector<std::string> items = {R"({"role":"user","parts":[{"text":"do it"}]})"};
    for (int i = 0; i < turns; ++i) {
        items.push_back(R"({"role":"model","parts":[{"text":")" + text_of(200) + R"(","thoughtSignature":"sig)" +
                        std::to_string(i) + R"("},{"functionCall":{"name":"f","args":{}}}]})");
        items.push_back(R"({"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":")" +
                        text_of(i + 1 == turns ? 20'000 : 400) + R"("}}}]})");
    }
    return list_of(items);
}

void expect_models_turns_whole(const std::string& before, const std::string& after) {
    const History old = split_history(before), now = split_history(after);
    std::size_t calls = 0;
    for (std::size_t i = 0; i < now.items.size(); ++i) {
        if (now.roles[i] != HistoryRole::assistant) continue;
        EXPECT_NE(std::ranges::find(old.items, now.items[i]), old.items.end()) << now.items[i];
        ASSERT_LT(i + 1, now.items.size());
        EXPECT_EQ(now.roles[i + 1], HistoryRole::user) << "its result";
        ++calls;
    }
    EXPECT_EQ(now.items.size(), 1 + 2 * calls);
    EXPECT_GT(calls, 0U);
}

TEST(ShortenHistory, D23ASignedBlockIsWholeOrAbsent) {
    for (const auto& list : {loop_of_messages(12), loop_of_contents(12)}) {
        for (const std::int64_t tokens : {300, 1500, 4000, 6000}) {
            const auto shortened = shorten_history(list, {.tokens = tokens});
            ASSERT_TRUE(shortened) << tokens;
            EXPECT_LE(tokens_of(shortened->list), tokens_of(list) - tokens);
            EXPECT_TRUE(is_json(shortened->list, 16));
            EXPECT_NE(shortened->list.find("sig11"), std::string::npos) << "the end stays";
            expect_models_turns_whole(list, shortened->list);
        }
    }
}

}  // namespace
}  // namespace tollgate
