#include "gateway/chat/dialect/gemini/request_writer.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/gemini/content_writer.h"
#include "gateway/chat/dialect/gemini/schema_subset.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostStops = 5;      // sequences that the API takes
constexpr std::int64_t kMostPercent = 80;  // of the answer's bound, for reasoning of which an effort is told only

// Tokens that reasoning may take: https://ai.google.dev/gemini-api/docs/openai#thinking. -1: the model decides.
std::int64_t budget_of(Effort effort) {
    switch (effort) {
        case Effort::unset:
            return -1;
        case Effort::none:
            return 0;
        case Effort::minimal:
        case Effort::low:
            return 1024;
        case Effort::medium:
            return 8192;
        case Effort::high:
        case Effort::xhigh:
        case Effort::max:
            return 24576;
    }
    return -1;
}

std::string_view level_of(Effort effort) {
    switch (effort) {
        case Effort::unset:
            return {};
        case Effort::none:
        case Effort::minimal:
            return "minimal";
        case Effort::low:
            return "low";
        case Effort::medium:
            return "medium";
        case Effort::high:
        case Effort::xhigh:
        case Effort::max:
            return "high";
    }
    return {};
}

class Writer {
  public:
    Writer(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes), parameters_(request) {}

    Error write() {
        choose();
        out_ += '{';
        if (Error error = append_gemini_contents(request_, target_, out_, notes_)) return error;
        if (Error error = append_gemini_instruction(request_, out_)) return error;
        tools();
        tool_choice();
        generation();
        marks();
        others();
        parameters_.note_rest(notes_);
        out_ += '}';
        return {};
    }

  private:
    // `"name":` of the generation's settings, which are written where there is one.
    std::string& setting(std::string_view name) {
        out_ += settings_ ? "," : ",\"generationConfig\":{";
        settings_ = true;
        return (((out_ += '"') += name) += "\":");
    }
    void setting_of(Parameter parameter, std::string_view name) {
        if (const Json value = parameters_.take(parameter); !value.empty()) setting(name) += value;
    }

    // Models before Gemini 3 call tools or write JSON, not both.
    void choose() {
        const bool json = request_.output.kind != OutputFormat::Kind::text;
        const bool both = target_.reasoning == ReasoningControl::level;
        calls_ = !request_.tools.empty();
        if (calls_ && json && !both && request_.tool_choice.kind == ToolChoice::Kind::none) calls_ = false;
        writes_json_ = json && (both || !calls_);
        if (json && !writes_json_) notes_.dropped.add(request_.output_field);
    }

    void schema(std::string_view json_name, std::string_view subset_name, Json schema, bool setting_of_answer) {
        const bool subset = target_.quirks.has(Quirk::openapi_schemas);
        const std::string_view name = subset ? subset_name : json_name;
        const std::string text = subset ? gemini_openapi_schema(schema) : gemini_json_schema(schema);
        if (setting_of_answer) {
            setting(name) += text;
        } else {
            (((out_ += ",\"") += name) += "\":") += text;
        }
    }

    void tools() {
        if (!calls_) return;
        out_ += ",\"tools\":[{\"functionDeclarations\":[";
        for (const Tool& tool : request_.tools) {
            if (out_.back() == '}') out_ += ',';
            ((out_ += "{\"name\":\"") += tool.name) += '"';
            if (!tool.description.empty()) ((out_ += ",\"description\":\"") += tool.description) += '"';
            if (!tool.schema.empty()) schema("parametersJsonSchema", "parameters", tool.schema, false);
            out_ += '}';
        }
        out_ += "]}]";
    }

