// Which elements of a history go together, in each API.
#include "gateway/chat/dialect/history_units.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tollgate {
namespace {

// "0 1-3! 4!": units by their elements, and which of them are pinned.
std::string units_of(const std::string& list) {
    std::string text;
    for (const HistoryUnit& unit : split_history(list).units) {
        if (!text.empty()) text += ' ';
        text += std::to_string(unit.begin);
        if (unit.end - unit.begin > 1) text += '-' + std::to_string(unit.end - 1);
        if (unit.pinned) text += '!';
    }
    return text;
}

TEST(HistoryUnits, InstructionsTheLastQuestionAndTheEndArePinned) {
    EXPECT_EQ(units_of(R"([{"role":"system","content":"s"},{"role":"user","content":"a"},
                           {"role":"assistant","content":"b"},{"role":"developer","content":"d"},
                           {"role":"user","content":"c"},{"role":"assistant","content":"e"}])"),
              "0! 1 2 3! 4! 5!");
    EXPECT_EQ(units_of("[]"), "");
}

TEST(HistoryUnits, ACallGoesWithItsResultsInChats) {
    EXPECT_EQ(units_of(R"([{"role":"user","content":"a"},
                           {"role":"assistant","content":null,"tool_calls":[{"id":"1"},{"id":"2"}]},
                           {"role":"tool","tool_call_id":"1","content":"x"},
                           {"role":"tool","tool_call_id":"2","content":"y"},
                           {"role":"assistant","content":"b"},{"role":"user","content":"c"}])"),
              "0 1-3 4 5!");
    // A result that comes late takes along what stands before it.
    EXPECT_EQ(units_of(R"([{"role":"assistant","tool_calls":[{"id":"1"}]},{"role":"user","content":"a"},
                           {"role":"tool","tool_call_id":"1","content":"x"},{"role":"user","content":"c"}])"),
              "0-2 3!");
    // Ids that are used again are the latest call's.
    EXPECT_EQ(units_of(R"([{"role":"assistant","tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1"},
                           {"role":"assistant","tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1"},
                           {"role":"user","content":"c"}])"),
              "0-1 2-3 4!");
    EXPECT_EQ(units_of(R"([{"role":"assistant","function_call":{"name":"f"}},{"role":"function","name":"f"},
                           {"role":"user","content":"c"}])"),
              "0-1 2!");
}

TEST(HistoryUnits, ACallGoesWithItsResultInMessages) {
    EXPECT_EQ(units_of(R"([{"role":"user","content":"a"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"tool_use","id":"1"}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"x"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"2"}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":"x"},{"type":"text","text":"c"}]},
        {"role":"assistant","content":"b"}])"),
              "0 1-2 3-4! 5!");
}

TEST(HistoryUnits, ACallGoesWithItsResultInGeminisContents) {
    EXPECT_EQ(units_of(R"([{"role":"user","parts":[{"text":"a"}]},
        {"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"s"}]},
        {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"}}}]},
        {"role":"model","parts":[{"function_call":{"name":"f"}}]},
        {"role":"function","parts":[{"function_response":{"name":"f","response":{}}}]},
        {"role":"model","parts":[{"text":"b"}]},{"parts":[{"text":"c"}]}])"),
              "0 1-2 3-4 5 6!");
}

TEST(HistoryUnits, ReasoningAndParallelCallsGoWithWhatFollowsInResponses) {
    EXPECT_EQ(units_of(R"([{"role":"user","content":"a"},
        {"type":"reasoning","id":"rs_1","encrypted_content":"e"},
        {"type":"function_call","call_id":"1"},{"type":"function_call","call_id":"2"},
        {"type":"function_call_output","call_id":"1","output":"x"},
        {"type":"function_call_output","call_id":"2","output":"y"},
        {"type":"custom_tool_call","call_id":"3"},{"type":"custom_tool_call_output","call_id":"3","output":"z"},
        {"type":"reasoning","id":"rs_2"},{"type":"message","role":"assistant","content":"b"},
        {"type":"compaction","encrypted_content":"e"},
        {"type":"mcp_approval_request","id":"4"},{"type":"mcp_approval_response","approval_request_id":"4"},
        {"role":"user","content":[{"type":"input_text","text":"c"}]}])"),
              "0 1-5 6-7 8-9 10! 11-12 13!");
}

}  // namespace
}  // namespace tollgate
