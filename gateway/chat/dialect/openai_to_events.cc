#include "gateway/chat/dialect/openai_to_events.h"

#include <simdjson.h>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

void member(JsonWriter& json, std::string_view key, const element& value) {
    json.key(key).raw(simdjson::minify(value));
}

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
    for (const auto field : choice) {
        if (field.key == "message") {
            write_delta(content, field.value);
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

}  // namespace

bool append_as_events(std::string_view answer, std::string& out) {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(answer);
    element root;
    object members;
    if (parser.parse(padded).get(root) != simdjson::SUCCESS || root.get(members) != simdjson::SUCCESS) return false;
    array choices;
    element found;
    const bool has_choices = members["choices"].get(choices) == simdjson::SUCCESS && choices.size() > 0;
    const bool failed = members["error"].get(found) == simdjson::SUCCESS && !found.is_null();
    if (!has_choices || failed) {
        append_event(out, simdjson::minify(root));
        out += "data: [DONE]\n\n";
        return true;
    }
    std::int64_t position = 0;
    bool completions = false;
    for (const element choice : choices) {
        object choice_members;
        if (choice.get(choice_members) != simdjson::SUCCESS) continue;
        completions = choice_members["text"].get(found) == simdjson::SUCCESS;
        append_choice(members, choice_members, position++, out);
    }
    if (members["usage"].get(found) == simdjson::SUCCESS && found.is_object()) {
        JsonWriter usage;
        begin_event(usage, members, completions).end();
        member(usage, "usage", found);
        append_event(out, usage.end().take());
    }
    out += "data: [DONE]\n\n";
    return true;
}

}  // namespace tollgate
