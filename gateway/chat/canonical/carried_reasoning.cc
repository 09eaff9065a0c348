#include "gateway/chat/canonical/carried_reasoning.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

// tollgate:openai-responses-v1:sealed:rs_1:gAAAA…
constexpr std::string_view kPrefix = "tollgate:";
constexpr std::array<std::string_view, 4> kKinds = {"signature", "sealed", "call", "text"};
constexpr std::array kFormats = {ReasoningFormat::unknown,          ReasoningFormat::anthropic,
                                 ReasoningFormat::openai_responses, ReasoningFormat::google,
                                 ReasoningFormat::xai_responses,    ReasoningFormat::bedrock};

// What stands before the next colon, which is taken off too.
std::optional<Spelt> next_word(Spelt& text) {
    const auto colon = text.find(':');
    if (colon == Spelt::npos) return std::nullopt;
    const Spelt word = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    return word;
}

}  // namespace

void append_carried(const CarriedReasoning& carried, std::string& out) {
    ((out += kPrefix) += to_string(carried.format)) += ':';
    (out += kKinds[static_cast<std::size_t>(carried.kind)]) += ':';
    if (carried.id.find_first_of(":\\") == Spelt::npos) out += carried.id;
    (out += ':') += carried.data;
}

bool is_carried(std::string_view text) { return text.starts_with(kPrefix); }

std::optional<CarriedReasoning> read_carried(Spelt text) {
    if (!is_carried(text)) return std::nullopt;
    text.remove_prefix(kPrefix.size());
    const auto format = next_word(text), kind = next_word(text), id = next_word(text);
    if (!format || !kind || !id) return std::nullopt;
    const auto known_format =
        std::ranges::find_if(kFormats, [&](ReasoningFormat one) { return to_string(one) == *format; });
    const auto known_kind = std::ranges::find(kKinds, *kind);
    if (known_format == kFormats.end() || known_kind == kKinds.end()) return std::nullopt;
    return CarriedReasoning{.kind = static_cast<CarriedReasoning::Kind>(known_kind - kKinds.begin()),
                            .format = *known_format,
                            .id = *id,
                            .data = text};
}

}  // namespace tollgate
