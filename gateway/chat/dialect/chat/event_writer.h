// Writes an answer of another dialect for clients of OpenAI's chat completions and of OpenRouter's flavour of them:
// https://platform.openai.com/docs/api-reference/chat-streaming. Reasoning is written as such clients know it: in
// `reasoning_content` or `reasoning`, and with what must come back unchanged in `reasoning_details`
// (https://openrouter.ai/docs/use-cases/reasoning-tokens).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/openai_writer.h"

namespace tollgate {

// A streamed answer. The usage, [DONE], errors and the end of a stream that is cut are those of OpenAiWriter.
class ChatEventWriter final : public EventWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void append(const AnswerEvent& event, std::string& out) override;
    void append_ping(std::string& out) override { OpenAiWriter::append_ping(out); }

    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override {
        append_finishes(out);
        ends_.append_end(meter, usage, out);
    }
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override {
        append_finishes(out);
        ends_.append_cut(meter, reason, out);
    }
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override {
        ends_.append_cut_end(meter, usage, out);
    }
    void append_error(const Error& error, std::string& out) override { ends_.append_error(error, out); }

  private:
    // Clients stop reading at the first reason that they see, and some providers give one before the end.
    struct Finish {
        std::uint32_t choice = 0;
        FinishReason reason = FinishReason::none;
        std::string native_reason{};
    };

    void begin_chunk(std::uint32_t choice, std::string& out) const;
    void note_finish(const AnswerEvent& event);
    void append_finishes(std::string& out);
    void append_delta(const AnswerEvent& event, std::string& out) const;

    AnswerOptions options_;
    OpenAiWriter ends_;
    std::string head_;       // what every chunk says, up to its choices
    std::string signature_;  // of the call that follows
    std::vector<Finish> finishes_;
};

}  // namespace tollgate
