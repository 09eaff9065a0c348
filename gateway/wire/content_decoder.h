// Content codings of a body (RFC 9110 8.4.1): gzip and deflate (RFC 1950, 1952), zstd (RFC 8878) and br (RFC 7932),
// undone as the bytes come. Sans I/O. Codings are attacks too, so output is bounded at every step and windows are
// small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tollgate::wire {

enum class ContentCoding : std::uint8_t {
    identity,
    gzip,
    deflate,
    zstd,
    br,
    unknown,  // a name that is not known here, or several codings, one over the other
};

// Of the value of a `content-encoding` field; empty: identity.
ContentCoding content_coding(std::string_view field);

class ContentDecoder {
  public:
    enum class State : std::uint8_t {
        more,
        ended,    // the coded stream is complete: what follows it is ignored
        invalid,  // it is malformed, or needs a larger window than kMostWindowBytes
    };

    // Of what RFC 9659 allows zstd on the web; the windows of the other codings cannot be larger than 16 MiB.
    static constexpr std::size_t kMostWindowBytes = std::size_t{8} << 20;

    // `coding` is neither identity nor unknown.
    explicit ContentDecoder(ContentCoding coding);
    ~ContentDecoder();
    ContentDecoder(ContentDecoder&&) noexcept;
    ContentDecoder& operator=(ContentDecoder&&) noexcept;

    // Appends at most `most` decoded bytes to `out` and takes what it has used off the front of `input`. What is left
    // of `input` then is to be given again: there was no room for it.
    void decode(std::string_view& input, std::size_t most, std::string& out);
    State state() const { return state_; }
    // Whether what was decoded is complete: a coded stream has ended, though another may follow.
    bool may_end() const;

    class Codec;  // of one coding

  private:
    std::unique_ptr<Codec> codec_;
    State state_ = State::more;
};

}  // namespace tollgate::wire
