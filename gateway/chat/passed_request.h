// A request that passes through to its provider: audio, images, moderations. Of its body, JSON or a form, only what the
// gateway routes and holds by is looked for; all other bytes are the provider's.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/chat/dialect/openai_request.h"
#include "gateway/text/error.h"

namespace tollgate {

// Of a file in a form, bytes that are held for as a token of the prompt: speech at 32 kbit/s has about so many.
inline constexpr std::size_t kFileBytesPerToken = 256;

// Fills in the model and where its value stands, the number of choices and the size of the prompt. Whether the answer
// is a stream is the provider's to say. Errors: invalid_json, invalid_request.
Error read_passed_request(std::string_view body, std::string_view content_type, std::size_t max_depth,
                          BodyFacts& facts);

}  // namespace tollgate
