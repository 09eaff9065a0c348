#include "gateway/chat/dialect/chat/request_writer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "gateway/chat/canonical/json_instruction.h"
#include "gateway/chat/canonical/object_schema.h"
#include "gateway/chat/canonical/openai_names.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/dialect/chat/message_writer.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kDialect = "chat";
constexpr std::size_t kMostUserBytes = 64, kMostStops = 4;  // that OpenAI takes

// Who takes a parameter.
enum class Taken : std::uint8_t {
    by_all,
    by_lenient,   // those that ignore what they do not know, and OpenAI
    as_extra,     // Quirk::sampling_extras
    by_mark,      // Quirk::cache_marks
    by_no_other,  // OpenRouter alone, whose own form it is
};

struct ParameterRow {
    Parameter parameter;
    Taken taken;
};
constexpr std::array<ParameterRow, kParameters> kRows = {{
    {Parameter::temperature, Taken::by_all},
    {Parameter::top_p, Taken::by_all},
    {Parameter::top_k, Taken::as_extra},
    {Parameter::min_p, Taken::as_extra},
    {Parameter::top_a, Taken::by_no_other},
    {Parameter::frequency_penalty, Taken::by_all},
    {Parameter::presence_penalty, Taken::by_all},
    {Parameter::repetition_penalty, Taken::as_extra},
    {Parameter::seed, Taken::by_all},
    {Parameter::logit_bias, Taken::by_lenient},
    {Parameter::logprobs, Taken::by_lenient},
    {Parameter::top_logprobs, Taken::by_lenient},
    {Parameter::choices, Taken::by_all},
    {Parameter::verbosity, Taken::by_lenient},
    {Parameter::prediction, Taken::by_lenient},
    {Parameter::user, Taken::by_lenient},
    {Parameter::metadata, Taken::by_lenient},
    {Parameter::service_tier, Taken::by_lenient},
    {Parameter::store, Taken::by_lenient},
    {Parameter::cache_control, Taken::by_mark},
    {Parameter::prompt_cache_key, Taken::by_lenient},
    {Parameter::modalities, Taken::by_lenient},
    {Parameter::audio, Taken::by_lenient},
    {Parameter::web_search_options, Taken::by_lenient},
}};

// A value that other dialects have under the same name, and this one refuses.
bool is_foreign(Parameter parameter, Json value) {
    if (parameter == Parameter::user) return value.size() > kMostUserBytes + 2;
    if (parameter != Parameter::service_tier) return false;
    static constexpr std::array<std::string_view, 5> kTiers = {"auto", "default", "flex", "priority", "scale"};
    return std::ranges::find(kTiers, spelt(value)) == kTiers.end();
}

// Of a bound on the tokens of reasoning, by OpenRouter's table.
Effort effort_of(std::int64_t tokens, std::int64_t bound) {
    if (bound <= 0) return Effort::medium;
    const std::int64_t percent = tokens * 100 / bound;
    return percent >= 80 ? Effort::high : percent >= 50 ? Effort::medium : Effort::low;
}

class Writer {
  public:
    Writer(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes), parameters_(request) {}

    Error write() {
        out_ += "{\"model\":";
        append_json_string(out_, target_.model);
        out_ += ',';
        if (Error error = messages()) return error;
        bound();
        stream();
        tools();
        tool_choice();
        response_format();
        stop();
        reasoning();
        parameters();
        parameters_.take_native(kDialect);
        parameters_.note_rest(notes_);
        out_ += '}';
        return {};
    }

  private:
    bool has(Quirk quirk) const { return target_.quirks.has(quirk); }
    std::int64_t bound_tokens() const {
        return request_.output_bound > 0 ? request_.output_bound : target_.output_bound;
    }
    bool forces_tool() const {
        const auto kind = request_.tool_choice.kind;
        return !request_.tools.empty() && (kind == ToolChoice::Kind::required || kind == ToolChoice::Kind::named);
    }

    Error messages() {
        const auto told =
            mode_of_output() == OutputFormat::Kind::json_object ? with_json_instruction(request_) : std::nullopt;
        if (told) notes_.changed.add(request_.output_field);
        return append_chat_messages(told ? *told : request_, target_.quirks, target_.continues_answers, out_, notes_);
    }

