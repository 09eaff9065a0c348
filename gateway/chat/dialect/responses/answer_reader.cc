#include "gateway/chat/dialect/responses/answer_reader.h"

#include <algorithm>
#include <array>

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

void ResponseParts::seal(Json item, Into into) {
    const Spelt sealed = spelt(member(item, "encrypted_content"));
    if (sealed.empty()) return;
    into.facts.text.other_output = true;
    into.events.push_back({.kind = Kind::sealed_reasoning,
                           .part = next_part(),
                           .text = sealed,
                           .id = spelt(member(item, "id")),
                           .format = ReasoningFormat::openai_responses});
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
        seal(item, into);
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

ResponsesEventReader::Text* ResponsesEventReader::text_at(std::vector<Text>& texts, Json index) {
    const std::int64_t at = whole_number(index).value_or(0);  // some leave it out
    if (at < 0 || static_cast<std::size_t>(at) >= kMostParts) return nullptr;
    if (static_cast<std::size_t>(at) >= texts.size()) texts.resize(static_cast<std::size_t>(at) + 1);
    Text& text = texts[static_cast<std::size_t>(at)];
    if (text.part == kNone) text.part = parts_.next_part();
    return &text;
}

AnswerRead ResponsesEventReader::added(Item& item, const Fields& fields, Into into) {
    if (!is_call(spelt(member(fields.item, "type"))) || item.call != kNone) return AnswerRead::event;
    item.known = true;
    item.part = parts_.next_part();
    item.call = parts_.next_call();
    parts_.call(item.part, item.call, fields.item, into);
    return AnswerRead::event;
}

// What has been told of the item is not told again.
AnswerRead ResponsesEventReader::done(Item& item, const Fields& fields, Into into) {
    if (item.closed) return AnswerRead::event;
    const bool was_known = item.known;
    item.known = item.closed = true;
    if (!was_known) {
        parts_.item(fields.item, into);
    } else if (item.call != kNone && !item.has_arguments) {
        const Json written = member(fields.item, "arguments");
        parts_.arguments(item.part, item.call, spelt(written).empty() ? R"("{}")" : written, into);
    } else if (item.call == kNone && spelt(member(fields.item, "type")) == "reasoning") {
        parts_.seal(fields.item, into);
    }
    return AnswerRead::event;
}

AnswerRead ResponsesEventReader::texts(Kind kind, bool summary, Item& item, const Fields& fields, Into into) {
    Text* const text = text_at(summary ? item.summaries : item.texts, fields.text_index);
    if (text == nullptr) return AnswerRead::invalid;
    const Json said = is_text(fields.delta) ? fields.delta : text->told ? Json() : fields.whole;
    item.known = true;
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
        const Text* const text = text_at(item->texts, fields.text_index);
        if (text != nullptr) parts_.citation(text->part, fields.annotation, into);
        return AnswerRead::event;
    }
    if (type == "output_item.added") return added(*item, fields, into);
    if (type == "output_item.done") return done(*item, fields, into);
    if (event->kind == Kind::arguments) return arguments(*item, fields, into);
    return texts(event->kind, event->summary, *item, fields, into);
}

// Providers that told nothing before have it all here.
AnswerRead ResponsesEventReader::end(Json response, Into into) {
    std::size_t index = 0;
    each_element(member(response, "output"), [&](Json item) {
        if (index < kMostItems && (index >= items_.size() || !items_[index].known)) parts_.item(item, into);
        ++index;
    });
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
