#include "gateway/chat/dialect/messages/answer_reader.h"

#include <array>
#include <utility>

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

void add_begin(Json id, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    facts.choices = true;
    facts.id = spelt(id);
    events.push_back({.kind = Kind::begin, .id = facts.id});
}

void add_finish(Json stop_reason, Json stop_sequence, const MessagesParts& parts, AnswerDelta& facts,
                std::vector<AnswerEvent>& events) {
    const Spelt native = spelt(stop_reason);
    const FinishReason reason = parts.finish_reason(native);
    facts.finish_reasons = 1;
    facts.finished.set(0);
    facts.finish_reason = to_string(reason);
    events.push_back(
        {.kind = Kind::finish, .reason = reason, .native_reason = native, .stop_sequence = spelt(stop_sequence)});
}

void add_usage(std::string_view name, Json value, AnswerDelta& facts) {
    ReportedUsage usage;
    if (read_usage_member(name, value, usage)) facts.usage = usage;
}

// A whole block of a plain answer.
void add_block(Json block, MessagesParts& parts, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 8> kNames = {"type", "text", "thinking", "signature",
                                                               "data", "id",   "name",     "input"};
    const auto [quoted_type, text, thinking, signature, data, id, name, input] = members_of(block, kNames);
    const Spelt type = spelt(quoted_type);
    if (type == "text") {
        add_text(text, facts);
        events.push_back({.kind = Kind::text, .part = parts.next_part(), .text = spelt(text)});
    } else if (type == "thinking") {
        const std::uint32_t part = parts.next_part();
        add_reasoning(thinking, facts);
        events.push_back(
            {.kind = Kind::reasoning, .part = part, .text = spelt(thinking), .format = ReasoningFormat::anthropic});
        if (spelt(signature).empty()) return;
        events.push_back(
            {.kind = Kind::signature, .part = part, .text = spelt(signature), .format = ReasoningFormat::anthropic});
    } else if (type == "redacted_thinking") {
        facts.text.other_output = true;
        events.push_back({.kind = Kind::sealed_reasoning,
                          .part = parts.next_part(),
                          .text = spelt(data),
                          .format = ReasoningFormat::anthropic});
    } else if (type == "tool_use") {
        const std::uint32_t part = parts.next_part(), call = parts.next_call();
        add_call(name, facts);
        facts.text.bytes += static_cast<std::int64_t>(input.size());
        events.push_back({.kind = Kind::call, .part = part, .call = call, .id = spelt(id), .name = spelt(name)});
        events.push_back(
            {.kind = Kind::arguments, .part = part, .call = call, .value = is_object(input) ? input : "{}"});
    }
}

}  // namespace

FinishReason MessagesParts::finish_reason(std::string_view native) const {
    if (native == "max_tokens" || native == "model_context_window_exceeded") return FinishReason::length;
    if (native == "refusal") return FinishReason::content_filter;
    if (native == "tool_use" || calls_ > 0) return FinishReason::tool_calls;
    return FinishReason::stop;  // end_turn, stop_sequence, pause_turn
}

AnswerRead read_messages_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 7> kNames = {"type",  "error",       "content",      "id",
                                                               "usage", "stop_reason", "stop_sequence"};
    body.remove_prefix(std::min(body.find('{'), body.size()));
    const auto [type, error, content, id, usage, stop_reason, stop_sequence] = members_of(body, kNames);
    if (spells(spelt(type), "error") || says_something(error)) {
        facts.error = true;
        return AnswerRead::error;
    }
    if (!is_array(content)) return AnswerRead::invalid;
    MessagesParts parts;
    add_begin(id, facts, events);
    each_element(content, [&](Json block) { add_block(block, parts, facts, events); });
    add_usage("usage", usage, facts);
    add_finish(stop_reason, stop_sequence, parts, facts, events);
    return AnswerRead::event;
}

MessagesEventReader::Block* MessagesEventReader::open_block(Json index) {
    const auto at = whole_number(index);
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= blocks_.size()) return nullptr;
    Block& block = blocks_[static_cast<std::size_t>(*at)];
    return block.open ? &block : nullptr;
}

