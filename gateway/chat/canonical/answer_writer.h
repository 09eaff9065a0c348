// What writes a streamed answer for clients of a dialect. Each dialect's event_writer has one.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/text/error.h"

namespace tollgate {

// One for each answer. All append to `out`, whole frames only. Whatever tells the client usage or "complete" is kept
// until append_end(): the cost that is printed is the cost that is booked.
class EventWriter {
  public:
    EventWriter() = default;
    virtual ~EventWriter() = default;
    EventWriter(const EventWriter&) = delete;
    EventWriter& operator=(const EventWriter&) = delete;

    virtual void begin(const AnswerOptions& options) = 0;
    // An event of another dialect. Of a finish the reason is written at once, or kept, as the dialect wants it.
    virtual void append(const AnswerEvent& event, std::string& out) = 0;
    // Tells a client that the stream is alive.
    virtual void append_ping(std::string& out) = 0;

    // After the settlement: what is left of the answer, the usage that the client is owed, and the stream's end.
    virtual void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) = 0;
    // Of a stream that is cut for want of credit: it ends as one that reached its longest length. `reason` is the code
    // of what was wanting. More of the answer is not appended.
    virtual void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) = 0;
    // Then the usage that the client is owed, and the stream's end.
    virtual void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) = 0;
    // Of a stream that broke: the event that says so. It is the last: nothing tells the client "complete".
    virtual void append_error(const Error& error, std::string& out) = 0;
};

// The same for clients that speak the upstream's dialect: the provider's bytes with splices.
class PassingWriter : public EventWriter {
  public:
    // What comes of another dialect is for an EventWriter of this one.
    void append(const AnswerEvent& /*event*/, std::string& /*out*/) final {}
    // An event as it came, as the dialect's own reader read it. What carries usage or the end is kept.
    virtual void pass(std::string_view name, std::string_view data, const AnswerDelta& facts, std::string& out) = 0;
};

}  // namespace tollgate
