// Events out of AWS's binary event stream (application/vnd.amazon.eventstream), sans I/O: split anywhere, bounded, both
// checksums of every frame checked. The protocol is that of SseReader. The format:
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html,
// https://smithy.io/2.0/aws/amazon-eventstream.html. A frame, its numbers big-endian:
//
//   total bytes u32 | header bytes u32 | CRC-32 of these | headers | payload | CRC-32 of all before
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {

class AwsEventStreamReader {
  public:
    static constexpr std::size_t kMostHeaderBytes = 128 * 1024;  // of a frame: the format's own bound

    enum class Step : std::uint8_t {
        more,       // all bytes are taken; nothing is complete
        event,      // name() and data() are an event's
        too_large,  // a payload is larger than allowed; the stream can't be read any further
        corrupt,    // a frame is none, or was damaged; the same
    };

    // Forgets the stream before. Allowed are payloads of `max_event_bytes`.
    void begin(std::size_t max_event_bytes);
    // Takes bytes off the front, as far as the next event. Call it again until it returns `more`.
    Step next(std::string_view& bytes);

    // Of the event that next() returned; valid until it is called again, and as long as the bytes given to it.
    // Whether the service says that it failed, in an `exception` or an `error` instead of an event.
    bool failed() const { return failed_; }
    // `:event-type`, `:exception-type` or `:error-code`.
    std::string_view name() const { return name_; }
    // The payload. Of a failure an object as other providers write it: {"error":{"type":<name>,"message":…}}. Of a
    // `chunk`, in which InvokeModel wraps the event of a model's own API, that event. Line breaks in it are spaces: all
    // data here is JSON, which then is one line, as SseReader's.
    std::string_view data() const { return data_; }

    // Whether a frame has begun that is not complete: where the body ends, the stream was cut off.
    bool in_event() const { return !partial_.empty() && !returned_; }

    // Gives back memory that grew beyond this, between streams.
    void release_above(std::size_t bytes);

  private:
    struct Headers {
        std::string_view message_type, event_type, exception_type, error_code, error_message;
    };

    Step check_prelude(std::string_view frame);
    Step take_frame(std::string_view frame);
    static bool read_headers(std::string_view text, Headers& headers);
    bool take_event(const Headers& headers, std::string_view payload);
    void take_failure(std::string_view type, std::string_view message, std::string_view payload);
    void put_on_one_line();
    Step stop(Step why);

    std::size_t max_event_bytes_ = 0;
    std::size_t frame_bytes_ = 0;  // of the frame in hand; 0: its prelude has not been read
    std::string partial_;          // the beginning of a frame; all of it, once returned
    std::string_view name_, data_;
    std::string rewritten_;  // data that are not as the frame has them
    bool failed_ = false;
    bool returned_ = false;    // the event in hand was given to the caller, from partial_
    Step ended_ = Step::more;  // too_large, corrupt: for good
};

}  // namespace tollgate
