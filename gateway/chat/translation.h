// A streamed answer between two dialects, event by event; also between two of one dialect other than chat completions,
// whose events pass with splices.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/chat/reader/aws_event_stream.h"
#include "gateway/chat/repeated_event.h"

namespace tollgate {

// Whether an answer is not one of chat completions for a client of the same.
bool needs_translation(const AnswerOptions& options);

// That the answer is in.
const UpstreamDialect& upstream_of(const AnswerOptions& options);

// What an event's data says; also where it is no JSON, or has a name or a mark that says all.
AnswerRead read_event(EventReader& reader, std::string_view name, std::string_view data, AnswerDelta& facts,
                      std::vector<AnswerEvent>& events);
// Tells the meter.
void note_event(AnswerRead read, std::string_view data, const AnswerDelta& facts, AnswerMeter& meter);

class Translation {
  public:
    explicit Translation(const AnswerOptions& options);

    // Whether the body is in AWS's framing; then its bytes are fed here.
    bool binary() const { return frames_ != nullptr; }
    void feed(std::string_view bytes, AnswerMeter& meter, std::string& out);
    // An event's data. Tells the meter what it says, and appends to `out` what may go to the client now.
    void take(std::string_view name, std::string_view data, AnswerMeter& meter, std::string& out);
    // A plain answer comes, where a stream was asked for: as one event. Nothing of it has been taken before.
    void expect_whole();

    EventWriter& writer() { return *writer_; }

  private:
    const AnswerOptions options_;
    const UpstreamDialect& upstream_;
    std::unique_ptr<EventReader> reader_;
    std::unique_ptr<EventWriter> writer_;
    PassingWriter* passing_ = nullptr;  // the writer, where the dialects agree
    std::unique_ptr<AwsEventStreamReader> frames_;
    bool whole_ = false;
    RepeatedEvent repeated_;
    std::vector<AnswerEvent> events_;  // of the one in hand
};

}  // namespace tollgate
