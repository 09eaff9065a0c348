#include "gateway/chat/canonical/unsupported_turn.h"

#include <string>

#include "gateway/chat/canonical/invalid_field.h"

namespace tollgate {

Error unsupported_turn(const ChatRequest& request, std::uint32_t message, std::string_view has) {
    const std::string field = request.field_of(message);
    return unsupported_field(
        "'" + field + "' has " + std::string(has) + ", which the chosen model's provider does not take", field);
}

}  // namespace tollgate
