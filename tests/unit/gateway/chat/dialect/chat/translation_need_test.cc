#include "gateway/chat/dialect/chat/translation_need.h"

#include <gtest/gtest.h>

#include "gateway/chat/canonical/json_text.h"
#include "tests/unit/gateway/chat/dialect/chat/shipped_quirks.h"

namespace tollgate {
namespace {

constexpr std::string_view kPlain =
    R"({"model":"m","temperature":0.5,"max_tokens":9,"stream":true,"tools":[],"tool_choice":"auto","messages":[)"
    R"({"role":"system","content":"s"},{"role":"user","content":"hi"}]})";

bool needs(Quirk quirk, std::string_view body) {
    EXPECT_TRUE(is_json(body, 64)) << body;
    return needs_translation(Quirks().add(quirk), body);
}

TEST(TranslationNeed, APlainChatPassesToEveryProvider) {
    for (unsigned i = 0; i < kQuirks; ++i) {
        EXPECT_FALSE(needs(static_cast<Quirk>(i), kPlain)) << to_string(static_cast<Quirk>(i));
    }
}

TEST(TranslationNeed, WithoutQuirksTheBodyIsNotLookedAt) {
    EXPECT_FALSE(needs_translation({}, "no JSON at all"));
    EXPECT_FALSE(needs_translation(Quirks().add(Quirk::no_stream_options).add(Quirk::cache_marks), "no JSON at all"));
}

TEST(TranslationNeed, WhatAProviderOnlyKnowsPasses) {
    const std::string_view body = R"({"model":"m","reasoning_format":"parsed","search_settings":{},"messages":[]})";
    EXPECT_FALSE(needs_translation(chat_test::shipped_quirks("groq"), body));
}

TEST(TranslationNeed, AStrictProviderMayKnowWhatOthersRefuse) {
    const auto needed = [](std::string_view provider, std::string_view more) {
        const std::string body = R"({"messages":[{"role":"assistant","content":"a")" + std::string(more) +
                                 R"(},{"role":"user","content":"u"}]})";
        return needs_translation(chat_test::shipped_quirks(provider), body);
    };
    constexpr std::string_view kSigned = R"(,"extra_content":{"google":{"thought_signature":"S"}})";
    EXPECT_FALSE(needed("google-openai", kSigned));
    EXPECT_TRUE(needed("groq", kSigned));
    EXPECT_FALSE(needed("groq", R"(,"reasoning":"r")"));
    EXPECT_TRUE(needed("google-openai", R"(,"reasoning":"r")"));
    EXPECT_FALSE(needed("mistral", R"(,"prefix":true)"));
    EXPECT_TRUE(needed("cerebras", R"(,"prefix":true)"));
}

TEST(TranslationNeed, EachQuirkHasItsReason) {
    struct Case {
        Quirk quirk;
        std::string needed;  // members of the body
        std::string passes;  // nearly the same
    };
    const std::string call = R"({"role":"assistant","content":null,"tool_calls":[{"id":"ID","type":"function",)"
                             R"("function":{"name":"f","arguments":"{}"}}]MORE})";
    const auto called = [&](const std::string& id, const std::string& more = "") {
        std::string text = call;
        text.replace(text.find("ID"), 2, id);
        return text.replace(text.find("MORE"), 4, more);
    };
    const auto of_call = [](const std::string& more) {
        return R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
               R"("function":{"name":"f","arguments":"{}"})" +
               more + "}]}";
    };
    const auto messages = [](const std::string& list) { return "\"messages\":[" + list + "]"; };
    const std::string user = R"({"role":"user","content":"u"})", system = R"({"role":"system","content":"s"})",
                      answer = R"({"role":"assistant","content":"a"})",
                      result = R"({"role":"tool","tool_call_id":"abcdefgh9","content":"r"})";
    const std::vector<Case> cases = {
        {Quirk::one_system_message, messages(system + "," + system), messages(system + "," + user)},
        {Quirk::one_system_message, messages(user + R"(,{"role":"developer","content":"s"})"), messages(user)},
        {Quirk::no_developer_role, messages(R"({"role":"developer","content":"s"})"), messages(system)},
        {Quirk::alternating_roles, messages(user + "," + user), messages(user + "," + answer + "," + user)},
        {Quirk::no_user_after_tool, messages(result + "," + user), messages(result + "," + answer + "," + user)},
        {Quirk::prefix_last_answer, messages(user + "," + answer),
         messages(user + R"(,{"role":"assistant","content":"a","prefix":true})")},
        {Quirk::text_as_string, messages(R"({"role":"user","content":[{"type":"text","text":"a"}]})"),
         messages(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}]})")},
        {Quirk::short_tool_ids, messages(called("call_1")), messages(called("abcdefgh9"))},
        {Quirk::short_tool_ids, messages(R"({"role":"tool","tool_call_id":"call_1","content":"r"})"), messages(result)},
        {Quirk::no_media_urls,
         messages(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a"}}]})"),
         messages(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}]})")},
        {Quirk::document_url, messages(R"({"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]})"),
         messages(R"({"role":"user","content":[{"type":"document_url","document_url":"https://a"}]})")},
        {Quirk::reasoning_content, messages(called("a")), messages(called("a", R"(,"reasoning_content":"")"))},
        {Quirk::strict_members, messages(R"({"role":"assistant","content":"a","reasoning_details":[]})"),
         messages(R"({"role":"assistant","content":"a","refusal":null})")},
        {Quirk::strict_members,
         messages(R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]})"),
         messages(R"({"role":"user","content":[{"type":"text","text":"a"}]})")},
        {Quirk::strict_members, messages(called("a", R"(,"extra_content":{"google":{"thought_signature":"S"}})")),
         messages(called("a", R"(,"extra_content":null)"))},
        {Quirk::strict_members, messages(called("a", R"(,"one_that_is_new":1)")), messages(called("a"))},
        {Quirk::strict_members, messages(of_call(R"(,"index":0)")), messages(of_call(""))},
        {Quirk::strict_members, messages(of_call(R"(,"extra_content":{"google":{"thought_signature":"S"}})")),
         messages(of_call(""))},
        {Quirk::strict_members, messages(R"({"role":"user","content":"u","cache_control":{"type":"ephemeral"}})"),
         messages(user)},
        {Quirk::strict_members,
         messages(R"({"role":"user","content":[{"type":"text","text":"a","annotations":[{}]}]})"),
         messages(R"({"role":"user","content":[{"type":"reference","reference_ids":[1]}]})")},
        {Quirk::strict_members, R"("tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"e"}}])",
         R"("tools":[{"type":"browser_search","of_the_provider":1}])"},
        {Quirk::strict_members, R"("tools":[{"type":"function","function":{"name":"f","cache_control":{"type":"e"}}}])",
         R"("tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"x":1}}}])"},
        {Quirk::strict_members, R"("safety_identifier":"k")", R"("one_that_is_new":1)"},
        {Quirk::strict_members, R"("prompt_cache_retention":"24h")", R"("prompt_cache_retention":null)"},
        {Quirk::strict_members, "\"prompt_cache_key\":\"k\"", "\"store\":false"},
        {Quirk::strict_members, "\"top_k\":4", "\"top_p\":0.4"},
        {Quirk::random_seed, "\"seed\":1", "\"random_seed\":1"},
        {Quirk::thinking_object, R"("reasoning_effort":"high")", R"("thinking":{"type":"enabled"})"},
        {Quirk::enable_thinking, R"("reasoning":{"effort":"high"})", R"("enable_thinking":true)"},
        {Quirk::no_parallel_tool_calls, "\"parallel_tool_calls\":false", "\"n\":1"},
        {Quirk::no_named_tool_choice, R"("tool_choice":{"type":"function","function":{"name":"f"}})",
         "\"tool_choice\":\"required\""},
        {Quirk::no_required_tool_choice, "\"tool_choice\":\"required\"", "\"tool_choice\":\"auto\""},
        {Quirk::any_for_required, "\"tool_choice\":\"required\"", "\"tool_choice\":\"any\""},
        {Quirk::no_json_schema, R"("response_format":{"type":"json_schema"})",
         R"("response_format":{"type":"json_object"})"},
        {Quirk::no_json_object, R"("response_format":{"type":"json_object"})",
         R"("response_format":{"type":"json_schema"})"},
    };
    for (const Case& one : cases) {
        EXPECT_TRUE(needs(one.quirk, "{" + one.needed + "}")) << to_string(one.quirk) << ": " << one.needed;
        EXPECT_FALSE(needs(one.quirk, "{" + one.passes + "}")) << to_string(one.quirk) << ": " << one.passes;
    }
}

}  // namespace
}  // namespace tollgate
