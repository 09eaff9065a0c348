#include "gateway/chat/dialect/responses/answer_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

std::int64_t bytes_of(Json text) { return is_text(text) ? spelt_bytes(text) : 0; }

// Of the text in a reasoning item: a summary is what OpenAI shows of what it seals.
ReasoningFormat format_of(bool summary) {
    return summary ? ReasoningFormat::openai_responses : ReasoningFormat::unknown;
}

bool is_call(Spelt type) { return type == "function_call"; }

struct TextEvent {
    std::string_view type;  // without "response." and without ".delta" or ".done"
    Kind kind;
    bool summary = false;
};
constexpr std::array kTextEvents = {
    TextEvent{"output_text", Kind::text},
    TextEvent{"refusal", Kind::refusal},
    TextEvent{"reasoning_summary_text", Kind::reasoning, true},
    TextEvent{"reasoning_text", Kind::reasoning},
    TextEvent{"function_call_arguments", Kind::arguments},
};

// Of a text in its item; some leave it out. One below 0 is no index.
std::size_t index_of(Json index) { return static_cast<std::size_t>(whole_number(index).value_or(0)); }

}  // namespace

void ResponseParts::begin(Json response, Into into) {
    into.facts.choices = true;
    into.facts.id = spelt(member(response, "id"));
    into.events.push_back({.kind = Kind::begin, .id = into.facts.id});
}

void ResponseParts::text(AnswerEvent event, Json text, Into into) {
    if (spelt(text).empty()) return;
    const std::int64_t bytes = bytes_of(text);
    into.facts.text.bytes += bytes;
    if (event.kind == Kind::reasoning) into.facts.text.reasoning_bytes += bytes;
    refused_ = refused_ || event.kind == Kind::refusal;
    event.text = spelt(text);
    into.events.push_back(event);
}

void ResponseParts::citation(std::uint32_t part, Json annotation, Into into) {
    if (is_object(annotation)) into.events.push_back({.kind = Kind::citation, .part = part, .value = annotation});
}

void ResponseParts::call(std::uint32_t part, std::uint32_t call, Json item, Into into) {
    const Json name = member(item, "name");
    Spelt id = spelt(member(item, "call_id"));
    if (id.empty()) id = spelt(member(item, "id"));
    ++into.facts.text.tool_calls;
    into.facts.text.bytes += bytes_of(name);
    into.events.push_back({.kind = Kind::call, .part = part, .call = call, .id = id, .name = spelt(name)});
}

void ResponseParts::arguments(std::uint32_t part, std::uint32_t call, Json text, Into into) {
    if (spelt(text).empty()) return;
    into.facts.text.bytes += bytes_of(text);
    into.events.push_back({.kind = Kind::arguments, .part = part, .call = call, .text = spelt(text)});
}

bool ResponseParts::seal(Json item, Into into) {
    const Spelt sealed = spelt(member(item, "encrypted_content"));
    if (sealed.empty()) return false;
    into.facts.text.other_output = true;
    into.events.push_back({.kind = Kind::sealed_reasoning,
                           .part = next_part(),
                           .text = sealed,
                           .id = spelt(member(item, "id")),
                           .format = ReasoningFormat::openai_responses});
    return true;
}

void ResponseParts::content(Json content, Into into) {
    const bool refusal = member(content, "type") == R"("refusal")";
    const std::uint32_t part = next_part();
    text({.kind = refusal ? Kind::refusal : Kind::text, .part = part}, member(content, refusal ? "refusal" : "text"),
         into);
    each_element(member(content, "annotations"), [&](Json one) { citation(part, one, into); });
}

void ResponseParts::item(Json item, Into into) {
    const Spelt type = spelt(member(item, "type"));
    if (type == "message") {
        each_element(member(item, "content"), [&](Json part) { content(part, into); });
    } else if (type == "reasoning") {
        const Spelt id = spelt(member(item, "id"));
        for (const bool summary : {true, false}) {
            each_element(member(item, summary ? "summary" : "content"), [&](Json one) {
                text({.kind = Kind::reasoning, .part = next_part(), .id = id, .format = format_of(summary)},
                     member(one, "text"), into);
            });
        }
        (void)seal(item, into);
    } else if (is_call(type)) {
        const std::uint32_t part = next_part(), index = next_call();
        const Json written = member(item, "arguments");
        call(part, index, item, into);
        arguments(part, index, spelt(written).empty() ? R"("{}")" : written, into);
    }
}

