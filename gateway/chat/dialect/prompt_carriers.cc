#include "gateway/chat/dialect/prompt_carriers.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tollgate {
namespace {

using simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;
using Type = simdjson::dom::element_type;

struct Carrier {
    std::string_view key;
    Carries carries;
};

// OpenAI's chat and responses parts, OpenRouter's, Anthropic's, Mistral's, Gemini's and vLLM's; read 2026-11.
constexpr std::array kCarriers = {
    Carrier{"text", Carries::text},
    Carrier{"content", Carries::text},
    Carrier{"arguments", Carries::text},
    Carrier{"name", Carries::text},
    Carrier{"refusal", Carries::text},
    Carrier{"reasoning", Carries::text},
    Carrier{"reasoning_content", Carries::text},
    Carrier{"thinking", Carries::text},
    Carrier{"summary", Carries::text},
    Carrier{"image_url", Carries::image},
    Carrier{"image", Carries::image},
    Carrier{"images", Carries::images},
    Carrier{"input_audio", Carries::sound},
    Carrier{"audio", Carries::sound},
    Carrier{"audio_url", Carries::sound},
    Carrier{"video_url", Carries::video},
    Carrier{"video", Carries::video},
    Carrier{"input_video", Carries::video},
    Carrier{"file", Carries::file},
    Carrier{"file_data", Carries::file},
    Carrier{"file_id", Carries::file},
    Carrier{"file_url", Carries::file},
    Carrier{"document", Carries::file},
    Carrier{"document_url", Carries::file},
    Carrier{"source", Carries::media},
    Carrier{"inline_data", Carries::media},
    Carrier{"inlineData", Carries::media},
    Carrier{"fileData", Carries::media},
    Carrier{"encrypted_content", Carries::sealed},
    Carrier{"signature", Carries::sealed},
    Carrier{"thought_signature", Carries::sealed},
    Carrier{"thoughtSignature", Carries::sealed},
    Carrier{"annotations", Carries::nothing},
    Carrier{"citations", Carries::nothing},
    Carrier{"search_results", Carries::nothing},
    Carrier{"executed_tools", Carries::nothing},
    Carrier{"logprobs", Carries::nothing},
};

// By the type that they name, else by the member or the part that they stand in; none: they are text.
std::optional<Medium> medium_of(Carries carries, std::string_view media_type, std::string_view part_type) {
    if (media_type.starts_with("text/")) return std::nullopt;
    if (media_type.starts_with("image/")) return Medium::image;
    if (media_type.starts_with("audio/")) return Medium::audio;
    if (media_type.starts_with("video/")) return Medium::video;
    if (!media_type.empty()) return Medium::file;
    if (carries == Carries::sound) return Medium::audio;
    if (carries == Carries::video) return Medium::video;
    const bool file = carries == Carries::file || part_type == "document";
    return file && part_type != "input_image" ? Medium::file : Medium::image;
}

}  // namespace

Carries carried_by(std::string_view key) {
    const auto* const found = std::ranges::find(kCarriers, key, &Carrier::key);
    return found == kCarriers.end() ? Carries::unknown : found->carries;
}

std::string_view string_member(const Object& object, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        std::string_view text;
        if (object[key].get(text) == simdjson::SUCCESS) return text;
    }
    return {};
}

std::string_view longest_string(const element& value) {
    if (value.type() == Type::STRING) return std::string_view(value);
    std::string_view longest;
    const auto compare = [&longest](const element& inner) {
        const std::string_view text = longest_string(inner);
        if (text.size() > longest.size()) longest = text;
    };
    if (value.type() == Type::OBJECT) {
        for (const auto field : Object(value)) compare(field.value);
    } else if (value.type() == Type::ARRAY) {
        for (const element item : Array(value)) compare(item);
    }
    return longest;
}

std::string_view data_url_type(std::string_view text) {
    constexpr std::string_view kScheme = "data:";
    constexpr std::size_t kMostTypeBytes = 128;
    if (!text.starts_with(kScheme)) return {};
    const std::string_view head = text.substr(kScheme.size(), kMostTypeBytes);
    const std::size_t end = head.find_first_of(";,");
    return end == std::string_view::npos || end == 0 ? std::string_view() : head.substr(0, end);
}

std::string_view media_type_of(const element& value, std::string_view longest) {
    if (const std::string_view type = data_url_type(longest); !type.empty()) return type;
    if (value.type() != Type::OBJECT) return {};
    return string_member(Object(value), {"media_type", "mime_type", "mimeType"});
}

void note_medium(std::string_view key, const element& value, std::string_view part_type, MediaSet& media) {
    const Carries carries = carried_by(key);
    if (carries < Carries::image || carries > Carries::media) return;
    const bool object = value.type() == Type::OBJECT;
    // The source of a search result is its address alone.
    if (!object && (value.type() != Type::STRING || carries == Carries::media)) return;
    // Anthropic's documents may consist of text.
    if (object && string_member(Object(value), {"type"}) == "content") return;
    const std::string_view media_type = media_type_of(value, longest_string(value));
    if (const auto medium = medium_of(carries, media_type, part_type)) media.add(*medium);
}

}  // namespace tollgate
