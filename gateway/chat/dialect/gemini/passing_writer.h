// Answers of Google's API for its own clients: the provider's bytes, but for the usage, which is what the client is
// charged for.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/gemini/event_writer.h"
#include "gateway/chat/model_call.h"

namespace tollgate {

// A streamed one. Responses pass without the usage of what they have so far. Those from that on with which the last
// choice ends wait for the settlement.
class GeminiPassingWriter final : public PassingWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void pass(std::string_view name, std::string_view data, const AnswerDelta& facts, std::string& out) override;
    void append_ping(std::string& out) override { GeminiFraming::append_ping(out); }
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_error(const Error& error, std::string& out) override;

  private:
    static constexpr std::size_t kMostHeldBytes = std::size_t{16} << 20;  // what waited before passes

    void write(std::string_view data, const ChargedUsage* usage, std::string& out);
    void let_go(std::string& out);

    AnswerOptions options_;
    GeminiFraming framing_;
    std::bitset<kMostChoices> finished_;
    std::vector<std::string> held_;
    std::size_t held_bytes_ = 0;
    std::string usage_;  // the provider's last
};

// A plain answer: an object, or the list of those of a stream.
void pass_gemini_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                        std::string& out);

}  // namespace tollgate