AnswerRead ResponseParts::end(Json response, Into into) {
    static constexpr std::array<std::string_view, 3> kNames = {"status", "incomplete_details", "error"};
    const auto [quoted_status, details, error] = members_of(response, kNames);
    const Spelt status = spelt(quoted_status);
    ReportedUsage usage;
    each_member(response, [&](std::string_view name, Json value) {
        if (read_usage_member(name, value, usage)) into.facts.usage = usage;
    });
    if (status == "failed" || status == "cancelled" || says_something(error)) {
        into.facts.error = true;
        return AnswerRead::error;
    }
    const Spelt why = spelt(member(details, "reason"));
    FinishReason reason = FinishReason::stop;
    if (why == "content_filter" || refused_) {
        reason = FinishReason::content_filter;
    } else if (status == "incomplete") {
        reason = FinishReason::length;
    } else if (calls_ > 0) {
        reason = FinishReason::tool_calls;
    }
    into.facts.finish_reasons = 1;
    into.facts.finished.set(0);
    into.facts.finish_reason = to_string(reason);
    into.events.push_back({.kind = Kind::finish, .reason = reason, .native_reason = why.empty() ? status : why});
    return AnswerRead::done;
}

AnswerRead read_responses_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    static constexpr std::array<std::string_view, 3> kNames = {"output", "error", "type"};
    const auto [output, error, type] = members_of(body, kNames);
    if (says_something(error) || type == R"("error")") {
        facts.error = true;
        return AnswerRead::error;
    }
    if (!is_array(output)) return AnswerRead::invalid;
    ResponseParts parts;
    const ResponseParts::Into into{facts, events};
    parts.begin(body, into);
    each_element(output, [&](Json item) { parts.item(item, into); });
    const AnswerRead read = parts.end(body, into);
    return read == AnswerRead::done ? AnswerRead::event : read;
}

ResponsesEventReader::Item* ResponsesEventReader::item_of(std::string_view type, const Fields& fields) {
    if (!fields.item_index.empty()) return item_at(fields.item_index);
    const Spelt id = spelt(fields.item_id.empty() ? member(fields.item, "id") : fields.item_id);
    return unnumbered_item(type == "output_item.added", id);
}

// llama.cpp's server sends no index. What has no id either is of the item that began last.
ResponsesEventReader::Item* ResponsesEventReader::unnumbered_item(bool begins, Spelt id) {
    if (id.empty() && !begins && !items_.empty()) return &items_.back();
    const auto known = [id](const Item& item) { return item.id == id; };
    const auto found = id.empty() ? items_.rend() : std::find_if(items_.rbegin(), items_.rend(), known);
    if (found != items_.rend()) return &*found;
    if (items_.size() >= kMostItems) return nullptr;
    items_.push_back({.id = std::string(id)});
    return &items_.back();
}

ResponsesEventReader::Item* ResponsesEventReader::item_at(Json index) {
    const auto at = whole_number(index);
    if (!at || *at < 0 || static_cast<std::size_t>(*at) >= kMostItems) return nullptr;
    if (static_cast<std::size_t>(*at) >= items_.size()) items_.resize(static_cast<std::size_t>(*at) + 1);
    return &items_[static_cast<std::size_t>(*at)];
}

ResponsesEventReader::Text* ResponsesEventReader::text_at(std::vector<Text>& texts, std::size_t at) {
    if (at >= kMostParts) return nullptr;
    if (at >= texts.size()) texts.resize(at + 1);
    Text& text = texts[at];
    if (text.part == kNone) text.part = parts_.next_part();
    return &text;
}

AnswerRead ResponsesEventReader::added(Item& item, const Fields& fields, Into into) {
    if (is_call(spelt(member(fields.item, "type"))) && item.call == kNone) begin_call(item, fields.item, into);
    return AnswerRead::event;
}

// Some have all arguments here already. Whether more of them come shows at the item's end.
void ResponsesEventReader::begin_call(Item& item, Json told, Into into) {
    item.known = true;
    item.part = parts_.next_part();
    item.call = parts_.next_call();
    item.early = spelt(member(told, "arguments"));
    parts_.call(item.part, item.call, told, into);
}

