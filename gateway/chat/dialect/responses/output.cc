#include "gateway/chat/dialect/responses/output.h"

#include <algorithm>

#include "gateway/chat/dialect/responses/encrypted_reasoning.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;
using ItemKind = OutputItem::Kind;

std::string_view id_prefix(ItemKind kind) {
    switch (kind) {
        case ItemKind::message:
            return "msg_";
        case ItemKind::reasoning:
            return "rs_";
        case ItemKind::call:
            return "fc_";
        case ItemKind::custom_call:
            return "ctc_";
        case ItemKind::image:
            return "ig_";
    }
    return {};
}

// What the events of a text are called, and the index in them.
struct TextNames {
    std::string_view part_added, delta, done, part_done, index, whole;
};
constexpr TextNames kOutputText = {"response.content_part.added",
                                   "response.output_text.delta",
                                   "response.output_text.done",
                                   "response.content_part.done",
                                   "content_index",
                                   "text"};
constexpr TextNames kRefusal = {"response.content_part.added", "response.refusal.delta", "response.refusal.done",
                                "response.content_part.done",  "content_index",          "refusal"};
constexpr TextNames kSummary = {"response.reasoning_summary_part.added",
                                "response.reasoning_summary_text.delta",
                                "response.reasoning_summary_text.done",
                                "response.reasoning_summary_part.done",
                                "summary_index",
                                "text"};
constexpr TextNames kReasoningText = {"response.content_part.added",
                                      "response.reasoning_text.delta",
                                      "response.reasoning_text.done",
                                      "response.content_part.done",
                                      "content_index",
                                      "text"};
constexpr TextNames kArguments = {
    {}, "response.function_call_arguments.delta", "response.function_call_arguments.done", {}, {}, "arguments"};
constexpr TextNames kCustomInput = {
    {}, "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", {}, {}, "input"};

const TextNames& names_of(const OutputItem& item) {
    switch (item.kind) {
        case ItemKind::reasoning:
            return item.summary ? kSummary : kReasoningText;
        case ItemKind::call:
            return kArguments;
        case ItemKind::custom_call:
            return kCustomInput;
        default:
            return item.refusal ? kRefusal : kOutputText;
    }
}

// Open models show what they think; others a summary of it, or thinking that is made for readers.
bool is_summary(ReasoningFormat format) { return format != ReasoningFormat::unknown; }

void locate(EventFrame& frame, const OutputItem& item, const TextNames& names) {
    frame.text("item_id", item.id).number("output_index", item.index);
    if (!names.index.empty()) frame.number(names.index, item.text_index);
}

}  // namespace

void ResponseOutput::begin(std::string_view id_base, const AnswerEcho* echo, std::size_t most_kept_bytes) {
    items_.clear();
    current_ = kNone;
    echo_ = echo;
    most_kept_bytes_ = most_kept_bytes;
    kept_bytes_ = 0;
    refused_ = false;
    id_base_ = id_base;
    for (char& c : id_base_) {
        const bool fits = is_ascii_alphanumeric(c) || c == '-';
        if (!fits) c = '_';
    }
}

void ResponseOutput::append(const AnswerEvent& event, std::int64_t& sequence, std::string* out) {
    const Frames frames{sequence, out};
    switch (event.kind) {
        case Kind::text:
        case Kind::refusal:
            return text(event, frames);
        case Kind::reasoning:
            return reasoning(event, frames);
        case Kind::signature:
        case Kind::sealed_reasoning:
            return seal(event, frames);
        case Kind::call:
            return call(event, frames);
        case Kind::arguments:
            return arguments(event, frames);
        case Kind::image:
            return image(event, frames);
        case Kind::citation:
            return citation(event, frames);
        case Kind::begin:
        case Kind::finish:
            return;
    }
}

void ResponseOutput::close(bool incomplete, std::int64_t& sequence, std::string* out) {
    for (OutputItem& item : items_) {
        if (item.open) close_item(item, incomplete ? "incomplete" : "completed", {sequence, out});
    }
    current_ = kNone;
}

std::string ResponseOutput::items() const {
    std::string all;
    for (const OutputItem& item : items_) {
        if (item.open) continue;
        if (!all.empty()) all += ',';
        all += item.json;
    }
    return all;
}

OutputItem* ResponseOutput::current() { return current_ == kNone ? nullptr : &items_[current_]; }

