// The events of an OpenAI-compatible stream put together to the plain answer that they amount to: for a client that
// asked for no stream and an upstream that sent one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/chat/reader/sse.h"

namespace tollgate {

class OpenAiFromEvents {
  public:
    enum class State : std::uint8_t {
        more,
        done,       // [DONE] came
        failed,     // the upstream reported an error in the stream: take() is that
        invalid,    // an event that is not JSON
        too_large,  // an answer larger than `max_bytes`, or an event larger than the reader allows
    };

    OpenAiFromEvents(std::size_t max_event_bytes, std::size_t max_bytes);
    ~OpenAiFromEvents();
    OpenAiFromEvents(const OpenAiFromEvents&) = delete;
    OpenAiFromEvents& operator=(const OpenAiFromEvents&) = delete;

    // Takes decoded body bytes.
    State take_bytes(std::string_view bytes);
    // Whether the answer came to its end: [DONE], or a finish reason before the body ended.
    bool complete() const;
    // Memory that the answer takes so far.
    std::size_t bytes() const;
    // The answer as one JSON object. Once.
    std::string take();

  private:
    State take_event(std::string_view data);

    struct Answer;
    std::unique_ptr<Answer> answer_;
    SseReader reader_;
    const std::size_t max_bytes_;
    State state_ = State::more;
};

}  // namespace tollgate