AnswerRead ResponsesEventReader::done(Item& item, const Fields& fields, Into into) {
    if (std::exchange(item.closed, true)) return AnswerRead::event;
    rest_of(item, fields.item, into);
    return AnswerRead::event;
}

// What a whole item has of which no event has told.
void ResponsesEventReader::rest_of(Item& item, Json told, Into into) {
    const auto [quoted_type, id, content, summary] =
        members_of(told, std::array<std::string_view, 4>{"type", "id", "content", "summary"});
    const Spelt type = spelt(quoted_type);
    if (item.known && is_call(type) != (item.call != kNone)) return;  // it is another item than its number says
    item.known = true;
    if (type == "message") return rest_of_texts(item.texts, item.unnumbered, {.kind = Kind::text}, content, into);
    if (is_call(type)) return rest_of_call(item, told, true, into);
    if (type != "reasoning") return;
    const auto any = [](const std::vector<Text>& texts) { return std::ranges::any_of(texts, &Text::told); };
    const bool summaries_told = any(item.summaries), texts_told = any(item.texts);
    for (const bool summed : {true, false}) {
        if (summed ? texts_told : summaries_told) continue;  // some show the same as both
        const AnswerEvent event{.kind = Kind::reasoning, .id = spelt(id), .format = format_of(summed)};
        rest_of_texts(summed ? item.summaries : item.texts, item.unnumbered, event, summed ? summary : content, into);
    }
    if (!item.sealed) item.sealed = parts_.seal(told, into);
}

void ResponsesEventReader::rest_of_texts(std::vector<Text>& texts, bool unnumbered, AnswerEvent event, Json told,
                                         Into into) {
    std::size_t index = 0;
    each_element(told, [&](Json one) {
        if (index > 0 && unnumbered) return;
        Text* const text = text_at(texts, index++);
        if (text == nullptr) return;
        const auto [words, refusal, annotations] =
            members_of(one, std::array<std::string_view, 3>{"text", "refusal", "annotations"});
        const Json said = spelt(refusal).empty() ? words : refusal;
        event.part = text->part;
        if (event.kind == Kind::text && !spelt(refusal).empty()) event.kind = Kind::refusal;
        if (!std::exchange(text->told, text->told || !spelt(said).empty())) parts_.text(event, said, into);
        std::size_t citation = 0;
        each_element(annotations, [&](Json annotation) {
            if (citation++ == text->citations) cite(*text, annotation, into);
        });
    });
}

void ResponsesEventReader::cite(Text& text, Json annotation, Into into) {
    ++text.citations;
    parts_.citation(text.part, annotation, into);
}

// `whole`: a call that has no arguments takes none, and is told an empty object: no text is no JSON.
void ResponsesEventReader::rest_of_call(Item& item, Json told, bool whole, Into into) {
    if (item.call == kNone) begin_call(item, told, into);
    if (std::exchange(item.has_arguments, true)) return;
    const Json written = member(told, "arguments");
    if (!spelt(written).empty()) return parts_.arguments(item.part, item.call, written, into);
    if (item.early.empty() && !whole) return;
    const std::string quoted = '"' + (item.early.empty() ? "{}" : item.early) + '"';
    parts_.arguments(item.part, item.call, into.facts.kept.emplace_front(quoted), into);
}

AnswerRead ResponsesEventReader::texts(Kind kind, bool summary, Item& item, const Fields& fields, Into into) {
    Text* const text = text_at(summary ? item.summaries : item.texts, index_of(fields.text_index));
    if (text == nullptr) return AnswerRead::invalid;
    const Json said = is_text(fields.delta) ? fields.delta : text->told ? Json() : fields.whole;
    item.known = true;
    item.unnumbered = item.unnumbered || fields.text_index.empty();
    text->told = text->told || !spelt(said).empty();
    AnswerEvent event{.kind = kind, .part = text->part};
    if (kind == Kind::reasoning) {
        event.id = spelt(fields.item_id);
        event.format = format_of(summary);
    }
    parts_.text(event, said, into);
    return AnswerRead::event;
}

