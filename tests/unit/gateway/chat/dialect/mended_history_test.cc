// Prompts that pass to an endpoint of their own API: what this gateway put into an answer of another provider is found
// when the body is parsed, and does not go to one that would refuse it. Rows D… are kinds of faults that were reported
// of other gateways.
#include "gateway/chat/dialect/mended_history.h"

#include <gtest/gtest.h>

#include "gateway/chat/dialect/openai_request.h"
#include "gateway/chat/dialect/openai_upstream_body.h"

namespace tollgate {
namespace {

constexpr HistoryReader kAny, kSigned{.wants_signed_reasoning = true};
constexpr std::string_view kSeal = "tollgate:google-gemini-v1:sealed:call_1:S1";
constexpr std::string_view kGeminiSeal = "dG9sbGdhdGUtdjE6YXM6U0lH";

PromptFaults faults_of(const std::string& body, const BodyNames& names) {
    JsonParser parser;
    BodyFacts facts;
    simdjson::padded_string padded(body);
    const Error error = parse_body(parser, {padded.data(), padded.size()}, 64, names, facts);
    EXPECT_FALSE(error) << error.detail().message << "\n" << body;
    return facts.faults;
}

struct Mended {
    std::string list;  // as it came, where nothing is to be mended
    std::string removed;
    bool looked_for = false;  // parsing found that it may be
};

Mended mend(MendHistory& mender, const BodyNames& names, const std::string& list, const HistoryReader& reader) {
    FieldNames removed;
    const auto mended = mender(list, reader, removed);
    EXPECT_TRUE(!mended || is_json(*mended, 64)) << *mended;
    const PromptFaults faults =
        faults_of("{\"model\":\"m\",\"" + std::string(names.prompt) + "\":" + list + "}", names);
    return {mended.value_or(list), removed.text(), faults.history || faults.unsigned_parts};
}

Mended messages(const std::string& list, const HistoryReader& reader = kSigned) {
    return mend(mend_messages_history, kMessagesNames, list, reader);
}
std::string answer(const std::string& blocks) {
    return R"([{"role":"user","content":"q"},{"role":"assistant", "content": [)" + blocks +
           R"(]},{"role":"user","content":"n"}])";
}
const std::string kText = R"({"type":"text","text":"ok"})";

TEST(MendedHistory, WhatIsFitIsNotLookedAt) {
    for (const std::string& blocks :
         {kText, R"({"type":"thinking","thinking":"t","signature":"SIG=="}, )" + kText,
          R"({"type":"redacted_thinking","data":"EnYK"},)" + kText,
          std::string(R"({"type":"tool_use","id":"toolu_0123456789abcd","name":"f","input":{}})"),
          std::string(R"({"type":"text","text":"ok","citations":[{"type":"x","encrypted_index":"E"}]})")}) {
        const Mended mended = messages(answer(blocks));
        EXPECT_FALSE(mended.looked_for) << blocks;
        EXPECT_EQ(mended.list, answer(blocks));
    }
}

TEST(MendedHistory, D24ForeignReasoningIsLeftOut) {
    for (const std::string& foreign :
         {R"({"type":"thinking","thinking":"t","signature":")" + std::string(kSeal) + "\"}",
          R"({"type":"redacted_thinking","data":")" + std::string(kSeal) + "\"}",
          std::string(R"({"type":"thinking","thinking":"t","signature":""})"),
          std::string(R"({"type":"thinking","thinking":"t"})")}) {
        const Mended mended = messages(answer(foreign + ", " + kText));
        EXPECT_TRUE(mended.looked_for) << foreign;
        EXPECT_EQ(mended.list, answer(kText)) << foreign;
        EXPECT_EQ(mended.removed, "messages[].content[].thinking");
    }
}

TEST(MendedHistory, WhoSignsNothingReadsItsThoughtsAgain) {
    const std::string list = answer(R"({"type":"thinking","thinking":"t","signature":""},)" + kText);
    EXPECT_EQ(messages(list, kAny).list, list);
    const std::string sealed = R"({"type":"redacted_thinking","data":")" + std::string(kSeal) + "\"}";
    const std::string foreign = answer(R"({"type":"thinking","thinking":"t","signature":""},)" + sealed + "," + kText);
    EXPECT_EQ(messages(foreign, kAny).list, answer(kText)) << "that of another provider is its own";
}

