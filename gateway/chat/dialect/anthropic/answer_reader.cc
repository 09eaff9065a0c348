#include "gateway/chat/dialect/anthropic/answer_reader.h"

#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

std::int64_t bytes_of(Json text) { return is_text(text) ? spelt_bytes(text) : 0; }

void add_text(Json text, AnswerDelta& facts) { facts.text.bytes += bytes_of(text); }

void add_reasoning(Json text, AnswerDelta& facts) {
    const std::int64_t bytes = bytes_of(text);
    facts.text.bytes += bytes;
    facts.text.reasoning_bytes += bytes;
}

void add_call(Json name, AnswerDelta& facts) {
    ++facts.text.tool_calls;
    facts.text.bytes += bytes_of(name);
}

void add_begin(Json message, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    facts.choices = true;
    facts.id = spelt(member(message, "id"));
    events.push_back({.kind = Kind::begin, .id = facts.id});
}

void add_finish(Json reasons, const AnthropicParts& parts, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const Spelt native = spelt(member(reasons, "stop_reason"));
    if (native.empty()) return;
    const FinishReason reason = parts.finish_reason(native);
    facts.finish_reasons = 1;
    facts.finished.set(0);
    facts.finish_reason = to_string(reason);
    events.push_back({.kind = Kind::finish, .reason = reason, .native_reason = native});
}

void add_usage(std::string_view name, Json value, AnswerDelta& facts) {
    ReportedUsage usage;
    if (read_usage_member(name, value, usage)) facts.usage = usage;
}

// A whole block of a plain answer.
void add_block(Json block, AnthropicParts& parts, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const Spelt type = spelt(member(block, "type"));
    if (type == "text") {
        const Json text = member(block, "text");
        add_text(text, facts);
        events.push_back({.kind = Kind::text, .part = parts.next_part(), .text = spelt(text)});
    } else if (type == "thinking") {
        const Json thinking = member(block, "thinking");
        const Spelt signature = spelt(member(block, "signature"));
        const std::uint32_t part = parts.next_part();
        add_reasoning(thinking, facts);
        events.push_back(
            {.kind = Kind::reasoning, .part = part, .text = spelt(thinking), .format = ReasoningFormat::anthropic});
        if (signature.empty()) return;
        events.push_back(
            {.kind = Kind::signature, .part = part, .text = signature, .format = ReasoningFormat::anthropic});
    } else if (type == "redacted_thinking") {
        events.push_back({.kind = Kind::sealed_reasoning,
                          .part = parts.next_part(),
                          .text = spelt(member(block, "data")),
                          .format = ReasoningFormat::anthropic});
    } else if (type == "tool_use") {
        const Json name = member(block, "name"), input = member(block, "input");
        const std::uint32_t part = parts.next_part(), call = parts.next_call();
        add_call(name, facts);
        facts.text.bytes += static_cast<std::int64_t>(input.size());
        events.push_back(
            {.kind = Kind::call, .part = part, .call = call, .id = spelt(member(block, "id")), .name = spelt(name)});
        events.push_back(
            {.kind = Kind::arguments, .part = part, .call = call, .value = is_object(input) ? input : "{}"});
    }
}

}  // namespace

FinishReason AnthropicParts::finish_reason(std::string_view native) const {
    if (native == "max_tokens" || native == "model_context_window_exceeded") return FinishReason::length;
    if (native == "refusal") return FinishReason::content_filter;
    if (native == "tool_use" || calls_ > 0) return FinishReason::tool_calls;
    return FinishReason::stop;  // end_turn, stop_sequence, pause_turn
}

AnswerRead read_anthropic_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    const Json content = member(body, "content");
    if (spells(spelt(member(body, "type")), "error") || says_something(member(body, "error"))) {
        facts.error = true;
        return AnswerRead::error;
    }
    if (!is_array(content)) return AnswerRead::invalid;
    AnthropicParts parts;
    add_begin(body, facts, events);
    each_element(content, [&](Json block) { add_block(block, parts, facts, events); });
    add_usage("usage", member(body, "usage"), facts);
    add_finish(body, parts, facts, events);
    return AnswerRead::event;
}

AnthropicEventReader::Block* AnthropicEventReader::open_block(std::string_view data) {
    const auto index = whole_number(member(data, "index"));
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= blocks_.size()) return nullptr;
    Block& block = blocks_[static_cast<std::size_t>(*index)];
    return block.open ? &block : nullptr;
}

