#include "gateway/chat/dialect/converse/request_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/dialect/converse/message_writer.h"
#include "gateway/chat/dialect/messages/claude_reasoning.h"
#include "gateway/chat/dialect/messages/claude_schema.h"
#include "gateway/chat/dialect/messages/message_writer.h"
#include "gateway/text/ascii.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// An object in the making, of which nothing is left where it gets no members.
class Object {
  public:
    Object(std::string& out, std::string_view name) : out_(out), before_(out.size()) {
        separate(out);
        ((out_ += '"') += name) += "\":{";
        empty_ = out_.size();
    }
    ~Object() {
        if (out_.size() == empty_) {
            out_.resize(before_);
        } else {
            out_ += '}';
        }
    }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

  private:
    std::string& out_;
    std::size_t before_, empty_ = 0;
};

// Up to sixteen pairs of texts of a few characters, which filter the invocations that AWS logs.
bool may_be_request_metadata(Json value) {
    constexpr std::size_t kMostPairs = 16, kMostBytes = 256;
    constexpr std::string_view kAllowed = " :_@$#=/+,-.";
    const auto is_good = [&](std::string_view text) {
        return text.size() <= kMostBytes && std::ranges::all_of(text, [&](char c) {
                   return is_ascii_alphanumeric(c) || kAllowed.find(c) != std::string_view::npos;
               });
    };
    std::size_t pairs = 0;
    bool good = is_object(value);
    each_member(value, [&](std::string_view name, Json text) {
        ++pairs;
        good = good && !name.empty() && is_good(name) && is_text(text) && is_good(spelt(text));
    });
    return good && pairs > 0 && pairs <= kMostPairs;
}

class Writer {
  public:
    Writer(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes), parameters_(request) {}

    Error write() {
        begin_reasoning();
        out_ += '{';
        if (Error error = append_converse_messages(request_, target_.continues_answers, out_, notes_)) return error;
        if (Error error = append_converse_system(request_, out_)) return error;
        inference();
        tools();
        reasoning_and_further_fields();
        output();
        others();
        parameters_.note_rest(notes_);
        out_ += '}';
        return {};
    }

  private:
    // 0: the model's own.
    std::int64_t bound() const { return request_.output_bound > 0 ? request_.output_bound : target_.output_bound; }
    // For a share of it.
    std::int64_t longest() const { return bound() > 0 ? bound() : target_.longest_output; }
    bool claude() const {
        return target_.reasoning == ReasoningControl::budget || target_.reasoning == ReasoningControl::adaptive;
    }

    // Where Claude takes no reasoning, the answer comes without.
    void begin_reasoning() {
        const ReasoningWish& wish = request_.reasoning;
        if (!wish.wanted()) return;
        const ToolChoice& choice = request_.tool_choice;
        const bool forced = !request_.tools.empty() &&
                            (choice.kind == ToolChoice::Kind::required || choice.kind == ToolChoice::Kind::named);
        const bool no_room =
            target_.reasoning == ReasoningControl::budget && claude_budget(wish, longest()) < kLeastClaudeBudget;
        const bool lost = lacks_reasoning(request_);
        reasons_ = target_.reasoning != ReasoningControl::none && !(claude() && (forced || no_room || lost));
        if (!reasons_) notes_.dropped.add(wish.field);
    }

    void inference() {
        const Object object(out_, "inferenceConfig");
        const bool budget = reasons_ && target_.reasoning == ReasoningControl::budget;
        const std::int64_t most = budget ? longest() : bound();
        if (most > 0) append_member(out_, "maxTokens", std::to_string(most));
        stop();
        if (reasons_ && claude()) return;  // which takes none of these while it reasons
        std::optional<Parameter> surplus;
        if (claude() || is_claude(target_.model)) surplus = surplus_of_sampling(request_, parameters_);
        const auto take = [&](Parameter parameter) {
            return parameter == surplus ? Json() : parameters_.take(parameter);
        };
        if (const Json value = take(Parameter::temperature); !value.empty()) {
            double number = 0;
            std::from_chars(value.data(), value.data() + value.size(), number);
            if (number > 1) notes_.changed.add(request_[Parameter::temperature].name);
            append_member(out_, "temperature", number > 1 ? "1" : value);
        }
        if (const Json value = take(Parameter::top_p); !value.empty()) append_member(out_, "topP", value);
    }

    // The API refuses blank ones.
    void stop() {
        std::string list;
        for (const Spelt text : request_.stop) {
            if (is_blank(text)) {
                notes_.changed.add(request_.stop_field);
                continue;
            }
            if (!list.empty()) list += ',';
            ((list += '"') += text) += '"';
        }
        if (!list.empty()) append_member(out_, "stopSequences", "[" + list + "]");
        asks_which_stop_ = !list.empty() && claude();
    }

    // Those that the request declares; else, where its turns have calls, the API wants to know of what: they are
    // declared by their names.
    void tools() {
        const std::vector<Spelt> called = request_.tools.empty() ? called_names() : std::vector<Spelt>();
        if (request_.tools.empty() && called.empty()) return;
        // There is no choice of none: without tools that were called before, they are not told of.
        const bool none = request_.tool_choice.kind == ToolChoice::Kind::none;
        if (none && called_names().empty()) return;
        const Object config(out_, "toolConfig");
        out_ += "\"tools\":[";
        for (const Tool& tool : request_.tools) append_tool(tool);
        for (const Spelt name : called) append_tool({.name = name});
        out_ += ']';
        if (!called.empty()) return notes_.changed.add("tools");
        if (none) return notes_.dropped.add("tool_choice");
        tool_choice();
    }

