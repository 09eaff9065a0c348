#include "gateway/chat/dialect/gemini/answer_reader.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

class GeminiUpstream final : public UpstreamDialect {
  public:
    std::string_view name() const override { return "gemini"; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return write_gemini_request(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<GeminiEventReader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return read_gemini_answer(body, facts, events);
    }
};

}  // namespace

const UpstreamDialect& gemini_upstream() {
    static const GeminiUpstream kUpstream;
    return kUpstream;
}

}  // namespace tollgate
