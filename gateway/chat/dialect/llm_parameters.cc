#include "gateway/chat/dialect/llm_parameters.h"

#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

using simdjson::dom::element;
using Type = LlmParameter::Type;

constexpr std::size_t kMostNameShown = 64;

Error invalid(std::string_view name, const std::string& what) {
    const std::string field = "parameters." + std::string(cut_utf8(name, kMostNameShown));
    return invalid_field("'" + field + "' " + what, field);
}

std::string range_of(const LlmParameter& parameter) {
    if (parameter.least == INT64_MIN) return {};
    return " from " + std::to_string(parameter.least) + " to " + std::to_string(parameter.most);
}

bool has_word(std::string_view choices, std::string_view word) {
    while (!choices.empty()) {
        const std::string_view one = choices.substr(0, choices.find('|'));
        if (one == word) return true;
        choices.remove_prefix(std::min(choices.size(), one.size() + 1));
    }
    return false;
}

// The value as JSON; empty: it is none that the parameter may have.
std::string text_of(const LlmParameter& parameter, const element& value) {
    if (double number = 0; parameter.type == Type::number) {
        const bool is_number = value.is_number() && value.get(number) == simdjson::SUCCESS;
        const bool fits =
            number >= static_cast<double>(parameter.least) && number <= static_cast<double>(parameter.most);
        return is_number && fits ? simdjson::minify(value) : std::string();
    }
    if (std::int64_t number = 0; parameter.type == Type::integer) {
        const bool fits =
            value.get(number) == simdjson::SUCCESS && number >= parameter.least && number <= parameter.most;
        return fits ? simdjson::minify(value) : std::string();
    }
    if (std::string_view word; parameter.type == Type::word) {
        return value.get(word) == simdjson::SUCCESS && has_word(parameter.choices, word) ? simdjson::minify(value)
                                                                                         : std::string();
    }
    if (value.is_string()) return "[" + simdjson::minify(value) + "]";
    simdjson::dom::array texts;
    if (value.get(texts) != simdjson::SUCCESS) return {};
    const auto count = static_cast<std::int64_t>(texts.size());
    const bool all_texts = std::ranges::all_of(texts, [](const element& one) { return one.is_string(); });
    return all_texts && count >= parameter.least && count <= parameter.most ? simdjson::minify(value) : std::string();
}

std::string wanted(const LlmParameter& parameter) {
    switch (parameter.type) {
        case Type::number:
            return "must be a number" + range_of(parameter);
        case Type::integer:
            return "must be a whole number" + range_of(parameter);
        case Type::word:
            return "must be one of " + std::string(parameter.choices);
        default:
            return "must be a text, or a list of 1 to " + std::to_string(parameter.most) + " texts";
    }
}

}  // namespace

const LlmParameter* find_llm_parameter(std::string_view name) {
    const auto found = std::ranges::find(kLlmParameters, name, &LlmParameter::name);
    return found == kLlmParameters.end() ? nullptr : &*found;
}

bool same_parameter(std::string_view name, std::string_view other) {
    if (name == other) return true;
    // `reasoning` is an object in which requests say what reasoning_effort says; it is no parameter that is kept.
    const auto group_of = [](std::string_view one) {
        const LlmParameter* const known = find_llm_parameter(one);
        return known != nullptr ? known->group : one == "reasoning" ? one : std::string_view();
    };
    const std::string_view group = group_of(name);
    return !group.empty() && group == group_of(other);
}

bool takes_parameter(ModelCall call, std::string_view name) {
    if (call == ModelCall::embeddings) return false;
    const LlmParameter* const known = find_llm_parameter(name);
    return known != nullptr && (call == ModelCall::chat || known->completions);
}

Error read_llm_parameters(std::string_view text, const TakeParameter& take) {
    if (text.size() > kMostParameterBytes) {
        return invalid_field("'parameters' is longer than " + std::to_string(kMostParameterBytes) + " bytes",
                             "parameters");
    }
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(simdjson::padded_string(text)).get(object) != simdjson::SUCCESS) {
        return invalid_field("'parameters' must be a JSON object", "parameters");
    }
    std::vector<std::string_view> taken;
    for (const auto& [name, value] : object) {
        if (value.is_null()) continue;
        const LlmParameter* const known = find_llm_parameter(name);
        if (known == nullptr) return invalid(name, "is no parameter that can be kept");
        std::string json = text_of(*known, value);
        if (json.empty()) return invalid(name, wanted(*known));
        const auto other =
            std::ranges::find_if(taken, [&](std::string_view one) { return same_parameter(one, known->name); });
        if (other != taken.end()) return invalid(name, "says the same as '" + std::string(*other) + "'");
        taken.push_back(known->name);
        take(known->name, std::move(json));
    }
    return {};
}

}  // namespace tollgate
