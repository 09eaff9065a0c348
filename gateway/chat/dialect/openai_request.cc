#include "gateway/chat/dialect/openai_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/dialect/gateway_members.h"
#include "gateway/chat/dialect/middle_out.h"
#include "gateway/chat/dialect/model_name.h"
#include "gateway/chat/dialect/prompt_measure.h"
#include "gateway/chat/model_call.h"
#include "gateway/chat/request_tags.h"

namespace tollgate {
namespace {

using simdjson::dom::element;
using Type = simdjson::dom::element_type;

struct CountRange {
    std::int64_t least, most;
};

Error read_count(std::string_view name, const element& value, CountRange range, std::int64_t& out) {
    if (value.is_null()) return {};
    std::int64_t number = 0;
    if (value.get(number) != simdjson::SUCCESS || number < range.least || number > range.most) {
        return invalid_field("'" + std::string(name) + "' must be a whole number from " + std::to_string(range.least) +
                                 " to " + std::to_string(range.most),
                             name);
    }
    out = std::max(out, number);
    return {};
}

Error read_flag(std::string_view name, const element& value, bool& out) {
    if (value.is_null()) return {};
    if (value.get(out) == simdjson::SUCCESS) return {};
    return invalid_field("'" + std::string(name) + "' must be true or false", name);
}

Error read_short_text(std::string_view name, const element& value, std::string& out) {
    if (value.is_null()) return {};
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
        return invalid_field("'" + std::string(name) + "' must be a string", name);
    out = cut_utf8(text, kMostLabelBytes);
    return {};
}

// `text` holds `value` at `begin`: where include_usage stands is kept, however its name is written.
Error read_stream_options(const element& value, std::string_view text, std::size_t begin, BodyFacts& facts) {
    if (value.is_null()) return {};
    if (value.type() != Type::OBJECT) return invalid_field("'stream_options' must be an object", "stream_options");
    JsonMembers members(text, begin);
    for (const auto field : simdjson::dom::object(value)) {
        const auto member = members.next();
        if (field.key != "include_usage") continue;
        if (facts.include_usage_member) return invalid_field("'include_usage' stands twice", "stream_options");
        facts.include_usage_member = member;
        if (auto error = read_flag("stream_options.include_usage", field.value, facts.include_usage)) return error;
    }
    return {};
}

constexpr std::int64_t kMostTokens = 100'000'000;

Error read_model(const element& value, const JsonMember& member, BodyFacts& facts) {
    if (facts.has_model) return invalid_field("'model' stands twice", "model");
    facts.has_model = true;
    facts.model_value = member.value;
    if (value.is_null()) return {};
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return invalid_field("'model' must be a string", "model");
    return take_model_name(text, facts);
}

Error read_preset(const element& value, BodyFacts& facts) {
    if (value.is_null()) return {};
    std::string_view slug;
    if (value.get(slug) != simdjson::SUCCESS) return invalid_field("'preset' must be a string", "preset");
    return take_preset(slug, "preset", facts);
}

// LiteLLM's clients name tags there, as a list. OpenAI's own metadata has texts only: it is the provider's.
Error read_metadata(const element& value, BodyFacts& facts) {
    constexpr std::string_view kTags = "metadata.tags";
    simdjson::dom::object metadata;
    simdjson::dom::array tags;
    if (value.get(metadata) != simdjson::SUCCESS || metadata["tags"].get(tags) != simdjson::SUCCESS) return {};
    facts.gateway_only.back() = true;
    for (const element one : tags) {
        std::string_view tag;
        if (one.get(tag) != simdjson::SUCCESS) return invalid_field("'metadata.tags' must be a list of strings", kTags);
        if (Error error = add_tag(tag, kTags, facts.tags)) return error;
    }
    return {};
}

// How many tokens may come. None at all, as who scores a text with echo and logprobs asks, is held as one token.
Error read_bound(std::string_view key, const element& value, BodyFacts& facts) {
    if (auto error = read_count(key, value, {0, kMostTokens}, facts.output_bound)) return error;
    if (facts.output_bound == 0 && !value.is_null()) facts.output_bound = 1;
    return {};
}

Error read_choices(std::string_view key, const element& value, BodyFacts& facts) {
    const std::int64_t least = key == "best_of" ? 0 : 1;  // as OpenAI's schema has it
    return read_count(key, value, {least, static_cast<std::int64_t>(kMostChoices)}, facts.choices);
}

template <std::size_t kCount>
std::size_t place_of(std::string_view key, const std::array<std::string_view, kCount>& names) {
    return key.empty() ? kCount : static_cast<std::size_t>(std::ranges::find(names, key) - names.begin());
}

// What may stand once, since readers differ in which of two they believe.
struct Seen {
    bool stream = false, reply_options = false, bound = false, choices = false;
};

Error only_once(std::string_view key, bool& seen) {
    if (std::exchange(seen, true)) return invalid_field("'" + std::string(key) + "' stands twice", key);
    return {};
}

// Gemini's generationConfig, whose members have two spellings each.
Error read_reply_options(std::string_view key, const element& value, const BodyNames& names, BodyFacts& facts,
                         Seen& seen) {
    if (Error error = only_once(key, seen.reply_options)) return error;
    simdjson::dom::object options;
    if (value.get(options) != simdjson::SUCCESS) return {};  // its reader names what is wrong
    for (const auto field : options) {
        const bool bound = place_of(field.key, names.bounds) < names.bounds.size();
        const bool choices = place_of(field.key, names.choices) < names.choices.size();
        Error error = bound ? only_once(field.key, seen.bound) : choices ? only_once(field.key, seen.choices) : Error();
        if (error) return error;
        if (field.value.is_null()) continue;
        if (facts.reply_options.size() < kMaxMembers) facts.reply_options.emplace_back(field.key);
        if (bound) error = read_bound(field.key, field.value, facts);
        if (choices) error = read_choices(field.key, field.value, facts);
        if (error) return error;
        note_paid_extras(field.key, field.value, facts.extras);
    }
    return {};
}

void read_prompt(const element& value, const JsonMember& member, const BodyNames& names, BodyFacts& facts) {
    facts.messages_value = member.value;
    if (names.prompt_is_messages && value.is_array()) {
        measure_messages(value, facts);
    } else {
        measure_content(value, facts);
    }
}

Error read_stream(const element& value, BodyFacts& facts, Seen& seen) {
    if (Error error = only_once("stream", seen.stream)) return error;
    return read_flag("stream", value, facts.stream);
}

// Members that say where the request goes; whoever plans it reads them. The last of a name counts, as elsewhere.
void note_routing(std::string_view key, const element& value, const JsonMember& member, BodyFacts& facts) {
    TextSpan* const span = key == "models"             ? &facts.models_value
                           : key == "provider"         ? &facts.provider_value
                           : key == "prompt_cache_key" ? &facts.cache_key_value
                                                       : nullptr;
    if (span != nullptr) *span = value.is_null() ? TextSpan() : member.value;
}

Error read_member(std::string_view key, const element& value, const JsonMember& member, std::string_view text,
                  const BodyNames& names, BodyFacts& facts, Seen& seen) {
    if (key == "model") return names.model_in_path ? Error() : read_model(value, member, facts);
    if (!names.model_in_path) {
        if (key == "stream") return read_stream(value, facts, seen);
    }
    if (key == "stream_options") {
        if (facts.has_stream_options) return invalid_field("'stream_options' stands twice", "stream_options");
        facts.has_stream_options = true;
        facts.stream_options_value = member.value;
        return read_stream_options(value, text, member.value.begin, facts);
    }
    if (!names.reply_options.empty() && (key == names.reply_options || key == names.reply_options_snake_case)) {
        return read_reply_options(key, value, names, facts, seen);
    }
    if (const std::size_t bound = place_of(key, names.bounds); bound < names.bounds.size()) {
        if (facts.bound_values[bound].size() > 0) return invalid_field("'" + std::string(key) + "' stands twice", key);
        facts.bound_values[bound] = member.value;
        return read_bound(key, value, facts);
    }
    if (place_of(key, names.choices) < names.choices.size()) return read_choices(key, value, facts);
    if (key == "metadata") {
        if (auto error = read_metadata(value, facts)) return error;
    }
    note_paid_extras(key, value, facts.extras);
    note_routing(key, value, member, facts);
    if (key == names.prompt) {
        read_prompt(value, member, names, facts);
    } else if (place_of(key, names.instructions) < names.instructions.size()) {
        facts.has_system_message = facts.has_system_message || !value.is_null();
        facts.instructions_value = member.value;
        note_instruction_faults(value, facts.faults);
        measure_content(value, facts);
    } else if (key == "user" || key == "safety_identifier") {
        return read_short_text(key, value, facts.end_user);
    } else if (key == "session_id") {
        return read_short_text(key, value, facts.session);
    } else if (key == "preset") {
        return read_preset(value, facts);
    } else if (!facts.gateway_only.back()) {
        measure_beside(key, value, member.value.size(), facts);  // schemas, and what this gateway does not know
    }
    return {};
}

Error check_required(const simdjson::dom::object& object, const BodyNames& names) {
    const std::string_view needed = names.prompt;
    element value;
    if (object[needed].get(value) != simdjson::SUCCESS) {
        return invalid_field("'" + std::string(needed) + "' is required", needed);
    }
    if (!names.prompt_is_messages || (names.prompt_may_be_text && value.type() != Type::ARRAY)) return {};
    if (value.type() != Type::ARRAY) return invalid_field("'" + std::string(needed) + "' must be an array", needed);
    if (simdjson::dom::array(value).size() == 0) {
        return invalid_field("'" + std::string(needed) + "' must not be empty", needed);
    }
    return {};
}

}  // namespace

void BodyFacts::clear() {
    has_model = model_is_plain = stream = include_usage = has_stream_options = false;
    model.clear();
    end_user.clear();
    session.clear();
    tags.clear();
    preset.clear();
    has_system_message = false;
    output_bound = prompt_bytes = prompt_extra_tokens = 0;
    prompt_is_text = true;
    keeps_for_an_hour = false;
    media.clear();
    middle_out = MiddleOut::unset;
    faults.clear();
    extras.clear();
    messages_value = instructions_value = {};
    bound_values = {};
    reply_options.clear();
    model_in_path = false;
    models_value = provider_value = cache_key_value = {};
    choices = 1;
    include_usage_member.reset();
    members.clear();
    gateway_only.clear();
    object_begin = removed = 0;
}

void append_removed(const BodyFacts& facts, std::string& out) {
    bool first = true;
    for (std::size_t i = 0; i < kRemoved; ++i) {
        if ((facts.removed >> i & 1U) == 0) continue;
        if (!first) out += ", ";
        first = false;
        out += kGatewayOnly[i];
    }
}

Error parse_body(JsonParser& parser, std::string_view text, std::size_t max_depth, const BodyNames& names,
                 BodyFacts& facts) {
    facts.clear();
    facts.model_in_path = names.model_in_path;
    if (parser.max_depth() != max_depth && parser.allocate(text.size(), max_depth) != simdjson::SUCCESS) {
        return {ErrorKind::overloaded, "no memory to parse the body"};
    }
    element root;
    const auto parsed = parser.parse(text.data(), text.size(), false).get(root);
    if (parsed == simdjson::DEPTH_ERROR) {
        return {
            ErrorKind::invalid_json,
            "the body is nested deeper than " + std::to_string(max_depth) + " levels",
        };
    }
    if (parsed != simdjson::SUCCESS) {
        return {
            ErrorKind::invalid_json,
            std::string("the body is not valid JSON: ") + simdjson::error_message(parsed),
        };
    }
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return invalid_field("the body must be a JSON object", {});
    facts.object_begin = static_cast<std::uint32_t>(text.find('{'));
    JsonMembers members(text, facts.object_begin);
    Seen seen;
    for (const auto field : object) {
        const auto member = members.next();
        if (!member || facts.members.size() == kMaxMembers) {
            return invalid_field("more than " + std::to_string(kMaxMembers) + " members in the body", {});
        }
        facts.members.push_back(*member);
        const auto known = static_cast<std::size_t>(std::ranges::find(kGatewayOnly, field.key) - kGatewayOnly.begin());
        facts.gateway_only.push_back(known < kGatewayOnly.size());
        if (known < kRemoved && !field.value.is_null() && !take_middle_out(field.key, field.value, facts.middle_out)) {
            facts.removed |= 1U << known;
        }
        if (auto error = read_member(field.key, field.value, *member, text, names, facts, seen)) return error;
    }
    return check_required(object, names);
}

}  // namespace tollgate