    void tool_choice() {
        using Kind = ToolChoice::Kind;
        const ToolChoice& choice = request_.tool_choice;
        if (!calls_) return;
        if (choice.one_at_a_time) notes_.dropped.add("parallel_tool_calls");
        const bool strict = std::ranges::all_of(request_.tools, [](const Tool& tool) { return tool.strict == "true"; });
        std::string_view mode;
        switch (choice.kind) {
            case Kind::unset:
                if (strict) mode = "VALIDATED";
                break;
            case Kind::automatic:
                mode = strict ? "VALIDATED" : "AUTO";
                break;
            case Kind::none:
                mode = "NONE";
                break;
            case Kind::required:
            case Kind::named:
                mode = "ANY";
                break;
        }
        if (mode.empty()) return;
        ((out_ += R"(,"toolConfig":{"functionCallingConfig":{"mode":")") += mode) += '"';
        if (choice.kind == Kind::named) ((out_ += R"(,"allowedFunctionNames":[")") += choice.name) += "\"]";
        out_ += "}}";
    }

    void generation() {
        if (bound() > 0) append_number(setting("maxOutputTokens"), bound());
        static constexpr std::array kNames = {
            std::pair{Parameter::temperature, "temperature"},
            std::pair{Parameter::top_p, "topP"},
            std::pair{Parameter::top_k, "topK"},
            std::pair{Parameter::frequency_penalty, "frequencyPenalty"},
            std::pair{Parameter::presence_penalty, "presencePenalty"},
            std::pair{Parameter::seed, "seed"},
        };
        for (const auto& [parameter, name] : kNames) setting_of(parameter, name);
        const Json choices = parameters_.take(Parameter::choices);
        if (!choices.empty() && choices != "1") setting("candidateCount") += choices;
        stop();
        modalities();
        output();
        reasoning();
        if (settings_) out_ += '}';
    }

    void stop() {
        std::size_t count = 0;
        for (const Spelt text : request_.stop) {
            if (text.empty() || count == kMostStops) {
                notes_.changed.add(request_.stop_field);
                continue;
            }
            if (count++ == 0) {
                setting("stopSequences") += '[';
            } else {
                out_ += ',';
            }
            ((out_ += '"') += text) += '"';
        }
        if (count > 0) out_ += ']';
    }

    // Text alone is what leaving them out means.
    void modalities() {
        std::string names;
        bool known = true, text_only = true;
        each_element(request_[Parameter::modalities].value, [&](Json one) {
            const bool image = spells(spelt(one), "image"), text = spells(spelt(one), "text");
            known = known && (image || text);
            text_only = text_only && text;
            names += std::string(names.empty() ? "" : ",") + (image ? "\"IMAGE\"" : "\"TEXT\"");
        });
        if (!known || names.empty()) return;
        parameters_.take(Parameter::modalities);
        if (!text_only) ((setting("responseModalities") += '[') += names) += ']';
    }

    void output() {
        if (!writes_json_) return;
        setting("responseMimeType") += "\"application/json\"";
        if (request_.output.kind != OutputFormat::Kind::json_schema) return;
        schema("responseJsonSchema", "responseSchema", request_.output.schema, true);
        if (!request_.output.description.empty()) notes_.dropped.add("response_format.json_schema.description");
    }

    std::int64_t bound() const { return request_.output_bound > 0 ? request_.output_bound : target_.output_bound; }
    // The answer's bound is one of both: a part of it is left for words.
    std::int64_t budget() const {
        const ReasoningWish& wish = request_.reasoning;
        if (wish.tokens > 0 && wish.wanted()) return wish.tokens;
        const std::int64_t budget = budget_of(wish.effort);
        return bound() > 0 ? std::min(budget, bound() * kMostPercent / 100) : budget;
    }

    void reasoning() {
        const ReasoningWish& wish = request_.reasoning;
        if (wish.field.empty()) return;
        if (target_.reasoning == ReasoningControl::none) {
            if (wish.wanted()) notes_.dropped.add(wish.field);
            return;
        }
        setting("thinkingConfig") += '{';
        if (target_.reasoning == ReasoningControl::budget || wish.tokens > 0) {
            out_ += "\"thinkingBudget\":";
            append_number(out_, budget());
            out_ += ',';
        } else if (const std::string_view level = level_of(wish.effort); !level.empty()) {
            ((out_ += "\"thinkingLevel\":\"") += level) += "\",";
            // It cannot be told not to, nor to go beyond.
            if (wish.effort == Effort::none || wish.effort > Effort::high) notes_.changed.add(wish.field);
        }
        (out_ += "\"includeThoughts\":") += wish.wanted() ? "true}" : "false}";
    }

    // The API caches by itself.
    void marks() {
        const auto marked = [](const auto& item) { return !item.cache_control.empty(); };
        if (std::ranges::any_of(request_.parts, marked) || std::ranges::any_of(request_.tools, marked)) {
            notes_.dropped.add("cache_control");
        }
    }

    void others() {
        // The ordinary tier is what leaving it out means.
        const Spelt tier = spelt(request_[Parameter::service_tier].value);
        if (tier == "auto" || tier == "default") parameters_.take(Parameter::service_tier);
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    UntakenParameters parameters_;
    bool settings_ = false;     // some have been written
    bool calls_ = false;        // it may call tools
    bool writes_json_ = false;  // the answer is JSON
};

}  // namespace

Error write_gemini_request(const ChatRequest& request, const Target& target, std::string& out,
                           TranslationNotes& notes) {
    return Writer(request, target, out, notes).write();
}

}  // namespace tollgate
