// What a request asks the sample upstream to do: words separated by spaces or commas, each `name=value` or a bare flag
// ("tokens=64 token_ms=5 no_done"). bench/README.md lists the words.
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>

#include "bench/sample_upstream/shapes.h"

namespace sample {

inline constexpr std::uint32_t kUnset = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t kMaxScriptNumber = 1u << 30;

enum class UsageMode : std::uint8_t {
    normal,             // as OpenAI: in every plain answer; in streams an extra chunk where include_usage asks
    always,             // the extra chunk whether asked for or not
    none,               // never
    zero,               // present, all zeros
    null,               // the key is there, its value null
    every_chunk,        // the final figure in every chunk, no extra chunk
    cumulative,         // the figure so far in every chunk, no extra chunk
    finish_chunk,       // in the chunk with the finish reason, no extra chunk
    after_done,         // the extra chunk follows [DONE]
    extra_chunk_after,  // a second chunk with empty choices follows the usage chunk
};
enum class Garbage : std::uint8_t { none, head, json, chunk };
enum class Framing : std::uint8_t { chunked, close, length };

struct Script {
    // What is said. A number of kUnset means that the default rule holds.
    std::uint32_t tokens = 16;
    std::uint32_t token_bytes = 0;  // 0: each token is a word
    std::uint32_t big = 0;          // bytes added to the text
    std::uint32_t prompt_tokens = kUnset;
    std::uint32_t completion_tokens = kUnset;
    std::uint32_t cached_tokens = 0;
    std::uint32_t reasoning_tokens = 0;  // counted in completion_tokens as well
    std::uint32_t picture = 0;           // characters of base64 in the message, or in the first delta
    UsageMode usage = UsageMode::normal;
    UsageShape usage_shape = UsageShape::openai;
    bool reasoning_outside = false;  // completion_tokens leave reasoning_tokens out; both are billed
    bool tool_call = false;
    bool abort_stops_billing = true;

    // When.
    std::uint32_t ttft_ms = 0;
    std::uint32_t token_ms = 0;
    std::uint32_t slow_body_ms = 0;
    std::uint32_t split_ms = 0;
    bool early_head = false;  // the head goes out before ttft_ms

    // In what form.
    std::uint32_t split = 0;
    std::uint32_t events_per_write = 1;
    Framing framing = Framing::chunked;
    ContentType content_type = ContentType::right;
    bool other_shape = false;  // a stream to who asked for none, and the reverse
    bool gzip = false;         // the body, whole
    bool bare_lf = false;      // the head's lines end in LF alone
    bool finish_every_chunk = false;
    bool coalesce = false;
    bool close = false;
    bool comments = false;
    bool crlf = false;
    bool bom = false;
    bool id_lines = false;
    bool error_null = false;

    // What goes wrong. The _at numbers are tokens of a stream, bytes of a plain body.
    std::uint32_t status = 200;
    std::uint32_t early_status = kUnset;  // answered when the head is read, before the body; then it closes
    ErrorShape error_shape = ErrorShape::openai;
    std::uint32_t retry_after = kUnset;
    std::uint32_t error_at = kUnset;
    std::uint32_t reset_at = kUnset;
    std::uint32_t close_at = kUnset;
    std::uint32_t stall_at = kUnset;
    Garbage garbage = Garbage::none;
    bool error_body = false;
    bool stall_head = false;
    bool reset_head = false;
    bool close_head = false;
    bool no_done = false;
    bool no_finish = false;
    std::uint32_t chaos = 0;  // of 1000 requests, so many get a fault of random kind
};

// Applies `words` on top of `base`. The error names the word that was not understood.
std::expected<Script, std::string> parse_script(std::string_view words, const Script& base);

}  // namespace sample
