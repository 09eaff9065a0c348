#include "gateway/chat/dialect/converse/tool_id.h"

#include "gateway/chat/canonical/short_id.h"

namespace tollgate {

std::string converse_tool_id(Spelt id) {
    constexpr std::size_t kMostBytes = 64;
    return as_taken(id, "-.:", kMostBytes);
}

}  // namespace tollgate
