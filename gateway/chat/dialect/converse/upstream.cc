#include "gateway/chat/dialect/converse/answer_reader.h"
#include "gateway/chat/dialect/converse/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

class ConverseUpstream final : public UpstreamDialect {
  public:
    std::string_view name() const override { return "converse"; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return write_converse_request(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<ConverseEventReader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return read_converse_answer(body, facts, events);
    }
};

}  // namespace

const UpstreamDialect& converse_upstream() {
    static const ConverseUpstream kUpstream;
    return kUpstream;
}

}  // namespace tollgate
