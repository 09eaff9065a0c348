#include "gateway/chat/dialect/messages/request_writer.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/messages/claude_reasoning.h"
#include "gateway/chat/dialect/messages/claude_schema.h"
#include "gateway/chat/dialect/messages/message_writer.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::int64_t kUnknownModelsBound = 4096;  // the API demands one

bool has_address(const ChatRequest& request, const Turn& turn) {
    const auto is_address = [](const Part& part) { return part.media.source == Media::Source::url; };
    for (const Part& part : std::span(request.parts).subspan(turn.begin, turn.end - turn.begin)) {
        if (is_address(part)) return true;
        if (part.kind != Part::Kind::tool_result) continue;
        const auto inner = std::span(request.result_parts).subspan(part.begin, part.end - part.begin);
        if (std::ranges::any_of(inner, is_address)) return true;
    }
    return false;
}

class Writer {
  public:
    Writer(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes), parameters_(request) {}

    Error write() {
        if (Error error = refuse_addresses()) return error;
        begin_reasoning();
        ((out_ += '{') += model_or_version()) += ",\"max_tokens\":";
        append_number(out_, bound());
        if (target_.stream && target_.host != ClaudeHost::bedrock) append_member(out_, "stream", "true");
        if (Error error = append_system(request_, out_)) return error;
        out_ += ',';
        if (Error error = append_messages(request_, target_.continues_answers, out_, notes_)) return error;
        tools();
        tool_choice();
        stop();
        sampling();
        reasoning();
        others();
        parameters_.take_native("messages");
        parameters_.note_rest(notes_);
        out_ += '}';
        return {};
    }

  private:
    std::string model_or_version() const {
        if (target_.host == ClaudeHost::bedrock) return R"("anthropic_version":"bedrock-2023-05-31")";
        if (target_.host == ClaudeHost::vertex) return R"("anthropic_version":"vertex-2023-10-16")";
        std::string json = "\"model\":";
        append_json_string(json, target_.model);
        return json;
    }
    // Of media, where only their data are taken.
    Error refuse_addresses() const {
        if (target_.host == ClaudeHost::anthropic) return {};
        for (const Turn& turn : request_.turns) {
            if (!has_address(request_, turn)) continue;
            return unsupported_turn(request_, turn, "the address of a picture or a file instead of its data");
        }
        return {};
    }
    std::int64_t bound() const {
        for (const std::int64_t bound : {request_.output_bound, target_.output_bound, target_.longest_output}) {
            if (bound > 0) return bound;
        }
        return kUnknownModelsBound;
    }
    std::int64_t budget() const { return claude_budget(request_.reasoning, bound()); }

    std::string description_field() const {
        const std::string format(request_.output_field);
        return format + (format == "response_format" ? ".json_schema.description" : ".description");
    }

    // Where the API takes no reasoning, the answer comes without.
    void begin_reasoning() {
        const ReasoningWish& wish = request_.reasoning;
        if (!wish.wanted()) return;
        const ToolChoice& choice = request_.tool_choice;
        const bool forced = !request_.tools.empty() &&
                            (choice.kind == ToolChoice::Kind::required || choice.kind == ToolChoice::Kind::named);
        const bool no_room = target_.reasoning == ReasoningControl::budget && budget() < kLeastClaudeBudget;
        reasons_ = target_.reasoning != ReasoningControl::none && !forced && !no_room && !lacks_reasoning(request_);
        if (!reasons_) notes_.dropped.add(wish.field);
    }

    void tools() {
        if (request_.tools.empty()) return;
        out_ += ",\"tools\":[";
        for (const Tool& tool : request_.tools) {
            if (out_.back() == '}') out_ += ',';
            ((out_ += "{\"name\":\"") += tool.name) += '"';
            if (!tool.description.empty()) append_text(out_, "description", tool.description);
            std::string made;
            append_member(out_, "input_schema", claude_tool_schema(tool, made, notes_));
            if (tool.strict == "true") append_member(out_, "strict", tool.strict);
            if (!tool.cache_control.empty()) append_member(out_, "cache_control", tool.cache_control);
            out_ += '}';
        }
        out_ += ']';
    }

