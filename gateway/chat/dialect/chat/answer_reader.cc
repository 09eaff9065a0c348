#include "gateway/chat/dialect/chat/answer_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/chat/dialect/openai_chunk.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostCalls = 1024;  // of a choice

struct NamedReason {
    std::string_view name;
    FinishReason reason;
};
// Those that are neither OpenAI's own nor mean that the model stopped by itself.
constexpr std::array kReasons = {
    NamedReason{"length", FinishReason::length},
    NamedReason{"content_filter", FinishReason::content_filter},
    NamedReason{"max_tokens", FinishReason::length},                          // of a provider of another dialect
    NamedReason{"MAX_TOKENS", FinishReason::length},                          //
    NamedReason{"model_length", FinishReason::length},                        // Mistral
    NamedReason{"model_context_window_exceeded", FinishReason::length},       // z.ai
    NamedReason{"insufficient_system_resource", FinishReason::length},        // DeepSeek
    NamedReason{"sensitive", FinishReason::content_filter},                   // z.ai
    NamedReason{"refusal", FinishReason::content_filter},                     // of a provider of another dialect
    NamedReason{"SAFETY", FinishReason::content_filter},                      //
    NamedReason{"content_filter: SAFETY", FinishReason::content_filter},      // Google
    NamedReason{"content_filter: RECITATION", FinishReason::content_filter},  //
    NamedReason{"function_call_filter: MALFORMED_FUNCTION_CALL", FinishReason::error},  //
    NamedReason{"network_error", FinishReason::error},                                  // z.ai
};

// Some say "stop" although there are calls, some say "tool_calls" although there are none.
FinishReason reason_of(Spelt native, bool has_calls) {
    const auto found = std::ranges::find(kReasons, native, &NamedReason::name);
    if (found != kReasons.end()) return found->reason;
    return has_calls ? FinishReason::tool_calls : FinishReason::stop;
}

// Names under which providers show reasoning. Where several do, they show the same.
constexpr std::array<std::string_view, 4> kReasoningNames = {"reasoning_content", "reasoning", "reasoning_text",
                                                             "thinking"};

struct Message {
    Json content{}, refusal{}, details{}, reasoning{}, tool_calls{}, function_call{}, images{}, audio{}, annotations{};
};

Message message_of(Json json) {
    Message message;
    each_member(json, [&](std::string_view name, Json value) {
        if (name == "content") message.content = value;
        if (name == "refusal") message.refusal = value;
        if (name == "reasoning_details") message.details = value;
        if (name == "tool_calls") message.tool_calls = value;
        if (name == "function_call") message.function_call = value;
        if (name == "images") message.images = value;
        if (name == "audio") message.audio = value;
        if (name == "annotations") message.annotations = value;
        const bool reasons = std::ranges::find(kReasoningNames, name) != kReasoningNames.end();
        if (reasons && spelt(message.reasoning).empty()) message.reasoning = value;
    });
    return message;
}

// Calls `take(value)` for each element of an array, or for what is none.
template <class Take>
void each_or_one(Json value, Take&& take) {
    if (is_array(value)) return each_element(value, take);
    if (says_something(value)) take(value);
}

// Of a call to which the provider gives no id: one that no other has, in this answer or in another.
Spelt made_id(Spelt answer, std::size_t call) {
    constexpr std::size_t kLeastBytes = 12;
    const bool usable = answer.find('\\') == Spelt::npos && answer.size() >= kLeastBytes + call;
    if (usable) return answer.substr(call);
    static const std::array<std::string, 32> kIds = [] {
        std::array<std::string, 32> ids;
        for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = "call_" + std::to_string(i);
        return ids;
    }();
    return kIds[std::min(call, kIds.size() - 1)];
}

// A picture's type, if its address holds its data.
std::string_view image_type(Spelt head) {
    for (const std::string_view type : {"image/png", "image/jpeg", "image/webp", "image/gif"}) {
        if (spells(head, "data:" + std::string(type) + ";base64")) return type;
    }
    return {};
}

void begin_answer(Spelt id, std::vector<AnswerEvent>& events) {
    events.push_back({.kind = AnswerEvent::Kind::begin, .id = id});
}

