// Random chats, as they are sent to Bedrock's Converse: what its API demands of every request holds, and nothing that
// is said gets lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "gateway/chat/dialect/converse/request_writer.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

chat_test::ChatFeatures features() {
    chat_test::ChatFeatures all{.media_urls = false, .audio = true};
    for (std::size_t i = 0; i < kParameters; ++i) all.parameters.push_back(static_cast<Parameter>(i));
    return all;
}

struct Found {
    std::size_t texts = 0, calls = 0, results = 0, media = 0, thoughts = 0, marks = 0;
    std::set<std::string> names;  // of documents
    std::multiset<std::string> call_ids, result_ids;
};

void look_at(const json::value& block, Found& found) {
    ASSERT_EQ(block.as_object().size(), 1U) << "a block is one thing";
    const auto& [kind, value] = *block.as_object().begin();
    if (kind == "text") ++found.texts;
    if (kind == "image" || kind == "audio" || kind == "document") ++found.media;
    if (kind == "document") EXPECT_TRUE(found.names.emplace(value.at("name").as_string()).second) << "names differ";
    if (kind == "reasoningContent") ++found.thoughts;
    if (kind == "cachePoint") ++found.marks;
    if (kind == "toolUse") {
        ++found.calls;
        EXPECT_TRUE(value.at("input").is_object());
        found.call_ids.emplace(value.at("toolUseId").as_string());
    }
    if (kind != "toolResult") return;
    ++found.results;
    found.result_ids.emplace(value.at("toolUseId").as_string());
    for (const json::value& inner : value.at("content").as_array()) look_at(inner, found);
}

// Marks may stand between results.
void expect_results_first(const json::array& content) {
    bool others = false;
    for (const json::value& block : content) {
        const bool result = block.as_object().contains("toolResult");
        EXPECT_FALSE(result && others) << "results stand first";
        others = others || (!result && !block.as_object().contains("cachePoint"));
    }
}

std::size_t count(const std::vector<Part>& parts, std::initializer_list<Part::Kind> kinds) {
    return static_cast<std::size_t>(std::ranges::count_if(
        parts, [&](const Part& part) { return std::ranges::find(kinds, part.kind) != kinds.end(); }));
}

TEST(ConverseRandomChats, KeepTheRulesAndLoseNothing) {
    using Kind = Part::Kind;
    std::mt19937_64 random(11);
    std::size_t marks = 0, documents = 0;
    for (int drawn = 0; drawn < 2000; ++drawn) {
        const ChatRequest chat = chat_test::random_chat(random, features());
        SCOPED_TRACE(chat_test::described(chat));
        std::string text;
        TranslationNotes notes;
        const Error error = write_converse_request(
            chat, {.model = "m", .output_bound = 9000, .reasoning = static_cast<ReasoningControl>(drawn % 5)}, text,
            notes);
        ASSERT_FALSE(error) << error.detail().message;
        ASSERT_TRUE(is_json(text, 64)) << text;
        const json::value body = json::parse(text);
        Found found;
        std::string_view role;
        for (const json::value& message : body.at("messages").as_array()) {
            EXPECT_NE(message.at("role").as_string(), role) << "roles alternate";
            EXPECT_TRUE(!role.empty() || message.at("role").as_string() == "user") << "the user's comes first";
            role = message.at("role").as_string();
            EXPECT_FALSE(message.at("content").as_array().empty());
            expect_results_first(message.at("content").as_array());
            for (const json::value& block : message.at("content").as_array()) look_at(block, found);
        }
        if (const auto* const system = body.as_object().if_contains("system")) {
            for (const json::value& block : system->as_array()) look_at(block, found);
        }
        EXPECT_EQ(found.call_ids, found.result_ids);
        EXPECT_EQ(found.calls, count(chat.parts, {Kind::tool_call}));
        EXPECT_EQ(found.results, count(chat.parts, {Kind::tool_result}));
        const auto texts = {Kind::text, Kind::refusal};
        EXPECT_EQ(found.texts, count(chat.parts, texts) + count(chat.result_parts, texts));
        const auto media = {Kind::image, Kind::file, Kind::audio};
        EXPECT_EQ(found.media, count(chat.parts, media) + count(chat.result_parts, media));
        EXPECT_EQ(found.thoughts, count(chat.parts, {Kind::reasoning, Kind::sealed_reasoning}));
        marks += found.marks;
        documents += found.names.size();
    }
    EXPECT_GT(marks, 1000U);
    EXPECT_GT(documents, 300U);
}

}  // namespace
}  // namespace tollgate
