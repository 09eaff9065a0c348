#include "gateway/chat/dialect/prompt_measure.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/chat/dialect/prompt_carriers.h"
#include "gateway/chat/dialect/prompt_faults.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

using simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;
using Type = simdjson::dom::element_type;

std::int64_t divided_up(std::int64_t amount, std::int64_t by) { return (amount + by - 1) / by; }

std::int64_t length(const element& string) {
    return static_cast<std::int64_t>(string.get_string_length().value_unsafe());
}

void add_text(std::int64_t bytes, BodyFacts& facts) { facts.prompt_bytes += bytes; }

void add_tokens(std::int64_t tokens, BodyFacts& facts) {
    facts.prompt_extra_tokens += tokens;
    facts.prompt_is_text = false;
}

std::int64_t decoded(std::int64_t base64_bytes) { return base64_bytes / 4 * 3; }

// --- What media cost, by their size in base64; 0: they are only named.

void add_sound(std::int64_t base64_bytes, bool wav, BodyFacts& facts) {
    const std::int64_t rate = wav ? kBytesPerSecondOfWav : kBytesPerSecondOfSound;
    const std::int64_t seconds = base64_bytes == 0 ? kSecondsOfReference : divided_up(decoded(base64_bytes), rate);
    add_tokens(seconds * kTokensPerSecondOfSound, facts);
}

void add_video(std::int64_t base64_bytes, BodyFacts& facts) {
    const std::int64_t seconds =
        base64_bytes == 0 ? kSecondsOfReference : divided_up(decoded(base64_bytes), kBytesPerSecondOfVideo);
    add_tokens(seconds * kTokensPerSecondOfVideo, facts);
}

void add_file(std::int64_t base64_bytes, BodyFacts& facts) {
    const std::int64_t pages = base64_bytes == 0 ? kPagesOfReference : divided_up(decoded(base64_bytes), kBytesPerPage);
    add_tokens(pages * kTokensPerPage, facts);
}

void add_media(std::string_view media_type, std::int64_t base64_bytes, BodyFacts& facts) {
    if (media_type.starts_with("image/")) {
        add_tokens(kTokensPerImage, facts);
    } else if (media_type.starts_with("audio/")) {
        add_sound(base64_bytes, media_type.find("wav") != std::string_view::npos, facts);
    } else if (media_type.starts_with("video/")) {
        add_video(base64_bytes, facts);
    } else if (media_type.starts_with("text/")) {
        facts.prompt_is_text = false;
        add_text(decoded(base64_bytes), facts);
    } else {
        add_file(base64_bytes, facts);
    }
}

// --- Strings that carry something.

bool in_base64(char c) {
    return is_ascii_alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=' || c == '\r' ||
           c == '\n';
}

// Of a member that is not known.
void measure_string(std::string_view text, BodyFacts& facts) {
    const auto bytes = static_cast<std::int64_t>(text.size());
    if (const std::string_view type = data_url_type(text); !type.empty()) return add_media(type, bytes, facts);
    if (text.size() >= kLeastTransportBytes && std::ranges::all_of(text, in_base64)) return add_file(bytes, facts);
    add_text(bytes, facts);
}

// Whether it holds the media themselves; addresses and ids are shorter, or are no base64.
bool holds_data(std::string_view text) {
    return text.starts_with("data:") || (text.size() >= kLeastTransportBytes && !text.starts_with("http"));
}

void measure_media(Carries carries, const element& value, BodyFacts& facts) {
    const std::string_view longest = longest_string(value);
    const std::int64_t bytes = holds_data(longest) ? static_cast<std::int64_t>(longest.size()) : 0;
    const bool object = value.type() == Type::OBJECT;
    const std::string_view type = media_type_of(value, longest);
    switch (carries) {
        case Carries::sound:
            return add_sound(bytes, object && string_member(Object(value), {"format"}) == "wav", facts);
        case Carries::video:
            return add_video(bytes, facts);
        case Carries::file:
            return bytes > 0 && !type.empty() ? add_media(type, bytes, facts) : add_file(bytes, facts);
        case Carries::images:
            return add_tokens(
                kTokensPerImage * (value.type() == Type::ARRAY ? static_cast<std::int64_t>(Array(value).size()) : 1),
                facts);
        case Carries::media:
            if (!type.empty()) return add_media(type, bytes, facts);
            [[fallthrough]];
        default:
            return add_tokens(kTokensPerImage, facts);
    }
}

// --- Values.

