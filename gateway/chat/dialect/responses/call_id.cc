#include "gateway/chat/dialect/responses/call_id.h"

#include "gateway/chat/canonical/short_id.h"

namespace tollgate {

std::string responses_call_id(Spelt id) {
    return id.size() <= kMostCallIdBytes ? std::string(id) : shortened_id(plain(id), "-_", kMostCallIdBytes);
}

}  // namespace tollgate
