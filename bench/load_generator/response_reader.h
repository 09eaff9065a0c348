// A minimal, incremental reader of HTTP/1.1 responses that checks what a client would trip over: the status, complete
// framing, and for event streams the terminal [DONE]. Bodies are looked at and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace load {

inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;

class ResponseReader {
  public:
    enum class State { more, done, bad };

    void start();
    // Takes a piece as read from the socket. After `done` or `bad`, no more until start().
    State feed(std::string_view bytes);
    // The connection ended. True where that is a proper end (a body delimited by close).
    bool end_of_file() const { return framing_ == Framing::close; }

    int status() const { return status_; }
    bool keep_alive() const { return keep_alive_; }
    bool is_stream() const { return stream_; }
    bool saw_done() const { return saw_done_; }
    bool saw_error() const { return saw_error_; }
    bool started() const { return framing_ != Framing::head || !head_.empty(); }
    std::uint64_t events() const { return events_; }
    std::uint64_t body_bytes() const { return body_bytes_; }

  private:
    enum class Framing { head, length, chunk_size, chunk_data, chunk_end, trailer, close };

    State feed_head(std::string_view& bytes);
    State feed_line(std::string_view& bytes);
    bool parse_head(std::string_view head);
    void see_body(std::string_view bytes);
    void see_line_start();

    Framing framing_ = Framing::head;
    std::string head_;  // only where a head arrives in pieces
    std::string line_;  // a chunk's size line or a trailer line
    std::uint64_t left_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t body_bytes_ = 0;
    int status_ = 0;
    bool keep_alive_ = true;
    bool stream_ = false;
    bool saw_done_ = false;
    bool saw_error_ = false;
    // The first bytes of the current line of an event stream: enough to tell its kind.
    static constexpr std::size_t kLineStartBytes = 14;
    char line_start_[kLineStartBytes] = {};
    std::size_t line_start_bytes_ = 0;
};

}  // namespace load