// As many bytes as it takes as JSON.
std::int64_t number_bytes(const element& value) {
    char text[32];
    if (std::int64_t number = 0; value.get(number) == simdjson::SUCCESS) {
        return std::to_chars(std::begin(text), std::end(text), number).ptr - text;
    }
    return static_cast<std::int64_t>(simdjson::minify(value).size());
}

// The mark of what the provider is to keep for an hour. Others may have such a member, too: they hold more than need
// be.
bool is_hour_mark(std::string_view key, const element& value) {
    std::string_view text;
    return key == "ttl" && value.get(text) == simdjson::SUCCESS && text == "1h";
}

void measure_member(std::string_view key, const element& value, BodyFacts& facts);

// An object or a list, as JSON text; strings in it may carry something.
void measure_structure(const element& value, BodyFacts& facts) {
    constexpr std::int64_t kBrackets = 2, kSeparator = 1, kQuotes = 2, kColon = 1;
    std::int64_t items = 0;
    if (value.type() == Type::OBJECT) {
        for (const auto field : Object(value)) {
            add_text(static_cast<std::int64_t>(field.key.size()) + kQuotes + kColon, facts);
            if (field.value.type() == Type::STRING) add_text(kQuotes, facts);
            if (is_hour_mark(field.key, field.value)) facts.keeps_for_an_hour = true;
            measure_member(field.key, field.value, facts);
            ++items;
        }
    } else {
        for (const element item : Array(value)) {
            if (item.type() == Type::STRING) add_text(kQuotes, facts);
            measure_member({}, item, facts);
            ++items;
        }
    }
    add_text(kBrackets + kSeparator * std::max<std::int64_t>(items - 1, 0), facts);
}

// Inside a structure: the few members that carry no text are known by name, too.
void measure_member(std::string_view key, const element& value, BodyFacts& facts) {
    if (value.type() == Type::OBJECT || value.type() == Type::ARRAY) return measure_structure(value, facts);
    if (value.type() != Type::STRING) return add_text(number_bytes(value), facts);
    const Carries carries = carried_by(key);
    if (carries == Carries::sealed) return add_tokens(divided_up(length(value), kSealedCharactersPerToken), facts);
    if (carries == Carries::text) return add_text(length(value), facts);
    measure_string(std::string_view(value), facts);
}

// OpenRouter's: the text that stands in `reasoning` once more, or what the provider sealed.
void measure_reasoning_details(const element& details, bool text_stands_elsewhere, BodyFacts& facts) {
    if (details.type() != Type::ARRAY) return;
    for (const element detail : Array(details)) {
        if (detail.type() != Type::OBJECT) continue;
        for (const auto field : Object(detail)) {
            if (field.value.type() != Type::STRING || field.key == "type" || field.key == "format") continue;
            const bool text = carried_by(field.key) == Carries::text;
            if (text && !text_stands_elsewhere) add_text(length(field.value), facts);
            if (!text) add_tokens(divided_up(length(field.value), kSealedCharactersPerToken), facts);
        }
    }
}

void measure_sealed(std::string_view sealed, BodyFacts& facts) {
    note_seal_faults(sealed, facts.faults);
    add_tokens(divided_up(static_cast<std::int64_t>(sealed.size()), kSealedCharactersPerToken), facts);
}

// A member of a message or of a part, whatever stands beside it.
void measure_named(std::string_view key, const element& value, BodyFacts& facts) {
    const Type type = value.type();
    if (type != Type::STRING && type != Type::OBJECT && type != Type::ARRAY) return;
    const Carries carries = carried_by(key);
    switch (carries) {
        case Carries::nothing:
            if (key == "citations") note_citation_faults(value, facts.faults);
            return;
        case Carries::sealed:
            return measure_sealed(longest_string(value), facts);
        case Carries::text:
            return type == Type::STRING ? add_text(length(value), facts) : measure_content(value, facts);
        case Carries::unknown:
            return type == Type::STRING ? measure_string(std::string_view(value), facts)
                                        : measure_structure(value, facts);
        default:
            return measure_media(carries, value, facts);
    }
}

void measure_part(const Object& part, PartsBefore& before, BodyFacts& facts) {
    const std::string_view type = string_member(part, {"type"});
    note_part_faults(part, type, before, facts.faults);
    const bool sealed = type == "redacted_thinking";
    for (const auto field : part) {
        if (field.key == "text" && field.value.type() == Type::STRING) {
            add_text(length(field.value), facts);
            if (length(field.value) == 0 && type == "text") facts.faults.history = true;
        } else if (field.key == "type" && field.value.type() == Type::STRING) {
            if (std::string_view(field.value) != "text") facts.prompt_is_text = false;
        } else if (field.key == "parts") {  // of Gemini's instructions
            measure_content(field.value, facts);
        } else if (sealed && field.key == "data") {
            measure_named("encrypted_content", field.value, facts);
        } else {
            note_medium(field.key, field.value, type, facts.media);
            measure_named(field.key, field.value, facts);
        }
    }
}

