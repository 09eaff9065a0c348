#include "gateway/chat/dialect/converse/answer_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/usage.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

std::int64_t bytes_of(Json text) { return is_text(text) ? spelt_bytes(text) : 0; }

void add_text(Json text, AnswerDelta& facts) { facts.text.bytes += bytes_of(text); }

void add_reasoning(Json text, AnswerDelta& facts) {
    facts.text.bytes += bytes_of(text);
    facts.text.reasoning_bytes += bytes_of(text);
}

void add_call(Json name, AnswerDelta& facts) {
    ++facts.text.tool_calls;
    facts.text.bytes += bytes_of(name);
}

void add_begin(AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    facts.choices = true;
    events.push_back({.kind = Kind::begin});
}

// In OpenAI's words. An answer that ends with calls ends because of them.
FinishReason finish_reason(std::string_view native, std::uint32_t calls) {
    if (native == "max_tokens" || native == "model_context_window_exceeded") return FinishReason::length;
    if (native == "content_filtered" || native == "guardrail_intervened") return FinishReason::content_filter;
    if (native == "malformed_model_output" || native == "malformed_tool_use") return FinishReason::error;
    return calls > 0 ? FinishReason::tool_calls : FinishReason::stop;
}

void add_finish(Json object, std::uint32_t calls, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const auto [stop_reason, further] =
        members_of(object, std::array<std::string_view, 2>{"stopReason", "additionalModelResponseFields"});
    const Spelt native = spelt(stop_reason);
    const FinishReason reason = finish_reason(native, calls);
    facts.finish_reasons = 1;
    facts.finished.set(0);
    facts.finish_reason = to_string(reason);
    events.push_back({.kind = Kind::finish,
                      .reason = reason,
                      .native_reason = native,
                      .stop_sequence = spelt(member(member(further, "delta"), "stop_sequence"))});
}

void add_usage(Json value, AnswerDelta& facts) {
    ReportedUsage usage;
    if (read_usage_member("usage", value, usage)) facts.usage = usage;
}

bool is_error(Json object) {
    static constexpr std::array<std::string_view, 4> kNames = {"error", "message", "__type", "Output"};
    const auto [error, message, type, output] = members_of(object, kNames);
    return says_something(error) || is_text(message) || says_something(type) ||
           says_something(member(output, "__type"));
}

bool has_members(Json object) { return is_object(object) && JsonMembers(object, 0).next(); }

struct Counts {
    std::uint32_t parts = 0, calls = 0;
};

// What Claude seals is base64 already, which the API wraps in base64 once more: without that it is what Claude's own
// API takes and gives.
void add_sealed(Spelt bytes, std::uint32_t part, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    AnswerEvent event{.kind = Kind::sealed_reasoning, .part = part, .text = bytes, .format = ReasoningFormat::bedrock};
    auto inner = from_base64(bytes);
    if (inner && !inner->empty() && from_base64(*inner)) {
        event.text = facts.kept.emplace_front(std::move(*inner));
        event.format = ReasoningFormat::anthropic;
    }
    events.push_back(event);
}

void add_thought(Json content, std::uint32_t part, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const auto [shown, sealed] =
        members_of(content, std::array<std::string_view, 2>{"reasoningText", "redactedContent"});
    if (is_text(sealed)) {
        events.push_back(
            {.kind = Kind::sealed_reasoning, .part = part, .text = spelt(sealed), .format = ReasoningFormat::bedrock});
        return;
    }
    const auto [text, signature] = members_of(shown, std::array<std::string_view, 2>{"text", "signature"});
    const bool is_signed = !spelt(signature).empty();
    const auto format = is_signed ? ReasoningFormat::anthropic : ReasoningFormat::unknown;
    add_reasoning(text, facts);
    events.push_back({.kind = Kind::reasoning, .part = part, .text = spelt(text), .format = format});
    if (!is_signed) return;
    events.push_back({.kind = Kind::signature, .part = part, .text = spelt(signature), .format = format});
}

