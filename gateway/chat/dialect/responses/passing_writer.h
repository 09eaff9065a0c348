// Answers of the Responses API for its own clients: the provider's bytes. What changes is the usage, which waits until
// the request is settled, and what a flavour of the API labels answers with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/responses/event_writer.h"

namespace tollgate {

class ResponsesPassingWriter final : public PassingWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void pass(std::string_view name, std::string_view data, const AnswerDelta& facts, std::string& out) override;
    void append_ping(std::string& out) override { added_.append_ping(out); }
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_error(const Error& error, std::string& out) override;

  private:
    void append_passed(std::string_view name, std::string_view data, const ChargedUsage* usage, std::string& out) const;
    void continue_stream(Spelt id);

    AnswerOptions options_;
    ResponsesEventWriter added_;  // what the provider did not write
    std::string id_;
    std::int64_t events_ = 0;
    bool has_last_ = false;
    std::string last_name_, last_;  // the event that has the usage
};

// A plain answer.
void pass_responses_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                           std::string& out);

}  // namespace tollgate