AnswerRead ResponsesEventReader::arguments(Item& item, const Fields& fields, Into into) {
    if (item.call == kNone || item.closed) return AnswerRead::event;  // of a call that the API makes itself
    const Json said = is_text(fields.delta) ? fields.delta : item.has_arguments ? Json() : fields.whole;
    item.has_arguments = item.has_arguments || !spelt(said).empty();
    parts_.arguments(item.part, item.call, said, into);
    return AnswerRead::event;
}

AnswerRead ResponsesEventReader::item_event(std::string_view type, const Fields& fields, Into into) {
    const auto event =
        std::ranges::find_if(kTextEvents, [&](const TextEvent& one) { return type.starts_with(one.type); });
    const bool has_text = event != kTextEvents.end() &&
                          (type.substr(event->type.size()) == ".delta" || type.substr(event->type.size()) == ".done");
    const bool cites = type == "output_text.annotation.added";
    if (!has_text && !cites && type != "output_item.added" && type != "output_item.done") return AnswerRead::event;
    Item* const item = item_of(type, fields);
    if (item == nullptr) return AnswerRead::invalid;
    if (cites) {
        Text* const text = text_at(item->texts, index_of(fields.text_index));
        if (text != nullptr) cite(*text, fields.annotation, into);
        return AnswerRead::event;
    }
    if (type == "output_item.added") return added(*item, fields, into);
    if (type == "output_item.done") return done(*item, fields, into);
    if (event->kind == Kind::arguments) return arguments(*item, fields, into);
    return texts(event->kind, event->summary, *item, fields, into);
}

// Of one at the response's end: by its id, where events had no index.
ResponsesEventReader::Item* ResponsesEventReader::ended_item(std::size_t index, Json item) {
    const Spelt id = spelt(member(item, "id"));
    const auto known = std::ranges::find(items_, id, &Item::id);
    if (!id.empty() && known != items_.end()) return &*known;
    if (index >= kMostItems) return nullptr;
    if (index >= items_.size()) items_.resize(index + 1);
    return &items_[index];
}

// Providers that told nothing before have it all here.
AnswerRead ResponsesEventReader::end(Json response, Into into) {
    std::size_t index = 0;
    each_element(member(response, "output"), [&](Json told) {
        Item* const item = ended_item(index++, told);
        if (item != nullptr) rest_of(*item, told, into);
    });
    const bool whole = member(response, "status") != R"("incomplete")";
    for (Item& item : items_) {
        if (item.call != kNone) rest_of_call(item, {}, whole, into);
    }
    return parts_.end(response, into);
}

AnswerRead ResponsesEventReader::read(std::string_view /*name*/, std::string_view data, AnswerDelta& facts,
                                      std::vector<AnswerEvent>& events) {
    constexpr std::string_view kPrefix = "response.";
    data.remove_prefix(std::min(data.find('{'), data.size()));
    if (!is_object(data)) return AnswerRead::invalid;
    const Into into{facts, events};
    Json quoted_type, response, error, text_index, summary_index, text, refusal, written;
    Fields fields;
    each_member(data, [&](std::string_view name, Json value) {
        if (name == "type") quoted_type = value;
        if (name == "delta") fields.delta = value;
        if (name == "output_index") fields.item_index = value;
        if (name == "item_id") fields.item_id = value;
        if (name == "content_index") text_index = value;
        if (name == "summary_index") summary_index = value;
        if (name == "text") text = value;
        if (name == "refusal") refusal = value;
        if (name == "arguments") written = value;
        if (name == "item") fields.item = value;
        if (name == "annotation") fields.annotation = value;
        if (name == "response") response = value;
        if (name == "error") error = value;
    });
    Spelt type = spelt(quoted_type);
    if (type == "error" || (type.empty() && says_something(error))) {
        facts.error = true;
        return AnswerRead::error;
    }
    if (type == "keepalive" || type == "ping") return AnswerRead::ping;
    if (!type.starts_with(kPrefix)) return AnswerRead::event;
    type.remove_prefix(kPrefix.size());
    if (!begun_) {
        begun_ = true;
        parts_.begin(response, into);
    }
    if (type == "completed" || type == "incomplete" || type == "failed") return end(response, into);
    fields.text_index = summary_index.empty() ? text_index : summary_index;
    fields.whole = !written.empty() ? written : refusal.empty() ? text : refusal;
    return item_event(type, fields, into);
}

}  // namespace tollgate
