// Writes a streamed answer of another dialect for Google's clients, as streamGenerateContent streams: each event is a
// response of its own, without a name, and none follows the last. Without alt=sse they are the elements of one list.
// https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/dialect/gemini/answer_parts.h"

namespace tollgate {

// Puts responses one behind the other.
class GeminiFraming {
  public:
    void begin(bool as_list) {
        as_list_ = as_list;
        begun_ = false;
    }
    void open(std::string& out);   // before a response
    void close(std::string& out);  // behind it
    void end(std::string& out);    // behind the last
    // A sign of life that no client takes for a response: a comment would be one to some.
    static void append_ping(std::string& out) { out += '\n'; }

  private:
    bool as_list_ = false;
    bool begun_ = false;
};

// The response that says that an answer was cut, as OpenAiWriter's event does.
std::string gemini_cut(const AnswerOptions& options, const AnswerMeter& meter, Spelt id, std::string_view reason);

class GeminiEventWriter final : public EventWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void append(const AnswerEvent& event, std::string& out) override;
    void append_ping(std::string& out) override { GeminiFraming::append_ping(out); }
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_error(const Error& error, std::string& out) override;

  private:
    static constexpr std::size_t kMostCitations = 256;

    // What is kept of one until its calls are whole, or until the end.
    struct Choice {
        std::vector<GeminiCall> calls;
        std::string signature;  // of the part that follows
        std::vector<std::string> citations;
        FinishReason finish = FinishReason::none;
    };

    Choice& choice_of(const AnswerEvent& event);
    void begin_part(std::string& out);
    void end_part(std::uint32_t choice, std::string& out);
    void text(const AnswerEvent& event, bool thought, std::string& out);
    void flush_signature(std::uint32_t choice, std::string& out);
    void flush_calls(std::uint32_t choice, std::string& out);
    void append_usage(const ChargedUsage& usage, std::string& out);

    AnswerOptions options_;
    GeminiFraming framing_;
    std::string id_;
    std::vector<Choice> choices_;
};

}  // namespace tollgate