void add_tool_use(Json content, Counts& counts, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 4> kNames = {"toolUseId", "name", "input", "type"};
    const auto [id, name, input, type] = members_of(content, kNames);
    if (spelt(type) == "server_tool_use") return;
    const std::uint32_t part = counts.parts++, call = counts.calls++;
    add_call(name, facts);
    facts.text.bytes += static_cast<std::int64_t>(input.size());
    events.push_back({.kind = Kind::call, .part = part, .call = call, .id = spelt(id), .name = spelt(name)});
    events.push_back({.kind = Kind::arguments, .part = part, .call = call, .value = is_object(input) ? input : "{}"});
}

// "image/png" and the others, for the API's names of them.
std::string_view media_type_of(Spelt format) {
    static constexpr std::array<std::string_view, 4> kTypes = {"image/png", "image/jpeg", "image/gif", "image/webp"};
    const auto found = std::ranges::find_if(kTypes, [&](std::string_view type) { return type.substr(6) == format; });
    return found == kTypes.end() ? std::string_view() : *found;
}

void add_image(Json content, std::uint32_t part, std::vector<AnswerEvent>& events) {
    const std::string_view type = media_type_of(spelt(member(content, "format")));
    const Spelt bytes = spelt(member(member(content, "source"), "bytes"));
    if (type.empty() || bytes.empty()) return;
    events.push_back({.kind = Kind::image, .part = part, .text = bytes, .media_type = type});
}

// A whole block of a plain answer.
void add_block(Json block, Counts& counts, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 5> kNames = {"text", "reasoningContent", "toolUse",
                                                               "citationsContent", "image"};
    const auto [text, reasoning, tool, cited, image] = members_of(block, kNames);
    const auto add = [&](Json value) {
        add_text(value, facts);
        events.push_back({.kind = Kind::text, .part = counts.parts++, .text = spelt(value)});
    };
    if (is_text(text)) add(text);
    if (is_object(reasoning)) add_thought(reasoning, counts.parts++, facts, events);
    if (is_object(tool)) add_tool_use(tool, counts, facts, events);
    if (is_object(image)) add_image(image, counts.parts++, events);
    each_element(member(cited, "content"), [&](Json one) {
        if (const Json value = member(one, "text"); is_text(value)) add(value);
    });
}

}  // namespace

AnswerRead read_converse_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    const auto [output, usage] = members_of(body, std::array<std::string_view, 2>{"output", "usage"});
    const Json content = member(member(output, "message"), "content");
    if (!is_array(content)) {
        facts.error = is_error(body);
        return facts.error ? AnswerRead::error : AnswerRead::invalid;
    }
    add_begin(facts, events);
    Counts counts;
    each_element(content, [&](Json block) { add_block(block, counts, facts, events); });
    add_usage(usage, facts);
    add_finish(body, counts.calls, facts, events);
    return AnswerRead::event;
}

void ConverseEventReader::begin(Block& block, Block::Kind kind) {
    if (block.kind == kind) return;
    block = {.kind = kind, .part = parts_++};
}

// The service itself begins no block of text; others that speak its API do, with `{}`.
void ConverseEventReader::start(Json content, Event event) {
    if (!has_members(content)) return;
    static constexpr std::array<std::string_view, 4> kNames = {"toolUseId", "name", "type", "format"};
    const auto [tool, image] = members_of(content, std::array<std::string_view, 2>{"toolUse", "image"});
    const auto [id, name, type, format] = members_of(is_object(tool) ? tool : image, kNames);
    if (is_object(image)) {
        begin(event.block, Block::Kind::image);
        event.block.media_type = media_type_of(spelt(format));
    } else if (!is_object(tool) || spelt(type) == "server_tool_use") {
        event.block = {.kind = Block::Kind::foreign};
    } else {
        event.block = {.kind = Block::Kind::tool, .part = parts_++, .call = calls_++};
        add_call(name, event.facts);
        event.events.push_back({.kind = Kind::call,
                                .part = event.block.part,
                                .call = event.block.call,
                                .id = spelt(id),
                                .name = spelt(name)});
    }
}