void measure_message(const Object& message, BodyFacts& facts) {
    std::string_view type, role;
    for (const auto field : message) {
        if (field.key == "type") static_cast<void>(field.value.get(type));
        if (field.key == "content" || field.key == "parts") {  // the latter is Gemini's
            measure_content(field.value, facts);
        } else if (field.key == "reasoning_details") {
            const bool elsewhere = !string_member(message, {"reasoning", "reasoning_content"}).empty();
            measure_reasoning_details(field.value, elsewhere, facts);
        } else if (field.key != "role") {
            measure_named(field.key, field.value, facts);
        } else if (field.value.get(role) == simdjson::SUCCESS) {
            facts.has_system_message = facts.has_system_message || role == "system" || role == "developer";
        }
    }
    note_message_faults(message, type, role, facts.faults);
}

// Members that are long and text, and those that are no part of the prompt.
constexpr std::array<std::string_view, 8> kText = {"tools",         "functions",  "response_format", "tool_choice",
                                                   "function_call", "prediction", "suffix",          "instructions"};
constexpr std::array<std::string_view, 5> kNotPrompt = {"metadata", "logit_bias", "stop", "modalities", "model"};

// Tools are marked themselves, or in their `function`; their schemas are not looked through.
constexpr int kLevelsOfTools = 4, kLevelsOfOthers = 5;

bool has_hour_mark(const element& value, int levels) {
    if (levels == 0) return false;
    if (value.type() == Type::ARRAY) {
        for (const element item : Array(value)) {
            if (has_hour_mark(item, levels - 1)) return true;
        }
    } else if (value.type() == Type::OBJECT) {
        for (const auto field : Object(value)) {
            if (is_hour_mark(field.key, field.value) || has_hour_mark(field.value, levels - 1)) return true;
        }
    }
    return false;
}

}  // namespace

void measure_content(const element& content, BodyFacts& facts) {
    PartsBefore before;
    if (content.type() == Type::STRING) return add_text(length(content), facts);
    if (content.type() == Type::OBJECT) return measure_part(Object(content), before, facts);
    if (content.type() != Type::ARRAY) return;
    for (const element part : Array(content)) {
        if (part.type() == Type::OBJECT) {
            measure_part(Object(part), before, facts);
        } else if (part.type() == Type::STRING || part.type() == Type::ARRAY) {
            measure_content(part, facts);
        } else {
            add_tokens(1, facts);  // a token id
        }
    }
    if (before.ends_thinking) facts.faults.history = true;
}

void measure_messages(const element& messages, BodyFacts& facts) {
    if (messages.type() != Type::ARRAY) return;
    for (const element message : Array(messages)) {
        facts.prompt_extra_tokens += kTokensPerMessage;
        if (message.type() == Type::OBJECT) measure_message(Object(message), facts);
    }
}

std::vector<PromptSize> message_sizes(std::string_view messages) {
    std::vector<PromptSize> sizes;
    JsonParser parser;
    Array list;
    if (parser.parse(messages.data(), messages.size()).get(list) != simdjson::SUCCESS) return sizes;
    sizes.reserve(list.size());
    BodyFacts facts;
    for (const element message : list) {
        facts.prompt_bytes = 0;
        facts.prompt_extra_tokens = kTokensPerMessage;
        if (message.type() == Type::OBJECT) measure_message(Object(message), facts);
        sizes.push_back({facts.prompt_bytes, facts.prompt_extra_tokens});
    }
    return sizes;
}

void measure_beside(std::string_view key, const element& value, std::size_t raw_bytes, BodyFacts& facts) {
    if (!value.is_object() && !value.is_array() && !value.is_string()) return;
    if (std::ranges::find(kNotPrompt, key) != kNotPrompt.end()) return;
    const bool text = std::ranges::find(kText, key) != kText.end();
    if (raw_bytes < kLeastTransportBytes || text) {
        if (has_hour_mark(value, text ? kLevelsOfTools : kLevelsOfOthers)) facts.keeps_for_an_hour = true;
        return add_text(static_cast<std::int64_t>(raw_bytes), facts);
    }
    measure_member(key, value, facts);
}

}  // namespace tollgate
