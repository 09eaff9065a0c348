#include "gateway/chat/dialect/responses/answer_reader.h"
#include "gateway/chat/dialect/responses/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

class ResponsesUpstream final : public UpstreamDialect {
  public:
    std::string_view name() const override { return "responses"; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return write_responses_request(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<ResponsesEventReader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return read_responses_answer(body, facts, events);
    }
};

}  // namespace

const UpstreamDialect& responses_upstream() {
    static const ResponsesUpstream kUpstream;
    return kUpstream;
}

}  // namespace tollgate
