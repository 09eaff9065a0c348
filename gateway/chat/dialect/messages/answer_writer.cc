#include "gateway/chat/dialect/messages/answer_writer.h"

#include <algorithm>
#include <vector>

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/chat/dialect/messages/answer_parts.h"
#include "gateway/chat/dialect/messages/usage_json.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

// A block of the message, gathered from its events.
struct Block {
    enum class Kind : std::uint8_t { text, thinking, tool, whole };

    Kind kind;
    std::uint32_t part = 0, call = 0;
    std::string text{};  // of a call: its arguments, spelt; of a whole one: all of it
    std::string signature{};
    std::string citations{};  // with commas between
    Spelt id{}, name{};
    Json input{};  // the arguments, where they came as an object
};

class Message {
  public:
    void add(const AnswerEvent& event);
    void append_content(std::string& out) const;

    Spelt id{};
    AnswerEnd end{};

  private:
    Block& block(Block::Kind kind, const AnswerEvent& event);
    Block* find(Block::Kind kind, std::uint32_t part);
    void add_citation(const AnswerEvent& event);
    void add_signature(const AnswerEvent& event);
    void add_sealed(const AnswerEvent& event);
    void add_arguments(const AnswerEvent& event);

    std::vector<Block> blocks_;
};

Block* Message::find(Block::Kind kind, std::uint32_t part) {
    const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                    [&](const Block& one) { return one.kind == kind && one.part == part; });
    return found == blocks_.rend() ? nullptr : &*found;
}

Block& Message::block(Block::Kind kind, const AnswerEvent& event) {
    if (Block* const found = find(kind, event.part)) return *found;
    return blocks_.emplace_back(Block{.kind = kind, .part = event.part, .call = event.call});
}

void Message::add(const AnswerEvent& event) {
    switch (event.kind) {
        case Kind::begin:
            id = event.id;
            break;
        case Kind::finish:
            end.reason = event.reason;
            end.native_reason = event.native_reason;
            end.stop_sequence = event.stop_sequence;
            break;
        case Kind::refusal:
            end.refused = true;
            [[fallthrough]];
        case Kind::text:
            if (!event.text.empty()) block(Block::Kind::text, event).text += event.text;
            break;
        case Kind::citation:
            add_citation(event);
            break;
        case Kind::reasoning:
            if (!event.text.empty()) block(Block::Kind::thinking, event).text += event.text;
            break;
        case Kind::signature:
            add_signature(event);
            break;
        case Kind::sealed_reasoning:
            add_sealed(event);
            break;
        case Kind::call: {
            Block& call = block(Block::Kind::tool, event);
            call.id = event.id;
            call.name = event.name;
            break;
        }
        case Kind::arguments:
            add_arguments(event);
            break;
        case Kind::image:
            append_image_block(event, blocks_.emplace_back(Block{.kind = Block::Kind::whole}).text);
            break;
    }
}

// It belongs to the text before it.
void Message::add_citation(const AnswerEvent& event) {
    if (cited_page(event.value).empty()) return;
    Block* text = find(Block::Kind::text, event.part);
    if (text == nullptr && !blocks_.empty() && blocks_.back().kind == Block::Kind::text) text = &blocks_.back();
    if (text == nullptr) text = &block(Block::Kind::text, event);
    if (!text->citations.empty()) text->citations += ',';
    append_citation(event.value, text->citations);
}

// Of a call or a text it has a block of its own.
void Message::add_signature(const AnswerEvent& event) {
    const Block* const call = find(Block::Kind::tool, event.part);
    if (call == nullptr && find(Block::Kind::text, event.part) == nullptr) {
        return append_signature(event, block(Block::Kind::thinking, event).signature);
    }
    std::string whole = R"({"type":"redacted_thinking","data":")";
    append_signature_beside(event, call == nullptr ? Spelt() : call->id, whole);
    blocks_.push_back({.kind = Block::Kind::whole, .text = whole + "\"}"});
}

// Of another provider it is the signature of the thinking block: of the same part, or of its summary.
void Message::add_sealed(const AnswerEvent& event) {
    Block* thinking = find(Block::Kind::thinking, event.part);
    if (is_summarized(event.format)) {
        Block* const last = blocks_.empty() ? nullptr : &blocks_.back();
        thinking = last != nullptr && last->kind == Block::Kind::thinking && last->signature.empty() ? last : nullptr;
    }
    if (thinking != nullptr && event.format != ReasoningFormat::anthropic) {
        return append_sealed(event, thinking->signature);
    }
    std::string whole = R"({"type":"redacted_thinking","data":")";
    append_sealed(event, whole);
    blocks_.push_back({.kind = Block::Kind::whole, .text = whole + "\"}"});
}

void Message::add_arguments(const AnswerEvent& event) {
    const auto call = std::ranges::find_if(
        blocks_, [&](const Block& one) { return one.kind == Block::Kind::tool && one.call == event.call; });
    if (call == blocks_.end()) return;
    if (event.value.empty()) {
        call->text += event.text;
    } else {
        call->input = event.value;
    }
}

void append_block(const Block& block, std::string& out) {
    switch (block.kind) {
        case Block::Kind::text:
            ((out += R"({"type":"text","text":")") += block.text) += '"';
            if (!block.citations.empty()) ((out += ",\"citations\":[") += block.citations) += ']';
            break;
        case Block::Kind::thinking:
            ((out += R"({"type":"thinking","thinking":")") += block.text) += R"(","signature":")";
            (out += block.signature) += '"';
            break;
        case Block::Kind::tool:
            ((out += R"({"type":"tool_use","id":")") += block.id) += R"(","name":")";
            (out += block.name) += R"(","input":)";
            append_arguments(block.input, block.text, out);
            break;
        case Block::Kind::whole:
            out += block.text;
            return;
    }
    out += '}';
}

void Message::append_content(std::string& out) const {
    out += '[';
    for (const Block& block : blocks_) {
        if (!out.ends_with('[')) out += ',';
        append_block(block, out);
    }
    out += ']';
}

}  // namespace

void write_messages_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                           std::string& out) {
    Message message;
    for (const AnswerEvent& event : events) {
        if (event.choice == 0) message.add(event);  // the API has one, and its clients ask for no more
    }
    begin_message(options, message.id, out);
    message.append_content(out);
    append_stop(message.end, out += ',');
    (out += ",\"usage\":") += messages_usage_json(usage.counts, usage.cost);
    out += '}';
}

void pass_messages_answer(Json body, const AnswerOptions& options, const ChargedUsage& usage, std::string& out) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    std::string labelled;
    append_labelled(body, options, labelled);
    append_with_usage(labelled, usage, out);
}

}  // namespace tollgate