// What a choice says, in an event or in a whole answer.
void read_choice(Json json, Spelt answer, ChatChoice& choice, AnswerDelta& facts, std::vector<AnswerEvent>& events,
                 std::string_view first, std::string_view second) {
    const Json message = member(json, first);
    choice.add(says_something(message) ? message : member(json, second), answer, events);
    const FinishReason reason = choice.finish(json, events);
    if (reason != FinishReason::none) facts.finish_reason = to_string(reason);
}

// Of a choice that ended without saying why.
void note_end(FinishReason reason, std::size_t choice, AnswerDelta& facts) {
    if (reason == FinishReason::none) return;
    facts.finish_reason = to_string(reason);
    ++facts.finish_reasons;
    facts.finished.set(choice);
}

std::size_t index_of(Json choice) {
    const auto index = whole_number(member(choice, "index"));
    return index && *index >= 0 ? static_cast<std::size_t>(*index) : 0;
}

}  // namespace

void ChatChoice::fragment(Kind kind, Spelt text, std::vector<AnswerEvent>& events) {
    if (text.empty()) return;
    if (open_.kind != kind || open_.index != -1) open_ = {.kind = kind, .part = parts_++};
    events.push_back({.kind = kind, .choice = index_, .part = open_.part, .text = text});
}

// {"type":"text"|"refusal"|"thinking"|"image_url",…}
void ChatChoice::content_part(Json part, std::vector<AnswerEvent>& events) {
    if (is_text(part)) return fragment(Kind::text, spelt(part), events);
    static constexpr std::array<std::string_view, 4> kNames = {"text", "refusal", "thinking", "image_url"};
    const auto [text, refusal, thinking, picture] = members_of(part, kNames);
    fragment(Kind::text, spelt(text), events);
    fragment(Kind::refusal, spelt(refusal), events);
    each_or_one(thinking, [&](Json piece) {
        fragment(Kind::reasoning, is_text(piece) ? spelt(piece) : spelt(member(piece, "text")), events);
    });
    if (says_something(picture)) image(part, events);
}

void ChatChoice::content(Json content, std::vector<AnswerEvent>& events) {
    each_or_one(content, [&](Json part) { content_part(part, events); });
}

// {"type":"reasoning.text"|"reasoning.summary"|"reasoning.encrypted",…}
void ChatChoice::reasoning(Json detail, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 7> kNames = {"text",   "summary", "signature", "data",
                                                               "format", "index",   "id"};
    const auto [text, summary, signature, data, format, place, id] = members_of(detail, kNames);
    AnswerEvent event{.kind = Kind::reasoning, .choice = index_, .format = reasoning_format_named(spelt(format))};
    if (!spelt(data).empty()) {
        event.kind = Kind::sealed_reasoning;
        event.text = spelt(data);
        event.id = spelt(id);
        event.part = parts_++;
        open_ = {.kind = event.kind, .part = event.part};
        events.push_back(event);
        return;
    }
    const std::int64_t index = whole_number(place).value_or(-1);
    event.text = spelt(text).empty() ? spelt(summary) : spelt(text);
    const bool same = reasoning_.kind == Kind::reasoning && reasoning_.index == index;
    if (!event.text.empty()) {
        const bool goes_on = same && open_.kind == Kind::reasoning && open_.part == reasoning_.part;
        if (!goes_on) reasoning_ = open_ = {.kind = Kind::reasoning, .index = index, .part = parts_++};
        event.part = reasoning_.part;
        events.push_back(event);
    }
    if (spelt(signature).empty()) return;
    event.part = same || !event.text.empty() ? reasoning_.part : parts_++;
    event.kind = Kind::signature;
    event.text = spelt(signature);
    events.push_back(event);
    reasoning_ = {};
    open_ = {.kind = event.kind, .part = event.part};
}

// {"image_url":{"url":"data:image/png;base64,…"}}
void ChatChoice::image(Json image, std::vector<AnswerEvent>& events) {
    const Json place = member(image, "image_url");
    const Spelt address = is_object(place) ? spelt(member(place, "url")) : spelt(place);
    const std::size_t comma = std::min(address.find(','), address.size());
    const std::string_view type = image_type(address.substr(0, comma));
    if (type.empty()) return;
    open_ = {.kind = Kind::image, .part = parts_++};
    events.push_back({.kind = Kind::image,
                      .choice = index_,
                      .part = open_.part,
                      .text = address.substr(comma + 1),
                      .media_type = type});
}

AnswerEvent ChatChoice::event_of(Kind kind, const Call& call) const {
    return {.kind = kind, .choice = index_, .part = call.part, .call = call.number};
}

