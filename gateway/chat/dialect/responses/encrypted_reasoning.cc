#include "gateway/chat/dialect/responses/encrypted_reasoning.h"

#include "gateway/chat/canonical/carried_reasoning.h"

namespace tollgate {

void append_encrypted(const EncryptedReasoning& reasoning, std::string& out) {
    using Kind = CarriedReasoning::Kind;
    if (reasoning.format == ReasoningFormat::openai_responses && !reasoning.signature) {
        out += reasoning.data;
    } else {
        const Kind kind = reasoning.signature ? Kind::signature : Kind::sealed;
        append_carried({.kind = kind, .format = reasoning.format, .data = reasoning.data}, out);
    }
}

EncryptedReasoning read_encrypted(Spelt encrypted_content) {
    const auto carried = read_carried(encrypted_content);
    if (!carried) return {.data = encrypted_content};
    return {carried->format, carried->kind == CarriedReasoning::Kind::signature, carried->data};
}

bool is_id_of_gateway(std::string_view id) {
    constexpr std::string_view kGeneration = "gen-";
    const auto name = id.find('_');
    return name != std::string_view::npos && id.substr(name + 1).starts_with(kGeneration);
}

}  // namespace tollgate