TEST(MendedHistory, AnAnswerThatIsReasoningAloneIsNone) {
    const std::string signed_thought = R"({"type":"thinking","thinking":"t","signature":"SIG=="})";
    const Mended mended = messages(answer(signed_thought));
    EXPECT_TRUE(mended.looked_for);
    EXPECT_EQ(mended.list, R"([{"role":"user","content":"q"},{"role":"user","content":"n"}])");
    EXPECT_EQ(messages(answer("")).list, mended.list);
    EXPECT_EQ(messages(R"([{"role":"user","content":"q"},{"role":"assistant","content":" "}])").list,
              R"([{"role":"user","content":"q"}])");
}

TEST(MendedHistory, D4IdsAreOnesThatTheApiTakesAndUnique) {
    const auto turn = [](const std::string& id) {
        return R"({"role":"assistant","content":[{"type":"tool_use","id":")" + id +
               R"(","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":")" + id +
               R"(","content":"r"}]})";
    };
    const Mended foreign = messages("[" + turn("functions.Bash:0") + "]");
    EXPECT_TRUE(foreign.looked_for);
    EXPECT_EQ(foreign.list, "[" + turn("tg-functions_2eBash_3a0") + "]");
    const Mended twice = messages("[" + turn("call_0") + "," + turn("call_0") + "," + turn("call_1") + "]");
    EXPECT_TRUE(twice.looked_for);
    EXPECT_EQ(twice.list, "[" + turn("call_0") + "," + turn("call_0-2") + "," + turn("call_1") + "]");
    EXPECT_EQ(twice.removed, "");
}

TEST(MendedHistory, D7ResultsStandFirst) {
    const std::string result = R"({"type":"tool_result","tool_use_id":"toolu_0123456789abcd","content":"r"})";
    const auto user = [](const std::string& blocks) { return R"([{"role":"user","content":[)" + blocks + "]}]"; };
    const Mended mended = messages(user(kText + "," + result));
    EXPECT_TRUE(mended.looked_for);
    EXPECT_EQ(mended.list, user(result + "," + kText));
    EXPECT_FALSE(messages(user(result + "," + kText)).looked_for);
}

TEST(MendedHistory, D26EmptyTextsAreDropped) {
    const Mended mended = messages(answer(R"({"type":"text","text":""},)" + kText));
    EXPECT_TRUE(mended.looked_for);
    EXPECT_EQ(mended.list, answer(kText));
    const std::string blank = R"([{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" "}]}])";
    EXPECT_EQ(messages(blank).list, blank);
    EXPECT_EQ(mend_messages_system(R"([{"type":"text","text":"a"},{"type":"text","text":""}])"),
              R"([{"type":"text","text":"a"}])");
    EXPECT_EQ(mend_messages_system(R"("  ")"), "");
    const std::string body = R"({"system":[{"type":"text","text":" "}],"messages":[{"role":"user","content":"q"}]})";
    EXPECT_TRUE(faults_of(body, kMessagesNames).blank_instructions);
}

TEST(MendedHistory, CitationsThatTheApiDidNotMake) {
    const std::string cited =
        R"({"type":"text","text":"ok","citations":[{"type":"web_search_result_location","encrypted_index":""}]})";
    const Mended mended = messages(answer(cited));
    EXPECT_TRUE(mended.looked_for);
    EXPECT_EQ(mended.list, answer(kText));
    EXPECT_EQ(mended.removed, "messages[].content[].citations");
}

Mended responses(const std::string& items, const HistoryReader& reader = kSigned) {
    return mend(mend_responses_history, kResponsesNames, "[" + items + "]", reader);
}