// Some number all calls 0, some number none, some repeat id and name in each fragment.
ChatChoice::Call& ChatChoice::call_of(std::int64_t index, Spelt id, Spelt name) {
    const auto is_same = [&](const Call& call) {
        const bool other_id = !id.empty() && !call.id.empty() && call.id != id;
        const bool other_name = id.empty() && !name.empty() && !call.name.empty() && call.name != name;
        if (other_id || other_name) return false;
        if (index >= 0) return call.index == index;
        return id.empty() ? name.empty() || call.name.empty() : call.id == id;
    };
    const auto known = whole_ ? calls_.rend() : std::find_if(calls_.rbegin(), calls_.rend(), is_same);
    if (known != calls_.rend()) return *known;
    if (calls_.size() >= kMostCalls) return calls_.back();
    return calls_.emplace_back(Call{.index = index});
}

// Google's, of the call that follows or of the message.
void ChatChoice::google_signature(Json of, Spelt call_id, std::vector<AnswerEvent>& events) {
    const Spelt signature = spelt(member(member(member(of, "extra_content"), "google"), "thought_signature"));
    if (signature.empty()) return;
    open_ = {.kind = Kind::sealed_reasoning, .part = parts_++};
    events.push_back({.kind = open_.kind,
                      .choice = index_,
                      .part = open_.part,
                      .text = signature,
                      .id = call_id,
                      .format = ReasoningFormat::google});
}

void ChatChoice::tell_call(Call& call, Spelt id, Spelt name, std::vector<AnswerEvent>& events) {
    call.part = parts_++;
    call.number = told_calls_++;
    open_ = {.kind = Kind::call, .part = call.part};
    AnswerEvent event = event_of(Kind::call, call);
    event.id = id;
    event.name = name;
    events.push_back(event);
    if (call.early.empty()) return;
    AnswerEvent early = event_of(Kind::arguments, call);
    early.text = call.early;
    call.has_arguments = true;
    events.push_back(early);
}

// A string, or a fragment of one, or (with Ollama and some proxies) the object that it would spell.
void ChatChoice::arguments(Call& call, Json arguments, std::vector<AnswerEvent>& events) {
    AnswerEvent event = event_of(Kind::arguments, call);
    if (is_object(arguments)) {
        event.value = arguments;
    } else {
        event.text = spelt(arguments);
        if (event.text.empty()) return;
    }
    if (call.name.empty()) {
        call.early += event.value.empty() ? std::string(event.text) : spell(event.value);
        return;
    }
    call.has_arguments = true;
    events.push_back(event);
}

// {"index":0,"id":…,"function":{"name":…,"arguments":…}}; the function may also stand in the call itself.
void ChatChoice::tool_call(Json entry, Spelt answer, std::vector<AnswerEvent>& events) {
    if (!is_object(entry)) return;
    const Json inner = member(entry, "function");
    const Json function = is_object(inner) ? inner : entry;
    const Spelt id = spelt(member(entry, "id")), name = spelt(member(function, "name"));
    const Json given = member(function, "arguments");
    if (id.empty() && name.empty() && spelt(given).empty() && !is_object(given)) return;
    Call& call = call_of(whole_number(member(entry, "index")).value_or(-1), id, name);
    if (call.id.empty()) call.id = id;
    if (call.name.empty() && !name.empty()) {
        call.name = name;
        // What the events view is the provider's text, where that is at hand: they may outlive this choice.
        Spelt told_id = id.empty() ? Spelt(call.id) : id;
        if (told_id.empty()) told_id = made_id(answer, told_calls_);
        google_signature(entry, told_id, events);
        tell_call(call, told_id, name, events);
    }
    arguments(call, given, events);
}

void ChatChoice::add(Json json, Spelt answer, std::vector<AnswerEvent>& events) {
    if (is_text(json)) return fragment(Kind::text, spelt(json), events);
    if (!is_object(json)) return;
    const Message message = message_of(json);
    const std::size_t before = events.size();
    each_element(message.details, [&](Json detail) { reasoning(detail, events); });
    const bool shown = std::any_of(events.begin() + static_cast<std::ptrdiff_t>(before), events.end(),
                                   [](const AnswerEvent& event) { return event.kind == Kind::reasoning; });
    if (!shown) fragment(Kind::reasoning, spelt(message.reasoning), events);
    google_signature(json, {}, events);
    content(message.content, events);
    fragment(Kind::text, spelt(member(message.audio, "transcript")), events);
    fragment(Kind::refusal, spelt(message.refusal), events);
    each_or_one(message.images, [&](Json picture) { image(picture, events); });
    each_element(message.annotations, [&](Json citation) {
        if (!spells(spelt(member(citation, "type")), "url_citation")) return;
        events.push_back({.kind = Kind::citation, .choice = index_, .part = open_.part, .value = citation});
    });
    each_or_one(message.tool_calls, [&](Json entry) { tool_call(entry, answer, events); });
    tool_call(message.function_call, answer, events);
}

