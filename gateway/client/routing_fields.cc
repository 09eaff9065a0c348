#include "gateway/client/routing_fields.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostSessionBytes = 256;  // OpenRouter's; a longer one is cut

}  // namespace

void note_routing_fields(const wire::RequestHead& from, Head& head) {
    head.session = from.field("x-session-id").substr(0, kMostSessionBytes);
    head.explain = from.field("x-openrouter-metadata") == "enabled" ||
                   from.field("x-openrouter-experimental-metadata") == "enabled" ||
                   from.field("x-tollgate-explain") == "1";
}

}  // namespace tollgate