void ConverseEventReader::delta(Json content, Event event) {
    static constexpr std::array<std::string_view, 4> kNames = {"text", "toolUse", "reasoningContent", "image"};
    const auto [text, tool, thought, image] = members_of(content, kNames);
    Block& block = event.block;
    if (block.kind == Block::Kind::foreign) return;
    if (is_text(text) && !spelt(text).empty()) {
        begin(block, Block::Kind::text);
        add_text(text, event.facts);
        event.events.push_back({.kind = Kind::text, .part = block.part, .text = spelt(text)});
    } else if (is_object(thought)) {
        reasoning(thought, event);
    } else if (is_object(tool) && block.kind == Block::Kind::tool) {
        const Json input = member(tool, "input");
        if (spelt(input).empty()) return;
        block.has_arguments = true;
        add_text(input, event.facts);
        event.events.push_back({.kind = Kind::arguments, .part = block.part, .call = block.call, .text = spelt(input)});
    } else if (is_object(image) && block.kind == Block::Kind::image) {
        const Spelt bytes = spelt(member(member(image, "source"), "bytes"));
        if (bytes.empty() || block.media_type.empty()) return;
        event.events.push_back(
            {.kind = Kind::image, .part = block.part, .text = bytes, .media_type = block.media_type});
    }
}

// Which model's it is shows at its end, by a signature: only Claude's have one. Until then it is taken for that.
void ConverseEventReader::reasoning(Json content, Event event) {
    static constexpr std::array<std::string_view, 3> kNames = {"text", "signature", "redactedContent"};
    const auto [text, signature, sealed] = members_of(content, kNames);
    Block& block = event.block;
    if (!spelt(sealed).empty()) {
        block = {.kind = Block::Kind::foreign};
        return add_sealed(spelt(sealed), parts_++, event.facts, event.events);
    }
    const auto add = [&](Kind kind, Spelt value) {
        if (value.empty()) return;
        begin(block, Block::Kind::reasoning);
        event.events.push_back({.kind = kind, .part = block.part, .text = value, .format = ReasoningFormat::anthropic});
    };
    add_reasoning(text, event.facts);
    add(Kind::reasoning, spelt(text));
    add(Kind::signature, spelt(signature));
}

// A call without arguments is told an empty object: no text is no JSON.
void ConverseEventReader::stop(Event event) {
    Block& block = event.block;
    if (block.kind == Block::Kind::tool && !block.has_arguments) {
        constexpr Json kNone = "{}";
        event.facts.text.bytes += static_cast<std::int64_t>(kNone.size());
        event.events.push_back({.kind = Kind::arguments, .part = block.part, .call = block.call, .value = kNone});
    }
    block = {.kind = Block::Kind::foreign};  // nothing more comes of it
}

AnswerRead ConverseEventReader::in_block(std::string_view name, std::string_view data, AnswerDelta& facts,
                                         std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 3> kNames = {"contentBlockIndex", "start", "delta"};
    const auto [index, beginning, change] = members_of(data, kNames);
    const auto at = whole_number(index);
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= kMostBlocks) return AnswerRead::invalid;
    const auto place = static_cast<std::size_t>(*at);
    if (place >= blocks_.size()) blocks_.resize(place + 1);
    const Event event{blocks_[place], facts, events};
    if (name == "contentBlockDelta") {
        delta(change, event);
    } else if (name == "contentBlockStart") {
        start(beginning, event);
    } else {
        stop(event);
    }
    return AnswerRead::event;
}

AnswerRead ConverseEventReader::read(std::string_view name, std::string_view data, AnswerDelta& facts,
                                     std::vector<AnswerEvent>& events) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    if (!is_object(data)) return AnswerRead::invalid;
    if (name.starts_with("contentBlock")) return in_block(name, data, facts, events);
    if (name == "messageStart") {
        add_begin(facts, events);
    } else if (name == "messageStop") {
        finished_ = true;
        for (Block& block : blocks_) stop({block, facts, events});  // also those of which no event says that they end
        add_finish(data, calls_, facts, events);
    } else if (name == "metadata") {
        add_usage(member(data, "usage"), facts);
        return finished_ ? AnswerRead::done : AnswerRead::event;  // it comes last
    } else if (is_error(data)) {
        facts.error = true;
        return AnswerRead::error;
    }
    return AnswerRead::event;  // of a kind that says nothing here
}

}  // namespace tollgate