OutputItem& ResponseOutput::open(ItemKind kind, const AnswerEvent& event) {
    OutputItem& item = items_.emplace_back();
    item.kind = kind;
    item.index = static_cast<std::uint32_t>(items_.size() - 1);
    item.part = event.part;
    item.call = event.call;
    item.id = id_prefix(kind);
    ((item.id += id_base_) += '_') += std::to_string(item.index);
    if (kind != ItemKind::call && kind != ItemKind::custom_call) current_ = item.index;
    return item;
}

void ResponseOutput::added(const OutputItem& item, Frames frames) {
    EventFrame("response.output_item.added", frames.sequence, frames.out)
        .number("output_index", item.index)
        .written("item", [&](std::string& out) { append_item(item, "in_progress", out); });
}

void ResponseOutput::keep(Spelt text, std::string& into) {
    if (kept_bytes_ + text.size() > most_kept_bytes_) return;
    kept_bytes_ += text.size();
    into += text;
}

void ResponseOutput::begin_text(OutputItem& item, std::uint32_t part, Frames frames) {
    item.part = part;
    item.has_text = true;
    const TextNames& names = names_of(item);
    EventFrame frame(names.part_added, frames.sequence, frames.out);
    locate(frame, item, names);
    frame.written("part", [&](std::string& out) { append_part(item, out); });
}

void ResponseOutput::add_to_text(OutputItem& item, Spelt text, Frames frames) {
    if (text.empty()) return;
    keep(text, item.text);
    const TextNames& names = names_of(item);
    EventFrame frame(names.delta, frames.sequence, frames.out);
    locate(frame, item, names);
    frame.text("delta", text);
    if (&names == &kOutputText) frame.value("logprobs", "[]");
}

void ResponseOutput::end_text(OutputItem& item, Frames frames) {
    if (!item.has_text) return;
    const TextNames& names = names_of(item);
    {
        EventFrame frame(names.done, frames.sequence, frames.out);
        locate(frame, item, names);
        frame.text(names.whole, item.text);
        if (&names == &kOutputText) frame.value("logprobs", "[]");
    }
    const std::size_t before = item.parts.size();
    append_part(item, item.parts);
    {
        EventFrame frame(names.part_done, frames.sequence, frames.out);
        locate(frame, item, names);
        frame.value("part", Json(item.parts).substr(before));
    }
    if (before > 0) item.parts.insert(before, ",");
    item.has_text = false;
    item.text.clear();
    item.annotations.clear();
    item.annotation_count = 0;
    ++item.text_index;
}

void ResponseOutput::text(const AnswerEvent& event, Frames frames) {
    const bool refusal = event.kind == Kind::refusal;
    refused_ = refused_ || refusal;
    OutputItem* item = current();
    if (item == nullptr || item->kind != ItemKind::message) {
        close_current(frames);
        item = &open(ItemKind::message, event);
        added(*item, frames);
    } else if (item->part != event.part || item->refusal != refusal) {
        end_text(*item, frames);
    }
    item->refusal = refusal;
    if (!item->has_text) begin_text(*item, event.part, frames);
    add_to_text(*item, event.text, frames);
}

// Parts of one item of OpenAI's stay together. Others have a signature each, and so an item each.
void ResponseOutput::reasoning(const AnswerEvent& event, Frames frames) {
    OutputItem* item = current();
    const bool is_open = item != nullptr && item->kind == ItemKind::reasoning && item->sealed.empty();
    const bool same_part = is_open && item->part == event.part;
    const bool same_item = is_open && event.format == ReasoningFormat::openai_responses && item->format == event.format;
    if (!same_part && !same_item) {
        close_current(frames);
        item = &open(ItemKind::reasoning, event);
        item->format = event.format;
        item->summary = is_summary(event.format);
        if (!event.id.empty()) item->id = event.id;
        added(*item, frames);
    } else if (!same_part) {
        end_text(*item, frames);
    }
    if (!item->has_text) begin_text(*item, event.part, frames);
    add_to_text(*item, event.text, frames);
}