AnswerRead MessagesEventReader::start(Json index, Json content, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const auto number = whole_number(index);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= kMostBlocks) return AnswerRead::invalid;
    const auto at = static_cast<std::size_t>(*number);
    if (at >= blocks_.size()) blocks_.resize(at + 1);
    Block& block = blocks_[at] = {.open = true};
    const Spelt type = spelt(member(content, "type"));
    if (type == "text" || type == "thinking") {
        const bool thinks = type == "thinking";
        const Json text = member(content, type);
        block.kind = thinks ? Block::Kind::thinking : Block::Kind::text;
        block.part = parts_.next_part();
        thinks ? add_reasoning(text, facts) : add_text(text, facts);
        const ReasoningFormat format = thinks ? ReasoningFormat::anthropic : ReasoningFormat::unknown;
        const auto add = [&](Kind kind, Json value) {
            if (spelt(value).empty()) return;
            events.push_back({.kind = kind, .part = block.part, .text = spelt(value), .format = format});
        };
        add(thinks ? Kind::reasoning : Kind::text, text);
        if (thinks) add(Kind::signature, member(content, "signature"));
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

AnswerRead MessagesEventReader::delta(Json index, Json delta, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 5> kNames = {"type", "text", "thinking", "signature", "partial_json"};
    Block* const block = open_block(index);
    if (block == nullptr) return AnswerRead::invalid;
    const auto [quoted_type, text, thinking, signature, fragment] = members_of(delta, kNames);
    const Spelt type = spelt(quoted_type);
    const auto add = [&](Kind kind, Json value, ReasoningFormat format = ReasoningFormat::unknown) {
        if (spelt(value).empty()) return;
        events.push_back(
            {.kind = kind, .part = block->part, .call = block->call, .text = spelt(value), .format = format});
    };
    if (type == "text_delta" && block->kind == Block::Kind::text) {
        add_text(text, facts);
        add(Kind::text, text);
    } else if (type == "thinking_delta" && block->kind == Block::Kind::thinking) {
        add_reasoning(thinking, facts);
        add(Kind::reasoning, thinking, ReasoningFormat::anthropic);
    } else if (type == "signature_delta" && block->kind == Block::Kind::thinking) {
        add(Kind::signature, signature, ReasoningFormat::anthropic);
    } else if (type == "input_json_delta" && block->kind == Block::Kind::tool) {
        add_text(fragment, facts);
        block->has_arguments = block->has_arguments || !spelt(fragment).empty();
        add(Kind::arguments, fragment);
    }
    return AnswerRead::event;
}

// A call without arguments is told an empty object: no text is no JSON.
void MessagesEventReader::end_call(Block& block, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (block.kind != Block::Kind::tool || block.has_arguments) return;
    block.has_arguments = true;
    if (block.input.empty()) block.input = "{}";
    facts.text.bytes += static_cast<std::int64_t>(block.input.size());
    const Json input = facts.kept.emplace_front(std::move(block.input));
    events.push_back({.kind = Kind::arguments, .part = block.part, .call = block.call, .value = input});
}

AnswerRead MessagesEventReader::stop(Json index, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    Block* const block = open_block(index);
    if (block == nullptr) return AnswerRead::invalid;
    block->open = false;
    end_call(*block, facts, events);
    return AnswerRead::event;
}

// Also of calls of which no event says that they end. `delta`: why; some say it of none.
void MessagesEventReader::end(Json delta, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    finished_ = true;
    for (Block& block : blocks_) {
        if (block.open) end_call(block, facts, events);
    }
    add_finish(member(delta, "stop_reason"), member(delta, "stop_sequence"), parts_, facts, events);
}

// Once, and before all else, also where a provider of this dialect leaves it out.
void MessagesEventReader::begin(Json id, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (!std::exchange(begun_, true)) add_begin(id, facts, events);
}

AnswerRead MessagesEventReader::read(std::string_view /*name*/, std::string_view data, AnswerDelta& facts,
                                     std::vector<AnswerEvent>& events) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    if (!is_object(data)) return AnswerRead::invalid;
    static constexpr std::array<std::string_view, 7> kNames = {"type",    "index", "delta", "content_block",
                                                               "message", "usage", "error"};
    const auto [quoted_type, index, changes, block, message, usage, error] = members_of(data, kNames);
    const Spelt type = spelt(quoted_type);
    if (type == "content_block_delta") return delta(index, changes, facts, events);
    if (type == "content_block_start") {
        begin({}, facts, events);
        return start(index, block, facts, events);
    }
    if (type == "content_block_stop") return stop(index, facts, events);
    if (type == "ping") return AnswerRead::ping;
    if (type == "message_start") {
        begin(member(message, "id"), facts, events);
        add_usage("message", message, facts);
    } else if (type == "message_delta") {
        begin({}, facts, events);
        add_usage("usage", usage, facts);
        if (!spelt(member(changes, "stop_reason")).empty()) end(changes, facts, events);
    } else if (type == "message_stop") {
        if (begun_ && !finished_) end({}, facts, events);
        return AnswerRead::done;
    } else if (type == "error" || says_something(error)) {
        facts.error = true;
        return AnswerRead::error;
    }
    return AnswerRead::event;  // of a kind that says nothing here
}

}  // namespace tollgate
