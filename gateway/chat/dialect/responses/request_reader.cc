#include "gateway/chat/dialect/responses/request_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/openai_names.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/gateway_members.h"
#include "gateway/chat/dialect/responses/input_reader.h"
#include "gateway/chat/dialect/responses/response_object.h"
#include "gateway/chat/dialect/responses/tool_reader.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

// Those that the API shares with chat completions.
constexpr std::array kKnownParameters = {
    Parameter::temperature,
    Parameter::top_p,
    Parameter::top_k,
    Parameter::frequency_penalty,
    Parameter::presence_penalty,
    Parameter::user,
    Parameter::metadata,
    Parameter::service_tier,
    Parameter::cache_control,
    Parameter::prompt_cache_key,
    Parameter::modalities,
};

// What need not be asked for: it is so.
struct Fulfilled {
    std::string_view name;
    Json value;
};
constexpr std::array kFulfilled = {
    Fulfilled{"store", "false"},
    Fulfilled{"background", "false"},
    Fulfilled{"truncation", R"("disabled")"},
    Fulfilled{"top_logprobs", "0"},
};

class Reader {
  public:
    explicit Reader(ChatRequest& request) : request_(request) {}

    Error read(Json body) {
        request_.dialect = "responses";
        request_.turns_field = "input";
        request_.reasoning_name = "input[].reasoning";
        each_member(body, [&](std::string_view name, Json value) {
            if (!error_ && says_something(value)) error_ = member_of_body(name, value);
        });
        request_.echo.members = repeated_members(body);
        // In the order in which they refer to each other, whatever their order in the body.
        if (!error_ && !tools_.empty()) error_ = read_response_tools(tools_, request_);
        if (!error_ && !tool_choice_.empty()) error_ = read_response_tool_choice(tool_choice_, request_);
        if (!error_) instructions();
        if (!error_ && input_.empty()) error_ = invalid_field("'input' is required", "input");
        if (!error_) error_ = read_response_input(input_, request_);
        return error_;
    }

  private:
    Error member_of_body(std::string_view name, Json value) {
        if (is_of_the_exchange(name)) return {};
        if (name == "input") return keep(input_, value);
        if (name == "instructions") return keep(instructions_, value);
        if (name == "tools") return keep(tools_, value);
        if (name == "tool_choice") return keep(tool_choice_, value);
        if (name == "text") return text(value);
        if (name == "reasoning") return reasoning(value);
        if (name == "max_output_tokens") return output_bound(value);
        if (name == "safety_identifier") return safety_identifier(value);
        if (name == "include") return include(value);
        if (name == "parallel_tool_calls") {
            request_.tool_choice.one_at_a_time = value == "false";
            return {};
        }
        const auto fulfilled = [&](const Fulfilled& is_so) { return is_so.name == name && is_so.value == value; };
        if (std::ranges::any_of(kFulfilled, fulfilled)) return {};
        const auto known = parameter_named(name, kKnownParameters);
        const bool replaced = name == "user" && !request_[Parameter::user].name.empty();  // by `safety_identifier`
        if (!known || replaced) {
            note_unknown(std::string(name));
        } else {
            request_.set(*known, openai_name(*known), value);
        }
        return {};
    }

    static bool is_of_the_exchange(std::string_view name) {
        return name == "model" || name == "stream" || name == "stream_options" ||
               std::ranges::find(kGatewayOnly, name) != kGatewayOnly.end();
    }
    static Error keep(Json& kept, Json value) {
        kept = value;
        return {};
    }
    void note_unknown(std::string name) { request_.unknown.push_back(request_.keep(std::move(name))); }

    void instructions() {
        if (instructions_.empty()) return;
        if (!is_text(instructions_)) {
            error_ = invalid_field("'instructions' must be a string", "instructions");
            return;
        }
        const auto at = static_cast<std::uint32_t>(request_.parts.size());
        request_.turns.push_back({.role = Turn::Role::system, .begin = at, .end = at + 1});
        request_.parts.push_back({.kind = Part::Kind::text, .text = spelt(instructions_)});
    }

    // The newer name of `user`.
    Error safety_identifier(Json value) {
        if (!request_[Parameter::user].name.empty()) note_unknown("user");
        request_.set(Parameter::user, "safety_identifier", value);
        return {};
    }