TEST(MendedHistory, ResponsesHaveNoReasoningOfOthers) {
    const std::string question = R"({"role":"user","content":"q"})";
    const std::string own = R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"})";
    EXPECT_FALSE(responses(own + "," + question).looked_for);
    const std::string sealed =
        R"({"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"tollgate:anthropic-claude-v1:signature::SIG=="})";
    const std::string unsealed = R"({"type":"reasoning","id":"rs_gen-01ABC_0","summary":[]})";
    for (const std::string& foreign : {sealed, unsealed}) {
        const Mended mended = responses(own + "," + foreign + "," + question);
        EXPECT_TRUE(mended.looked_for) << foreign;
        EXPECT_EQ(mended.list, "[" + own + "," + question + "]");
        EXPECT_EQ(mended.removed, "input[].reasoning");
    }
    EXPECT_EQ(responses(unsealed + "," + question, kAny).list, "[" + unsealed + "," + question + "]");
}

TEST(MendedHistory, ResponsesHaveShortCallIds) {
    const std::string id = "call_" + std::string(100, 'x');
    const Mended mended = responses(R"({"type":"function_call","call_id":")" + id +
                                    R"(","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":")" +
                                    id + R"(","output":"r"})");
    EXPECT_TRUE(mended.looked_for);
    const Json list = mended.list;
    std::vector<Spelt> ids;
    each_element(list, [&](Json item) { ids.push_back(spelt(member(item, "call_id"))); });
    EXPECT_EQ(ids.at(0).size(), 64U);
    EXPECT_EQ(ids.at(0), ids.at(1));
}

Mended gemini(const std::string& parts, const HistoryReader& reader = kAny) {
    return mend(mend_gemini_history, kGeminiNames, R"([{"role":"model","parts":[)" + parts + "]}]", reader);
}
std::string model(const std::string& parts) { return R"([{"role":"model","parts":[)" + parts + "]}]"; }

TEST(MendedHistory, GeminiHasNoSealsOfOthers) {
    const std::string seal = R"("thoughtSignature":")" + std::string(kGeminiSeal) + "\"";
    const Mended thought = gemini(R"({"text":"hm","thought":true,)" + seal + R"(},{"text":"ok"})");
    EXPECT_TRUE(thought.looked_for);
    EXPECT_EQ(thought.list, model(R"({"text":"ok"})"));
    EXPECT_EQ(thought.removed, "contents[].parts[].thought");
    EXPECT_EQ(gemini(R"({"text":"ok",)" + seal + "}").list, model(R"({"text":"ok"})"));
    const std::string own = R"({"text":"ok","thoughtSignature":"CpcB"})";
    EXPECT_FALSE(gemini(own).looked_for);
}

TEST(MendedHistory, D21AForeignCallHasTheSignatureThatGemini3Wants) {
    const std::string call = R"({"functionCall":{"name":"f","args":{}}})";
    const Mended mended = gemini(call + "," + call, {.wants_signed_calls = true});
    EXPECT_TRUE(mended.looked_for);
    EXPECT_EQ(
        mended.list,
        model(R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},)" +
              call));
    EXPECT_EQ(gemini(call).list, model(call));
}

TEST(MendedHistory, InstructionsAreReplacedInTheBody) {
    const std::string body = R"({"model":"m","system":"  ","messages":[{"role":"user","content":"q"}]})";
    JsonParser parser;
    BodyFacts facts;
    simdjson::padded_string padded(body);
    ASSERT_FALSE(parse_body(parser, {padded.data(), padded.size()}, 64, kMessagesNames, facts));
    const auto sent = [&](const Additions& added) {
        UpstreamBody upstream;
        upstream.build(body, facts, "up", StreamOptions::untouched, added);
        std::string joined;
        for (const std::string_view piece : upstream.pieces()) joined += piece;
        return joined;
    };
    EXPECT_EQ(sent({.messages = R"(["x"])", .instructions = ""}), R"({"model":"up","messages":["x"]})");
    EXPECT_EQ(sent({.instructions = R"("a")"}),
              R"({"model":"up","system":"a","messages":[{"role":"user","content":"q"}]})");
}

}  // namespace
}  // namespace tollgate
