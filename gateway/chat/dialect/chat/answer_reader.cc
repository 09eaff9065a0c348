#include "gateway/chat/dialect/chat/answer_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/chat/canonical/call_arguments.h"
#include "gateway/chat/dialect/chat/answer_parts.h"
#include "gateway/chat/dialect/chat/finish_reason.h"
#include "gateway/chat/dialect/openai_chunk.h"

namespace tollgate {
namespace {

// Names under which providers show reasoning. Where several do, they show the same.
constexpr std::array<std::string_view, 4> kReasoningNames = {"reasoning_content", "reasoning", "reasoning_text",
                                                             "thinking"};

// Calls `take(value)` for each element of an array, or for what is none.
template <class Take>
void each_or_one(Json value, Take&& take) {
    if (is_array(value)) return each_element(value, take);
    if (says_something(value)) take(value);
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
void read_choice(Json json, Spelt answer, bool whole, ChatChoice& choice, AnswerDelta& facts,
                 std::vector<AnswerEvent>& events) {
    const auto [delta, message] = members_of(json, std::array<std::string_view, 2>{"delta", "message"});
    if (whole ? says_something(message) : !says_something(delta)) {
        choice.add_message(message, answer, facts, events);
    } else {
        choice.add_delta(delta, answer, facts, events);
    }
    const bool ends = choice.finish(json, facts, events) != FinishReason::none;
    if (ends || facts.finish_reasons > 0) facts.finish_reason = to_string(choice.finished());
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

// {"\"{…}\"": a text whose text is an object's. Whether it has come to its end.
bool is_quoted(Spelt arguments) {
    constexpr Spelt kQuote = R"(\")", kInner = R"(\\\")";
    return arguments.size() > kQuote.size() && arguments.ends_with(kQuote) && !arguments.ends_with(kInner);
}

}  // namespace

struct ChatChoice::Message {
    Json content{}, refusal{}, details{}, reasoning{}, tool_calls{}, function_call{}, images{}, audio{}, annotations{},
        extra{};

    static Message read(Json json);
};

ChatChoice::Message ChatChoice::Message::read(Json json) {
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
        if (name == "extra_content") message.extra = value;
        const bool reasons = std::ranges::find(kReasoningNames, name) != kReasoningNames.end();
        if (reasons && spelt(message.reasoning).empty()) message.reasoning = value;
    });
    return message;
}

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

// Google's, of the call that follows or of the message.
void ChatChoice::google_signature(Json extra, Spelt call_id, std::vector<AnswerEvent>& events) {
    const Spelt signature = spelt(member(member(extra, "google"), "thought_signature"));
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
    call.told = true;
    call.part = parts_++;
    call.number = told_calls_++;
    open_ = {.kind = Kind::call, .part = call.part};
    AnswerEvent event = event_of(Kind::call, call);
    event.id = id;
    event.name = name;
    events.push_back(event);
}

// Some spell the object twice: as the text of a text. That is told where it ends.
void ChatChoice::tell_arguments(Call& call, AnswerEvent event, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (!call.quoted.empty() || (!call.has_arguments && event.text.starts_with(R"(\")"))) {
        call.quoted += event.text;
        const bool ends = is_quoted(call.quoted);
        if (!ends && call.quoted.size() <= kMostQuotedBytes) return;
        const std::string inner = ends ? plain(call.quoted) : std::string();
        const std::string object = is_json(inner, 1) ? object_in(spelt(inner)) : std::string();
        event.value = object.empty() ? Json() : facts.kept.emplace_front(object);
        event.text = object.empty() ? facts.kept.emplace_front(std::move(call.quoted)) : Spelt();
        call.quoted.clear();
    }
    call.has_arguments = true;
    events.push_back(event);
}

// A string, or a fragment of one, or (with Ollama and some proxies) the object that it would spell.
void ChatChoice::arguments(Call& call, Json arguments, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    AnswerEvent event = event_of(Kind::arguments, call);
    if (is_object(arguments)) {
        event.value = arguments;
    } else {
        event.text = spelt(arguments);
        if (event.text.empty()) return;
    }
    if (call.told) return tell_arguments(call, event, facts, events);
    call.early += event.value.empty() ? std::string(event.text) : spell(event.value);
}

void ChatChoice::tool_call(Json entry, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (!is_object(entry)) return;
    const CallFragment fragment = read_call_fragment(entry);
    if (fragment.says_nothing()) return;
    const std::size_t place = fragments_.add(fragment, whole_);
    if (place == calls_.size()) calls_.emplace_back();
    Call& call = calls_[place];
    const CallFragments::Call& known = fragments_.at(place);
    if (!call.told && !known.name.empty()) {
        // What the events view is the provider's text, where that is at hand: they may outlive this choice.
        Spelt id = fragment.id.empty() ? Spelt(known.id) : fragment.id;
        if (id.empty()) id = made_call_id(answer, told_calls_);
        google_signature(member(entry, "extra_content"), id, events);
        tell_call(call, id, fragment.name.empty() ? Spelt(known.name) : fragment.name, events);
        AnswerEvent early = event_of(Kind::arguments, call);
        early.text = call.early;
        if (!early.text.empty()) tell_arguments(call, early, facts, events);
    }
    arguments(call, fragment.arguments, facts, events);
}

bool ChatChoice::goes_on(std::uint32_t call, Spelt arguments) {
    for (std::size_t place = calls_.size(); place-- > 0;) {
        if (calls_[place].told && calls_[place].number == call) return fragments_.goes_on(place, arguments);
    }
    return false;
}

void ChatChoice::add_delta(Json delta, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const std::size_t before = events.size();
    if (is_text(delta)) {
        fragment(Kind::text, spelt(delta), events);
    } else if (is_object(delta)) {
        add(Message::read(delta), answer, facts, events);
    }
    for (std::size_t i = before; i < events.size(); ++i) deltas_told_.set(static_cast<std::size_t>(events[i].kind));
}

void ChatChoice::add_message(Json json, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    Message message = Message::read(json);
    if (is_text(json)) message.content = json;
    const auto told = [&](Kind kind) { return deltas_told_.test(static_cast<std::size_t>(kind)); };
    if (told(Kind::text)) message.content = message.audio = {};
    if (told(Kind::refusal)) message.refusal = {};
    if (told(Kind::reasoning)) message.reasoning = message.details = {};
    if (told(Kind::sealed_reasoning)) message.extra = {};
    if (told(Kind::image)) message.images = {};
    if (told(Kind::citation)) message.annotations = {};
    if (told(Kind::call)) message.tool_calls = message.function_call = {};
    add(message, answer, facts, events);
}

void ChatChoice::add(const Message& message, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const std::size_t before = events.size();
    each_element(message.details, [&](Json detail) { reasoning(detail, events); });
    const bool shown = std::any_of(events.begin() + static_cast<std::ptrdiff_t>(before), events.end(),
                                   [](const AnswerEvent& event) { return event.kind == Kind::reasoning; });
    if (!shown) fragment(Kind::reasoning, spelt(message.reasoning), events);
    google_signature(message.extra, {}, events);
    content(message.content, events);
    fragment(Kind::text, spelt(member(message.audio, "transcript")), events);
    fragment(Kind::refusal, spelt(message.refusal), events);
    each_or_one(message.images, [&](Json picture) { image(picture, events); });
    each_element(message.annotations, [&](Json citation) {
        if (!spells(spelt(member(citation, "type")), "url_citation")) return;
        events.push_back({.kind = Kind::citation, .choice = index_, .part = open_.part, .value = citation});
    });
    each_or_one(message.tool_calls, [&](Json entry) { tool_call(entry, answer, facts, events); });
    tool_call(message.function_call, answer, facts, events);
}

FinishReason ChatChoice::finish(Json json, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 4> kNames = {"finish_reason", "native_finish_reason", "stop_reason",
                                                               "matched_stop"};
    const auto [said, native, stop_reason, matched] = members_of(json, kNames);
    if (spelt(said).empty() || finished_ != FinishReason::none) return finish_again(spelt(said), facts, events);
    const Spelt stop = spelt(stop_reason).empty() ? spelt(matched) : spelt(stop_reason);
    return end(spelt(said), spelt(native).empty() ? spelt(said) : spelt(native), stop, facts, events);
}

// Some say "stop", and then make calls.
FinishReason ChatChoice::finish_again(Spelt said, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (finished_ != FinishReason::stop || told_calls_ == 0) return FinishReason::none;
    const Spelt native = said.empty() ? facts.kept.emplace_front(native_) : said;
    return end(said, native, {}, facts, events);
}

FinishReason ChatChoice::end_unsaid(AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (finished_ == FinishReason::none) return end({}, {}, {}, facts, events);
    end_calls(finished_, facts, events);
    return FinishReason::none;
}

FinishReason ChatChoice::end(Spelt said, Spelt native, Spelt stop, AnswerDelta& facts,
                             std::vector<AnswerEvent>& events) {
    const bool first = finished_ == FinishReason::none;
    finished_ = read_chat_finish(said, told_calls_ > 0);
    native_ = native;
    if (first) end_calls(finished_, facts, events);  // behind the end their arguments still come
    events.push_back(
        {.kind = Kind::finish, .choice = index_, .reason = finished_, .native_reason = native, .stop_sequence = stop});
    return finished_;
}

// A call without arguments is told an empty object: no text is no JSON.
void ChatChoice::end_calls(FinishReason reason, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const bool broken_off = reason == FinishReason::length || reason == FinishReason::error;
    for (Call& call : calls_) {
        const bool quoted = !call.quoted.empty();  // and never ended
        if (call.has_arguments || !call.told || (broken_off && !quoted)) continue;
        AnswerEvent event = event_of(Kind::arguments, call);
        event.value = quoted ? Json() : Json("{}");
        event.text = quoted ? facts.kept.emplace_front(std::exchange(call.quoted, {})) : Spelt();
        call.has_arguments = true;
        events.push_back(event);
    }
}

bool ChatEventReader::goes_on(const AnswerEvent& fragment) {
    return fragment.kind != AnswerEvent::Kind::arguments ||
           choices_[fragment.choice].goes_on(fragment.call, fragment.text);
}

AnswerRead ChatEventReader::read(std::string_view /*name*/, std::string_view data, AnswerDelta& facts,
                                 std::vector<AnswerEvent>& events) {
    data = event_payload(data);
    if (data.empty()) return AnswerRead::ping;
    const OpenAiChunk chunk = read_openai_chunk(data);
    if (chunk.kind == OpenAiChunk::Kind::done) {
        for (ChatChoice& choice : choices_) note_end(choice.end_unsaid(facts, events), choice.index(), facts);
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
        read_choice(json, id_, false, choices_[index], facts, events);
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
    if (!is_array(choices) || !facts.choices) return AnswerRead::invalid;
    begin_answer(facts.id, events);
    each_element(choices, [&](Json json) {
        const std::size_t index = index_of(json);
        if (index >= kMostChoices) return;
        ChatChoice choice(static_cast<std::uint32_t>(index), true);
        read_choice(json, facts.id, true, choice, facts, events);
        note_end(choice.end_unsaid(facts, events), index, facts);
    });
    return AnswerRead::event;
}

}  // namespace tollgate
