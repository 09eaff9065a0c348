// JSON of OpenAI's API as the events that its stream would have been: for a client that asked for a stream and an
// upstream that sent a whole answer, or its chunks without the framing of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/reader/json_stream.h"

namespace tollgate {

class OpenAiToEvents {
  public:
    enum class State : std::uint8_t {
        more,
        invalid,    // something that is no JSON object
        too_large,  // an object larger than allowed
    };

    explicit OpenAiToEvents(std::size_t max_object_bytes) : reader_(max_object_bytes) {}

    // Takes decoded body bytes, of the last ones with the body's `end`; appends server-sent events. A chunk becomes one
    // event. Of a whole answer, each choice becomes one with all of its message and one with its finish reason, then
    // comes the usage. An object without choices, such as an error, becomes one event as it is. [DONE] is written where
    // the upstream wrote it, and at the end of whole answers.
    State take(std::string_view bytes, bool end, std::string& events);
    bool any() const { return any_; }  // object has come
    // Of an object that has not come to its end, or that is too large: what was taken before the last call.
    std::string_view beginning() const { return reader_.partial(); }
    bool chunked() const { return chunked_; }  // a chunk has come: the answer is being made, not whole

  private:
    bool append(std::string_view json, std::string& events);

    JsonStreamReader reader_;
    State state_ = State::more;
    bool any_ = false;      // object has come
    bool chunked_ = false;  // of them is a chunk
    bool whole_ = false;    // of them is a whole answer
    bool done_ = false;     // [DONE] is written
};

}  // namespace tollgate
