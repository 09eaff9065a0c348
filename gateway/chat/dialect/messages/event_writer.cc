#include "gateway/chat/dialect/messages/event_writer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "gateway/chat/canonical/cited_page.h"
#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/chat/dialect/messages/answer_parts.h"
#include "gateway/chat/dialect/messages/event_frames.h"
#include "gateway/chat/dialect/messages/usage_json.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

constexpr std::size_t kMostCalls = 4096;  // whose ids are remembered
constexpr Json kEmptyThinking = R"({"type":"thinking","thinking":"","signature":""})";

}  // namespace

void MessagesEventWriter::begin(const AnswerOptions& options) {
    options_ = options;
    begun_ = together_ = refused_ = false;
    blocks_ = 0;
    reason_ = FinishReason::none;
    open_.clear();
    held_ = {};
    call_ids_.clear();
    for (std::string* text : {&native_reason_, &stop_sequence_, &cut_}) text->clear();
}

void MessagesEventWriter::append_ping(std::string& out) { append_frame("ping", R"({"type":"ping"})", out); }

void MessagesEventWriter::append(const AnswerEvent& event, std::string& out) {
    if (event.choice > 0) return;  // the API has one, and its clients ask for no more
    if (event.kind == Kind::begin) return message_start(event.id, out);
    if (event.kind == Kind::finish) return finish(event);
    if (must_wait(event)) return hold(event, out);
    write(event, out);
    if (event.kind == Kind::arguments) release(out);
}

void MessagesEventWriter::append_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    release_all(out);
    message_end(usage, out);
}

// What waits is not told any more.
void MessagesEventWriter::append_cut(const AnswerMeter& /*meter*/, std::string_view reason, std::string& out) {
    held_ = {};
    stop_blocks(out);
    cut_ = reason;
    if (reason_ == FinishReason::none) reason_ = FinishReason::length;
}

void MessagesEventWriter::append_cut_end(const AnswerMeter& /*meter*/, const ChargedUsage& usage, std::string& out) {
    message_end(usage, out);
}

void MessagesEventWriter::append_error(const Error& error, std::string& out) {
    append_frame("error", options_.inbound->error_body(error, status_of(error)), out);
}

// What the prompt has of tokens is known at the end; clients want to know it now.
void MessagesEventWriter::message_start(Spelt id, std::string& out) {
    if (begun_) return;
    begun_ = true;
    std::string event = R"({"type":"message_start","message":)";
    begin_message(options_, id, event);
    event += R"([],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":)";
    append_number(event, options_.prompt_tokens);
    event += ",\"output_tokens\":0}}}";
    append_frame("message_start", event, out);
}

void MessagesEventWriter::message_end(const ChargedUsage& usage, std::string& out) {
    message_start({}, out);
    if (reason_ == FinishReason::none && !call_ids_.empty()) reason_ = FinishReason::tool_calls;
    append_message_delta({reason_, native_reason_, stop_sequence_, refused_}, cut_,
                         messages_usage_json(usage.counts, usage.cost), out);
    append_frame("message_stop", kMessageStop, out);
}

void MessagesEventWriter::finish(const AnswerEvent& event) {
    reason_ = event.reason;
    native_reason_ = event.native_reason;
    stop_sequence_ = event.stop_sequence;
}

// Whether a call's arguments are still open, and the event is of something else.
bool MessagesEventWriter::must_wait(const AnswerEvent& event) const {
    if (together_ || open_.empty() || open_.back().kind != BlockKind::tool) return false;
    const Block& call = open_.back();
    if (event.kind == Kind::arguments && event.call == call.call) return false;
    return !call.arguments.reached();
}

void MessagesEventWriter::hold(const AnswerEvent& event, std::string& out) {
    held_.add(event);
    if (held_.bytes() <= kMostHeldBytes) return;
    together_ = true;
    release(out);
}

void MessagesEventWriter::release(std::string& out) {
    if (held_.events().empty() || must_wait(held_.events().front())) return;
    const KeptEvents kept = std::exchange(held_, {});
    for (const AnswerEvent& event : kept.events()) append(event, out);
}

// At the end nothing more comes: a call whose arguments are not whole is told as it is.
void MessagesEventWriter::release_all(std::string& out) {
    const KeptEvents kept = std::exchange(held_, {});
    const std::span<const AnswerEvent> events = kept.events();
    std::vector<bool> told(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (told[i]) continue;
        write(events[i], out);
        if (events[i].kind != Kind::call) continue;
        for (std::size_t j = i + 1; j < events.size(); ++j) {
            if (events[j].kind != Kind::arguments || events[j].call != events[i].call) continue;
            write(events[j], out);
            told[j] = true;
        }
    }
    stop_blocks(out);
}

void MessagesEventWriter::write(const AnswerEvent& event, std::string& out) {
    switch (event.kind) {
        case Kind::begin:
        case Kind::finish:
            break;  // see append()
        case Kind::refusal:
            refused_ = true;
            [[fallthrough]];
        case Kind::text:
        case Kind::citation:
            write_text(event, out);
            break;
        case Kind::reasoning:
            write_reasoning(event, out);
            break;
        case Kind::signature:
            write_signature(event, out);
            break;
        case Kind::sealed_reasoning:
            write_sealed(event, out);
            break;
        case Kind::call:
            write_call(event, out);
            break;
        case Kind::arguments:
            write_arguments(event, out);
            break;
        case Kind::image: {
            std::string content;
            append_image_block(event, content);
            whole_block(content, out);
            break;
        }
    }
}