AnswerRead AnthropicEventReader::start(std::string_view data, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const auto index = whole_number(member(data, "index"));
    if (!index || *index < 0 || static_cast<std::size_t>(*index) >= kMostBlocks) return AnswerRead::invalid;
    const auto at = static_cast<std::size_t>(*index);
    if (at >= blocks_.size()) blocks_.resize(at + 1);
    Block& block = blocks_[at] = {.open = true};
    const Json content = member(data, "content_block");
    const Spelt type = spelt(member(content, "type"));
    if (type == "text" || type == "thinking") {
        const bool thinks = type == "thinking";
        const Json text = member(content, type);
        block.kind = thinks ? Block::Kind::thinking : Block::Kind::text;
        block.part = parts_.next_part();
        thinks ? add_reasoning(text, facts) : add_text(text, facts);
        if (spelt(text).empty()) return AnswerRead::event;
        events.push_back({.kind = thinks ? Kind::reasoning : Kind::text,
                          .part = block.part,
                          .text = spelt(text),
                          .format = thinks ? ReasoningFormat::anthropic : ReasoningFormat::unknown});
    } else if (type == "redacted_thinking") {
        block.kind = Block::Kind::redacted;
        add_block(content, parts_, facts, events);
    } else if (type == "tool_use") {
        const Json name = member(content, "name"), input = member(content, "input");
        block.kind = Block::Kind::tool;
        block.part = parts_.next_part();
        block.call = parts_.next_call();
        if (is_object(input)) block.input = input;
        add_call(name, facts);
        events.push_back({.kind = Kind::call,
                          .part = block.part,
                          .call = block.call,
                          .id = spelt(member(content, "id")),
                          .name = spelt(name)});
    }
    return AnswerRead::event;
}

AnswerRead AnthropicEventReader::delta(std::string_view data, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    Block* const block = open_block(data);
    if (block == nullptr) return AnswerRead::invalid;
    const Json delta = member(data, "delta");
    const Spelt type = spelt(member(delta, "type"));
    const auto add = [&](Kind kind, Json text, ReasoningFormat format = ReasoningFormat::unknown) {
        if (spelt(text).empty()) return;
        events.push_back(
            {.kind = kind, .part = block->part, .call = block->call, .text = spelt(text), .format = format});
    };
    if (type == "text_delta" && block->kind == Block::Kind::text) {
        const Json text = member(delta, "text");
        add_text(text, facts);
        add(Kind::text, text);
    } else if (type == "thinking_delta" && block->kind == Block::Kind::thinking) {
        const Json thinking = member(delta, "thinking");
        add_reasoning(thinking, facts);
        add(Kind::reasoning, thinking, ReasoningFormat::anthropic);
    } else if (type == "signature_delta" && block->kind == Block::Kind::thinking) {
        add(Kind::signature, member(delta, "signature"), ReasoningFormat::anthropic);
    } else if (type == "input_json_delta" && block->kind == Block::Kind::tool) {
        const Json fragment = member(delta, "partial_json");
        add_text(fragment, facts);
        block->has_arguments = block->has_arguments || !spelt(fragment).empty();
        add(Kind::arguments, fragment);
    }
    return AnswerRead::event;
}

// A call without arguments is told an empty object: no text is no JSON.
AnswerRead AnthropicEventReader::stop(std::string_view data, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    Block* const block = open_block(data);
    if (block == nullptr) return AnswerRead::invalid;
    block->open = false;
    if (block->kind != Block::Kind::tool || block->has_arguments) return AnswerRead::event;
    if (block->input.empty()) block->input = "{}";
    facts.text.bytes += static_cast<std::int64_t>(block->input.size());
    events.push_back({.kind = Kind::arguments, .part = block->part, .call = block->call, .value = block->input});
    return AnswerRead::event;
}

AnswerRead AnthropicEventReader::read(std::string_view data, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    if (!is_object(data)) return AnswerRead::invalid;
    const Spelt type = spelt(member(data, "type"));
    if (type == "content_block_delta") return delta(data, facts, events);
    if (type == "content_block_start") return start(data, facts, events);
    if (type == "content_block_stop") return stop(data, facts, events);
    if (type == "ping") return AnswerRead::ping;
    if (type == "message_start") {
        const Json message = member(data, "message");
        add_begin(message, facts, events);
        add_usage("message", message, facts);
    } else if (type == "message_delta") {
        add_usage("usage", member(data, "usage"), facts);
        add_finish(member(data, "delta"), parts_, facts, events);
    } else if (type == "message_stop") {
        return AnswerRead::done;
    } else if (type == "error" || says_something(member(data, "error"))) {
        facts.error = true;
        return AnswerRead::error;
    }
    return AnswerRead::event;  // of a kind that says nothing here
}

}  // namespace tollgate
