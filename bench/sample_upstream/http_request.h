// A minimal reader of HTTP/1.1 requests, over a buffer that the caller fills. It judges framing only as far as a test
// server behind a proxy must: it is not a parser for the open internet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace sample {

inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;
inline constexpr std::size_t kMaxBodyBytes = 64 * 1024 * 1024;

struct RequestHead {
    std::string_view method;
    std::string_view path;  // without the query
    std::string_view authorization;
    std::string_view sample_script;
    std::size_t head_bytes = 0;  // up to and including the blank line
    std::uint64_t content_length = 0;
    bool has_content_length = false;
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

// `head` ends with the blank line. The views point into it. The error says what is wrong, for a 400.
std::expected<RequestHead, std::string> parse_request_head(std::string_view head);

// Decodes a chunked body in place. Call again with the same object as bytes arrive.
class ChunkedBody {
  public:
    enum class State { more, done, bad };

    // `data[begin_ .. size)` is undecoded; decoded bytes are moved to the front of `data`.
    State decode(char* data, std::size_t size);
    std::size_t body_bytes() const { return out_; }
    std::size_t consumed_bytes() const { return in_; }

  private:
    enum class Step { size, data, data_end, trailer };
    State next_line(const char* data, std::size_t size, std::string_view& line);

    Step step_ = Step::size;
    std::size_t in_ = 0;
    std::size_t out_ = 0;
    std::size_t left_ = 0;
};

}  // namespace sample
