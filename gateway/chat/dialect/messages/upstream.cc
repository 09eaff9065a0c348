#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

class MessagesUpstream final : public UpstreamDialect {
  public:
    std::string_view name() const override { return "messages"; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return write_messages_request(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<MessagesEventReader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return read_messages_answer(body, facts, events);
    }
};

}  // namespace

const UpstreamDialect& messages_upstream() {
    static const MessagesUpstream kUpstream;
    return kUpstream;
}

}  // namespace tollgate