    // Sealed reasoning is given to every client. What else may be asked for, another dialect's answers do not have.
    Error include(Json list) {
        each_element(list, [&](Json one) {
            if (one != R"("reasoning.encrypted_content")") note_unknown("include." + plain(spelt(one)));
        });
        return {};
    }

    Error output_bound(Json value) {
        const auto tokens = whole_number(value);
        if (!tokens) return invalid_field("'max_output_tokens' must be a whole number", "max_output_tokens");
        request_.output_bound = std::max<std::int64_t>(*tokens, 1);
        return {};
    }

    Error text(Json value) {
        if (!is_object(value)) return invalid_field("'text' must be an object", "text");
        note_unknown_members(value, "text", std::array{"format"sv, "verbosity"sv}, request_);
        const Json verbosity = member(value, "verbosity"), format = member(value, "format");
        if (says_something(verbosity)) request_.set(Parameter::verbosity, "text.verbosity", verbosity);
        return says_something(format) ? output_format(format) : Error();
    }

    Error output_format(Json format) {
        using Kind = OutputFormat::Kind;
        constexpr std::string_view kField = "text.format";
        const Spelt type = spelt(member(format, "type"));
        request_.output_field = kField;
        if (spells(type, "text")) return {};
        if (spells(type, "json_object")) {
            request_.output.kind = Kind::json_object;
            return {};
        }
        const Json schema = member(format, "schema"), strict = member(format, "strict");
        if (!spells(type, "json_schema") || !is_object(schema)) {
            return invalid_field("'text.format' must be text, json_object or a json_schema with its schema", kField);
        }
        request_.output = {.kind = Kind::json_schema,
                           .name = spelt(member(format, "name")),
                           .description = spelt(member(format, "description")),
                           .schema = schema,
                           .strict = says_something(strict) ? strict : Json()};
        return {};
    }

    // OpenAI's, with OpenRouter's `enabled` and `max_tokens`. Reasoning is shown whether or not a summary is asked for.
    Error reasoning(Json value) {
        if (!is_object(value)) return invalid_field("'reasoning' must be an object", "reasoning");
        note_unknown_members(value, "reasoning",
                             std::array{"effort"sv, "summary"sv, "generate_summary"sv, "enabled"sv, "max_tokens"sv},
                             request_);
        const Json effort = member(value, "effort"), enabled = member(value, "enabled"),
                   tokens = member(value, "max_tokens");
        ReasoningWish& wish = request_.reasoning;
        if (says_something(effort)) {
            const auto named = effort_named(spelt(effort));
            if (!named) {
                return invalid_field("'reasoning.effort' is no effort that is known", "reasoning.effort");
            }
            wish = {.field = "reasoning", .effort = *named};
        }
        if (enabled == "true" && wish.field.empty()) wish.field = "reasoning";
        if (enabled == "false") wish = {.field = "reasoning", .effort = Effort::none};
        if (!says_something(tokens)) return {};
        const auto number = whole_number(tokens);
        if (!number || *number < 0) {
            return invalid_field("'reasoning.max_tokens' must be a whole number", "reasoning.max_tokens");
        }
        wish.field = "reasoning";
        wish.tokens = *number;
        return {};
    }

    ChatRequest& request_;
    Error error_;
    Json input_, instructions_, tools_, tool_choice_;
};

}  // namespace

Error check_is_stateless(std::string_view body) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    std::string field;
    std::size_t index = 0;
    each_member(body, [&](std::string_view name, Json value) {
        const bool keeps = (name == "store" || name == "background") && value == "true";
        const bool refers = name == "previous_response_id" || name == "conversation" || name == "prompt";
        if (keeps || (refers && says_something(value))) field = name;
        if (name != "input") return;
        each_element(value, [&](Json item) {
            if (spells(spelt(member(item, "type")), "item_reference")) field = "input[" + std::to_string(index) + "]";
            ++index;
        });
    });
    if (field.empty()) return {};
    return invalid_field(
        "'" + field + "' needs a stored response, and none is stored here: send the whole input, and store: false",
        field);
}

Error read_responses_request(std::string_view body, ChatRequest& request) {
    if (Error error = check_is_stateless(body)) return error;
    body.remove_prefix(std::min(body.find('{'), body.size()));
    return Reader(request).read(body);
}

}  // namespace tollgate