void MessagesEventWriter::write_text(const AnswerEvent& event, std::string& out) {
    const bool cites = event.kind == Kind::citation;
    if (cites ? cited_page(event.value).empty() : event.text.empty()) return;
    Block* block = open_block(BlockKind::text, event.part);
    // A citation belongs to the text before it.
    if (block == nullptr && cites && !open_.empty() && open_.back().kind == BlockKind::text) block = &open_.back();
    if (block == nullptr) block = &start_block(BlockKind::text, event, R"({"type":"text","text":""})", out);
    if (!cites) return append_delta(block->index, "text_delta", "text", event.text, out);
    std::string citation = R"({"type":"content_block_delta","index":)" + std::to_string(block->index) +
                           R"(,"delta":{"type":"citations_delta","citation":)";
    append_citation(event.value, citation);
    append_frame("content_block_delta", citation + "}}", out);
}

void MessagesEventWriter::write_reasoning(const AnswerEvent& event, std::string& out) {
    if (event.text.empty()) return;
    const Block* block = open_block(BlockKind::thinking, event.part);
    if (block == nullptr) {
        block = &start_block(BlockKind::thinking, event, kEmptyThinking, out);
    }
    append_delta(block->index, "thinking_delta", "thinking", event.text, out);
}

void MessagesEventWriter::write_signature(const AnswerEvent& event, std::string& out) {
    const Block* block = open_block(BlockKind::thinking, event.part);
    const Spelt call = call_of(event.part);
    if (block == nullptr && (!call.empty() || open_block(BlockKind::text, event.part) != nullptr)) {
        std::string content = R"({"type":"redacted_thinking","data":")";
        append_signature_beside(event, call, content);
        return whole_block(content + "\"}", out);
    }
    if (block == nullptr) block = &start_block(BlockKind::thinking, event, kEmptyThinking, out);
    std::string signature;
    append_signature(event, signature);
    append_delta(block->index, "signature_delta", "signature", signature, out);
}

// Of another provider it is the signature of the thinking block that is open: of the same part, or of its summary.
void MessagesEventWriter::write_sealed(const AnswerEvent& event, std::string& out) {
    Block* block = open_block(BlockKind::thinking, event.part);
    const bool after_summary = !open_.empty() && open_.back().kind == BlockKind::thinking && !open_.back().sealed;
    if (is_summarized(event.format)) block = after_summary ? &open_.back() : nullptr;
    std::string sealed;
    append_sealed(event, sealed);
    if (block != nullptr && event.format != ReasoningFormat::anthropic) {
        block->sealed = true;
        append_delta(block->index, "signature_delta", "signature", sealed, out);
    } else {
        whole_block(R"({"type":"redacted_thinking","data":")" + sealed + "\"}", out);
    }
}

void MessagesEventWriter::write_call(const AnswerEvent& event, std::string& out) {
    if (call_ids_.size() < kMostCalls) call_ids_.push_back({event.part, std::string(event.id)});
    std::string content = R"({"type":"tool_use","id":")";
    ((content += event.id) += R"(","name":")") += event.name;
    start_block(BlockKind::tool, event, content + R"(","input":{}})", out);
}

// Of a call whose block is stopped nothing is left but white space: its arguments were whole.
void MessagesEventWriter::write_arguments(const AnswerEvent& event, std::string& out) {
    const auto block = std::ranges::find_if(
        open_, [&](const Block& one) { return one.kind == BlockKind::tool && one.call == event.call; });
    const std::string value = event.value.empty() ? std::string() : spell(event.value);
    const Spelt text = event.value.empty() ? event.text : Spelt(value);
    if (block == open_.end() || text.empty()) return;
    block->arguments.read(text);
    append_delta(block->index, "input_json_delta", "partial_json", text, out);
}

Spelt MessagesEventWriter::call_of(std::uint32_t part) const {
    const auto call = std::ranges::find(call_ids_, part, &CallId::part);
    return call == call_ids_.end() ? Spelt() : Spelt(call->id);
}

MessagesEventWriter::Block* MessagesEventWriter::open_block(BlockKind kind, std::uint32_t part) {
    const auto found =
        std::ranges::find_if(open_, [&](const Block& one) { return one.kind == kind && one.part == part; });
    return found == open_.end() ? nullptr : &*found;
}

MessagesEventWriter::Block& MessagesEventWriter::start_block(BlockKind kind, const AnswerEvent& event,
                                                             std::string_view content, std::string& out) {
    make_room(out);
    append_block_start(blocks_, content, out);
    return open_.emplace_back(Block{.kind = kind, .index = blocks_++, .part = event.part, .call = event.call});
}

void MessagesEventWriter::whole_block(std::string_view content, std::string& out) {
    make_room(out);
    append_block_start(blocks_, content, out);
    append_block_stop(blocks_++, out);
}

// For a further block.
void MessagesEventWriter::make_room(std::string& out) {
    if (!together_) return stop_blocks(out);
    std::erase_if(open_, [&](const Block& block) {
        if (block.kind == BlockKind::tool) return false;
        append_block_stop(block.index, out);
        return true;
    });
}

void MessagesEventWriter::stop_blocks(std::string& out) {
    for (const Block& block : open_) append_block_stop(block.index, out);
    open_.clear();
}

}  // namespace tollgate
