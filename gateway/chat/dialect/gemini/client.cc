#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/answer_writer.h"
#include "gateway/chat/dialect/gemini/event_writer.h"
#include "gateway/chat/dialect/gemini/passing_writer.h"
#include "gateway/chat/dialect/gemini/request_reader.h"

namespace tollgate {
namespace {

class GeminiClient final : public ClientDialect {
  public:
    std::string_view name() const override { return "gemini"; }
    Error read_request(std::string_view body, ChatRequest& request) const override {
        return read_gemini_request(body, request);
    }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<GeminiEventWriter>(); }
    void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                      std::string& out) const override {
        write_gemini_answer(events, options, usage, out);
    }
    std::unique_ptr<PassingWriter> passing_writer() const override { return std::make_unique<GeminiPassingWriter>(); }
    void pass_answer(std::string_view body, const AnswerOptions& /*options*/, const ChargedUsage& usage,
                     std::string& out) const override {
        pass_gemini_answer(body, usage, out);
    }
};

}  // namespace

const ClientDialect& gemini_client() {
    static const GeminiClient kClient;
    return kClient;
}

}  // namespace tollgate
