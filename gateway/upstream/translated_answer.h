// A plain answer of another dialect than the client's, or of one whose answers go by way of events: held whole, read as
// events, and written for the client.
#pragma once

#include <forward_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/kept_events.h"
#include "gateway/chat/reader/sse.h"
#include "gateway/chat/translation.h"
#include "gateway/upstream/plain_answer.h"

namespace tollgate {

class TranslatedAnswer {
  public:
    TranslatedAnswer(const AnswerOptions& options, const AnswerSource& source, std::size_t max_depth);

    // The whole body, which must outlive the answer. Errors: upstream_invalid_response, and what judge_reported() makes
    // of one that says that it is an error.
    Error read(std::string_view body);

    // The same of a stream that nobody asked for, part by part. False: nothing more is to be read.
    bool take(std::string_view part);
    Error finish();
    std::size_t bytes() const { return kept_.bytes(); }  // of memory that is held

    const StreamFacts& facts() const { return meter_.facts(); }
    void write(const ChargedUsage& usage, std::string& out) const;

  private:
    AnswerRead read_body(AnswerDelta& facts);
    bool write_vectors(const ChargedUsage& usage, std::string& out) const;
    Error invalid(std::string_view what) const;
    Error reported(std::optional<ProviderError> said) const;

    const AnswerOptions options_;
    const AnswerSource source_;
    const std::size_t max_depth_;
    const UpstreamDialect& upstream_;
    AnswerMeter meter_;
    std::string_view body_;                 // of a plain one
    std::vector<AnswerEvent> events_;       // of it
    std::forward_list<std::string> added_;  // what they view beside the body
    SseReader sse_;                         // of a stream
    std::unique_ptr<EventReader> reader_;
    KeptEvents kept_;
};

}  // namespace tollgate
