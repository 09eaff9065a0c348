// What reads a streamed answer of an upstream's dialect. Each dialect's answer_reader has one, and one for plain
// answers.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

enum class AnswerRead : std::uint8_t {
    event,
    ping,     // a sign of life
    done,     // the stream's own end
    error,    // the provider says that it failed: see read_provider_error()
    invalid,  // not what the API writes
};

// One for each answer. It counts parts and calls over the whole answer, whatever the provider numbers.
class EventReader {
  public:
    EventReader() = default;
    virtual ~EventReader() = default;
    EventReader(const EventReader&) = delete;
    EventReader& operator=(const EventReader&) = delete;

    // One event. `data` is well-formed JSON; `name` is that of the event, empty where the framing has none. Adds to
    // `facts` and appends to `events`, maybe several, maybe none; both view the data, and this reader, until the next
    // event. Of dialects whose streams have no end of their own the last finish ends the answer.
    virtual AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                            std::vector<AnswerEvent>& events) = 0;
    // A fragment of an event that is told as the one before was, and that read() does not see: whether it goes on what
    // that began. Keeps of it what read() would.
    virtual bool goes_on(const AnswerEvent& /*fragment*/) { return true; }
};

}  // namespace tollgate
