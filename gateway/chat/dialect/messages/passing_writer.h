// Passes an answer of Anthropic's Messages API on to its own clients: events as they came, byte for byte. What carries
// usage or the end waits, and leaves with what is charged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_writer.h"

namespace tollgate {

class MessagesPassingWriter final : public PassingWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void pass(std::string_view name, std::string_view data, const AnswerDelta& facts, std::string& out) override;
    void append_ping(std::string& out) override;
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_error(const Error& error, std::string& out) override;

  private:
    void pass_start(std::string_view data, std::string& out) const;
    void note_block(std::string_view data, bool opens);

    AnswerOptions options_;
    std::vector<std::int64_t> open_;  // blocks, by the provider's index
    std::string delta_, stop_;        // that wait: message_delta with its usage, and message_stop
    std::string cut_;
};

}  // namespace tollgate