// A signature may come in fragments.
void ResponseOutput::seal(const AnswerEvent& event, Frames frames) {
    const bool signature = event.kind == Kind::signature;
    OutputItem* item = current();
    const bool is_open = item != nullptr && item->kind == ItemKind::reasoning;
    if (is_open && signature && item->part == event.part && !item->sealed.empty()) {
        item->sealed += event.text;
        return;
    }
    const bool own = is_open && item->sealed.empty() &&
                     (signature ? item->part == event.part
                                : event.format == ReasoningFormat::openai_responses && item->format == event.format);
    if (!own) {
        close_current(frames);
        item = &open(ItemKind::reasoning, event);
        item->format = event.format;
        item->summary = true;
        // Of others it names something else, as Google's does the call that it belongs to.
        const bool names_item = event.format == ReasoningFormat::openai_responses && !event.id.empty();
        if (names_item) item->id = event.id;
        added(*item, frames);
    }
    append_encrypted({event.format, signature, event.text}, item->sealed);
}

void ResponseOutput::call(const AnswerEvent& event, Frames frames) {
    close_current(frames);
    const RenamedTool* const renamed = echo_ == nullptr ? nullptr : echo_->tool(event.name);
    const bool takes_text = renamed != nullptr && renamed->takes_text;
    OutputItem& item = open(takes_text ? ItemKind::custom_call : ItemKind::call, event);
    item.call_id = event.id;
    item.name = renamed == nullptr ? std::string(event.name) : renamed->name;
    if (renamed != nullptr) item.name_space = renamed->name_space;
    added(item, frames);
}

void ResponseOutput::arguments(const AnswerEvent& event, Frames frames) {
    const auto is_its = [&](const OutputItem& item) {
        return item.open && (item.kind == ItemKind::call || item.kind == ItemKind::custom_call) &&
               item.call == event.call;
    };
    const auto found = std::ranges::find_if(items_, is_its);
    if (found == items_.end()) return;
    std::string spelt_value;
    if (!event.value.empty()) spelt_value = spell(event.value);
    const Spelt fragment = event.value.empty() ? event.text : Spelt(spelt_value);
    if (found->kind == ItemKind::call) return add_to_text(*found, fragment, frames);
    std::string text;
    found->argument.take(fragment, text);
    add_to_text(*found, text, frames);
}

void ResponseOutput::image(const AnswerEvent& event, Frames frames) {
    close_current(frames);
    OutputItem& item = open(ItemKind::image, event);
    added(item, frames);
    keep(event.text, item.text);
    close_current(frames);
}

void ResponseOutput::citation(const AnswerEvent& event, Frames frames) {
    OutputItem* const item = current();
    if (item == nullptr || item->kind != ItemKind::message || !item->has_text) return;
    if (!item->annotations.empty()) item->annotations += ',';
    const std::size_t before = item->annotations.size();
    append_annotation(event.value, item->annotations);
    EventFrame frame("response.output_text.annotation.added", frames.sequence, frames.out);
    locate(frame, *item, kOutputText);
    frame.number("annotation_index", item->annotation_count++);
    frame.value("annotation", Json(item->annotations).substr(before));
}

// No text is no JSON: a call without arguments has none of them.
void ResponseOutput::end_arguments(OutputItem& item, Frames frames) {
    std::string rest;
    if (item.kind == ItemKind::custom_call) item.argument.finish(rest);
    if (item.kind == ItemKind::call && item.text.empty()) rest = "{}";
    add_to_text(item, rest, frames);
    const TextNames& names = names_of(item);
    EventFrame frame(names.done, frames.sequence, frames.out);
    locate(frame, item, names);
    if (item.kind == ItemKind::call) frame.text("name", item.name);
    frame.text(names.whole, item.text);
}

void ResponseOutput::close_current(Frames frames) {
    if (OutputItem* const item = current()) close_item(*item, "completed", frames);
    current_ = kNone;
}

void ResponseOutput::close_item(OutputItem& item, std::string_view status, Frames frames) {
    const bool is_call = item.kind == ItemKind::call || item.kind == ItemKind::custom_call;
    if (is_call) {
        end_arguments(item, frames);
    } else if (item.kind != ItemKind::image) {
        end_text(item, frames);
    }
    std::string json;
    append_item(item, status, json);
    OutputItem closed{.kind = item.kind, .index = item.index, .open = false, .json = std::move(json)};
    item = std::move(closed);
    EventFrame("response.output_item.done", frames.sequence, frames.out)
        .number("output_index", item.index)
        .value("item", item.json);
}

}  // namespace tollgate