    std::vector<Spelt> called_names() const {
        std::vector<Spelt> names;
        for (const Part& part : request_.parts) {
            const bool is_new =
                part.kind == Part::Kind::tool_call && std::ranges::find(names, part.name) == names.end();
            if (is_new) names.push_back(part.name);
        }
        return names;
    }

    void append_tool(const Tool& tool) {
        if (out_.back() == '}') out_ += ',';
        out_ += R"({"toolSpec":{)";
        append_text(out_, "name", tool.name);
        if (!tool.description.empty()) append_text(out_, "description", tool.description);
        std::string made;
        ((out_ += R"(,"inputSchema":{"json":)") += claude_tool_schema(tool, made, notes_)) += '}';
        if (tool.strict == "true") append_member(out_, "strict", tool.strict);
        out_ += "}}";
        if (tool.cache_control.empty()) return;
        out_ += ',';
        append_cache_point(out_, tool.cache_control);
    }

    void tool_choice() {
        using Kind = ToolChoice::Kind;
        const ToolChoice& choice = request_.tool_choice;
        if (choice.one_at_a_time) notes_.dropped.add("parallel_tool_calls");
        switch (choice.kind) {
            case Kind::unset:
            case Kind::none:
                break;
            case Kind::automatic:
                append_member(out_, "toolChoice", R"({"auto":{}})");
                break;
            case Kind::required:
                append_member(out_, "toolChoice", R"({"any":{}})");
                break;
            case Kind::named:
                append_member(out_, "toolChoice", R"({"tool":{"name":")" + std::string(choice.name) + "\"}}");
                break;
        }
    }

    // What only some models take, by the names that their makers gave it.
    void reasoning_and_further_fields() {
        const Object fields(out_, "additionalModelRequestFields");
        if (reasons_) reasoning();
        if (reasons_ && claude()) return;
        if (const Json value = parameters_.take(Parameter::top_k); !value.empty()) append_member(out_, "top_k", value);
    }

    void reasoning() {
        const Effort effort = request_.reasoning.effort;
        switch (target_.reasoning) {
            case ReasoningControl::none:
                break;
            case ReasoningControl::budget:
                append_member(out_, "thinking",
                              R"({"type":"enabled","budget_tokens":)" +
                                  std::to_string(claude_budget(request_.reasoning, longest())) + "}");
                break;
            case ReasoningControl::adaptive:
                append_member(out_, "thinking", R"({"type":"adaptive"})");
                break;
            case ReasoningControl::effort:  // gpt-oss
                append_text(out_, "reasoning_effort", low_to_high(effort));
                break;
            case ReasoningControl::level:  // Amazon's Nova
                append_member(out_, "reasoningConfig",
                              R"({"type":"enabled","maxReasoningEffort":")" + std::string(low_to_high(effort)) + "\"}");
                break;
        }
    }

    static std::string_view low_to_high(Effort effort) {
        switch (effort) {
            case Effort::none:
            case Effort::minimal:
            case Effort::low:
                return "low";
            case Effort::unset:
            case Effort::medium:
                return "medium";
            case Effort::high:
            case Effort::xhigh:
            case Effort::max:
                return "high";
        }
        return {};
    }

    void output() {
        const Object config(out_, "outputConfig");
        const bool effort =
            reasons_ && target_.reasoning == ReasoningControl::adaptive && request_.reasoning.effort != Effort::unset;
        if (effort) append_text(out_, "effort", claude_effort(request_.reasoning.effort));
        const OutputFormat& format = request_.output;
        if (format.kind == OutputFormat::Kind::json_object) notes_.dropped.add(request_.output_field);
        if (format.kind != OutputFormat::Kind::json_schema) return;
        std::string schema;
        bool changed = false;
        append_json_string(schema, claude_output_schema(format.schema, changed));  // a string: the API's own choice
        if (changed) notes_.changed.add(request_.output_field);
        std::string text = R"({"type":"json_schema","structure":{"jsonSchema":{"schema":)" + schema;
        if (!format.name.empty()) append_text(text, "name", format.name);
        if (!format.description.empty()) append_text(text, "description", format.description);
        append_member(out_, "textFormat", text + "}}}");
    }

    void others() {
        if (asks_which_stop_) append_member(out_, "additionalModelResponseFieldPaths", R"(["/delta/stop_sequence"])");
        if (const Json value = request_[Parameter::metadata].value; may_be_request_metadata(value)) {
            parameters_.take(Parameter::metadata);
            append_member(out_, "requestMetadata", value);
        }
        const Spelt tier = spelt(request_[Parameter::service_tier].value);
        const bool told = tier == "default" || tier == "flex" || tier == "priority";
        if (told || tier == "auto") parameters_.take(Parameter::service_tier);
        if (told) append_member(out_, "serviceTier", R"({"type":")" + std::string(tier) + "\"}");
        if (request_[Parameter::choices].value == "1") parameters_.take(Parameter::choices);
        if (request_[Parameter::modalities].value == R"(["text"])") parameters_.take(Parameter::modalities);
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    UntakenParameters parameters_;
    bool reasons_ = false;
    bool asks_which_stop_ = false;  // Claude's own API says which sequence it was
};

}  // namespace

Error write_converse_request(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes) {
    return Writer(request, target, out, notes).write();
}

}  // namespace tollgate