FinishReason ChatChoice::finish(Json json, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 4> kNames = {"finish_reason", "native_finish_reason", "stop_reason",
                                                               "matched_stop"};
    const auto [said, native, stop_reason, matched] = members_of(json, kNames);
    if (finished_ || spelt(said).empty()) return FinishReason::none;
    const Spelt stop = spelt(stop_reason).empty() ? spelt(matched) : spelt(stop_reason);
    return end(spelt(said), spelt(native).empty() ? spelt(said) : spelt(native), stop, events);
}

FinishReason ChatChoice::end_unsaid(std::vector<AnswerEvent>& events) {
    return finished_ ? FinishReason::none : end({}, {}, {}, events);
}

// A call without arguments is told an empty object: no text is no JSON.
FinishReason ChatChoice::end(Spelt said, Spelt native, Spelt stop, std::vector<AnswerEvent>& events) {
    finished_ = true;
    const FinishReason reason = reason_of(said, told_calls_ > 0);
    for (Call& call : calls_) {
        const bool broken_off = reason == FinishReason::length || reason == FinishReason::error;
        if (call.has_arguments || call.name.empty() || broken_off) continue;
        AnswerEvent event = event_of(Kind::arguments, call);
        event.value = "{}";
        events.push_back(event);
    }
    events.push_back(
        {.kind = Kind::finish, .choice = index_, .reason = reason, .native_reason = native, .stop_sequence = stop});
    return reason;
}

AnswerRead ChatEventReader::read(std::string_view /*name*/, std::string_view data, AnswerDelta& facts,
                                 std::vector<AnswerEvent>& events) {
    data = event_payload(data);
    if (data.empty()) return AnswerRead::ping;
    const OpenAiChunk chunk = read_openai_chunk(data);
    if (chunk.kind == OpenAiChunk::Kind::done) {
        for (ChatChoice& choice : choices_) note_end(choice.end_unsaid(events), choice.index(), facts);
        return AnswerRead::done;
    }
    if (chunk.kind == OpenAiChunk::Kind::comment) return AnswerRead::ping;
    if (chunk.kind == OpenAiChunk::Kind::invalid) return AnswerRead::invalid;
    facts = chunk.delta;
    if (facts.error) return AnswerRead::error;
    if (id_.empty()) id_ = facts.id;
    if (!begun_ && (facts.choices || !id_.empty())) {
        begun_ = true;
        begin_answer(id_, events);
    }
    if (!facts.choices) return AnswerRead::event;
    each_element(member(data, "choices"), [&](Json json) {
        const std::size_t index = index_of(json);
        if (index >= kMostChoices) return;
        while (choices_.size() <= index) choices_.emplace_back(static_cast<std::uint32_t>(choices_.size()), false);
        read_choice(json, id_, choices_[index], facts, events, "delta", "message");
    });
    return AnswerRead::event;
}

AnswerRead read_chat_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    body = body.substr(0, body.find_last_of('}') + 1);
    if (body.empty()) return AnswerRead::invalid;
    const OpenAiChunk chunk = read_openai_chunk(body);
    if (chunk.kind != OpenAiChunk::Kind::chunk) return AnswerRead::invalid;
    facts = chunk.delta;
    if (facts.error) return AnswerRead::error;
    const Json choices = member(body, "choices");
    if (!is_array(choices)) return AnswerRead::invalid;
    begin_answer(facts.id, events);
    each_element(choices, [&](Json json) {
        const std::size_t index = index_of(json);
        if (index >= kMostChoices) return;
        ChatChoice choice(static_cast<std::uint32_t>(index), true);
        read_choice(json, facts.id, choice, facts, events, "message", "delta");
        note_end(choice.end_unsaid(events), index, facts);
    });
    return AnswerRead::event;
}

}  // namespace tollgate