    void tool_choice() {
        using Kind = ToolChoice::Kind;
        const ToolChoice& choice = request_.tool_choice;
        if (request_.tools.empty() || (choice.kind == Kind::unset && !choice.one_at_a_time)) return;
        out_ += ",\"tool_choice\":{\"type\":";
        switch (choice.kind) {
            case Kind::unset:
            case Kind::automatic:
                out_ += "\"auto\"";
                break;
            case Kind::none:
                out_ += "\"none\"";
                break;
            case Kind::required:
                out_ += "\"any\"";
                break;
            case Kind::named:
                out_ += "\"tool\"";
                append_text(out_, "name", choice.name);
                break;
        }
        if (choice.one_at_a_time && choice.kind != Kind::none) {
            append_member(out_, "disable_parallel_tool_use", "true");
        }
        out_ += '}';
    }

    // The API refuses blank ones.
    void stop() {
        const std::size_t before = out_.size();
        out_ += ",\"stop_sequences\":[";
        const std::size_t empty = out_.size();
        for (const Spelt text : request_.stop) {
            if (is_blank(text)) {
                notes_.changed.add(request_.stop_field);
                continue;
            }
            if (out_.size() > empty) out_ += ',';
            ((out_ += '"') += text) += '"';
        }
        if (out_.size() == empty) {
            out_.resize(before);
        } else {
            out_ += ']';
        }
    }

    // While it reasons, the API takes none of them.
    void sampling() {
        if (reasons_) return;
        const auto surplus = surplus_of_sampling(request_, parameters_);
        const auto take = [&](Parameter parameter) {
            return parameter == surplus ? Json() : parameters_.take(parameter);
        };
        if (const Json value = take(Parameter::temperature); !value.empty()) {
            double number = 0;
            std::from_chars(value.data(), value.data() + value.size(), number);
            const bool above = number > 1;
            if (above) notes_.changed.add(request_[Parameter::temperature].name);
            append_member(out_, "temperature", above ? "1" : value);
        }
        for (const auto& [parameter, name] : {std::pair{Parameter::top_p, "top_p"}, {Parameter::top_k, "top_k"}}) {
            if (const Json value = take(parameter); !value.empty()) append_member(out_, name, value);
        }
    }

    void reasoning() {
        const bool adaptive = target_.reasoning == ReasoningControl::adaptive;
        if (reasons_ && adaptive) {
            if (request_.reasoning.tokens > 0) notes_.changed.add(request_.reasoning.field);
            out_ += R"(,"thinking":{"type":"adaptive"})";
        } else if (reasons_) {
            out_ += R"(,"thinking":{"type":"enabled","budget_tokens":)";
            append_number(out_, budget());
            out_ += '}';
        }
        const bool effort = reasons_ && adaptive && request_.reasoning.effort != Effort::unset;
        const bool schema = request_.output.kind == OutputFormat::Kind::json_schema;
        if (request_.output.kind == OutputFormat::Kind::json_object) notes_.dropped.add(request_.output_field);
        if (!request_.output.description.empty()) notes_.dropped.add(description_field());
        if (!effort && !schema) return;
        out_ += ",\"output_config\":{";
        if (effort) ((out_ += "\"effort\":\"") += claude_effort(request_.reasoning.effort)) += '"';
        if (effort && schema) out_ += ',';
        if (schema) ((out_ += R"("format":{"type":"json_schema","schema":)") += output_schema()) += '}';
        out_ += '}';
    }

    std::string output_schema() {
        bool changed = false;
        std::string schema = claude_output_schema(request_.output.schema, changed);
        if (changed) notes_.changed.add(request_.output_field);
        return schema;
    }

    void others() {
        if (const Json user = request_[Parameter::user].value; is_text(user)) {
            parameters_.take(Parameter::user);
            ((out_ += ",\"metadata\":{\"user_id\":") += user) += '}';
        }
        const bool caches_by_itself = target_.host == ClaudeHost::anthropic;
        if (const Json mark = request_[Parameter::cache_control].value; caches_by_itself && is_object(mark)) {
            parameters_.take(Parameter::cache_control);
            append_member(out_, "cache_control", mark);
        }
        if (request_[Parameter::choices].value == "1") parameters_.take(Parameter::choices);
        // To choose the tier is what leaving it out means.
        const Spelt tier = spelt(request_[Parameter::service_tier].value);
        if (tier == "auto" || tier == "default") parameters_.take(Parameter::service_tier);
        if (tier == "default") append_text(out_, "service_tier", "standard_only");
        if (request_[Parameter::modalities].value == R"(["text"])") parameters_.take(Parameter::modalities);
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    UntakenParameters parameters_;
    bool reasons_ = false;
};

}  // namespace

Error write_messages_request(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes) {
    return Writer(request, target, out, notes).write();
}

}  // namespace tollgate
