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

// Whether the path of a call about an account's files or batches can go behind a provider's base URL as it is: each of
// its segments is a plain name, which leads to nothing else there. Errors: invalid_request.
Error check_account_path(std::string_view path);

}  // namespace tollgate