    // Where one kind of JSON is not known, the other one is asked for.
    OutputFormat::Kind mode_of_output() const {
        using Kind = OutputFormat::Kind;
        const Kind wanted = request_.output.kind;
        if (wanted == Kind::json_schema && has(Quirk::no_json_schema)) return Kind::json_object;
        return wanted == Kind::json_object && has(Quirk::no_json_object) ? Kind::json_schema : wanted;
    }

    void bound() {
        if (bound_tokens() <= 0) return;
        out_ += target_.max_completion_tokens ? ",\"max_completion_tokens\":" : ",\"max_tokens\":";
        append_number(out_, bound_tokens());
    }

    void stream() {
        if (!target_.stream) return;
        append_member(out_, "stream", "true");
        if (!has(Quirk::no_stream_options)) append_member(out_, "stream_options", R"({"include_usage":true})");
    }

    // Where no single tool can be named, the named one alone is told.
    bool names_by_list() const {
        return request_.tool_choice.kind == ToolChoice::Kind::named && has(Quirk::no_named_tool_choice);
    }

    // Where Claude takes any that is closed, OpenAI wants all to be required.
    bool stays_strict(const Tool& tool) {
        if (request_.dialect != "messages" || tool.strict != "true" || is_strict_schema(tool.schema)) return true;
        notes_.changed.add("tools");
        return false;
    }

