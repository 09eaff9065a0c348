// Sans-I/O decoder of the chunked transfer coding (RFC 9112 7.1), strict: sizes are hexadecimal digits, lines end in
// CRLF, extensions and trailers are bounded and dropped, forbidden trailers are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::wire {

inline constexpr std::size_t kMaxChunkLineBytes = 1024;  // size and extensions
inline constexpr std::size_t kMaxTrailerBytes = 8192;

class ChunkDecoder {
  public:
    enum class State : std::uint8_t { more, done, refused };

    struct Step {
        State state;
        std::size_t consumed;  // bytes of the input that are dealt with
        std::size_t payload;   // payload bytes, moved to the front of the input
    };

    // Decodes `size` bytes at `data` in place. Call again with what was not consumed plus more bytes. After `done`,
    // bytes beyond `consumed` belong to the next message.
    Step decode(char* data, std::size_t size);
    std::string_view reason() const { return reason_; }  // why it was refused
    void reset() { *this = ChunkDecoder(); }

  private:
    enum class At : std::uint8_t { size, data, data_end, trailer, end };
    bool take_size(std::string_view line);
    bool take_trailer(std::string_view line);

    At at_ = At::size;
    std::uint64_t left_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::string_view reason_;
};

// Writes the head of a chunk of `size` bytes ("1a\r\n") to `out` (at least 18 bytes); returns its length.
std::size_t write_chunk_head(std::size_t size, char* out);

}  // namespace tollgate::wire
