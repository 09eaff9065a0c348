#include "gateway/chat/passed_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <string>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/model_name.h"
#include "gateway/chat/model_call.h"
#include "gateway/text/ascii.h"
#include "gateway/text/multipart.h"

namespace tollgate {
namespace {

TextSpan span_of(std::string_view part, std::string_view body) {
    const auto begin = static_cast<std::uint32_t>(part.data() - body.data());
    return {begin, begin + static_cast<std::uint32_t>(part.size())};
}

// Two of them, and the provider may take the other one.
Error take_model(std::string name, std::string_view value, std::string_view body, BodyFacts& facts) {
    if (facts.has_model) return invalid_field("'model' stands twice", "model");
    if (name.empty()) return invalid_field("'model' must have 1 to 128 bytes", "model");
    if (Error error = check_model_name(name, "model")) return error;
    facts.has_model = true;
    facts.model = std::move(name);
    facts.model_value = span_of(value, body);
    return {};
}

Error take_choices(std::string_view text, BodyFacts& facts) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), facts.choices);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (whole && facts.choices >= 1 && facts.choices <= static_cast<std::int64_t>(kMostChoices)) return {};
    return invalid_field("'n' must be a whole number from 1 to " + std::to_string(kMostChoices), "n");
}

// What says where the request goes is this gateway's: no provider is told.
TextSpan* routing_value(std::string_view name, BodyFacts& facts) {
    return name == "provider" ? &facts.provider_value : name == "models" ? &facts.models_value : nullptr;
}

Error read_member(std::string_view name, const JsonMember& member, std::string_view body, BodyFacts& facts) {
    constexpr std::array<std::string_view, 3> kPrompt = {"input", "prompt", "instructions"};
    const Json value = member.value.of(body);
    if (TextSpan* const routing = routing_value(name, facts)) {
        *routing = value == "null" ? TextSpan() : member.value;
    } else if (value == "null") {
        if (name == "model") facts.model_value = member.value;  // of a default, it stands there
    } else if (name == "model") {
        return is_text(value) ? take_model(plain(spelt(value)), value, body, facts)
                              : invalid_field("'model' must be a string", "model");
    } else if (name == "n") {
        return take_choices(value, facts);
    } else if (std::ranges::find(kPrompt, name) != kPrompt.end()) {
        facts.prompt_bytes += static_cast<std::int64_t>(value.size());
    }
    return {};
}

Error read_json(std::string_view body, std::size_t max_depth, BodyFacts& facts) {
    if (!is_json(body, max_depth)) return {ErrorKind::invalid_json, "the body is not valid JSON"};
    const std::size_t begin = std::min(body.find_first_not_of(" \t\r\n"), body.size());
    if (!is_object(body.substr(begin))) return invalid_field("the body must be a JSON object", {});
    JsonMembers members(body, begin);
    std::string unescaped_key;
    while (const auto member = members.next()) {
        if (facts.members.size() == kMaxMembers) {
            return invalid_field("more than " + std::to_string(kMaxMembers) + " members in the body", {});
        }
        const std::string_view name = key_name(member->key.of(body), unescaped_key);
        if (Error error = read_member(name, *member, body, facts)) return error;
        facts.members.push_back(*member);
        facts.gateway_only.push_back(routing_value(name, facts) != nullptr);
    }
    return {};
}

// A form has them as JSON, each in one part. Some clients write an object as a part for each member.
Error read_routing_part(const FormPart& part, std::string_view body, std::size_t max_depth, BodyFacts& facts) {
    const std::string name = part.name.substr(0, part.name.find('['));
    TextSpan* const routing = routing_value(name, facts);
    if (routing == nullptr) return {};
    if (name != part.name || part.is_file || routing->size() > 0 || !is_json(part.value, max_depth)) {
        return invalid_field("'" + name + "' of a form must be one part that holds JSON", name);
    }
    *routing = span_of(part.value, body);
    facts.members.push_back({span_of(part.whole, body), *routing});
    facts.gateway_only.push_back(true);
    return {};
}

Error read_parts(std::string_view body, std::string_view boundary, std::size_t max_depth, BodyFacts& facts) {
    const auto parts = read_form(body, boundary);
    if (!parts) return parts.error();
    for (const FormPart& part : *parts) {
        if (Error error = read_routing_part(part, body, max_depth, facts)) return error;
        if (part.is_file) {
            facts.prompt_extra_tokens += static_cast<std::int64_t>(part.value.size() / kFileBytesPerToken + 1);
            continue;
        }
        facts.prompt_bytes += static_cast<std::int64_t>(part.value.size());
        Error error;
        if (part.name == "model") {
            error = take_model(std::string(part.value), part.value, body, facts);
            facts.model_is_plain = true;
        }
        if (part.name == "n") error = take_choices(part.value, facts);
        if (error) return error;
    }
    if (facts.has_model) return {};
    return {ErrorKind::model_required, "a form must name its model, in a part 'model'", "model"};
}

}  // namespace

Error read_passed_request(std::string_view body, std::string_view content_type, std::size_t max_depth,
                          BodyFacts& facts) {
    facts.prompt_is_text = false;
    const std::string boundary = form_boundary(content_type);
    if (!boundary.empty()) return read_parts(body, boundary, max_depth, facts);
    // A form's content type without its boundary is no JSON either.
    return read_json(body, max_depth, facts);
}

Error check_account_path(std::string_view path) {
    const auto is_plain = [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '_' || c == '.'; };
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    for (const auto segment : std::views::split(path, '/')) {
        const std::string_view name(segment.begin(), segment.end());
        // "." and ".." are what they are to every server.
        const bool is_name = name.find_first_not_of('.') != std::string_view::npos;
        if (!is_name || !std::ranges::all_of(name, is_plain)) {
            return {ErrorKind::invalid_request,
                    "an id of a file or a batch may have letters, digits, '-', '_' and '.' only"};
        }
    }
    return {};
}

}  // namespace tollgate
