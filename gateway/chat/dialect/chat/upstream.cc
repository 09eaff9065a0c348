#include "gateway/chat/dialect/chat/answer_reader.h"
#include "gateway/chat/dialect/chat/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

class ChatUpstream final : public UpstreamDialect {
  public:
    std::string_view name() const override { return "chat"; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return write_chat_request(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<ChatEventReader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return read_chat_answer(body, facts, events);
    }
};

}  // namespace

const UpstreamDialect& chat_upstream() {
    static const ChatUpstream kUpstream;
    return kUpstream;
}

}  // namespace tollgate
