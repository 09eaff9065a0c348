// Server-sent events out of bytes, sans I/O: any line ending, split anywhere, bounded. The format:
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream. Readers of other framings
// (AWS event stream) stand beside this one and give events of the same shape. What providers write outside the format
// is read, too: `error: {…}` (llama.cpp), which gets that name; an object on a line of its own; and objects in `data:`
// lines without the empty line that ends an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {

class SseReader {
  public:
    static constexpr std::size_t kMostNameBytes = 64;  // longer names are truncated

    enum class Step : std::uint8_t {
        more,       // all bytes are taken; nothing is complete
        event,      // name() and data() are an event's
        comment,    // a block that holds comments only: a sign of life
        too_large,  // a line or an event is larger than allowed; the stream can't be read any further
    };

    // Forgets the stream before, its unterminated event included. Allowed are events of `max_event_bytes` of data.
    void begin(std::size_t max_event_bytes);
    // Takes bytes off the front, as far as the next event or comment. Call it again until it returns `more`.
    Step next(std::string_view& bytes);

    // Of the event that next() returned; valid until it is called again, and as long as the bytes given to it.
    std::string_view name() const { return name_; }  // the `event:` field; empty without one
    // Several data lines are joined by a space instead of a line feed: all data here is JSON, which then stays one
    // line.
    std::string_view data() const { return data_; }

    // Gives back memory that grew beyond this, between streams.
    void release_above(std::size_t bytes);

  private:
    void skip_byte_order_mark(std::string_view& bytes);
    bool begins_event(std::string_view bytes) const;
    // Whether the line alone is an event.
    bool take_line(std::string_view line, bool in_partial);
    void take_value(std::string_view line, std::size_t value_begin, bool in_partial);
    void own_data();
    void forget_event();
    Step keep(std::string_view rest);

    std::size_t max_event_bytes_ = 0;
    std::size_t mark_bytes_ = 0;  // of a byte order mark, at the beginning of the stream
    std::string_view data_;       // in the caller's bytes, or in joined_
    std::string name_;
    std::string partial_;  // an unfinished line
    std::string joined_;   // data that spans several lines or reads, maybe with its first line's field name before it
    bool has_data_ = false;
    bool has_comment_ = false;
    bool returned_ = false;        // the event in hand was given to the caller
    bool skip_line_feed_ = false;  // the last line ended in CR
};

}  // namespace tollgate
