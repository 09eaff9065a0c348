// How large the prompt of a body is, for holds and for bills without the provider's figure: its text in bytes, what is
// not text in tokens. What is text at the provider counts by its bytes, whatever it holds. What only carries something
// else (a picture, sound, a file, sealed reasoning) is base64 here and none of it there, so it counts by what is in it.
// The estimates are modest: the provider's figure is what is charged, and no prompt counts more than the model's
// context (hold_estimate.h).
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {

inline constexpr std::int64_t kTokensPerMessage = 8;  // role and separators
// A picture of some 1,000 by 1,000 pixels: OpenAI 765 (GPT-4o, high detail) to 1,536, Anthropic 1,600 at most, Gemini
// 258 a tile.
inline constexpr std::int64_t kTokensPerImage = 1500;
// A page of a PDF: Anthropic names 1,500 to 3,000, Gemini 258, OpenAI its text and a picture. Pages that are printed
// text take 10 to 50 KB in the file, scanned ones 50 to 200.
inline constexpr std::int64_t kTokensPerPage = 1500, kBytesPerPage = 50'000;
inline constexpr std::int64_t kPagesOfReference = 10;  // of a file that is named by its id or address
// Gemini counts 32 tokens a second of sound, OpenAI 10. MP3 and its like have 64 kbit a second and more, WAV mostly
// 16 bits at 16 kHz and more.
inline constexpr std::int64_t kTokensPerSecondOfSound = 32;
inline constexpr std::int64_t kBytesPerSecondOfSound = 8'000, kBytesPerSecondOfWav = 32'000;
// Gemini counts 258 tokens for each second's picture, and its sound. MP4 for the web has 1 Mbit a second and more.
inline constexpr std::int64_t kTokensPerSecondOfVideo = 290, kBytesPerSecondOfVideo = 125'000;
inline constexpr std::int64_t kSecondsOfReference = 60;  // of sound and video that are named by their id or address
// Sealed reasoning (encrypted_content, signatures): recorded answers have 16 to 66 characters for each token that their
// usage names as reasoning.
inline constexpr std::int64_t kSealedCharactersPerToken = 16;
// A string of a member that is not known, of this length at least and of base64's alphabet alone, is transport.
inline constexpr std::size_t kLeastTransportBytes = 2048;

// All add to prompt_bytes and prompt_extra_tokens; what is not text clears prompt_is_text. An object in it
// with "ttl":"1h" sets keeps_for_an_hour: Anthropic's and OpenRouter's `cache_control`, Bedrock's `cachePoint`.
void measure_messages(const simdjson::dom::element& messages, BodyFacts& facts);
struct PromptSize {
    std::int64_t text_bytes = 0, extra_tokens = 0;
};
// The same of each element of a list, which is well-formed JSON.
std::vector<PromptSize> message_sizes(std::string_view messages);
// A string, token ids, or parts.
void measure_content(const simdjson::dom::element& content, BodyFacts& facts);
// Of a member that stands beside the prompt; `raw_bytes` are its bytes in the body.
void measure_beside(std::string_view key, const simdjson::dom::element& value, std::size_t raw_bytes, BodyFacts& facts);

}  // namespace tollgate