    void tools() {
        const std::size_t before = out_.size();
        out_ += ",\"tools\":[";
        const std::size_t empty = out_.size();
        for (const Tool& tool : request_.tools) {
            if (names_by_list() && plain(tool.name) != plain(request_.tool_choice.name)) continue;
            if (out_.size() > empty) out_ += ',';
            ((out_ += R"({"type":"function","function":{"name":")") += tool.name) += '"';
            if (!tool.description.empty()) append_text(out_, "description", tool.description);
            std::string made;
            if (!tool.schema.empty()) append_member(out_, "parameters", object_schema(tool.schema, true, made));
            if (!tool.strict.empty() && stays_strict(tool)) append_member(out_, "strict", tool.strict);
            out_ += '}';
            if (!tool.cache_control.empty() && has(Quirk::cache_marks)) {
                append_member(out_, "cache_control", tool.cache_control);
            } else if (!tool.cache_control.empty()) {
                notes_.dropped.add("cache_control");
            }
            out_ += '}';
        }
        if (out_.size() == empty) {
            out_.resize(before);
        } else {
            out_ += ']';
        }
    }

    void tool_choice() {
        using Kind = ToolChoice::Kind;
        const ToolChoice& choice = request_.tool_choice;
        if (request_.tools.empty()) return;
        const bool named = choice.kind == Kind::named && !names_by_list();
        const bool weaker = forces_tool() && !named && has(Quirk::no_required_tool_choice);
        if (weaker || names_by_list()) notes_.changed.add("tool_choice");
        if (named) {
            ((out_ += R"(,"tool_choice":{"type":"function","function":{"name":")") += choice.name) += "\"}}";
        } else if (choice.kind == Kind::none) {
            append_member(out_, "tool_choice", "\"none\"");
        } else if (choice.kind == Kind::automatic || weaker) {
            append_member(out_, "tool_choice", "\"auto\"");
        } else if (choice.kind != Kind::unset) {
            append_member(out_, "tool_choice", has(Quirk::any_for_required) ? "\"any\"" : "\"required\"");
        }
        if (choice.one_at_a_time && has(Quirk::no_parallel_tool_calls)) {
            notes_.dropped.add("parallel_tool_calls");
        } else if (choice.one_at_a_time) {
            append_member(out_, "parallel_tool_calls", "false");
        }
    }

    void response_format() {
        using Kind = OutputFormat::Kind;
        const OutputFormat& output = request_.output;
        if (output.kind == Kind::text) return;
        const bool any_object = output.kind == Kind::json_object;
        if (mode_of_output() == Kind::json_schema) {  // that of any object says what json_object does
            out_ += R"(,"response_format":{"type":"json_schema","json_schema":{"name":")";
            (out_ += output.name.empty() ? Spelt("answer") : output.name) += '"';
            if (!output.description.empty()) append_text(out_, "description", output.description);
            append_member(out_, "schema", any_object ? R"({"type":"object"})" : output.schema);
            if (says_something(output.strict)) append_member(out_, "strict", output.strict);
            out_ += "}}";
        } else {
            append_member(out_, "response_format", R"({"type":"json_object"})");
        }
    }

    void stop() {
        const std::span<const Spelt> all(request_.stop);
        const auto sent = all.first(std::min(all.size(), kMostStops));
        if (sent.empty()) return;
        if (sent.size() < all.size()) notes_.changed.add(request_.stop_field);
        out_ += ",\"stop\":[";
        for (const Spelt text : sent) {
            if (out_.back() != '[') out_ += ',';
            ((out_ += '"') += text) += '"';
        }
        out_ += ']';
    }

    // How an upstream that has only a switch, or a budget, is told.
    void thinking(bool on) {
        const std::string_view value = on ? "true" : "false";
        if (has(Quirk::thinking_object)) {
            append_member(out_, "thinking", on ? R"({"type":"enabled"})" : R"({"type":"disabled"})");
        } else if (has(Quirk::template_thinking)) {
            ((out_ += R"(,"chat_template_kwargs":{"enable_thinking":)") += value) += '}';
        } else {
            append_member(out_, "enable_thinking", value);
            if (!on || request_.reasoning.tokens <= 0) return;
            out_ += ",\"thinking_budget\":";
            append_number(out_, request_.reasoning.tokens);
        }
    }

    void reasoning() {
        const ReasoningWish& wish = request_.reasoning;
        if (wish.field.empty()) return;
        const bool on = wish.effort != Effort::none;
        const bool forced = forces_tool() && has(Quirk::enable_thinking);
        if (on && (target_.reasoning == ReasoningControl::none || forced)) return notes_.dropped.add(wish.field);
        if (target_.reasoning == ReasoningControl::none) return;
        if (has(Quirk::reasoning_object)) return reasoning_object();
        const bool has_switch =
            has(Quirk::thinking_object) || has(Quirk::enable_thinking) || has(Quirk::template_thinking);
        if (has_switch) return thinking(on);
        Effort effort = wish.effort;
        if (effort == Effort::unset) effort = wish.tokens > 0 ? effort_of(wish.tokens, bound_tokens()) : Effort::medium;
        if (wish.tokens > 0 && on) notes_.changed.add(wish.field);
        if (effort == Effort::max) {
            effort = Effort::xhigh;  // the highest that there is
            notes_.changed.add(wish.field);
        }
        append_text(out_, "reasoning_effort", to_string(effort));
    }

    // OpenRouter's: of both its two members it takes one.
    void reasoning_object() {
        const ReasoningWish& wish = request_.reasoning;
        if (wish.effort != Effort::unset) {
            ((out_ += R"(,"reasoning":{"effort":")") += to_string(wish.effort)) += "\"}";
        } else if (wish.tokens > 0) {
            out_ += ",\"reasoning\":{\"max_tokens\":";
            append_number(out_, wish.tokens);
            out_ += '}';
        } else {
            append_member(out_, "reasoning", R"({"enabled":true})");
        }
    }

    bool takes(Taken taken) const {
        switch (taken) {
            case Taken::by_all:
                return true;
            case Taken::by_lenient:
                return !has(Quirk::strict_members);
            case Taken::as_extra:
                return has(Quirk::sampling_extras);
            case Taken::by_mark:
                return has(Quirk::cache_marks);
            case Taken::by_no_other:
                return has(Quirk::reasoning_object);
        }
        return false;
    }

    void parameters() {
        for (const ParameterRow& row : kRows) {
            const Json value = request_[row.parameter].value;
            if (value.empty() || !takes(row.taken) || is_foreign(row.parameter, value)) continue;
            parameters_.take(row.parameter);
            const bool seed = row.parameter == Parameter::seed && has(Quirk::random_seed);
            append_member(out_, seed ? "random_seed" : openai_name(row.parameter), value);
        }
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    UntakenParameters parameters_;
};

}  // namespace

Error write_chat_request(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes) {
    return Writer(request, target, out, notes).write();
}

}  // namespace tollgate
