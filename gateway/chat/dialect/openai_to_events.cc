#include "gateway/chat/dialect/openai_to_events.h"

#include <simdjson.h>

#include <algorithm>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void member(JsonWriter& json, std::string_view key, const element& value) {
    json.key(key).raw(simdjson::minify(value));
}

constexpr std::string_view kDone = "data: [DONE]\n\n";

void append_event(std::string& out, std::string_view json) {
    out += "data: ";
    out += json;
    out += "\n\n";
}

// In a stream the parts of tool calls name the call that they belong to.
void write_tool_calls(JsonWriter& json, const array& calls) {
    json.key("tool_calls").array();
    std::int64_t index = 0;
    for (const element call : calls) {
        json.object().key("index").number(index++);
        object members;
        if (call.get(members) == simdjson::SUCCESS) {
            for (const auto field : members) {
                if (field.key != "index") member(json, field.key, field.value);
            }
        }
        json.end();
    }
    json.end();
}

void write_delta(JsonWriter& json, const element& message) {
    json.key("delta").object();
    object members;
    if (message.is_string()) member(json, "content", message);
    if (message.get(members) == simdjson::SUCCESS) {
        for (const auto field : members) {
            array calls;
            if (field.key == "tool_calls" && field.value.get(calls) == simdjson::SUCCESS) {
                write_tool_calls(json, calls);
            } else {
                member(json, field.key, field.value);
            }
        }
    }
    json.end();
}

// What every event says, up to its choices.
JsonWriter& begin_event(JsonWriter& json, const object& answer, bool completions) {
    json.object();
    for (const auto field : answer) {
        if (field.key == "choices" || field.key == "usage" || field.key == "object") continue;
        member(json, field.key, field.value);
    }
    return json.key("object").text(completions ? "text_completion" : "chat.completion.chunk").key("choices").array();
}

void append_choice(const object& answer, const object& choice, std::int64_t position, std::string& out) {
    element found;
    const bool completions = choice["text"].get(found) == simdjson::SUCCESS;
    std::int64_t index = position;
    if (choice["index"].get(found) == simdjson::SUCCESS) (void)found.get(index);
    JsonWriter content;
    begin_event(content, answer, completions).object().key("index").number(index);
    const bool has_message = choice["message"].get(found) == simdjson::SUCCESS;
    for (const auto field : choice) {
        if (field.key == "message") {
            write_delta(content, field.value);
        } else if (field.key == "delta" && has_message) {
            continue;  // says the same, or nothing
        } else if (field.key != "index" && field.key != "finish_reason") {
            member(content, field.key, field.value);
        }
    }
    append_event(out, content.key("finish_reason").null().end().end().end().take());
    if (choice["finish_reason"].get(found) != simdjson::SUCCESS || found.is_null()) return;
    JsonWriter finish;
    begin_event(finish, answer, completions).object().key("index").number(index);
    if (completions) {
        finish.key("text").text("");
    } else {
        finish.key("delta").object().end();
    }
    member(finish, "finish_reason", found);
    append_event(out, finish.end().end().end().take());
}

// Line breaks between an object's members would end the line of an event.
void append_raw_event(std::string_view json, std::string& out) {
    out += "data: ";
    const std::size_t begin = out.size();
    out += json;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), [](char c) { return c == '\n' || c == '\r'; },
        ' ');
    out += "\n\n";
}

// Whether one of the choices has what only a chunk has.
bool is_chunk(const array& choices) {
    for (const element choice : choices) {
        object delta;
        if (choice["delta"].get(delta) == simdjson::SUCCESS) return true;
    }
    return false;
}

void append_whole(const object& members, const array& choices, std::string& out) {
    std::int64_t position = 0;
    bool completions = false;
    for (const element choice : choices) {
        object choice_members;
        element found;
        if (choice.get(choice_members) != simdjson::SUCCESS) continue;
        completions = choice_members["text"].get(found) == simdjson::SUCCESS;
        append_choice(members, choice_members, position++, out);
    }
    element found;
    if (members["usage"].get(found) != simdjson::SUCCESS || !found.is_object()) return;
    JsonWriter usage;
    begin_event(usage, members, completions).end();
    member(usage, "usage", found);
    append_event(out, usage.end().take());
}

}  // namespace

bool OpenAiToEvents::append(std::string_view json, std::string& events) {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(json);
    element root;
    object members;
    if (parser.parse(padded).get(root) != simdjson::SUCCESS || root.get(members) != simdjson::SUCCESS) return false;
    array choices;
    element found;
    const bool has_choices = members["choices"].get(choices) == simdjson::SUCCESS && choices.size() > 0;
    const bool failed = members["error"].get(found) == simdjson::SUCCESS && !found.is_null();
    const bool chunk = has_choices && !failed && is_chunk(choices);
    chunked_ = chunked_ || chunk;
    if (!has_choices || failed || chunk) {
        append_raw_event(json, events);
    } else {
        whole_ = true;
        append_whole(members, choices, events);
    }
    return true;
}

OpenAiToEvents::State OpenAiToEvents::take(std::string_view bytes, bool end, std::string& events) {
    using Step = JsonStreamReader::Step;
    Step step = Step::object;
    while (state_ == State::more && step != Step::more) {
        step = reader_.next(bytes);
        if (step == Step::object) any_ = true;
        if (step == Step::invalid || (step == Step::object && !append(reader_.object(), events)))
            state_ = State::invalid;
        if (step == Step::too_large) state_ = State::too_large;
        if (step == Step::end_mark && any_ && !done_) {
            events += kDone;
            done_ = true;
        }
    }
    if (end && state_ == State::more && !any_) state_ = State::invalid;
    if (end && state_ == State::more && whole_ && !done_) events += kDone;
    return state_;
}

}  // namespace tollgate
