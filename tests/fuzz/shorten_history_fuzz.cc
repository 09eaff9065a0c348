// A prompt that loses its middle. Of any JSON: what is left is JSON, and what a model said and instructions are as they
// were. Of a conversation with calls, in each API: no call is parted from its result.
#include <array>
#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/history_units.h"
#include "gateway/chat/dialect/shorten_history.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using tollgate::fuzz::require;

constexpr std::size_t kDepth = 64;

// A message that says something, a call and its result; `#` is the text or the id.
struct Shapes {
    std::string_view user, assistant, call, result;
};
constexpr std::array kShapes = {
    Shapes{R"({"role":"user","content":"#"})", R"({"role":"assistant","content":"#"})",
           R"({"role":"assistant","tool_calls":[{"id":"#","type":"function","function":{"name":"f","arguments":""}}]})",
           R"({"role":"tool","tool_call_id":"#","content":"and a long result of the tool, and a longer one"})"},
    Shapes{R"({"role":"user","content":[{"type":"text","text":"#"}]})",
           R"({"role":"assistant","content":[{"type":"text","text":"#"}]})",
           R"({"role":"assistant","content":[{"type":"tool_use","id":"#","name":"f","input":{}}]})",
           R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"#","content":"a long result"}]})"},
    Shapes{R"({"role":"user","content":"#"})", R"({"type":"reasoning","encrypted_content":"#"})",
           R"({"type":"function_call","call_id":"#","name":"f","arguments":""})",
           R"({"type":"function_call_output","call_id":"#","output":"a long result of the tool"})"},
    Shapes{R"({"role":"user","parts":[{"text":"#"}]})", R"({"role":"model","parts":[{"text":"#"}]})",
           R"({"role":"model","parts":[{"functionCall":{"id":"#","name":"f"},"thoughtSignature":"s"}]})",
           R"({"role":"user","parts":[{"functionResponse":{"id":"#","name":"f","response":{"a":"a result"}}}]})"},
};

void append(std::string_view shape, std::string_view text, std::string& list) {
    const std::size_t at = shape.find('#');
    if (list.size() > 1) list += ',';
    ((list += shape.substr(0, at)) += text) += shape.substr(at + 1);
}

std::string id_of(int call) { return "call_" + std::to_string(1000 + call); }

// As the bytes say: who speaks, and how long. Sets how many calls there are.
std::string conversation(std::string_view bytes, const Shapes& shapes, int& calls) {
    std::string list = "[";
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        const std::string text(static_cast<std::size_t>(byte) * 4, 'x');
        switch (byte % 4) {
            case 0:
                append(shapes.user, text, list);
                break;
            case 1:
                append(shapes.assistant, text, list);
                break;
            default:  // some calls at once
                const int first = calls;
                calls += byte % 8 == 7 ? 3 : 1;
                for (int i = first; i < calls; ++i) append(shapes.call, id_of(i), list);
                for (int i = first; i < calls; ++i) append(shapes.result, id_of(i), list);
        }
    }
    return list + "]";
}

int times(std::string_view text, std::string_view in) {
    int count = 0;
    for (std::size_t at = in.find(text); at != std::string_view::npos; at = in.find(text, at + 1)) ++count;
    return count;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// The elements of `some` stand in `all` in the same order, users' aside.
bool is_part_of(const History& some, const History& all) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < some.items.size(); ++i) {
        if (some.roles[i] == HistoryRole::user) continue;
        while (at < all.items.size() && all.items[at] != some.items[i]) ++at;
        if (at++ == all.items.size()) return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const HistoryExcess excess{.tokens = 8 * std::int64_t{input.byte()}, .most_messages = input.byte() % 32U};
    const std::uint8_t kind = input.byte();
    int calls = 0;
    const bool talks = kind % 8 < kShapes.size();
    const std::string list =
        talks ? conversation(input.rest(), kShapes[kind % 8], calls) : std::string(trimmed(input.rest()));
    if ((!is_array(list) && !is_text(list)) || !is_json(list, kDepth)) return 0;
    const auto shortened = shorten_history(list, excess);
    if (!shortened) return 0;
    require(is_json(shortened->list, kDepth), "what is left is JSON");
    if (is_text(list)) return 0;
    const History before = split_history(list), after = split_history(shortened->list);
    require(before.items.size() == after.items.size() + shortened->left_out, "what is gone is counted");
    require(is_part_of(after, before), "what a model said, and instructions, are as they were");
    for (int call = 0; call < calls; ++call) {
        require(times(id_of(call), shortened->list) % 2 == 0, "a call has its result, and a result its call");
    }
    return 0;
}
