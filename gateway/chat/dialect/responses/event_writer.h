// Writes an answer of another dialect for clients of OpenAI's Responses API:
// https://platform.openai.com/docs/api-reference/responses-streaming.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/responses/output.h"
#include "gateway/chat/dialect/responses/response_object.h"

namespace tollgate {

class ResponsesEventWriter final : public EventWriter {
  public:
    // Of an answer's texts, for the events that repeat them: see ResponseOutput. As many as an event may have.
    static constexpr std::size_t kMostKeptBytes = std::size_t{16} << 20;

    void begin(const AnswerOptions& options) override;
    void append(const AnswerEvent& event, std::string& out) override;
    void append_ping(std::string& out) override;
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    // Two events: `error`, which some clients look for, and `response.failed`, which ends the stream for the others.
    void append_error(const Error& error, std::string& out) override;

    // The stream has begun already, and has had so many events.
    void continue_after(Spelt id, std::int64_t events);

  private:
    void start(Spelt id, std::string& out);
    void append_response_event(std::string_view type, const ResponseObject& response, std::string& out);
    void append_last(const ChargedUsage& usage, std::string& out);

    AnswerOptions options_;
    ResponseOutput output_;
    std::string id_;  // spelt
    std::string cut_;
    std::int64_t sequence_ = 0;
    bool started_ = false;
    FinishReason reason_ = FinishReason::none;
};

}  // namespace tollgate
