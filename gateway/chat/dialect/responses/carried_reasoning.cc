#include "gateway/chat/dialect/responses/carried_reasoning.h"

#include <array>

namespace tollgate {
namespace {

constexpr std::string_view kPrefix = "tollgate:", kSignature = ":signature:", kSealed = ":sealed:";
constexpr std::array kFormats = {ReasoningFormat::anthropic, ReasoningFormat::google, ReasoningFormat::unknown,
                                 ReasoningFormat::openai_responses};

}  // namespace

void append_carried(const CarriedReasoning& reasoning, std::string& out) {
    const bool own = reasoning.format == ReasoningFormat::openai_responses && !reasoning.signature;
    if (!own) ((out += kPrefix) += to_string(reasoning.format)) += reasoning.signature ? kSignature : kSealed;
    out += reasoning.data;
}

CarriedReasoning read_carried(Spelt encrypted_content) {
    if (!encrypted_content.starts_with(kPrefix)) return {.data = encrypted_content};
    const Spelt carried = encrypted_content.substr(kPrefix.size());
    for (const ReasoningFormat format : kFormats) {
        if (!carried.starts_with(to_string(format))) continue;
        const Spelt rest = carried.substr(to_string(format).size());
        for (const bool signature : {true, false}) {
            const std::string_view kind = signature ? kSignature : kSealed;
            if (rest.starts_with(kind)) return {format, signature, rest.substr(kind.size())};
        }
    }
    return {.data = encrypted_content};
}

}  // namespace tollgate
