#include "gateway/chat/dialect/responses/request_writer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/chat/canonical/json_instruction.h"
#include "gateway/chat/canonical/object_schema.h"
#include "gateway/chat/canonical/openai_names.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/dialect/responses/input_writer.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostUserBytes = 64;
constexpr std::array kTaken = {
    Parameter::temperature, Parameter::top_p,        Parameter::user,
    Parameter::metadata,    Parameter::service_tier, Parameter::prompt_cache_key,
};

class Writer {
  public:
    Writer(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes), parameters_(request) {}

    Error write() {
        out_ += "{\"model\":";
        append_json_string(out_, target_.model);
        append_member(out_, "store", "false");
        if (target_.stream) append_member(out_, "stream", "true");
        out_ += ',';
        if (Error error = input()) return error;
        bound();
        tools();
        tool_choice();
        text();
        reasoning();
        parameters();
        parameters_.note_rest(notes_);
        out_ += '}';
        return {};
    }

  private:
    bool lacks_schema() const {
        return request_.output.kind == OutputFormat::Kind::json_schema && target_.quirks.has(Quirk::no_json_schema);
    }

    Error input() {
        const bool any_json = request_.output.kind == OutputFormat::Kind::json_object || lacks_schema();
        const auto told = any_json ? with_json_instruction(request_) : std::nullopt;
        if (told) notes_.changed.add(request_.output_field);
        return append_response_input(told ? *told : request_, target_, out_, notes_);
    }

    void bound() {
        std::int64_t bound = request_.output_bound > 0 ? request_.output_bound : target_.output_bound;
        if (bound <= 0) return;
        if (bound < kLeastResponsesOutput) {
            bound = kLeastResponsesOutput;
            if (request_.output_bound > 0) notes_.changed.add(bound_name());
        }
        out_ += ",\"max_output_tokens\":";
        append_number(out_, bound);
    }
    std::string_view bound_name() const { return request_.dialect == "responses" ? "max_output_tokens" : "max_tokens"; }

    void tools() {
        if (request_.tools.empty()) return;
        out_ += ",\"tools\":[";
        for (const Tool& tool : request_.tools) {
            if (out_.back() == '}') out_ += ',';
            ((out_ += R"({"type":"function","name":")") += tool.name) += '"';
            if (!tool.description.empty()) append_text(out_, "description", tool.description);
            parameters_of(tool);
            // Without it the API takes every schema for a strict one.
            append_member(out_, "strict", is_strict(tool) ? "true" : "false");
            if (!tool.cache_control.empty()) notes_.dropped.add("cache_control");
            out_ += '}';
        }
        out_ += ']';
    }

    // Where Claude takes any that is closed, the API wants all to be required.
    bool is_strict(const Tool& tool) {
        if (tool.strict != "true") return false;
        if (request_.dialect != "messages" || is_strict_schema(tool.schema)) return true;
        notes_.changed.add("tools");
        return false;
    }

    // The API takes no alternatives at the top, and demands properties.
    void parameters_of(const Tool& tool) {
        std::string made, merged;
        Json schema = tool.schema.empty() ? Json("{}") : tool.schema;
        if (has_union_at_top(schema)) {
            schema = merged = without_union_at_top(schema);
            notes_.changed.add("tools");
        }
        append_member(out_, "parameters", object_schema(schema, true, made));
    }

    void tool_choice() {
        using Kind = ToolChoice::Kind;
        const ToolChoice& choice = request_.tool_choice;
        if (request_.tools.empty()) return;
        const bool named = choice.kind == Kind::named && !target_.quirks.has(Quirk::no_named_tool_choice);
        if (named) {
            ((out_ += R"(,"tool_choice":{"type":"function","name":")") += choice.name) += "\"}";
        } else if (choice.kind == Kind::automatic || choice.kind == Kind::none) {
            append_text(out_, "tool_choice", choice.kind == Kind::none ? "none" : "auto");
        } else if (choice.kind != Kind::unset) {
            append_text(out_, "tool_choice", "required");
            if (choice.kind == Kind::named) notes_.changed.add("tool_choice");
        }
        if (!choice.one_at_a_time) return;
        if (target_.quirks.has(Quirk::no_parallel_tool_calls)) {
            notes_.dropped.add("parallel_tool_calls");
        } else {
            append_member(out_, "parallel_tool_calls", "false");
        }
    }

    void text() {
        const OutputFormat& output = request_.output;
        const Json verbosity = parameters_.take(Parameter::verbosity);
        const bool schema = output.kind == OutputFormat::Kind::json_schema;
        const bool without = lacks_schema();
        if (output.kind == OutputFormat::Kind::text && verbosity.empty()) return;
        out_ += ",\"text\":{";
        if (schema && !without) {
            out_ += R"("format":{"type":"json_schema","name":")";
            (out_ += output.name.empty() ? "answer" : output.name) += '"';
            if (!output.description.empty()) append_text(out_, "description", output.description);
            append_member(out_, "schema", output.schema);
            if (says_something(output.strict)) append_member(out_, "strict", output.strict);
            out_ += '}';
        } else if (output.kind != OutputFormat::Kind::text) {
            out_ += R"("format":{"type":"json_object"})";
        }
        if (!verbosity.empty()) {
            if (out_.back() == '}') out_ += ',';
            (out_ += "\"verbosity\":") += verbosity;
        }
        out_ += '}';
    }

    void reasoning() {
        const ReasoningWish& wish = request_.reasoning;
        const bool able = target_.reasoning != ReasoningControl::none;
        if (able) append_member(out_, "include", R"(["reasoning.encrypted_content"])");
        if (wish.field.empty()) return;
        if (!able) {
            if (wish.wanted()) notes_.dropped.add(wish.field);
            return;
        }
        if (wish.tokens > 0) notes_.changed.add(wish.field);  // the model decides by itself how many
        out_ += ",\"reasoning\":{";
        const std::string_view effort = to_string(wish.effort);
        if (!effort.empty()) ((out_ += "\"effort\":\"") += effort) += '"';
        if (wish.wanted()) {  // only then is any of it shown
            if (out_.back() != '{') out_ += ',';
            out_ += R"("summary":"auto")";
        }
        out_ += '}';
    }

    void parameters() {
        for (const Parameter parameter : kTaken) {
            const bool too_long = parameter == Parameter::user && request_[parameter].value.size() > kMostUserBytes + 2;
            if (too_long) continue;
            const Json value = parameters_.take(parameter);
            if (!value.empty()) append_member(out_, openai_name(parameter), value);
        }
        if (request_[Parameter::choices].value == "1") parameters_.take(Parameter::choices);
        if (request_[Parameter::modalities].value == R"(["text"])") parameters_.take(Parameter::modalities);
        if (!request_.stop.empty()) notes_.dropped.add(request_.stop_field);
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    UntakenParameters parameters_;
};

}  // namespace

Error write_responses_request(const ChatRequest& request, const Target& target, std::string& out,
                              TranslationNotes& notes) {
    return Writer(request, target, out, notes).write();
}

}  // namespace tollgate
