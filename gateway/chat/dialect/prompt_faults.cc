#include "gateway/chat/dialect/prompt_faults.h"

#include "gateway/chat/canonical/carried_reasoning.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/gemini/foreign_seal.h"
#include "gateway/chat/dialect/messages/tool_id.h"
#include "gateway/chat/dialect/prompt_carriers.h"
#include "gateway/chat/dialect/responses/call_id.h"
#include "gateway/chat/dialect/responses/encrypted_reasoning.h"

namespace tollgate {
namespace {

using simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;
using Type = simdjson::dom::element_type;

// Shorter ids are counted, not drawn: the next answer may have them again.
constexpr std::size_t kLeastDrawnIdBytes = 16;

bool may_be_refused(std::string_view id) { return id.size() < kLeastDrawnIdBytes || !is_messages_tool_id(id); }

bool is_empty(const element& content) {
    if (content.type() == Type::ARRAY) return Array(content).size() == 0;
    return content.type() == Type::STRING && is_blank(std::string_view(content));
}

bool has(const Object& part, std::string_view name) { return part[name].error() == simdjson::SUCCESS; }

// Google's parts have no type.
void note_call_of_google(const Object& part, PartsBefore& before, PromptFaults& faults) {
    if (!has(part, "functionCall") && !has(part, "function_call")) return;
    const bool is_signed = has(part, "thoughtSignature") || has(part, "thought_signature");
    faults.unsigned_parts = faults.unsigned_parts || !(before.calls || is_signed);
    before.calls = true;
}

}  // namespace

void note_part_faults(const Object& part, std::string_view type, PartsBefore& before, PromptFaults& faults) {
    before.ends_thinking = type == "thinking" || type == "redacted_thinking";
    if (type.empty()) return note_call_of_google(part, before, faults);
    if (type == "tool_result") {
        const bool unfit = before.other_than_results || may_be_refused(string_member(part, {"tool_use_id"}));
        faults.history = faults.history || unfit;
        return;
    }
    before.other_than_results = true;
    if (type == "tool_use") {
        faults.history = faults.history || may_be_refused(string_member(part, {"id"}));
    } else if (type == "thinking") {
        faults.unsigned_parts = faults.unsigned_parts || string_member(part, {"signature"}).empty();
    }
}

void note_message_faults(const Object& message, std::string_view type, std::string_view role, PromptFaults& faults) {
    element content;
    const bool answer = role == "assistant" && message["content"].get(content) == simdjson::SUCCESS;
    if (answer && is_empty(content)) faults.history = true;
    if (type == "reasoning") {
        const bool sealed = !string_member(message, {"encrypted_content"}).empty();
        const bool ours = is_id_of_gateway(string_member(message, {"id"}));
        faults.unsigned_parts = faults.unsigned_parts || (ours && !sealed);
    } else if (!type.empty() && string_member(message, {"call_id"}).size() > kMostCallIdBytes) {
        faults.history = true;
    }
}

void note_seal_faults(std::string_view sealed, PromptFaults& faults) {
    faults.history = faults.history || is_carried(sealed) || is_foreign_seal(sealed);
}

void note_citation_faults(const element& citations, PromptFaults& faults) {
    if (citations.type() != Type::ARRAY) return;
    for (const element one : Array(citations)) {
        std::string_view index;
        const bool ours = one["encrypted_index"].get(index) == simdjson::SUCCESS && index.empty();
        faults.history = faults.history || ours;
    }
}

void note_instruction_faults(const element& instructions, PromptFaults& faults) {
    if (instructions.type() == Type::STRING) {
        faults.blank_instructions = is_blank(std::string_view(instructions));
        return;
    }
    if (instructions.type() != Type::ARRAY) return;
    for (const element block : Array(instructions)) {
        std::string_view text;
        const bool blank = block["text"].get(text) == simdjson::SUCCESS && is_blank(text);
        faults.blank_instructions = faults.blank_instructions || blank;
    }
}

}  // namespace tollgate
